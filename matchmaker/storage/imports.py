"""Import runs, their rows, and saved mappings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound
from matchmaker.models import (
    Cohort,
    ImportMapping,
    ImportRow,
    ImportRun,
    ImportState,
    RowOutcome,
    Student,
)


def get(session: Session, run_id: UUID, *, lock: bool = False) -> ImportRun:
    """Return one run; with ``lock`` nobody else goes on with it before this transaction ends.

    Raises:
        NotFound: there is none.

    """
    query = select(ImportRun).where(ImportRun.id == run_id)
    run = session.scalar(query.with_for_update() if lock else query)
    if run is None:
        raise NotFound("import", run_id)
    return run


def university_of(session: Session, run_id: UUID) -> UUID | None:
    """Return the university whose students a run brings; None for a file of the cluster.

    Raises:
        NotFound: there is no such run.

    """
    query = select(Cohort.university_id).select_from(ImportRun)
    row = session.execute(
        query.outerjoin(Cohort, Cohort.id == ImportRun.cohort_id).where(ImportRun.id == run_id)
    ).one_or_none()
    if row is None:
        raise NotFound("import", run_id)
    university_id: UUID | None = row[0]
    return university_id


def newest(
    session: Session,
    *,
    state: ImportState | None = None,
    cohort_id: UUID | None = None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[ImportRun]:
    """Return runs, newest first, after the one that ``before`` names.

    Only those in a state, or into a cohort, where one is named.
    """
    query = select(ImportRun).order_by(ImportRun.created_at.desc(), ImportRun.id.desc())
    if cohort_id is not None:
        query = query.where(ImportRun.cohort_id == cohort_id)
    if state is not None:
        query = query.where(ImportRun.state == state)
    if before is not None:
        query = query.where(tuple_(ImportRun.created_at, ImportRun.id) < before)
    return session.scalars(query.limit(limit)).all()


def rows(
    session: Session, run_id: UUID, *, outcome: RowOutcome | None, after: int, limit: int
) -> Sequence[ImportRow]:
    """Return rows of a run in the order of the file, after this number."""
    query = select(ImportRow).where(ImportRow.run_id == run_id, ImportRow.number > after)
    if outcome is not None:
        query = query.where(ImportRow.outcome == outcome)
    return session.scalars(query.order_by(ImportRow.number).limit(limit)).all()


def forget_rows(session: Session, run_id: UUID) -> None:
    """Delete the rows of a run that is looked at anew."""
    session.execute(delete(ImportRow).where(ImportRow.run_id == run_id))


def refuse_rows(session: Session, run_id: UUID, problems: dict[int, list[dict[str, str]]]) -> None:
    """Mark rows that could not be written after all, with what is wrong."""
    for number, found in problems.items():
        session.execute(
            update(ImportRow)
            .where(ImportRow.run_id == run_id, ImportRow.number == number)
            .values(outcome=RowOutcome.REFUSED, problems=found)
        )


def forget_profiles(session: Session, ids: Sequence[UUID]) -> None:
    """Leave nothing in the rows of imports of what they said of these profiles."""
    session.execute(
        update(ImportRow).where(ImportRow.profile_id.in_(ids)).values(name="", changes={})
    )


def mappings(session: Session) -> Sequence[ImportMapping]:
    """Return the saved mappings by name."""
    return session.scalars(select(ImportMapping).order_by(ImportMapping.name)).all()


def mapping(session: Session, name: str) -> ImportMapping:
    """Return a saved mapping.

    Raises:
        NotFound: there is none of this name.

    """
    found = session.get(ImportMapping, name)
    if found is None:
        raise NotFound("mapping", name)
    return found


def last_mapping(session: Session, university_id: UUID) -> dict[str, Any]:
    """Return what the columns of the newest table of a university's students meant."""
    query = (
        select(ImportRun.mapping)
        .join(Cohort, Cohort.id == ImportRun.cohort_id)
        .where(Cohort.university_id == university_id, ImportRun.state == ImportState.DONE)
        .order_by(ImportRun.created_at.desc())
    )
    return session.scalar(query.limit(1)) or {}


def students_of(session: Session, run_id: UUID) -> Sequence[UUID]:
    """Return the students whom an import made, changed or left as they were."""
    query = (
        select(Student.id)
        .join(ImportRow, ImportRow.profile_id == Student.id)
        .where(ImportRow.run_id == run_id, ImportRow.outcome != RowOutcome.REFUSED)
    )
    return session.scalars(query.distinct()).all()
