"""Search in PostgreSQL with pgvector: one index for all processes on all machines.

Each encoder has a table of its own in the schema ``matchmaker_index``, and a line beside it that
says how far the index has come. All of it is derived: the schema may be dropped at any time.

PostgreSQL compares every row, so nothing is missed; what it puts near the k-th place is compared
again here, row by row, because its sums are added up in another order than those of the others.
Rows travel in the binary form of the protocol: a thousand of them are a thousandth of a second of
reading instead of a tenth.
"""

from __future__ import annotations

import re
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import IsolationLevel, sql

from embeddings.errors import IndexMoved, IndexUnavailable, UnknownIds
from embeddings.indexes.ordering import SUM_ORDER, nearest_first
from embeddings.protocols import NO_ID, EncoderSpec, Ids, Neighbours, Vectors
from embeddings.validation import checked_ids, checked_k, checked_rows, checked_vectors

_Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"
_Found = TypeVar("_Found")

_SCHEMA = "matchmaker_index"
#: Any number: names the lock of those who make the tables.
_MAKING = 7_305_148
# Enough to see that nothing after the k-th place is as near; doubled in the rare case that it is.
_SPARE = 16
# A row of more bytes than this does not fit a page of PostgreSQL, and is kept beside it.
_PAGE = 8_000
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END = b"\xff\xff"


