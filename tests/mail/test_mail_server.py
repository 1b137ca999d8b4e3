"""The way to the server: encrypted, trusted, signed in; or no mail is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from matchmaker.errors import MailServerUnavailable
from matchmaker.models import MailState, OutgoingMail
from matchmaker.services.mail_route import Encryption, MailServer
from matchmaker.services.mail_sending import MailSender
from matchmaker.storage.database import Sessions
from tests.mail.conftest import Queue, SetClock, kept, sender_to
from tests.mail.postbox import Postbox, certificate, free_port, only


def only_one(sessions: Sessions) -> OutgoingMail:
    (mail,) = kept(sessions)
    return mail


def test_a_server_that_is_away_costs_no_mail_an_attempt(
    write: Queue, sessions: Sessions, now: SetClock
) -> None:
    write()
    with pytest.raises(MailServerUnavailable, match=r"can't be reached"):
        sender_to(MailServer("127.0.0.1", free_port()), sessions, now).send_waiting()

    assert (only_one(sessions).state, only_one(sessions).attempts) == (MailState.WAITING, 0)


def test_a_server_that_does_not_know_the_sender_stops_the_run(
    write: Queue, sender: MailSender, postbox: Postbox, sessions: Sessions
) -> None:
    write("1")
    write("2")
    postbox.to_mail = ["550 not you"]

    with pytest.raises(MailServerUnavailable, match=r"mail@example\.dk \(550\)"):
        sender.send_waiting()
    assert sorted(row.attempts for row in kept(sessions)) == [0, 1]
    assert [row.state for row in kept(sessions)] == [MailState.WAITING] * 2


@pytest.mark.parametrize("encryption", [Encryption.TLS, Encryption.STARTTLS])
def test_over_tls_with_a_login_and_only_to_a_server_that_is_trusted(
    encryption: Encryption, write: Queue, sessions: Sessions, now: SetClock, tmp_path: Path
) -> None:
    write()
    shown, trusted = certificate(tmp_path)
    who = only("matchmaker", "s3cret")
    box = (
        Postbox(tls=shown, auth_require_tls=False, authenticator=who)
        if encryption is Encryption.TLS
        else Postbox(
            tls_context=shown, require_starttls=True, auth_required=True, authenticator=who
        )
    )
    with box:
        server = MailServer("127.0.0.1", box.port, encryption, "matchmaker", "s3cret")
        with pytest.raises(MailServerUnavailable, match="certificate"):
            sender_to(server, sessions, now).send_waiting()
        wrong = MailServer("127.0.0.1", box.port, encryption, "matchmaker", "guess", trusted)
        with pytest.raises(MailServerUnavailable, match="refuses the login") as refused:
            sender_to(wrong, sessions, now).send_waiting()
        assert "guess" not in str(refused.value)
        assert sender_to(server.trusting(trusted), sessions, now).send_waiting() == {
            MailState.SENT: 1
        }
        assert len(box.taken) == 1


def test_a_server_without_starttls_gets_neither_login_nor_mail(
    write: Queue, sessions: Sessions, now: SetClock, postbox: Postbox
) -> None:
    write()
    server = MailServer("127.0.0.1", postbox.port, Encryption.STARTTLS, "matchmaker", "s3cret")

    with pytest.raises(MailServerUnavailable, match="STARTTLS"):
        sender_to(server, sessions, now).send_waiting()
    assert postbox.taken == []
