"""What everything builds on: settings, clock, encoder, matchmaker, client, the real model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from filelock import FileLock

from api.cli.demonstration import read
from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import Matchmaker, build, prepare_encoders
from matchmaker.config import Settings
from matchmaker.storage.database import upgrade
from tests.factories import NOW, a_workshop

if TYPE_CHECKING:
    from flask.testing import FlaskClient

#: What the made-up programme is loaded from.
DEMONSTRATION = Path(__file__).parents[1] / "seed_data" / "demonstration.json"


class SteppingClock:
    """A clock that goes on one second each time it is read."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time and go on."""
        self.now += timedelta(seconds=1)
        return self.now.astimezone(UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation of its own, in a temporary folder."""
    return Settings(data_dir=tmp_path, encoder="hashing:", index="faiss:", secret="tests only")


@pytest.fixture
def clock() -> SteppingClock:
    """22 November 2026, morning."""
    return SteppingClock()


@pytest.fixture(scope="session")
def encoder() -> HashingEncoder:
    """The deterministic encoder: shared words make near vectors, so a test knows who must win."""
    return HashingEncoder(256)


def _service(folder: Path, encoder: HashingEncoder, clock: SteppingClock) -> Matchmaker:
    settings = Settings(data_dir=folder, encoder="hashing:", index="faiss:", secret="tests only")
    return build(settings, encoder=encoder, clock=clock)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory, encoder: HashingEncoder) -> Path:
    """An empty SQLite file, schema made by the real migrations, once: a test takes a copy."""
    service = _service(tmp_path_factory.mktemp("empty"), encoder, SteppingClock())
    upgrade(service.engine)
    return _closed(service)


@pytest.fixture(scope="session")
def workshop_database(
    tmp_path_factory: pytest.TempPathFactory, encoder: HashingEncoder, empty_database: Path
) -> tuple[Path, datetime]:
    """The file of ``workshop``, and the time after it was made."""
    folder, clock = tmp_path_factory.mktemp("workshop"), SteppingClock()
    shutil.copy(empty_database, folder)
    service = _service(folder, encoder, clock)
    service.profiles.register_all(a_workshop())
    return _closed(service), clock.now


def _closed(service: Matchmaker) -> Path:
    """Return the one file of a database that nobody has open any more."""
    with service.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    service.close()
    return service.settings.data_dir / "matchmaker.sqlite3"


@pytest.fixture(scope="session")
def demonstration_database(
    tmp_path_factory: pytest.TempPathFactory, encoder: HashingEncoder, empty_database: Path
) -> Path:
    """The file with the made-up programme of ``seed_data``."""
    folder = tmp_path_factory.mktemp("demonstration")
    shutil.copy(empty_database, folder)
    service = _service(folder, encoder, SteppingClock())
    service.demonstration().load(read(DEMONSTRATION))
    return _closed(service)


@pytest.fixture
def demonstrated(matchmaker: Matchmaker, demonstration_database: Path) -> tuple[Matchmaker, UUID]:
    """The service with the made-up programme, and the id of that."""
    matchmaker.engine.dispose()
    shutil.copy(demonstration_database, matchmaker.settings.data_dir)
    (programme,) = matchmaker.programmes.all()
    return matchmaker, programme.id


@pytest.fixture
def matchmaker(
    settings: Settings, clock: SteppingClock, encoder: HashingEncoder, empty_database: Path
) -> Iterator[Matchmaker]:
    """The whole service on an empty SQLite file."""
    shutil.copy(empty_database, settings.data_dir)
    service = build(settings, encoder=encoder, clock=clock)
    yield service
    service.close()


@pytest.fixture
def workshop(
    matchmaker: Matchmaker, clock: SteppingClock, workshop_database: tuple[Path, datetime]
) -> Matchmaker:
    """The service with the eight profiles of ``factories.a_workshop``, indexed."""
    database, clock.now = workshop_database
    matchmaker.engine.dispose()
    shutil.copy(database, matchmaker.settings.data_dir)
    return matchmaker


@pytest.fixture
def client(workshop: Matchmaker) -> FlaskClient:
    """A browser or API client on the workshop."""
    from api.app import create_app

    app = create_app(settings=workshop.settings, matchmaker=workshop)
    app.testing = True
    return app.test_client()


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """A data folder in which what answers is built: encoder and voice; parallel workers build it once."""
    folder = Path(__file__).parents[1] / ".cache" / "matchmaker"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "building.lock"):
        prepare_encoders(Settings(data_dir=folder))
    return folder
