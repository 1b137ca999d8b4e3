"""CohortReader: what coordinators read of cohorts, whole or part by part."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import NotFound
from matchmaker.models import (
    Claim,
    Cohort,
    CohortStudent,
    ForbiddenPair,
    HostVetting,
    Position,
    PositionApproval,
    PositionState,
    Student,
    Supervisor,
)
from matchmaker.services.clock import Clock
from matchmaker.services.cursors import CursorPage, page_of, read_cursor
from matchmaker.storage import accounts, assignment, cohort_lists, cohorts, profiles
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class CohortMember:
    """A student in a cohort, by name."""

    student: CohortStudent
    name: str
    wishes: int


@dataclass(frozen=True, kw_only=True)
class StudentFile:
    """A student of a cohort with their profile, as their university sees it."""

    member: CohortStudent
    #: With its evidence.
    student: Student
    #: Whether somebody has claimed the profile, and so can consent and wish.
    claimed: bool
    #: The place that they found themselves; None without one.
    own_place: Position | None


@dataclass(frozen=True, kw_only=True)
class OfferedPosition:
    """A position as a coordinator sees it."""

    position: Position
    host: str
    #: None while nobody confirmed organisation and contact.
    vetting: HostVetting | None
    #: None while nothing was said of it.
    approval: PositionApproval | None
    #: Students who marked it quietly.
    marks: int

    @property
    def vetted(self) -> bool:
        """Whether organisation and contact are confirmed."""
        return self.vetting is not None


@dataclass(frozen=True, kw_only=True)
class OfferingHost:
    """A host that offers something in the period of a cohort."""

    id: UUID
    name: str
    vetting: HostVetting | None
    #: Places of all its open positions of the period.
    places: int


@dataclass(frozen=True, kw_only=True)
class CohortView:
    """A cohort with all that belongs to it."""

    cohort: Cohort
    university: str
    members: Sequence[CohortMember]
    supervisors: Sequence[Supervisor]
    positions: Sequence[OfferedPosition]
    forbidden: Sequence[ForbiddenPair]

    @property
    def hosts(self) -> Sequence[OfferingHost]:
        """Who offers something, by name."""
        found: dict[UUID, list[OfferedPosition]] = {}
        for one in self.positions:
            found.setdefault(one.position.host_id, []).append(one)
        hosts = [
            OfferingHost(
                id=host,
                name=offered[0].host,
                vetting=offered[0].vetting,
                places=sum(
                    one.position.places
                    for one in offered
                    if one.position.state is PositionState.OFFERED
                ),
            )
            for host, offered in found.items()
        ]
        return sorted(hosts, key=lambda one: (one.name.casefold(), one.id))


@dataclass(frozen=True)
class CohortReader:
    """What coordinators read before a round."""

    sessions: Sessions
    clock: Clock

    def list(self, universities: Collection[UUID] | None) -> Sequence[Cohort]:
        """Return the cohorts of these universities (None: of all), the latest first."""
        with self.sessions.reading() as session:
            return cohorts.all_of(session, universities)

    def page(
        self,
        universities: Collection[UUID] | None,
        *,
        cursor: str | None = None,
        limit: int = 20,
    ) -> CursorPage[Cohort]:
        """Return some cohorts of these universities (None: of all), the newest first.

        Raises:
            InvalidInput: the cursor is of another list.

        """
        after = read_cursor(cursor, (datetime, UUID)) if cursor else None
        with self.sessions.reading() as session:
            found = cohort_lists.cohorts(session, universities, after=after, limit=limit)
        return page_of(found, limit, lambda one: (one.created_at, one.id))

    def get(self, cohort_id: UUID) -> Cohort:
        """Return one cohort.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return cohorts.get(session, cohort_id)

    def members(
        self, cohort_id: UUID, *, cursor: str | None = None, limit: int = 20
    ) -> CursorPage[CohortMember]:
        """Return some students of a cohort by name, those who left too.

        Raises:
            InvalidInput: the cursor is of another list.

        """
        after = read_cursor(cursor, (str, UUID)) if cursor else None
        with self.sessions.reading() as session:
            found = cohort_lists.members(session, cohort_id, after=after, limit=limit)
        rows = page_of(found, limit, lambda one: (one[2], one[0].student_id))
        return CursorPage([_member(*one) for one in rows.items], rows.next)

    def unclaimed(self, cohort_id: UUID) -> Sequence[CohortMember]:
        """Return the students of a cohort, by name, whose profile nobody owns yet."""
        with self.sessions.reading() as session:
            here = [
                one for one in cohort_lists.members(session, cohort_id) if one[0].left_at is None
            ]
            owned = accounts.claimed_among(session, [one[0].student_id for one in here])
        return [_member(*one) for one in here if one[0].student_id not in owned]

    def student(self, cohort_id: UUID, student_id: UUID) -> StudentFile:
        """Return a student of a cohort with their profile.

        Raises:
            NotFound: they are not in it, or have left it: what they say is no more to be read.

        """
        with self.sessions.reading() as session:
            member = cohorts.student_in(session, cohort_id, student_id)
            found = profiles.with_evidence(session, [student_id])
            if member.left_at is not None or not found or not isinstance(found[0], Student):
                raise NotFound("student of the cohort", student_id)
            own = cohorts.brought_by(session, student_id)
            return StudentFile(
                member=member,
                student=found[0],
                claimed=session.get(Claim, student_id) is not None,
                own_place=own[0] if own else None,
            )

    def supervisors(
        self, cohort_id: UUID, *, cursor: str | None = None, limit: int = 20
    ) -> CursorPage[Supervisor]:
        """Return some supervisors of a cohort by name.

        Raises:
            InvalidInput: the cursor is of another list.

        """
        after = read_cursor(cursor, (str, UUID)) if cursor else None
        with self.sessions.reading() as session:
            found = cohort_lists.supervisors(session, cohort_id, after=after, limit=limit)
        return page_of(found, limit, lambda one: (one.name, one.id))

    def supervisor(self, cohort_id: UUID, supervisor_id: UUID) -> Supervisor:
        """Return one supervisor of a cohort.

        Raises:
            NotFound: there is none, or none of this cohort.

        """
        with self.sessions.reading() as session:
            return cohorts.supervisor(session, cohort_id, supervisor_id)

    def offered_in(
        self, cohort_id: UUID, *, cursor: str | None = None, limit: int = 20
    ) -> CursorPage[OfferedPosition]:
        """Return some positions of the period of a cohort by title, closed ones too.

        Raises:
            NotFound: there is no such cohort.
            InvalidInput: the cursor is of another list.

        """
        after = read_cursor(cursor, (str, UUID)) if cursor else None
        with self.sessions.reading() as session:
            cohort = cohorts.get(session, cohort_id)
            found = cohort_lists.positions_in_period(session, cohort, after=after, limit=limit)
            rows = page_of(found, limit, lambda one: (one.title, one.id))
            return CursorPage(_offered(session, cohort_id, rows.items), rows.next)

    def offered(self, cohort_id: UUID, position_id: UUID) -> OfferedPosition:
        """Return one position of the period of a cohort.

        Raises:
            NotFound: there is none, or none in that period.

        """
        with self.sessions.reading() as session:
            cohort = cohorts.get(session, cohort_id)
            position = cohorts.position(session, position_id)
            if position.starts_on > cohort.ends_on or position.ends_on < cohort.starts_on:
                raise NotFound("position", position_id)
            (found,) = _offered(session, cohort_id, [position])
            return found

    def forbidden(
        self, cohort_id: UUID, *, cursor: str | None = None, limit: int = 20
    ) -> CursorPage[ForbiddenPair]:
        """Return some pairs of a cohort that must not be, the oldest first.

        Raises:
            InvalidInput: the cursor is of another list.

        """
        after = read_cursor(cursor, (datetime, UUID, UUID)) if cursor else None
        with self.sessions.reading() as session:
            found = cohort_lists.forbidden(session, cohort_id, after=after, limit=limit)
        return page_of(found, limit, lambda one: (one.at, one.student_id, one.position_id))

    def view(self, cohort_id: UUID) -> CohortView:
        """Return a cohort with students, supervisors and the positions of its period.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            cohort = cohorts.get(session, cohort_id)
            return CohortView(
                cohort=cohort,
                university=cohorts.names(session, [cohort.university_id])[cohort.university_id],
                members=[_member(*one) for one in cohort_lists.members(session, cohort_id)],
                supervisors=cohorts.supervisors_of(session, cohort_id),
                positions=_offered(
                    session, cohort_id, cohorts.positions_in_period(session, cohort)
                ),
                forbidden=assignment.forbidden(session, cohort_id),
            )


def _member(student: CohortStudent, name: str, _folded: str, wishes: int) -> CohortMember:
    return CohortMember(student=student, name=name, wishes=wishes)


def _offered(
    session: Session, cohort_id: UUID, positions: Sequence[Position]
) -> list[OfferedPosition]:
    """Put beside positions who offers them and what was said of them."""
    ids, hosts = [one.id for one in positions], {one.host_id for one in positions}
    named = cohorts.names(session, hosts)
    approvals = cohorts.approvals(session, cohort_id, ids)
    vettings = cohorts.vettings(session, hosts)
    marks = cohorts.mark_counts(session, ids)
    return [
        OfferedPosition(
            position=one,
            host=named[one.host_id],
            vetting=vettings.get(one.host_id),
            approval=approvals.get(one.id),
            marks=marks.get(one.id, 0),
        )
        for one in positions
    ]
