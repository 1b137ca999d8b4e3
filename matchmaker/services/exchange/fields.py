"""What each field of a profile may hold, read from a cell or from JSON: the one table of both."""

from __future__ import annotations

import enum
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from matchmaker.models import (
    HIDEABLE,
    ActivityType,
    CompanyNeed,
    OrganisationType,
    PlacementType,
    ProfileKind,
    StudyLevel,
    Visibility,
)

#: Reads what a cell or a JSON value holds. Raises ValueError with a sentence for people.
Read = Callable[[object], object]


@dataclass(frozen=True)
class Field:
    """One field of a profile."""

    name: str
    read: Read
    #: A new profile must bring it.
    required: bool = False
    #: Makes the value again from what JSON keeps of one that has been read; None when that is
    #: the same.
    restore: Callable[[Any], object] | None = None


_YES = frozenset({"true", "yes", "y", "ja", "j", "1", "x", "sand", "sandt"})
_NO = frozenset({"false", "no", "n", "nej", "0", "falsk"})
_DANISH_DATE = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})")
_WEBSITE = re.compile(r"https?://[^\s/?#]+\.[^\s/?#]+\S*", re.IGNORECASE)
_BREAKS = re.compile(r"[,;|\n]")
_LAST_CONTROL = "\x9f"


def text(most: int, *, least: int = 0, one_line: bool = True) -> Read:
    """Return what reads a text of so many characters."""

    def read(raw: object) -> str:
        given = _words(raw)
        if len(given) > most:
            raise ValueError(f"Use at most {most} characters; there are {len(given)}.")
        if len(given) < least:
            raise ValueError("Write something here." if least == 1 else f"Use {least} or more.")
        if not given.isprintable():
            given = given.replace("\r\n", "\n").replace("\r", "\n")
            allowed = "\t" if one_line else "\t\n"
            for letter in given:
                if unicodedata.category(letter) in {"Cc", "Cs"} and letter not in allowed:
                    raise ValueError(
                        "Write it on one line."
                        if letter == "\n"
                        else f"Take out the control character U+{ord(letter):04X}."
                    )
        return given

    return read


def _words(raw: object) -> str:
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, bool | list | dict):
        raise ValueError("Write a text here.")  # noqa: TRY004 - one sort of refusal
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))  # a spreadsheet keeps 9220 as 9220.0
    return str(raw)


def maybe(read: Read) -> Read:
    """Return what reads nothing as None."""

    def either(raw: object) -> object:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        return read(raw)

    return either


def with_default(read: Read, default: object) -> Read:
    """Return what reads nothing as the default."""
    inner = maybe(read)

    def read_or(raw: object) -> object:
        value = inner(raw)
        return default if value is None else value

    return read_or


def pattern(form: str, sentence: str) -> Read:
    """Return what reads a text of one form."""
    whole = re.compile(form)

    def read(raw: object) -> str:
        given = _words(raw).strip()
        if not whole.fullmatch(given):
            raise ValueError(sentence)
        return given

    return read


def number(least: float, most: float) -> Read:
    """Return what reads a number, with a decimal point or a decimal comma."""

    def read(raw: object) -> float:
        try:
            if isinstance(raw, bool):
                raise ValueError  # noqa: TRY301, TRY004 - refused like other words
            value = float(_words(raw).strip().replace(",", "."))
        except ValueError:
            raise ValueError("Write a number such as 57.05.") from None
        if not least <= value <= most:
            raise ValueError(f"Use a number from {least:g} to {most:g}.")
        return value

    return read


def whole(least: int, most: int) -> Read:
    """Return what reads a whole number."""
    inner = number(least, most)

    def read(raw: object) -> int:
        value = inner(raw)
        assert isinstance(value, float)  # noqa: S101 - what `number` returns
        if not value.is_integer():
            raise ValueError("Write a whole number.")
        return int(value)

    return read


def flag(raw: object) -> bool:
    """Return yes or no."""
    given = _words(raw).strip().casefold() if not isinstance(raw, bool) else str(raw).casefold()
    if given in _YES:
        return True
    if given in _NO:
        return False
    raise ValueError("Write yes or no (ja or nej).")


