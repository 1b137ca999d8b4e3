"""Who may do what: the one place that says so, for the API, the pages and the tests.

Pure: whoever asks hands over the facts. ``allowed`` answers yes or no, ``check`` raises what a
refusal is called: what one may not know of is not there (``NotFound``), what one may know of but
not do is not permitted, and without a sign-in one is asked to sign in first.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from matchmaker.errors import NotFound, NotPermitted, NotSignedIn
from matchmaker.models.account import Role
from matchmaker.models.challenge import Challenge
from matchmaker.models.credentials import Scope
from matchmaker.models.placement import Party
from matchmaker.models.profile import Profile, ProfileKind, Standing
from matchmaker.models.visibility import Visibility


class Action(enum.StrEnum):
    """Everything that somebody may or may not do."""

    READ_PROFILE = "read-profile"
    #: What a student's profile says beyond what firms are shown.
    READ_PERSONAL = "read-personal"
    #: Revisions of a profile, and what differs between two of them.
    READ_HISTORY = "read-history"
    REVISE_PROFILE = "revise-profile"
    #: Saying that all of it is right; who was imported goes live by it.
    CONFIRM_PROFILE = "confirm-profile"
    WITHDRAW_PROFILE = "withdraw-profile"
    CLAIM_PROFILE = "claim-profile"
    DELEGATE_PROFILE = "delegate-profile"
    #: Queues, searches across all profiles, imports and what came of them.
    READ_DESK = "read-desk"
    #: Desk, bulk changes, merges, imports; showing imported people on a legal basis.
    CURATE = "curate"
    EXPORT = "export"
    SUBMIT_CHALLENGE = "submit-challenge"
    READ_CHALLENGE = "read-challenge"
    REVISE_CHALLENGE = "revise-challenge"
    MATCH_CHALLENGE = "match-challenge"
    WITHDRAW_CHALLENGE = "withdraw-challenge"
    OPEN_CHALLENGE = "open-challenge"
    CLOSE_CHALLENGE = "close-challenge"
    READ_EXPOSURE = "read-exposure"
    READ_AUDIT = "read-audit"
    LIST_ACCOUNTS = "list-accounts"
    MANAGE_ACCOUNTS = "manage-accounts"
    READ_OWN_ACCOUNT = "read-own-account"
    MANAGE_OWN_ACCOUNT = "manage-own-account"
    #: Cohorts that one manages, in a list.
    LIST_COHORTS = "list-cohorts"
    #: Students, supervisors, positions and rounds of one cohort.
    MANAGE_COHORT = "manage-cohort"
    #: That a host exists and its contact is of it.
    VET_HOST = "vet-host"
    #: What a student says in their cohort: consent, wishes, marks.
    WISH = "wish"
    #: Positions of one host, and how it ranks those who were proposed to it.
    OFFER_POSITION = "offer-position"
    READ_PLACEMENT = "read-placement"
    #: Starting, completing, breaking off.
    MANAGE_PLACEMENT = "manage-placement"


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Somebody who is signed in, as far as permission depends on them."""

    account_id: UUID
    role: Role
    #: Organisations they are a member of.
    organisations: frozenset[UUID] = field(default_factory=frozenset)
    #: Profiles they own.
    claimed: frozenset[UUID] = field(default_factory=frozenset)
    #: Profiles they may edit for the owner.
    delegated: frozenset[UUID] = field(default_factory=frozenset)
    #: A session may do everything; an API token what it was made for.
    scopes: frozenset[Scope] = frozenset(Scope)

    @property
    def is_staff(self) -> bool:
        """Whether they work here."""
        return self.role in _STAFF


@dataclass(frozen=True, kw_only=True)
class ProfileFacts:
    """What permission depends on in a profile."""

    id: UUID
    kind: ProfileKind
    visibility: Visibility
    #: Whether somebody owns it already.
    claimed: bool = False
    #: Whether it may be shown at all to others than those who may edit it.
    live: bool = True


@dataclass(frozen=True, kw_only=True)
class ChallengeFacts:
    """What permission depends on in a challenge."""

    id: UUID
    #: Neither account nor organisation: whoever has its address may do everything with it.
    account_id: UUID | None = None
    organisation_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class CohortFacts:
    """What permission depends on in a cohort; ``student_id`` where it is about one student."""

    id: UUID
    university_id: UUID
    student_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class HostFacts:
    """What permission depends on in what a host offers; ``id`` is that of the host."""

    id: UUID


@dataclass(frozen=True, kw_only=True)
class PlacementFacts:
    """What permission depends on in a placement."""

    id: UUID
    student_id: UUID
    host_id: UUID
    university_id: UUID


