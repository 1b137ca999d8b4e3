"""Copying a whole database to another one, whatever either of them is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Column, Engine, Table, bindparam, func, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from matchmaker.errors import StorageUnavailable
from matchmaker.models import Base
from matchmaker.storage.bulk import insert_into
from matchmaker.storage.database import Sessions, is_current, upgrade
from matchmaker.storage.dialects import count_on

#: Called with how many rows are copied and how many there are.
CopyProgress = Callable[[int, int], None]
_BATCH = 5_000


def copy_all(source: Engine, target: Engine, progress: CopyProgress | None = None) -> int:
    """Copy every row of one database to another one, in one transaction; return how many.

    Args:
        source: has the newest schema; it is read in one state, whoever writes meanwhile.
        target: gets the newest schema, and has no rows yet.
        progress: called after each part.

    Raises:
        StorageUnavailable: one of them is not as it has to be; nothing is copied then.

    """
    if not is_current(source):
        raise StorageUnavailable(
            "The tables are not of the newest form; run `matchmaker db upgrade` first."
        )
    upgrade(target)
    tables = Base.metadata.sorted_tables
    with Sessions(source).reading() as reading, Sessions(target).writing() as writing:
        for table in tables:
            if writing.scalar(select(func.count()).select_from(table)):
                raise StorageUnavailable(
                    f"The other database is not empty ({table.name} has rows); name an empty one."
                )
        total = sum(reading.scalar(select(func.count()).select_from(one)) or 0 for one in tables)
        done = 0
        for table in tables:
            try:
                for copied in _copy(reading, writing, table):
                    done += copied
                    if progress is not None:
                        progress(done, total)
            except (DataError, IntegrityError) as error:
                why = next(iter(str(error.orig).splitlines()), "")
                raise StorageUnavailable(
                    f"A row of {table.name} does not fit the other database ({why})."
                ) from error
            counted = table.autoincrement_column
            if counted is not None:
                count_on(writing.connection(), table, counted)
    return done


def _copy(reading: Session, writing: Session, table: Table) -> Iterator[int]:
    """Copy one table; tell how many rows came in each part."""
    own = [column for column in table.columns if _points_to_itself(column)]
    later: list[dict[str, object]] = []
    query = select(table).execution_options(yield_per=_BATCH)
    for part in reading.execute(query).mappings().partitions():
        rows = [dict(row) for row in part]
        for row in rows if own else ():
            links = {f"new_{one.name}": row[one.name] for one in own}
            if any(value is not None for value in links.values()):
                keys = {f"old_{one.name}": row[one.name] for one in table.primary_key}
                later.append({**links, **keys})
                row.update(dict.fromkeys((one.name for one in own), None))
        insert_into(writing.connection(), table, rows)
        yield len(rows)
    if later:
        # Rows point to rows of the same table, which may have come after them.
        writing.connection().execute(
            update(table)
            .where(*(one == bindparam(f"old_{one.name}") for one in table.primary_key))
            .values({one: bindparam(f"new_{one.name}") for one in own}),
            later,
        )


def _points_to_itself(column: Column[object]) -> bool:
    return any(key.column.table is column.table for key in column.foreign_keys)
