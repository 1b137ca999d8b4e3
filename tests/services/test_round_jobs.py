"""Runs in the background: watched, stopped, overtaken, lost with their process, run again."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput, NotFound, StaleRevision, TransitionNotAllowed
from matchmaker.models import AuditAction, PositionAction, RoundRun, RunFailure, RunState
from matchmaker.services.audit import AuditFilter
from matchmaker.services.background import BackgroundWorker
from matchmaker.services.round_jobs import LOST_AFTER
from tests.services.placing import a_small_round, held_up


def told(service: Matchmaker, round_id: UUID) -> RoundRun:
    run = service.round_jobs.run_of(round_id)
    assert run is not None
    return run


def test_a_run_is_asked_for_once_and_says_how_far_it_is(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    jobs = service.round_jobs
    assert jobs.run_of(round_id) is None
    with held_up(jobs):
        first = jobs.start(round_id, by=None)
        again = jobs.start(round_id, by=None)
        assert first.token == again.token and first.under_way and not jobs.is_lost(first)
        assert service.assignment.view(round_id).answers == {}
    done = told(service, round_id)
    assert (done.state, done.failure, done.method) == (RunState.DONE, None, "best_fit")
    assert done.peak_memory_mb and done.ended_at and done.seconds > 0
    view = service.assignment.view(round_id)
    assert view.current and len(view.answers) == 3
    with pytest.raises(TransitionNotAllowed):
        jobs.stop(round_id, by=None)
    # Asked again it is another run, of the same input.
    assert jobs.start(round_id, by=None).token != first.token
    assert jobs.worker.wait()
    assert told(service, round_id).state is RunState.DONE
    assert service.assignment.view(round_id).stamp == view.stamp


def test_what_is_stopped_keeps_nothing_and_can_be_run_again(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    jobs = service.round_jobs
    with held_up(jobs):
        jobs.start(round_id, by=None)
        assert jobs.stop(round_id, by=None).state is RunState.STOPPING
        assert jobs.stop(round_id, by=None).state is RunState.STOPPING
    stopped = told(service, round_id)
    assert (stopped.state, stopped.failure) == (RunState.STOPPED, None)
    view = service.assignment.view(round_id)
    assert view.answers == {} and view.stamp is None
    entries = service.audit.page(AuditFilter(subject_id=round_id)).items
    assert [one.entry.after for one in entries if one.entry.action is AuditAction.REVISE] == [
        {"run": "stopping"}
    ]
    jobs.start(round_id, by=None)
    assert jobs.worker.wait()
    assert len(service.assignment.view(round_id).answers) == 3


def test_a_change_meanwhile_ends_the_run_and_the_next_one_counts(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    jobs, bo, welding = service.round_jobs, campus.students["Bo"], campus.positions["Welding"]
    with held_up(jobs):
        jobs.start(round_id, by=None)
        service.assignment.lock(round_id, bo, welding, reason="agreed", by=None)
    overtaken = told(service, round_id)
    assert (overtaken.state, overtaken.failure) == (RunState.FAILED, RunFailure.OVERTAKEN)
    assert service.assignment.view(round_id).answers == {}
    with held_up(jobs):
        old = jobs.start(round_id, by=None)
        service.assignment.unlock(round_id, service.assignment.view(round_id).locks[0].id, by=None)
        new = jobs.start(round_id, by=None)
        assert old.token != new.token
    assert told(service, round_id).token == new.token
    assert told(service, round_id).state is RunState.DONE
    assert service.assignment.view(round_id).current


def test_what_contradicts_itself_is_refused_or_ends_the_run(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    jobs, welding = service.round_jobs, campus.positions["Welding"]
    service.assignment.lock(round_id, campus.students["Bo"], welding, reason="agreed", by=None)
    with held_up(jobs):
        jobs.start(round_id, by=None)
        service.wishes.set_places(welding, 0, by=None)
    ended = told(service, round_id)
    assert (ended.state, ended.failure) == (RunState.FAILED, RunFailure.CONTRADICTED)
    with pytest.raises(InvalidInput, match="More students are locked"):
        jobs.start(round_id, by=None)
    service.wishes.apply(welding, PositionAction.CLOSE, by=None)
    seen = service.assignment.get(round_id).revision
    with pytest.raises(StaleRevision):
        jobs.start(round_id, by=None, expected_revision=seen - 1)
    service.assignment.cancel(round_id, by=None)
    with pytest.raises(TransitionNotAllowed):
        jobs.start(round_id, by=None)
    for missing in (jobs.start, jobs.stop):
        with pytest.raises(NotFound):
            missing(uuid4(), by=None)


def test_a_run_that_died_with_its_process_is_told_and_run_again(
    service: Matchmaker,
) -> None:
    campus, round_id = a_small_round(service)
    # A process that took the run and never came to it.
    dead = replace(service.round_jobs, worker=BackgroundWorker())
    dead.worker.close()
    dead.start(round_id, by=None)
    assert not service.round_jobs.is_lost(told(service, round_id))
    now = service.round_jobs.clock
    later = replace(service.round_jobs, clock=lambda: now() + 2 * LOST_AFTER)
    assert later.is_lost(told(service, round_id))
    later.start(round_id, by=None)
    assert later.worker.wait()
    assert told(service, round_id).state is RunState.DONE
    assert len(service.assignment.view(round_id).answers) == 3

    service.assignment.lock(
        round_id, campus.students["Bo"], campus.positions["Welding"], reason="r", by=None
    )
    dead.start(round_id, by=None)
    assert later.stop(round_id, by=None).state is RunState.STOPPED


def test_a_service_that_shuts_down_stops_the_methods(service: Matchmaker) -> None:
    campus, round_id = a_small_round(service)
    jobs = service.round_jobs
    jobs.closing.set()
    jobs.start(round_id, by=None)
    assert jobs.worker.wait()
    ended = told(service, round_id)
    assert (ended.state, ended.failure) == (RunState.FAILED, RunFailure.INTERRUPTED)
    jobs.close()
    assert service.assignment.view(round_id).answers == {}
