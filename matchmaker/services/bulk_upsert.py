"""BulkUpsertService: many profiles at once, each taken or refused by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from matchmaker.errors import InvalidInput
from matchmaker.models import ImportFormat, RowOutcome
from matchmaker.services.clock import Clock
from matchmaker.services.exchange.own import raw_of
from matchmaker.services.exchange.records import Problem, Unreadable
from matchmaker.services.import_planning import PlannedRow, Planner
from matchmaker.services.import_writing import write
from matchmaker.storage.database import Sessions

MOST = 1000


@dataclass(frozen=True)
class BulkUpsertService:
    """Stores profiles in the shape of our API, new or known by id or identifier."""

    sessions: Sessions
    clock: Clock

    def upsert(self, given: Sequence[object], *, by: UUID | None = None) -> list[PlannedRow]:
        """Store profiles in one transaction; return what was done with each, in order.

        ``by`` is the account that does it.

        New people are hidden until they, or staff, confirm. Indexing is left to
        ``matchmaker index sync``.

        Raises:
            InvalidInput: none, or more than are taken at once.

        """
        if not 0 < len(given) <= MOST:
            raise InvalidInput("items", f"Send 1 to {MOST} profiles at once.")
        rows = [
            raw_of(number, one)
            if isinstance(one, dict)
            else Unreadable(
                number=number, problems=(Problem("", "Write an object with named fields."),)
            )
            for number, one in enumerate(given, start=1)
        ]
        with self.sessions.writing() as session:
            planned = Planner(ImportFormat.JSONL).plan(session, rows)
            to_write = [(one.record, one.revision) for one in planned if one.record is not None]
            problems = write(session, to_write, self.clock, by=by)
        return [
            PlannedRow(
                number=one.number,
                outcome=RowOutcome.REFUSED,
                name=one.name,
                problems=(problems[one.number],),
            )
            if one.number in problems
            else one
            for one in planned
        ]
