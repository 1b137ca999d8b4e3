"""Delivery reports (RFC 3464): which mail came back, and what is none of that."""

from __future__ import annotations

from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.models import MailState
from matchmaker.services.mail_sending import MailSender
from matchmaker.services.mailing import MailService
from matchmaker.storage.database import Sessions
from tests.mail.conftest import Queue, kept

WHOLE, HEADERS = "message/rfc822", "text/rfc822-headers"


def report(
    mail_id: UUID | str, *, action: str = "failed", status: str = "5.1.1", returned: str = WHOLE
) -> bytes:
    """Return what a server of the kind of Postfix writes back."""
    original = (
        "From: Matchmaker <mail@example.dk>\r\nTo: anna@example.dk\r\n"
        f"Subject: =?utf-8?q?L=C3=B8s?=\r\nMessage-ID:\r\n <{mail_id}@example.dk>\r\n"
    )
    body = "\r\nThe words of the mail.\r\n" if returned == WHOLE else ""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@example.net\r\nTo: mail@example.dk\r\n"
        "Message-ID: <20261122.1@example.net>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; anna@example.dk\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 unknown\r\n\r\n"
        f"--B\r\nContent-Type: {returned}\r\n\r\n{original}{body}\r\n--B--\r\n"
    ).encode()


@pytest.mark.parametrize("returned", [WHOLE, HEADERS])
def test_a_mail_that_came_back_has_bounced(
    returned: str, write: Queue, sender: MailSender, service: MailService, sessions: Sessions
) -> None:
    write()
    sender.send_waiting()
    (row,) = kept(sessions)

    for _ in range(2):  # the same report twice is as good as once
        bounced = service.bounce(report(row.id, returned=returned))
        assert bounced is not None
        assert bounced.id == row.id

    (row,) = kept(sessions)
    assert (row.state, row.last_error) == (MailState.BOUNCED, "DeliveryReport 5.1.1")


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_no_failure_changes_nothing(
    action: str, write: Queue, sender: MailSender, service: MailService, sessions: Sessions
) -> None:
    write()
    sender.send_waiting()

    assert service.bounce(report(kept(sessions)[0].id, action=action)) is None
    assert kept(sessions)[0].state is MailState.SENT


def test_a_bounced_mail_is_not_sent_again(
    write: Queue, sender: MailSender, service: MailService, sessions: Sessions
) -> None:
    write()
    service.bounce(report(kept(sessions)[0].id))

    assert sender.send_waiting() == {}


def test_a_report_about_a_mail_of_another_database_is_not_found(service: MailService) -> None:
    with pytest.raises(NotFound):
        service.bounce(report(uuid4()))


def _answer() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Re: Your link"
    message.set_content("Thank you! Action: failed")
    return message.as_bytes()


@pytest.mark.parametrize(
    "given",
    [b"", b"\x00\xff" * 100, b"Action: failed", _answer(), report("not-one-of-ours")],
    ids=["nothing", "bytes", "text", "answer", "foreign"],
)
def test_what_is_no_report_about_a_mail_of_ours_is_refused(
    given: bytes, service: MailService
) -> None:
    with pytest.raises(InvalidInput) as refused:
        service.bounce(given)
    assert refused.value.field == "report"


def test_a_report_cut_short_anywhere_is_refused_or_read_but_never_breaks(
    write: Queue, service: MailService, sessions: Sessions
) -> None:
    write()
    whole = report(kept(sessions)[0].id)

    outcomes = set()
    for end in range(0, len(whole), 7):
        try:
            outcomes.add("read" if service.bounce(whole[:end]) else "no failure")
        except InvalidInput:
            outcomes.add("refused")
        except NotFound:
            outcomes.add("unknown")
    assert {"refused", "read"} <= outcomes
