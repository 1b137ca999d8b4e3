"""Decisions about partners: they outlive every list, and lists spare whom the rules protect."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import Duplicate, InvalidInput, NotFound, Protected
from matchmaker.matching.changes import Movement
from matchmaker.models import (
    Answer,
    Conditions,
    DeclineReason,
    DismissalReason,
    EligibilityRule,
    Expert,
    Match,
    MatchRun,
    MatchState,
    Organisation,
    Party,
    Profile,
    Role,
)
from matchmaker.models.facts import Viewer
from matchmaker.storage.database import Sessions
from tests.conftest import SteppingClock
from tests.factories import an_organisation
from tests.parties import WELDING, Parties, claim, some_parties


@pytest.fixture
def parties(workshop: Matchmaker) -> Parties:
    """A firm, a partner and staff; nothing is matched yet."""
    return some_parties(workshop)


def run(parties: Parties, challenge_id: UUID | None = None) -> MatchRun:
    return parties.service.matchmaking.run(challenge_id or parties.challenge_id)


def listed(found: MatchRun) -> set[UUID]:
    return {match.profile_id for match in found.matches}


def removed(found: MatchRun, rule: EligibilityRule) -> int:
    return int(dict(found.funnel)[rule.value])


def another_challenge(parties: Parties, **owner: UUID) -> UUID:
    viewer = Viewer(account_id=parties.firm.id, role=Role.FIRM)
    return parties.service.challenges.submit(text=WELDING, by=viewer, **owner).id


def set_columns(parties: Parties, profile_id: UUID, **values: object) -> None:
    with Sessions(parties.service.engine).writing() as session:
        profile = session.get_one(Profile, profile_id)
        for name, value in values.items():
            setattr(profile, name, value)


def test_a_decision_outlives_every_list_and_is_taken_back(parties: Parties) -> None:
    shortlist = parties.service.shortlist
    first = run(parties)
    assert parties.profile_id in listed(first)

    shortlist.dismiss(
        parties.challenge_id,
        parties.profile_id,
        DismissalReason.ALREADY_KNOWN,
        by=parties.staff.id,
        note="Works for them already.",
    )
    for _ in range(2):
        again = run(parties)
        assert parties.profile_id not in listed(again)
        assert removed(again, EligibilityRule.DISMISSED) == 1
        # What the asker asks for is one thing, what was decided another.
        assert Conditions.from_json(again.conditions).dismissed == ()
    assert parties.service.matchmaking.replay(again.id).same

    shortlist.undo(parties.challenge_id, parties.profile_id, by=parties.staff.id)
    shortlist.undo(parties.challenge_id, parties.profile_id, by=parties.staff.id)
    assert listed(run(parties)) == listed(first)


def test_a_partner_is_added_by_hand_with_a_reason_and_stays_without_a_place(
    parties: Parties,
) -> None:
    shortlist = parties.service.shortlist
    run(parties)
    klyngen = parties.profile("Klyngen")
    with pytest.raises(InvalidInput):
        shortlist.keep(parties.challenge_id, klyngen, by=None)

    shortlist.keep(parties.challenge_id, klyngen, by=None, note="Runs the network.")
    shortlist.keep(parties.challenge_id, parties.profile_id, by=None)

    found = shortlist.of_challenge(parties.challenge_id)
    assert [(one.decision.by_hand, one.match is None) for one in found] == [
        (False, False),
        (True, True),
    ]
    assert {one.decision.state for one in found} == {MatchState.SHORTLISTED}
    with pytest.raises(NotFound):
        shortlist.keep(parties.challenge_id, parties.challenge_id, by=None)


def test_the_next_to_introduce_is_of_the_shortlist_then_of_the_list(parties: Parties) -> None:
    service = parties.service
    found = run(parties)
    assert service.shortlist.next_for(parties.challenge_id) == found.matches[0].profile_id
    service.shortlist.keep(parties.challenge_id, parties.profile_id, by=None)
    assert service.shortlist.next_for(parties.challenge_id) == parties.profile_id

    parties.offered()

    assert service.shortlist.next_for(parties.challenge_id) not in {parties.profile_id, None}


def test_what_changed_between_two_lists_is_told(parties: Parties) -> None:
    service = parties.service
    first = run(parties)
    assert service.shortlist.changes(first.id).before is None
    service.shortlist.dismiss(
        parties.challenge_id, first.matches[0].profile_id, DismissalReason.OTHER, by=None
    )
    second = run(parties)

    told = service.shortlist.changes(second.id)
    assert told.before is not None
    assert (told.before.id, told.after.id) == (first.id, second.id)
    movements = {one.profile_id: one.movement for one in told.changes}
    assert movements[first.matches[0].profile_id] is Movement.GONE
    assert movements[first.matches[1].profile_id] is Movement.UP
    back = service.shortlist.changes(first.id, since=second.id)
    assert back.changes[0].movement is Movement.NEW
    with pytest.raises(NotFound):
        service.shortlist.changes(first.id, since=run(parties, another_challenge(parties)).id)


def test_who_has_enough_is_in_no_other_list_and_is_not_asked(parties: Parties) -> None:
    set_columns(parties, parties.profile_id, capacity=1)
    other = another_challenge(parties)
    parties.offered()

    spared = run(parties, other)
    assert parties.profile_id not in listed(spared)
    assert removed(spared, EligibilityRule.CAPACITY) == 1
    # Asking again for the challenge that they are asked about does not hide them.
    assert parties.profile_id in listed(run(parties))
    draft = parties.service.introductions.draft(other, parties.profile_id, by=None)
    with pytest.raises(Protected) as refused:
        parties.service.introductions.offer(draft.id, by=None)
    assert refused.value.rule == "capacity"


def test_who_takes_no_introductions_is_never_proposed(parties: Parties) -> None:
    set_columns(parties, parties.profile_id, capacity=0)

    assert removed(run(parties), EligibilityRule.CAPACITY) == 1


def test_a_replay_gives_the_list_of_then_whatever_has_happened_since(
    parties: Parties, clock: SteppingClock
) -> None:
    with Sessions(parties.service.engine).writing() as session:
        session.execute(update(Expert.__table__).values(capacity=1))  # type: ignore[arg-type]  # past the revision, so that the index stays as it is
    other = another_challenge(parties)
    before = run(parties, other)
    one = parties.offered()
    during = run(parties, other)
    parties.service.introductions.withdraw(one.id, by=None)
    clock.now += timedelta(days=400)

    for kept in (before, during):
        replayed = parties.service.matchmaking.replay(kept.id)
        assert (replayed.same, replayed.index_unchanged) == (True, True)
    assert listed(before) - listed(during) == {parties.profile_id}


@pytest.mark.parametrize(
    ("reason", "days"), [(DeclineReason.WRONG_FIELD, 14), (DeclineReason.NO_TIME, 60)]
)
def test_who_said_no_is_left_in_peace_for_a_while(
    parties: Parties, clock: SteppingClock, reason: DeclineReason, days: int
) -> None:
    other = another_challenge(parties)
    one = parties.offered()
    parties.service.introductions.answer(
        one.id, Party.PARTNER, Answer.DECLINED, by=None, reason=reason
    )

    clock.now += timedelta(days=days, seconds=-60)
    assert removed(run(parties, other), EligibilityRule.COOL_DOWN) == 1
    clock.now += timedelta(seconds=120)
    assert parties.profile_id in listed(run(parties, other))
    # Of the same challenge they are not asked twice.
    assert removed(run(parties), EligibilityRule.COOL_DOWN) == 1


def test_a_no_of_the_firm_does_not_silence_the_partner(parties: Parties) -> None:
    one = parties.offered()
    parties.service.introductions.answer(
        one.id, Party.FIRM, Answer.DECLINED, by=None, reason=DeclineReason.WRONG_FIELD
    )

    assert removed(run(parties, another_challenge(parties)), EligibilityRule.COOL_DOWN) == 0


def houses(parties: Parties) -> tuple[Organisation, Organisation, Organisation]:
    """Register a house, a part of it, and the same house once more by its CVR number."""
    top = an_organisation("Sømmehuset", cvr="30060946", evidence=("Testing of welded joints.",))
    part = an_organisation(
        "Sømmehuset, test", parent_id=top.id, evidence=("Ultrasound of welded joints.",)
    )
    twin = an_organisation("SH Aps", cvr="30060946", evidence=("Radiography of welded joints.",))
    parties.service.profiles.register_all([top, part])
    with Sessions(parties.service.engine).writing() as session:
        # As an import may leave it that did not know the number of the other.
        twin.family_id = twin.id
        session.add(twin)
    parties.service.indexing.sync()
    return top, part, twin


@pytest.mark.parametrize("tie", ["organisation", "member", "domain", "claim"])
def test_the_own_house_is_never_proposed_whatever_address_it_signs_up_with(
    parties: Parties, tie: str
) -> None:
    service = parties.service
    _, part, _ = houses(parties)
    assert removed(run(parties), EligibilityRule.CONFLICT) == 0
    asker = parties.firm
    if tie in {"organisation", "member"}:
        service.belonging.join(asker.id, part.id, by=None)
    elif tie == "domain":
        colleague = service.accounts.create(email="bo@example.dk", role=Role.FIRM).account
        service.belonging.join(colleague.id, part.id, by=None)
    else:
        claim(service, asker, part.id)
    owner = {"organisation_id": part.id} if tie == "organisation" else {}
    viewer = parties.viewer(asker)
    challenge = service.challenges.submit(text=WELDING, by=viewer, **owner)

    found = run(parties, challenge.id)

    assert removed(found, EligibilityRule.CONFLICT) == 3
    assert service.matchmaking.replay(found.id).same


def test_a_common_mail_provider_is_no_house(parties: Parties) -> None:
    service = parties.service
    _, part, _ = houses(parties)
    one, other = (
        service.accounts.create(email=f"{name}@gmail.com", role=Role.FIRM).account
        for name in ("bo", "eva")
    )
    service.belonging.join(other.id, part.id, by=None)
    challenge = service.challenges.submit(text=WELDING, by=parties.viewer(one))

    assert removed(run(parties, challenge.id), EligibilityRule.CONFLICT) == 0


def test_a_declared_conflict_holds_for_the_whole_house_and_both_ways(parties: Parties) -> None:
    service = parties.service
    top, part, twin = houses(parties)
    service.belonging.join(parties.firm.id, twin.id, by=None)
    declared = service.conflicts.declare(
        parties.profile_id, top.id, by=parties.partner.id, note="Sits on their board."
    )
    challenge = service.challenges.submit(text=WELDING, by=parties.viewer(parties.firm))

    assert removed(run(parties, challenge.id), EligibilityRule.CONFLICT) == 4
    draft = service.introductions.draft(challenge.id, parties.profile_id, by=None)
    with pytest.raises(Protected) as refused:
        service.introductions.offer(draft.id, by=None)
    assert refused.value.rule == "conflict"

    assert [one.other.name for one in service.conflicts.of(top.id, None) if one.other] == [
        "Ida Berg"
    ]
    with pytest.raises(Duplicate):
        service.conflicts.declare(top.id, parties.profile_id, by=None)
    for wrong in (InvalidInput, NotFound):
        with pytest.raises(wrong):
            service.conflicts.declare(
                part.id, part.id if wrong is InvalidInput else challenge.id, by=None
            )
    with pytest.raises(NotFound):
        service.conflicts.end(part.id, declared.id, by=None)
    service.conflicts.end(top.id, declared.id, by=None)
    assert removed(run(parties, challenge.id), EligibilityRule.CONFLICT) == 3


def test_between_near_equals_the_house_with_less_on_its_table_comes_first() -> None:
    from matchmaker.matching import near_ties
    from matchmaker.matching.candidates import Candidate
    from matchmaker.matching.policy import DEFAULT_POLICY
    from matchmaker.matching.ranking import Scored
    from matchmaker.models import PartnerKind

    def scored(number: int, raw: float) -> Scored:
        candidate = Candidate(
            profile_id=UUID(int=number),
            partner_kind=PartnerKind.INSTITUTE,
            family_id=UUID(int=number),
            latitude=None,
            longitude=None,
            working_languages=(),
        )
        return Scored(candidate=candidate, score=0.5, raw=raw, row=number)

    ordered = [scored(1, 0.5001), scored(2, 0.5), scored(3, 0.1)]
    load = {UUID(int=1).hex: 4, UUID(int=2).hex: 1}
    for seed in range(20):
        drawn = near_ties.drawn(ordered, UUID(int=seed), DEFAULT_POLICY, load)
        assert [one.row for one in drawn] == [2, 1, 3]


def test_a_match_knows_its_place_when_it_is_listed(parties: Parties) -> None:
    found = run(parties)
    parties.service.shortlist.keep(parties.challenge_id, parties.profile_id, by=None)

    (one,) = parties.service.shortlist.of_challenge(parties.challenge_id)
    assert isinstance(one.match, Match)
    assert one.match.rank in {match.rank for match in found.matches}
    assert (one.introduction, one.spared, one.proposable) == (None, None, True)
