"""Records: a row or a JSON object that has been read, and the profile that it makes."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from matchmaker.errors import InvalidInput
from matchmaker.models import (
    Activity,
    Evidence,
    EvidenceKind,
    Expert,
    Identifier,
    IdentifierScheme,
    Organisation,
    Profile,
    ProfileKind,
    Standing,
    Student,
    Visibility,
    normalised,
)
from matchmaker.models.gazetteer import find_place
from matchmaker.services.exchange import fields as reading
from matchmaker.services.exchange.fields import fields_of

CLASSES: Mapping[ProfileKind, type[Profile]] = {
    ProfileKind.EXPERT: Expert,
    ProfileKind.ORGANISATION: Organisation,
    ProfileKind.STUDENT: Student,
    ProfileKind.ACTIVITY: Activity,
}
#: Kinds that are people.
PEOPLE = frozenset({ProfileKind.EXPERT, ProfileKind.STUDENT})
#: Names the ids of rows that bring neither an id nor an identifier.
_NAMESPACE = UUID("a0a4cf6e-2a0e-4a2b-9d3c-6b0de2ad2f6c")
MOST_EVIDENCE = 500
_EVIDENCE_TITLE = reading.text(300)
_EVIDENCE_TEXT = reading.text(10_000, one_line=False)
_EVIDENCE_KIND = reading.one_of(EvidenceKind)
_EVIDENCE_YEAR = reading.maybe(reading.whole(1000, 2200))
_LANGUAGE = reading.pattern("[a-z]{2}", "Use a two-letter language code such as da or en.")
#: What evidence says; the owner's word on it stands apart.
EVIDENCE_SAYS = ("kind", "title", "text", "language", "year")
_EVIDENCE_VISIBILITY = reading.with_default(reading.one_of(Visibility), Visibility.PUBLIC)
_EVIDENCE_KINDS = {one.value: one for one in EvidenceKind}
_VISIBILITIES = {one.value: one for one in Visibility}
_ITEM = frozenset({"id", "position", "pinned", "excluded", "visibility", *EVIDENCE_SAYS})


@dataclass(frozen=True)
class Problem:
    """What has to change in a row; an empty column means the row as a whole."""

    column: str
    reason: str

    def as_json(self) -> dict[str, str]:
        """Return it as it is stored with the row."""
        return {"column": self.column, "reason": self.reason}


class RowRefused(Exception):
    """A row that can't be read, with everything that has to change in it."""

    def __init__(self, *problems: Problem, name: str = "") -> None:
        self.problems = problems
        self.name = name
        super().__init__("; ".join(f"{one.column}: {one.reason}" for one in problems))


@dataclass(frozen=True, kw_only=True)
class Raw:
    """A row as a format hands it over: field to what stands there."""

    number: int
    kind: ProfileKind
    values: Mapping[str, object]
    #: Field to the column it stands in, for those who have to mend it.
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A row that a format could not hand over."""

    number: int
    problems: tuple[Problem, ...]
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A row that has been read: fields that it does not name are not in it."""

    number: int
    kind: ProfileKind
    #: As the row gives it; None when it is known by its identifiers or its name.
    id: UUID | None
    values: dict[str, Any]
    #: None when the row says nothing of evidence.
    evidence: list[dict[str, Any]] | None = None
    identifiers: tuple[tuple[IdentifierScheme, str], ...] = ()
    #: The university whose student it is; None where a name and a town say who is meant.
    of: UUID | None = None

    @property
    def name(self) -> str:
        """Name of the profile."""
        return str(self.values.get("name", ""))

    @property
    def derived_id(self) -> UUID:
        """Id of a row with neither id nor identifier: the same name and town is the same one."""
        where = self.values.get("postcode") or self.values.get("city") or ""
        whose = f"|{self.of}" if self.of else ""
        return uuid5(_NAMESPACE, f"{self.kind}|{_key(self.name)}|{where}{whose}")


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def read(raw: Raw) -> Record:
    """Return the record of a row.

    Raises:
        RowRefused: with every problem of the row at once.

    """
    known = fields_of(raw.kind)
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    identity: UUID | None = None
    evidence: list[dict[str, Any]] | None = None
    identifiers: dict[tuple[IdentifierScheme, str], None] = {}
    for name, given in raw.values.items():
        try:
            if name in known:
                values[name] = known[name].read(given)
            elif name == "id":
                identity = _maybe_identity(given)  # type: ignore[assignment]  # a UUID or None
            elif name == "evidence":
                evidence = _read_evidence(given)
            elif name == "identifiers":
                identifiers.update(dict.fromkeys(_read_identifiers(given)))
            elif name in _SCHEMES:
                identifiers.update(dict.fromkeys(_read_scheme(_SCHEMES[name], given)))
            else:
                raise ValueError(f"A {raw.kind} has no field {name}.")  # noqa: TRY301
        except InvalidInput as error:
            problems.append(Problem(raw.columns.get(name, name), error.reason))
        except ValueError as error:
            problems.append(Problem(raw.columns.get(name, name), str(error)))
    if problems:
        raise RowRefused(*problems, name=str(values.get("name", "")))
    _find_place(values)
    return Record(
        number=raw.number,
        kind=raw.kind,
        id=identity,
        values=values,
        evidence=evidence,
        identifiers=tuple(identifiers),
    )


