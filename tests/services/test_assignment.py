"""Rounds of a cohort: run, locked, published, and what goes wrong on the way."""

from __future__ import annotations

from uuid import uuid4

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import (
    Duplicate,
    InvalidInput,
    NotFound,
    StaleRevision,
    TransitionNotAllowed,
)
from matchmaker.matching.assignment.changes import Turn
from matchmaker.matching.assignment.outcome import Method, Reason, Why
from matchmaker.matching.assignment.round import Flaw
from matchmaker.matching.assignment.stable import Stopped
from matchmaker.models import (
    PlacementAction,
    PlacementParty,
    PlacementState,
    PositionAction,
    RoundState,
)
from matchmaker.services.gathering import NoticeKind
from tests.services.placing import a_campus, a_small_round


def test_three_methods_answer_one_frozen_input_and_one_of_them_is_published(
    service: Matchmaker,
) -> None:
    campus, round_id = a_small_round(service)
    rounds = service.assignment
    before = rounds.view(round_id)
    assert before.answers == {} and not before.current
    told: list[Method] = []
    run = rounds.run(round_id, by=None, progress=lambda method, _: told.append(method))
    assert set(told) == set(Method)
    view = rounds.view(round_id)
    assert view.current and view.stamp and view.round.revision == run.revision
    assert set(view.answers) == set(Method)
    most = view.answers[Method.MOST_PLACED].result
    assert most.measures.placed == 2 and all(one.optimal for one in most.reached)
    assert rounds.replay(round_id) == dict.fromkeys(Method, True)

    stable = view.answers[Method.STABLE]
    (left,) = stable.result.unplaced
    assert left.reason is Reason.OUTCOMPETED
    placements = rounds.publish(round_id, stable.answer_id, by=None)
    assert {one.student_id for one in placements} | {left.student} == set(campus.students.values())
    published = rounds.view(round_id)
    assert published.round.state is RoundState.PUBLISHED
    assert campus.placed(published) == campus.placed(view)
    with pytest.raises(TransitionNotAllowed):
        rounds.publish(round_id, stable.answer_id, by=None)

    # What is left goes into a second round: one student, and no place that is not taken.
    second = rounds.open(campus.cohort, by=None)
    assert second.number == 2 and second.seed != "spring"
    campus.position("Planning", "Smedjen")
    campus.service.wishes.rank(
        campus.cohort, left.student, {campus.positions["Planning"]: 1}, by=None
    )
    rounds.run(second.id, by=None)
    view = rounds.view(second.id)
    assert list(campus.placed(view).values()) == ["Planning"]
    assert len(view.students) == 1


def test_the_same_input_is_asked_once_and_another_one_is_held_against_it(
    service: Matchmaker,
) -> None:
    campus, round_id = a_small_round(service)
    rounds = service.assignment
    rounds.run(round_id, by=None)
    first = rounds.view(round_id)
    rounds.run(round_id, by=None)
    again = rounds.view(round_id)
    assert again.stamp == first.stamp
    assert again.answers[Method.STABLE].answer_id == first.answers[Method.STABLE].answer_id
    assert again.answers[Method.STABLE].since is None

    loser = first.answers[Method.STABLE].result.unplaced[0].student
    rounds.lock(round_id, loser, campus.positions["Welding"], reason="lives next door", by=None)
    assert not rounds.view(round_id).current
    rounds.run(round_id, by=None)
    view = rounds.view(round_id)
    since = view.answers[Method.STABLE].since
    assert (
        since is not None
        and {loser: Turn.BETTER}.items() <= {one.student: one.turn for one in since.moves}.items()
    )
    rounds.unlock(round_id, view.locks[0].id, by=None)
    rounds.run(round_id, by=None)
    assert campus.placed(rounds.view(round_id)) == campus.placed(first)


