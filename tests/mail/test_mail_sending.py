"""Sending to a real SMTP server: what it takes, refuses, forgets; who tries again, and when."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models import MailState, OutgoingMail
from matchmaker.models.mail import LEASE, LONGEST_WAIT, MOST_ATTEMPTS
from matchmaker.services.mail_route import MailServer
from matchmaker.services.mail_sending import MailSender
from matchmaker.services.mailing import MailService
from matchmaker.storage.database import Sessions
from tests.factories import NOW
from tests.mail.conftest import Queue, SetClock, kept, sender_to
from tests.mail.postbox import Postbox, free_port


def only_one(sessions: Sessions) -> OutgoingMail:
    (mail,) = kept(sessions)
    return mail


def test_a_mail_arrives_in_both_forms_and_is_noted_as_sent(
    write: Queue, sender: MailSender, sessions: Sessions, postbox: Postbox
) -> None:
    write(headers={"In-Reply-To": f"<{'a' * 120}@example.dk>"})

    assert sender.send_waiting() == {MailState.SENT: 1}

    (mail,) = postbox.mails
    row = only_one(sessions)
    assert mail["To"] == "anna@example.dk"
    assert mail["From"] == "Matchmaker <mail@example.dk>"
    assert mail["Subject"] == "Dit link til at logge ind"
    assert mail["Message-ID"] == f"<{row.id}@example.dk>"
    assert mail["Date"].datetime == NOW
    assert mail["Content-Language"] == "da"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f"In-Reply-To: <{'a' * 120}@example.dk>\r\n".encode() in postbox.taken[0]
    text, html = mail.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert html.get_content_type() == "text/html"
    for part in (text, html):
        assert "https://match.example.dk/sign-in/link/abc123" in part.get_content()
        assert "én gang" in part.get_content()
    assert (row.state, row.attempts, row.sent_at) == (MailState.SENT, 1, NOW)
    assert row.claimed_until is None
    assert row.values == {}, "the link is a key; it is not kept"


def test_nothing_is_sent_twice_and_without_mail_no_server_is_asked(
    write: Queue, sender: MailSender, postbox: Postbox, sessions: Sessions, now: SetClock
) -> None:
    write()
    sender.send_waiting()

    assert sender.send_waiting() == {}
    assert len(postbox.taken) == 1
    assert sender_to(MailServer("127.0.0.1", free_port()), sessions, now).send_waiting() == {}


def test_a_mail_for_later_waits_until_then(
    write: Queue, sender: MailSender, postbox: Postbox, now: SetClock
) -> None:
    write(not_before=NOW + timedelta(days=1))

    assert sender.send_waiting() == {}
    now.forward(days=1)
    assert sender.send_waiting() == {MailState.SENT: 1}


@pytest.mark.parametrize(
    ("answer", "became", "said"),
    [
        ("550 5.1.1 no such mailbox", MailState.BOUNCED, "Refused RCPT 550"),
        ("450 4.2.1 try later", MailState.WAITING, "Refused RCPT 450"),
        ("550 5.7.1 relaying denied", MailState.WAITING, "Refused RCPT 550"),
        ("530 5.5.1 sign in first", MailState.WAITING, "Refused RCPT 530"),
    ],
)
def test_an_address_that_is_refused_for_good_bounces_and_the_others_are_sent(
    answer: str,
    became: MailState,
    said: str,
    write: Queue,
    sender: MailSender,
    postbox: Postbox,
    sessions: Sessions,
) -> None:
    write("1", to="gone@example.dk")
    write("2", to="anna@example.dk")
    postbox.to_rcpt["gone@example.dk"] = [answer]

    assert sender.send_waiting() == {became: 1, MailState.SENT: 1}

    gone, _ = kept(sessions)
    assert (gone.state, gone.last_error) == (became, said)
    assert "example" not in gone.last_error
    assert [mail["To"] for mail in postbox.mails] == ["anna@example.dk"]


def test_a_mail_whose_text_is_refused_for_good_is_given_up(
    write: Queue, sender: MailSender, postbox: Postbox, sessions: Sessions
) -> None:
    write()
    postbox.to_data = ["554 5.6.0 looks bad"]

    assert sender.send_waiting() == {MailState.DEAD: 1}
    assert only_one(sessions).last_error == "Refused DATA 554"


def test_after_each_failure_it_waits_twice_as_long_and_in_the_end_is_given_up(
    write: Queue, sender: MailSender, postbox: Postbox, sessions: Sessions, now: SetClock
) -> None:
    write()
    postbox.to_data = ["451 4.3.0 not now"] * MOST_ATTEMPTS
    waits = []
    while only_one(sessions).state is MailState.WAITING:
        sender.send_waiting()
        row = only_one(sessions)
        waits.append(row.not_before - now())
        assert sender.send_waiting() == {}, "not before its time"
        now.now = row.not_before

    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert max(waits) == LONGEST_WAIT
    assert (row.state, row.attempts) == (MailState.DEAD, MOST_ATTEMPTS)
    assert timedelta(days=4) < now() - NOW < timedelta(days=5)
    assert postbox.taken == []


def test_what_was_given_up_can_be_tried_again_and_what_was_sent_cannot(
    write: Queue,
    sender: MailSender,
    postbox: Postbox,
    sessions: Sessions,
    service: MailService,
) -> None:
    write()
    postbox.to_data = ["554 no"]
    sender.send_waiting()

    service.retry(only_one(sessions).id)
    assert sender.send_waiting() == {MailState.SENT: 1}
    with pytest.raises(TransitionNotAllowed):
        service.retry(only_one(sessions).id)


def test_a_lost_connection_is_made_anew_for_the_next_mail(
    write: Queue, sender: MailSender, postbox: Postbox, sessions: Sessions, now: SetClock
) -> None:
    write("1")
    write("2")
    postbox.to_data = ["421 4.7.0 closing"]

    assert sender.send_waiting() == {MailState.WAITING: 1, MailState.SENT: 1}
    now.forward(minutes=1)
    assert sender.send_waiting() == {MailState.SENT: 1}
    assert sorted(postbox.ids.values()) == [1, 1]


def test_two_senders_at_once_send_each_mail_once(
    write: Queue, postbox: Postbox, sessions: Sessions, now: SetClock
) -> None:
    for number in range(20):
        write(str(number))
    server = MailServer("127.0.0.1", postbox.port)
    both = [
        threading.Thread(target=sender_to(server, sessions, now).send_waiting) for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert len(postbox.ids) == len(postbox.taken) == 20
    assert {row.state for row in kept(sessions)} == {MailState.SENT}


def test_a_sender_that_was_asleep_for_longer_than_its_lease_does_not_hand_over(
    write: Queue, sender: MailSender, postbox: Postbox, sessions: Sessions, now: SetClock
) -> None:
    write()
    rendered = sender.renderer.render

    class Slow:
        def render(self, mail: OutgoingMail) -> object:
            now.forward(seconds=LEASE.total_seconds() + 1)
            assert sender.send_waiting() == {MailState.SENT: 1}
            return rendered(mail)

    slow = MailSender(sessions, now, sender.server, sender.sender, Slow())  # type: ignore[arg-type]
    assert slow.send_waiting() == {}

    assert len(postbox.taken) == 1
    assert (only_one(sessions).state, only_one(sessions).attempts) == (MailState.SENT, 2)


def test_a_mail_that_every_sender_died_with_is_given_up(
    write: Queue, sender: MailSender, sessions: Sessions, postbox: Postbox
) -> None:
    write()
    with sessions.writing() as session:
        row = session.get(OutgoingMail, only_one(sessions).id)
        assert row is not None
        row.state, row.attempts, row.claimed_until = MailState.SENDING, MOST_ATTEMPTS, NOW

    assert sender.send_waiting() == {MailState.DEAD: 1}
    assert only_one(sessions).last_error == "SenderStopped"
    assert postbox.taken == []


def test_a_link_that_has_expired_is_not_sent_any_more(
    write: Queue, sender: MailSender, sessions: Sessions, postbox: Postbox, now: SetClock
) -> None:
    expires = NOW + timedelta(minutes=15)
    write(values={"path": "/sign-in/link/a", "expires_at": expires.isoformat()})
    now.forward(minutes=15)

    assert sender.send_waiting() == {MailState.DEAD: 1}
    assert only_one(sessions).last_error == "Expired"
    assert postbox.taken == []


def test_a_mail_that_cannot_be_filled_is_given_up_and_stops_no_other(
    write: Queue, sender: MailSender, sessions: Sessions, postbox: Postbox
) -> None:
    write("1")
    write("2")
    with sessions.writing() as session:
        row = session.get(OutgoingMail, kept(sessions)[0].id)
        assert row is not None
        row.values = {"other": 1}

    assert sender.send_waiting() == {MailState.DEAD: 1, MailState.SENT: 1}
    assert kept(sessions)[0].last_error == "InvalidInput"


def test_stopping_is_between_two_mails(
    write: Queue, sender: MailSender, postbox: Postbox, sessions: Sessions
) -> None:
    write("1")
    write("2")

    sender.send_waiting(stop=lambda: len(postbox.taken) == 1)
    assert sorted(row.state for row in kept(sessions)) == [MailState.SENT, MailState.WAITING]
