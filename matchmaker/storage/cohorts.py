"""Cohorts, positions and wishes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound, StaleRevision
from matchmaker.models import (
    Cohort,
    CohortStudent,
    HostPreference,
    HostVetting,
    InterestMark,
    Placement,
    PlacementState,
    Position,
    PositionApproval,
    Profile,
    Standing,
    Student,
    StudentPreference,
    Supervisor,
)
from matchmaker.storage.database import MOST_VARIABLES


def get(session: Session, cohort_id: UUID, expected_revision: int | None = None) -> Cohort:
    """Return one cohort.

    Raises:
        NotFound: there is none.
        StaleRevision: it is not at the expected revision.

    """
    cohort = session.get(Cohort, cohort_id)
    if cohort is None:
        raise NotFound("cohort", cohort_id)
    if expected_revision is not None and cohort.revision != expected_revision:
        raise StaleRevision(expected_revision, cohort.revision)
    return cohort


def all_of(session: Session, universities: Collection[UUID] | None) -> Sequence[Cohort]:
    """Return the cohorts of these universities (None: of all), the latest first."""
    query = select(Cohort).order_by(Cohort.starts_on.desc(), Cohort.name, Cohort.id)
    if universities is not None:
        query = query.where(Cohort.university_id.in_(universities))
    return session.scalars(query).all()


def students_of(session: Session, cohort_id: UUID) -> Sequence[CohortStudent]:
    """Return the students of a cohort."""
    query = select(CohortStudent).where(CohortStudent.cohort_id == cohort_id)
    return session.scalars(query.order_by(CohortStudent.student_id)).all()


def standings(session: Session, cohort_id: UUID) -> dict[UUID, Standing]:
    """Return how the profile of each student of a cohort stands."""
    query = (
        select(Profile.id, Profile.standing)
        .join(CohortStudent, CohortStudent.student_id == Profile.id)
        .where(CohortStudent.cohort_id == cohort_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def students_among(
    session: Session, cohort_id: UUID, ids: Collection[UUID]
) -> dict[UUID, CohortStudent]:
    """Return those of these students who are in a cohort, or were."""
    query = select(CohortStudent).where(CohortStudent.cohort_id == cohort_id)
    found: dict[UUID, CohortStudent] = {}
    rest = iter(ids)
    while part := list(islice(rest, MOST_VARIABLES)):
        some = session.scalars(query.where(CohortStudent.student_id.in_(part)))
        found.update((one.student_id, one) for one in some)
    return found


def of_university(session: Session, university_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Return who of these are students of a university: in a cohort of it, now or before."""
    query = (
        select(CohortStudent.student_id)
        .join(Cohort, Cohort.id == CohortStudent.cohort_id)
        .where(Cohort.university_id == university_id)
    )
    return set(session.scalars(query.where(CohortStudent.student_id.in_(ids))))


def student_in(session: Session, cohort_id: UUID, student_id: UUID) -> CohortStudent:
    """Return a student in a cohort.

    Raises:
        NotFound: they are not in it.

    """
    found = session.get(CohortStudent, (cohort_id, student_id))
    if found is None:
        raise NotFound("student of the cohort", student_id)
    return found


def cohorts_of_students(
    session: Session, student_ids: Collection[UUID]
) -> Sequence[tuple[Cohort, CohortStudent]]:
    """Return the cohorts that these students are in and have not left, the latest first."""
    query = (
        select(Cohort, CohortStudent)
        .join(CohortStudent, CohortStudent.cohort_id == Cohort.id)
        .where(CohortStudent.student_id.in_(student_ids), CohortStudent.left_at.is_(None))
        .order_by(Cohort.starts_on.desc(), Cohort.id)
    )
    return [(cohort, student) for cohort, student in session.execute(query)]


def supervisors_of(session: Session, cohort_id: UUID) -> Sequence[Supervisor]:
    """Return the supervisors of a cohort, by name."""
    query = select(Supervisor).where(Supervisor.cohort_id == cohort_id)
    return session.scalars(query.order_by(Supervisor.name, Supervisor.id)).all()


