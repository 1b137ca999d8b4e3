"""What permission depends on: of somebody who is signed in, and of the things they ask about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from matchmaker.models.account import Role
from matchmaker.models.challenge import Challenge
from matchmaker.models.collaboration import Collaboration
from matchmaker.models.credentials import Scope
from matchmaker.models.introduction import Introduction, Party
from matchmaker.models.profile import Profile, ProfileKind, Standing
from matchmaker.models.visibility import Visibility

#: Who works here.
STAFF = frozenset({Role.STAFF, Role.ADMINISTRATOR})


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
        return self.role in STAFF


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
class CollaborationFacts:
    """What permission depends on in a collaboration."""

    id: UUID
    #: Whose challenge it began with.
    account_id: UUID | None
    organisation_id: UUID | None
    #: The profile of the partner; None when it is erased.
    partner_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class IntroductionFacts:
    """What permission depends on in an introduction."""

    id: UUID
    challenge: ChallengeFacts
    profile_id: UUID
    #: Whether the parties have been asked at all; a draft is for staff only.
    offered: bool = True

    def parties_of(self, viewer: Viewer) -> tuple[Party, ...]:
        """Return the parties that somebody speaks for."""
        challenge = self.challenge
        firm = (
            viewer.account_id == challenge.account_id
            or challenge.organisation_id in viewer.organisations
        )
        partner = self.profile_id in viewer.claimed | viewer.delegated
        spoken = {Party.FIRM: firm, Party.PARTNER: partner}
        return tuple(party for party, speaks in spoken.items() if speaks)


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


@dataclass(frozen=True, kw_only=True)
class ContestFacts:
    """What permission depends on in a contest."""

    id: UUID
    #: Who was ranked.
    profile_id: UUID
    #: Whose coordinators answer; None: staff alone.
    university_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ImportFacts:
    """What permission depends on in an import."""

    id: UUID
    #: Whose students it brings; None: a file of the cluster, for staff alone.
    university_id: UUID | None


Thing: TypeAlias = (
    ProfileFacts
    | ChallengeFacts
    | IntroductionFacts
    | CollaborationFacts
    | CohortFacts
    | HostFacts
    | PlacementFacts
    | ContestFacts
    | ImportFacts
)


def introduction_facts(introduction: Introduction, challenge: Challenge) -> IntroductionFacts:
    """Return the facts of an introduction."""
    return IntroductionFacts(
        id=introduction.id,
        challenge=ChallengeFacts(
            id=challenge.id,
            account_id=challenge.account_id,
            organisation_id=challenge.organisation_id,
        ),
        profile_id=introduction.profile_id,
        offered=introduction.offered_at is not None,
    )


def facts_of(
    thing: Profile | Challenge | Introduction | Collaboration, *, claimed: bool = False
) -> Thing:
    """Return the facts of a thing; an introduction is read with its challenge.

    Args:
        thing: what permission is asked for.
        claimed: whether somebody owns the profile.

    """
    if isinstance(thing, Introduction):
        return introduction_facts(thing, thing.challenge)
    if isinstance(thing, Challenge):
        return ChallengeFacts(
            id=thing.id, account_id=thing.account_id, organisation_id=thing.organisation_id
        )
    if isinstance(thing, Collaboration):
        return CollaborationFacts(
            id=thing.id,
            account_id=thing.account_id,
            organisation_id=thing.organisation_id,
            partner_id=thing.partner_id,
        )
    return ProfileFacts(
        id=thing.id,
        kind=thing.kind,
        visibility=thing.visibility,
        claimed=claimed,
        live=thing.standing is Standing.LIVE,
    )