def test_what_changed_since_the_answer_is_not_published_over(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    rounds = service.assignment
    rounds.run(round_id, by=None)
    answer = rounds.view(round_id).answers[Method.MOST_PLACED]
    gone = next(name for name, one in campus.students.items() if one in answer.result.position_of())
    service.cohorts.leave(campus.cohort, campus.students[gone], by=None)
    with pytest.raises(InvalidInput, match="changed since this answer"):
        rounds.publish(round_id, answer.answer_id, by=None)
    view = rounds.view(round_id)
    assert not view.current and view.round.state is RoundState.OPEN
    assert (NoticeKind.LEFT, campus.students[gone]) in {
        (one.kind, one.student_id) for one in view.notices
    }
    assert view.names[campus.students[gone]] == gone
    rounds.run(round_id, by=None)
    view = rounds.view(round_id)
    everybody = {one.student for one in view.answers[Method.STABLE].result.placed}
    everybody |= {one.student for one in view.answers[Method.STABLE].result.unplaced}
    assert everybody | {campus.students[gone]} == set(campus.students.values())
    # They come back: wishes were kept.
    service.cohorts.enrol(campus.cohort, [campus.students[gone]], by=None)
    assert campus.students[gone] in rounds.view(round_id).students


def test_a_wish_for_a_position_that_closed_is_told_and_kept(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    service.wishes.apply(campus.positions["Welding"], PositionAction.CLOSE, by=None)
    view = service.assignment.view(round_id)
    closed = {one.student_id for one in view.notices if one.kind is NoticeKind.WISH_CLOSED}
    assert closed == set(campus.students.values())
    nothing = {one.student_id for one in view.notices if one.kind is NoticeKind.NOTHING_WANTED}
    assert nothing == {campus.students["Bo"]}
    service.assignment.run(round_id, by=None)
    result = service.assignment.view(round_id).answers[Method.STABLE].result
    reasons = {one.student: one.reason for one in result.unplaced}
    assert reasons[campus.students["Bo"]] is Reason.NOTHING_WANTED
    student = service.wishes.view(campus.cohort, campus.students["Bo"])
    assert student.lapsed == ["Welding"]
    with pytest.raises(InvalidInput, match="closed or not offered"):
        campus.wish("Bo", "Welding")
    service.wishes.apply(campus.positions["Welding"], PositionAction.REOPEN, by=None)
    assert service.assignment.view(round_id).notices == ()


def test_capacities_are_not_cut_below_what_is_placed(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    guide = service.cohorts.add_supervisor(
        campus.cohort, name="Dr. Ege", email="ege@example.dk", capacity=2, by=None
    )
    rounds = service.assignment
    rounds.run(round_id, by=None)
    answer = rounds.view(round_id).answers[Method.STABLE]
    placements = rounds.publish(round_id, answer.answer_id, by=None)
    assert {one.supervisor_id for one in placements} == {guide.id}
    with pytest.raises(InvalidInput, match="have a place here"):
        service.wishes.set_places(campus.positions["Welding"], 0, by=None)
    with pytest.raises(InvalidInput, match="have a place here"):
        service.cohorts.revise_supervisor(campus.cohort, guide.id, capacity=1, by=None)
    with pytest.raises(InvalidInput, match="have a place here"):
        service.cohorts.vet(campus.hosts["Smedjen"], capacity=0, by=None)
    # Broken off, the place is free again, and so is the supervisor.
    service.placements.apply(
        placements[0].id, PlacementAction.BREAK_OFF, reason="moved to Odense", by=None
    )
    service.wishes.set_places(placements[0].position_id, 0, by=None)
    service.cohorts.revise_supervisor(campus.cohort, guide.id, capacity=1, by=None)


def test_a_lock_that_contradicts_a_capacity_is_refused_and_nothing_is_lost(
    service: Matchmaker,
) -> None:
    campus, round_id = a_small_round(service)
    rounds = service.assignment
    ane, bo, _ = campus.students.values()
    welding = campus.positions["Welding"]
    rounds.lock(round_id, ane, welding, reason="agreed in spring", by=None)
    with pytest.raises(InvalidInput, match="More students are locked"):
        rounds.lock(round_id, bo, welding, reason="agreed too", by=None)
    with pytest.raises(InvalidInput, match="locked already"):
        rounds.lock(round_id, ane, campus.positions["Robots"], reason="or so", by=None)
    with pytest.raises(InvalidInput, match="takes no part"):
        rounds.lock(round_id, uuid4(), welding, reason="who", by=None)
    with pytest.raises(InvalidInput, match="takes no part"):
        rounds.lock(round_id, bo, uuid4(), reason="where", by=None)
    assert len(rounds.view(round_id).locks) == 1
    # A capacity that is cut later contradicts the lock: said before and at the run.
    service.wishes.set_places(welding, 0, by=None)
    view = rounds.view(round_id)
    assert [(one.flaw, one.about) for one in view.problems] == [
        (Flaw.LOCKS_ABOVE_POSITION, welding)
    ]
    with pytest.raises(InvalidInput, match="More students are locked"):
        rounds.run(round_id, by=None)
    # The student leaves: the lock is void, named, and kept.
    service.cohorts.leave(campus.cohort, ane, by=None)
    rounds.run(round_id, by=None)
    view = rounds.view(round_id)
    assert NoticeKind.LOCK_WITHOUT_STUDENT in {one.kind for one in view.notices}
    assert len(view.locks) == 1


def test_two_coordinators_at_once_do_not_undo_one_another(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    rounds = service.assignment
    seen = rounds.view(round_id).round.revision
    rounds.lock(
        round_id,
        campus.students["Bo"],
        campus.positions["Welding"],
        reason="agreed",
        by=None,
        expected_revision=seen,
    )
    for late in (
        lambda: rounds.run(round_id, by=None, expected_revision=seen),
        lambda: rounds.cancel(round_id, by=None, expected_revision=seen),
        lambda: rounds.unlock(
            round_id, rounds.view(round_id).locks[0].id, by=None, expected_revision=seen
        ),
    ):
        with pytest.raises(StaleRevision):
            late()
    assert len(rounds.view(round_id).locks) == 1


def test_a_change_while_the_methods_are_at_work_keeps_no_answer(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    rounds = service.assignment

    def meanwhile(method: Method, _: object) -> None:
        if method is Method.BEST_FIT:
            rounds.lock(
                round_id,
                campus.students["Bo"],
                campus.positions["Welding"],
                reason="meanwhile",
                by=None,
            )

    with pytest.raises(StaleRevision):
        rounds.run(round_id, by=None, progress=meanwhile)
    view = rounds.view(round_id)
    assert view.answers == {} and len(view.locks) == 1
    with pytest.raises(Stopped):
        rounds.run(round_id, by=None, cancelled=lambda: True)


def test_only_one_round_of_a_cohort_is_open_and_a_cancelled_one_changes_nothing(
    service: Matchmaker,
) -> None:
    campus, round_id = a_small_round(service)
    rounds = service.assignment
    with pytest.raises(Duplicate):
        rounds.open(campus.cohort, by=None)
    rounds.cancel(round_id, by=None)
    with pytest.raises(TransitionNotAllowed):
        rounds.run(round_id, by=None)
    again = rounds.open(campus.cohort, by=None)
    assert [one.number for one in rounds.rounds_of(campus.cohort)] == [1, 2]
    for missing in (
        lambda: rounds.view(uuid4()),
        lambda: rounds.replay(again.id),
        lambda: service.lock_costs.read(again.id, Method.STABLE),
        lambda: rounds.publish(again.id, uuid4(), by=None),
        lambda: rounds.unlock(again.id, uuid4(), by=None),
    ):
        with pytest.raises(NotFound):
            missing()


def test_hosts_teams_own_places_and_forbidden_pairs_reach_the_methods(
    service: Matchmaker,
) -> None:
    campus = a_campus(service)
    campus.host("Smedjen", capacity=2)
    campus.position("Team", "Smedjen", places=3, team_minimum=2)
    for name in ("Ane", "Bo", "Carl"):
        campus.student(name)
        campus.wish(name, "Team")
    dora = campus.student("Dora")
    campus.host("Own firm")
    campus.position("Own", "Own firm", brought_by_id=dora)
    service.cohorts.forbid(
        campus.cohort,
        campus.students["Ane"],
        campus.positions["Team"],
        reason="relatives",
        by=None,
    )
    round_id = service.assignment.open(campus.cohort, seed="s", by=None).id
    service.assignment.run(round_id, by=None)
    view = service.assignment.view(round_id)
    for method in Method:
        assert campus.placed(view, method) == {"Bo": "Team", "Carl": "Team", "Dora": "Own"}
    (left,) = view.answers[Method.STABLE].result.unplaced
    assert left.reason is Reason.NOT_ELIGIBLE
    service.cohorts.vet(campus.hosts["Smedjen"], capacity=1, by=None)
    service.assignment.run(round_id, by=None)
    result = service.assignment.view(round_id).answers[Method.STABLE].result
    assert result.closed == (campus.positions["Team"],)
    assert {missed.why for one in result.unplaced for missed in one.missed} == {Why.NO_TEAM}


def test_a_placement_is_agreed_by_all_and_ends(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    service.assignment.run(round_id, by=None)
    answer = service.assignment.view(round_id).answers[Method.STABLE]
    one, other = service.assignment.publish(round_id, answer.answer_id, by=None)
    placements = service.placements
    with pytest.raises(TransitionNotAllowed):
        placements.agree(one.id, PlacementParty.SUPERVISOR, by=None)
    with pytest.raises(TransitionNotAllowed):
        placements.apply(one.id, PlacementAction.AGREE, by=None)
    for party in (PlacementParty.STUDENT, PlacementParty.STUDENT, PlacementParty.HOST):
        assert placements.agree(one.id, party, by=None).state is PlacementState.OFFERED
    assert (
        placements.agree(one.id, PlacementParty.UNIVERSITY, by=None).state is PlacementState.AGREED
    )
    assert (
        placements.agree(one.id, PlacementParty.UNIVERSITY, by=None).state is PlacementState.AGREED
    )
    placements.apply(one.id, PlacementAction.START, by=None)
    done = placements.apply(one.id, PlacementAction.COMPLETE, by=None)
    assert done.state is PlacementState.COMPLETED
    with pytest.raises(InvalidInput):
        placements.apply(other.id, PlacementAction.BREAK_OFF, by=None)
    with pytest.raises(StaleRevision):
        placements.apply(
            other.id, PlacementAction.BREAK_OFF, reason="r", by=None, expected_revision=9
        )
    assert placements.view(other.id).placement.state is PlacementState.OFFERED
    assert {view.student for view in placements.of_round(round_id)} <= set(campus.students)
    assert len(placements.list(hosts=[campus.hosts["Smedjen"]])) == 1
    with pytest.raises(NotFound):
        placements.facts(uuid4())
