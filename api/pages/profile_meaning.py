"""What the editor of a profile asks for: from its fields to what the service takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import marshmallow as ma

from api.pages.profile_fields import PLACE
from api.pages.profile_form import AT_HOME, ITEM_FIELDS, SEES, TICKS, Item, ProfileDraft
from api.pages.profile_sentences import sentence
from api.schemas.profile_input import (
    ActivityInputSchema,
    ActivityPatchSchema,
    EvidenceInputSchema,
    ExpertInputSchema,
    ExpertPatchSchema,
    OrganisationInputSchema,
    OrganisationPatchSchema,
    StudentInputSchema,
    StudentPatchSchema,
)
from matchmaker.errors import InvalidInput
from matchmaker.models import ProfileKind
from matchmaker.services.profile_checks import checked_fields

SCHEMAS: Mapping[ProfileKind, tuple[type[ma.Schema], type[ma.Schema]]] = {
    ProfileKind.EXPERT: (ExpertInputSchema, ExpertPatchSchema),
    ProfileKind.ORGANISATION: (OrganisationInputSchema, OrganisationPatchSchema),
    ProfileKind.STUDENT: (StudentInputSchema, StudentPatchSchema),
    ProfileKind.ACTIVITY: (ActivityInputSchema, ActivityPatchSchema),
}
_WHOLE = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,12})?")


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What a draft asks for, as the service takes it."""

    fields: dict[str, Any]
    #: None leaves the items as they are.
    evidence: list[dict[str, Any]] | None

    def __bool__(self) -> bool:
        """Return whether anything is asked for."""
        return bool(self.fields) or self.evidence is not None


def meant(
    draft: ProfileDraft, stored: ProfileDraft | None = None
) -> tuple[Meant, Mapping[str, str]]:
    """Return what a draft asks for, and what has to change in it; one of the two is empty.

    Args:
        draft: as it was sent.
        stored: only what differs from it is asked for; None for a new profile.

    """
    schema = SCHEMAS[draft.kind][0 if stored is None else 1]()
    names = [one for one in draft.values if stored is None or draft.told(one) != stored.told(one)]
    names += [one for one in draft.lists if stored is None or draft.told(one) != stored.told(one)]
    raw: dict[str, Any] = {}
    for name in names:
        if name in schema.load_fields and name not in PLACE:
            given = draft.lists.get(name, draft.value(name))
            _put(raw, name, given, schema.load_fields[name])
    if stored is None or draft.told("place") != stored.told("place"):
        raw |= _place(draft, schema)
    if any(name.startswith(SEES) for name in names):
        raw["field_visibility"] = _seen(draft)
    items = [one for one in draft.items if _says_something(one)]
    if stored is None or items != stored.items:
        item_fields = EvidenceInputSchema().load_fields
        raw["evidence"] = [_evidence(one, item_fields) for one in items]
    # Whatever the schema refuses, the service says of the rest what it thinks: everything that
    # has to change is told at once.
    wrong: dict[str, str] = {}
    try:
        loaded = schema.load(raw)
    except ma.ValidationError as error:
        places = _kept_places(draft)
        names = [_at(one, places) for one in _flat(error.messages)]
        wrong = {name: sentence(name) for name in names}
        valid = cast("dict[str, Any]", error.valid_data)
        valid.pop("evidence", None)
        loaded = {"fields": valid, "evidence": None}
    for name, value in loaded["fields"].items():
        try:
            checked_fields(draft.kind, {name: value})
        except InvalidInput as error:
            wrong.setdefault(error.field, sentence(error.field))
    return (Meant(fields={}, evidence=None), wrong) if wrong else (Meant(**loaded), {})


def refused(draft: ProfileDraft, error: InvalidInput) -> ProfileDraft:
    """Return the draft with what the service wants changed."""
    name = _at(error.field.split("/"), _kept_places(draft))
    return replace(draft, errors={name: sentence(name)})


def _place(draft: ProfileDraft, schema: ma.Schema) -> dict[str, Any]:
    # A place at home is looked up; elsewhere what is written stands, and what was looked up goes.
    country = draft.value("country").strip().upper() or AT_HOME
    if country == AT_HOME:
        return {"place": draft.value("place").strip() or None}
    raw: dict[str, Any] = {"place": None, "country": country}
    for name in ("city", "latitude", "longitude"):
        _put(raw, name, draft.value(name), schema.load_fields[name])
    return raw


def _seen(draft: ProfileDraft) -> dict[str, str]:
    return {
        name.removeprefix(SEES): who
        for name, who in draft.values.items()
        if name.startswith(SEES) and who
    }


def _evidence(item: Item, fields: Mapping[str, ma.fields.Field[Any]]) -> dict[str, Any]:
    raw: dict[str, Any] = {name: bool(item[name]) for name in TICKS}
    for name in ITEM_FIELDS:
        if name != "id" or item["id"]:
            _put(raw, name, item[name], fields[name])
    return raw


def _says_something(item: Item) -> bool:
    return bool(item["id"] or item["title"].strip() or item["text"].strip())


def _put(
    raw: dict[str, Any], name: str, given: str | list[str], wanted: ma.fields.Field[Any]
) -> None:
    """Write a value as JSON would hold it; blank is nothing, where nothing can stand."""
    if isinstance(given, list):
        raw[name] = given
        return
    text = given.strip()
    if not text and wanted.allow_none:
        raw[name] = None
    elif isinstance(wanted, ma.fields.Integer) and _WHOLE.fullmatch(text):
        raw[name] = int(text)
    elif isinstance(wanted, ma.fields.Float) and _DECIMAL.fullmatch(text):
        raw[name] = float(text.replace(",", "."))
    elif text or isinstance(wanted, ma.fields.String | ma.fields.Integer):
        raw[name] = text


def _flat(messages: Any, place: tuple[str, ...] = ()) -> Iterable[Sequence[str]]:
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            yield from _flat(below, (*place, str(name)))
    else:
        yield place


def _kept_places(draft: ProfileDraft) -> list[int]:
    return [at for at, one in enumerate(draft.items) if _says_something(one)]


def _at(path: Sequence[str], places: Sequence[int]) -> str:
    """Return the field of the form that a path in the JSON means."""
    if path[0] == "evidence" and len(path) > 2 and path[1].isdecimal():
        number = int(path[1])
        return f"item-{places[number] if number < len(places) else number}-{path[2]}"
    if path[0] == "field_visibility" and len(path) > 1:
        return SEES + path[1]
    return path[0]
