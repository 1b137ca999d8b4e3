"""Queueing mail: with the deed or not at all, once per key, and only what can be sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker.errors import InvalidInput
from matchmaker.models import MailState, OutgoingMail
from matchmaker.services.mailing import checked_address, queue
from matchmaker.storage.database import Sessions, make_engine, upgrade
from tests.factories import NOW, a_mail


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    """Sessions on an empty database of its own."""
    engine = make_engine(f"sqlite:///{tmp_path / 'mail.sqlite3'}")
    upgrade(engine)
    yield Sessions(engine)
    engine.dispose()


def kept(sessions: Sessions) -> list[OutgoingMail]:
    with sessions.reading() as session:
        return list(session.scalars(select(OutgoingMail)))


def test_a_queued_mail_waits_with_all_that_is_needed_to_send_it(sessions: Sessions) -> None:
    later = NOW + timedelta(days=2)
    with sessions.writing() as session:
        queue(session, a_mail(not_before=later, headers={"References": "<1@x>"}), at=NOW)

    (mail,) = kept(sessions)
    assert mail.to == "anna@example.dk"
    assert mail.values == {"path": "/sign-in/link/abc123"}
    assert mail.headers == {"References": "<1@x>"}
    assert (mail.state, mail.attempts) == (MailState.WAITING, 0)
    assert (mail.created_at, mail.not_before) == (NOW, later)


def test_the_same_key_twice_is_one_mail_in_one_transaction_and_in_two(sessions: Sessions) -> None:
    with sessions.writing() as session:
        queue(session, a_mail(to="first@example.dk"), at=NOW)
        queue(session, a_mail(to="second@example.dk"), at=NOW)
    with sessions.writing() as session:
        queue(session, a_mail(to="third@example.dk"), at=NOW)

    assert [mail.to for mail in kept(sessions)] == ["first@example.dk"]


def test_without_the_deed_there_is_no_mail(sessions: Sessions) -> None:
    with pytest.raises(RuntimeError), sessions.writing() as session:
        queue(session, a_mail(), at=NOW)
        raise RuntimeError

    assert kept(sessions) == []


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("anna@example.dk", "anna@example.dk"),
        ("anna.berg+x@mail.example.dk", "anna.berg+x@mail.example.dk"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_kept_as_servers_read_it(address: str, plain: str) -> None:
    assert checked_address(address) == plain


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@example.dk",
        "anna@",
        "anna@example.dk\r\nBcc: all@example.dk",
        "anna@example.dk\nBcc: all@example.dk",
        "anna@example.dk, bo@example.dk",
        "Anna <anna@example.dk>",
        "anna@example.dk>",
        "anna berg@example.dk",
        "anna@exa mple.dk",
        "anna@example.dk\x00",
        "anna@example..dk",
        '"a b"@example.dk',
        "ånna@example.dk",
        f"anna@{'a' * 70}.dk",
        f"anna@{'a.' * 130}dk",
    ],
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_address(address)
    assert refused.value.field == "to"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"language": "fr"}, "language"),
        ({"template": "advertisement"}, "template"),
        ({"values": {}}, "values"),
        ({"template": "claim", "values": {"path": "/claim/1"}}, "values"),
        ({"values": {"path": "https://elsewhere.example/"}}, "path"),
        ({"values": {"path": "//elsewhere.example/"}}, "path"),
        ({"values": {"path": "/x\r\nBcc: all@example.dk"}}, "path"),
        ({"values": {"path": "/x>, <https://elsewhere.example/"}}, "path"),
        ({"values": {"path": 7}}, "path"),
        ({"headers": {"Bcc": "all@example.dk"}}, "headers"),
        ({"headers": {"Reply-To": "a@example.dk\r\nBcc: all@example.dk"}}, "headers"),
        ({"headers": {"Reply-To": "a@example.dk\u2028Bcc: all@example.dk"}}, "headers"),
    ],
)
def test_what_could_not_be_sent_is_refused_where_it_is_queued(
    sessions: Sessions, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused, sessions.writing() as session:
        queue(session, a_mail(**change), at=NOW)

    assert refused.value.field == field
    assert kept(sessions) == []
