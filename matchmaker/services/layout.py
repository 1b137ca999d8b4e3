"""A judged set in a folder of plain files; docs/how-to/evaluate-a-set.md describes the layout.

Lenient where people differ (a heading or none, numbers as ids, passages as text or objects),
strict where a slip would change a figure without a word (ids that nobody has).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matchmaker.errors import InvalidInput
from matchmaker.models import EvidenceKind, Place
from matchmaker.models.gazetteer import find_place
from matchmaker.models.regions import find_region
from matchmaker.services.judged_set import (
    DEFAULT_EVIDENCE,
    DEFAULT_KIND,
    JudgedSet,
    SetPassage,
    SetProfile,
    SetQuery,
)
from matchmaker.services.layout_judgements import read_judgements, read_left_out
from matchmaker.services.set_index import KINDS

QUERIES, PROFILES = "queries.jsonl", "profiles.jsonl"
#: How people write the codes that we know by another name.
_CODES = {
    **dict.fromkeys(("no", "nn", "nob", "nno", "nor", "norwegian", "norsk"), "nb"),
    **dict.fromkeys(("dan", "danish", "dansk", "dk"), "da"),
    **dict.fromkeys(("eng", "english", "engelsk"), "en"),
    **dict.fromkeys(("swe", "swedish", "svensk", "se"), "sv"),
    **dict.fromkeys(("deu", "ger", "german", "tysk"), "de"),
}
_KIND_WORDS = {"organization": "organisation", "person": "expert", "researcher": "expert"}


@dataclass
class Unknown:
    """Places that the gazetteer does not have: told, not refused, because they cost one feature."""

    places: list[str] = field(default_factory=list)


def read_layout(folder: Path, unknown: Unknown | None = None) -> JudgedSet:
    """Return the judged set in a folder.

    Args:
        folder: holds ``queries.jsonl``, ``profiles.jsonl`` and judgements.
        unknown: gets the places that are not known.

    Raises:
        InvalidInput: names file, line and field of the first mistake.

    """
    unknown = unknown or Unknown()
    queries = [
        SetQuery(
            id=at.id(record),
            text=at.text(record),
            language=at.language(record),
            place=at.place(record, unknown.places.append),
        )
        for at, record in _records(folder / QUERIES)
    ]
    query_ids = _unique(QUERIES, [one.id for one in queries])
    counts: dict[str, int] = {}
    ids = []
    for profile in _profiles(folder / PROFILES, unknown.places.append):
        ids.append(profile.id)
        counts[profile.id] = len(profile.passages)
    _unique(PROFILES, ids)
    if not queries or not ids:
        raise InvalidInput(QUERIES if not queries else PROFILES, "it has no records.")
    return JudgedSet(
        name=folder.resolve().name,
        queries=queries,
        profile_ids=ids,
        profiles=lambda: _profiles(folder / PROFILES, lambda _: None),
        content=_digest(folder / PROFILES),
        judgements=read_judgements(folder, query_ids, counts),
        left_out=read_left_out(folder, query_ids, counts),
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unique(file: str, ids: list[str]) -> Container[str]:
    seen: set[str] = set()
    for number, one in enumerate(ids, start=1):
        if one in seen:
            raise InvalidInput(file, f"record {number}: id: {one!r} is used twice.")
        seen.add(one)
    return seen


def _profiles(path: Path, note: Callable[[str], object]) -> Iterator[SetProfile]:
    for at, record in _records(path):
        language = at.language(record)
        yield SetProfile(
            id=at.id(record),
            kind=at.kind(record),
            language=language,
            place=at.place(record, note),
            passages=tuple(at.passages(record)),
        )


def _records(path: Path) -> Iterator[tuple[_Line, Mapping[str, Any]]]:
    """Give the objects of a file of JSON lines; empty lines are passed over."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise InvalidInput(path.name, f"there is no such file in {path.parent.name}.") from None
    with file:
        for number, raw in enumerate(file, start=1):
            at = _Line(path.name, number)
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError as error:
                raise at.wrong(None, f"byte {error.start} is not UTF-8.") from None
            if not text:
                continue
            try:
                record = json.loads(text)
            except ValueError as error:
                raise at.wrong(None, f"not JSON ({error}).") from None
            if not isinstance(record, dict):
                raise at.wrong(None, "write one object a line.")
            yield at, record


