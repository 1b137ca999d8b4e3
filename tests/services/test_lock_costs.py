"""What locks cost: weighed behind the page, kept with the answer, stopped and overtaken."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import NotFound, StaleRevision, TransitionNotAllowed
from matchmaker.matching.assignment.changes import Turn
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import RoundRun, RunFailure, RunState
from tests.services.placing import a_small_round, held_up


def a_locked_round(service: Matchmaker) -> tuple[UUID, UUID, UUID]:
    """Return a round run with a lock that takes a place from somebody: round, who has it, who had.

    Everybody wishes to weld.
    """
    campus, round_id = a_small_round(service)
    service.assignment.run(round_id, by=None)
    welding = campus.positions["Welding"]
    welder = next(
        one.student
        for one in service.assignment.view(round_id).answers[Method.STABLE].result.placed
        if one.position == welding
    )
    other = next(one for one in campus.students.values() if one != welder)
    service.assignment.lock(round_id, other, welding, reason="lives next door", by=None)
    service.assignment.run(round_id, by=None)
    return round_id, other, welder


def told(service: Matchmaker, round_id: UUID) -> RoundRun:
    run = service.round_jobs.run_of(round_id)
    assert run is not None
    return run


@pytest.mark.parametrize("method", Method)
def test_each_lock_is_weighed_once_and_kept(service: Matchmaker, method: Method) -> None:
    round_id, locked, welder = a_locked_round(service)
    jobs = service.round_jobs
    assert service.lock_costs.read(round_id, method) is None
    with held_up(jobs):
        first = jobs.weigh(round_id, method, by=None)
        assert jobs.weigh(round_id, method, by=None).token == first.token
    done = told(service, round_id)
    assert (done.state, done.weighs, done.weighed, done.to_weigh) == (
        RunState.DONE,
        method.value,
        1,
        1,
    )
    costs = service.lock_costs.read(round_id, method)
    assert costs is not None
    (cost,) = costs
    assert (cost.lock.student, cost.lock.reason) == (locked, "lives next door")
    assert cost.without.before.placed == 2
    if method is Method.STABLE:
        turns = {one.student: one.turn for one in cost.without.moves}
        assert turns[welder] is Turn.BETTER
    free = service.assignment.view(round_id).answers[method].result
    assert cost.without.before == free.measures

    # What is kept is not asked again; another input has costs of its own.
    jobs.weigh(round_id, method, by=None)
    assert jobs.worker.wait()
    assert service.lock_costs.read(round_id, method) == costs
    service.assignment.unlock(round_id, service.assignment.view(round_id).locks[0].id, by=None)
    service.assignment.run(round_id, by=None)
    assert service.lock_costs.read(round_id, method) == []


def test_weighing_is_stopped_overtaken_and_gives_way_to_a_run(service: Matchmaker) -> None:
    round_id, _, _ = a_locked_round(service)
    jobs = service.round_jobs
    with held_up(jobs):
        jobs.weigh(round_id, Method.STABLE, by=None)
        jobs.stop(round_id, by=None)
    assert told(service, round_id).state is RunState.STOPPED
    assert service.lock_costs.read(round_id, Method.STABLE) is None

    with held_up(jobs):
        jobs.weigh(round_id, Method.STABLE, by=None)
        (lock,) = service.assignment.view(round_id).locks
        service.assignment.unlock(round_id, lock.id, by=None)
    ended = told(service, round_id)
    assert (ended.state, ended.failure) == (RunState.FAILED, RunFailure.OVERTAKEN)

    with held_up(jobs):
        weighing = jobs.weigh(round_id, Method.STABLE, by=None)
        run = jobs.start(round_id, by=None)
        assert run.token != weighing.token and run.weighs is None
        # The methods have more to do than to weigh what is about to be another answer.
        with pytest.raises(TransitionNotAllowed):
            jobs.weigh(round_id, Method.STABLE, by=None)
    assert told(service, round_id).state is RunState.DONE
    assert service.assignment.view(round_id).current


def test_what_was_not_run_has_no_locks_to_weigh(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    for missing in (round_id, uuid4()):
        with pytest.raises(NotFound):
            service.round_jobs.weigh(missing, Method.STABLE, by=None)
    service.assignment.run(round_id, by=None)
    seen = service.assignment.get(round_id).revision
    with pytest.raises(StaleRevision):
        service.round_jobs.weigh(round_id, Method.STABLE, by=None, expected_revision=seen - 1)
    assert service.lock_costs.read(round_id, Method.STABLE) == []
