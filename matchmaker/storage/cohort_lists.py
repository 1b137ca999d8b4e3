"""Long lists of cohorts, read part by part: each begins after the last row of the one before.

All return one row more than asked for when there are more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from matchmaker.models import (
    AssignmentRound,
    Cohort,
    CohortStudent,
    ForbiddenPair,
    Placement,
    Position,
    Profile,
    StudentPreference,
    Supervisor,
)

#: The last row of the part before; None for the first part.
After = Sequence[Any] | None


def cohorts(
    session: Session, universities: Collection[UUID] | None, *, after: After, limit: int
) -> Sequence[Cohort]:
    """Return cohorts of these universities (None: of all), the newest first.

    Args:
        session: to read with.
        universities: only of these; None for all.
        after: ``created_at`` and id.
        limit: how many.

    """
    query = select(Cohort).order_by(Cohort.created_at.desc(), Cohort.id.desc())
    if universities is not None:
        query = query.where(Cohort.university_id.in_(universities))
    if after is not None:
        query = query.where(tuple_(Cohort.created_at, Cohort.id) < tuple_(*after))
    return session.scalars(query.limit(limit + 1)).all()


def members(
    session: Session, cohort_id: UUID, *, after: After = None, limit: int | None = None
) -> Sequence[tuple[CohortStudent, str, str, int]]:
    """Return students of a cohort by name: name, folded name, and how many positions each ranked.

    Args:
        session: to read with.
        cohort_id: whose.
        after: folded name and id.
        limit: how many; None for all.

    """
    wishes = (
        select(StudentPreference.student_id, func.count().label("number"))
        .where(StudentPreference.cohort_id == cohort_id)
        .group_by(StudentPreference.student_id)
        .subquery()
    )
    query = (
        select(
            CohortStudent,
            Profile.name,
            Profile.folded_name,
            func.coalesce(wishes.c.number, 0),
        )
        .join(Profile, Profile.id == CohortStudent.student_id)
        .outerjoin(wishes, wishes.c.student_id == CohortStudent.student_id)
        .where(CohortStudent.cohort_id == cohort_id)
        .order_by(Profile.folded_name, Profile.id)
    )
    if after is not None:
        query = query.where(tuple_(Profile.folded_name, Profile.id) > tuple_(*after))
    if limit is not None:
        query = query.limit(limit + 1)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def positions_in_period(
    session: Session, cohort: Cohort, *, after: After, limit: int
) -> Sequence[Position]:
    """Return positions that overlap the period of a cohort, by title and id; closed ones too."""
    query = select(Position).where(
        Position.starts_on <= cohort.ends_on, Position.ends_on >= cohort.starts_on
    )
    query = query.order_by(Position.title, Position.id)
    if after is not None:
        query = query.where(tuple_(Position.title, Position.id) > tuple_(*after))
    return session.scalars(query.limit(limit + 1)).all()


def positions_of_hosts(
    session: Session, host_ids: Collection[UUID], *, after: After, limit: int
) -> Sequence[Position]:
    """Return positions that these hosts offer, by title and id."""
    query = select(Position).where(Position.host_id.in_(host_ids))
    query = query.order_by(Position.title, Position.id)
    if after is not None:
        query = query.where(tuple_(Position.title, Position.id) > tuple_(*after))
    return session.scalars(query.limit(limit + 1)).all()


def supervisors(
    session: Session, cohort_id: UUID, *, after: After, limit: int
) -> Sequence[Supervisor]:
    """Return supervisors of a cohort, by name and id."""
    query = select(Supervisor).where(Supervisor.cohort_id == cohort_id)
    query = query.order_by(Supervisor.name, Supervisor.id)
    if after is not None:
        query = query.where(tuple_(Supervisor.name, Supervisor.id) > tuple_(*after))
    return session.scalars(query.limit(limit + 1)).all()


def forbidden(
    session: Session, cohort_id: UUID, *, after: After, limit: int
) -> Sequence[ForbiddenPair]:
    """Return pairs of a cohort that must not be, by time, student and position."""
    key = (ForbiddenPair.at, ForbiddenPair.student_id, ForbiddenPair.position_id)
    query = select(ForbiddenPair).where(ForbiddenPair.cohort_id == cohort_id).order_by(*key)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    return session.scalars(query.limit(limit + 1)).all()


def rounds(
    session: Session, cohort_id: UUID, *, after: After, limit: int
) -> Sequence[AssignmentRound]:
    """Return rounds of a cohort, by number."""
    query = select(AssignmentRound).where(AssignmentRound.cohort_id == cohort_id)
    query = query.order_by(AssignmentRound.number)
    if after is not None:
        query = query.where(AssignmentRound.number > after[0])
    return session.scalars(query.limit(limit + 1)).all()


def own_placements(
    session: Session,
    students: Collection[UUID],
    hosts: Collection[UUID],
    *,
    after: After = None,
    limit: int | None = None,
) -> Sequence[Placement]:
    """Return placements of these students, or at these hosts, the latest first.

    Args:
        session: to read with.
        students: by their profiles.
        hosts: by their profiles.
        after: ``created_at`` and id.
        limit: how many; None for all.

    """
    key = (Placement.created_at, Placement.id)
    query = (
        select(Placement)
        .join(Position, Position.id == Placement.position_id)
        .where(Placement.student_id.in_(students) | Position.host_id.in_(hosts))
        .order_by(*(one.desc() for one in key))
    )
    if after is not None:
        query = query.where(tuple_(*key) < tuple_(*after))
    return session.scalars(query if limit is None else query.limit(limit + 1)).all()


def placements_of_round(
    session: Session, round_id: UUID, *, after: After, limit: int
) -> Sequence[tuple[Placement, str]]:
    """Return placements that came of a round, by folded name of the student and id."""
    key = (Profile.folded_name, Placement.id)
    query = (
        select(Placement, Profile.folded_name)
        .join(Profile, Profile.id == Placement.student_id)
        .where(Placement.round_id == round_id)
        .order_by(*key)
    )
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    return [(row[0], row[1]) for row in session.execute(query.limit(limit + 1))]
