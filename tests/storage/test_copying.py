"""A whole database goes from one kind to the other, and nothing is lost or put twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select

from matchmaker.bootstrap import Matchmaker, build, copy_database
from matchmaker.config import Settings
from matchmaker.errors import StorageUnavailable
from matchmaker.models import Base, Expert
from matchmaker.storage.database import Sessions, downgrade, make_engine
from tests.conftest import SteppingClock
from tests.databases import Place, Server, only_sqlite
from tests.factories import an_expert, an_organisation


@pytest.fixture
def filled(workshop: Matchmaker) -> Matchmaker:
    """The workshop with a run, an account, and a group that stands before its university."""
    challenge = workshop.challenges.submit(
        text="Our welded aluminium frames have cracks. We need testing of welded joints with "
        "ultrasound and radiography. Robot welding of small series is planned."
    )
    workshop.matchmaking.run(challenge.id)
    university = an_organisation(name="Aalborg Universitet")
    group = an_organisation(name="Svejsning", parent_id=university.id)
    workshop.profiles.register_all([university, group])
    return workshop


@pytest.fixture
def other(filled: Matchmaker, place: Place, postgresql: Server, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of the other kind."""
    if place.server is not None:
        yield f"sqlite:///{tmp_path / 'other.sqlite3'}"
        return
    name = postgresql.new_name()
    postgresql.make(name)
    yield postgresql.url(name)
    postgresql.drop(name)


def everything(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(
                (
                    {name: _plain(value) for name, value in row.items()}
                    for row in _rows(connection, table)
                ),
                key=str,
            )
            for table in Base.metadata.sorted_tables
        }


def _rows(connection: Any, table: Table) -> Any:
    return connection.execute(select(table)).mappings()


def _plain(value: Any) -> Any:
    return value.tobytes() if hasattr(value, "tobytes") else value


@pytest.mark.postgresql
def test_everything_arrives_and_the_service_goes_on_there(filled: Matchmaker, other: str) -> None:
    told: list[tuple[int, int]] = []
    number = copy_database(filled.settings, other, lambda *how: told.append(how))
    engine = make_engine(other)
    arrived = everything(engine)
    assert arrived == everything(filled.engine)
    assert told[-1] == (number, number) == (sum(map(len, arrived.values())),) * 2
    engine.dispose()

    settings = Settings(data_dir=filled.settings.data_dir, database=other, encoder="hashing:")
    service = build(settings, encoder=filled.indexing.encoder, clock=SteppingClock())
    before = max(row["id"] for row in arrived["passages"])
    service.profiles.register_all([an_expert(summary="Lasers cut glass here.")])
    assert service.indexing.check()
    with Sessions(service.engine).reading() as session:
        passages = session.scalars(select(Base.metadata.tables["passages"].c.id)).all()
    assert max(passages) > before
    service.close()


@pytest.mark.postgresql
def test_a_database_with_rows_is_left_alone(filled: Matchmaker, other: str) -> None:
    copy_database(filled.settings, other)
    engine = make_engine(other)
    before = everything(engine)
    with pytest.raises(StorageUnavailable, match="not empty"):
        copy_database(filled.settings, other)
    assert everything(engine) == before
    engine.dispose()


@pytest.mark.postgresql
def test_old_tables_are_not_copied(filled: Matchmaker, other: str) -> None:
    downgrade(filled.engine, "0008")
    with pytest.raises(StorageUnavailable, match="db upgrade"):
        copy_database(filled.settings, other)


@only_sqlite  # which takes everything
@pytest.mark.postgresql
def test_what_does_not_fit_is_named_and_nothing_is_copied(
    workshop: Matchmaker, postgresql: Server
) -> None:
    with Sessions(workshop.engine).writing() as session:
        session.add(
            Expert(name="Nul\0", language="en", summary="x", updated_at=workshop.profiles.clock())
        )
    name = postgresql.new_name()
    postgresql.make(name)
    with pytest.raises(StorageUnavailable, match="row of profiles does not fit"):
        copy_database(workshop.settings, postgresql.url(name))
    engine = make_engine(postgresql.url(name))
    assert not any(everything(engine).values())
    engine.dispose()
    postgresql.drop(name)
