"""Cohorts, positions and wishes: who sees what, and when."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import Duplicate, InvalidInput, NotFound, StaleRevision
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import PositionAction
from tests.services.placing import PERIOD, a_campus


def test_students_see_a_position_after_their_university_said_so(service: Matchmaker) -> None:
    campus = a_campus(service)
    campus.host("Smedjen")
    ane = campus.student("Ane")
    welding = campus.position("Welding", "Smedjen", approved=False)

    def seen() -> list[str]:
        return [one.position.title for one in service.wishes.view(campus.cohort, ane).positions]

    assert seen() == []
    with pytest.raises(InvalidInput, match="Say why"):
        service.cohorts.approve(campus.cohort, welding, approved=False, by=None)
    service.cohorts.approve(campus.cohort, welding, approved=False, reason="too short", by=None)
    assert seen() == []
    service.cohorts.approve(campus.cohort, welding, approved=True, by=None)
    assert seen() == ["Welding"]
    view = service.cohorts.view(campus.cohort)
    assert view.university == "Nordvest Universitet"
    assert [(one.host, one.vetted, one.marks) for one in view.positions] == [("Smedjen", True, 0)]
    service.wishes.apply(welding, PositionAction.CLOSE, by=None)
    assert seen() == []
    with pytest.raises(InvalidInput, match="closed"):
        service.cohorts.approve(campus.cohort, welding, approved=True, by=None)


def test_a_host_that_nobody_vetted_is_not_approved(service: Matchmaker) -> None:
    campus = a_campus(service)
    campus.hosts["Uni"] = campus.university
    offered = campus.position("Lab work", "Uni", approved=False)
    with pytest.raises(InvalidInput, match="Nobody has confirmed"):
        service.cohorts.approve(campus.cohort, offered, approved=True, by=None)


def test_a_student_without_consent_takes_no_part(service: Matchmaker) -> None:
    campus = a_campus(service)
    campus.host("Smedjen")
    campus.position("Welding", "Smedjen")
    ane = campus.student("Ane", consents=False)
    with pytest.raises(InvalidInput, match="Say first"):
        campus.wish("Ane", "Welding")
    service.wishes.consent(campus.cohort, ane, given=True, by=None)
    campus.wish("Ane", "Welding")
    service.wishes.consent(campus.cohort, ane, given=False, by=None)
    round_id = service.assignment.open(campus.cohort, by=None).id
    view = service.assignment.view(round_id)
    assert view.students == [] and view.notices[0].kind == "not-consented"


def test_hosts_see_those_who_were_proposed_and_nobody_else(service: Matchmaker) -> None:
    campus = a_campus(service)
    campus.host("Smedjen")
    welding = campus.position("Welding", "Smedjen")
    ane, bo, carl = (campus.student(name) for name in ("Ane", "Bo", "Carl"))
    service.wishes.mark(campus.cohort, carl, welding, on=True)
    campus.wish("Ane", "Welding")
    assert service.wishes.applicants(welding) == []
    with pytest.raises(InvalidInput, match="not proposed"):
        service.wishes.rank_students(welding, {ane: 1}, by=None)
    assert service.cohorts.propose(campus.cohort, by=None) == {welding: 1}
    campus.wish("Bo", "Welding")
    assert [one.student.name for one in service.wishes.applicants(welding)] == ["Ane"]
    service.wishes.rank_students(welding, {ane: 1}, by=None)
    with pytest.raises(InvalidInput, match="not proposed"):
        service.wishes.rank_students(welding, {bo: 1}, by=None)
    with pytest.raises(InvalidInput, match="ranks from 1"):
        service.wishes.rank_students(welding, {ane: 0}, by=None)
    # Who says again what they said before is seen as before.
    campus.wish("Ane", "Welding")
    assert service.wishes.applicants(welding)[0].rank == 1
    # Whoever withdraws consent or leaves is seen no more.
    service.wishes.consent(campus.cohort, ane, given=False, by=None)
    assert service.wishes.applicants(welding) == []
    service.wishes.apply(welding, PositionAction.CLOSE, by=None)
    with pytest.raises(InvalidInput, match="closed"):
        service.wishes.rank_students(welding, {}, by=None)


def test_hosts_ranks_decide_in_the_stable_round(service: Matchmaker) -> None:
    campus = a_campus(service)
    campus.host("Smedjen")
    welding = campus.position("Welding", "Smedjen")
    names = ("Ane", "Bo", "Carl", "Dora")
    for name in names:
        campus.student(name)
        campus.wish(name, "Welding")
    service.cohorts.propose(campus.cohort, by=None)
    round_id = service.assignment.open(campus.cohort, seed="s", by=None).id
    for name in names:
        service.wishes.rank_students(welding, {campus.students[name]: 1}, by=None)
        service.assignment.run(round_id, by=None)
        view = service.assignment.view(round_id)
        assert campus.placed(view, Method.STABLE) == {name: "Welding"}


def test_a_position_from_a_challenge_has_a_score_with_its_reason(service: Matchmaker) -> None:
    campus = a_campus(service)
    campus.host("Smedjen")
    challenge = service.challenges.submit(
        text="Robot welding of small series is planned, and our frames have cracks."
    )
    welding = campus.position("Welding", "Smedjen", challenge_id=challenge.id)
    plain = campus.position("Office", "Smedjen")
    ane = campus.student("Ane")
    assert service.wishes.explained(campus.cohort, ane, welding) is None  # nothing is indexed
    service.indexing.sync()
    first, second = service.wishes.view(campus.cohort, ane).positions
    assert first.position.id == welding and first.score is not None and second.score is None
    told = service.wishes.explained(campus.cohort, ane, welding)
    assert told is not None and told.score == pytest.approx(first.score, abs=1e-5)
    assert told.reason.evidence[0].text == "Project on robot welding of small series."
    assert service.wishes.explained(campus.cohort, ane, plain) is None
    campus.wish("Ane", "Office")
    round_id = service.assignment.open(campus.cohort, by=None).id
    service.assignment.run(round_id, by=None)
    assert service.assignment.view(round_id).answers[Method.BEST_FIT].result.measures.placed == 1


def test_what_can_not_stand_is_refused_in_words(service: Matchmaker) -> None:
    campus = a_campus(service)
    smedjen = campus.host("Smedjen")
    welding = campus.position("Welding", "Smedjen", places=4, team_minimum=3)
    ane = campus.student("Ane")
    wishes, cohorts = service.wishes, service.cohorts
    offer = {"title": "T", "tasks": "t", **PERIOD, "by": None}
    for field, values in (
        ("ends_on", {"ends_on": date(2027, 1, 1)}),
        ("places", {"places": 0}),
        ("team_minimum", {"places": 2, "team_minimum": 3}),
        ("title", {"title": "  "}),
        ("tasks", {"tasks": ""}),
    ):
        with pytest.raises(InvalidInput) as refused:
            wishes.offer(smedjen, **{**offer, **values})
        assert refused.value.field == field
    with pytest.raises(InvalidInput):
        wishes.set_places(welding, 2, by=None)
    with pytest.raises(InvalidInput):
        wishes.set_places(welding, -1, by=None)
    with pytest.raises(StaleRevision):
        wishes.set_places(welding, 5, by=None, expected_revision=7)
    with pytest.raises(InvalidInput):
        cohorts.create(campus.university, name="x", starts_on=date.max, ends_on=date.min, by=None)
    with pytest.raises(InvalidInput):
        cohorts.add_supervisor(campus.cohort, name="A", email="a@b.dk", capacity=-1, by=None)
    cohorts.forbid(campus.cohort, ane, welding, reason="r", by=None)
    with pytest.raises(Duplicate):
        cohorts.forbid(campus.cohort, ane, welding, reason="r", by=None)
    for missing in (
        lambda: wishes.offer(uuid4(), **offer),
        lambda: wishes.position(uuid4()),
        lambda: wishes.view(campus.cohort, uuid4()),
        lambda: wishes.mark(campus.cohort, ane, uuid4(), on=True),
        lambda: wishes.explained(campus.cohort, ane, uuid4()),
        lambda: cohorts.create(uuid4(), name="x", **PERIOD, by=None),
        lambda: cohorts.view(uuid4()),
        lambda: cohorts.enrol(campus.cohort, [uuid4()], by=None),
        lambda: cohorts.revise_supervisor(campus.cohort, uuid4(), capacity=1, by=None),
        lambda: cohorts.allow(campus.cohort, ane, uuid4(), by=None),
        lambda: cohorts.supervisor(campus.cohort, uuid4()),
        lambda: cohorts.offered(campus.cohort, uuid4()),
        lambda: cohorts.vet(uuid4(), by=None),
    ):
        with pytest.raises(NotFound):
            missing()


def test_marks_are_quiet_and_counted_for_the_coordinator(service: Matchmaker) -> None:
    campus = a_campus(service)
    campus.host("Smedjen")
    welding = campus.position("Welding", "Smedjen")
    ane = campus.student("Ane")
    for on in (True, True, False, False, True):
        service.wishes.mark(campus.cohort, ane, welding, on=on)
        assert service.wishes.view(campus.cohort, ane).positions[0].marked is on
        assert service.cohorts.view(campus.cohort).positions[0].marks == int(on)
    assert [one.id for one in service.cohorts.list([campus.university])] == [campus.cohort]
    assert service.cohorts.list([]) == []
    assert len(service.cohorts.list(None)) == 1
    assert [cohort.id for cohort, _ in service.wishes.cohorts_of([ane])] == [campus.cohort]
    assert service.cohorts.enrol(campus.cohort, [ane], by=None) == 0
    assert len(service.wishes.positions_of([campus.hosts["Smedjen"]])) == 1
