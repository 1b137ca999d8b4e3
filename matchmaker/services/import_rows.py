"""New records as rows of the tables: an entity for each would take most of the time.

What follows from other fields is asked of the entity itself, once for each combination of them,
so that a row is what registering the profile would have stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from matchmaker.models import Evidence, Identifier, Profile, ProfileKind, Visibility
from matchmaker.models.names import folded_name
from matchmaker.services.exchange.records import CLASSES, Record, columns_of, standing_of
from matchmaker.storage.bulk import insert_rows

#: Fields from which others follow, see ``__post_init__`` of each kind.
_DECISIVE = ("country", "organisation_type", "on_leave_until", "available_to", "ends_on")
_DERIVED = ("partner_kind", "proposable_from", "proposable_until")
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def insert_alone(session: Session, records: Sequence[Record], at: datetime) -> None:
    """Insert new profiles that are no part of another one, with evidence and identifiers.

    Args:
        session: a writing one.
        records: with id and language, without parent.
        at: when they are made.

    """
    profiles: list[dict[str, object]] = []
    own: dict[ProfileKind, list[dict[str, object]]] = {}
    evidence: list[dict[str, object]] = []
    identifiers: list[dict[str, object]] = []
    for record in records:
        columns = columns_of(record)
        root, rest = _templates(record.kind)
        decisive = tuple(columns.get(name) for name in _DECISIVE)
        same = {"id": record.id, "family_id": record.id, "updated_at": at}
        derived = _derived(record.kind, decisive)
        filled = _filled(root, columns, {**derived, **same})
        profiles.append({**filled, **_measured(filled, record.evidence or ())})
        row = _filled(rest, columns, same)
        if record.kind is ProfileKind.ORGANISATION:
            row["family_type"] = row["organisation_type"]
        own.setdefault(record.kind, []).append(row)
        for position, item in enumerate(record.evidence or ()):
            evidence.append(
                {
                    **item,
                    "id": item["id"] or uuid4(),
                    "language": item["language"] or columns["language"],
                    "position": position,
                    "profile_id": record.id,
                }
            )
        for scheme, value in record.identifiers:
            identifiers.append({"scheme": scheme, "value": value, "profile_id": record.id})
    insert_rows(session, Profile, profiles)
    for kind, rows in own.items():
        insert_rows(session, CLASSES[kind], rows)
    insert_rows(session, Evidence, evidence)
    insert_rows(session, Identifier, identifiers)


def _measured(
    columns: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]]
) -> dict[str, object]:
    """Return what the desk counts and compares, as ``Profile.__post_init__`` does."""
    viewer: Visibility = columns["visibility"]
    told = [one for one in evidence if not one["excluded"] and one["visibility"].allows(viewer)]
    words = sum(len(one["title"]) + len(one["text"]) for one in told)
    return {
        "folded_name": folded_name(columns["name"]),
        "item_count": len(told),
        "text_length": len(columns["summary"]) + len(columns["description"]) + words,
    }


def _filled(
    template: Mapping[str, object], columns: Mapping[str, Any], same: Mapping[str, object]
) -> dict[str, object]:
    row = dict(template)
    for given in (same, columns):
        for name in _shared(tuple(row), tuple(given)):
            row[name] = given[name]
    return row


@lru_cache(maxsize=1024)
def _shared(names: tuple[str, ...], given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that are in both: rows of a file name the same fields, all of them."""
    return tuple(set(names) & set(given))


@cache
def _templates(kind: ProfileKind) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Return the defaults of a kind's two tables by column, as an entity has them."""
    entity = _entity(kind, {})
    # No mutable default is shared: the drivers only read the rows.
    root = {name: getattr(entity, name) for name in Profile.__table__.columns.keys()}  # noqa: SIM118
    rest = {name: getattr(entity, name) for name in CLASSES[kind].__table__.columns.keys()}  # noqa: SIM118
    # As the first flush of an entity counts.
    return {**root, "revision": 1, "standing": standing_of(kind)}, rest


@lru_cache(maxsize=4096)
def _derived(kind: ProfileKind, decisive: tuple[object, ...]) -> Mapping[str, object]:
    given = {
        name: value
        for name, value in zip(_DECISIVE, decisive, strict=True)
        if value is not None and name in CLASSES[kind].__mapper__.columns
    }
    entity = _entity(kind, given)
    return {"kind": kind, **{name: getattr(entity, name) for name in _DERIVED}}


def _entity(kind: ProfileKind, given: Mapping[str, object]) -> Profile:
    """Return a profile of this kind with these fields and defaults for the rest."""
    made = CLASSES[kind]
    required: dict[str, Any] = {
        "name": "", "language": "", "summary": "", "updated_at": _SOME_DAY,
        "organisation_type": None, "programme": "", "level": None, "institution": "",
        "activity_type": None, "need": None,
    }  # fmt: skip
    fields = {name: value for name, value in required.items() if name in made.__mapper__.columns}
    return made(**{**fields, **given})


def parts_of(records: Sequence[Record]) -> tuple[list[Record], list[Record]]:
    """Return those that stand alone, and those that are a part of another organisation."""
    parts = [one for one in records if one.values.get("parent_id") is not None]
    return [one for one in records if one.values.get("parent_id") is None], parts
