"""Snapshot: a profile with its evidence as plain values, and what differs between two of them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Date, Enum, Uuid

from matchmaker.models.base import UtcDateTime
from matchmaker.models.evidence import Evidence, EvidenceKind
from matchmaker.models.profile import Profile
from matchmaker.models.visibility import Visibility

#: What follows from other fields, or says nothing about the profile.
_NOT_TOLD = {
    "id",
    "kind",
    "partner_kind",
    "proposable_from",
    "proposable_until",
    "family_id",
    "family_type",
    "folded_name",
    "item_count",
    "text_length",
    "updated_at",
    "revision",
}
#: Fields of an item of evidence, in the order in which a difference is told.
EVIDENCE_FIELDS = (
    "kind",
    "title",
    "text",
    "language",
    "year",
    "pinned",
    "excluded",
    "visibility",
)
Snapshot = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value that is not the same in two snapshots; None is a value that is not there."""

    field: str
    before: Any
    after: Any
    #: The item of evidence it belongs to; None for a field of the profile.
    evidence_id: UUID | None = None


def fields_of(profile: type[Profile] | Profile) -> dict[str, Column[Any]]:
    """Return the columns of a kind of profile that a snapshot holds, by name."""
    columns = profile.__mapper__.columns
    return {name: columns[name] for name in columns.keys() if name not in _NOT_TOLD}  # noqa: SIM118


def snapshot_of(profile: Profile) -> Snapshot:
    """Return a profile, read with its evidence, as plain values: ``{"fields", "evidence"}``."""
    return {
        "fields": {name: _plain(getattr(profile, name)) for name in fields_of(profile)},
        "evidence": [
            {
                "id": str(item.id),
                **{name: _plain(getattr(item, name)) for name in EVIDENCE_FIELDS},
            }
            for item in profile.evidence
        ],
    }


def field_values(kind: type[Profile] | Profile, stored: Snapshot) -> dict[str, Any]:
    """Return the fields of a snapshot as the columns take them.

    A field that this version does not have any more is passed over.
    """
    columns = fields_of(kind)
    return {
        name: _typed(columns[name], value)
        for name, value in stored["fields"].items()
        if name in columns
    }


def evidence_of(stored: Snapshot) -> list[Evidence]:
    """Return new items of evidence as a snapshot holds them, with their ids."""
    return [
        Evidence(
            id=UUID(item["id"]),
            position=position,
            kind=EvidenceKind(item["kind"]),
            title=item["title"],
            text=item["text"],
            language=item["language"],
            year=item["year"],
            pinned=item["pinned"],
            excluded=item["excluded"],
            visibility=Visibility(item["visibility"]),
        )
        for position, item in enumerate(stored["evidence"])
    ]


def differences(before: Snapshot, after: Snapshot) -> list[Difference]:
    """Return what differs: fields by name, then evidence in the order of the later snapshot.

    An item that is only in one of them differs in every field; one that stands elsewhere
    differs in ``position``.

    >>> one = {"fields": {"name": "A"}, "evidence": []}
    >>> [(each.field, each.after) for each in differences(one, {**one, "fields": {"name": "B"}})]
    [('name', 'B')]
    """
    old, new = before["fields"], after["fields"]
    found = [
        Difference(field=name, before=old.get(name), after=new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    items, later = _by_id(before), _by_id(after)
    stayed = [one for one in items if one in later]
    places = {one: place for place, one in enumerate(one for one in later if one in items)}
    for id_ in [*later, *(one for one in items if one not in later)]:
        was, now = items.get(id_, {}), later.get(id_, {})
        pairs = [(name, was.get(name), now.get(name)) for name in EVIDENCE_FIELDS]
        if id_ in places and stayed[places[id_]] != id_:
            pairs.append(("position", stayed.index(id_), places[id_]))
        found += [
            Difference(field=name, before=first, after=second, evidence_id=UUID(id_))
            for name, first, second in pairs
            if first != second
        ]
    return found


def _by_id(stored: Snapshot) -> dict[str, Mapping[str, Any]]:
    return {item["id"]: item for item in stored["evidence"]}


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _typed(column: Column[Any], value: Any) -> Any:
    kind = column.type
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    return UUID(value) if isinstance(kind, Uuid) else value
