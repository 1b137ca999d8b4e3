"""LockCostService: what each pair that was decided by hand costs all the others.

A method answers the latest input again without each lock. With thousands of students that takes
minutes, so it is done behind the page (``RoundJobs.weigh``) and kept with the answer, which never
changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import NotFound
from matchmaker.matching.assignment.answering import answered
from matchmaker.matching.assignment.board import laid_out
from matchmaker.matching.assignment.changes import LockCost, difference, lifted
from matchmaker.matching.assignment.outcome import Method
from matchmaker.matching.assignment.solver import Progress
from matchmaker.matching.assignment.stable import Stopped
from matchmaker.models import RoundAnswer, RoundInput
from matchmaker.services.answer_reading import AnswerReader, read_result, written
from matchmaker.storage import assignment
from matchmaker.storage.database import Sessions


@dataclass(frozen=True)
class LockCostService:
    """What coordinators ask about the locks of a round."""

    sessions: Sessions
    reader: AnswerReader
    #: For each optimising method and lock.
    seconds: float

    def weigh(
        self,
        round_id: UUID,
        method: Method,
        *,
        progress: Callable[[int, int, Progress | None], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """Answer the latest input again without each of its locks, and keep what comes out.

        Weighed once, it is not weighed again.

        Args:
            round_id: which.
            method: the one whose answer counts.
            progress: hears how many locks are weighed, how many there are, and how far the
                method is with the next one.
            cancelled: asked again and again; True stops, and nothing is kept.

        Raises:
            NotFound: there is no such round, or it was not run yet.
            Stopped: ``cancelled`` said so.

        """
        with self.sessions.reading() as session:
            asked, answer = self._latest(session, round_id, method)
            known, answer_id = answer.lock_costs, answer.id
        if known is not None:
            return
        question = self.reader.question(asked)
        costs = []
        for done, lock in enumerate(question.locks):

            def told(one: Progress, done: int = done) -> None:
                progress(done, len(question.locks), one)

            progress(done, len(question.locks), None)
            result = answered(
                lifted(question, lock),
                method,
                seconds=self.seconds,
                progress=told,
                cancelled=cancelled,
            )
            costs.append({"student": str(lock.student), **written(result)})
        progress(len(question.locks), len(question.locks), None)
        if cancelled():
            raise Stopped
        with self.sessions.writing() as session:
            kept = session.get(RoundAnswer, answer_id)
            # Gone only with its round.
            if kept is not None:
                kept.lock_costs = costs

    def is_weighed(self, round_id: UUID, method: Method) -> bool:
        """Return whether the locks of the latest input are weighed.

        Raises:
            NotFound: there is no such round, or it was not run yet.

        """
        with self.sessions.reading() as session:
            return self._latest(session, round_id, method)[1].lock_costs is not None

    def read(self, round_id: UUID, method: Method) -> Sequence[LockCost] | None:
        """Say for each lock of the latest input how all would fare without it; None: not weighed.

        Raises:
            NotFound: there is no such round, or it was not run yet.

        """
        with self.sessions.reading() as session:
            asked, answer = self._latest(session, round_id, method)
            costs = answer.lock_costs
        question = self.reader.question(asked)
        if not question.locks:
            return []
        if costs is None:
            return None
        result = self.reader.results(asked, {method.value: answer})[method]
        locks = {one.student: one for one in question.locks}
        found = []
        for cost in costs:
            lock = locks[UUID(cost["student"])]
            without = read_result(laid_out(lifted(question, lock)), method, cost)
            found.append(LockCost(lock=lock, without=difference(result, without)))
        return found

    def _latest(
        self, session: Session, round_id: UUID, method: Method
    ) -> tuple[RoundInput, RoundAnswer]:
        assignment.get(session, round_id)
        for asked in assignment.inputs(session, round_id, most=1):
            answer = assignment.answers(session, asked.id).get(method.value)
            if answer is not None:
                return asked, answer
        raise NotFound("answer", method.value)
