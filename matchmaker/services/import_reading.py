"""ImportReader: looks at the rows of an uploaded file; its process may die at any time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, MatchmakerError
from matchmaker.models import ImportAction, ImportRun, ImportState
from matchmaker.services.clock import Clock
from matchmaker.services.exchange.mapping import Columns
from matchmaker.services.exchange.sources import open_source
from matchmaker.services.import_planning import PlannedRow
from matchmaker.services.importing import ImportService
from matchmaker.services.uploads import Uploads
from matchmaker.storage import imports
from matchmaker.storage.database import Sessions


class _TakenOver(Exception):
    """Somebody cancelled the run, or reads it beside us."""


@dataclass(frozen=True)
class ImportReader:
    """Makes the plan of a run that is being read; how far it is stands in the database."""

    imports: ImportService
    uploads: Uploads
    sessions: Sessions
    clock: Clock

    def read(self, run_id: UUID) -> None:
        """Look at the rows of a file from the first one on.

        A table that can't be read to its end waits for its columns again, with the reason; any
        other file has failed. Nothing is done to a run that nobody wants read any more.
        """
        run = self.begin(run_id)
        if run is None:
            return
        try:
            columns = columns_of(run) if run.format.is_table else None
            path = self.uploads.of(run_id)
            source = open_source(path, run.format, kind=run.kind, columns=columns)
            for planned in self.imports.stage(run, source):
                run = self._kept(run, planned)
            self._end(run, ImportAction.PLAN)
        except _TakenOver:
            # The other one makes the plan, or nobody does: what we left is in nobody's way.
            return
        except Exception as error:
            words = str(error) if isinstance(error, MatchmakerError) else type(error).__name__
            said = isinstance(error, InvalidInput) and run.format.is_table
            with suppress(_TakenOver):
                self._end(run, ImportAction.ASK if said else ImportAction.FAIL, words)
            if not isinstance(error, MatchmakerError):
                raise

    def begin(self, run_id: UUID) -> ImportRun | None:
        """Return the run with nothing counted, ours from now on; None when it is not to be read."""
        with self.sessions.writing() as session:
            run = imports.get(session, run_id, lock=True)
            if run.state is not ImportState.READING:
                return None
            imports.forget_rows(session, run_id)
            run.new = run.changed = run.unchanged = run.refused = run.planned = 0
            run.position = run.offset = 0
            run.updated_at = self.clock()
        return run

    def _kept(self, mine: ImportRun, planned: Sequence[PlannedRow]) -> ImportRun:
        with self.sessions.writing() as session:
            run = self._still_ours(session, mine)
            self.imports.keep_rows(session, run, planned)
            run.updated_at = self.clock()
        return run

    def _end(self, mine: ImportRun, action: ImportAction, reason: str = "") -> None:
        with self.sessions.writing() as session:
            run = self._still_ours(session, mine)
            run.advance(action, at=self.clock())
            run.reason = reason
        if action is not ImportAction.ASK:
            self.uploads.forget(run.id)

    def _still_ours(self, session: Session, mine: ImportRun) -> ImportRun:
        """Return the run as it is stored, unless another one has gone on with it since our batch.

        Raises:
            _TakenOver: its time of change is not the one that we wrote.

        """
        run = imports.get(session, mine.id, lock=True)
        if run.state is not ImportState.READING or run.updated_at != mine.updated_at:
            raise _TakenOver
        return run


def columns_of(run: ImportRun) -> Columns:
    """Return what the columns of a run's table are taken for."""
    return Columns(columns=run.mapping.get("columns", {}), fixed=run.mapping.get("fixed", {}))
