"""ImportService: look at a file, plan what it would change, then write the plan batch by batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, MatchmakerError
from matchmaker.models import (
    AuditAction,
    ImportAction,
    ImportFormat,
    ImportMapping,
    ImportRow,
    ImportRun,
    ImportState,
    ProfileKind,
    RowOutcome,
)
from matchmaker.services.campus_files import campus_of, of_students
from matchmaker.services.clock import Clock
from matchmaker.services.cursors import CursorPage, page_of, read_cursor
from matchmaker.services.enrolment import take_in
from matchmaker.services.exchange import mapping as columns_of_tables
from matchmaker.services.exchange import tables
from matchmaker.services.exchange.mapping import Columns
from matchmaker.services.exchange.records import staged, unstaged
from matchmaker.services.exchange.sources import (
    Glance,
    Source,
    glance,
    guessed_format,
    open_source,
)
from matchmaker.services.import_planning import PlannedRow, Planner
from matchmaker.services.import_writing import Planned, write
from matchmaker.services.recording import Entry, record
from matchmaker.storage import accounts, imports
from matchmaker.storage.bulk import insert_rows
from matchmaker.storage.database import Sessions

T = TypeVar("T")
#: Rows of one transaction.
BATCH = 500
MOST_NAME = 100
Progress = Callable[[int, int], None]
#: Steps of the progress of a preview, which knows no number of rows beforehand.
STEPS = 1000
_NO_CHANGES: Mapping[str, object] = {}
_NO_PROBLEMS: Sequence[object] = []
#: One for all lines of a plan.
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=str)


@dataclass(frozen=True)
class ImportService:
    """What is done with files that bring profiles."""

    sessions: Sessions
    clock: Clock
    #: Where plans lie until they are written; they hold what the files held.
    folder: Path

    def glance(self, path: Path, format: ImportFormat | None = None) -> tuple[ImportFormat, Glance]:
        """Return the format of a table with its header and some rows.

        Raises:
            InvalidInput: the file can't be read, or is no table.

        """
        found = format or guessed_format(path)
        if not found.is_table:
            raise InvalidInput("format", f"A file of {found} needs no columns to be mapped.")
        return found, glance(path, found)

    def suggest(self, path: Path, kind: ProfileKind, format: ImportFormat | None = None) -> Columns:
        """Return what the columns of a table seem to mean."""
        _, seen = self.glance(path, format)
        return Columns(columns=columns_of_tables.suggested(kind, seen.header, seen.sample))

    def preview(
        self,
        path: Path,
        *,
        format: ImportFormat | None = None,
        kind: ProfileKind | None = None,
        columns: Columns | None = None,
        mapping: str | None = None,
        file_name: str | None = None,
        cohort_id: UUID | None = None,
        progress: Progress | None = None,
    ) -> ImportRun:
        """Plan what a file would change; no profile is touched.

        Args:
            path: the file.
            format: what it is; guessed when None.
            kind: what a table holds; a saved mapping knows it.
            columns: what the columns of a table mean; suggested when neither this nor a saved
                mapping is given.
            mapping: name of a saved mapping.
            file_name: what people call the file.
            cohort_id: the cohort whose students it brings; None for a file of the cluster.
            progress: called with steps done and in all.

        Raises:
            InvalidInput: the file can't be read, or its columns do not fit the kind.
            NotFound: no mapping is saved under this name, or there is no such cohort.

        """
        found = format or guessed_format(path)
        if cohort_id is not None:
            kind, columns = of_students(self.sessions, cohort_id, path, found, kind, columns)
        if found.is_table:
            kind, columns = self.settled(path, found, kind, columns, mapping)
        else:
            columns = None
        source = open_source(path, found, kind=kind, columns=columns)
        now = self.clock()
        run = ImportRun(
            file_name=(file_name or path.name)[:200],
            file_sha256=tables.sha256(path),
            format=found,
            kind=kind,
            cohort_id=cohort_id,
            mapping=columns.as_json() if columns else {},
            # Until the plan is whole, the run can't be applied.
            state=ImportState.FAILED,
            reason="The preview was broken off.",
            created_at=now,
            updated_at=now,
        )
        with self.sessions.writing() as session:
            session.add(run)
        try:
            for planned in self.stage(run, source, progress):
                with self.sessions.writing() as session:
                    self.keep_rows(session, run, planned)
        except MatchmakerError as error:
            self._set_aside(run, str(error))
            raise
        run.state, run.reason = ImportState.PLANNED, ""
        run.updated_at = self.clock()
        with self.sessions.writing() as session:
            session.merge(run)
        return run

    def stage(
        self, run: ImportRun, source: Source, progress: Progress | None = None
    ) -> Iterator[list[PlannedRow]]:
        """Plan the rows of a file batch by batch; the plan lies in its place when all were taken.

        Whoever takes a batch keeps it, see :meth:`keep_rows`.

        Raises:
            InvalidInput: the file can't be read to its end.

        """
        with self.sessions.reading() as session:
            planner = Planner(run.format, campus_of(session, run))
        # Two that are at work on the same run do not write into one file.
        draft = self.folder / f"{run.id}.{uuid4().hex}.draft"
        draft.parent.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("w", encoding="utf-8") as plan:
                draft.chmod(0o600)  # it may hold what is known of people
                for rows in _batches(source.rows):
                    with self.sessions.reading() as session:
                        planned = planner.plan(session, rows)
                    _stage(plan.write, planned)
                    yield planned
                    if progress is not None:
                        progress(int(source.share() * STEPS), STEPS)
            draft.replace(self.plan_of(run.id))
        finally:
            draft.unlink(missing_ok=True)
        if progress is not None:
            progress(STEPS, STEPS)

    def keep_rows(self, session: Session, run: ImportRun, planned: Sequence[PlannedRow]) -> None:
        """Count a batch and write down its rows."""
        _count(run, planned)
        insert_rows(session, ImportRow, (_row(run.id, one) for one in planned))

    def _set_aside(self, run: ImportRun, reason: str) -> None:
        run.reason = reason
        with self.sessions.writing() as session:
            session.merge(run)

    def settled(
        self,
        path: Path,
        format: ImportFormat,
        kind: ProfileKind | None,
        columns: Columns | None,
        mapping: str | None,
    ) -> tuple[ProfileKind, Columns]:
        """Return what a table holds and what its columns mean, as said, saved or suggested.

        Raises:
            InvalidInput: nobody says what it holds, or its columns do not fit the kind.
            NotFound: no mapping is saved under this name.

        """
        if mapping is not None:
            saved = self.mapping(mapping)
            if kind not in {None, saved.kind}:
                raise InvalidInput("mapping", f"{mapping} is for {saved.kind}, not for {kind}.")
            return saved.kind, columns_of_tables.checked(saved.kind, saved.columns, saved.fixed)
        if kind is None:
            raise InvalidInput(
                "kind", f"Say what the table holds: {', '.join(ProfileKind)}, or name a mapping."
            )
        if columns is None:
            columns = self.suggest(path, kind, format)
        return kind, columns_of_tables.checked(kind, columns.columns, columns.fixed)

    def apply(
        self, run_id: UUID, progress: Progress | None = None, *, by: UUID | None = None
    ) -> ImportRun:
        """Write a plan, one transaction for each batch; goes on where an earlier call stopped.

        A row whose profile has changed since the preview is refused by itself. What is written
        is found in matching after ``matchmaker index sync``.

        Args:
            run_id: the import.
            progress: called with rows done and in all.
            by: the account that does it; None for the shell.

        Raises:
            NotFound: there is no such run, or its plan is no longer there.
            TransitionNotAllowed: it is done, or cancelled.

        """
        with self.sessions.writing() as session:
            run = imports.get(session, run_id, lock=True)
            if run.state in {ImportState.PLANNED, ImportState.FAILED, ImportState.RUNNING} and (
                not self.plan_of(run_id).exists()
            ):
                raise InvalidInput("import", f"Its plan is gone. {run.reason} Preview it again.")
            run.advance(ImportAction.APPLY, at=self.clock())
            self._tell(session, run, by, planned=run.planned, position=run.position)
        try:
            while run.state is ImportState.RUNNING:
                run = self._write_batch(run_id, by)
                if progress is not None and run.planned:
                    progress(run.position, run.planned)
        except Exception as error:
            self._fail(run_id, error)
            raise
        if run.state is ImportState.DONE:
            self.plan_of(run_id).unlink(missing_ok=True)
        return run

    def _write_batch(self, run_id: UUID, by: UUID | None) -> ImportRun:
        with self.sessions.writing() as session:
            run = imports.get(session, run_id, lock=True)
            if run.state is not ImportState.RUNNING:
                return run  # somebody cancelled it, or has finished it beside us
            planned, offset = self._next(run)
            if not planned:
                run.advance(ImportAction.FINISH, at=self.clock())
                # Those too whom the file left as they were.
                self._take_in(session, run, imports.students_of(session, run.id), by)
                return run
            self._write(session, run, planned, by)
            run.position += len(planned)
            run.offset = offset
            run.updated_at = self.clock()
        return run

    def _write(
        self, session: Session, run: ImportRun, planned: Sequence[Planned], by: UUID | None
    ) -> None:
        owned = (
            accounts.claimed_among(session, [row.id for row, _ in planned if row.id])
            if run.cohort_id is not None
            else set[UUID]()
        )
        problems = write(session, planned, self.clock, by=by, run_id=run.id, owned=owned)
        for row, revision in planned:
            if row.number in problems:
                run.refused += 1
                if revision is None:
                    run.new -= 1
                else:
                    run.changed -= 1
        found = {number: [problem.as_json()] for number, problem in problems.items()}
        imports.refuse_rows(session, run.id, found)
        written = [row.id for row, _ in planned if row.number not in problems]
        self._take_in(session, run, [one for one in written if one is not None], by)

    def _take_in(
        self, session: Session, run: ImportRun, students: Collection[UUID], by: UUID | None
    ) -> None:
        """Take students into the cohort of a run: whoever is written is of its university."""
        if run.cohort_id is not None:
            take_in(session, run.cohort_id, students, at=self.clock(), by=by)

    def _next(self, run: ImportRun) -> tuple[list[Planned], int]:
        with self.plan_of(run.id).open("rb") as plan:
            plan.seek(run.offset)
            lines = [line for line in (plan.readline() for _ in range(BATCH)) if line]
            return [unstaged(json.loads(line)) for line in lines], plan.tell()

    def _fail(self, run_id: UUID, error: Exception) -> None:
        # The words of a database error may quote what a file holds of people.
        words = str(error) if isinstance(error, MatchmakerError) else type(error).__name__
        with self.sessions.writing() as session:
            run = imports.get(session, run_id, lock=True)
            if run.state is ImportState.RUNNING:
                run.advance(ImportAction.FAIL, at=self.clock())
                run.reason = words

    def _tell(self, session: Session, run: ImportRun, by: UUID | None, **after: object) -> None:
        told = {"file_sha256": run.file_sha256, "state": run.state.value, **after}
        entry = Entry(by=by, action=AuditAction.IMPORT, kind="import", id=run.id, after=told)
        record(session, entry, at=self.clock())

    def cancel(self, run_id: UUID, *, by: UUID | None = None) -> ImportRun:
        """Give up a plan; what is written already stays.

        Raises:
            NotFound: there is no such run.
            TransitionNotAllowed: it is done, or cancelled already.

        """
        with self.sessions.writing() as session:
            run = imports.get(session, run_id, lock=True)
            run.advance(ImportAction.CANCEL, at=self.clock())
            self._tell(session, run, by)
        self.plan_of(run_id).unlink(missing_ok=True)
        return run

    def get(self, run_id: UUID) -> ImportRun:
        """Return one run.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return imports.get(session, run_id)

    def page(
        self,
        *,
        state: ImportState | None = None,
        cohort_id: UUID | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> CursorPage[ImportRun]:
        """Return runs, newest first; only those in one state, or into one cohort, if named."""
        before = None
        if cursor is not None:
            at, last = read_cursor(cursor, (datetime, UUID))
            assert isinstance(at, datetime) and isinstance(last, UUID)  # noqa: S101, PT018 - as read
            before = (at, last)
        with self.sessions.reading() as session:
            found = imports.newest(
                session, state=state, cohort_id=cohort_id, before=before, limit=limit + 1
            )
        return page_of(found, limit, lambda run: (run.created_at.isoformat(), run.id))

    def rows(
        self,
        run_id: UUID,
        *,
        outcome: RowOutcome | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> CursorPage[ImportRow]:
        """Return rows of a run in the order of the file.

        Raises:
            NotFound: there is no such run.

        """
        after = 0
        if cursor is not None:
            (number,) = read_cursor(cursor, (int,))
            after = int(str(number))
        with self.sessions.reading() as session:
            imports.get(session, run_id)
            found = imports.rows(session, run_id, outcome=outcome, after=after, limit=limit + 1)
        return page_of(found, limit, lambda row: (row.number,))

    def save_mapping(
        self,
        name: str,
        *,
        kind: ProfileKind,
        columns: Mapping[str, str],
        fixed: Mapping[str, str] | None = None,
    ) -> ImportMapping:
        """Keep what columns mean under a name; an earlier one of the name is replaced.

        Raises:
            InvalidInput: a field that the kind has not, one that is meant twice, or no name.

        """
        name = " ".join(name.split())
        if not name or len(name) > MOST_NAME or not name.isprintable():
            raise InvalidInput("name", f"Use 1 to {MOST_NAME} characters on one line.")
        found = columns_of_tables.checked(kind, columns, fixed or {})
        now = self.clock()
        with self.sessions.writing() as session:
            stored = session.get(ImportMapping, name)
            saved = ImportMapping(
                name=name,
                kind=kind,
                columns=dict(found.columns),
                fixed=dict(found.fixed),
                created_at=stored.created_at if stored else now,
                updated_at=now,
            )
            return session.merge(saved)

    def mapping(self, name: str) -> ImportMapping:
        """Return a saved mapping.

        Raises:
            NotFound: there is none of this name.

        """
        with self.sessions.reading() as session:
            return imports.mapping(session, name)

    def mappings(self) -> Sequence[ImportMapping]:
        """Return the saved mappings by name."""
        with self.sessions.reading() as session:
            return imports.mappings(session)

    def forget_mapping(self, name: str) -> None:
        """Delete a saved mapping.

        Raises:
            NotFound: there is none of this name.

        """
        with self.sessions.writing() as session:
            session.delete(imports.mapping(session, name))

    def plan_of(self, run_id: UUID) -> Path:
        """Return where the plan of a run lies until it is written."""
        return self.folder / f"{run_id}.jsonl"


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _stage(put: Callable[[str], object], planned: Sequence[PlannedRow]) -> None:
    for one in planned:
        if one.record is not None:
            put(_ENCODER.encode(staged(one.record, one.revision)) + "\n")


def _count(run: ImportRun, planned: Sequence[PlannedRow]) -> None:
    for one in planned:
        setattr(run, one.outcome, getattr(run, one.outcome) + 1)
        run.planned += one.record is not None


def _row(run_id: UUID, one: PlannedRow) -> dict[str, object]:
    return {
        "run_id": run_id,
        "number": one.number,
        "outcome": one.outcome,
        "name": one.name,
        "profile_id": one.profile_id,
        # One for all: a value that many rows share is converted once.
        "changes": one.changes or _NO_CHANGES,
        "problems": [problem.as_json() for problem in one.problems] or _NO_PROBLEMS,
    }
