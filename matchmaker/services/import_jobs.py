"""ImportJobs: files that are uploaded, then looked at and written while their sender waits.

How far a run is stands in the database only, so any process can tell it, and go on with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from matchmaker.errors import InvalidInput, MatchmakerError, NotFound
from matchmaker.models import ImportAction, ImportFormat, ImportRun, ImportState, ProfileKind
from matchmaker.services.background import BackgroundWorker
from matchmaker.services.campus_files import of_students
from matchmaker.services.clock import Clock
from matchmaker.services.exchange import tables
from matchmaker.services.exchange.documents import read_documents
from matchmaker.services.exchange.mapping import Columns, checked, fitting
from matchmaker.services.exchange.sources import Glance, guessed_format
from matchmaker.services.import_reading import ImportReader, columns_of
from matchmaker.services.importing import ImportService
from matchmaker.services.indexing import Indexer
from matchmaker.services.uploads import Uploads
from matchmaker.storage import imports
from matchmaker.storage.database import Sessions

#: After so long without a batch nobody is at work on a run any more.
LOST_AFTER = timedelta(seconds=60)
AT_WORK = frozenset({ImportState.READING, ImportState.RUNNING})
_INDEX = "index"


@dataclass(frozen=True)
class Look:
    """A table that has been uploaded, and what its columns are taken for."""

    run: ImportRun
    glance: Glance
    columns: Columns


@dataclass(frozen=True)
class ImportJobs:
    """What pages do with files: each deed returns at once, the work is done behind it."""

    imports: ImportService
    indexer: Indexer
    worker: BackgroundWorker
    sessions: Sessions
    clock: Clock

    @property
    def uploads(self) -> Uploads:
        """Where files lie until they have been looked at."""
        return Uploads(self.imports.folder / "uploads")

    @property
    def reader(self) -> ImportReader:
        """What looks at them."""
        return ImportReader(self.imports, self.uploads, self.sessions, self.clock)

    def receive(
        self,
        run_id: UUID,
        file: IO[bytes],
        *,
        file_name: str,
        format: ImportFormat | None = None,
        kind: ProfileKind | None = None,
        mapping: str | None = None,
        cohort_id: UUID | None = None,
    ) -> ImportRun:
        """Keep a file that was sent; the same one sent twice is one import.

        A table waits until it is said what its columns mean, unless a saved mapping says it;
        anything else is looked at at once.

        Args:
            run_id: made by the form, so that sending it twice changes nothing.
            file: what was sent.
            file_name: what people call it.
            format: what it is; guessed when None.
            kind: what a table holds; a saved mapping knows it.
            mapping: name of a saved mapping.
            cohort_id: the cohort whose students it brings; None for a file of the cluster.

        Raises:
            InvalidInput: the file can't be read, or nobody says what it holds.
            NotFound: no mapping is saved under this name, or there is no such cohort.

        """
        with self.sessions.reading() as session:
            before = session.get(ImportRun, run_id)
        if before is not None:
            if before.cohort_id != cohort_id:
                raise NotFound("import", run_id)
            return before
        path = self.uploads.keep(run_id, file, file_name)
        try:
            run = self._received(run_id, path, file_name, format, kind, mapping, cohort_id)
        except (MatchmakerError, OSError):
            path.unlink(missing_ok=True)
            raise
        with self.sessions.writing() as session:
            session.add(run)
        if mapping is not None or not run.format.is_table:
            return self.read(run_id)
        return run

    def _received(
        self,
        run_id: UUID,
        path: Path,
        file_name: str,
        format: ImportFormat | None,
        kind: ProfileKind | None,
        mapping: str | None,
        cohort_id: UUID | None,
    ) -> ImportRun:
        tables.check_size(path)
        found = format or guessed_format(path)
        columns = None
        if cohort_id is not None:
            kind, columns = of_students(self.sessions, cohort_id, path, found, kind, None)
        if found.is_table:
            _, seen = self.imports.glance(path, found)
            kind, columns = self.imports.settled(path, found, kind, columns, mapping)
            if mapping is not None:
                fitting(columns, seen.header)
        elif found is ImportFormat.JSONL:
            next(read_documents(path).each, None)
        now = self.clock()
        return ImportRun(
            id=run_id,
            file_name=file_name[:200] or "upload",
            file_sha256=tables.sha256(path),
            format=found,
            kind=kind,
            cohort_id=cohort_id,
            mapping=columns.as_json() if columns else {},
            state=ImportState.RECEIVED,
            created_at=now,
            updated_at=now,
        )

    def look(self, run_id: UUID) -> Look:
        """Return the beginning of a table, and what its columns are taken for at present.

        Raises:
            NotFound: there is no such run, or its file is no longer here.
            InvalidInput: it is no table.

        """
        run = self.imports.get(run_id)
        path = self.uploads.of(run_id)
        _, seen = self.imports.glance(path, run.format)
        return Look(run, seen, columns_of(run))

    def name_columns(
        self, run_id: UUID, columns: Mapping[str, str], fixed: Mapping[str, str]
    ) -> ImportRun:
        """Say what the columns of a table mean; :meth:`read` then looks at its rows.

        Raises:
            NotFound: there is no such run, or its file is no longer here.
            InvalidInput: columns that do not fit the kind.
            TransitionNotAllowed: its rows are looked at already.

        """
        look = self.look(run_id)
        assert look.run.kind is not None  # noqa: S101 - a table is not received without
        meant = checked(look.run.kind, columns, fixed)
        fitting(meant, look.glance.header)
        with self.sessions.writing() as session:
            run = imports.get(session, run_id, lock=True)
            if run.state is ImportState.RECEIVED:
                run.mapping = meant.as_json()
                run.updated_at = self.clock()
        return run

    def read(self, run_id: UUID) -> ImportRun:
        """Have the rows of a received file looked at; one that was lost is looked at anew.

        Raises:
            NotFound: there is no such run.
            TransitionNotAllowed: they have been looked at, or the import is over.

        """
        with self.sessions.writing() as session:
            run = imports.get(session, run_id, lock=True)
            if run.state is not ImportState.READING or self.is_lost(run):
                run.advance(ImportAction.READ, at=self.clock())
                run.reason = ""
        self.worker.put(run_id, lambda: self.reader.read(run_id))
        return run

    def apply(self, run_id: UUID, *, by: UUID | None) -> ImportRun:
        """Have a plan written; asked twice it is written once.

        Args:
            run_id: the import.
            by: the account that does it.

        Raises:
            NotFound: there is no such run.
            InvalidInput: its plan is no longer here.
            TransitionNotAllowed: it is done, or cancelled.

        """
        with self.sessions.writing() as session:
            run = imports.get(session, run_id, lock=True)
            if run.state in {ImportState.PLANNED, ImportState.FAILED} and not self.has_plan(run):
                raise InvalidInput("import", f"Its plan is gone. {run.reason} Preview it again.")
            if run.state is not ImportState.DONE:  # the second of two clicks came late
                run.advance(ImportAction.APPLY, at=self.clock())
                run.reason = ""
        if run.state is ImportState.RUNNING:
            self.worker.put(run_id, lambda: self.imports.apply(run_id, by=by))
        return run

    def go_on(self, run_id: UUID, *, by: UUID | None) -> ImportRun:
        """Go on with what was lost with its process.

        Args:
            run_id: the import.
            by: the account that does it.

        Raises:
            NotFound: there is no such run.
            TransitionNotAllowed: there is nothing left to do.

        """
        if self.imports.get(run_id).state is ImportState.READING:
            return self.read(run_id)
        return self.apply(run_id, by=by)

    def cancel(self, run_id: UUID, *, by: UUID | None) -> ImportRun:
        """Give an import up; what is written already stays.

        Args:
            run_id: the import.
            by: the account that does it.

        Raises:
            NotFound: there is no such run.
            TransitionNotAllowed: it is done, or cancelled already.

        """
        run = self.imports.cancel(run_id, by=by)
        self.uploads.forget(run_id)
        return run

    def is_lost(self, run: ImportRun) -> bool:
        """Return whether a run should be at work, and nobody is: its process has died."""
        return (
            run.state in AT_WORK
            and not self.worker.has(run.id)
            and self.clock() - run.updated_at > LOST_AFTER
        )

    def has_plan(self, run: ImportRun) -> bool:
        """Return whether there is something to write."""
        return self.imports.plan_of(run.id).exists()

    def index(self) -> bool:
        """Have waiting profiles indexed; return False when that is under way already."""
        return self.worker.put(_INDEX, self.indexer.sync)

    @property
    def is_indexing(self) -> bool:
        """Whether this process is indexing, or is about to."""
        return self.worker.has(_INDEX)
