"""Who may do what: the one place that says so, for the API, the pages and the tests.

Pure: whoever asks hands over the facts. ``allowed`` answers yes or no, ``check`` raises what a
refusal is called: what one may not know of is not there (``NotFound``), what one may know of but
not do is not permitted, and without a sign-in one is asked to sign in first.
"""

from __future__ import annotations

import enum
from uuid import UUID

from matchmaker.errors import NotFound, NotPermitted, NotSignedIn
from matchmaker.models.account import Role
from matchmaker.models.challenge import Challenge, Side
from matchmaker.models.credentials import Scope
from matchmaker.models.decision import DeclaredConflict
from matchmaker.models.facts import (
    STAFF,
    ChallengeFacts,
    CohortFacts,
    CollaborationFacts,
    ContestFacts,
    HostFacts,
    ImportFacts,
    IntroductionFacts,
    PlacementFacts,
    ProfileFacts,
    Thing,
    Viewer,
)
from matchmaker.models.introduction import Introduction, IntroductionAction, Party
from matchmaker.models.placement import PlacementParty
from matchmaker.models.profile import ProfileKind
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
    #: Learning who the people in a list of matches are; everybody learns what they are.
    NAME_PEOPLE = "name-people"
    SUBMIT_CHALLENGE = "submit-challenge"
    LIST_OWN_CHALLENGES = "list-own-challenges"
    READ_CHALLENGE = "read-challenge"
    REVISE_CHALLENGE = "revise-challenge"
    MATCH_CHALLENGE = "match-challenge"
    WITHDRAW_CHALLENGE = "withdraw-challenge"
    OPEN_CHALLENGE = "open-challenge"
    CLOSE_CHALLENGE = "close-challenge"
    #: Making a challenge one's own that was written without an account.
    KEEP_CHALLENGE = "keep-challenge"
    #: Saying that it is still to be answered.
    RENEW_CHALLENGE = "renew-challenge"
    #: Asking the firm something in the thread.
    ASK_BACK = "ask-back"
    #: Keeping partners for a challenge, and dismissing them for good.
    SHORTLIST = "shortlist"
    #: Saying with whom a profile must not be brought together.
    DECLARE_CONFLICT = "declare-conflict"
    #: The list holds one's own only, for staff all.
    LIST_INTRODUCTIONS = "list-introductions"
    READ_INTRODUCTION = "read-introduction"
    #: Saying yes or no for one of the two parties.
    ANSWER_INTRODUCTION = "answer-introduction"
    #: Proposing a meeting, and saying that it took place.
    ARRANGE_INTRODUCTION = "arrange-introduction"
    #: Drafting, offering, withdrawing, concluding.
    MANAGE_INTRODUCTION = "manage-introduction"
    READ_EXPOSURE = "read-exposure"
    #: A collaboration and the lines of its ledger.
    READ_COLLABORATION = "read-collaboration"
    #: Beginning one from an introduction, changing it, ending it.
    RUN_COLLABORATIONS = "run-collaborations"
    #: Writing a line; of firm and partner it counts once staff confirm it.
    REPORT_OUTCOME = "report-outcome"
    #: Confirming a line, and taking one off by a counter line.
    CONFIRM_OUTCOME = "confirm-outcome"
    #: Programmes, their targets, and what came of them.
    READ_PROGRAMMES = "read-programmes"
    MANAGE_PROGRAMMES = "manage-programmes"
    READ_AUDIT = "read-audit"
    LIST_ACCOUNTS = "list-accounts"
    MANAGE_ACCOUNTS = "manage-accounts"
    READ_OWN_ACCOUNT = "read-own-account"
    MANAGE_OWN_ACCOUNT = "manage-own-account"
    #: Cohorts that one manages, in a list.
    LIST_COHORTS = "list-cohorts"
    #: Students, supervisors, positions and rounds of one cohort.
    READ_COHORT = "read-cohort"
    MANAGE_COHORT = "manage-cohort"
    #: What a file would change, and how far it is written.
    READ_IMPORT = "read-import"
    #: Bringing a file, going on with it and giving it up: staff any, a university its students.
    RUN_IMPORT = "run-import"
    #: That a host exists and its contact is of it.
    VET_HOST = "vet-host"
    #: What a student says in their cohort: consent, wishes, marks.
    READ_WISHES = "read-wishes"
    WISH = "wish"
    #: Positions of one host, and how it ranks those who were proposed to it.
    READ_POSITION = "read-position"
    OFFER_POSITION = "offer-position"
    READ_PLACEMENT = "read-placement"
    #: Starting, completing, breaking off; seeing to who needs help, and looking at what student
    #: and host say of each other before the other one reads it.
    MANAGE_PLACEMENT = "manage-placement"
    #: Saying that a job came of a placement.
    RECORD_JOB = "record-job"
    #: What waits for a coordinator: agreements, help, texts, contests.
    READ_PLACING_WORK = "read-placing-work"
    #: Asking a person to look at how one was ranked.
    CONTEST_RANKING = "contest-ranking"
    READ_CONTEST = "read-contest"
    ANSWER_CONTEST = "answer-contest"


