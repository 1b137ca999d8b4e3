"""Many rows at once, straight into the tables: the unit of work would keep each in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.orm import Session

from matchmaker.models import Evidence, Identifier, Profile
from matchmaker.storage.dialects import takes_rows, write_rows


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
    """Write rows of one table, all with the same columns."""
    insert_into(session.connection(), _table(kind), list(rows))


def insert_into(connection: Connection, table: Table, given: Sequence[dict[str, object]]) -> None:
    """Write rows of a table, all with the same columns."""
    if not given:
        return
    names = list(given[0])
    if len(names) < 2 or not takes_rows(connection.dialect, table, names):
        connection.execute(insert(table), list(given))
        return
    # SQLAlchemy looks at every value of every row by itself, which takes longer than the
    # database needs to store them. Here a column is converted at once, by the same types.
    columns: Iterable[Iterable[object]] = zip(*map(itemgetter(*names), given), strict=True)
    kinds = [table.c[name].type for name in names]
    converters = [one.dialect_impl(connection.dialect) for one in kinds]
    stored = [
        values if convert is None else _converted(values, convert)
        for values, convert in zip(
            columns, [one.bind_processor(connection.dialect) for one in converters], strict=True
        )
    ]
    write_rows(connection, table, names, zip(*stored, strict=True))


def _converted(values: Iterable[object], convert: Callable[[object], object]) -> Iterator[object]:
    """Give each value as the database keeps it; one that many rows share is converted once."""
    last, stored = object(), None
    for value in values:
        if value is not last:
            last, stored = value, convert(value)
        yield stored


def _table(kind: type[Any]) -> Table:
    table: Table = kind.__table__
    return table


def _values(kind: type[Any], one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in _table(kind).columns.keys()}  # noqa: SIM118
