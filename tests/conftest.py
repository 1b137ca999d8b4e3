"""What everything builds on: settings, clock, encoder, matchmaker, client, the real model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from filelock import FileLock

from api.cli.demonstration import read
from api.context import EXTENSION
from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import Matchmaker, build, prepare_encoders
from matchmaker.config import Settings
from tests.databases import (
    EMPTY,
    LIKELY_TO_DIFFER,
    POSTGRESQL,
    SQLITE,
    Content,
    Copies,
    Place,
    Server,
    database_of,
    postgresql_server,
)
from tests.factories import NOW, a_workshop

if TYPE_CHECKING:
    from flask import Flask
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


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let tests with a database run on PostgreSQL in place of SQLite."""
    parser.addoption(
        "--on-postgresql",
        choices=("likely", "all"),
        help="run on PostgreSQL: what is likely to differ there, or all tests with a database",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests on PostgreSQL; or, where they are asked for, all others."""
    asked = config.getoption("--on-postgresql")
    left, chosen = [], []
    for item in items:
        wanted = item.get_closest_marker("postgresql") is None
        if asked:
            dialects = getattr(item, "callspec", None)
            wanted = not wanted or (
                "place" in getattr(item, "fixturenames", ())
                and (dialects is None or dialects.params.get("dialect") != SQLITE)
            )
            wanted = wanted and (asked == "all" or LIKELY_TO_DIFFER.search(item.nodeid) is not None)
        (chosen if wanted else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = chosen


@pytest.fixture(scope="session")
def dialect(request: pytest.FixtureRequest) -> str:
    """Which database; tests of storage, services and mail have one run for each."""
    return POSTGRESQL if request.config.getoption("--on-postgresql") else SQLITE


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of this test process."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """Databases that are made once: a test takes a copy, migrating each would take minutes."""
    return Copies(tmp_path_factory.mktemp)


@pytest.fixture(scope="session")
def server(dialect: str, request: pytest.FixtureRequest) -> Server | None:
    """The server that a test's databases are on; none for SQLite."""
    return request.getfixturevalue("postgresql") if dialect == POSTGRESQL else None


@pytest.fixture(scope="session")
def new_place(
    server: Server | None, copies: Copies, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Place]]:
    """Make places for databases beside that of a test, as many as it wants."""
    made: list[Place] = []

    def make() -> Place:
        made.append(Place(tmp_path_factory.mktemp("place"), server, copies))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def place(
    tmp_path: Path, dialect: str, copies: Copies, request: pytest.FixtureRequest
) -> Iterator[Place]:
    """The place of this test's database, in its temporary folder."""
    # Asked for each test: `server` may be that of tests whose folder has a dialect of its own.
    server = request.getfixturevalue("postgresql") if dialect == POSTGRESQL else None
    place = Place(tmp_path, server, copies)
    yield place
    place.close()


@pytest.fixture
def settings(place: Place) -> Settings:
    """Settings of an installation of its own, in a temporary folder."""
    return settings_in(place.folder)


@pytest.fixture
def clock() -> SteppingClock:
    """22 November 2026, morning."""
    return SteppingClock()


@pytest.fixture(scope="session")
def encoder() -> HashingEncoder:
    """The deterministic encoder: shared words make near vectors, so a test knows who must win."""
    return HashingEncoder(256)


def settings_in(folder: Path) -> Settings:
    """Return the settings of an installation in this folder."""
    return Settings(
        data_dir=folder,
        database=database_of(folder),
        encoder="hashing:",
        index="faiss:",
        secret="tests only",
    )


def _open_workshop(folder: Path) -> datetime:
    """Register the profiles of ``factories.a_workshop``; return the time after that."""
    clock = SteppingClock()
    service = build(settings_in(folder), encoder=HashingEncoder(256), clock=clock)
    service.profiles.register_all(a_workshop())
    service.close()
    return clock.now


WORKSHOP = Content("workshop", _open_workshop, base=EMPTY)


def _demonstrate(folder: Path) -> None:
    """Load the made-up programme of ``seed_data``."""
    service = build(settings_in(folder), encoder=HashingEncoder(256), clock=SteppingClock())
    service.demonstration().load(read(DEMONSTRATION))
    service.close()


DEMONSTRATED = Content("demonstration", _demonstrate, base=EMPTY)


@pytest.fixture
def demonstrated(matchmaker: Matchmaker, place: Place) -> tuple[Matchmaker, UUID]:
    """The service with the made-up programme, and the id of that."""
    matchmaker.engine.dispose()
    place.hold(DEMONSTRATED)
    (programme,) = matchmaker.programmes.all()
    return matchmaker, programme.id


@pytest.fixture
def matchmaker(
    settings: Settings, place: Place, clock: SteppingClock, encoder: HashingEncoder
) -> Iterator[Matchmaker]:
    """The whole service on an empty database."""
    place.hold(EMPTY)
    service = build(settings, encoder=encoder, clock=clock)
    yield service
    service.close()


@pytest.fixture
def workshop(matchmaker: Matchmaker, place: Place, clock: SteppingClock) -> Matchmaker:
    """The service with the eight profiles of ``factories.a_workshop``, indexed."""
    matchmaker.engine.dispose()
    clock.now = place.hold(WORKSHOP)
    return matchmaker


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, once for all: putting it together takes longer than most tests."""
    from api.app import create_app

    service = build(settings_in(tmp_path_factory.mktemp("web")), encoder=HashingEncoder(256))
    app = create_app(matchmaker=service)
    app.testing = True
    yield app
    service.close()


@pytest.fixture
def client(workshop: Matchmaker, web: Flask) -> Iterator[FlaskClient]:
    """A browser or API client on the workshop, of an application that nobody changes."""
    between, web.extensions[EXTENSION] = web.extensions[EXTENSION], workshop
    for limiter in web.extensions["limiter"]:
        limiter.reset()
    yield web.test_client()
    web.extensions[EXTENSION] = between


@pytest.fixture
def own_client(workshop: Matchmaker) -> FlaskClient:
    """A client of an application of its own: a test may add views and change its settings."""
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