def supervisor(
    session: Session, cohort_id: UUID, supervisor_id: UUID, expected_revision: int | None = None
) -> Supervisor:
    """Return one supervisor of a cohort.

    Raises:
        NotFound: there is none, or none of this cohort.
        StaleRevision: it is not at the expected revision.

    """
    found = session.get(Supervisor, supervisor_id)
    if found is None or found.cohort_id != cohort_id:
        raise NotFound("supervisor", supervisor_id)
    if expected_revision is not None and found.revision != expected_revision:
        raise StaleRevision(expected_revision, found.revision)
    return found


def position(session: Session, position_id: UUID, expected_revision: int | None = None) -> Position:
    """Return one position.

    Raises:
        NotFound: there is none.
        StaleRevision: it is not at the expected revision.

    """
    found = session.get(Position, position_id)
    if found is None:
        raise NotFound("position", position_id)
    if expected_revision is not None and found.revision != expected_revision:
        raise StaleRevision(expected_revision, found.revision)
    return found


def positions(session: Session, ids: Iterable[UUID]) -> Sequence[Position]:
    """Return these positions, by title."""
    query = select(Position).where(Position.id.in_(list(ids)))
    return session.scalars(query.order_by(Position.title, Position.id)).all()


def positions_of_hosts(session: Session, host_ids: Collection[UUID]) -> Sequence[Position]:
    """Return the positions that these hosts offer, by title."""
    query = select(Position).where(Position.host_id.in_(host_ids))
    return session.scalars(query.order_by(Position.title, Position.id)).all()


def positions_in_period(session: Session, cohort: Cohort) -> Sequence[Position]:
    """Return the positions that overlap the period of a cohort, by title; closed ones too."""
    query = select(Position).where(
        Position.starts_on <= cohort.ends_on, Position.ends_on >= cohort.starts_on
    )
    return session.scalars(query.order_by(Position.title, Position.id)).all()


def brought_by(session: Session, student_id: UUID) -> Sequence[Position]:
    """Return the places that a student found themselves, by title."""
    query = select(Position).where(Position.brought_by_id == student_id)
    return session.scalars(query.order_by(Position.title, Position.id)).all()


def wishes_for(session: Session, position_id: UUID) -> Sequence[StudentPreference]:
    """Return the wishes for a position, of all cohorts."""
    query = select(StudentPreference).where(StudentPreference.position_id == position_id)
    return session.scalars(query.order_by(StudentPreference.student_id)).all()


def approvals(
    session: Session, cohort_id: UUID, position_ids: Collection[UUID] | None = None
) -> dict[UUID, PositionApproval]:
    """Return what a university said of these positions (None: of all) for a cohort."""
    query = select(PositionApproval).where(PositionApproval.cohort_id == cohort_id)
    if position_ids is not None:
        query = query.where(PositionApproval.position_id.in_(position_ids))
    return {one.position_id: one for one in session.scalars(query)}


def vettings(session: Session, host_ids: Collection[UUID]) -> dict[UUID, HostVetting]:
    """Return those of these hosts that are vetted, by organisation."""
    query = select(HostVetting).where(HostVetting.organisation_id.in_(host_ids))
    return {one.organisation_id: one for one in session.scalars(query)}


def wishes(session: Session, cohort_id: UUID, student_id: UUID) -> Sequence[StudentPreference]:
    """Return the wishes of a student in a cohort, the best first."""
    query = select(StudentPreference).where(
        StudentPreference.cohort_id == cohort_id, StudentPreference.student_id == student_id
    )
    return session.scalars(
        query.order_by(StudentPreference.rank, StudentPreference.position_id)
    ).all()


def wish_rows(session: Session, cohort_id: UUID) -> Sequence[tuple[UUID, UUID, int]]:
    """Return student, position and rank of each wish of a cohort, by student, the best first.

    Thousands of students have tens of thousands: rows, not entities.
    """
    columns = (
        StudentPreference.student_id,
        StudentPreference.position_id,
        StudentPreference.rank,
    )
    rows = session.execute(
        select(*columns)
        .where(StudentPreference.cohort_id == cohort_id)
        .order_by(
            StudentPreference.student_id, StudentPreference.rank, StudentPreference.position_id
        )
    )
    return [(row[0], row[1], row[2]) for row in rows]