class PgvectorIndex:
    """A table of vectors, compared by inner product: of unit rows that is the cosine."""

    def __init__(self, url: str, spec: EncoderSpec) -> None:
        """Open the index of this encoder, and make its table when there is none.

        Args:
            url: ``postgresql://…``, as libpq understands it.
            spec: the encoder whose vectors it holds.

        Raises:
            IndexUnavailable: the server can't be reached, or does not know vectors.
        """
        self._spec = spec
        self._url = re.sub(r"^postgresql\+psycopg:", "postgresql:", url)
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _close, self._idle)
        self._pinned: int | None = None
        self._table = sql.Identifier(_SCHEMA, f"vectors_{spec.fingerprint}")
        self._progress = sql.Identifier(_SCHEMA, "progress")
        self._row = np.dtype(
            [
                ("fields", ">i2"),
                ("id_length", ">i4"),
                ("id", ">i8"),
                ("length", ">i4"),
                ("dimension", ">i2"),
                ("unused", ">i2"),
                ("vector", ">f4", (spec.dimension,)),
            ]
        )
        self._run(self._make)

    @property
    def spec(self) -> EncoderSpec:
        """The encoder whose vectors these are."""
        return self._spec

    @property
    def shared(self) -> bool:
        """Always: everybody sees this one."""
        return True

    @property
    def position(self) -> int:
        """How far this index has come, whoever brought it there."""
        return self._read(self._position)

    @position.setter
    def position(self, position: int) -> None:
        self._write(lambda connection: self._set_position(connection, position))

    def at(self, position: int) -> PgvectorIndex:
        """Return the same index for reading, as long as it stands at this position.

        Every method that reads raises ``IndexMoved`` once it stands elsewhere.
        """
        pinned = object.__new__(PgvectorIndex)
        pinned.__dict__.update(self.__dict__)
        pinned._pinned = position
        return pinned

    def advance(
        self, *, before: int, position: int, gone: Ids, come: Iterable[tuple[Ids, Vectors]]
    ) -> bool:
        """Apply a difference in one step, if the index still stands where it stood.

        Args:
            before: the position from which the difference leads on.
            position: the one it leads to.
            gone: ids to forget.
            come: ids and vectors to add or replace, in parts.

        Returns:
            False when somebody was faster; nothing has changed then.
        """

        def apply(connection: _Connection) -> bool:
            if self._position(connection) != before:
                return False
            self._delete(connection, checked_ids(gone))
            for ids, vectors in come:
                self._put(connection, *checked_rows(ids, vectors, self._spec.dimension))
            self._set_position(connection, position)
            return True

        return self._write(apply)

    def upsert(self, ids: Ids, vectors: Vectors) -> None:
        """Add or replace, in one transaction."""
        ids, vectors = checked_rows(ids, vectors, self._spec.dimension)
        self._write(lambda connection: self._put(connection, ids, vectors))

    def remove(self, ids: Ids) -> None:
        """Forget these ids, quietly also those that are not there."""
        ids = checked_ids(ids)
        self._write(lambda connection: self._delete(connection, ids))

    def search(self, queries: Vectors, k: int, among: Ids | None = None) -> Neighbours:
        """Let PostgreSQL find the best, then put equal ones in order."""
        queries = checked_vectors(queries, self._spec.dimension)
        k = checked_k(k)
        chosen = None if among is None else np.unique(checked_ids(among)).tolist()
        found = Neighbours(
            np.full((len(queries), k), NO_ID, dtype=np.int64),
            np.full((len(queries), k), -np.inf, dtype=np.float32),
        )
        if chosen == []:
            return found

        def look(connection: _Connection) -> tuple[list[Ids], Ids, Vectors]:
            near = [self._nearest(connection, query, k, chosen) for query in queries]
            every = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *near]))
            return near, *self._rows(connection, every)

        near, ids, rows = self._read(look)
        for number, candidates in enumerate(near):
            own = rows[np.searchsorted(ids, candidates)]
            best, cosines = nearest_first(queries[number], candidates, own, k)
            found.ids[number, : len(best)] = best
            found.similarities[number, : len(best)] = cosines
        return found

    def vectors(self, ids: Ids) -> Vectors:
        """Fetch the stored rows, in the order asked."""
        ids = checked_ids(ids)
        known, rows = self._read(lambda connection: self._rows(connection, np.unique(ids)))
        missing = ~np.isin(ids, known)
        if missing.any():
            raise UnknownIds(ids[missing].tolist())
        return rows[np.searchsorted(known, ids)]

    def ids(self) -> frozenset[int]:
        """All ids in the index."""
        query = sql.SQL("SELECT id FROM {}").format(self._table)
        return frozenset(self._read(lambda one: [id_ for (id_,) in one.execute(query)]))

    def clear(self) -> None:
        """Forget everything, and set ``position`` back to 0."""

        def forget(connection: _Connection) -> None:
            # Not TRUNCATE, which those who are searching would see at once.
            connection.execute(sql.SQL("DELETE FROM {}").format(self._table))
            self._set_position(connection, 0)

        self._write(forget)

    def __len__(self) -> int:
        """How many ids are in the index."""
        query = sql.SQL("SELECT count(*) FROM {}").format(self._table)
        return int(self._read(lambda connection: _one(connection, query)))

    def close(self) -> None:
        """Let go of the connections; whoever goes on gets new ones."""
        with self._lock:
            _close(self._idle)

    def _make(self, connection: _Connection) -> None:
        with connection.transaction():
            connection.execute(f"SELECT pg_advisory_xact_lock({_MAKING})")
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}")
            connection.execute(
                sql.SQL(
                    "CREATE TABLE IF NOT EXISTS {} (fingerprint text PRIMARY KEY, "
                    "encoder text NOT NULL, position bigint NOT NULL)"
                ).format(self._progress)
            )
            connection.execute(
                sql.SQL("INSERT INTO {} VALUES (%s, %s, 0) ON CONFLICT DO NOTHING").format(
                    self._progress
                ),
                [self._spec.fingerprint, self._spec.name],
            )
            connection.execute(
                sql.SQL(
                    "CREATE TABLE IF NOT EXISTS {} (id bigint PRIMARY KEY, "
                    "vector vector({}) NOT NULL)"
                ).format(self._table, sql.Literal(self._spec.dimension))
            )
            if self._row.itemsize < _PAGE:
                connection.execute(
                    sql.SQL("ALTER TABLE {} ALTER vector SET STORAGE PLAIN").format(self._table)
                )

    def _position(self, connection: _Connection) -> int:
        query = sql.SQL("SELECT position FROM {} WHERE fingerprint = %s").format(self._progress)
        return int(_one(connection, query, [self._spec.fingerprint]))

    def _set_position(self, connection: _Connection, position: int) -> None:
        query = sql.SQL("UPDATE {} SET position = %s WHERE fingerprint = %s")
        connection.execute(query.format(self._progress), [position, self._spec.fingerprint])

    def _delete(self, connection: _Connection, ids: Ids) -> None:
        query = sql.SQL("DELETE FROM {} WHERE id = ANY(%s::bigint[])").format(self._table)
        connection.execute(query, [ids.tolist()])

    def _put(self, connection: _Connection, ids: Ids, vectors: Vectors) -> None:
        self._delete(connection, ids)
        rows = np.zeros(len(ids), dtype=self._row)
        rows["fields"], rows["id_length"], rows["id"] = 2, 8, ids
        rows["length"] = 4 + 4 * self._spec.dimension
        rows["dimension"], rows["vector"] = self._spec.dimension, vectors
        statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(self._table)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(_COPY_HEAD + rows.tobytes() + _COPY_END)

    def _nearest(
        self, connection: _Connection, query: Vectors, k: int, among: Sequence[int] | None
    ) -> Ids:
        """Give the best ids, at least ``k`` and all that may be as near as the k-th, or all."""
        only = sql.SQL("" if among is None else "WHERE id = ANY(%(among)s::bigint[])")
        statement = sql.SQL(
            "SELECT id, vector <#> %(query)s::vector AS near FROM {} {} "
            "ORDER BY near LIMIT %(width)s"
        ).format(self._table, only)
        asked = {"query": f"[{','.join(map(repr, query.tolist()))}]", "among": among}
        width = k + _SPARE
        while True:
            rows = connection.execute(statement, {**asked, "width": width}).fetchall()
            # What PostgreSQL gives is the negative product, so that the nearest comes first.
            if len(rows) < width or rows[-1][1] > rows[k - 1][1] + SUM_ORDER:
                return np.array([id_ for id_, _ in rows], dtype=np.int64)
            width *= 2

    def _rows(self, connection: _Connection, ids: Ids) -> tuple[Ids, Vectors]:
        """Give those of these ids that are there, rising, and their rows."""
        query = sql.SQL("SELECT id, vector FROM {} WHERE id = ANY(%s::bigint[]) ORDER BY id")
        with connection.cursor(binary=True) as cursor:
            found = cursor.execute(query.format(self._table), [ids.tolist()]).fetchall()
        known = np.array([id_ for id_, _ in found], dtype=np.int64)
        # Four bytes that say how long it is, then the numbers.
        data = b"".join(bytes(vector)[4:] for _, vector in found)
        matrix: npt.NDArray[np.float32] = np.frombuffer(data, dtype=">f4").astype(np.float32)
        return known, matrix.reshape(-1, self._spec.dimension)

    def _read(self, work: Callable[[_Connection], _Found]) -> _Found:
        """Do something that sees one state of the index."""

        def look(connection: _Connection) -> _Found:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            with connection.transaction():
                if self._pinned is not None:
                    position = self._position(connection)
                    if position != self._pinned:
                        raise IndexMoved(self._pinned, position)
                return work(connection)

        return self._run(look)

    def _write(self, work: Callable[[_Connection], _Found]) -> _Found:
        """Change something wholly or not at all, one after the other."""

        def change(connection: _Connection) -> _Found:
            connection.isolation_level = IsolationLevel.READ_COMMITTED
            connection.read_only = False
            with connection.transaction():
                query = sql.SQL("SELECT 1 FROM {} WHERE fingerprint = %s FOR UPDATE")
                connection.execute(query.format(self._progress), [self._spec.fingerprint])
                return work(connection)

        return self._run(change)

    def _run(self, work: Callable[[_Connection], _Found]) -> _Found:
        """Do something with a connection; with a new one when the server dropped an idle one."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            used = connection is not None
            try:
                connection = connection or psycopg.connect(self._url, autocommit=True)
                found = work(connection)
            except psycopg.Error as error:
                lost = connection is None or connection.broken
                self._give_back(connection)
                if used and lost:
                    continue
                reason = next(iter(str(error).splitlines()), type(error).__name__)
                raise IndexUnavailable(
                    "postgresql:", reason, "Look at MATCHMAKER_INDEX and at the server."
                ) from error
            except BaseException:
                self._give_back(connection)
                raise
            self._give_back(connection)
            return found

    def _give_back(self, connection: _Connection | None) -> None:
        if connection is not None and not connection.closed:
            with self._lock:
                self._idle.append(connection)


def _close(connections: list[_Connection]) -> None:
    while connections:
        connections.pop().close()


def _one(connection: _Connection, query: sql.Composed, values: Sequence[object] = ()) -> Any:
    row = connection.execute(query, values).fetchone()
    assert row is not None  # noqa: S101 - a count, or a row that was made with the table
    return row[0]
