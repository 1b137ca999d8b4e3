"""Who may do what, as a table that a person can read."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from matchmaker.errors import NotFound, NotPermitted, NotSignedIn
from matchmaker.models import PlacementParty, ProfileKind, Role, Scope, Visibility
from matchmaker.models.actions import (
    Action,
    allowed,
    check,
    parties_of,
    visibilities_of,
)
from matchmaker.models.facts import (
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

FIRM, PROFILE, ORGANISATION = uuid4(), uuid4(), uuid4()
EVERYBODY = ("nobody", *Role)


def viewer(who: str, **more: object) -> Viewer | None:
    return None if who == "nobody" else Viewer(account_id=uuid4(), role=Role(who), **more)  # type: ignore[arg-type]


def actions_for(thing: Thing, viewer: Viewer | None) -> tuple[Action, ...]:
    """Return everything that somebody may do with a thing."""
    return tuple(action for action in Action if allowed(viewer, action, thing))


OPEN = ChallengeFacts(id=uuid4())
OWNED = ChallengeFacts(id=uuid4(), account_id=FIRM, organisation_id=ORGANISATION)
PUBLIC = ProfileFacts(id=PROFILE, kind=ProfileKind.EXPERT, visibility=Visibility.PUBLIC)
MEMBERS = ProfileFacts(id=PROFILE, kind=ProfileKind.EXPERT, visibility=Visibility.MEMBERS)
STAFF = ProfileFacts(id=PROFILE, kind=ProfileKind.STUDENT, visibility=Visibility.STAFF)
CLAIMED = ProfileFacts(
    id=PROFILE, kind=ProfileKind.EXPERT, visibility=Visibility.PUBLIC, claimed=True
)
GONE = ProfileFacts(id=PROFILE, kind=ProfileKind.EXPERT, visibility=Visibility.PUBLIC, live=False)
OFFERED = IntroductionFacts(id=uuid4(), challenge=OWNED, profile_id=PROFILE)
TOGETHER = CollaborationFacts(
    id=uuid4(), account_id=FIRM, organisation_id=ORGANISATION, partner_id=PROFILE
)
UNIVERSITY, STUDENT = uuid4(), uuid4()
COHORT = CohortFacts(id=uuid4(), university_id=UNIVERSITY, student_id=STUDENT)
HOST = HostFacts(id=ORGANISATION)
PLACEMENT = PlacementFacts(
    id=uuid4(), student_id=STUDENT, host_id=ORGANISATION, university_id=UNIVERSITY
)
CONTEST = ContestFacts(id=uuid4(), profile_id=STUDENT, university_id=UNIVERSITY)
CLUSTERS = ImportFacts(id=uuid4(), university_id=None)
#: action, thing -> who may; columns: nobody, firm, partner, university, staff, administrator.
TABLE = [
    (Action.READ_IMPORT, None, "---yyy"),
    (Action.RUN_IMPORT, None, "---yyy"),
    (Action.READ_IMPORT, CLUSTERS, "----yy"),
    (Action.RUN_IMPORT, CLUSTERS, "----yy"),
    (Action.READ_CHALLENGE, OPEN, "yyyyyy"),
    (Action.REVISE_CHALLENGE, OPEN, "yyyyyy"),
    (Action.OPEN_CHALLENGE, OPEN, "----yy"),
    (Action.CLOSE_CHALLENGE, OPEN, "----yy"),
    (Action.READ_CHALLENGE, OWNED, "----yy"),
    (Action.REVISE_CHALLENGE, OWNED, "----yy"),
    (Action.MATCH_CHALLENGE, OWNED, "----yy"),
    (Action.WITHDRAW_CHALLENGE, OWNED, "----yy"),
    (Action.KEEP_CHALLENGE, OPEN, "yyyyyy"),
    (Action.KEEP_CHALLENGE, OWNED, "------"),
    (Action.RENEW_CHALLENGE, OWNED, "----yy"),
    (Action.ASK_BACK, OPEN, "----yy"),
    (Action.ASK_BACK, OWNED, "----yy"),
    (Action.SHORTLIST, OPEN, "-yyyyy"),
    (Action.SHORTLIST, OWNED, "----yy"),
    (Action.NAME_PEOPLE, None, "-yyyyy"),
    (Action.LIST_OWN_CHALLENGES, None, "-yyyyy"),
    (Action.SHORTLIST, OWNED, "----yy"),
    (Action.DECLARE_CONFLICT, PUBLIC, "----yy"),
    (Action.LIST_INTRODUCTIONS, None, "-yyyyy"),
    (Action.READ_INTRODUCTION, OFFERED, "----yy"),
    (Action.ANSWER_INTRODUCTION, OFFERED, "------"),
    (Action.ARRANGE_INTRODUCTION, OFFERED, "----yy"),
    (Action.MANAGE_INTRODUCTION, OFFERED, "----yy"),
    (Action.MANAGE_INTRODUCTION, None, "----yy"),
    (Action.READ_COLLABORATION, TOGETHER, "----yy"),
    (Action.RUN_COLLABORATIONS, TOGETHER, "----yy"),
    (Action.REPORT_OUTCOME, TOGETHER, "----yy"),
    (Action.CONFIRM_OUTCOME, TOGETHER, "----yy"),
    (Action.READ_PROGRAMMES, None, "----yy"),
    (Action.MANAGE_PROGRAMMES, None, "----yy"),
    (Action.READ_PROFILE, PUBLIC, "yyyyyy"),
    (Action.READ_PROFILE, MEMBERS, "-yyyyy"),
    (Action.READ_PROFILE, STAFF, "----yy"),
    (Action.READ_PROFILE, GONE, "----yy"),
    (Action.READ_PERSONAL, STAFF, "----yy"),
    (Action.READ_PERSONAL, PUBLIC, "------"),
    (Action.REVISE_PROFILE, PUBLIC, "----yy"),
    (Action.READ_HISTORY, PUBLIC, "----yy"),
    (Action.CONFIRM_PROFILE, PUBLIC, "----yy"),
    (Action.CONFIRM_PROFILE, GONE, "----yy"),
    (Action.WITHDRAW_PROFILE, PUBLIC, "----yy"),
    (Action.DELEGATE_PROFILE, PUBLIC, "----yy"),
    (Action.CLAIM_PROFILE, PUBLIC, "-yyy--"),
    (Action.CLAIM_PROFILE, CLAIMED, "------"),
    (Action.SUBMIT_CHALLENGE, None, "yyyyyy"),
    (Action.READ_EXPOSURE, None, "yyyyyy"),
    (Action.READ_DESK, None, "----yy"),
    (Action.CURATE, None, "----yy"),
    (Action.EXPORT, None, "----yy"),
    (Action.READ_AUDIT, None, "-----y"),
    (Action.LIST_ACCOUNTS, None, "-----y"),
    (Action.MANAGE_ACCOUNTS, None, "-----y"),
    (Action.READ_OWN_ACCOUNT, None, "-yyyyy"),
    (Action.MANAGE_OWN_ACCOUNT, None, "-yyyyy"),
    (Action.LIST_COHORTS, None, "---yyy"),
    (Action.VET_HOST, None, "----yy"),
    (Action.READ_COHORT, COHORT, "----yy"),
    (Action.MANAGE_COHORT, COHORT, "----yy"),
    (Action.RECORD_JOB, PLACEMENT, "----yy"),
    (Action.READ_PLACING_WORK, None, "---yyy"),
    (Action.CONTEST_RANKING, PUBLIC, "------"),
    (Action.READ_CONTEST, CONTEST, "----yy"),
    (Action.ANSWER_CONTEST, CONTEST, "----yy"),
    (Action.READ_WISHES, COHORT, "------"),
    (Action.WISH, COHORT, "------"),
    (Action.READ_POSITION, HOST, "----yy"),
    (Action.OFFER_POSITION, HOST, "----yy"),
    (Action.READ_PLACEMENT, PLACEMENT, "----yy"),
    (Action.MANAGE_PLACEMENT, PLACEMENT, "----yy"),
]


@pytest.mark.parametrize(("action", "thing", "may"), TABLE)
def test_strangers_to_a_thing_may_by_their_role(
    action: Action, thing: Thing | None, may: str
) -> None:
    found = "".join("y" if allowed(viewer(who), action, thing) else "-" for who in EVERYBODY)

    assert found == may


def test_every_action_is_in_the_table() -> None:
    assert {action for action, _, _ in TABLE} == set(Action)


@pytest.mark.parametrize("role", [Role.FIRM, Role.PARTNER, Role.UNIVERSITY])
def test_an_account_and_its_organisation_may_do_everything_with_their_challenge(
    role: Role,
) -> None:
    owner = Viewer(account_id=FIRM, role=role)
    colleague = Viewer(account_id=uuid4(), role=role, organisations=frozenset({ORGANISATION}))
    everything = (
        Action.READ_CHALLENGE,
        Action.REVISE_CHALLENGE,
        Action.MATCH_CHALLENGE,
        Action.WITHDRAW_CHALLENGE,
        Action.RENEW_CHALLENGE,
        Action.SHORTLIST,
    )

    assert actions_for(OWNED, owner) == actions_for(OWNED, colleague) == everything


def test_a_challenge_without_an_organisation_is_not_that_of_who_has_none() -> None:
    alone = ChallengeFacts(id=uuid4(), account_id=FIRM)

    assert actions_for(alone, Viewer(account_id=uuid4(), role=Role.FIRM)) == ()


def test_a_challenge_whose_account_is_gone_is_still_that_of_its_organisation() -> None:
    left = ChallengeFacts(id=uuid4(), organisation_id=ORGANISATION)

    assert not allowed(None, Action.READ_CHALLENGE, left)


@pytest.mark.parametrize("facts", [PUBLIC, MEMBERS, STAFF, GONE])
def test_owner_and_delegate_may_edit_and_only_the_owner_withdraws(facts: ProfileFacts) -> None:
    ours: frozenset[UUID] = frozenset({PROFILE})
    owner = Viewer(account_id=uuid4(), role=Role.PARTNER, claimed=ours)
    delegate = Viewer(account_id=uuid4(), role=Role.UNIVERSITY, delegated=ours)

    assert {Action.REVISE_PROFILE, Action.WITHDRAW_PROFILE} <= set(actions_for(facts, owner))
    assert {Action.REVISE_PROFILE, Action.DECLARE_CONFLICT} <= set(actions_for(facts, delegate))
    assert Action.WITHDRAW_PROFILE not in actions_for(facts, delegate)
    assert Action.DELEGATE_PROFILE not in actions_for(facts, delegate)


def test_a_delegate_confirms_who_is_shown_already_and_nobody_else() -> None:
    delegate = Viewer(account_id=uuid4(), role=Role.PARTNER, delegated=frozenset({PROFILE}))
    owner = Viewer(account_id=uuid4(), role=Role.PARTNER, claimed=frozenset({PROFILE}))

    assert allowed(delegate, Action.CONFIRM_PROFILE, PUBLIC)
    assert not allowed(delegate, Action.CONFIRM_PROFILE, GONE)
    assert allowed(owner, Action.CONFIRM_PROFILE, GONE)


def test_a_token_that_reads_reads_the_desk_and_histories_and_changes_nothing() -> None:
    ours: frozenset[UUID] = frozenset({PROFILE})
    reading = frozenset({Scope.READ})
    staff = Viewer(account_id=uuid4(), role=Role.STAFF, scopes=reading)
    owner = Viewer(account_id=uuid4(), role=Role.PARTNER, claimed=ours, scopes=reading)

    assert allowed(staff, Action.READ_DESK)
    assert not allowed(staff, Action.CURATE)
    assert Action.READ_HISTORY in actions_for(PUBLIC, owner)
    assert Action.REVISE_PROFILE not in actions_for(PUBLIC, owner)


def test_a_member_sees_the_hidden_profile_of_the_organisation_and_may_not_edit_it() -> None:
    member = Viewer(account_id=uuid4(), role=Role.FIRM, organisations=frozenset({PROFILE}))

    assert allowed(member, Action.READ_PROFILE, STAFF)
    assert not allowed(member, Action.REVISE_PROFILE, STAFF)


def test_a_token_may_what_its_scope_says_and_no_more_than_its_account() -> None:
    reading = Viewer(account_id=uuid4(), role=Role.ADMINISTRATOR, scopes=frozenset({Scope.READ}))
    writing = Viewer(account_id=uuid4(), role=Role.FIRM, scopes=frozenset({Scope.WRITE}))

    assert allowed(reading, Action.READ_AUDIT)
    assert not allowed(reading, Action.MANAGE_ACCOUNTS)
    assert not allowed(reading, Action.REVISE_PROFILE, PUBLIC)
    assert allowed(writing, Action.MANAGE_OWN_ACCOUNT)
    assert not allowed(writing, Action.READ_OWN_ACCOUNT)
    assert not allowed(writing, Action.MANAGE_ACCOUNTS)


@pytest.mark.parametrize(
    ("who", "action", "thing", "refusal"),
    [
        ("firm", Action.READ_CHALLENGE, OWNED, NotFound),
        ("firm", Action.REVISE_CHALLENGE, OWNED, NotFound),
        ("nobody", Action.READ_CHALLENGE, OWNED, NotFound),
        ("nobody", Action.READ_PROFILE, MEMBERS, NotFound),
        ("firm", Action.REVISE_PROFILE, STAFF, NotFound),
        ("firm", Action.REVISE_PROFILE, PUBLIC, NotPermitted),
        ("nobody", Action.REVISE_PROFILE, PUBLIC, NotSignedIn),
        ("nobody", Action.OPEN_CHALLENGE, OPEN, NotSignedIn),
        ("firm", Action.OPEN_CHALLENGE, OPEN, NotPermitted),
        ("nobody", Action.READ_AUDIT, None, NotSignedIn),
        ("staff", Action.READ_AUDIT, None, NotPermitted),
    ],
)
def test_a_refusal_never_tells_of_what_one_may_not_know(
    who: str, action: Action, thing: ChallengeFacts | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check(viewer(who), action, thing)


def test_what_is_allowed_is_not_refused() -> None:
    check(viewer("administrator"), Action.READ_AUDIT)


def test_more_is_seen_by_who_is_nearer() -> None:
    seen = [len(visibilities_of(viewer(who))) for who in ("nobody", "firm", "staff")]

    assert seen == [1, 2, 3]


def test_the_parties_of_an_introduction_answer_it_once_they_were_asked() -> None:
    firm = Viewer(account_id=FIRM, role=Role.FIRM)
    partner = Viewer(account_id=uuid4(), role=Role.PARTNER, claimed=frozenset({PROFILE}))
    draft = IntroductionFacts(id=uuid4(), challenge=OWNED, profile_id=PROFILE, offered=False)
    theirs = (Action.READ_INTRODUCTION, Action.ANSWER_INTRODUCTION, Action.ARRANGE_INTRODUCTION)

    for party in (firm, partner):
        assert actions_for(OFFERED, party) == theirs
        assert actions_for(draft, party) == ()
        with pytest.raises(NotFound):
            check(party, Action.READ_INTRODUCTION, draft)


def test_each_party_of_a_placement_speaks_for_itself_and_staff_for_nobody() -> None:
    student = Viewer(account_id=uuid4(), role=Role.PARTNER, claimed=frozenset({STUDENT}))
    host = Viewer(account_id=uuid4(), role=Role.FIRM, organisations=frozenset({ORGANISATION}))
    university = Viewer(
        account_id=uuid4(), role=Role.UNIVERSITY, organisations=frozenset({UNIVERSITY})
    )
    # A member of the university whose account is no university's does not coordinate.
    colleague = Viewer(account_id=uuid4(), role=Role.PARTNER, organisations=frozenset({UNIVERSITY}))
    staff = Viewer(account_id=uuid4(), role=Role.STAFF)

    assert parties_of(student, PLACEMENT) == (PlacementParty.STUDENT,)
    assert parties_of(host, PLACEMENT) == (PlacementParty.HOST,)
    assert parties_of(university, PLACEMENT) == (
        PlacementParty.SUPERVISOR,
        PlacementParty.UNIVERSITY,
    )
    assert parties_of(colleague, PLACEMENT) == parties_of(staff, PLACEMENT) == ()
    assert actions_for(COHORT, student) == (Action.READ_WISHES, Action.WISH)
    assert actions_for(COHORT, university) == (Action.READ_COHORT, Action.MANAGE_COHORT)
    assert actions_for(COHORT, colleague) == actions_for(COHORT, host) == ()
    assert actions_for(HOST, host) == (Action.READ_POSITION, Action.OFFER_POSITION)
    assert actions_for(PLACEMENT, student) == (Action.READ_PLACEMENT,)
    assert Action.MANAGE_PLACEMENT in actions_for(PLACEMENT, university)
    for facts in (COHORT, HOST):
        with pytest.raises(NotFound):
            check(colleague, Action.MANAGE_COHORT, facts)
    with pytest.raises(NotPermitted):
        check(student, Action.MANAGE_PLACEMENT, PLACEMENT)
    with pytest.raises(NotFound):
        check(colleague, Action.READ_PLACEMENT, PLACEMENT)


def test_who_contests_reads_the_answer_and_never_gives_it() -> None:
    mine = viewer("partner", claimed=frozenset({STUDENT}))
    coordinator = viewer("university", organisations=frozenset({UNIVERSITY}))
    stranger = viewer("university", organisations=frozenset({ORGANISATION}))
    both = viewer("staff", claimed=frozenset({STUDENT}))
    assert allowed(mine, Action.READ_CONTEST, CONTEST)
    assert allowed(coordinator, Action.ANSWER_CONTEST, CONTEST)
    for who, action in [
        (mine, Action.ANSWER_CONTEST),
        (both, Action.ANSWER_CONTEST),
        (stranger, Action.READ_CONTEST),
        (coordinator, Action.CONTEST_RANKING),
    ]:
        assert not allowed(who, action, CONTEST)
    with pytest.raises(NotPermitted):
        check(mine, Action.ANSWER_CONTEST, CONTEST)
    with pytest.raises(NotFound):
        check(stranger, Action.READ_CONTEST, CONTEST)
    of_staff = ContestFacts(id=uuid4(), profile_id=PROFILE, university_id=None)
    assert not allowed(coordinator, Action.READ_CONTEST, of_staff)
    owner = viewer("partner", claimed=frozenset({PROFILE}))
    assert allowed(owner, Action.CONTEST_RANKING, PUBLIC)
    assert not allowed(
        viewer("partner", delegated=frozenset({PROFILE})), Action.CONTEST_RANKING, PUBLIC
    )


def test_a_host_tells_of_a_job_and_a_student_does_not() -> None:
    host = viewer("firm", organisations=frozenset({ORGANISATION}))
    student = viewer("partner", claimed=frozenset({STUDENT}))
    assert allowed(host, Action.RECORD_JOB, PLACEMENT)
    assert not allowed(student, Action.RECORD_JOB, PLACEMENT)
