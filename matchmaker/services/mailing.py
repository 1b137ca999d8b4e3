"""Writing mail: a row in the transaction of the deed it tells of.

A service calls ``queue`` with the session it writes with::

    with self.sessions.writing() as session:
        session.add(link)
        queue(session, NewMail(to=email, language="da", template="sign-in",
                               values={"path": f"/sign-in/link/{token}"}, key=f"sign-in:{link.id}"),
              at=self.clock())

If the transaction fails there is no mail; if it succeeds ``matchmaker mail send`` sends it, once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput
from matchmaker.models.mail import WANTED_VALUES, MailState, MailTemplate, OutgoingMail
from matchmaker.services.clock import Clock
from matchmaker.services.delivery_reports import failed_mail
from matchmaker.storage import mail as mails
from matchmaker.storage.database import Sessions

#: Languages in which mails are written.
LANGUAGES = ("da", "en")
#: Header lines a service may add; all others are the sender's own.
OWN_HEADERS = frozenset({"In-Reply-To", "References", "Reply-To"})
#: Longest address that a mail server has to take.
_LONGEST_ADDRESS = 254
#: One plain address, without a name, quotes, comments or anything that could end a header.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>()\[\],;:\\\"\x00-\x20]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


@dataclass(frozen=True, kw_only=True)
class NewMail:
    """A mail to be sent."""

    #: One address, without a name.
    to: str
    #: Of the reader: "da" or "en".
    language: str
    #: Value of a ``MailTemplate``.
    template: str
    #: What the template is filled with, as JSON; see ``WANTED_VALUES``. ``path`` begins with a
    #: slash, ``expires_at`` (where something expires) is an aware datetime in ISO 8601.
    values: Mapping[str, object]
    #: What makes it this mail and no other, e.g. ``sign-in:<id of the link>``.
    key: str
    #: Not sent earlier.
    not_before: datetime | None = None
    #: More header lines; names in ``OWN_HEADERS``.
    headers: Mapping[str, str] = field(default_factory=dict)


def queue(session: Session, mail: NewMail, *, at: datetime) -> None:
    """Write a mail within the running transaction; the same key twice is one mail.

    Args:
        session: of the transaction that does what the mail tells of.
        mail: what to send.
        at: now.

    Raises:
        InvalidInput: an address, language, template, value or header that cannot be sent.

    """
    template = _checked_template(mail)
    mails.add_once(
        session,
        {
            "id": uuid4(),
            "idempotency_key": mail.key,
            "to": checked_address(mail.to),
            "language": mail.language,
            "template": template,
            "values": dict(mail.values),
            "headers": _checked_headers(mail.headers),
            "state": MailState.WAITING,
            "created_at": at,
            "not_before": mail.not_before or at,
            "attempts": 0,
        },
    )


def checked_address(address: str) -> str:
    """Return a plain address; a domain with letters of its own in the form servers read.

    Raises:
        InvalidInput: it is no single plain address.

    """
    refused = InvalidInput("to", "Use one e-mail address, such as anna@example.dk.")
    if not _ADDRESS.fullmatch(address):
        raise refused
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise refused from None
    if len(plain) > _LONGEST_ADDRESS:
        raise refused
    return plain


def _checked_template(mail: NewMail) -> MailTemplate:
    if mail.language not in LANGUAGES:
        raise InvalidInput("language", f"Use one of {', '.join(LANGUAGES)}.")
    try:
        template = MailTemplate(mail.template)
    except ValueError:
        known = ", ".join(MailTemplate)
        raise InvalidInput("template", f"Use one of {known}.") from None
    missing = WANTED_VALUES[template] - set(mail.values)
    if missing:
        raise InvalidInput("values", f"{template} needs {', '.join(sorted(missing))} too.")
    for name, value in mail.values.items():
        if name.endswith("path") and not _is_path(value):
            raise InvalidInput(name, "Use an address of this service that begins with a slash.")
    return template


def _is_path(value: object) -> bool:
    return (
        isinstance(value, str)
        and value.startswith("/")
        and not value.startswith("//")
        and not re.search(r"[\s\\<>\"\x00-\x20]", value)
    )


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if name not in OWN_HEADERS:
            raise InvalidInput("headers", f"Use only {', '.join(sorted(OWN_HEADERS))}.")
        if _CONTROL.search(value):
            raise InvalidInput("headers", f"{name} must be one line.")
    return dict(headers)


@dataclass(frozen=True)
class MailService:
    """What the operator does with mail; sending is ``mail_sending.MailSender``."""

    sessions: Sessions
    clock: Clock

    def counts(self) -> dict[MailState, int]:
        """Return how many mails are in each state."""
        with self.sessions.reading() as session:
            return mails.counts(session)

    def newest(self, states: Sequence[MailState], limit: int) -> Sequence[OutgoingMail]:
        """Return the mails in these states, newest first."""
        with self.sessions.reading() as session:
            return mails.newest(session, states, limit)

    def retry(self, mail_id: UUID) -> OutgoingMail:
        """Let a mail that was given up, or waits after a failure, be sent now.

        Raises:
            NotFound: there is none.
            TransitionNotAllowed: it is sent, bounced or being sent.

        """
        with self.sessions.writing() as session:
            mail = mails.get(session, mail_id)
            mail.retry(at=self.clock())
        return mail

    def bounce(self, report: bytes) -> OutgoingMail | None:
        """Take in what a mail server reported about a mail (RFC 3464); twice is as good as once.

        Args:
            report: the whole report, as it came.

        Returns:
            The mail, now bounced; None when the report tells of no final failure.

        Raises:
            InvalidInput: it is no delivery report, or of no mail of ours.
            NotFound: the mail is not in this database.

        """
        failed = failed_mail(report)
        if failed is None:
            return None
        with self.sessions.writing() as session:
            mail = mails.get(session, failed.mail_id)
            mail.bounce(f"DeliveryReport {failed.status}")
        return mail
