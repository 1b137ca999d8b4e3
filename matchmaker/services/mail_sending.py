"""Sending what waits, so that a sender may be killed at any moment.

For each mail::

    claim        row: sending, attempts + 1, lease of minutes         (transaction)
    MAIL, RCPT   the server says whether it takes mail for the address
    hand over    row: still ours? then a longer lease                 (transaction)
    DATA         from here on the server may have it
    record       row: sent, waiting with a later time, bounced, dead  (transaction)

Who dies before the claim leaves a waiting mail; who dies later leaves a lease, and when that has
run out the mail is due again. Nothing is lost. One window is left in which a mail can arrive
twice: the server has taken the last byte of DATA and the row does not say so yet, because the
sender or the answer was lost. SMTP has no way to ask. The repeated mail is the same bytes with the
same Message-ID, by which servers and mail programs recognise it.

Two senders never work on one mail: the claim is a transaction, and before DATA a sender makes sure
that its claim still stands.
"""

from __future__ import annotations

import smtplib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from typing import TypeAlias

from matchmaker.errors import InvalidInput, MailServerUnavailable
from matchmaker.models import MailState, OutgoingMail
from matchmaker.models.mail import MOST_ATTEMPTS
from matchmaker.services.clock import Clock
from matchmaker.services.mail_messages import MailRenderer, message_bytes
from matchmaker.services.mail_route import HAND_OVER_SECONDS, MailServer
from matchmaker.storage import mail as mails
from matchmaker.storage.database import Sessions

#: How many mails of a run came into each state.
Tally: TypeAlias = Counter[MailState]
#: The server wants a login first: our mistake, not the reader's address.
_LOGIN_WANTED = frozenset({530, 535})


class Refused(Exception):
    """The server answered a step of one mail with no.

    Attributes:
        step: MAIL, RCPT or DATA.
        code: three digits; from 500 on for good, below for now.

    """

    def __init__(self, step: str, code: int, words: bytes) -> None:
        self.step = step
        self.code = code
        # "5.7.x" is about who may send what, so about us.
        self.ours = code in _LOGIN_WANTED or words.startswith(b"5.7.")
        super().__init__(f"{step} {code}")


class ClaimLost(Exception):
    """Another sender took the mail over, or a report came in meanwhile."""