def lacking(record: Record) -> tuple[Problem, ...]:
    """Return what a new profile would need and this record does not bring."""
    return tuple(
        Problem(field.name, "A new profile needs this.")
        for field in fields_of(record.kind).values()
        if field.required and field.name not in record.values
    )


_maybe_identity = reading.maybe(reading.identity)
_SCHEMES = {scheme.value: scheme for scheme in IdentifierScheme}
_NOTHING = (None, "")


def _read_identifiers(raw: object) -> Iterable[tuple[IdentifierScheme, str]]:
    """Read ``[{"scheme": "ror", "value": "04qtj9h94"}, …]``, or lines of ``ror:04qtj9h94``."""
    if raw in _NOTHING:
        return
    given = raw if isinstance(raw, list) else str(raw).splitlines()
    for one in given:
        if isinstance(one, dict):
            name, value = str(one.get("scheme", "")), str(one.get("value", ""))
        else:
            name, _, value = str(one).partition(":")
        if name.strip() not in _SCHEMES:
            raise ValueError(f"Write scheme:value with one of {', '.join(_SCHEMES)}.")
        scheme = _SCHEMES[name.strip()]
        yield scheme, normalised(scheme, value)


def _read_scheme(scheme: IdentifierScheme, raw: object) -> Iterable[tuple[IdentifierScheme, str]]:
    if raw in _NOTHING:
        return
    given = raw if isinstance(raw, list) else [str(raw).removesuffix(".0")]
    for one in given:
        if str(one).strip():
            yield scheme, normalised(scheme, str(one))


def _read_evidence(raw: object) -> list[dict[str, Any]]:
    """Read a list of items; of a cell, JSON or one item a line."""
    if raw in _NOTHING:
        return []
    if isinstance(raw, str):
        if raw.lstrip().startswith("["):
            try:
                raw = json.loads(raw)
            except ValueError:
                raise ValueError("This begins like JSON, but is none.") from None
        else:
            raw = [{"text": line.strip()} for line in raw.splitlines() if line.strip()]
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise ValueError("Write a list of items, each with kind, title, text, language and year.")
    if len(raw) > MOST_EVIDENCE:
        raise ValueError(f"Use at most {MOST_EVIDENCE} items.")
    return [_read_item(one, position) for position, one in enumerate(raw, start=1)]


def _read_item(given: Mapping[str, object], position: int) -> dict[str, Any]:
    try:
        unknown = given.keys() - _ITEM
        if unknown:
            raise ValueError(f"there is no field {min(unknown)}.")  # noqa: TRY301
        language = given.get("language")
        return {
            "id": _maybe_identity(given.get("id")),
            "kind": _EVIDENCE_KIND(given.get("kind") or EvidenceKind.FIELD.value),
            "title": _EVIDENCE_TITLE(given.get("title")),
            "text": _EVIDENCE_TEXT(given.get("text")),
            "language": _LANGUAGE(language) if language else None,
            "year": _EVIDENCE_YEAR(given.get("year")),
            "pinned": given.get("pinned") is True,
            "excluded": given.get("excluded") is True,
            "visibility": _EVIDENCE_VISIBILITY(given.get("visibility")),
        }
    except ValueError as error:
        raise ValueError(f"Item {position}: {error}") from None