Thing: TypeAlias = ProfileFacts | ChallengeFacts | CohortFacts | HostFacts | PlacementFacts

_STAFF = frozenset({Role.STAFF, Role.ADMINISTRATOR})
#: Those who can have a profile of their own.
_PROFILED = frozenset({Role.FIRM, Role.PARTNER, Role.UNIVERSITY})
_READING = frozenset(
    {
        Action.READ_PROFILE,
        Action.READ_PERSONAL,
        Action.READ_HISTORY,
        Action.READ_DESK,
        Action.READ_CHALLENGE,
        Action.READ_EXPOSURE,
        Action.READ_AUDIT,
        Action.LIST_ACCOUNTS,
        Action.READ_OWN_ACCOUNT,
        Action.EXPORT,
        Action.LIST_COHORTS,
        Action.READ_PLACEMENT,
    }
)
#: What nobody has to sign in for.
_OPEN = frozenset({Action.SUBMIT_CHALLENGE, Action.READ_EXPOSURE})
#: Done to no single thing -> who may; an action that is not here is nobody's.
_BY_ROLE = {
    Action.READ_DESK: _STAFF,
    Action.CURATE: _STAFF,
    Action.EXPORT: _STAFF,
    Action.READ_AUDIT: frozenset({Role.ADMINISTRATOR}),
    Action.LIST_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
    Action.READ_OWN_ACCOUNT: frozenset(Role),
    Action.MANAGE_OWN_ACCOUNT: frozenset(Role),
    Action.LIST_COHORTS: _STAFF | {Role.UNIVERSITY},
    Action.VET_HOST: _STAFF,
}
_ON_CHALLENGES = (
    Action.READ_CHALLENGE,
    Action.REVISE_CHALLENGE,
    Action.MATCH_CHALLENGE,
    Action.WITHDRAW_CHALLENGE,
    Action.OPEN_CHALLENGE,
    Action.CLOSE_CHALLENGE,
)
#: What is done to one profile, and asked of it.
ON_PROFILES = (
    Action.READ_PROFILE,
    Action.READ_PERSONAL,
    Action.READ_HISTORY,
    Action.REVISE_PROFILE,
    Action.CONFIRM_PROFILE,
    Action.WITHDRAW_PROFILE,
    Action.CLAIM_PROFILE,
    Action.DELEGATE_PROFILE,
)


def allowed(viewer: Viewer | None, action: Action, thing: Thing | None = None) -> bool:
    """Return whether somebody may do it.

    Args:
        viewer: who is signed in; None for everybody else.
        action: what they want to do.
        thing: facts of the profile or challenge it is done to; None when it is done to none.

    """
    if viewer is not None and _scope(action) not in viewer.scopes:
        return False
    if isinstance(thing, ChallengeFacts):
        return action in _ON_CHALLENGES and _on_challenge(viewer, action, thing)
    if isinstance(thing, ProfileFacts):
        return action in ON_PROFILES and _on_profile(viewer, action, thing)
    if isinstance(thing, CohortFacts | HostFacts | PlacementFacts):
        return viewer is not None and _on_placing(viewer, action, thing)
    return action in _OPEN or (viewer is not None and viewer.role in _BY_ROLE.get(action, ()))


def visibilities_of(viewer: Viewer | None) -> tuple[Visibility, ...]:
    """Return the visibilities of what somebody may see, whosever it is."""
    if viewer is None:
        return (Visibility.PUBLIC,)
    if viewer.is_staff:
        return tuple(Visibility)
    return (Visibility.PUBLIC, Visibility.MEMBERS)


def visibility_for(viewer: Viewer | None, profile_id: UUID) -> Visibility:
    """Return how much of one profile somebody sees, its owner all of it."""
    if viewer is not None and profile_id in viewer.claimed | viewer.delegated:
        return Visibility.STAFF
    return visibilities_of(viewer)[-1]


def actions_for(thing: Thing, viewer: Viewer | None) -> tuple[Action, ...]:
    """Return everything that somebody may do with a thing, in the order of ``Action``."""
    return tuple(action for action in Action if allowed(viewer, action, thing))