#: Those who can have a profile of their own.
_PROFILED = frozenset({Role.FIRM, Role.PARTNER, Role.UNIVERSITY})
_READING = frozenset(
    {
        Action.READ_PROFILE,
        Action.READ_PERSONAL,
        Action.READ_HISTORY,
        Action.READ_DESK,
        Action.READ_CHALLENGE,
        Action.NAME_PEOPLE,
        Action.LIST_OWN_CHALLENGES,
        Action.LIST_INTRODUCTIONS,
        Action.READ_INTRODUCTION,
        Action.READ_EXPOSURE,
        Action.READ_COLLABORATION,
        Action.READ_PROGRAMMES,
        Action.READ_AUDIT,
        Action.LIST_ACCOUNTS,
        Action.READ_OWN_ACCOUNT,
        Action.EXPORT,
        Action.LIST_COHORTS,
        Action.READ_COHORT,
        Action.READ_IMPORT,
        Action.READ_WISHES,
        Action.READ_POSITION,
        Action.READ_PLACEMENT,
        Action.READ_PLACING_WORK,
        Action.READ_CONTEST,
    }
)
#: What nobody has to sign in for.
_OPEN = frozenset({Action.SUBMIT_CHALLENGE, Action.READ_EXPOSURE})
#: Done to no single thing -> who may; an action that is not here is nobody's.
_BY_ROLE = {
    Action.READ_DESK: STAFF,
    Action.CURATE: STAFF,
    Action.EXPORT: STAFF,
    Action.NAME_PEOPLE: frozenset(Role),
    Action.LIST_OWN_CHALLENGES: frozenset(Role),
    Action.RUN_COLLABORATIONS: STAFF,
    Action.CONFIRM_OUTCOME: STAFF,
    Action.READ_PROGRAMMES: STAFF,
    Action.MANAGE_PROGRAMMES: STAFF,
    Action.LIST_INTRODUCTIONS: frozenset(Role),
    Action.MANAGE_INTRODUCTION: STAFF,
    Action.READ_AUDIT: frozenset({Role.ADMINISTRATOR}),
    Action.LIST_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
    Action.READ_OWN_ACCOUNT: frozenset(Role),
    Action.MANAGE_OWN_ACCOUNT: frozenset(Role),
    Action.LIST_COHORTS: STAFF | {Role.UNIVERSITY},
    Action.READ_IMPORT: STAFF | {Role.UNIVERSITY},
    Action.RUN_IMPORT: STAFF | {Role.UNIVERSITY},
    Action.READ_PLACING_WORK: STAFF | {Role.UNIVERSITY},
    Action.VET_HOST: STAFF,
}
#: What is done to one challenge, and asked of it.
ON_CHALLENGES = (
    Action.READ_CHALLENGE,
    Action.REVISE_CHALLENGE,
    Action.MATCH_CHALLENGE,
    Action.WITHDRAW_CHALLENGE,
    Action.OPEN_CHALLENGE,
    Action.CLOSE_CHALLENGE,
    Action.KEEP_CHALLENGE,
    Action.RENEW_CHALLENGE,
    Action.ASK_BACK,
    Action.SHORTLIST,
)
#: What is done to one introduction, and asked of it.
ON_INTRODUCTIONS = (
    Action.READ_INTRODUCTION,
    Action.ANSWER_INTRODUCTION,
    Action.ARRANGE_INTRODUCTION,
    Action.MANAGE_INTRODUCTION,
)
_OF_STAFF = frozenset({Action.OPEN_CHALLENGE, Action.CLOSE_CHALLENGE, Action.ASK_BACK})
_ON_COLLABORATIONS = (
    Action.READ_COLLABORATION,
    Action.RUN_COLLABORATIONS,
    Action.REPORT_OUTCOME,
    Action.CONFIRM_OUTCOME,
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
    Action.DECLARE_CONFLICT,
    Action.CONTEST_RANKING,
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
    match thing:
        case ChallengeFacts():
            may = action in ON_CHALLENGES and _on_challenge(viewer, action, thing)
        case CollaborationFacts():
            may = action in _ON_COLLABORATIONS and _on_collaboration(viewer, action, thing)
        case IntroductionFacts():
            may = action in ON_INTRODUCTIONS and _on_introduction(viewer, action, thing)
        case ProfileFacts():
            may = action in ON_PROFILES and _on_profile(viewer, action, thing)
        case ContestFacts():
            may = viewer is not None and _on_contest(viewer, action, thing)
        case ImportFacts():
            runs = action in {Action.READ_IMPORT, Action.RUN_IMPORT}
            may = runs and viewer is not None and _coordinates(viewer, thing.university_id)
        case CohortFacts() | HostFacts() | PlacementFacts():
            may = viewer is not None and _on_placing(viewer, action, thing)
        case None:
            by_role = viewer is not None and viewer.role in _BY_ROLE.get(action, ())
            may = action in _OPEN or by_role
    return may


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


def shows_name(viewer: Viewer, account_id: UUID) -> bool:
    """Return whether somebody is told the name of an account that did something they see."""
    return viewer.is_staff or viewer.account_id == account_id


def may_end_conflict(
    viewer: Viewer, conflict: DeclaredConflict, profile_id: UUID, *, by_staff: bool
) -> bool:
    """Return whether somebody who may declare conflicts of a profile may take this one back.

    Only the side that declared it may: the other one is whom it is about. What staff declared,
    staff take back.
    """
    return viewer.is_staff or (conflict.profile_id == profile_id and not by_staff)


def side_of(viewer: Viewer | None, challenge: Challenge) -> Side:
    """Return the side that somebody writes for: staff, but for a challenge of their own."""
    if viewer is None or not viewer.is_staff or challenge.account_id == viewer.account_id:
        return Side.FIRM
    return Side.STAFF


def check(viewer: Viewer | None, action: Action, thing: Thing | None = None) -> None:
    """Refuse what somebody may not do.

    Raises:
        NotFound: they may not even know of the thing.
        NotSignedIn: nobody is signed in, and somebody might be allowed to.
        NotPermitted: they may know of it, but not do this.

    """
    if allowed(viewer, action, thing):
        return
    if thing is not None:
        knowing = _KNOWING.get(type(thing))
        if knowing is None or not allowed(viewer, knowing, thing):
            raise NotFound(_NAMES[type(thing)], thing.id)
    if viewer is None:
        raise NotSignedIn
    raise NotPermitted(action)


def _scope(action: Action) -> Scope:
    return Scope.READ if action in _READING else Scope.WRITE


def _on_challenge(viewer: Viewer | None, action: Action, thing: ChallengeFacts) -> bool:
    if action in _OF_STAFF:
        return viewer is not None and viewer.is_staff
    if thing.account_id is None and thing.organisation_id is None:
        # Its address is the key to it, but not to the names of people.
        return action is not Action.SHORTLIST or viewer is not None
    if action is Action.KEEP_CHALLENGE:
        return False  # it is somebody's
    if viewer is None:
        return False
    return (
        viewer.is_staff
        or viewer.account_id == thing.account_id
        or thing.organisation_id in viewer.organisations
    )


def _on_collaboration(viewer: Viewer | None, action: Action, thing: CollaborationFacts) -> bool:
    if viewer is None:
        return False
    if viewer.is_staff:
        return True
    firm = viewer.account_id == thing.account_id or thing.organisation_id in viewer.organisations
    part = firm or thing.partner_id in viewer.claimed
    return part and action in {Action.READ_COLLABORATION, Action.REPORT_OUTCOME}


def _on_introduction(viewer: Viewer | None, action: Action, thing: IntroductionFacts) -> bool:
    if viewer is None:
        return False
    if action is Action.MANAGE_INTRODUCTION:
        return viewer.is_staff
    party = thing.offered and bool(thing.parties_of(viewer))
    # Staff bring together, and do not answer for either.
    return party or (viewer.is_staff and action is not Action.ANSWER_INTRODUCTION)


#: What a thing that one may not know of is called.
_NAMES: dict[type, str] = {
    ChallengeFacts: "challenge",
    ProfileFacts: "profile",
    CollaborationFacts: "collaboration",
    IntroductionFacts: "introduction",
    CohortFacts: "cohort",
    HostFacts: "organisation",
    PlacementFacts: "placement",
    ContestFacts: "contest",
    ImportFacts: "import",
}
#: Who may do this knows of a thing. Who seeks a place, and where, is for those who may act on it.
_KNOWING: dict[type, Action] = {
    ChallengeFacts: Action.READ_CHALLENGE,
    ProfileFacts: Action.READ_PROFILE,
    CollaborationFacts: Action.READ_COLLABORATION,
    IntroductionFacts: Action.READ_INTRODUCTION,
    PlacementFacts: Action.READ_PLACEMENT,
    ContestFacts: Action.READ_CONTEST,
}


def parties_of(viewer: Viewer, thing: PlacementFacts) -> tuple[PlacementParty, ...]:
    """Return for whom somebody may agree to a placement; staff see to it, and agree for nobody."""
    found = []
    if thing.student_id in viewer.claimed:
        found.append(PlacementParty.STUDENT)
    if thing.host_id in viewer.organisations:
        found.append(PlacementParty.HOST)
    if viewer.role is Role.UNIVERSITY and thing.university_id in viewer.organisations:
        # Supervisors have no account of their own; their university answers for them.
        found += [PlacementParty.SUPERVISOR, PlacementParty.UNIVERSITY]
    return tuple(found)


def _on_placing(
    viewer: Viewer,
    action: Action,
    thing: CohortFacts | HostFacts | PlacementFacts,
) -> bool:
    if isinstance(thing, HostFacts):
        mine = viewer.is_staff or thing.id in viewer.organisations
        return action in {Action.READ_POSITION, Action.OFFER_POSITION} and mine
    coordinates = _coordinates(viewer, thing.university_id)
    if isinstance(thing, CohortFacts):
        if action in {Action.READ_WISHES, Action.WISH}:
            return thing.student_id is not None and thing.student_id in viewer.claimed
        return action in {Action.READ_COHORT, Action.MANAGE_COHORT} and coordinates
    if action is Action.READ_PLACEMENT:
        return coordinates or bool(parties_of(viewer, thing))
    if action is Action.RECORD_JOB:
        return coordinates or thing.host_id in viewer.organisations
    return action is Action.MANAGE_PLACEMENT and coordinates


def _coordinates(viewer: Viewer, university_id: UUID | None) -> bool:
    of_it = viewer.role is Role.UNIVERSITY and university_id in viewer.organisations
    return viewer.is_staff or of_it


def _on_contest(viewer: Viewer, action: Action, thing: ContestFacts) -> bool:
    # Who contests reads the answer; nobody answers themselves.
    mine = thing.profile_id in viewer.claimed
    coordinates = _coordinates(viewer, thing.university_id)
    if action is Action.READ_CONTEST:
        return mine or coordinates
    return action is Action.ANSWER_CONTEST and coordinates and not mine


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
        # Who is asked for somebody knows with whom they must not be brought together.
        Action.DECLARE_CONFLICT: theirs,
        # Of one's own alone: nobody contests for somebody else.
        Action.CONTEST_RANKING: thing.id in viewer.claimed,
    }
    return may[action]


