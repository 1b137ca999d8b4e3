"""The engine and its sessions: what goes wrong is said in plain words."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import IntegrityError

from matchmaker.errors import StorageUnavailable
from matchmaker.models import Expert, IndexChange, IndexStamp, Profile
from matchmaker.storage import database, dialects
from matchmaker.storage.database import (
    Sessions,
    current_revision,
    downgrade,
    make_engine,
    upgrade,
)
from tests.databases import Place, Server, only_postgresql, only_sqlite
from tests.factories import an_expert

NOBODY = 65534


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(StorageUnavailable, match=words):
        yield


@contextmanager
def as_nobody() -> Iterator[None]:
    """Act without root's right to write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a twentieth of a second for another writer instead of half a minute."""
    for module in (database, dialects):
        monkeypatch.setattr(module, "PATIENCE", 0.05)


@pytest.mark.parametrize(
    "url",
    ["nonsense", "nosuchengine://host/name", "sqlite+nosuchdriver:///x", "://", "mysql://host/x"],
)
def test_a_url_that_cannot_be_used_names_the_setting(url: str) -> None:
    with refused("MATCHMAKER_DATABASE"):
        make_engine(url)


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "matchmaker.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    assert path.is_file()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with refused("folder of the database can't be made"):
        make_engine(f"sqlite:///{tmp_path}/file/below/matchmaker.sqlite3")


def test_a_folder_in_place_of_the_file_is_said(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}")
    with refused("can't be opened for writing"):
        upgrade(engine)


def test_a_read_only_folder_is_said() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        engine = make_engine(f"sqlite:///{folder}/matchmaker.sqlite3")
        with as_nobody(), refused("can't be opened for writing.*MATCHMAKER_DATA_DIR"):
            upgrade(engine)
        Path(folder).chmod(0o755)


@only_sqlite
def test_a_file_that_may_only_be_read_is_said(engine: Engine, tmp_path: Path) -> None:
    locked = make_engine(f"sqlite:///{tmp_path / 'matchmaker.sqlite3'}")
    event.listen(
        locked, "connect", lambda connection, _: connection.execute("PRAGMA query_only = 1")
    )
    with refused("can't be opened for writing"), Sessions(locked).writing() as session:
        session.add(an_expert())
    locked.dispose()


@pytest.mark.parametrize("content", [b"Not a database, but a letter. " * 99, b"\0" * 4096])
def test_a_file_that_is_no_database_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.sqlite3"
    path.write_bytes(content)
    engine = make_engine(f"sqlite:///{path}")
    with refused("can't be used.*MATCHMAKER_DATA_DIR"):
        upgrade(engine)
    assert path.read_bytes() == content


@only_sqlite
def test_a_full_disk_is_said(engine: Engine) -> None:
    small = make_engine(str(engine.url))
    event.listen(
        small, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1")
    )
    with refused("disk is full"), Sessions(small).writing() as session:
        session.add_all(an_expert(description="x" * 5000) for _ in range(50))
    small.dispose()


def test_a_database_without_tables_is_said(engine: Engine) -> None:
    downgrade(engine, "base")
    with refused("matchmaker db upgrade"), Sessions(engine).reading() as session:
        session.scalars(select(Profile)).all()


def test_a_newer_schema_than_this_version_knows_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with refused("schema 9999, which this version does not know"):
        upgrade(engine)
    assert current_revision(engine) == "9999"


def test_a_writer_that_never_ends_is_said(engine: Engine, impatient: None) -> None:
    other = make_engine(engine.url.render_as_string(hide_password=False))
    with Sessions(engine).writing() as session:
        session.add(an_expert())
        session.flush()
        with refused("Another process has been writing"), Sessions(other).writing() as late:
            late.add(an_expert())
    other.dispose()


def test_any_other_failure_of_the_database_is_said_too(sessions: Sessions) -> None:
    with refused("The database can't be used"), sessions.reading() as session:
        session.execute(text("SELECT nonsense FROM profiles"))


def test_a_broken_constraint_is_no_failure_of_the_database(sessions: Sessions) -> None:
    with pytest.raises(IntegrityError), sessions.writing() as session:
        session.add(IndexStamp(generation_id=1, profile_id=an_expert().id, revision=1))


