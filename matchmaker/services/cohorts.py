"""CohortService: cohorts, their students and supervisors, and what universities say of positions.

``by`` is the account that does it; None is the shell. Whether it may is asked before
(``models.actions``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, InvalidInput, NotFound
from matchmaker.models import (
    AuditAction,
    Cohort,
    ForbiddenPair,
    HostVetting,
    ImportState,
    Organisation,
    Position,
    PositionApproval,
    PositionState,
    Student,
    Supervisor,
)
from matchmaker.services.accounts import checked_email
from matchmaker.services.cohort_reading import CohortReader
from matchmaker.services.enrolment import take_in, take_out
from matchmaker.services.recording import Entry, record
from matchmaker.storage import cohorts, imports

#: Longest name, reason and text of a position.
MOST_NAME, MOST_REASON = 200, 1_000


@dataclass(frozen=True)
class CohortService(CohortReader):
    """What coordinators do before a round."""

    def create(
        self, university_id: UUID, *, name: str, starts_on: date, ends_on: date, by: UUID | None
    ) -> Cohort:
        """Make a cohort of a university.

        Raises:
            NotFound: there is no such organisation.
            InvalidInput: no name, or it ends before it begins.

        """
        if ends_on <= starts_on:
            raise InvalidInput("ends_on", "The period must end after it begins.")
        cohort = Cohort(
            university_id=university_id,
            name=checked_line("name", name),
            starts_on=starts_on,
            ends_on=ends_on,
            created_at=self.clock(),
        )
        with self.sessions.writing() as session:
            if session.get(Organisation, university_id) is None:
                raise NotFound("organisation", university_id)
            session.add(cohort)
            session.flush()
            record(
                session,
                Entry(by=by, action=AuditAction.CREATE, kind="cohort", id=cohort.id),
                at=self.clock(),
            )
        return cohort

    def enrol(self, cohort_id: UUID, student_ids: Collection[UUID], *, by: UUID | None) -> int:
        """Take students into a cohort; who is in it stays. Whoever had left comes back.

        Returns:
            How many are new in it.

        Raises:
            NotFound: there is no such cohort, or one of them is no student.

        """
        with self.sessions.writing() as session:
            cohorts.get(session, cohort_id)
            for student_id in student_ids:
                if session.get(Student, student_id) is None:
                    raise NotFound("student", student_id)
            return take_in(session, cohort_id, student_ids, at=self.clock(), by=by)

    def enrol_imported(self, cohort_id: UUID, run_id: UUID, *, by: UUID | None) -> int:
        """Take the students whom an import brought into a cohort.

        Returns:
            How many are new in it.

        Raises:
            NotFound: there is no such cohort or import.
            InvalidInput: the import brought no students, or it is not done.

        """
        with self.sessions.reading() as session:
            run = imports.get(session, run_id)
            if run.state is not ImportState.DONE:
                raise InvalidInput("run_id", "This import is not done.")
            students = imports.students_of(session, run_id)
        if not students:
            raise InvalidInput("run_id", "This import brought no students.")
        return self.enrol(cohort_id, students, by=by)

    def leave(self, cohort_id: UUID, student_id: UUID, *, by: UUID | None) -> None:
        """Take a student out of a cohort; wishes and locks are kept, and count no more.

        What was offered to them and not agreed by all ends; its parties are told.

        Raises:
            NotFound: they are not in it.
            InvalidInput: they have a placement that all have agreed to, or that is running.

        """
        with self.sessions.writing() as session:
            take_out(session, cohort_id, student_id, at=self.clock(), by=by)

    def add_supervisor(
        self, cohort_id: UUID, *, name: str, email: str, capacity: int, by: UUID | None
    ) -> Supervisor:
        """Name somebody who supervises students of a cohort.

        Raises:
            NotFound: there is no such cohort.
            InvalidInput: no name, no address, or fewer than no students.

        """
        supervisor = Supervisor(
            cohort_id=cohort_id,
            name=checked_line("name", name),
            email=checked_email(email),
            capacity=checked_number("capacity", capacity),
        )
        with self.sessions.writing() as session:
            cohorts.get(session, cohort_id)
            session.add(supervisor)
            session.flush()
            self._recorded(session, AuditAction.CREATE, "supervisor", supervisor.id, by)
        return supervisor

    def revise_supervisor(
        self,
        cohort_id: UUID,
        supervisor_id: UUID,
        *,
        name: str | None = None,
        email: str | None = None,
        capacity: int | None = None,
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> Supervisor:
        """Change what is said of a supervisor; what is None stays.

        Raises:
            NotFound: there is no such supervisor in the cohort.
            StaleRevision: somebody changed it meanwhile.
            InvalidInput: a value can't stand, or more students than that are placed with them.

        """
        with self.sessions.writing() as session:
            supervisor = cohorts.supervisor(session, cohort_id, supervisor_id, expected_revision)
            if name is not None:
                supervisor.name = checked_line("name", name)
            if email is not None:
                supervisor.email = checked_email(email)
            if capacity is not None:
                checked_number("capacity", capacity)
                placed = cohorts.live_placements(session, supervisors=[supervisor_id])
                refuse_below(capacity, len(placed))
                supervisor.capacity = capacity
            self._recorded(session, AuditAction.REVISE, "supervisor", supervisor_id, by)
        return supervisor

    def approve(
        self,
        cohort_id: UUID,
        position_id: UUID,
        *,
        approved: bool,
        reason: str = "",
        by: UUID | None,
    ) -> None:
        """Say whether the students of a cohort may see a position; the last word counts.

        Raises:
            NotFound: there is no such cohort or position.
            InvalidInput: it is closed or its host is not vetted, or a refusal has no reason.

        """
        if not approved and not reason.strip():
            raise InvalidInput("reason", "Say why students do not see this position.")
        with self.sessions.writing() as session:
            cohorts.get(session, cohort_id)
            position = cohorts.position(session, position_id)
            if approved and position.state is PositionState.CLOSED:
                raise InvalidInput("position_id", "This position is closed.")
            if approved and session.get(HostVetting, position.host_id) is None:
                raise InvalidInput(
                    "position_id", "Nobody has confirmed the organisation and its contact yet."
                )
            session.merge(
                PositionApproval(
                    position_id=position_id,
                    cohort_id=cohort_id,
                    approved=approved,
                    reason="" if approved else checked_line("reason", reason, MOST_REASON),
                    by_id=by,
                    at=self.clock(),
                )
            )
            self._recorded(session, AuditAction.CONFIRM, "position", position_id, by)

    def vet(self, organisation_id: UUID, *, capacity: int | None = None, by: UUID | None) -> None:
        """Confirm once that a host exists and its contact is of it.

        Raises:
            NotFound: there is no such organisation.
            InvalidInput: fewer students than are placed there already.

        """
        if capacity is not None:
            checked_number("capacity", capacity)
        with self.sessions.writing() as session:
            if session.get(Organisation, organisation_id) is None:
                raise NotFound("organisation", organisation_id)
            offered = cohorts.positions_of_hosts(session, [organisation_id])
            placed = cohorts.live_placements(session, positions=[one.id for one in offered])
            if capacity is not None:
                refuse_below(capacity, len(placed))
            session.merge(
                HostVetting(
                    organisation_id=organisation_id,
                    capacity=capacity,
                    by_id=by,
                    vetted_at=self.clock(),
                )
            )
            self._recorded(session, AuditAction.CONFIRM, "profile", organisation_id, by)

    def forbid(
        self, cohort_id: UUID, student_id: UUID, position_id: UUID, *, reason: str, by: UUID | None
    ) -> ForbiddenPair:
        """Say that a student and a position must not come together, in no round of the cohort.

        Raises:
            NotFound: no such student in the cohort, or no such position.
            InvalidInput: no reason.
            Duplicate: that was said already.

        """
        with self.sessions.writing() as session:
            cohorts.student_in(session, cohort_id, student_id)
            cohorts.position(session, position_id)
            if session.get(ForbiddenPair, (cohort_id, student_id, position_id)) is not None:
                raise Duplicate("forbidden pair", position_id)
            pair = ForbiddenPair(
                cohort_id=cohort_id,
                student_id=student_id,
                position_id=position_id,
                reason=checked_line("reason", reason, MOST_REASON),
                by_id=by,
                at=self.clock(),
            )
            session.add(pair)
            self._recorded_pair(session, AuditAction.DECLARE_CONFLICT, pair, by)
        return pair

    def allow(
        self, cohort_id: UUID, student_id: UUID, position_id: UUID, *, by: UUID | None
    ) -> None:
        """Let a student and a position come together again.

        Raises:
            NotFound: nobody said that they must not.

        """
        with self.sessions.writing() as session:
            pair = session.get(ForbiddenPair, (cohort_id, student_id, position_id))
            if pair is None:
                raise NotFound("forbidden pair", position_id)
            session.delete(pair)
            self._recorded_pair(session, AuditAction.END_CONFLICT, pair, by)

    def bring(
        self, cohort_id: UUID, student_id: UUID, position_id: UUID, *, by: UUID | None
    ) -> Position:
        """Say that a student found a position themselves: it is theirs, and nobody else's.

        Raises:
            NotFound: no such student in the cohort, or no such position in its period.
            InvalidInput: it is closed or somebody else's, or the student brings another one.

        """
        with self.sessions.writing() as session:
            cohort = cohorts.get(session, cohort_id)
            cohorts.student_in(session, cohort_id, student_id)
            position = cohorts.position(session, position_id)
            if position.starts_on > cohort.ends_on or position.ends_on < cohort.starts_on:
                raise NotFound("position", position_id)
            if position.state is PositionState.CLOSED:
                raise InvalidInput("position_id", "This position is closed.")
            if any(one.id != position_id for one in cohorts.brought_by(session, student_id)):
                raise InvalidInput("position_id", "This student brings another place.")
            others = {one.student_id for one in cohorts.wishes_for(session, position_id)}
            placed = cohorts.live_placements(session, positions=[position_id])
            others |= {one.student_id for one in placed} | {position.brought_by_id or student_id}
            if others - {student_id}:
                raise InvalidInput(
                    "position_id", "Other students wish for this position, or have a place there."
                )
            position.brought_by_id = student_id
            position.updated_at = self.clock()
            self._brought(session, position, by)
        return position

    def bring_no_longer(self, cohort_id: UUID, student_id: UUID, *, by: UUID | None) -> None:
        """Say that a student brings no place of their own; it is on offer to all again.

        Raises:
            NotFound: no such student in the cohort, or they bring none.
            InvalidInput: they are placed there.

        """
        with self.sessions.writing() as session:
            cohorts.student_in(session, cohort_id, student_id)
            own = cohorts.brought_by(session, student_id)
            if not own:
                raise NotFound("own place", student_id)
            if cohorts.live_placements(session, positions=[one.id for one in own]):
                raise InvalidInput("position_id", "The student is placed there.")
            for position in own:
                position.brought_by_id = None
                position.updated_at = self.clock()
                self._brought(session, position, by)

    def propose(self, cohort_id: UUID, *, by: UUID | None) -> Mapping[UUID, int]:
        """Show hosts those who wish for their positions; wishes made later wait for another time.

        Returns:
            Position -> how many students its host can rank now.

        Raises:
            NotFound: there is no such cohort.

        """
        with self.sessions.writing() as session:
            cohort = cohorts.get(session, cohort_id)
            cohort.proposed_at = self.clock()
            session.flush()
            self._recorded(session, AuditAction.REVISE, "cohort", cohort_id, by)
            found: dict[UUID, int] = {}
            ids = [one.id for one in cohorts.positions_in_period(session, cohort)]
            for position_id, of_cohort, _ in cohorts.wishing_for(session, ids):
                if of_cohort == cohort_id:
                    found[position_id] = found.get(position_id, 0) + 1
        return found

    def _brought(self, session: Session, position: Position, by: UUID | None) -> None:
        student = position.brought_by_id
        told = {"brought_by": None if student is None else str(student)}
        entry = Entry(by=by, action=AuditAction.REVISE, kind="position", id=position.id, after=told)
        record(session, entry, at=self.clock())

    def _recorded_pair(
        self, session: Session, action: AuditAction, pair: ForbiddenPair, by: UUID | None
    ) -> None:
        # Ids alone: why two must not come together may say something about a person.
        told = {"student": str(pair.student_id), "position": str(pair.position_id)}
        entry = Entry(by=by, action=action, kind="cohort", id=pair.cohort_id, after=told)
        record(session, entry, at=self.clock())

    def _recorded(
        self, session: Session, action: AuditAction, kind: str, about: UUID, by: UUID | None
    ) -> None:
        record(session, Entry(by=by, action=action, kind=kind, id=about), at=self.clock())


def checked_line(field: str, text: str, most: int = MOST_NAME) -> str:
    """Return a text without blanks around it.

    Raises:
        InvalidInput: nothing is left, or too much.

    """
    text = text.strip()
    if not text or len(text) > most:
        raise InvalidInput(field, f"Use 1 to {most} characters.")
    return text


def checked_number(field: str, number: int) -> int:
    """Return a number of students.

    Raises:
        InvalidInput: it is below nought.

    """
    if number < 0:
        raise InvalidInput(field, "Use 0 or more.")
    return number


def refuse_below(capacity: int, placed: int) -> None:
    """Refuse a capacity below what is placed.

    Raises:
        InvalidInput: it is.

    """
    if capacity < placed:
        raise InvalidInput(
            "capacity",
            "More students than that have a place here. Break off a placement first.",
        )
