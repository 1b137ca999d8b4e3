"""Seed files: read, checked whole, and only then loaded."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import marshmallow as ma

from api.schemas.seed import (
    SeedActivitySchema,
    SeedChallengeSchema,
    SeedExpertSchema,
    SeedOrganisationSchema,
    SeedStudentSchema,
    SeedTranslationSchema,
    id_of,
)
from matchmaker.errors import InvalidInput
from matchmaker.models import (
    Activity,
    Challenge,
    Evidence,
    Expert,
    Identifier,
    IdentifierScheme,
    Organisation,
    Profile,
    Student,
    normalised,
)
from matchmaker.models.gazetteer import find_place

ORGANISATIONS = "organisations.json"
_PROFILE_FILES: Mapping[str, tuple[type[ma.Schema], type[Profile]]] = {
    ORGANISATIONS: (SeedOrganisationSchema, Organisation),
    "experts.json": (SeedExpertSchema, Expert),
    "students.json": (SeedStudentSchema, Student),
    "activities.json": (SeedActivitySchema, Activity),
}
CHALLENGES = "challenges.json"
TRANSLATIONS = "challenge_translations.json"
JUDGEMENTS = "judgements.tsv"
#: When the records were written; a profile says so until it is confirmed.
WRITTEN = datetime(2026, 11, 22, tzinfo=UTC)
_COLUMNS = ["challenge", "profile", "grade"]
_GRADES = {"0", "1", "2", "3"}

folder_option = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("seed_data"),
    show_default=True,
    help="Folder of seed files.",
)

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Seed:
    """What a folder of seed files brings into the database."""

    profiles: Sequence[Profile]
    challenges: Sequence[Challenge]


@dataclass(frozen=True)
class Judged:
    """What a folder of seed files says about who fits; everything is called by its key."""

    challenges: Sequence[Record]
    #: Challenge key to the same challenge in its other language.
    translations: Mapping[str, Record]
    #: Challenge key to profile key to grade, 0 to 3.
    grades: Mapping[str, Mapping[str, int]]


def read(folder: Path) -> Seed:
    """Return the records of a folder as profiles and challenges.

    Raises:
        InvalidInput: names file, record and field of the first mistake, and how many more.

    """
    files = _Files(folder)
    records = {name: files.records(name, schema()) for name, (schema, _) in _PROFILE_FILES.items()}
    challenges = files.records(CHALLENGES, SeedChallengeSchema())
    for number, record in records[ORGANISATIONS].items():
        if record["parent"] is not None and files.keys.get(record["parent"]) != ORGANISATIONS:
            why = f"no organisation is called {record['parent']}."
            files.note(ORGANISATIONS, _at(number, record), "parent", why)
    files.refuse()
    return Seed(
        [
            _profile(kind, record)
            for name, (_, kind) in _PROFILE_FILES.items()
            for record in records[name].values()
        ],
        [_challenge(record) for record in challenges.values()],
    )


def read_judged(folder: Path) -> Judged:
    """Return the challenges of a folder with their translations and judgements.

    Raises:
        InvalidInput: names file, record or line, and field of the first mistake, and how many
            more.

    """
    files = _Files(folder)
    for name, (schema, _) in _PROFILE_FILES.items():
        files.records(name, schema())
    profiles = set(files.keys)
    challenges = files.records(CHALLENGES, SeedChallengeSchema())
    files.keys.clear()  # a translation has the key of what it translates
    translations = files.records(TRANSLATIONS, SeedTranslationSchema())
    languages = {record["key"]: record["language"] for record in challenges.values()}
    for number, record in translations.items():
        if record["key"] not in languages:
            why = "no challenge is called that."
            files.note(TRANSLATIONS, _at(number, record), "key", why)
        elif record["language"] == languages[record["key"]]:
            why = "the challenge is written in it already."
            files.note(TRANSLATIONS, _at(number, record), "language", why)
    grades = files.grades(JUDGEMENTS, languages, profiles)
    files.refuse()
    return Judged(
        list(challenges.values()), {one["key"]: one for one in translations.values()}, grades
    )


@dataclass(frozen=True)
class _Files:
    """Reads the files of one folder and gathers what is wrong with them."""

    folder: Path
    #: Which file uses a key.
    keys: dict[str, str] = field(default_factory=dict)
    _mistakes: list[InvalidInput] = field(default_factory=list)

    def note(self, file: str, *where_and_why: str) -> None:
        """Gather one mistake."""
        self._mistakes.append(InvalidInput(file, ": ".join(where_and_why)))

    def refuse(self) -> None:
        """Raise the first mistake, if there is any."""
        if not self._mistakes:
            return
        first, more = self._mistakes[0], len(self._mistakes) - 1
        raise InvalidInput(first.field, first.reason + (f" And {more} more." if more else ""))

    def records(self, file: str, schema: ma.Schema) -> dict[int, Record]:
        """Return the good records of a file by number; the others are gathered as mistakes."""
        text = self.text(file)
        if text is None:
            return {}
        try:
            given = json.loads(text)
        except json.JSONDecodeError as error:
            self.note(file, f"line {error.lineno}", f"not JSON ({error.msg}).")
            return {}
        if not isinstance(given, list):
            self.note(file, "write a list of records.")
            return {}
        good = {}
        for number, one in enumerate(given, start=1):
            try:
                record = schema.load(one)
            except ma.ValidationError as error:
                for where, why in _flat(error.messages):
                    self.note(file, _at(number, one), *where, why)
                self.keys.setdefault(_key(one) or "", file)  # those who point to it are right
                continue
            if record["key"] in self.keys:
                why = f"it is used in {self.keys[record['key']]} already."
                self.note(file, _at(number, record), "key", why)
            self.keys.setdefault(record["key"], file)
            good[number] = record
        return good

    def grades(
        self, file: str, challenges: Iterable[str], profiles: set[str]
    ) -> dict[str, dict[str, int]]:
        """Return the grades of a table: challenge key to profile key to grade."""
        rows = csv.reader(
            (self.text(file) or "").splitlines(), csv.excel_tab, quoting=csv.QUOTE_NONE
        )
        grades: dict[str, dict[str, int]] = {key: {} for key in challenges}
        if next(rows, _COLUMNS) != _COLUMNS:
            self.note(file, "line 1", f"write the columns {', '.join(_COLUMNS)}.")
            return grades
        for number, row in enumerate(rows, start=2):
            wrong = _wrong_judgement(row, grades, profiles)
            if wrong:
                self.note(file, f"line {number}", *wrong)
            else:
                grades[row[0]][row[1]] = int(row[2])
        return grades

    def text(self, file: str) -> str | None:
        """Return what a file says; None when it can't be read."""
        try:
            return (self.folder / file).read_text(encoding="utf-8")
        except OSError as error:
            self.note(file, f"can't be read ({error.strerror}).")
        except UnicodeDecodeError as error:
            self.note(file, f"byte {error.start}", "not UTF-8.")
        return None


