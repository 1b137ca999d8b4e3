"""AssignmentService: rounds that place the students of a cohort.

A run freezes what is stored into one input, asks all three methods, and keeps input and answers
for ever: the input has a stamp, and the same input has the same answers. Publishing checks that
what was answered is still what is stored, so that nobody is placed by what was true yesterday.
``by`` is the account that does it; None is the shell.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, InvalidInput, NotFound
from matchmaker.matching.assignment.answering import answered
from matchmaker.matching.assignment.board import laid_out
from matchmaker.matching.assignment.document import stamp, written_out
from matchmaker.matching.assignment.outcome import Method, Placed, Result, Unplaced
from matchmaker.matching.assignment.round import Problem, Round, RoundRefused
from matchmaker.matching.assignment.solver import Progress
from matchmaker.matching.assignment.stable import Stopped, never
from matchmaker.models import (
    AssignmentRound,
    AuditAction,
    Placement,
    RoundAction,
    RoundAnswer,
    RoundInput,
    RoundLock,
    RoundState,
)
from matchmaker.models.placement import AGREE_WITHIN
from matchmaker.services.answer_reading import AnswerReader, written
from matchmaker.services.clock import Clock
from matchmaker.services.cohorts import MOST_REASON, checked_line
from matchmaker.services.cursors import CursorPage, page_of, read_cursor
from matchmaker.services.gathering import Gathered, gathered, with_fit
from matchmaker.services.placement_mails import mail_round
from matchmaker.services.recording import Entry, record
from matchmaker.services.round_answers import (
    RoundView,
    StudentOutcome,
    names_of,
    refuse_contradiction,
)
from matchmaker.services.student_fit import StudentFit
from matchmaker.storage import assignment, cohort_lists, cohorts
from matchmaker.storage.database import Sessions

#: Seconds for each optimising method before its best answer so far is kept with its gap.
SECONDS = 20.0
#: What is at work before the methods: how well students fit the challenges behind positions.
MEASURING = "measuring"


@dataclass(frozen=True)
class AssignmentService:
    """What a coordinator does with a round."""

    sessions: Sessions
    clock: Clock
    fit: StudentFit
    seconds: float = SECONDS
    reader: AnswerReader = field(default_factory=AnswerReader)

    def open(self, cohort_id: UUID, *, seed: str | None = None, by: UUID | None) -> AssignmentRound:
        """Open a round; it takes whoever and whatever earlier ones left.

        Args:
            cohort_id: whose.
            seed: of the lots; drawn when none is given. It is shown to everybody in the round.
            by: the account.

        Raises:
            NotFound: there is no such cohort.
            Duplicate: a round of it is open already.

        """
        with self.sessions.writing() as session:
            cohorts.get(session, cohort_id)
            if present := assignment.open_rounds(session, cohort_id):
                raise Duplicate("assignment round", present[0].id)
            opened = AssignmentRound(
                cohort_id=cohort_id,
                number=assignment.next_number(session, cohort_id),
                seed=secrets.token_hex(8) if seed is None else checked_line("seed", seed),
                created_at=self.clock(),
                updated_at=self.clock(),
            )
            session.add(opened)
            session.flush()
            self._recorded(session, AuditAction.CREATE, opened.id, by)
        return opened

    def rounds_of(self, cohort_id: UUID) -> Sequence[AssignmentRound]:
        """Return the rounds of a cohort, the first first."""
        with self.sessions.reading() as session:
            return assignment.of_cohort(session, cohort_id)

    def page(
        self, cohort_id: UUID, *, cursor: str | None = None, limit: int = 20
    ) -> CursorPage[AssignmentRound]:
        """Return some rounds of a cohort, the first first.

        Raises:
            InvalidInput: the cursor is of another list.

        """
        after = read_cursor(cursor, (int,)) if cursor else None
        with self.sessions.reading() as session:
            found = cohort_lists.rounds(session, cohort_id, after=after, limit=limit)
        return page_of(found, limit, lambda one: (one.number,))

    def get(self, round_id: UUID) -> AssignmentRound:
        """Return one round.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return assignment.get(session, round_id)

    def run(
        self,
        round_id: UUID,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
        progress: Callable[[Method | None, Progress | None], None] | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> AssignmentRound:
        """Ask all three methods about what is stored now, and keep input and answers.

        Args:
            round_id: which.
            by: the account.
            expected_revision: of the round, as the caller read it.
            progress: hears which method is at work and how far it is; before the first one how
                many challenges are held against the students (``MEASURING``).
            cancelled: asked again and again; True stops, and nothing is kept.

        Raises:
            NotFound: there is no such round.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it is published or cancelled.
            InvalidInput: locks contradict capacities or one another.
            Stopped: ``cancelled`` said so.

        """
        with self.sessions.reading() as session:
            round_ = assignment.get(session, round_id, expected_revision)
            round_.apply(RoundAction.ADJUST, at=self.clock())
            session.expunge(round_)
            seen = round_.revision
            found = gathered(session, round_)

        def measuring(done: int, of: int) -> None:
            if cancelled():
                raise Stopped
            told = Progress(aim=MEASURING, value=done, bound=of, seconds=0.0)
            (progress or _nobody)(None, told)

        found = with_fit(found, self.fit, measuring)
        document = written_out(found.asked)
        with self.sessions.reading() as session:
            kept = assignment.input_stamped(session, round_id, stamp(document))
        results = {} if kept else self._answered(found.asked, progress, cancelled)
        if cancelled():
            raise Stopped
        with self.sessions.writing() as session:
            round_ = assignment.get(session, round_id, seen)
            round_.apply(RoundAction.ADJUST, at=self.clock())
            if kept is None:
                self._keep(session, round_id, document, results)
            else:
                # Asked again as it was before: the answers of then count, as the latest.
                session.merge(kept).at = self.clock()
            self._recorded(session, AuditAction.REVISE, round_id, by)
        return round_

    def view(self, round_id: UUID) -> RoundView:
        """Return a round with the answers to its latest input.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            round_ = assignment.get(session, round_id)
            cohort = cohorts.get(session, round_.cohort_id)
            found = gathered(session, round_)
            locks = assignment.locks(session, round_id)
            published = assignment.input_of(session, round_.published_answer_id)
            asked = [published] if published else assignment.inputs(session, round_id, most=2)
            answers = [assignment.answers(session, one.id) for one in asked]
            questions = [self.reader.question(one) for one in asked]
            names = names_of(session, found, locks, questions)
        problems: tuple[Problem, ...] = ()
        try:
            laid_out(found.asked)
        except RoundRefused as refused:
            problems = refused.problems
        is_open = round_.state is RoundState.OPEN
        current = bool(asked) and is_open and self._is(asked[0], found)
        return RoundView(
            round=round_,
            cohort=cohort,
            stamp=asked[0].stamp if asked else None,
            current=current,
            notices=found.notices if is_open else (),
            problems=problems if is_open else (),
            locks=locks,
            answers=self.reader.answers(asked, answers),
            names=names,
            students=[one.id for one in found.asked.students],
            positions=[one.id for one in found.asked.positions],
        )

    def outcome(self, cohort_id: UUID, student_id: UUID) -> StudentOutcome | None:
        """Return what the last published round of a cohort says of one student.

        None when none is published, or the student took no part in it.
        """
        with self.sessions.reading() as session:
            published = [
                one
                for one in assignment.of_cohort(session, cohort_id)
                if one.state is RoundState.PUBLISHED
            ]
            for round_ in reversed(published):
                asked = assignment.input_of(session, round_.published_answer_id)
                if asked is None:
                    continue
                answers = assignment.answers(session, asked.id)
                chosen = next(
                    Method(one.method)
                    for one in answers.values()
                    if one.id == round_.published_answer_id
                )
                result = self.reader.results(asked, answers)[chosen]
                everybody: list[Placed | Unplaced] = [*result.placed, *result.unplaced]
                for one in everybody:
                    if one.student == student_id:
                        places = [place.id for place in self.reader.question(asked).positions]
                        titles = cohorts.positions(session, places)
                        return StudentOutcome(
                            round=round_,
                            method=chosen,
                            answer=one,
                            names={title.id: title.title for title in titles},
                        )
        return None

    def lock(
        self,
        round_id: UUID,
        student_id: UUID,
        position_id: UUID,
        *,
        reason: str,
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> RoundLock:
        """Decide a pair by hand; every run of the round keeps it.

        Raises:
            NotFound: there is no such round.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it is published or cancelled.
            InvalidInput: student or position take no part, or the lock contradicts something.

        """
        lock = RoundLock(
            round_id=round_id,
            student_id=student_id,
            position_id=position_id,
            reason=checked_line("reason", reason, MOST_REASON),
            by_id=by,
            at=self.clock(),
        )
        with self.sessions.writing() as session:
            round_ = assignment.get(session, round_id, expected_revision)
            round_.apply(RoundAction.ADJUST, at=self.clock())
            found = gathered(session, round_)
            if student_id not in {one.id for one in found.asked.students}:
                raise InvalidInput("student_id", "This student takes no part in the round.")
            if position_id not in {one.id for one in found.asked.positions}:
                raise InvalidInput("position_id", "This position takes no part in the round.")
            for one in assignment.locks(session, round_id):
                if one.student_id == student_id:
                    raise InvalidInput("student_id", "This student is locked already.")
            session.add(lock)
            session.flush()
            refuse_contradiction(gathered(session, round_).asked)
            self._recorded(session, AuditAction.LOCK, round_id, by)
        return lock

    def unlock(
        self,
        round_id: UUID,
        lock_id: UUID,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> None:
        """Lift a lock.

        Raises:
            NotFound: there is no such round or lock.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it is published or cancelled.

        """
        with self.sessions.writing() as session:
            round_ = assignment.get(session, round_id, expected_revision)
            round_.apply(RoundAction.ADJUST, at=self.clock())
            lock = session.get(RoundLock, lock_id)
            if lock is None or lock.round_id != round_id:
                raise NotFound("lock", lock_id)
            session.delete(lock)
            self._recorded(session, AuditAction.REVISE, round_id, by)

    def publish(
        self,
        round_id: UUID,
        answer_id: UUID,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> Sequence[Placement]:
        """Offer the placements of one answer; nothing is published that is no longer true.

        Every party of each is asked by mail, and has the same time to agree.

        Raises:
            NotFound: there is no such round, or no such answer to its latest input.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it is published or cancelled already.
            InvalidInput: students, positions, wishes or locks changed since the answer.

        """
        with self.sessions.writing() as session:
            round_ = assignment.get(session, round_id, expected_revision)
            asked = assignment.inputs(session, round_id, most=1)
            answers = assignment.answers(session, asked[0].id) if asked else {}
            chosen = {one.id: one for one in answers.values()}.get(answer_id)
            if chosen is None:
                raise NotFound("answer", answer_id)
            round_.apply(RoundAction.PUBLISH, at=self.clock())
            if not self._is(asked[0], gathered(session, round_)):
                raise InvalidInput(
                    "answer_id",
                    "Students, positions, wishes or locks changed since this answer. "
                    "Run the round again.",
                )
            result = self.reader.results(asked[0], answers)[Method(chosen.method)]
            placements = [
                Placement(
                    round_id=round_id,
                    student_id=one.student,
                    position_id=one.position,
                    supervisor_id=one.supervisor,
                    answer_by=self.clock() + AGREE_WITHIN,
                    created_at=self.clock(),
                    updated_at=self.clock(),
                )
                for one in result.placed
            ]
            round_.published_answer_id = chosen.id
            round_.published_at = self.clock()
            session.add_all(placements)
            session.flush()
            mail_round(session, placements, at=self.clock())
            self._recorded(session, AuditAction.CONFIRM, round_id, by)
        return placements

    def cancel(
        self, round_id: UUID, *, by: UUID | None, expected_revision: int | None = None
    ) -> AssignmentRound:
        """End a round without placing anybody; all that it was asked and answered is kept.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it is published or cancelled already.

        """
        with self.sessions.writing() as session:
            round_ = assignment.get(session, round_id, expected_revision)
            round_.apply(RoundAction.CANCEL, at=self.clock())
            self._recorded(session, AuditAction.WITHDRAW, round_id, by)
        return round_

    def replay(self, round_id: UUID) -> Mapping[Method, bool]:
        """Ask the latest input again; say for each method whether the kept answer comes back.

        Raises:
            NotFound: there is no such round, or it was not run yet.

        """
        with self.sessions.reading() as session:
            assignment.get(session, round_id)
            asked = assignment.inputs(session, round_id, most=1)
            answers = [assignment.answers(session, one.id) for one in asked]
        if not asked:
            raise NotFound("answer", str(round_id))
        question = self.reader.question(asked[0])
        return {
            method: answered(question, method, seconds=self.seconds).position_of()
            == kept.position_of()
            for method, kept in self.reader.results(asked[0], answers[0]).items()
        }

    def _answered(
        self,
        asked: Round,
        progress: Callable[[Method | None, Progress | None], None] | None,
        cancelled: Callable[[], bool],
    ) -> dict[Method, Result]:
        refuse_contradiction(asked)
        found = {}
        for method in Method:
            tell = progress or _nobody

            def told(one: Progress, method: Method = method) -> None:
                tell(method, one)  # noqa: B023 - called before the next turn

            tell(method, None)
            found[method] = answered(
                asked, method, seconds=self.seconds, progress=told, cancelled=cancelled
            )
        return found

    def _keep(
        self,
        session: Session,
        round_id: UUID,
        document: dict[str, object],
        results: Mapping[Method, Result],
    ) -> None:
        asked = RoundInput(
            round_id=round_id, stamp=stamp(document), document=document, at=self.clock()
        )
        session.add(asked)
        session.flush()
        for method, result in results.items():
            session.add(
                RoundAnswer(
                    input_id=asked.id,
                    method=method.value,
                    document=written(result),
                    at=self.clock(),
                )
            )

    def _is(self, asked: RoundInput, found: Gathered) -> bool:
        """Tell whether an input is still what is stored; its fit stays that of its day."""
        now = written_out(found.asked)
        return {**asked.document, "fit": []} == {**now, "fit": []}

    def _recorded(
        self, session: Session, action: AuditAction, about: UUID, by: UUID | None
    ) -> None:
        entry = Entry(by=by, action=action, kind="assignment round", id=about)
        record(session, entry, at=self.clock())


def _nobody(_method: Method | None, _progress: Progress | None) -> None:
    """Tell nobody."""