def day(raw: object) -> date:
    """Return a day: as 2027-02-01, or as Danes write it, 1.2.2027 or 01-02-2027."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    given = _words(raw).strip()
    try:
        if danish := _DANISH_DATE.fullmatch(given):
            return date(int(danish[3]), int(danish[2]), int(danish[1]))
        return date.fromisoformat(given[:10] if "T" in given else given)
    except ValueError:
        raise ValueError("Write a day such as 2027-02-01.") from None


def one_of(kind: type[enum.StrEnum]) -> Read:
    """Return what reads a member by its value, in any case, with blanks for hyphens."""
    members = {member.value: member for member in kind}

    def read(raw: object) -> enum.StrEnum:
        if isinstance(raw, str) and (found := members.get(raw)):
            return found
        given = re.sub(r"[\s_]+", "-", _words(raw).strip().casefold())
        if given not in members:
            raise ValueError(f"Use one of: {', '.join(members)}.")
        return members[given]

    return read


def several(read: Read) -> Read:
    """Return what reads a list: of JSON, or words with commas, semicolons or bars between."""

    def read_all(raw: object) -> list[object]:
        if isinstance(raw, list):
            return [read(one) for one in raw]
        return [read(one.strip()) for one in _BREAKS.split(_words(raw)) if one.strip()]

    return read_all


def identity(raw: object) -> UUID:
    """Return an id."""
    try:
        return UUID(_words(raw).strip())
    except ValueError:
        raise ValueError("Write an id of 32 hexadecimal digits.") from None


def _value_of(read: Read) -> Read:
    """Store a member by its value: lists are kept as JSON."""

    def value(raw: object) -> str:
        return str(read(raw))

    return value


def _hidden(raw: object) -> dict[str, str]:
    """Return who may see single fields, from an object or from JSON in a cell."""
    try:
        given = json.loads(raw) if isinstance(raw, str) else raw
        if not isinstance(given, dict) or set(given) - HIDEABLE:
            raise ValueError  # noqa: TRY301 - refused like what is no JSON
        return {name: Visibility(value).value for name, value in given.items()}
    except ValueError:
        raise ValueError('Write field names with who may see them: {"website": "staff"}.') from None


_language = pattern("[a-z]{2}", "Use a two-letter language code such as da or en.")


def _no_hidden(raw: object) -> dict[str, str]:
    return {} if raw in (None, "") else _hidden(raw)


_COMMON = (
    Field("name", text(200, least=1), required=True),
    Field("language", _language),
    Field("summary", text(2000, one_line=False)),
    Field("description", text(20_000, one_line=False)),
    Field("working_languages", several(_language)),
    Field("city", maybe(text(120))),
    Field("postcode", maybe(text(20))),
    Field("municipality", maybe(pattern("[0-9]{3,4}", "Use a municipality code such as 851."))),
    Field(
        "country",
        with_default(pattern("[A-Z]{2}", "Use a country code of two capitals such as DK."), "DK"),
    ),
    Field("latitude", maybe(number(-90, 90))),
    Field("longitude", maybe(number(-180, 180))),
    Field("can_travel_km", maybe(whole(0, 20_000))),
    Field("website", maybe(pattern(_WEBSITE.pattern, "Use an address such as https://dtu.dk."))),
    Field("source", text(300)),
    Field("fictional", with_default(flag, default=False)),
    Field(
        "visibility",
        with_default(one_of(Visibility), Visibility.PUBLIC),
        restore=Visibility,
    ),
    Field("field_visibility", _no_hidden),
)
_OWN: Mapping[ProfileKind, tuple[Field, ...]] = {
    ProfileKind.EXPERT: (
        Field("title", text(200)),
        Field("affiliation", text(300)),
        Field("capacity", with_default(whole(0, 50), 3)),
        Field("on_leave_until", maybe(day), restore=date.fromisoformat),
    ),
    ProfileKind.ORGANISATION: (
        Field(
            "organisation_type", one_of(OrganisationType), required=True, restore=OrganisationType
        ),
        Field("parent_id", maybe(identity), restore=UUID),
    ),
    ProfileKind.STUDENT: (
        Field("programme", text(200, least=1), required=True),
        Field("level", one_of(StudyLevel), required=True, restore=StudyLevel),
        Field("institution", text(300, least=1), required=True),
        Field("placement_types", several(_value_of(one_of(PlacementType)))),
        Field("available_from", maybe(day), restore=date.fromisoformat),
        Field("available_to", maybe(day), restore=date.fromisoformat),
        Field("learning_goals", text(2000, one_line=False)),
    ),
    ProfileKind.ACTIVITY: (
        Field("activity_type", one_of(ActivityType), required=True, restore=ActivityType),
        Field("organiser", text(300)),
        Field("starts_on", maybe(day), restore=date.fromisoformat),
        Field("ends_on", maybe(day), restore=date.fromisoformat),
        Field("eligibility", text(1000, one_line=False)),
        Field("need", one_of(CompanyNeed), required=True, restore=CompanyNeed),
    ),
}


@cache
def fields_of(kind: ProfileKind) -> Mapping[str, Field]:
    """Return the fields of a kind by name, those that all share first."""
    return MappingProxyType({field.name: field for field in (*_COMMON, *_OWN[kind])})
