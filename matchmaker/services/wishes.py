"""WishService: what students want and hosts prefer, and positions before that."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.models import (
    AuditAction,
    Cohort,
    CohortStudent,
    HostPreference,
    InterestMark,
    Organisation,
    Position,
    PositionAction,
    PositionState,
    Student,
    StudentPreference,
    Visibility,
    WorkPlace,
)
from matchmaker.services.clock import Clock
from matchmaker.services.cohorts import (
    checked_line,
    checked_number,
    refuse_below,
)
from matchmaker.services.cursors import CursorPage, page_of, read_cursor
from matchmaker.services.ranking_records import log_positions, log_students
from matchmaker.services.recording import Entry, record
from matchmaker.services.student_fit import Explained, StudentFit
from matchmaker.storage import challenges, cohort_lists, cohorts
from matchmaker.storage.database import Sessions

#: Longest text of a position, and greatest rank.
MOST_TEXT, LAST_RANK = 4_000, 999


@dataclass(frozen=True, kw_only=True)
class ShownPosition:
    """A position as a student of a cohort sees it."""

    position: Position
    host: str
    #: 0..1, None when it came of no challenge or is not indexed.
    score: float | None
    rank: int | None
    marked: bool


@dataclass(frozen=True, kw_only=True)
class StudentView:
    """What a student sees of a cohort: positions, the best fit first; wishes that lapsed."""

    cohort: Cohort
    student: CohortStudent
    name: str
    positions: Sequence[ShownPosition]
    #: Titles of wishes whose position closed or is shown no more.
    lapsed: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """A student whom a host may see: what they say of themselves, and why they fit."""

    student: Student
    cohort_id: UUID
    #: None when the position came of no challenge, or one of them is not indexed.
    explained: Explained | None
    rank: int | None

    @property
    def student_id(self) -> UUID:
        """Their profile."""
        return self.student.id

    @property
    def score(self) -> float | None:
        """Fit to the challenge behind the position, 0..1."""
        return None if self.explained is None else self.explained.score

    def tells(self, field: str) -> Any:
        """Return what a field says; None when the student keeps it from firms."""
        own = self.student.field_visibility.get(field)
        kept = own is not None and not Visibility(own).allows(Visibility.MEMBERS)
        return None if kept else getattr(self.student, field)


@dataclass(frozen=True)
class WishService:
    """What the two sides of a placement say."""

    sessions: Sessions
    clock: Clock
    fit: StudentFit

    def offer(
        self,
        host_id: UUID,
        *,
        title: str,
        tasks: str,
        starts_on: date,
        ends_on: date,
        places: int = 1,
        team_minimum: int = 0,
        work_place: WorkPlace = WorkPlace.ON_SITE,
        learning: str = "",
        requirements: str = "",
        challenge_id: UUID | None = None,
        brought_by_id: UUID | None = None,
        by: UUID | None,
    ) -> Position:
        """Offer a position at a host; a challenge that it comes of makes it findable by fit.

        Raises:
            NotFound: there is no such organisation or challenge.
            InvalidInput: a text, number or period can't stand.

        """
        if ends_on <= starts_on:
            raise InvalidInput("ends_on", "The period must end after it begins.")
        if not 1 <= places <= LAST_RANK:
            raise InvalidInput("places", f"Use 1 to {LAST_RANK}.")
        if not 0 <= team_minimum <= places:
            raise InvalidInput("team_minimum", "A team can't be greater than the places there are.")
        position = Position(
            host_id=host_id,
            challenge_id=challenge_id,
            title=checked_line("title", title),
            tasks=checked_line("tasks", tasks, MOST_TEXT),
            learning=learning.strip()[:MOST_TEXT],
            requirements=requirements.strip()[:MOST_TEXT],
            starts_on=starts_on,
            ends_on=ends_on,
            places=places,
            team_minimum=team_minimum if team_minimum > 1 else 0,
            work_place=work_place,
            brought_by_id=brought_by_id,
            created_at=self.clock(),
            updated_at=self.clock(),
        )
        with self.sessions.writing() as session:
            if session.get(Organisation, host_id) is None:
                raise NotFound("organisation", host_id)
            if challenge_id is not None:
                challenges.get(session, challenge_id)
            session.add(position)
            session.flush()
            self._recorded(session, AuditAction.CREATE, position.id, by)
        return position

    def position(self, position_id: UUID) -> Position:
        """Return one position.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return cohorts.position(session, position_id)

    def positions_of(self, host_ids: Collection[UUID]) -> Sequence[Position]:
        """Return what these hosts offer, by title."""
        with self.sessions.reading() as session:
            return cohorts.positions_of_hosts(session, host_ids)

    def page_of_positions(
        self, host_ids: Collection[UUID], *, cursor: str | None = None, limit: int = 20
    ) -> CursorPage[Position]:
        """Return some of what these hosts offer, by title.

        Raises:
            InvalidInput: the cursor is of another list.

        """
        after = read_cursor(cursor, (str, UUID)) if cursor else None
        with self.sessions.reading() as session:
            found = cohort_lists.positions_of_hosts(session, host_ids, after=after, limit=limit)
        return page_of(found, limit, lambda one: (one.title, one.id))

    def set_places(
        self,
        position_id: UUID,
        places: int,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> Position:
        """Say how many students a position takes.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            InvalidInput: fewer than are placed already.

        """
        checked_number("places", places)
        with self.sessions.writing() as session:
            position = cohorts.position(session, position_id, expected_revision)
            refuse_below(places, len(cohorts.live_placements(session, positions=[position_id])))
            if 0 < places < position.team_minimum:
                raise InvalidInput("places", "A team can't be greater than the places there are.")
            position.places = places
            position.updated_at = self.clock()
            self._recorded(session, AuditAction.REVISE, position_id, by)
        return position

    def apply(
        self,
        position_id: UUID,
        action: PositionAction,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> Position:
        """Close a position or offer it again. Wishes for it are kept, and count while it is open.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: its state does not allow this.

        """
        with self.sessions.writing() as session:
            position = cohorts.position(session, position_id, expected_revision)
            position.apply(action, at=self.clock())
            self._recorded(session, AuditAction.REVISE, position_id, by)
        return position

    def cohorts_of(self, student_ids: Collection[UUID]) -> Sequence[tuple[Cohort, CohortStudent]]:
        """Return the cohorts that these students are in, the latest first."""
        with self.sessions.reading() as session:
            return cohorts.cohorts_of_students(session, student_ids)

    def view(self, cohort_id: UUID, student_id: UUID) -> StudentView:
        """Return what a student sees of their cohort.

        Raises:
            NotFound: they are not in it.

        """
        with self.sessions.reading() as session:
            cohort = cohorts.get(session, cohort_id)
            student = cohorts.student_in(session, cohort_id, student_id)
            shown = _shown(session, cohort, student_id)
            ranks = {
                one.position_id: one.rank for one in cohorts.wishes(session, cohort_id, student_id)
            }
            marked = cohorts.marks_of(session, student_id)
            named = cohorts.names(session, {one.host_id for one in shown.values()} | {student_id})
            lapsed = cohorts.positions(session, ranks.keys() - shown.keys())
        scores = self._scores([student_id], shown.values())
        positions = [
            ShownPosition(
                position=one,
                host=named[one.host_id],
                score=scores.get((student_id, one.id)),
                rank=ranks.get(one.id),
                marked=one.id in marked,
            )
            for one in shown.values()
        ]
        positions.sort(key=lambda one: (-(one.score or 0.0), one.position.title, one.position.id))
        return StudentView(
            cohort=cohort,
            student=student,
            name=named[student_id],
            positions=positions,
            lapsed=[one.title for one in lapsed],
        )

    def explained(self, cohort_id: UUID, student_id: UUID, position_id: UUID) -> Explained | None:
        """Return why a student fits a position; None when there is nothing to say.

        Raises:
            NotFound: the student is not in the cohort or is not shown the position.

        """
        with self.sessions.reading() as session:
            cohort = cohorts.get(session, cohort_id)
            cohorts.student_in(session, cohort_id, student_id)
            position = _shown(session, cohort, student_id).get(position_id)
        if position is None:
            raise NotFound("position", position_id)
        if position.challenge_id is None:
            return None
        return self.fit.explained(student_id, position.challenge_id)

    def basis(
        self, view: StudentView, position_id: UUID, explained: Explained | None
    ) -> dict[str, object]:
        """Return by which method and from what a position stands where a student sees it.

        Args:
            view: what the student sees.
            position_id: a position of it.
            explained: why it fits, if anything is known.

        """
        places = [one.position.id for one in view.positions]
        return {
            **self.fit.basis(),
            "rank": places.index(position_id) + 1,
            "of": len(places),
            "score": explained.score if explained else None,
        }

    def consent(
        self, cohort_id: UUID, student_id: UUID, *, given: bool, by: UUID | None
    ) -> CohortStudent:
        """Record that a student agrees to be placed with their data, or no longer does.

        Raises:
            NotFound: they are not in the cohort.

        """
        with self.sessions.writing() as session:
            student = cohorts.student_in(session, cohort_id, student_id)
            student.consented_at = self.clock() if given else None
            record(
                session,
                Entry(
                    by=by,
                    action=AuditAction.CONFIRM if given else AuditAction.WITHDRAW,
                    kind="profile",
                    id=student_id,
                    after={"cohort": str(cohort_id), "consent": given},
                ),
                at=self.clock(),
            )
        return student

    def rank(
        self, cohort_id: UUID, student_id: UUID, ranks: Mapping[UUID, int], *, by: UUID | None
    ) -> None:
        """Replace a student's wishes; equal ranks are ties, and gaps mean nothing.

        Raises:
            NotFound: they are not in the cohort.
            InvalidInput: they have not consented, or a position is closed or not theirs to see.

        """
        seen = self.view(cohort_id, student_id)
        with self.sessions.writing() as session:
            cohort = cohorts.get(session, cohort_id)
            student = cohorts.student_in(session, cohort_id, student_id)
            if not student.takes_part:
                raise InvalidInput("ranks", "Say first that you want to be placed with your data.")
            shown = _shown(session, cohort, student_id)
            for position_id, rank in ranks.items():
                if position_id not in shown:
                    raise InvalidInput(
                        "ranks", "One of these positions is closed or not offered to you any more."
                    )
                _checked_rank(rank)
            # A wish that was there stays as old as it is: its host goes on seeing the student.
            since = {
                one.position_id: one.at for one in cohorts.wishes(session, cohort_id, student_id)
            }
            cohorts.replace_wishes(
                session,
                cohort_id,
                student_id,
                [
                    StudentPreference(
                        cohort_id=cohort_id,
                        student_id=student_id,
                        position_id=one,
                        rank=rank,
                        at=since.get(one, self.clock()),
                    )
                    for one, rank in ranks.items()
                ],
            )
            scores = {one.position.id: one.score for one in seen.positions}
            log_positions(session, cohort_id, student_id, scores, self.fit.basis(), self.clock())

    def mark(self, cohort_id: UUID, student_id: UUID, position_id: UUID, *, on: bool) -> None:
        """Mark a position as interesting, or no longer; nobody at the firm is told.

        Raises:
            NotFound: the student is not in the cohort or is not shown the position.

        """
        with self.sessions.writing() as session:
            cohort = cohorts.get(session, cohort_id)
            cohorts.student_in(session, cohort_id, student_id)
            if position_id not in _shown(session, cohort, student_id):
                raise NotFound("position", position_id)
            known = session.get(InterestMark, (student_id, position_id))
            if on and known is None:
                session.add(
                    InterestMark(student_id=student_id, position_id=position_id, at=self.clock())
                )
            elif not on and known is not None:
                session.delete(known)

    def applicants(self, position_id: UUID) -> Sequence[Applicant]:
        """Return the students whom the host of a position may see, the best fit first.

        Raises:
            NotFound: there is no such position.

        """
        with self.sessions.reading() as session:
            position = cohorts.position(session, position_id)
            wishing = cohorts.wishing_for(session, [position_id])
            ranks = {one.student_id: one.rank for one in cohorts.host_ranks(session, [position_id])}
            students = cohorts.students(session, {student for *_, student in wishing})
        told: Mapping[UUID, Explained] = {}
        if position.challenge_id is not None:
            told = self.fit.explained_all(students.keys(), position.challenge_id)
        found = [
            Applicant(
                student=students[student],
                cohort_id=cohort,
                explained=told.get(student),
                rank=ranks.get(student),
            )
            for _, cohort, student in wishing
        ]
        return sorted(
            found, key=lambda one: (-(one.score or 0.0), one.student.folded_name, one.student.id)
        )

    def rank_students(
        self, position_id: UUID, ranks: Mapping[UUID, int], *, by: UUID | None
    ) -> None:
        """Replace how a host ranks those who were proposed to it; others are not touched.

        Raises:
            NotFound: there is no such position.
            InvalidInput: the position is closed, or a student was not proposed to it.

        """
        seen = self.applicants(position_id)
        with self.sessions.writing() as session:
            position = cohorts.position(session, position_id)
            if position.state is PositionState.CLOSED:
                raise InvalidInput("ranks", "This position is closed.")
            proposed = {student for *_, student in cohorts.wishing_for(session, [position_id])}
            for student_id, rank in ranks.items():
                if student_id not in proposed:
                    raise InvalidInput("ranks", "One of these students is not proposed to you.")
                _checked_rank(rank)
            new = [
                HostPreference(position_id=position_id, student_id=one, rank=rank, at=self.clock())
                for one, rank in ranks.items()
            ]
            cohorts.replace_host_ranks(session, position_id, proposed, new)
            order = [(one.cohort_id, one.student_id, one.score) for one in seen]
            log_students(session, position_id, order, self.fit.basis(), self.clock())
            self._recorded(session, AuditAction.REVISE, position_id, by)

    def _scores(
        self, students: Collection[UUID], positions: Collection[Position]
    ) -> dict[tuple[UUID, UUID], float]:
        """Return the score of each student for each position that came of a challenge."""
        of = {one.id: one.challenge_id for one in positions if one.challenge_id is not None}
        scores = self.fit.scores(students, set(of.values()))
        return {
            (student, position): score
            for student in students
            for position, challenge in of.items()
            if (score := scores.get(student, challenge)) is not None
        }

    def _recorded(
        self, session: Session, action: AuditAction, about: UUID, by: UUID | None
    ) -> None:
        record(session, Entry(by=by, action=action, kind="position", id=about), at=self.clock())


def _shown(session: Session, cohort: Cohort, student_id: UUID) -> dict[UUID, Position]:
    """Return the positions that a student of a cohort is shown."""
    approved = {one for one, said in cohorts.approvals(session, cohort.id).items() if said.approved}
    return {
        one.id: one
        for one in cohorts.positions_in_period(session, cohort)
        if one.id in approved
        and one.state is PositionState.OFFERED
        and one.brought_by_id in (None, student_id)
    }


def _checked_rank(rank: int) -> None:
    if not 1 <= rank <= LAST_RANK:
        raise InvalidInput("ranks", f"Use ranks from 1 to {LAST_RANK}.")
