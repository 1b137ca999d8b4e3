"""Seed files: read, checked whole, and only then loaded."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import marshmallow as ma

from api.schemas.seed import (
    SeedActivitySchema,
    SeedChallengeSchema,
    SeedExpertSchema,
    SeedOrganisationSchema,
    SeedStudentSchema,
    id_of,
)
from matchmaker.errors import InvalidInput
from matchmaker.models import (
    Activity,
    Challenge,
    Evidence,
    Expert,
    Organisation,
    Profile,
    Student,
)
from matchmaker.models.gazetteer import find_place

_PROFILE_FILES: Mapping[str, tuple[type[ma.Schema], type[Profile]]] = {
    "organisations.json": (SeedOrganisationSchema, Organisation),
    "experts.json": (SeedExpertSchema, Expert),
    "students.json": (SeedStudentSchema, Student),
    "activities.json": (SeedActivitySchema, Activity),
}
CHALLENGES = "challenges.json"
JUDGEMENTS = "judgements.tsv"
#: When the records were written; a profile says so until it is confirmed.
WRITTEN = datetime(2026, 11, 22, tzinfo=UTC)
_GRADES = {"0", "1", "2", "3"}


@dataclass(frozen=True)
class Seed:
    """Everything in a folder of seed files."""

    profiles: Sequence[Profile]
    challenges: Sequence[Challenge]


def read(folder: Path) -> Seed:
    """Return the records of a folder as profiles and challenges.

    Raises:
        InvalidInput: names file, record and field of the first mistakes; nothing is stored.
    """
    profiles: list[Profile] = []
    keys: dict[str, str] = {}
    for name, (schema, kind) in _PROFILE_FILES.items():
        records = _records(folder / name, schema())
        for record in records:
            if record["key"] in keys:
                raise InvalidInput(
                    name, f"{record['key']}: key is used in {keys[record['key']]} too."
                )
            keys[record["key"]] = name
        profiles += [_profile(kind, record) for record in records]
    for record in _records(folder / "organisations.json", SeedOrganisationSchema()):
        if record["parent"] is not None and keys.get(record["parent"]) != "organisations.json":
            raise InvalidInput(
                "organisations.json",
                f"{record['key']}: parent: no record is called {record['parent']}.",
            )
    challenges = [_challenge(record) for record in challenge_records(folder)]
    return Seed(profiles, challenges)


def challenge_records(folder: Path) -> list[dict[str, Any]]:
    """Return the challenges of a folder as checked records.

    Raises:
        InvalidInput: names file, record and field of the first mistakes.
    """
    return _records(folder / CHALLENGES, SeedChallengeSchema())


def judgements(folder: Path) -> dict[str, dict[UUID, int]]:
    """Return the grades of a folder: challenge key to profile id to grade (0 to 3).

    Raises:
        InvalidInput: names the line that is wrong.
    """
    path = folder / JUDGEMENTS
    grades: dict[str, dict[UUID, int]] = {}
    with _opened(path) as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t"), start=2):
            if row.get("grade") not in _GRADES or not row.get("profile"):
                raise InvalidInput(
                    path.name, f"line {number}: write challenge, profile and 0 to 3."
                )
            grades.setdefault(row["challenge"], {})[id_of(row["profile"])] = int(row["grade"])
    return grades


def _opened(path: Path) -> Any:  # noqa: ANN401 - a text file
    try:
        return path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidInput(path.name, f"can't be read: {error.strerror}.") from error


def _records(path: Path, schema: ma.Schema) -> list[dict[str, Any]]:
    try:
        with _opened(path) as lines:
            given = json.load(lines)
    except json.JSONDecodeError as error:
        raise InvalidInput(path.name, f"line {error.lineno}: not JSON ({error.msg}).") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(path.name, f"byte {error.start}: not UTF-8.") from error
    if not isinstance(given, list):
        raise InvalidInput(path.name, "write a list of records.")
    records = []
    for number, record in enumerate(given, start=1):
        try:
            records.append(schema.load(record))
        except ma.ValidationError as error:
            name = record.get("key") if isinstance(record, dict) else None
            raise InvalidInput(
                path.name, f"record {number} ({name or 'without key'}): {_first(error.messages)}"
            ) from error
    return records


def _first(messages: Any) -> str:  # noqa: ANN401 - marshmallow nests lists and dicts
    """Return the first mistake as ``field: what is wrong``."""
    path: list[str] = []
    while isinstance(messages, dict):
        name, messages = next(iter(messages.items()))
        path.append(str(name))
    text = messages[0] if isinstance(messages, list) else messages
    return f"{'.'.join(path)}: {text}"


def _profile(kind: type[Profile], record: Mapping[str, Any]) -> Profile:
    values = dict(record)
    key, place, evidence = values.pop("key"), values.pop("place"), values.pop("evidence")
    if kind is Organisation:
        parent = values.pop("parent")
        values["parent_id"] = id_of(parent) if parent else None
    return kind(
        id=id_of(key),
        updated_at=WRITTEN,
        evidence=[
            Evidence(
                id=id_of(f"{key}/{position}"),
                position=position,
                language=record["language"],
                **item,
            )
            for position, item in enumerate(evidence)
        ],
        **place,
        **values,
    )


def _challenge(record: Mapping[str, Any]) -> Challenge:
    place = find_place(record["municipality"] or "")
    return Challenge(
        id=id_of(record["key"]),
        title=record["title"],
        text=record["text"],
        language=record["language"],
        industry_code=record["industry_code"],
        sample=record["sample"],
        city=place.city if place else None,
        municipality=place.municipality if place else None,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        created_at=WRITTEN,
        updated_at=WRITTEN,
    )
