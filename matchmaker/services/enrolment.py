"""Taking students into a cohort: named by staff, or brought by a file of their university."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import AuditAction, CohortStudent
from matchmaker.services.recording import Entry, record
from matchmaker.storage import cohorts


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
    known = {one.student_id: one for one in cohorts.students_of(session, cohort_id)}
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
