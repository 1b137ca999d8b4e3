"""The three settings about mail: what they mean, and what is refused before anything starts."""

from __future__ import annotations

import pytest

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.errors import SettingInvalid
from matchmaker.services.mail_route import Encryption, mail_route

FROM = "Matchmaker <mail@example.dk>"


@pytest.mark.parametrize(
    ("url", "host", "port", "encryption", "login", "password"),
    [
        ("smtp://127.0.0.1:8025", "127.0.0.1", 8025, Encryption.NONE, "", ""),
        ("smtp://mail.example.dk", "mail.example.dk", 25, Encryption.NONE, "", ""),
        ("smtps://a:b@mail.example.dk", "mail.example.dk", 465, Encryption.TLS, "a", "b"),
        (
            "smtp+starttls://a%40example.dk:p%2Fw%3A@mail.example.dk:2525",
            "mail.example.dk",
            2525,
            Encryption.STARTTLS,
            "a@example.dk",
            "p/w:",
        ),
        ("smtp+starttls://mail.example.dk", "mail.example.dk", 587, Encryption.STARTTLS, "", ""),
    ],
)
def test_the_url_says_host_port_encryption_and_login(
    url: str, host: str, port: int, encryption: Encryption, login: str, password: str
) -> None:
    server = mail_route(Settings(smtp_url=url, mail_from=FROM)).server

    assert server is not None
    assert (server.host, server.port, server.encryption) == (host, port, encryption)
    assert (server.login, server.password) == (login, password)
    assert "p/w:" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.dk",
        "http://mail.example.dk",
        "smtp://",
        "smtp://mail.example.dk:port",
        "smtp://mail.example.dk:99999",
        "smtp://mail.example.dk/path",
        "smtp://mail.example.dk?x=1",
        "smtps://login:s3cret/word@mail.example.dk",
        "smtp://login:s3cret@mail.example.dk",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        build(Settings(encoder="hashing:", smtp_url=url, mail_from=FROM))

    assert refused.value.name == "MATCHMAKER_SMTP_URL"
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "sender",
    ["", "Matchmaker", "a@b.dk, c@d.dk", "a@b.dk\r\nBcc: x@y.dk", "X\n <a@b.dk>", "a@b.dk>"],
)
def test_without_one_plain_sender_no_mail_is_set_up(sender: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        mail_route(Settings(smtp_url="smtp://127.0.0.1", mail_from=sender))
    assert refused.value.name == "MATCHMAKER_MAIL_FROM"


@pytest.mark.parametrize("url", ["", "match.example.dk", "ftp://x", "https://", "https://x?y=1"])
def test_links_begin_with_an_address_of_the_web(url: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        mail_route(Settings(public_url=url))
    assert refused.value.name == "MATCHMAKER_PUBLIC_URL"


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        (FROM, "Matchmaker", "mail@example.dk"),
        ("mail@example.dk", "", "mail@example.dk"),
        ("<mail@example.dk>", "", "mail@example.dk"),
        ("Klyngen på Ærø <mail@example.dk>", "Klyngen på Ærø", "mail@example.dk"),
    ],
)
def test_the_sender_has_an_address_and_may_have_a_name(text: str, name: str, address: str) -> None:
    sender = mail_route(Settings(mail_from=text)).sender

    assert sender is not None
    assert (sender.display_name, sender.addr_spec) == (name, address)


def test_a_slash_at_the_end_is_not_doubled_and_no_server_is_fine() -> None:
    route = mail_route(Settings(public_url="https://match.example.dk/"))

    assert route.public_url == "https://match.example.dk"
    assert route.server is None
