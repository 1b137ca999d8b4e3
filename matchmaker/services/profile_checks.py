"""Whether what is written into a profile can stand: one sentence says what to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from matchmaker.errors import InvalidInput
from matchmaker.matching.languages import SUPPORTED
from matchmaker.matching.sentences import clean
from matchmaker.models import (
    HIDEABLE,
    Activity,
    Evidence,
    EvidenceKind,
    Expert,
    Organisation,
    Profile,
    ProfileKind,
    Student,
    Visibility,
)
from matchmaker.models.snapshot import EVIDENCE_FIELDS, fields_of
from matchmaker.services.challenges import checked_place

KINDS: Mapping[ProfileKind, type[Profile]] = {
    ProfileKind.EXPERT: Expert,
    ProfileKind.ORGANISATION: Organisation,
    ProfileKind.STUDENT: Student,
    ProfileKind.ACTIVITY: Activity,
}
#: Most items of evidence of one profile.
MOST_ITEMS = 500
#: Most characters of a field; any other text may have 500.
LENGTHS = {"summary": 2_000, "description": 20_000, "learning_goals": 5_000, "text": 10_000}
LENGTH = 500
_NEEDED = {"name", "summary", "programme", "institution"}
#: Fields that have deeds of their own; nobody writes them by hand.
OWN_DEED = {"standing", "merged_into_id", "confirmed_at", "legal_basis", "fictional"}
_PLACE = ("city", "postcode", "municipality", "latitude", "longitude")
_SPANS = (("starts_on", "ends_on"), ("available_from", "available_to"))


def checked_fields(kind: ProfileKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as the columns of this kind take them; ``place`` is looked up.

    Args:
        kind: the kind of profile.
        given: field -> value of the column's type, and ``place`` as a person writes it: a
            Danish postcode, town or municipality, or None for no place.

    Raises:
        InvalidInput: a field that this kind does not have, or a value that can't stand.

    """
    columns = fields_of(KINDS[kind])
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name == "place":
            where = checked_place(value)
            values |= {one: getattr(where, one) for one in (*_PLACE, "country")}
        elif name not in columns or name in OWN_DEED:
            raise InvalidInput(name, f"This kind of profile has no field {name} to write.")
        else:
            values[name] = _text(name, value) if type(value) is str else value
            if values[name] is None and not columns[name].nullable:
                raise InvalidInput(name, "This field can't be empty.")
    if values.get("language") is not None:
        _language(values["language"])
    website = values.get("website")
    if website and not website.startswith(("https://", "http://")):
        raise InvalidInput("website", "Begin the address with https://.")
    return values


def checked_whole(profile: Profile) -> None:
    """Refuse a profile whose fields do not go together.

    Raises:
        InvalidInput: says which.

    """
    for first, last in _SPANS:
        begins, ends = getattr(profile, first, None), getattr(profile, last, None)
        if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
            raise InvalidInput(last, "The last day is before the first.")
    if profile.can_travel_km is not None and profile.can_travel_km < 0:
        raise InvalidInput("can_travel_km", "Use 0 or more kilometres, or nothing for any.")
    if isinstance(profile, Expert) and profile.capacity < 0:
        raise InvalidInput("capacity", "Use 0 or more.")
    own = fields_of(profile)
    for name, who in profile.field_visibility.items():
        if name not in HIDEABLE or name not in own:
            raise InvalidInput("field_visibility", f"{name} can't be shown to fewer people.")
        if who not in set(Visibility):
            raise InvalidInput("field_visibility", f"{name}: use {', '.join(Visibility)}.")


def checked_evidence(
    given: Sequence[Mapping[str, Any]], present: Sequence[Evidence], language: str
) -> list[Evidence]:
    """Return the items of evidence that were meant, in the order given.

    Args:
        given: one mapping per item; with ``id`` it changes the present one, where a field that
            is not given stays; without it is new. A present one that is not given goes.
        present: the items as they are.
        language: of an item that does not say its own.

    Raises:
        InvalidInput: too many, an unknown id, or a value that can't stand.

    """
    if len(given) > MOST_ITEMS:
        raise InvalidInput("evidence", f"Keep to {MOST_ITEMS} items; put alike ones together.")
    known = {item.id: item for item in present}
    items: list[Evidence] = []
    for position, one in enumerate(given):
        item = _item(one, known, language, f"evidence/{position}")
        if any(item is other for other in items):
            raise InvalidInput(f"evidence/{position}/id", "This item is given twice.")
        items.append(item)
    return items


def _item(
    given: Mapping[str, Any], known: Mapping[UUID, Evidence], language: str, where: str
) -> Evidence:
    values: dict[str, Any] = {
        name: _text(name, value) if type(value) is str else value
        for name, value in given.items()
        if name in EVIDENCE_FIELDS
    }
    if values.get("text") == "":
        raise InvalidInput(f"{where}/text", "Say in a sentence what it is, or leave the item out.")
    if "language" in values:
        _language(values["language"], f"{where}/language")
    if given.get("id") is None:
        if not values.get("text"):
            raise InvalidInput(f"{where}/text", "Say in a sentence what it is.")
        values = {"kind": EvidenceKind.CASE, "title": "", "language": language, **values}
        return Evidence(**values)
    item = known.get(given["id"])
    if item is None:
        raise InvalidInput(f"{where}/id", "The profile has no item with this id.")
    for name, value in values.items():
        setattr(item, name, value)
    return item


def _language(code: str, where: str = "language") -> None:
    if code not in SUPPORTED:
        raise InvalidInput(where, f"Use one of {', '.join(SUPPORTED)}.")


def _text(name: str, value: str) -> str:
    text, most = clean(value), LENGTHS.get(name, LENGTH)
    if name in _NEEDED and not text:
        raise InvalidInput(name, "This field can't be empty.")
    if len(text) > most:
        raise InvalidInput(name, f"Please shorten this to {most} characters ({len(text)} now).")
    return text
