"""RoundWatch: stands between the methods at work on a round and the row that tells of them."""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass
from threading import Event
from time import monotonic
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import StorageUnavailable
from matchmaker.matching.assignment.outcome import Method
from matchmaker.matching.assignment.solver import Progress
from matchmaker.models import RoundRun, RunFailure, RunState
from matchmaker.services.clock import Clock
from matchmaker.storage import assignment
from matchmaker.storage.database import Sessions

#: Seconds between two looks at whether to go on; each says that somebody is at work.
EVERY = 0.5


@dataclass
class RoundWatch:
    """Hears how far the methods are, writes it down, and asks whether to go on."""

    sessions: Sessions
    clock: Clock
    #: That the process is shut down.
    closing: Event
    round_id: UUID
    token: UUID
    asked: int
    method: Method | None = None
    progress: Progress | None = None
    #: How many locks are weighed, and how many there are.
    weighed: tuple[int, int] | tuple[None, None] = (None, None)
    stopped: bool = False
    #: Why it has to stop, when nobody asked for it.
    failure: RunFailure | None = None
    _looked: float = 0.0

    def tell(self, method: Method | None, progress: Progress | None) -> None:
        """Hear which method is at work, and how far it is."""
        self.method, self.progress = method, progress

    def tell_of_locks(self, done: int, locks: int, progress: Progress | None) -> None:
        """Hear how many locks are weighed, and how far the method is with the next one."""
        self.weighed, self.progress = (done, locks), progress

    def cancelled(self) -> bool:
        """Look now and then whether to stop, and say on the way that somebody is at work."""
        if self.stopped:
            return True
        if self.closing.is_set():
            self.stopped, self.failure = True, RunFailure.INTERRUPTED
        elif monotonic() - self._looked >= EVERY:
            self._looked = monotonic()
            try:
                with self.sessions.writing() as session:
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
            run.seen_at = self.clock()
            self._told(run)

    def _told(self, run: RoundRun) -> None:
        run.method = self.method
        run.weighed, run.to_weigh = self.weighed
        run.aim, run.value, run.bound = "", None, None
        if self.progress is not None:
            run.aim = self.progress.aim
            run.value, run.bound = self.progress.value, self.progress.bound

    def end(self, state: RunState, failure: RunFailure | None = None) -> None:
        """Say that nobody is at work any more; nothing when another run took its place."""
        with self.sessions.writing() as session:
            run = self._mine(session)
            if run is not None:
                self._told(run)
                run.seen_at = self.clock()
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
