"""Delivery reports (RFC 3464): what a mail server writes back when it could not deliver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from uuid import UUID

from matchmaker.errors import InvalidInput

#: The left part of our Message-IDs, see ``mail_messages.message_id``.
_MESSAGE_ID = re.compile(
    r"^message-id:\s*<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE | re.MULTILINE
)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True)
class FailedMail:
    """A mail that will not arrive, and the status code that says why, e.g. 5.1.1."""

    mail_id: UUID
    status: str


def failed_mail(report: bytes) -> FailedMail | None:
    """Return which mail a report gives up; None when it tells of a delay or a delivery.

    Raises:
        InvalidInput: no delivery report, or one that does not hold a mail of ours.

    """
    message = message_from_bytes(report)
    parts = list(message.walk())
    if not any(part.get_content_type() == "message/delivery-status" for part in parts):
        raise InvalidInput(
            "report", "This is no delivery report (RFC 3464); give the whole mail as it came."
        )
    failures = [fields for fields in _recipients(parts) if _word(fields, "Action") == "failed"]
    if not failures:
        return None
    returned = "\n".join(_returned(parts))
    found = _MESSAGE_ID.search(returned)
    if found is None:
        raise InvalidInput(
            "report", "The report does not hold the Message-ID of a mail that was sent from here."
        )
    status = _STATUS.search(_word(failures[0], "Status"))
    return FailedMail(UUID(found[1]), status[0] if status else "5.0.0")


def _recipients(parts: list[Message]) -> Iterator[Message]:
    """Yield the fields about each recipient; the parser makes a message of every block."""
    for part in parts:
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            yield from part.get_payload()  # type: ignore[misc]  # of a multipart: messages


def _word(fields: Message, name: str) -> str:
    return str(fields.get(name, "")).strip().lower()


def _returned(parts: list[Message]) -> Iterator[str]:
    """Yield the headers of the mail that came back, whole or cut to its headers."""
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/rfc822" and part.is_multipart():
            for original in part.get_payload():
                yield "\n".join(f"{name}: {value}" for name, value in original.items())  # type: ignore[union-attr]
        elif kind == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            yield payload.decode("ascii", "replace") if isinstance(payload, bytes) else ""
