"""Reading the audit log; what writes it is in :mod:`matchmaker.services.recording`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from matchmaker.models import AuditAction, AuditEntry
from matchmaker.services.clock import Clock
from matchmaker.services.profiles import Page
from matchmaker.services.recording import ALL, Entry, record
from matchmaker.storage import accounts, audit
from matchmaker.storage.audit import AuditFilter
from matchmaker.storage.database import Sessions

__all__ = ["AuditFilter", "AuditRow", "AuditService", "Entry", "record"]


@dataclass(frozen=True)
class AuditRow:
    """One entry, with the address of who did it as far as it is still known."""

    entry: AuditEntry
    email: str | None


@dataclass(frozen=True)
class AuditService:
    """What administrators read."""

    sessions: Sessions
    clock: Clock

    def page(self, wanted: AuditFilter, *, offset: int = 0, limit: int = 50) -> Page[AuditRow]:
        """Return some entries, newest first."""
        with self.sessions.reading() as session:
            entries, total = audit.page(session, wanted, offset=offset, limit=limit)
            known = accounts.emails(session, {one.account_id for one in entries if one.account_id})
        rows = [AuditRow(one, known.get(one.account_id)) for one in entries]  # type: ignore[arg-type]  # None is not in it
        return Page(rows, total, offset, limit)

    def every(self, wanted: AuditFilter, *, by: UUID | None) -> Iterator[AuditEntry]:
        """Return all entries, oldest first, a part in memory at a time; reading all is a deed."""
        now = self.clock()
        with self.sessions.writing() as session:
            entry = Entry(by=by, action=AuditAction.EXPORT, kind="audit", id=ALL)
            record(session, entry, at=now)
        with self.sessions.reading() as session:
            yield from audit.every(session, wanted)
