"""Files that a university brings: what is known of them before they are read."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput
from matchmaker.models import ImportFormat, ImportRun, ProfileKind
from matchmaker.services.exchange.mapping import Columns, suggested
from matchmaker.services.exchange.sources import Glance, glance
from matchmaker.services.import_planning import Campus
from matchmaker.storage import cohorts, imports, profiles
from matchmaker.storage.database import Sessions


def of_students(
    sessions: Sessions,
    cohort_id: UUID,
    path: Path,
    format: ImportFormat,
    kind: ProfileKind | None,
    columns: Columns | None,
) -> tuple[ProfileKind, Columns | None]:
    """Return what a file of a cohort's students holds, and what its columns mean.

    Raises:
        NotFound: there is no such cohort.
        InvalidInput: a format that holds no students, or another kind.

    """
    if kind not in {None, ProfileKind.STUDENT}:
        raise InvalidInput("kind", "Bring students only.")
    if not format.is_table and format is not ImportFormat.JSONL:
        raise InvalidInput("format", "Send students as CSV, Excel (.xlsx) or JSON Lines.")
    if columns is None and format.is_table:
        seen = glance(path, format)
        with sessions.reading() as session:
            columns = _as_before(session, cohort_id, seen)
    return ProfileKind.STUDENT, columns


def _as_before(session: Session, cohort_id: UUID, seen: Glance) -> Columns:
    """Return what the columns of a table of students mean.

    Those that the last file of the university had mean what they meant there; without any, they
    are recognised.

    Raises:
        NotFound: there is no such cohort.

    """
    last = imports.last_mapping(session, cohorts.get(session, cohort_id).university_id)
    before = {
        header: target
        for header, target in last.get("columns", {}).items()
        if header in seen.header
    }
    if not before:
        return Columns(columns=suggested(ProfileKind.STUDENT, seen.header, seen.sample))
    fixed = {
        name: value for name, value in last.get("fixed", {}).items() if name not in before.values()
    }
    return Columns(columns=before, fixed=fixed)


def campus_of(session: Session, run: ImportRun) -> Campus | None:
    """Return the university whose students a run brings; None for a file of the cluster."""
    if run.cohort_id is None:
        return None
    university_id = cohorts.get(session, run.cohort_id).university_id
    name = profiles.names(session, [university_id])[university_id]
    return Campus(university_id=university_id, name=name)