@dataclass(frozen=True)
class MailSender:
    """Sends the mails that are due."""

    sessions: Sessions
    clock: Clock
    server: MailServer
    sender: Address
    renderer: MailRenderer

    def send_waiting(self, stop: Callable[[], bool] = lambda: False) -> Tally:
        """Send all that is due now, longest due first.

        Args:
            stop: asked between two mails.

        Returns:
            How many mails are sent, waiting again, bounced and dead now.

        Raises:
            MailServerUnavailable: there is something to send and nobody who takes it. A mail
                loses no attempt by a server that is away.

        """
        tally: Tally = Counter()
        connection: smtplib.SMTP | None = None
        try:
            # First somebody who takes mail, then a mail: what nobody takes is not claimed.
            while not stop() and self._anything_due():
                connection = connection or self.server.connect()
                mail = self._claim(tally)
                if mail is not None:
                    connection = self._send(mail, connection, tally)
        finally:
            _leave(connection)
        return tally

    def _anything_due(self) -> bool:
        with self.sessions.reading() as session:
            return mails.any_due(session, self.clock())

    def _claim(self, tally: Tally) -> OutgoingMail | None:
        """Take the mail that is due longest; None when another sender was faster."""
        with self.sessions.writing() as session:
            now = self.clock()
            mail = mails.next_due(session, now)
            if mail is not None and mail.attempts >= MOST_ATTEMPTS:
                # Every sender that began with it has died.
                mail.give_up("SenderStopped")
                tally[mail.state] += 1
                return None
            if mail is not None:
                mail.claim(at=now)
        return mail

    def _send(
        self, mail: OutgoingMail, connection: smtplib.SMTP, tally: Tally
    ) -> smtplib.SMTP | None:
        """Send one mail and record what became of it; None when the connection is of no use."""
        if mail.is_over(at=self.clock()):
            self._record(mail, tally, lambda row: row.give_up("Expired"))
            return connection
        try:
            message = message_bytes(mail, self.renderer.render(mail), self.sender)
        except InvalidInput:
            self._record(mail, tally, lambda row: row.give_up(InvalidInput.__name__))
            return connection
        try:
            self._transfer(mail, message, connection)
        except ClaimLost:
            return _again(connection)
        except Refused as refused:
            self._record_refusal(mail, refused, tally)
            if refused.step == "MAIL":
                raise MailServerUnavailable(
                    f"{self.server.host} does not take mail from {self.sender.addr_spec} "
                    f"({refused.code})."
                ) from refused
            return _again(connection)
        except (smtplib.SMTPException, OSError) as error:
            words = type(error).__name__
            self._record(mail, tally, lambda row: row.fail(words, at=self.clock()))
            connection.close()
            return None
        self._record_delivery(mail, tally)
        return connection

    def _transfer(self, mail: OutgoingMail, message: bytes, connection: smtplib.SMTP) -> None:
        code, words = connection.mail(self.sender.addr_spec)
        if code != 250:
            raise Refused("MAIL", code, words)
        code, words = connection.rcpt(mail.to)
        if code not in {250, 251}:
            raise Refused("RCPT", code, words)
        self._hand_over(mail)
        if connection.sock is not None:
            connection.sock.settimeout(HAND_OVER_SECONDS)
        try:
            code, words = connection.data(message)
        except smtplib.SMTPDataError as error:
            code, words = error.smtp_code, _as_bytes(error.smtp_error)
        if code != 250:
            raise Refused("DATA", code, words)

    def _hand_over(self, mail: OutgoingMail) -> None:
        """Make sure of the claim and hold it for as long as the transfer may take."""
        with self.sessions.writing() as session:
            row, now = mails.get(session, mail.id), self.clock()
            if not row.is_claimed(mail.attempts, at=now):
                raise ClaimLost
            row.hand_over(at=now)

    def _record_delivery(self, mail: OutgoingMail, tally: Tally) -> None:
        """Write that the server has it, whoever holds the row now, unless it has bounced."""
        with self.sessions.writing() as session:
            row = mails.get(session, mail.id)
            if row.state in {MailState.SENDING, MailState.WAITING}:
                row.deliver(at=self.clock())
            tally[row.state] += 1

    def _record_refusal(self, mail: OutgoingMail, refused: Refused, tally: Tally) -> None:
        words, for_good = f"Refused {refused}", refused.code >= 500 and not refused.ours
        if for_good and refused.step == "RCPT":
            self._record(mail, tally, lambda row: row.bounce(words))
        elif for_good and refused.step == "DATA":
            self._record(mail, tally, lambda row: row.give_up(words))
        else:
            self._record(mail, tally, lambda row: row.fail(words, at=self.clock()))

    def _record(
        self, mail: OutgoingMail, tally: Tally, what: Callable[[OutgoingMail], None]
    ) -> None:
        """Write what became of an attempt, unless the row went on without us."""
        with self.sessions.writing() as session:
            row = mails.get(session, mail.id)
            if row.state is MailState.SENDING and row.attempts == mail.attempts:
                what(row)
            tally[row.state] += 1


def _as_bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode("ascii", "replace")


def _again(connection: smtplib.SMTP) -> smtplib.SMTP | None:
    """Return the connection ready for the next mail; None when it is of no use."""
    try:
        connection.rset()
    except (smtplib.SMTPException, OSError):
        connection.close()
        return None
    return connection


def _leave(connection: smtplib.SMTP | None) -> None:
    """Say goodbye; what was taken is taken, whatever the answer."""
    if connection is not None:
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()
        connection.close()
