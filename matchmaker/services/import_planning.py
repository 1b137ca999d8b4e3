"""What a file would change: each row against what is stored, nothing written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from matchmaker.models import ImportFormat, Profile, ProfileKind, RowOutcome, Standing
from matchmaker.services.exchange import records
from matchmaker.services.exchange.records import (
    EVIDENCE_SAYS,
    Problem,
    Raw,
    Record,
    RowRefused,
    Unreadable,
    columns_of,
    lacking,
    plain,
)
from matchmaker.services.recognition import nearest
from matchmaker.storage import identifiers, profiles


@dataclass(frozen=True, kw_only=True)
class PlannedRow:
    """What happens with one row."""

    number: int
    outcome: RowOutcome
    name: str = ""
    #: Set when there is something to write; its id is settled.
    record: Record | None = None
    profile_id: UUID | None = None
    #: Revision of the profile that was compared; None when it is new.
    revision: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    problems: Sequence[Problem] = ()


@dataclass
class Planner:
    """Plans the rows of one file, batch by batch; remembers whom it has met in it."""

    format: ImportFormat
    #: Eight bytes for each id and identifier in the file: all that is kept of a row.
    _met: set[bytes] = field(default_factory=set)
    _parents: set[UUID] = field(default_factory=set)

    def plan(self, session: Session, rows: Iterable[Raw | Unreadable]) -> list[PlannedRow]:
        """Return what happens with these rows, in their order."""
        read = [_read(row) for row in rows]
        given = [one for one in read if isinstance(one, Record)]
        owners = identifiers.owners(session, (pair for one in given for pair in one.identifiers))
        wanted = {one.id or one.derived_id for one in given if one.id or not one.identifiers}
        wanted.update(owners.values())
        stored = {one.id: one for one in profiles.with_evidence(session, wanted)}
        parents = {one.values["parent_id"] for one in given if one.values.get("parent_id")}
        self._parents |= profiles.existing(session, parents) if parents else set()
        return [
            self._planned(one, owners, stored) if isinstance(one, Record) else one for one in read
        ]

    def _planned(
        self,
        record: Record,
        owners: Mapping[identifiers.Pair, UUID],
        stored: Mapping[UUID, Profile],
    ) -> PlannedRow:
        try:
            target = _target(record, owners)
            known = stored.get(target) if target else None
            if not self._is_first(record, target):
                return self._again(record, target)
            settled = replace(record, id=target or uuid4())
            if known is None:
                return self._new(settled)
            return _compared(settled, known)
        except RowRefused as refused:
            return _refused(record.number, refused.problems, record.name)

    def _is_first(self, record: Record, target: UUID | None) -> bool:
        keys = [f"{scheme}:{value}" for scheme, value in record.identifiers]
        if target is not None:
            keys.append(str(target))
        digests = {hashlib.blake2b(key.encode(), digest_size=8).digest() for key in keys}
        met = bool(digests & self._met)
        self._met |= digests
        return not met

    def _again(self, record: Record, target: UUID | None) -> PlannedRow:
        if self.format is ImportFormat.CORDIS_ORGANISATIONS:
            # The file has a row for each project that an organisation took part in.
            return PlannedRow(
                number=record.number,
                outcome=RowOutcome.UNCHANGED,
                name=record.name,
                profile_id=target,
            )
        words = (
            "An earlier row of this file has the same id or identifier."
            if record.id or record.identifiers
            else "An earlier row has the same name and town; tell them apart with an identifier."
        )
        return _refused(record.number, [Problem("", words)], record.name)

    def _new(self, record: Record) -> PlannedRow:
        problems = lacking(record)
        parent = record.values.get("parent_id")
        if parent is not None and parent not in self._parents:
            words = "The organisation above it is neither stored nor in an earlier row."
            problems = (*problems, Problem("parent_id", words))
        if problems:
            return _refused(record.number, problems, record.name)
        if record.kind is ProfileKind.ORGANISATION and record.id is not None:
            self._parents.add(record.id)
        if "language" not in record.values:
            record.values["language"] = _language(record)
        return PlannedRow(
            number=record.number,
            outcome=RowOutcome.NEW,
            name=record.name,
            record=record,
            profile_id=record.id,
        )


def _read(row: Raw | Unreadable) -> Record | PlannedRow:
    if isinstance(row, Unreadable):
        return _refused(row.number, row.problems, row.name)
    try:
        return records.read(row)
    except RowRefused as refused:
        return _refused(row.number, refused.problems, refused.name)


def _refused(number: int, problems: Sequence[Problem], name: str) -> PlannedRow:
    return PlannedRow(
        number=number, outcome=RowOutcome.REFUSED, name=name, problems=tuple(problems)
    )


def _target(record: Record, owners: Mapping[identifiers.Pair, UUID]) -> UUID | None:
    """Return the id that a row speaks of; None when its identifiers are nobody's yet.

    Raises:
        RowRefused: it speaks of two profiles.

    """
    found = {owners[pair] for pair in record.identifiers if pair in owners}
    if record.id is not None:
        found.add(record.id)
    if len(found) > 1:
        raise RowRefused(
            Problem("identifiers", "Its id and identifiers belong to different profiles.")
        )
    if found:
        return found.pop()
    return None if record.identifiers else record.derived_id


def _compared(record: Record, known: Profile) -> PlannedRow:
    if known.kind is not record.kind:
        raise RowRefused(Problem("kind", f"It is stored as {known.kind}, not as {record.kind}."))
    if known.standing is Standing.MERGED:
        words = f"It became a part of {known.merged_into_id}; send that id."
        raise RowRefused(Problem("id", words))
    changes = differences(record, known)
    return PlannedRow(
        number=record.number,
        outcome=RowOutcome.CHANGED if changes else RowOutcome.UNCHANGED,
        name=record.name or known.name,
        record=record if changes else None,
        profile_id=known.id,
        revision=known.revision,
        changes=changes,
    )


def differences(record: Record, known: Profile) -> dict[str, list[object]]:
    """Return field to its value before and after, for what a record would change."""
    changes: dict[str, list[object]] = {}
    for name, value in columns_of(record).items():
        before = getattr(known, name)
        if before != value:
            changes[name] = [plain(before), plain(value)]
    if record.evidence is not None:
        language = record.values.get("language", known.language)
        after = [said(item, language) for item in record.evidence]
        before_items = [
            {name: getattr(item, name) for name in EVIDENCE_SAYS} for item in known.evidence
        ]
        if after != before_items:
            changes["evidence"] = [before_items, after]
    has = {(item.scheme, item.value) for item in known.identifiers}
    added = [
        f"{scheme}:{value}" for scheme, value in record.identifiers if (scheme, value) not in has
    ]
    if added:
        before_pairs = sorted(f"{scheme}:{value}" for scheme, value in has)
        changes["identifiers"] = [before_pairs, [*before_pairs, *added]]
    return changes


def said(item: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return what an item of evidence says, in the language of its profile unless it has one."""
    return {name: item[name] for name in EVIDENCE_SAYS} | {"language": item["language"] or language}


def _language(record: Record) -> str:
    texts = [record.values.get(name) or "" for name in ("summary", "description")]
    texts += [item["text"] for item in record.evidence or ()]
    text = " ".join(one for one in texts if one)
    if not any(map(str.isalpha, text)):
        return "da" if record.values.get("country", "DK") == "DK" else "en"
    return nearest(text)
