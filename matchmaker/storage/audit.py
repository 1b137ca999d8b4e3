"""The audit log: added to, read by filters, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, insert, literal, select
from sqlalchemy.orm import Session

from matchmaker.models import AuditAction, AuditEntry, Profile
from matchmaker.storage import sealing
from matchmaker.storage.database import MOST_VARIABLES

#: Rows held in memory at once while everything is exported.
_AT_ONCE = 1_000


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which entries to return; None is any."""

    account_id: UUID | None = None
    action: AuditAction | None = None
    subject_kind: str | None = None
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def narrowed(self, query: Select[Any]) -> Select[Any]:
        """Return the query of these entries only."""
        for column, value in (
            (AuditEntry.account_id, self.account_id),
            (AuditEntry.action, self.action),
            (AuditEntry.subject_kind, self.subject_kind),
            (AuditEntry.subject_id, self.subject_id),
        ):
            if value is not None:
                query = query.where(column == value)
        if self.since is not None:
            query = query.where(AuditEntry.at >= self.since)
        if self.until is not None:
            query = query.where(AuditEntry.at < self.until)
        return query


def add_for_profiles(session: Session, ids: Sequence[UUID], entry: Mapping[str, Any]) -> None:
    """Add the same entry for each of these profiles, in one statement for many of them.

    Args:
        session: the one of the deed.
        ids: of stored profiles.
        entry: column to value, what it is about apart.

    """
    table = AuditEntry.__table__
    values = {**entry, "subject_kind": "profile"}
    columns = [literal(value, table.c[name].type) for name, value in values.items()]
    for start in range(0, len(ids), MOST_VARIABLES):
        part = ids[start : start + MOST_VARIABLES]
        rows = select(*columns, Profile.__table__.c.id).where(Profile.__table__.c.id.in_(part))
        names = [*values, "subject_id"]
        session.execute(insert(AuditEntry).from_select(names, rows))


def page(
    session: Session, wanted: AuditFilter, *, offset: int, limit: int
) -> tuple[Sequence[AuditEntry], int]:
    """Return some entries, newest first, and how many there are in all."""
    total = session.scalar(wanted.narrowed(select(func.count()).select_from(AuditEntry))) or 0
    query = wanted.narrowed(select(AuditEntry)).order_by(AuditEntry.id.desc())
    found = session.scalars(query.offset(offset).limit(limit)).all()
    sealing.open_all(session, found)
    return found, total


def every(session: Session, wanted: AuditFilter) -> Iterator[AuditEntry]:
    """Return all entries, oldest first, a part of them in memory at a time."""
    query = wanted.narrowed(select(AuditEntry)).order_by(AuditEntry.id)
    for part in session.scalars(query.execution_options(yield_per=_AT_ONCE)).partitions():
        sealing.open_all(session, part)
        yield from part
