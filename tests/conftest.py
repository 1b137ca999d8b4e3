"""What everything builds on: settings, clock, encoder, matchmaker, client, the real model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import Matchmaker, build, prepare_encoders
from matchmaker.config import Settings
from matchmaker.storage.database import upgrade
from tests.factories import NOW, a_workshop

if TYPE_CHECKING:
    from flask.testing import FlaskClient


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


@pytest.fixture
def matchmaker(
    settings: Settings, clock: SteppingClock, encoder: HashingEncoder
) -> Iterator[Matchmaker]:
    """The whole service on an empty SQLite file, schema made by the real migrations."""
    service = build(settings, encoder=encoder, clock=clock)
    upgrade(service.engine)
    yield service
    service.close()


@pytest.fixture
def workshop(matchmaker: Matchmaker) -> Matchmaker:
    """The service with the eight profiles of ``factories.a_workshop``, indexed."""
    matchmaker.profiles.register_all(a_workshop())
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
