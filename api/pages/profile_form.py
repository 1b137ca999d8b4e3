"""The editor of a profile as a form: what stands in it, what it means, what two of them differ in.

A draft is text only, so that nothing that was typed is lost, whether it can stand or not. Items
of evidence are fields called ``item-2-text``; one without an id is new.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from api.pages.profile_fields import PLACE, every
from matchmaker.models import HIDEABLE, EvidenceKind, Profile, ProfileKind, Visibility

ITEM_FIELDS = ("id", "kind", "title", "text", "language", "year", "visibility")
TICKS = ("pinned", "excluded")
#: Before the name of a field: who may see it.
SEES = "sees-"
_ITEM = re.compile(r"item-(\d{1,4})-(\w+)")
_WHOLE = re.compile(r"[0-9]{1,9}")
AT_HOME = "DK"
_BACK = {"up": "down", "down": "up"}

Item = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ProfileDraft:
    """What stands in the fields of the editor."""

    kind: ProfileKind
    values: dict[str, str]
    #: Of fields with several ticks.
    lists: dict[str, list[str]]
    items: list[Item]
    errors: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        return self.values.get(name, "")

    def error(self, name: str) -> str | None:
        """Return what has to change in a field, or None."""
        return self.errors.get(name)

    def told(self, name: str) -> str | tuple[str, ...]:
        """Return what a field says, to be compared; a place is one thing."""
        if name == "place":
            return tuple(self.value(one) for one in PLACE)
        return tuple(sorted(self.lists[name])) if name in self.lists else self.value(name)

    @property
    def hides(self) -> bool:
        """Return whether fewer people may see a single field."""
        return any(value for name, value in self.values.items() if name.startswith(SEES))

    def item(self, id_: str) -> Item | None:
        """Return the item with an id; None when it is not there."""
        return next((one for one in self.items if one["id"] == id_), None)


def filled_from(profile: Profile) -> ProfileDraft:
    """Return the editor as it is opened for a stored profile."""
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for one in every(profile.kind):
        if one.widget == "ticks":
            lists[one.name] = list(getattr(profile, one.name))
        elif one.name != "place":
            values[one.name] = _text(getattr(profile, one.name))
    at_home = profile.country == AT_HOME
    names = (profile.postcode, profile.city, profile.municipality)
    values["place"] = next((one for one in names if one), "") if at_home else ""
    if at_home:
        # They follow from the place, and the town is not written by hand.
        values |= dict.fromkeys(("city", "latitude", "longitude"), "")
    values["visibility"] = profile.visibility.value
    for name in HIDEABLE & set(values):
        values[SEES + name] = profile.field_visibility.get(name, "")
    items = [
        {
            **{name: _text(getattr(one, name)) for name in ITEM_FIELDS},
            **{name: "yes" if getattr(one, name) else "" for name in TICKS},
        }
        for one in profile.evidence
    ]
    return ProfileDraft(kind=profile.kind, values=values, lists=lists, items=items)


def empty(kind: ProfileKind, language: str) -> ProfileDraft:
    """Return the editor of a profile that is not there yet."""
    values = {one.name: "" for one in every(kind) if one.widget != "ticks"}
    values |= {"language": language, "country": AT_HOME, "visibility": Visibility.PUBLIC.value}
    values |= {"capacity": "3"} if "capacity" in values else {}
    lists: dict[str, list[str]] = {one.name: [] for one in every(kind) if one.widget == "ticks"}
    return ProfileDraft(
        kind=kind,
        values=values,
        lists={**lists, "working_languages": ["da", "en"]},
        items=[a_new_item(language)],
    )


def a_new_item(language: str) -> Item:
    """Return an item of evidence that says nothing yet."""
    blank = dict.fromkeys((*ITEM_FIELDS, *TICKS), "")
    return {
        **blank,
        "kind": EvidenceKind.CASE.value,
        "language": language,
        "visibility": Visibility.PUBLIC.value,
    }


def sent(kind: ProfileKind, form: MultiDict[str, str]) -> ProfileDraft:
    """Return the editor as it was sent."""
    blank = empty(kind, "da")
    found: dict[int, Item] = {}
    for name in form:
        part = _ITEM.fullmatch(name)
        if part and part[2] in (*ITEM_FIELDS, *TICKS):
            item = found.setdefault(int(part[1]), dict.fromkeys((*ITEM_FIELDS, *TICKS), ""))
            item[part[2]] = _lines(form[name])
    names = [*blank.values, *(SEES + one for one in HIDEABLE & set(blank.values))]
    return ProfileDraft(
        kind=kind,
        values={name: _lines(form.get(name, "")) for name in names},
        lists={name: form.getlist(name) for name in blank.lists},
        items=[found[number] for number in sorted(found)],
    )


def arranged(draft: ProfileDraft, deed: str) -> tuple[ProfileDraft, str]:
    """Return the draft after an item was added, moved or removed, and what gets the focus.

    Args:
        draft: as it was sent.
        deed: "add", or "up-2", "down-2", "remove-2" with the number of the item from 0.

    """
    what, _, number = deed.partition("-")
    items, at = list(draft.items), int(number) if _WHOLE.fullmatch(number) else 0
    if what == "add":
        items.append(a_new_item(draft.value("language") or "da"))
        return replace(draft, items=items), f"item-{len(items) - 1}-kind"
    if at >= len(items):
        return draft, ""
    if what == "remove":
        del items[at]
        return replace(draft, items=items), f"remove-{min(at, len(items) - 1)}" if items else "add"
    to = at - 1 if what == "up" else at + 1
    if what in _BACK and 0 <= to < len(items):
        items[at], items[to] = items[to], items[at]
        at_end = to == (0 if what == "up" else len(items) - 1)
        # At the end of the list there is only the way back.
        return replace(draft, items=items), f"{_BACK[what] if at_end else what}-{to}"
    return draft, deed


def taken_over(mine: ProfileDraft, theirs: ProfileDraft, names: Collection[str]) -> ProfileDraft:
    """Return my draft with some fields and items as they are in theirs.

    Args:
        mine: my draft.
        theirs: as it is stored.
        names: fields, and ``item:ID`` for items; one that they do not have goes.

    """
    values, lists, items = dict(mine.values), dict(mine.lists), list(mine.items)
    for name in names:
        if name == "place":
            values |= {one: theirs.value(one) for one in PLACE}
        elif name in theirs.lists:
            lists[name] = list(theirs.lists[name])
        elif name in theirs.values:
            values[name] = theirs.values[name]
        elif name.startswith("item:"):
            id_ = name.removeprefix("item:")
            items = _with_theirs(items, theirs.items, id_)
    return replace(mine, values=values, lists=lists, items=items)


def _with_theirs(items: Sequence[Item], theirs: Sequence[Item], id_: str) -> list[Item]:
    one = next((item for item in theirs if item["id"] == id_), None)
    if one is None:
        return [item for item in items if item["id"] != id_]
    if any(item["id"] == id_ for item in items):
        return [one if item["id"] == id_ else item for item in items]
    return [*items, one]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _lines(text: str) -> str:
    # Browsers send line ends as CR LF.
    return text.replace("\r\n", "\n")
