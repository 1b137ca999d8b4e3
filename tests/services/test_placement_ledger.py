"""What a placement leaves in the ledger, and in the report of a programme."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import Duplicate, InvalidInput, TransitionNotAllowed
from matchmaker.models import (
    Answer,
    CollaborationKind,
    CollaborationState,
    Currency,
    Introduction,
    IntroductionState,
    JobStage,
    Measure,
    OutcomeKind,
)
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_introduction
from tests.services.placed import Placed, a_placement
from tests.together import TEXT


def job(placed: Placed, stage: JobStage = JobStage.OFFERED, **more: object) -> None:
    placed.service.placement_ledger.record_job(placed.id, stage, **{"by": None, **more})  # type: ignore[arg-type]


def test_a_placement_without_an_introduction_is_a_collaboration_of_its_own(
    workshop: Matchmaker,
) -> None:
    placed = a_placement(workshop)
    with pytest.raises(TransitionNotAllowed):
        job(placed)
    assert workshop.placement_ledger.read(placed.id).collaboration is None
    placed.completed(placed.staff.id)
    ledger = workshop.placement_ledger.read(placed.id)
    one = ledger.collaboration
    assert one is not None and one.introduction_id is None and one.challenge_id is None
    assert (one.kind, one.state) == (CollaborationKind.PLACEMENT, CollaborationState.COMPLETED)
    assert (one.organisation_id, one.placement_id) == (placed.campus.hosts["Smedjen"], placed.id)
    assert one.partner_id == placed.campus.students["Ane"]
    assert [line.outcome.kind for line in ledger.lines] == [OutcomeKind.INTERNSHIP]
    assert ledger.lines[0].confirmation is not None, "what staff complete counts at once"
    assert ledger.lines[0].outcome.introduction_id is None


def test_a_job_is_one_line_and_waits_for_staff_unless_they_say_so(workshop: Matchmaker) -> None:
    placed = a_placement(workshop).completed(None)
    job(placed, by=placed.host.id, evidence="Letter")
    with pytest.raises(Duplicate):
        job(placed, by=placed.host.id)
    first = workshop.placement_ledger.read(placed.id).job
    assert first is not None and first.confirmation is None
    assert (first.outcome.recorded_by_id, first.words.evidence) == (placed.host.id, "Letter")
    job(placed, JobStage.ACCEPTED, by=placed.coordinator.id)
    with pytest.raises(TransitionNotAllowed):
        job(placed, JobStage.OFFERED, by=placed.host.id)
    ledger = workshop.placement_ledger.read(placed.id)
    assert [line.outcome.kind for line in ledger.lines].count(OutcomeKind.JOB) == 1
    assert placed.placement.job is JobStage.ACCEPTED
    workshop.outcomes.confirm(first.outcome.id, by=placed.staff.id)
    assert workshop.placement_ledger.read(placed.id).job.confirmation is not None  # type: ignore[union-attr]
    # Taken off by a counter line, it can be recorded anew.
    workshop.outcomes.reverse(first.outcome.id, by=placed.staff.id, reason="it was another firm")
    assert workshop.placement_ledger.read(placed.id).job is None
    job(placed, by=placed.staff.id)
    assert workshop.placement_ledger.read(placed.id).job is not None
    with pytest.raises(InvalidInput):
        job(a_placement(workshop, prefix="b").completed(None), on_day=date(2030, 1, 1))


def test_it_counts_in_the_report_of_a_programme(workshop: Matchmaker) -> None:
    placed = a_placement(workshop).completed(None)
    job(placed)
    programme = workshop.programmes.create(
        name="Nordvest",
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 12, 31),
        currency=Currency.DKK,
        by=None,
    )
    one = workshop.placement_ledger.read(placed.id).collaboration
    assert one is not None
    workshop.collaborations.revise(
        one.id, expected_revision=one.revision, by=None, programme_id=programme.id
    )
    report = workshop.programmes.report(programme.id)
    counted = {figure.measure: figure.confirmed for figure in report.measures}
    for measure in (Measure.JOB, Measure.INTERNSHIP, Measure.FIRMS, Measure.COLLABORATIONS):
        assert counted[measure] == 1, measure


def test_what_began_with_an_introduction_is_told_of_it(workshop: Matchmaker) -> None:
    placed, introduction, challenge_id = introduced_student(workshop)
    placed.completed(None)
    ledger = workshop.placement_ledger.read(placed.id)
    one = ledger.collaboration
    assert one is not None
    assert (one.introduction_id, one.challenge_id) == (introduction.id, challenge_id)
    assert ledger.lines[0].outcome.introduction_id == introduction.id


def test_what_they_had_begun_before_goes_on_in_its_own_ledger(workshop: Matchmaker) -> None:
    placed, introduction, _ = introduced_student(workshop)
    began = workshop.collaborations.begin(
        introduction.id,
        by=None,
        kind=CollaborationKind.RESEARCH_PROJECT,
        title="Cracks",
        # Planned for later than the day on which the placement is completed.
        starts_on=date(2027, 9, 1),
    )
    placed.completed(None)
    ledger = workshop.placement_ledger.read(placed.id)
    assert ledger.collaboration is not None and ledger.collaboration.id == began.id
    # The placement is over; what else they do together goes on.
    assert ledger.collaboration.state is CollaborationState.RUNNING
    assert [line.outcome.kind for line in ledger.lines] == [OutcomeKind.INTERNSHIP]


def introduced_student(service: Matchmaker) -> tuple[Placed, Introduction, UUID]:
    """Return a placement of a challenge that student and firm were introduced for."""
    challenge = service.challenges.submit(text=TEXT, title="Cracks", place="9220")
    placed = a_placement(service, challenge_id=challenge.id)
    one = an_introduction(
        challenge_id=challenge.id,
        profile_id=placed.campus.students["Ane"],
        firm_email="firm@example.dk",
        partner_email="partner@example.dk",
    )
    one.offer(at=NOW)
    one.firm_answer = one.partner_answer = Answer.ACCEPTED
    one.state, one.accepted_at = IntroductionState.ACCEPTED, NOW
    with Sessions(service.engine).writing() as session:
        session.add(one)
    return placed, one, challenge.id
