"""What is checked of the words and times of an introduction before they are kept."""

from __future__ import annotations

from datetime import date

from matchmaker.errors import InvalidInput
from matchmaker.matching.drafts import LANGUAGES
from matchmaker.models import Profile
from matchmaker.services.accounts import checked_email

#: Most characters of a text, and of a line of somebody's own.
TEXT_LENGTH, NOTE_LENGTH, PLACE_LENGTH = 5_000, 300, 200
#: Minutes that a meeting takes, at least and at most.
MEETING_MINUTES = (10, 480)


def is_there(profile: Profile, today: date) -> bool:
    """Return whether somebody may be proposed on a day."""
    begun = profile.proposable_from is None or profile.proposable_from <= today
    return begun and (profile.proposable_until is None or profile.proposable_until >= today)


def checked_language(language: str) -> str:
    """Return the language of a draft.

    Raises:
        InvalidInput: drafts are not written in it.

    """
    if language not in LANGUAGES:
        raise InvalidInput("language", f"Use one of {', '.join(LANGUAGES)}.")
    return language


def checked_text(field: str, text: str | None, present: str) -> str:
    """Return a text as it is kept; the present one when none is handed over.

    Raises:
        InvalidInput: it is empty or too long; names the field.

    """
    if text is None:
        return present
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not text:
        raise InvalidInput(field, "Write what the party is told.")
    if len(text) > TEXT_LENGTH:
        raise InvalidInput(field, f"Write at most {TEXT_LENGTH:,} characters.")
    return text


def checked_line(field: str, text: str, most: int) -> str:
    """Return one line; it may be empty.

    Raises:
        InvalidInput: it is too long, or holds what cannot be printed; names the field.

    """
    line = " ".join(text.split())
    if len(line) > most or not line.isprintable():
        raise InvalidInput(field, f"Write one line of at most {most} characters.")
    return line


def checked_emails(**emails: str | None) -> dict[str, str | None]:
    """Return the addresses that were handed over, as they are kept; empty is None.

    Raises:
        InvalidInput: one is no e-mail address; names the field.

    """
    checked: dict[str, str | None] = {}
    for name, value in emails.items():
        try:
            checked[name] = checked_email(value) if value and value.strip() else None
        except InvalidInput as error:
            raise InvalidInput(name, error.reason) from None
    return checked