def _find_place(values: dict[str, Any]) -> None:
    """Give a Danish place its coordinates when the file has no columns for them."""
    if "latitude" in values or "longitude" in values or values.get("country", "DK") != "DK":
        return
    written = values.get("postcode") or values.get("municipality") or values.get("city")
    place = find_place(written) if written else None
    if place is not None:
        values["latitude"], values["longitude"] = place.latitude, place.longitude
        for name in ("city", "municipality"):
            if not values.get(name) and (found := getattr(place, name)):
                values[name] = found


def columns_of(record: Record) -> dict[str, Any]:
    """Return the columns that a record sets: its fields, and what follows from its identifiers."""
    if record.kind is not ProfileKind.ORGANISATION:
        return dict(record.values)
    first: dict[IdentifierScheme, str] = {}
    for scheme, value in record.identifiers:
        first.setdefault(scheme, value)
    columns = dict(record.values)
    if IdentifierScheme.ROR in first:
        columns["ror"] = f"https://ror.org/{first[IdentifierScheme.ROR]}"
    if IdentifierScheme.CVR in first:
        columns["cvr"] = first[IdentifierScheme.CVR]
    return columns


def standing_of(kind: ProfileKind) -> Standing:
    """Return how an imported profile begins: people are hidden until they, or staff, confirm."""
    return Standing.IMPORTED if kind in PEOPLE else Standing.LIVE


def profile_of(record: Record, *, language: str, at: datetime) -> Profile:
    """Return the new profile of a record.

    Args:
        record: the record; its id is set.
        language: ISO 639-1 code of its texts when it names none.
        at: when it is made.

    """
    columns = {"language": language, "summary": "", **columns_of(record)}
    return CLASSES[record.kind](
        standing=standing_of(record.kind),
        id=record.id or uuid4(),
        updated_at=at,
        evidence=[
            evidence_of(item, position, columns["language"])
            for position, item in enumerate(record.evidence or ())
        ],
        identifiers=[
            Identifier(scheme=scheme, value=value) for scheme, value in record.identifiers
        ],
        **columns,
    )


def evidence_of(item: Mapping[str, Any], position: int, language: str) -> Evidence:
    """Return an item of evidence; without a language it has that of its profile."""
    return Evidence(
        **{
            **item,
            "id": item["id"] or uuid4(),
            "language": item["language"] or language,
            "position": position,
        }
    )


def staged(record: Record, revision: int | None) -> dict[str, Any]:
    """Return a record for JSON, which keeps ids and days by ``str``; :func:`unstaged` reads it."""
    return {
        "number": record.number,
        "kind": record.kind,
        "revision": revision,
        "id": str(record.id),
        "values": record.values,
        "evidence": record.evidence,
        "identifiers": record.identifiers,
    }


def unstaged(given: Mapping[str, Any]) -> tuple[Record, int | None]:
    """Return the record and revision that :func:`staged` wrote."""
    kind = ProfileKind(given["kind"])
    known = fields_of(kind)
    return (
        Record(
            number=given["number"],
            kind=kind,
            id=UUID(given["id"]),
            values={
                name: value
                if value is None or (restore := known[name].restore) is None
                else restore(value)
                for name, value in given["values"].items()
            },
            evidence=given["evidence"] and [_restored(one) for one in given["evidence"]],
            identifiers=tuple(
                (IdentifierScheme(scheme), value) for scheme, value in given["identifiers"]
            ),
        ),
        given["revision"],
    )


def _restored(item: dict[str, Any]) -> dict[str, Any]:
    """Return the same item with its values as they were; JSON made it, nobody else has it."""
    identity = item["id"]
    item["id"] = identity and UUID(identity)
    item["kind"] = _EVIDENCE_KINDS[item["kind"]]
    item["visibility"] = _VISIBILITIES[item["visibility"]]
    return item


def plain(value: object) -> object:
    """Return a value as JSON keeps it."""
    if isinstance(value, date | UUID):
        return str(value)
    return value
