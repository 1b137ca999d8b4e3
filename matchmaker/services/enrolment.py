"""Taking students into a cohort, and out of it with what was offered to them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput
from matchmaker.models import (
    AuditAction,
    CohortStudent,
    Placement,
    PlacementAction,
    PlacementState,
)
from matchmaker.services.placement_mails import mail_ended
from matchmaker.services.recording import Entry, record
from matchmaker.storage import assignment, cohorts


def take_in(
    session: Session,
    cohort_id: UUID,
    student_ids: Collection[UUID],
    *,
    at: datetime,
    by: UUID | None,
) -> int:
    """Take students into a cohort; who is in it stays, and whoever had left comes back.

    Args:
        session: a writing one; nothing is committed here.
        cohort_id: the cohort.
        student_ids: of students that there are.
        at: when they join.
        by: the account that does it; None for the shell.

    Returns:
        How many are new in it.

    """
    known = cohorts.students_among(session, cohort_id, student_ids)
    new = 0
    for student_id in sorted(set(student_ids)):
        before = known.get(student_id)
        if before is None:
            session.add(CohortStudent(cohort_id=cohort_id, student_id=student_id, joined_at=at))
        elif before.left_at is not None:
            before.left_at = None
        else:
            continue
        new += 1
        told = {"cohort": str(cohort_id)}
        entry = Entry(by=by, action=AuditAction.JOIN, kind="profile", id=student_id, after=told)
        record(session, entry, at=at)
    return new


def take_out(
    session: Session, cohort_id: UUID, student_id: UUID, *, at: datetime, by: UUID | None
) -> None:
    """Take a student out of a cohort; an offer that not all have agreed to ends with it.

    Args:
        session: a writing one; nothing is committed here.
        cohort_id: the cohort.
        student_id: who leaves; who has left already stays as they were.
        at: when they leave.
        by: the account that does it; None for the shell.

    Raises:
        NotFound: they are not in it.
        InvalidInput: they have a placement that all have agreed to, or that is running.

    """
    student = cohorts.student_in(session, cohort_id, student_id)
    if student.left_at is not None:
        return
    student.left_at = at
    for placement in assignment.live_in_cohort(session, cohort_id, student_id):
        _end(session, placement, at=at, by=by)
    told = {"cohort": str(cohort_id)}
    entry = Entry(by=by, action=AuditAction.LEAVE, kind="profile", id=student_id, before=told)
    record(session, entry, at=at)


def _end(session: Session, placement: Placement, *, at: datetime, by: UUID | None) -> None:
    if placement.state in {PlacementState.AGREED, PlacementState.RUNNING}:
        raise InvalidInput(
            "student_id", "This student has a placement. Complete it or break it off first."
        )
    if placement.state is not PlacementState.OFFERED:
        return
    placement.apply(PlacementAction.LEAVE, at=at)
    mail_ended(session, placement, at=at)
    told = {"state": placement.state.value}
    entry = Entry(by=by, action=AuditAction.REVISE, kind="placement", id=placement.id, after=told)
    record(session, entry, at=at)
