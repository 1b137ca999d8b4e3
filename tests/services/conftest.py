"""Services on SQLite files of their own, as many on one file as a test wants."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embeddings.encoders.hashing import HashingEncoder
from embeddings.protocols import Encoder, EncoderSpec, VectorIndex
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.storage.database import Sessions, upgrade
from tests.conftest import SteppingClock
from tests.services.encoders import DIMENSION, CountingEncoder


def open_on(
    folder: Path,
    encoder: Encoder | None = None,
    *,
    voice: Encoder | None = None,
    index: Callable[[EncoderSpec], VectorIndex] | None = None,
    indexing: str = "off",
) -> Matchmaker:
    """Open a service on the database of a folder."""
    settings = Settings(data_dir=folder, encoder="hashing:", index="exact:", indexing=indexing)
    return build(
        settings,
        encoder=encoder or HashingEncoder(DIMENSION),
        voice=voice,
        index=index,
        clock=SteppingClock(),
    )


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty database; its live generation is that of ``hashing:64``."""
    folder = tmp_path_factory.mktemp("prepared")
    service = open_on(folder)
    upgrade(service.engine)
    service.indexing.rebuild()
    service.close()
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    """A copy of the prepared folder."""
    shutil.copy(prepared / "matchmaker.sqlite3", tmp_path)
    return tmp_path


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
