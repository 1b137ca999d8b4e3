"""ExportService: every profile that somebody may see, batch by batch, in one of three formats."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from matchmaker.errors import InvalidInput
from matchmaker.models import PartnerKind, Profile, ProfileKind, Visibility
from matchmaker.services.exchange import writing
from matchmaker.storage import exporting
from matchmaker.storage.database import Sessions

BATCH = 500


class ExportFormat(enum.StrEnum):
    """How profiles can leave."""

    CSV = "csv"
    JSONL = "jsonl"
    JSON_LD = "json-ld"

    @property
    def media_type(self) -> str:
        """What the web calls it."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv",
    ExportFormat.JSONL: "application/jsonl",
    ExportFormat.JSON_LD: "application/ld+json",
}


@dataclass(frozen=True)
class ExportService:
    """Hands profiles out."""

    sessions: Sessions

    def profiles(
        self,
        format: ExportFormat,
        *,
        kind: ProfileKind | None = None,
        partner_kind: PartnerKind | None = None,
        text: str | None = None,
        viewer: Visibility = Visibility.PUBLIC,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[str]:
        """Return an export piece by piece; memory holds one batch.

        Args:
            format: how it is written.
            kind: only these; a table holds one kind.
            partner_kind: only this partner kind.
            text: part of the name or the summary, in any case.
            viewer: sees what they may see; staff also see who is not live.
            progress: called with profiles done and in all.

        Raises:
            InvalidInput: a table without a kind.

        """
        found = self._each(exporting.Wanted(kind, partner_kind, text), viewer, progress)
        if format is ExportFormat.CSV:
            if kind is None:
                raise InvalidInput(
                    "kind", f"A table holds one kind; say which: {', '.join(ProfileKind)}."
                )
            return writing.table(found, kind)
        return writing.lines(found) if format is ExportFormat.JSONL else writing.linked_data(found)

    def _each(
        self,
        wanted: exporting.Wanted,
        viewer: Visibility,
        progress: Callable[[int, int], None] | None,
    ) -> Iterator[Profile]:
        done = total = 0
        after: UUID | None = None
        while True:
            with self.sessions.reading() as session:
                if progress is not None and after is None:
                    total = exporting.count(session, wanted, viewer=viewer)
                batch = exporting.after(session, after, wanted, viewer=viewer, limit=BATCH)
            yield from batch
            done += len(batch)
            if progress is not None:
                progress(min(done, total), total)
            if len(batch) < BATCH:
                return
            after = batch[-1].id