def _wrong_judgement(
    row: Sequence[str], grades: Mapping[str, Mapping[str, int]], profiles: set[str]
) -> tuple[str, ...]:
    """Return column and reason of what is wrong with a judgement; nothing when it is right."""
    if len(row) != len(_COLUMNS):
        return (f"write {', '.join(_COLUMNS)} with tabs between.",)
    challenge, profile, grade = row
    if challenge not in grades:
        return "challenge", f"none is called {challenge}."
    if profile not in profiles:
        return "profile", f"none is called {profile}."
    if profile in grades[challenge]:
        return "profile", f"{profile} is judged twice for {challenge}."
    if grade not in _GRADES:
        return "grade", "write 0, 1, 2 or 3."
    return ()


def _at(number: int, record: object) -> str:
    return f"record {number} ({_key(record) or 'without key'})"


def _key(record: object) -> str | None:
    key = record.get("key") if isinstance(record, dict) else None
    return key if isinstance(key, str) else None


def _flat(messages: Any, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give (field, reason) for every mistake that marshmallow nests in lists and dicts."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _flat(inner, *path, str(name))
    else:
        where = (".".join(path),) if path and path != ("_schema",) else ()
        for message in messages if isinstance(messages, list) else [messages]:
            yield where, str(message)


def _profile(kind: type[Profile], record: Record) -> Profile:
    values = dict(record)
    key, place, evidence = values.pop("key"), values.pop("place"), values.pop("evidence")
    if kind is Organisation:
        parent = values.pop("parent")
        values["parent_id"] = id_of(parent) if parent else None
        values["identifiers"] = [
            Identifier(scheme=scheme, value=normalised(scheme, values[scheme.value]))
            for scheme in (IdentifierScheme.ROR, IdentifierScheme.CVR)
            if values[scheme.value]
        ]
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


def _challenge(record: Record) -> Challenge:
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
