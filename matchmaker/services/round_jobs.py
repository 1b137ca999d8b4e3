"""RoundJobs: the methods at work while their coordinator waits, watched and stopped by anybody.

How far a run is stands in the database, so any process can tell it or have it stopped. Answers
are kept all at once at the end: a run that is stopped or dies with its process leaves the round
as it was, and it is run again.
"""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Event
from time import monotonic
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import (
    InvalidInput,
    NotFound,
    StaleRevision,
    StorageUnavailable,
    TransitionNotAllowed,
)
from matchmaker.matching.assignment.outcome import Method
from matchmaker.matching.assignment.solver import Progress
from matchmaker.matching.assignment.stable import Stopped
from matchmaker.models import AuditAction, RoundAction, RoundRun, RunFailure, RunState
from matchmaker.services.assignment import AssignmentService
from matchmaker.services.background import BackgroundWorker
from matchmaker.services.clock import Clock
from matchmaker.services.gathering import gathered
from matchmaker.services.recording import Entry, record
from matchmaker.services.round_answers import refuse_contradiction
from matchmaker.storage import assignment
from matchmaker.storage.database import Sessions

#: Seconds between two looks at whether to go on; each says that somebody is at work.
EVERY = 0.5
#: After so long without a word nobody is at work on a run any more.
LOST_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class RoundJobs:
    """What pages do with the methods: each deed returns at once, the work is done behind it."""

    assignment: AssignmentService
    worker: BackgroundWorker
    sessions: Sessions
    clock: Clock
    #: That the process is shut down.
    closing: Event = field(default_factory=Event)

    def start(
        self, round_id: UUID, *, by: UUID | None, expected_revision: int | None = None
    ) -> RoundRun:
        """Have all three methods asked about what is stored; asked twice they are asked once.

        Args:
            round_id: which round.
            by: the account.
            expected_revision: of the round, as the caller read it.

        Raises:
            NotFound: there is no such round.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it is published or cancelled.
            InvalidInput: locks contradict capacities or one another.

        """
        with self.sessions.writing() as session:
            round_ = assignment.get(session, round_id, expected_revision, lock=True)
            round_.check(RoundAction.ADJUST)
            present = session.get(RoundRun, round_id)
            if (
                present is not None
                and present.state is RunState.RUNNING
                and present.asked_revision == round_.revision
                and not self.is_lost(present)
            ):
                return present
            refuse_contradiction(gathered(session, round_).asked)
            if present is not None:
                session.delete(present)
                session.flush()
            run = RoundRun(
                round_id=round_id,
                asked_revision=round_.revision,
                by_id=by,
                started_at=self.clock(),
                seen_at=self.clock(),
            )
            session.add(run)
        self.worker.put(run.token, partial(self._work, round_id, run.token, run.asked_revision, by))
        return run

    def stop(self, round_id: UUID, *, by: UUID | None) -> RoundRun:
        """Ask the methods to stop; no answer of the run is kept. Asked twice is as good as once.

        Raises:
            NotFound: there is no such round, or it was never run.
            TransitionNotAllowed: nobody is at work on it.

        """
        with self.sessions.writing() as session:
            run = assignment.run_of(session, round_id)
            if run is None:
                raise NotFound("run", round_id)
            if not run.under_way:
                raise TransitionNotAllowed("run", run.state, "stop", ())
            if self.is_lost(run):
                run.end(RunState.STOPPED, at=self.clock())
            elif run.state is RunState.RUNNING:
                run.state = RunState.STOPPING
                entry = Entry(
                    by=by,
                    action=AuditAction.REVISE,
                    kind="assignment round",
                    id=round_id,
                    after={"run": run.state.value},
                )
                record(session, entry, at=self.clock())
        return run

    def run_of(self, round_id: UUID) -> RoundRun | None:
        """Return how far the latest run of a round is; None when it was never run."""
        with self.sessions.reading() as session:
            return assignment.run_of(session, round_id)

    def is_lost(self, run: RoundRun) -> bool:
        """Return whether somebody should be at work, and nobody is: the process has died."""
        return (
            run.under_way
            and not self.worker.has(run.token)
            and self.clock() - run.seen_at > LOST_AFTER
        )

    def close(self) -> None:
        """Stop what is at work, and take no more."""
        self.closing.set()
        self.worker.close()

    def _work(self, round_id: UUID, token: UUID, asked: int, by: UUID | None) -> None:
        watch = _Watch(self, round_id, token, asked)
        try:
            self.assignment.run(
                round_id,
                by=by,
                expected_revision=asked,
                progress=watch.tell,
                cancelled=watch.cancelled,
            )
        except Stopped:
            watch.end(RunState.FAILED if watch.failure else RunState.STOPPED, watch.failure)
        except (StaleRevision, TransitionNotAllowed, NotFound):
            watch.end(RunState.FAILED, RunFailure.OVERTAKEN)
        except InvalidInput:
            watch.end(RunState.FAILED, RunFailure.CONTRADICTED)
        except Exception:
            watch.end(RunState.FAILED, RunFailure.BROKEN)
            raise
        else:
            watch.end(RunState.DONE)


@dataclass
class _Watch:
    """Stands between the methods and the row that tells of them."""

    jobs: RoundJobs
    round_id: UUID
    token: UUID
    asked: int
    method: Method | None = None
    progress: Progress | None = None
    stopped: bool = False
    #: Why it has to stop, when nobody asked for it.
    failure: RunFailure | None = None
    _looked: float = 0.0

    def tell(self, method: Method, progress: Progress | None) -> None:
        """Hear which method is at work, and how far it is."""
        self.method, self.progress = method, progress

    def cancelled(self) -> bool:
        """Look now and then whether to stop, and say on the way that somebody is at work."""
        if self.stopped:
            return True
        if self.jobs.closing.is_set():
            self.stopped, self.failure = True, RunFailure.INTERRUPTED
        elif monotonic() - self._looked >= EVERY:
            self._looked = monotonic()
            try:
                with self.jobs.sessions.writing() as session:
                    self._look(session)
            except StorageUnavailable:
                return False  # busy just now; the next look says it
        return self.stopped

    def _look(self, session: Session) -> None:
        run = self._mine(session)
        if run is None or run.state is not RunState.RUNNING:
            self.stopped = True
        elif assignment.get(session, self.round_id).revision != self.asked:
            self.stopped, self.failure = True, RunFailure.OVERTAKEN
        else:
            run.seen_at = self.jobs.clock()
            self._told(run)

    def _told(self, run: RoundRun) -> None:
        run.method = self.method
        run.aim, run.value, run.bound = "", None, None
        if self.progress is not None:
            run.aim = self.progress.aim
            run.value, run.bound = self.progress.value, self.progress.bound

    def end(self, state: RunState, failure: RunFailure | None = None) -> None:
        """Say that nobody is at work any more; nothing when another run took its place."""
        with self.jobs.sessions.writing() as session:
            run = self._mine(session)
            if run is not None:
                self._told(run)
                run.seen_at = self.jobs.clock()
                run.peak_memory_mb = peak_memory_mb()
                run.end(state, at=run.seen_at, failure=failure)

    def _mine(self, session: Session) -> RoundRun | None:
        run = assignment.run_of(session, self.round_id)
        return run if run is not None and run.token == self.token else None


def peak_memory_mb() -> int:
    """Return the highest memory of this process so far, libraries included, in mebibytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kilobytes on Linux, bytes on macOS.
    return most // (1024 * 1024 if sys.platform == "darwin" else 1024)
