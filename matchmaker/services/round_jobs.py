"""RoundJobs: the methods at work while their coordinator waits, watched and stopped by anybody.

How far a run is stands in the database, so any process can tell it or have it stopped. Answers
are kept all at once at the end: a run that is stopped or dies with its process leaves the round
as it was, and it is run again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Event
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import (
    InvalidInput,
    NotFound,
    StaleRevision,
    TransitionNotAllowed,
)
from matchmaker.matching.assignment.outcome import Method
from matchmaker.matching.assignment.stable import Stopped
from matchmaker.models import (
    AssignmentRound,
    AuditAction,
    RoundAction,
    RoundRun,
    RunFailure,
    RunState,
)
from matchmaker.services.assignment import AssignmentService
from matchmaker.services.background import BackgroundWorker
from matchmaker.services.clock import Clock
from matchmaker.services.gathering import gathered
from matchmaker.services.lock_costs import LockCostService
from matchmaker.services.recording import Entry, record
from matchmaker.services.round_answers import refuse_contradiction
from matchmaker.services.round_watch import RoundWatch
from matchmaker.storage import assignment
from matchmaker.storage.database import Sessions

#: After so long without a word nobody is at work on a run any more.
LOST_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class RoundJobs:
    """What pages do with the methods: each deed returns at once, the work is done behind it."""

    assignment: AssignmentService
    costs: LockCostService
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
            if present is not None and self._is_at(present, round_, None):
                return present
            refuse_contradiction(gathered(session, round_).asked)
            run = self._begun(session, round_, present, by=by)
        watch = self._watch(run)
        self.worker.put(run.token, partial(self._work, watch, partial(self._ask, watch, by)))
        return run

    def weigh(
        self,
        round_id: UUID,
        method: Method,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> RoundRun:
        """Have a method answer the latest input again without each lock; see ``LockCostService``.

        Args:
            round_id: which round.
            method: which method.
            by: the account.
            expected_revision: of the round, as the caller read it.

        Raises:
            NotFound: there is no such round, or it was not run yet.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: the methods are at work on something else.

        """
        self.costs.is_weighed(round_id, method)  # refuses a round that was not run
        with self.sessions.writing() as session:
            round_ = assignment.get(session, round_id, expected_revision, lock=True)
            present = session.get(RoundRun, round_id)
            if present is not None and self._is_at(present, round_, method):
                return present
            if present is not None and present.under_way and not self.is_lost(present):
                raise TransitionNotAllowed("run", present.state, "weigh", ("stop",))
            run = self._begun(session, round_, present, by=by, weighs=method)
        watch = self._watch(run)
        self.worker.put(run.token, partial(self._work, watch, partial(self._weigh, watch, method)))
        return run

    def _is_at(self, present: RoundRun, round_: AssignmentRound, weighs: Method | None) -> bool:
        """Return whether just this is being done already."""
        return (
            present.state is RunState.RUNNING
            and present.weighs == (None if weighs is None else weighs.value)
            and present.asked_revision == round_.revision
            and not self.is_lost(present)
        )

    def _begun(
        self,
        session: Session,
        round_: AssignmentRound,
        present: RoundRun | None,
        *,
        by: UUID | None,
        weighs: Method | None = None,
    ) -> RoundRun:
        if present is not None:
            session.delete(present)
            session.flush()
        run = RoundRun(
            round_id=round_.id,
            asked_revision=round_.revision,
            by_id=by,
            weighs=None if weighs is None else weighs.value,
            method=None if weighs is None else weighs.value,
            started_at=self.clock(),
            seen_at=self.clock(),
        )
        session.add(run)
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

    def _watch(self, run: RoundRun) -> RoundWatch:
        return RoundWatch(
            self.sessions, self.clock, self.closing, run.round_id, run.token, run.asked_revision
        )

    def _ask(self, watch: RoundWatch, by: UUID | None) -> None:
        self.assignment.run(
            watch.round_id,
            by=by,
            expected_revision=watch.asked,
            progress=watch.tell,
            cancelled=watch.cancelled,
        )

    def _weigh(self, watch: RoundWatch, method: Method) -> None:
        watch.method = method
        self.costs.weigh(
            watch.round_id, method, progress=watch.tell_of_locks, cancelled=watch.cancelled
        )

    def _work(self, watch: RoundWatch, deed: Callable[[], None]) -> None:
        try:
            deed()
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
