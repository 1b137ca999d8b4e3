"""A database of its own, a mail server on the loopback, a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.headerregistry import Address
from typing import Any

import pytest
from sqlalchemy import select

from api.mail.rendering import MailTemplates
from matchmaker.models import OutgoingMail
from matchmaker.services.mail_route import MailServer
from matchmaker.services.mail_sending import MailSender
from matchmaker.services.mailing import MailService, queue
from matchmaker.storage.database import Sessions, make_engine
from tests.databases import BOTH, EMPTY, Place
from tests.factories import NOW, a_mail
from tests.mail.postbox import Postbox

SENDER = Address("Matchmaker", "mail", "example.dk")
Queue = Callable[..., None]


class SetClock:
    """Stands still until it is set forward."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture(scope="session", params=BOTH)
def dialect(request: pytest.FixtureRequest) -> str:
    """Every test of mail runs on both databases."""
    return str(request.param)


@pytest.fixture
def sessions(place: Place) -> Iterator[Sessions]:
    """Sessions on an empty database of its own."""
    place.hold(EMPTY)
    engine = make_engine(place.url)
    yield Sessions(engine)
    engine.dispose()


@pytest.fixture
def now() -> SetClock:
    """The clock of the service and the sender."""
    return SetClock()


@pytest.fixture
def service(sessions: Sessions, now: SetClock) -> MailService:
    """What the operator does with mail."""
    return MailService(sessions, now)


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """A mail server that takes everything."""
    with Postbox() as running:
        yield running


@pytest.fixture
def sender(sessions: Sessions, now: SetClock, postbox: Postbox) -> MailSender:
    """What sends to the postbox."""
    return sender_to(MailServer("127.0.0.1", postbox.port), sessions, now)


def sender_to(server: MailServer, sessions: Sessions, now: SetClock) -> MailSender:
    """Return what sends to a server."""
    return MailSender(sessions, now, server, SENDER, MailTemplates("https://match.example.dk"))


@pytest.fixture
def write(sessions: Sessions, now: SetClock) -> Queue:
    """Queue a mail."""

    def queued(key: str = "sign-in:1", **values: Any) -> None:
        with sessions.writing() as session:
            queue(session, a_mail(key, **values), at=now())

    return queued


def kept(sessions: Sessions) -> list[OutgoingMail]:
    """Return every row, in the order in which they were queued."""
    with sessions.reading() as session:
        return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.idempotency_key)))
