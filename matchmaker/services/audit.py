"""Writing and reading the audit log.

A service writes the entry with the session of the deed itself, so that neither exists without
the other::

    with self.sessions.writing() as session:
        profile.revise(...)
        record(session, Entry(by=viewer.account_id, action=AuditAction.REVISE, kind="profile",
                              id=profile.id, before=before, after=after), at=self.clock())
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import AuditAction, AuditEntry
from matchmaker.services.clock import Clock
from matchmaker.services.profiles import Page
from matchmaker.storage import accounts, audit
from matchmaker.storage.audit import AuditFilter
from matchmaker.storage.database import Sessions

__all__ = ["AuditFilter", "AuditRow", "AuditService", "Entry", "record"]

#: Fields that are never written down, whatever a caller hands over.
SECRET = frozenset(
    {"password", "password_hash", "totp_secret", "recovery_codes", "token", "fingerprint"}
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is written down about one deed."""

    #: The account that did it; None for the shell.
    by: UUID | None
    action: AuditAction
    #: ``account``, ``profile``, ``challenge`` …
    kind: str
    id: UUID
    #: Fields that changed, as JSON has them.
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record(session: Session, entry: Entry, *, at: datetime) -> None:
    """Write one entry within the running transaction."""
    session.add(
        AuditEntry(
            at=at,
            account_id=entry.by,
            action=entry.action,
            subject_kind=entry.kind,
            subject_id=entry.id,
            before=_without_secrets(entry.before),
            after=_without_secrets(entry.after),
        )
    )


def _without_secrets(fields: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if fields is None:
        return None
    return {name: value for name, value in fields.items() if name not in SECRET}


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
            entry = Entry(by=by, action=AuditAction.EXPORT, kind="audit", id=_NOBODY)
            record(session, entry, at=now)
        with self.sessions.reading() as session:
            yield from audit.every(session, wanted)


#: Subject of what is done to the log as a whole.
_NOBODY = UUID(int=0)