@dataclass(frozen=True)
class _Line:
    """Reads the fields of one record, and names file and line of a mistake."""

    file: str
    number: int

    def wrong(self, name: str | None, why: str) -> InvalidInput:
        where = f"line {self.number}: " + (f"{name}: " if name else "")
        return InvalidInput(self.file, where + why)

    def id(self, record: Mapping[str, Any]) -> str:
        value = record.get("id")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.wrong("id", "write a text or a number.")
        text = str(value).strip()
        if not text or "\t" in text:
            raise self.wrong("id", "write at least one character, and no tabs.")
        return text

    def text(self, record: Mapping[str, Any]) -> str:
        value = record.get("text")
        if not isinstance(value, str) or not value.strip():
            raise self.wrong("text", "write a text that says something.")
        return value

    def language(self, record: Mapping[str, Any], name: str = "language") -> str | None:
        value = record.get("language")
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self.wrong(name, "write a code such as da or en.")
        whole = value.strip().casefold()
        code = whole.replace("_", "-").split("-")[0]
        return _CODES.get(code, code)

    def kind(self, record: Mapping[str, Any]) -> str:
        value = record.get("kind") or DEFAULT_KIND
        kind = str(value).strip().casefold().replace("_", "-").replace(" ", "-")
        kind = _KIND_WORDS.get(kind, kind)
        if kind not in KINDS:
            raise self.wrong("kind", f"{value!r} is none of {', '.join(KINDS)}.")
        return kind

    def place(self, record: Mapping[str, Any], note: Callable[[str], object]) -> Place:
        value = record.get("place")
        if value is None or value == "":
            return Place()
        if isinstance(value, list) and len(value) == 2:
            value = ",".join(map(str, value))
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.wrong("place", "write a text.")
        text = f"{value:04}" if isinstance(value, int) else value.strip()
        coordinates = _coordinates(text)
        if coordinates is not None:
            latitude, longitude = coordinates
            if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
                raise self.wrong("place", "write degrees as latitude,longitude.")
            return Place(latitude=latitude, longitude=longitude)
        found = find_region(text) or find_place(text)
        if found is None:
            note(text)
        return found or Place()

    def passages(self, record: Mapping[str, Any]) -> Iterator[SetPassage]:
        value = record.get("passages", [])
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            raise self.wrong("passages", "write a list of texts.")
        for position, one in enumerate(value):
            name = f"passages[{position}]"
            if isinstance(one, str):
                yield SetPassage(text=one)
                continue
            if not isinstance(one, dict) or not isinstance(one.get("text"), str):
                raise self.wrong(name, 'write a text, or an object with "text".')
            yield SetPassage(
                text=one["text"],
                language=self.language(one, f"{name}.language"),
                kind=self._evidence_kind(one.get("kind"), name),
                year=self._year(one.get("year"), name),
            )

    def _evidence_kind(self, value: object, name: str) -> EvidenceKind:
        try:
            return EvidenceKind(str(value).strip().casefold()) if value else DEFAULT_EVIDENCE
        except ValueError:
            known = ", ".join(kind.value for kind in EvidenceKind)
            raise self.wrong(f"{name}.kind", f"{value!r} is none of {known}.") from None

    def _year(self, value: object, name: str) -> int | None:
        if value is None or value == "":
            return None
        try:
            return int(str(value).strip()[:4])
        except ValueError:
            raise self.wrong(f"{name}.year", f"{value!r} is no year.") from None


def _coordinates(text: str) -> tuple[float, float] | None:
    parts = text.replace(";", ",").split(",")
    if len(parts) != 2:
        return None
    try:
        latitude, longitude = map(float, parts)
    except ValueError:
        return None
    return (latitude, longitude) if math.isfinite(latitude + longitude) else None
