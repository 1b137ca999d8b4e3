"""What SQLite and PostgreSQL say differently, each thing behind one function.

Nothing else in the service asks which database it runs on. Where a query reads an id or a JSON
column in the form it is stored in, it goes through here: SQLite keeps ids as 32 hexadecimal
digits and JSON as text, PostgreSQL has types of their own for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Float,
    Integer,
    SQLColumnExpression,
    String,
    Table,
    TableValuedAlias,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

#: Any number, the same everywhere: names the lock that whoever writes to PostgreSQL holds.
_WRITER = 7_305_146
#: Names the lock of whoever changes the schema.
_MIGRATION = 7_305_147
#: Seconds for which a writer waits for another one, on both databases.
PATIENCE = 30


class _HexId(FunctionElement[str]):
    """An id as text."""

    inherit_cache = True
    name = "hex_id"
    type = String()


class _IdOfHex(FunctionElement[str]):
    """Text of an id as the database keeps ids."""

    inherit_cache = True
    name = "id_of_hex"
    type = String()


class _JsonText(FunctionElement[str]):
    """A JSON column as text."""

    inherit_cache = True
    name = "json_text"
    type = String()


class _JsonElements(FunctionElement[str]):
    """A row for each element of a JSON list; one that is no text comes as JSON."""

    inherit_cache = True
    name = "json_elements"
    type = String()


class _JsonPart(FunctionElement[Any]):
    """One element of a JSON list."""

    inherit_cache = True
    name = "json_part"

    def __init__(self, element: ColumnElement[Any], position: int, type_: TypeEngine[Any]) -> None:
        self.type = type_
        super().__init__(element, literal_column(str(position)))


def _only(element: FunctionElement[Any], compiler: SQLCompiler, **how: Any) -> str:
    (argument,) = element.clauses
    return compiler.process(argument, **how)


@compiles(_HexId)
@compiles(_IdOfHex)
@compiles(_JsonText)
def _as_it_is(element: FunctionElement[Any], compiler: SQLCompiler, **how: Any) -> str:
    return _only(element, compiler, **how)


@compiles(_JsonElements)
def _each(element: _JsonElements, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_each({_only(element, compiler, **how)})"


@compiles(_JsonPart)
def _extract(element: _JsonPart, compiler: SQLCompiler, **how: Any) -> str:
    value, position = (compiler.process(one, **how) for one in element.clauses)
    return f"json_extract({value}, '$[{position}]')"


@compiles(_HexId, "postgresql")
def _hex_on_postgresql(element: _HexId, compiler: SQLCompiler, **how: Any) -> str:
    return f"replace(CAST({_only(element, compiler, **how)} AS text), '-', '')"


@compiles(_IdOfHex, "postgresql")
def _id_on_postgresql(element: _IdOfHex, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST({_only(element, compiler, **how)} AS uuid)"


@compiles(_JsonText, "postgresql")
def _text_on_postgresql(element: _JsonText, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST({_only(element, compiler, **how)} AS text)"


@compiles(_JsonElements, "postgresql")
def _each_on_postgresql(element: _JsonElements, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_array_elements_text(CAST({_only(element, compiler, **how)} AS json))"


@compiles(_JsonPart, "postgresql")
def _extract_on_postgresql(element: _JsonPart, compiler: SQLCompiler, **how: Any) -> str:
    value, position = (compiler.process(one, **how) for one in element.clauses)
    text = f"(CAST({value} AS json) ->> {position})"
    kind = element.type
    if isinstance(kind, Float | Integer):
        return f"CAST({text} AS {compiler.dialect.type_compiler_instance.process(kind)})"
    return text


def hex_id(column: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """Return an id as 32 hexadecimal digits, without making an object of it."""
    return _HexId(column)


def json_text(column: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """Return a JSON column as text, without reading it."""
    return _JsonText(column)


def json_elements(source: SQLColumnExpression[Any]) -> TableValuedAlias:
    """Return a table of the elements of a JSON list, in its column ``value``."""
    return _JsonElements(source).table_valued("value")


def json_part(
    element: ColumnElement[Any], position: int, type_: TypeEngine[Any]
) -> ColumnElement[Any]:
    """Return what stands in a JSON list, itself an element of another, at a position."""
    return _JsonPart(element, position, type_)


def is_among(column: SQLColumnExpression[Any], ids: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether an id is one of these, given as a JSON list of hexadecimal digits.

    One parameter for all of them: thousands of single ones cost more than the query itself.
    """
    wanted = json_elements(ids)
    return type_coerce(column, String).in_(select(_IdOfHex(wanted.c.value)))


def insert_or(session: Session, table: type[Any]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that can say what to do when the row is there already."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if on_postgresql else sqlite.insert(table)


def snapshots(engine: Engine) -> Engine:
    """Return the engine for reading: every transaction sees one state from its first query on.

    On SQLite any transaction does.
    """
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def write_alone(connection: Connection) -> None:
    """Be the only writer until the transaction ends; readers go on.

    SQLite has one writer anyway, and begins its transaction by saying so. On PostgreSQL the one
    who holds this lock is it, so that what a unit of work has read is still so when it writes,
    and no later position of a log is seen before an earlier one.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            f"SET LOCAL lock_timeout = '{PATIENCE}s'; SELECT pg_advisory_xact_lock({_WRITER})",
            execution_options={"no_parameters": True},
        )


def count_on(connection: Connection, table: Table, column: Column[Any]) -> None:
    """Let numbers that the database gives go on after the highest one of the rows.

    SQLite looks at them by itself.
    """
    if connection.dialect.name == "postgresql":
        highest = connection.scalar(select(func.max(column)))
        if highest is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, highest)))


def knows_danish_letters(connection: Connection) -> bool:
    """Return whether the database can tell that "ærø" is "Ærø" in lower case."""
    return connection.scalar(select(func.lower("Æ"))) == "æ"


def migrate_alone(connection: Connection) -> None:
    """Be the only one who changes the schema until the connection is closed."""
    if connection.dialect.name == "postgresql":
        # The lock is the connection's: one that went back to the pool would hold it for ever.
        connection.detach()
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATION})")
        connection.commit()


def takes_rows(dialect: Dialect, table: Table, names: Sequence[str]) -> bool:
    """Return whether rows may go to the driver as they are, with no default to be filled in."""
    counted = table.autoincrement_column
    missing = (
        set(table.columns.keys()) - set(names) - ({counted.name} if counted is not None else set())
    )
    return dialect.name in {"sqlite", "postgresql"} and not missing


def write_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Hand rows to the driver, each value as the driver takes it."""
    quote = connection.dialect.identifier_preparer.quote
    quoted = ", ".join(map(quote, names))
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {quote(table.name)} ({quoted}) FROM STDIN", rows)
        return
    marks = ", ".join("?" * len(names))
    connection.exec_driver_sql(
        f"INSERT INTO {quote(table.name)} ({quoted}) VALUES ({marks})",  # noqa: S608 - our own names
        list(map(tuple, rows)),
    )


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[object]]) -> None:
    driver: Any = connection.connection.driver_connection
    dbapi: Any = connection.dialect.loaded_dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except dbapi.Error as error:
        raise DBAPIError.instance(
            statement, None, error, dbapi.Error, dialect=connection.dialect
        ) from error