def introduction_actions(
    introduction: Introduction, facts: IntroductionFacts, viewer: Viewer | None
) -> tuple[IntroductionAction, ...]:
    """Return what somebody may do with an introduction in its present state.

    Whoever came by a mailed link is nobody here; what a link opens is ``party_actions``.
    """
    if viewer is None:
        return ()
    parties = facts.parties_of(viewer) if facts.offered else ()
    own = {action for party in parties for action in party_actions(introduction, party)}
    may = own if allowed(viewer, Action.ANSWER_INTRODUCTION, facts) else set()
    if allowed(viewer, Action.MANAGE_INTRODUCTION, facts):
        may |= _BY_STAFF
    if allowed(viewer, Action.ARRANGE_INTRODUCTION, facts):
        may |= _BY_BOTH
    return tuple(action for action in introduction.actions() if action in may)


def party_actions(introduction: Introduction, party: Party) -> tuple[IntroductionAction, ...]:
    """Return which answers a party may still give: a yes once, a no as long as it is offered."""
    answered = introduction.answer_of(party) is not None
    return tuple(
        action
        for action in introduction.actions()
        if action is IntroductionAction.DECLINE
        or (action is IntroductionAction.ACCEPT and not answered)
    )


_BY_BOTH = {IntroductionAction.PROPOSE_MEETING, IntroductionAction.MEET}
_BY_STAFF = {
    IntroductionAction.REVISE,
    IntroductionAction.OFFER,
    IntroductionAction.WITHDRAW,
    IntroductionAction.CONCLUDE,
}