def check(viewer: Viewer | None, action: Action, thing: Thing | None = None) -> None:
    """Refuse what somebody may not do.

    Raises:
        NotFound: they may not even know of the thing.
        NotSignedIn: nobody is signed in, and somebody might be allowed to.
        NotPermitted: they may know of it, but not do this.

    """
    if allowed(viewer, action, thing):
        return
    if isinstance(thing, ChallengeFacts) and not allowed(viewer, Action.READ_CHALLENGE, thing):
        raise NotFound("challenge", thing.id)
    if isinstance(thing, ProfileFacts) and not allowed(viewer, Action.READ_PROFILE, thing):
        raise NotFound("profile", thing.id)
    if isinstance(thing, CohortFacts | HostFacts | PlacementFacts) and not (
        isinstance(thing, PlacementFacts) and allowed(viewer, Action.READ_PLACEMENT, thing)
    ):
        # Nobody else may know who is placed where, or that they seek a place at all.
        raise NotFound(_NAMES[type(thing)], thing.id)
    if viewer is None:
        raise NotSignedIn
    raise NotPermitted(action)


def _scope(action: Action) -> Scope:
    return Scope.READ if action in _READING else Scope.WRITE


def _on_challenge(viewer: Viewer | None, action: Action, thing: ChallengeFacts) -> bool:
    if action in {Action.OPEN_CHALLENGE, Action.CLOSE_CHALLENGE}:
        return viewer is not None and viewer.is_staff
    if thing.account_id is None and thing.organisation_id is None:
        return True  # its address is the key to it
    if viewer is None:
        return False
    return (
        viewer.is_staff
        or viewer.account_id == thing.account_id
        or thing.organisation_id in viewer.organisations
    )


#: What a thing that one may not know of is called.
_NAMES: dict[type, str] = {
    CohortFacts: "cohort",
    HostFacts: "organisation",
    PlacementFacts: "placement",
}


def parties_of(viewer: Viewer, thing: PlacementFacts) -> tuple[Party, ...]:
    """Return for whom somebody may agree to a placement; staff see to it, and agree for nobody."""
    found = []
    if thing.student_id in viewer.claimed:
        found.append(Party.STUDENT)
    if thing.host_id in viewer.organisations:
        found.append(Party.HOST)
    if viewer.role is Role.UNIVERSITY and thing.university_id in viewer.organisations:
        # Supervisors have no account of their own; their university answers for them.
        found += [Party.SUPERVISOR, Party.UNIVERSITY]
    return tuple(found)


def _on_placing(
    viewer: Viewer, action: Action, thing: CohortFacts | HostFacts | PlacementFacts
) -> bool:
    if isinstance(thing, HostFacts):
        mine = viewer.is_staff or thing.id in viewer.organisations
        return action is Action.OFFER_POSITION and mine
    coordinates = viewer.is_staff or (
        viewer.role is Role.UNIVERSITY and thing.university_id in viewer.organisations
    )
    if isinstance(thing, CohortFacts):
        if action is Action.WISH:
            return thing.student_id is not None and thing.student_id in viewer.claimed
        return action is Action.MANAGE_COHORT and coordinates
    if action is Action.READ_PLACEMENT:
        return coordinates or bool(parties_of(viewer, thing))
    return action is Action.MANAGE_PLACEMENT and coordinates


def _on_profile(viewer: Viewer | None, action: Action, thing: ProfileFacts) -> bool:
    if action is Action.READ_PROFILE and thing.visibility is Visibility.PUBLIC and thing.live:
        return True
    if viewer is None:
        return False
    own = thing.id in viewer.claimed or viewer.is_staff
    theirs = own or thing.id in viewer.delegated
    member = thing.id in viewer.organisations or thing.visibility is not Visibility.STAFF
    known = theirs or (member and thing.live)
    may = {
        Action.READ_PROFILE: known,
        Action.READ_PERSONAL: theirs and thing.kind is ProfileKind.STUDENT,
        Action.READ_HISTORY: theirs,
        Action.REVISE_PROFILE: theirs,
        # Who edits for somebody does not decide that they are shown.
        Action.CONFIRM_PROFILE: own or (theirs and thing.live),
        Action.CLAIM_PROFILE: known and not thing.claimed and viewer.role in _PROFILED,
        Action.WITHDRAW_PROFILE: own,
        Action.DELEGATE_PROFILE: own,
    }
    return may[action]


def facts_of(thing: Profile | Challenge, *, claimed: bool = False) -> Thing:
    """Return the facts of a profile or challenge.

    Args:
        thing: the profile or challenge.
        claimed: whether somebody owns the profile.

    """
    if isinstance(thing, Challenge):
        return ChallengeFacts(
            id=thing.id, account_id=thing.account_id, organisation_id=thing.organisation_id
        )
    return ProfileFacts(
        id=thing.id,
        kind=thing.kind,
        visibility=thing.visibility,
        claimed=claimed,
        live=thing.standing is Standing.LIVE,
    )
