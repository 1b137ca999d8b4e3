"""A migrated database of its own for every test, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from matchmaker.storage.database import Sessions, make_engine
from tests.databases import BOTH, EMPTY, Place


@pytest.fixture(scope="session", params=BOTH)
def dialect(request: pytest.FixtureRequest) -> str:
    """Every test of storage runs on both databases."""
    return str(request.param)


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    """An engine on an empty database with the newest schema."""
    place.hold(EMPTY)
    engine = make_engine(place.url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    """Sessions on the empty, migrated database."""
    return Sessions(engine)


@pytest.fixture(scope="module")
def shared(new_place: Callable[[], Place]) -> Iterator[Sessions]:
    """Sessions for many examples on one database; each example takes back what it wrote."""
    place = new_place()
    place.hold(EMPTY)
    engine = make_engine(place.url)
    yield Sessions(engine)
    engine.dispose()
