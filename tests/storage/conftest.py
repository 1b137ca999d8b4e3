"""A migrated SQLite file of its own for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from matchmaker.storage.database import Sessions, make_engine, upgrade


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the newest schema, made once by the real migrations."""
    path = tmp_path_factory.mktemp("migrated") / "matchmaker.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def engine(migrated: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a file with the newest schema."""
    path = tmp_path / "matchmaker.sqlite3"
    shutil.copy(migrated, path)
    engine = make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    """Sessions on the empty, migrated file."""
    return Sessions(engine)


@pytest.fixture(scope="module")
def shared(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sessions]:
    """Sessions for many examples on one file; each example takes back what it wrote."""
    path = tmp_path_factory.mktemp("shared") / "matchmaker.sqlite3"
    shutil.copy(migrated, path)
    engine = make_engine(f"sqlite:///{path}")
    yield Sessions(engine)
    engine.dispose()
