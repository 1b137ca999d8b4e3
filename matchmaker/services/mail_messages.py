"""A mail as the bytes a server takes: the same row gives the same bytes, however often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Protocol

from matchmaker.models import OutgoingMail

#: Lines that hold addresses and ids; they are ASCII and fit, see ``mailing.LONGEST_LINE``.
_WHOLE = frozenset(
    {"in-reply-to", "list-unsubscribe", "list-unsubscribe-post", "references", "reply-to"}
)


class _Lines(EmailPolicy):
    """Folds header lines, but never an address: folded, a long one comes out as coded words."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return one header as the lines to send."""
        if name.lower() in _WHOLE:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Lines(linesep="\r\n")


@dataclass(frozen=True)
class RenderedMail:
    """What the reader gets to see."""

    subject: str
    text: str
    html: str
    #: Header lines that belong to the template, such as List-Unsubscribe.
    headers: Mapping[str, str] = field(default_factory=dict)
    #: A calendar file (RFC 5545) that goes with it; None for none.
    calendar: str | None = None


class MailRenderer(Protocol):
    """Fills a template in the language of the reader. The service knows no template library."""

    def render(self, mail: OutgoingMail) -> RenderedMail:
        """Return subject, text and HTML of a mail, from its row alone.

        Raises:
            InvalidInput: the values do not fill the template; trying again would not help.

        """
        ...


def message_id(mail: OutgoingMail, sender: Address) -> str:
    """Return the Message-ID: made from the id of the row, so that every attempt has the same.

    A server or a reader's program that gets the same mail again can tell by it.
    """
    return f"<{mail.id}@{sender.domain}>"


def message_bytes(mail: OutgoingMail, rendered: RenderedMail, sender: Address) -> bytes:
    """Return the whole mail: text and HTML as alternatives, lines ended by CR LF.

    Date, Message-ID and the boundary between the parts come from the row, not from the clock or
    from chance.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = " ".join(rendered.subject.split())
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = message_id(mail, sender)
    # Holidays and absence are not answered to a program (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    for name, value in {**rendered.headers, **mail.headers}.items():
        message[name] = value
    # Survives servers that take seven bits only, and any length of line.
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = mail.language  # set_content takes all Content- lines away
    message.set_boundary(f"=_{mail.id.hex}")
    if rendered.calendar is not None:
        message.add_attachment(
            rendered.calendar, subtype="calendar", cte="base64", filename="meeting.ics"
        )
        message.set_boundary(f"=m{mail.id.hex}")
    return message.as_bytes()
