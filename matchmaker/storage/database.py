"""The engine, the session factory and the schema."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    InternalError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

from matchmaker.errors import StorageUnavailable
from matchmaker.storage.dialects import PATIENCE, knows_danish_letters, snapshots, write_alone

if TYPE_CHECKING:
    # Who only asks should not wait for what looks after the schema: it is imported where it is
    # used.
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
#: Most values in one IN (...); SQLite allows 32,766 variables in a statement.
MOST_VARIABLES = 10_000
#: Connections that one process keeps open; it opens ten more when it has to.
_CONNECTIONS = 16


def make_engine(url: str) -> Engine:
    """Return an engine; a SQLite file's folder is made when it is missing.

    Raises:
        StorageUnavailable: the URL cannot be understood, or its driver is not installed.

    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            engine = create_engine(parsed, pool_pre_ping=True, pool_size=_CONNECTIONS)
            event.listen(engine, "begin", _begin_other)
            return engine
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StorageUnavailable(
            f"Setting MATCHMAKER_DATABASE is no usable database URL ({error})."
        ) from error
    in_memory = parsed.database in {None, "", ":memory:"}
    if not in_memory:
        try:
            Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUnavailable(
                f"The folder of the database can't be made ({error.strerror}); "
                "choose another with MATCHMAKER_DATA_DIR."
            ) from error
    options: dict[str, Any] = (
        {"poolclass": StaticPool} if in_memory else {"pool_size": _CONNECTIONS}
    )
    engine = create_engine(
        parsed, connect_args={"check_same_thread": False, "timeout": PATIENCE}, **options
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would begin transactions by itself, and late; _begin_sqlite does it instead.
    connection.isolation_level = None
    # SQLite's own knows the letters of English only: "ærø" would not find "Ærø".
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    # With WAL a killed process loses nothing that was committed; only a power cut could.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA cache_size = -65536")  # KiB
    cursor.execute("PRAGMA mmap_size = 1073741824")
    cursor.close()


def _lower(value: object) -> str | None:
    return None if value is None else str(value).lower()


def _begin_sqlite(connection: Any) -> None:
    # A transaction that will write says so at once: upgrading a read transaction later could
    # fail with "database is locked" instead of waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_other(connection: Any) -> None:
    if connection.get_execution_options().get("writes", False):
        write_alone(connection)


class Sessions:
    """Opens sessions: ``reading()`` for a snapshot, ``writing()`` for a unit of work."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reading = sessionmaker(snapshots(engine), expire_on_commit=False)
        self._writing = sessionmaker(engine.execution_options(writes=True), expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read one consistent state.

        Raises:
            StorageUnavailable: the database can't be read.

        """
        with _in_plain_words(), self._reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Write all of it at the end, or nothing on any error.

        Raises:
            StorageUnavailable: the database can't be written.

        """
        with _in_plain_words(), self._writing.begin() as session:
            yield session


class WithinOne(Sessions):
    """Sessions that are all one running transaction: what services do with them is one deed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read what the transaction sees."""
        yield self._session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Write a part of the transaction; whoever began it ends it."""
        yield self._session
        self._session.flush()


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        # A file that is no database, or a broken one, has no class of its own. What is wrong
        # with the tables is a fault of operation on SQLite, one of the program on PostgreSQL.
        faults = OperationalError | ProgrammingError | InternalError
        if isinstance(error, faults) or type(error) is DatabaseError:
            raise StorageUnavailable(_in_words(error)) from error
        raise


def _config(engine: Engine) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to the newest form (or to a given one).

    Raises:
        StorageUnavailable: the database can't be opened or written, or is newer than the code.

    """
    from alembic import command
    from alembic.script import ScriptDirectory

    with _in_plain_words():
        scripts = ScriptDirectory(str(MIGRATIONS))
        known = {script.revision for script in scripts.walk_revisions()}
        present = _present(engine)
        if present is not None and present not in known:
            raise StorageUnavailable(
                f"The database has schema {present}, which this version does not know; "
                "update Matchmaker or use another MATCHMAKER_DATA_DIR."
            )
        command.upgrade(_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to an earlier form."""
    from alembic import command

    command.downgrade(_config(engine), revision)


def write_migration(words: str) -> str:
    """Compare the models with the newest schema and write the next migration; read it.

    Returns:
        The path of the new file.
    """
    from alembic import command

    engine = make_engine("sqlite://")
    upgrade(engine)
    number = len(list((MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
    script = command.revision(
        _config(engine), message=words, autogenerate=True, rev_id=f"{number:04}"
    )
    assert not isinstance(script, list) and script is not None  # noqa: S101, PT018 - one head
    return str(script.path)


def current_revision(engine: Engine) -> str | None:
    """Return the schema revision of the database; None when it is empty."""
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _present(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not knows_danish_letters(connection):
            raise StorageUnavailable(
                "The database does not know Danish letters; create it with "
                "ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0."
            )
    return current_revision(engine)


def is_current(engine: Engine) -> bool:
    """Return whether the schema is the newest."""
    from alembic.script import ScriptDirectory

    return current_revision(engine) == ScriptDirectory(str(MIGRATIONS)).get_current_head()


#: What stands in the first line of what a database says -> what it means. The first that fits.
_MEANINGS = (
    (
        r"disk is full|No space left",
        "The disk is full; free some space, or choose another MATCHMAKER_DATA_DIR.",
    ),
    (
        r"not a database|malformed",
        "The file of the database can't be used ({text}); check MATCHMAKER_DATA_DIR.",
    ),
    (
        r'no such table|^relation ".*" does not exist',
        "The database has no tables yet; run `matchmaker db upgrade`.",
    ),
    (
        r"locked|lock timeout",
        "Another process has been writing to the database for too long; try again.",
    ),
    (
        r"readonly|unable to open",
        "The database can't be opened for writing ({text}); check MATCHMAKER_DATA_DIR.",
    ),
    (
        r"connection",
        "The database can't be reached ({text}); check MATCHMAKER_DATABASE.",
    ),
    (r"", "The database can't be used: {text}."),
)


def _in_words(error: DatabaseError) -> str:
    text = next(iter(str(error.orig).splitlines()), "")
    meaning = next(words for pattern, words in _MEANINGS if re.search(pattern, text))
    return meaning.format(text=text)