def replace_wishes(
    session: Session, cohort_id: UUID, student_id: UUID, new: Sequence[StudentPreference]
) -> None:
    """Put these wishes of a student in place of the present ones."""
    session.execute(
        delete(StudentPreference).where(
            StudentPreference.cohort_id == cohort_id, StudentPreference.student_id == student_id
        )
    )
    session.add_all(new)


def host_ranks(session: Session, position_ids: Collection[UUID]) -> Sequence[HostPreference]:
    """Return how hosts rank students for these positions, the best first."""
    query = select(HostPreference).where(HostPreference.position_id.in_(position_ids))
    return session.scalars(
        query.order_by(HostPreference.position_id, HostPreference.rank, HostPreference.student_id)
    ).all()


def replace_host_ranks(
    session: Session,
    position_id: UUID,
    student_ids: Collection[UUID],
    new: Sequence[HostPreference],
) -> None:
    """Put these ranks in place of the present ones of these students."""
    session.execute(
        delete(HostPreference).where(
            HostPreference.position_id == position_id, HostPreference.student_id.in_(student_ids)
        )
    )
    session.add_all(new)


def wishing_for(
    session: Session, position_ids: Collection[UUID]
) -> Sequence[tuple[UUID, UUID, UUID]]:
    """Return position, cohort and student of wishes that hosts may see.

    Those of students who take part, in cohorts whose students were proposed, made before that.
    """
    query = (
        select(
            StudentPreference.position_id, StudentPreference.cohort_id, StudentPreference.student_id
        )
        .join(Cohort, Cohort.id == StudentPreference.cohort_id)
        .join(
            CohortStudent,
            (CohortStudent.cohort_id == StudentPreference.cohort_id)
            & (CohortStudent.student_id == StudentPreference.student_id),
        )
        .join(
            PositionApproval,
            (PositionApproval.cohort_id == StudentPreference.cohort_id)
            & (PositionApproval.position_id == StudentPreference.position_id),
        )
        .where(
            StudentPreference.position_id.in_(position_ids),
            Cohort.proposed_at.is_not(None),
            StudentPreference.at <= Cohort.proposed_at,
            CohortStudent.consented_at.is_not(None),
            CohortStudent.left_at.is_(None),
            PositionApproval.approved,
        )
        .order_by(StudentPreference.position_id, StudentPreference.student_id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def marks_of(session: Session, student_id: UUID) -> set[UUID]:
    """Return the positions that a student marked as interesting."""
    query = select(InterestMark.position_id).where(InterestMark.student_id == student_id)
    return set(session.scalars(query))


def mark_counts(session: Session, position_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many students marked each of these positions; none is not named."""
    query = (
        select(InterestMark.position_id, func.count())
        .where(InterestMark.position_id.in_(position_ids))
        .group_by(InterestMark.position_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def live_placements(
    session: Session,
    *,
    students: Collection[UUID] = (),
    positions: Collection[UUID] = (),
    supervisors: Collection[UUID] = (),
) -> Sequence[Placement]:
    """Return the placements that were not broken off, of any of these."""
    query = select(Placement).where(
        Placement.state != PlacementState.BROKEN_OFF,
        or_(
            Placement.student_id.in_(students),
            Placement.position_id.in_(positions),
            Placement.supervisor_id.in_(supervisors),
        ),
    )
    return session.scalars(query.order_by(Placement.id)).all()


def names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of profiles."""
    query = select(Profile.id, Profile.name).where(Profile.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(query)}


def students(session: Session, ids: Collection[UUID]) -> dict[UUID, Student]:
    """Return these students, by id."""
    return {one.id: one for one in session.scalars(select(Student).where(Student.id.in_(ids)))}


def supervisors_named(session: Session, ids: Collection[UUID]) -> Sequence[Supervisor]:
    """Return these supervisors."""
    return session.scalars(select(Supervisor).where(Supervisor.id.in_(ids))).all()
