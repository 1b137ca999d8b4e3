"""Many rows at once, straight into the tables: the unit of work would keep each in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from matchmaker.models import Evidence, Identifier, Profile


def insert_profiles(session: Session, batch: Sequence[Profile]) -> None:
    """Write new profiles with their evidence and identifiers; parents stand before their parts."""
    insert_rows(session, Profile, ({**_values(Profile, one), "revision": 1} for one in batch))
    for kind in sorted({type(one) for one in batch}, key=lambda kind: kind.__name__):
        insert_rows(session, kind, (_values(kind, one) for one in batch if type(one) is kind))
    insert_rows(
        session,
        Evidence,
        (
            {**_values(Evidence, item), "profile_id": one.id}
            for one in batch
            for item in one.evidence
        ),
    )
    insert_rows(
        session,
        Identifier,
        (
            {**_values(Identifier, item), "profile_id": one.id}
            for one in batch
            for item in one.identifiers
        ),
    )


def insert_rows(session: Session, kind: type[Any], rows: Iterable[dict[str, object]]) -> None:
    """Write rows of one table."""
    given = list(rows)
    if given:
        session.connection().execute(insert(_table(kind)), given)


def _table(kind: type[Any]) -> Table:
    table: Table = kind.__table__
    return table


def _values(kind: type[Any], one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in _table(kind).columns.keys()}  # noqa: SIM118
