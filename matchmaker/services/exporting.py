"""ExportService: every profile that somebody may see, batch by batch, in one of three formats."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from matchmaker.errors import InvalidInput
from matchmaker.models import AuditAction, PartnerKind, Profile, ProfileKind, Visibility
from matchmaker.models.actions import visibilities_of
from matchmaker.models.facts import Viewer
from matchmaker.services.clock import Clock
from matchmaker.services.exchange import writing
from matchmaker.services.recording import ALL, Entry, record
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
    clock: Clock

    def seen_by(
        self,
        viewer: Viewer | None,
        format: ExportFormat,
        *,
        kind: ProfileKind | None = None,
        partner_kind: PartnerKind | None = None,
        text: str | None = None,
    ) -> Iterator[str]:
        """Return an export of everything that somebody may see; None is the public.

        Reading what is not public is a deed, and written down before the first piece.

        Raises:
            InvalidInput: a table without a kind.

        """
        if viewer is None:
            return self.profiles(format, kind=kind, partner_kind=partner_kind, text=text)
        seen = visibilities_of(viewer)[-1]
        own = viewer.claimed | viewer.delegated
        pieces = self.profiles(
            format, kind=kind, partner_kind=partner_kind, text=text, viewer=seen, own=own
        )
        told = {"format": format.value, "kind": kind and kind.value, "visibility": seen.value}
        entry = Entry(
            by=viewer.account_id, action=AuditAction.EXPORT, kind="profile", id=ALL, after=told
        )
        with self.sessions.writing() as session:
            record(session, entry, at=self.clock())
        return pieces

    def profiles(
        self,
        format: ExportFormat,
        *,
        kind: ProfileKind | None = None,
        partner_kind: PartnerKind | None = None,
        text: str | None = None,
        viewer: Visibility = Visibility.PUBLIC,
        own: Collection[UUID] = (),
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[str]:
        """Return an export piece by piece; memory holds one batch.

        Args:
            format: how it is written.
            kind: only these; a table holds one kind.
            partner_kind: only this partner kind.
            text: part of the name or the summary, in any case.
            viewer: sees what they may see; staff also see who is not live.
            own: profiles of which all is handed out.
            progress: called with profiles done and in all.

        Raises:
            InvalidInput: a table without a kind.

        """
        wanted = exporting.Wanted(kind, partner_kind, text)
        found = self._each(wanted, viewer, own, progress)
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
        own: Collection[UUID],
        progress: Callable[[int, int], None] | None,
    ) -> Iterator[Profile]:
        done = total = 0
        after: UUID | None = None
        while True:
            with self.sessions.reading() as session:
                if progress is not None and after is None:
                    total = exporting.count(session, wanted, viewer=viewer, own=own)
                batch = exporting.after(session, after, wanted, viewer=viewer, own=own, limit=BATCH)
            yield from batch
            done += len(batch)
            if progress is not None:
                progress(min(done, total), total)
            if len(batch) < BATCH:
                return
            after = batch[-1].id
