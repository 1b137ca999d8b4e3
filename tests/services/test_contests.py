"""Contests keep what a ranking rested on; rankings that somebody acted on are written down."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import Duplicate, InvalidInput, NotFound, TransitionNotAllowed
from matchmaker.models import (
    AuditAction,
    ContestVerdict,
    MailTemplate,
    RankingPurpose,
    RankingRecord,
)
from matchmaker.models.contest import ANSWER_WITHIN
from matchmaker.services.audit import AuditFilter
from matchmaker.storage.database import Sessions
from tests.conftest import SteppingClock
from tests.parties import WELDING
from tests.services.placed import Placed, a_placement, published
from tests.services.placing import a_campus


@pytest.fixture
def placed(workshop: Matchmaker) -> Placed:
    challenge = workshop.challenges.submit(text=WELDING, title="Cracks")
    workshop.indexing.sync()
    return a_placement(workshop, challenge_id=challenge.id)


def records(service: Matchmaker) -> list[RankingRecord]:
    with Sessions(service.engine).reading() as session:
        return list(session.scalars(select(RankingRecord).order_by(RankingRecord.at)))


def test_what_somebody_acted_on_is_written_down_with_inputs_and_method(placed: Placed) -> None:
    service, campus = placed.service, placed.campus
    ane, welding = campus.students["Ane"], campus.positions["Welding"]
    (wished,) = records(service)
    assert (wished.profile_id, wished.purpose) == (ane, RankingPurpose.POSITIONS_FOR_STUDENT)
    assert wished.ranks[str(welding)]["rank"] == 1
    assert wished.method["method"] == "fit" and wished.method["policy_version"]
    assert wished.inputs["generation"] and wished.inputs["profile_revision"] == 1

    bo = campus.student("Bo")
    campus.wish("Bo", "Welding")
    service.cohorts.propose(campus.cohort, by=None)
    service.wishes.rank_students(welding, {bo: 1}, by=None)
    seen = [one for one in records(service) if one.purpose is RankingPurpose.STUDENTS_FOR_POSITION]
    assert {one.profile_id for one in seen} == {ane, bo}
    assert sorted(one.ranks[str(welding)]["rank"] for one in seen) == [1, 2]
    # They are personal data of the student, and go with them.
    service.profiles.erase(bo, expected_revision=1, by=None)
    assert {one.profile_id for one in records(service)} == {ane}


def test_a_contest_freezes_what_it_is_about(placed: Placed) -> None:
    service, campus = placed.service, placed.campus
    ane, welding = campus.students["Ane"], campus.positions["Welding"]
    made = service.contests.contest_order(campus.cohort, ane, welding, "Why?", by=None)
    assert made.basis["rank"] == 1 and made.basis["score"] is not None
    assert made.basis["evidence"], "what spoke for it then"
    again = service.contests.view(made.id)
    assert again.contest.basis == made.basis and again.position == "Welding"
    with pytest.raises(Duplicate):
        service.contests.contest_order(campus.cohort, ane, welding, "Why?", by=None)
    with pytest.raises(InvalidInput):
        service.contests.contest_result(campus.cohort, ane, "  ", by=None)
    service.contests.answer(made.id, ContestVerdict.CHANGED, "A new round.", by=placed.staff.id)
    with pytest.raises(TransitionNotAllowed):
        service.contests.answer(made.id, ContestVerdict.KEPT, "No.", by=None)
    log = [row.entry for row in service.audit.page(AuditFilter(subject_id=made.id)).items]
    assert {one.action for one in log} == {AuditAction.CREATE, AuditAction.CONCLUDE}
    assert "A new round." not in str([one.after for one in log])
    # Answered, it can be contested anew.
    service.contests.contest_order(campus.cohort, ane, welding, "Still.", by=None)
    assert len(placed.mails(MailTemplate.CONTEST_MADE)) == 2


def test_only_what_was_said_of_one_can_be_contested(workshop: Matchmaker) -> None:
    campus = a_campus(workshop)
    student = campus.student("Ane")
    campus.host("Smedjen")
    hidden = campus.position("Welding", "Smedjen", approved=False)
    with pytest.raises(NotFound):
        workshop.contests.contest_result(campus.cohort, student, "Why?", by=None)
    with pytest.raises(NotFound):
        workshop.contests.contest_order(campus.cohort, student, hidden, "Why?", by=None)
    assert workshop.contests.counted().open == 0
    assert workshop.contests.counted().oldest is None


def test_work_costs_no_more_statements_the_more_there_is(placed: Placed) -> None:
    service, campus = placed.service, placed.campus
    counted: list[str] = []

    def count(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        counted.append(statement)

    def statements() -> int:
        counted.clear()
        assert service.placing_work.of({campus.university}).offers
        return len(counted)

    event.listen(service.engine, "before_cursor_execute", count)
    try:
        few = statements()
        campus.position("Sawing", "Smedjen", places=6)
        for at in range(6):
            campus.student(f"Student {at}")
            campus.wish(f"Student {at}", "Sawing")
        published(campus)
        # One more for the second round.
        assert statements() <= few + 1
    finally:
        event.remove(service.engine, "before_cursor_execute", count)


def test_a_contest_has_a_day_by_which_it_should_be_answered(
    placed: Placed, clock: SteppingClock
) -> None:
    service, campus = placed.service, placed.campus
    ane, welding = campus.students["Ane"], campus.positions["Welding"]
    made = service.contests.contest_order(campus.cohort, ane, welding, "Why?", by=None)
    assert made.answer_by == made.made_at + ANSWER_WITHIN
    assert not service.contests.view(made.id).overdue
    clock.now += ANSWER_WITHIN
    assert [one.overdue for one in service.contests.waiting({campus.university})] == [True]
    service.contests.answer(made.id, ContestVerdict.KEPT, "So it is.", by=None)
    assert not service.contests.view(made.id).overdue


def test_staff_are_written_to_about_what_no_university_answers(placed: Placed) -> None:
    service = placed.service
    ane = placed.campus.students["Ane"]
    made = service.contests.contest_ranking(ane, "Why am I last?", by=placed.student.id)
    assert {one.to for one in placed.mails(MailTemplate.CONTEST_MADE)} == {placed.staff.email}
    service.contests.answer(made.id, ContestVerdict.KEPT, "So it is.", by=placed.staff.id)
    assert {one.to for one in placed.mails(MailTemplate.CONTEST_ANSWERED)} == {placed.student.email}
