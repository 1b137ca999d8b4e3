"""Services on databases of their own, SQLite and PostgreSQL, as many on one as a test wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embeddings.encoders.hashing import HashingEncoder
from embeddings.protocols import Encoder, EncoderSpec, VectorIndex
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.storage.database import Sessions
from tests.conftest import SteppingClock
from tests.databases import BOTH, EMPTY, Content, Place, database_of
from tests.services.encoders import DIMENSION, CountingEncoder


def open_on(
    folder: Path,
    encoder: Encoder | None = None,
    *,
    voice: Encoder | None = None,
    index: Callable[[EncoderSpec], VectorIndex] | None = None,
    index_name: str = "exact:",
    indexing: str = "off",
) -> Matchmaker:
    """Open a service on the database of a folder."""
    settings = Settings(
        data_dir=folder,
        database=database_of(folder),
        encoder="hashing:",
        index=index_name,
        indexing=indexing,
    )
    return build(
        settings,
        encoder=encoder or HashingEncoder(DIMENSION),
        voice=voice,
        index=index,
        clock=SteppingClock(),
    )


def _prepare(folder: Path) -> None:
    service = open_on(folder)
    service.indexing.rebuild()
    service.close()


#: No profiles; the live generation is that of ``hashing:64``.
PREPARED = Content("prepared", _prepare, base=EMPTY)


@pytest.fixture(scope="session", params=BOTH)
def dialect(request: pytest.FixtureRequest) -> str:
    """Every test of services runs on both databases."""
    return str(request.param)


@pytest.fixture
def folder(place: Place) -> Path:
    """A folder with a prepared database."""
    place.hold(PREPARED)
    return place.folder


Start = Callable[..., Matchmaker]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Start a service on the database of this test; each call is a process of its own."""
    started: list[Matchmaker] = []

    def on(encoder: Encoder | None = None, **how: object) -> Matchmaker:
        service = open_on(folder, encoder, **how)  # type: ignore[arg-type]
        started.append(service)
        return service

    yield on
    for service in started:
        service.close()


@pytest.fixture
def counting() -> CountingEncoder:
    """An encoder that counts."""
    return CountingEncoder()


@pytest.fixture
def service(start: Start, counting: CountingEncoder) -> Matchmaker:
    """A service that indexes when told to, with the counting encoder."""
    return start(counting)


@pytest.fixture
def sessions(service: Matchmaker) -> Sessions:
    """Sessions on the database of the service."""
    return Sessions(service.engine)