def test_an_error_takes_back_everything_that_was_written_before_it(sessions: Sessions) -> None:
    with pytest.raises(ZeroDivisionError), sessions.writing() as session:
        session.add(an_expert())
        session.flush()
        _ = 1 / 0
    with sessions.reading() as session:
        assert session.scalars(select(Profile)).all() == []


def test_a_reader_sees_one_state_while_others_write(sessions: Sessions) -> None:
    count = select(func.count()).select_from(Profile.__table__)
    with sessions.reading() as reader:
        assert reader.scalar(count) == 0
        with sessions.writing() as writer:
            writer.add(an_expert())
        assert reader.scalar(count) == 0
    with sessions.reading() as reader:
        assert reader.scalar(count) == 1


def test_writers_wait_for_each_other_and_lose_nothing(sessions: Sessions) -> None:
    expert = an_expert(capacity=0)
    with sessions.writing() as session:
        session.add(expert)

    def raise_capacity(_: int) -> None:
        with sessions.writing() as session:
            stored = session.get_one(Expert, expert.id)
            stored.capacity += 1

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(raise_capacity, range(40)))
    with sessions.reading() as session:
        stored = session.get_one(Expert, expert.id)
    assert (stored.capacity, stored.revision) == (40, 41)


def test_what_was_read_can_be_used_after_the_session(sessions: Sessions) -> None:
    with sessions.writing() as session:
        session.add(expert := an_expert(name="Ida Berg"))
    assert expert.name == "Ida Berg"
    assert expert.revision == 1


@only_sqlite
def test_the_file_is_ready_for_many_readers_and_keeps_foreign_keys(
    engine: Engine, tmp_path: Path
) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    with sqlite3.connect(tmp_path / "matchmaker.sqlite3") as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    plain.close()


def test_lower_case_knows_danish_letters(sessions: Sessions) -> None:
    with sessions.reading() as session:
        assert session.scalar(select(func.lower("ÆRØ ÅBY"))) == "ærø åby"
        assert session.scalar(text("SELECT lower(NULL)")) is None


@only_postgresql
def test_a_server_that_is_not_there_is_said(place: Place) -> None:
    engine = make_engine("postgresql+psycopg://127.0.0.1:1/nothing")
    with refused("can't be reached.*MATCHMAKER_DATABASE"):
        upgrade(engine)


@only_postgresql
def test_a_connection_that_breaks_is_said_and_the_next_one_works(engine: Engine) -> None:
    with refused("can't be"), Sessions(engine).reading() as session:
        own = session.scalar(text("SELECT pg_backend_pid()"))
        with engine.connect() as other:
            other.execute(text(f"SELECT pg_terminate_backend({own}, 5000)"))
        session.scalars(select(Profile)).all()
    with Sessions(engine).reading() as session:
        assert session.scalars(select(Profile)).all() == []


@pytest.mark.postgresql
def test_a_database_that_does_not_know_danish_letters_is_refused(postgresql: Server) -> None:
    name = postgresql.new_name()
    postgresql.run(f"CREATE DATABASE {name} TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8'")
    engine = make_engine(postgresql.url(name))
    with refused("LOCALE 'C.UTF-8'"):
        upgrade(engine)
    engine.dispose()
    postgresql.drop(name)


@only_postgresql
def test_a_reader_can_t_write(sessions: Sessions) -> None:
    with refused("read-only transaction"), sessions.reading() as session:
        session.add(an_expert())
        session.flush()


@pytest.mark.postgresql
def test_two_who_migrate_at_once_wait_for_each_other(postgresql: Server) -> None:
    name = postgresql.new_name()
    postgresql.make(name)
    code = (
        "import sys; from matchmaker.storage.database import make_engine, upgrade; "
        "upgrade(make_engine(sys.argv[1]), '0003')"
    )
    command = [sys.executable, "-c", code, postgresql.url(name)]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    assert [one.communicate(timeout=60)[1] for one in both] == [b"", b""]
    engine = make_engine(postgresql.url(name))
    assert current_revision(engine) == "0003"
    engine.dispose()
    postgresql.drop(name)


def test_positions_rise_also_after_the_newest_line_was_deleted(sessions: Sessions) -> None:
    profile_id = an_expert().id
    for _ in range(2):
        with sessions.writing() as session:
            session.add(line := IndexChange(profile_id=profile_id))
        with sessions.writing() as session:
            session.delete(session.get_one(IndexChange, line.position))
    assert line.position == 2
