"""A migrated SQLite file of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from matchmaker.storage.database import Sessions, make_engine, upgrade


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine on a file with the newest schema."""
    engine = make_engine(f"sqlite:///{tmp_path / 'matchmaker.sqlite3'}")
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    """Sessions on the empty, migrated file."""
    return Sessions(engine)
