"""What a file would change: each row against what is stored, nothing written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from matchmaker.models import (
    IdentifierScheme,
    ImportFormat,
    Profile,
    ProfileKind,
    RowOutcome,
    Standing,
)
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
from matchmaker.storage import accounts, cohorts, identifiers, profiles


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


@dataclass(frozen=True, kw_only=True)
class Campus:
    """The university whose students a file brings; it touches nobody else's profiles."""

    university_id: UUID
    name: str

    def own(self, scheme: IdentifierScheme, value: str) -> identifiers.Pair:
        """Return an identifier; a number of the university's own is no number of another one."""
        mark = f"{self.university_id.hex[:12]}-"
        if scheme is not IdentifierScheme.LOCAL or value.startswith(mark):
            return scheme, value
        return scheme, mark + value


@dataclass
class Planner:
    """Plans the rows of one file, batch by batch; remembers whom it has met in it."""

    format: ImportFormat
    #: None: a file of the cluster, about anybody.
    campus: Campus | None = None
    #: Eight bytes for each id and identifier in the file: all that is kept of a row.
    _met: set[bytes] = field(default_factory=set)
    _parents: set[UUID] = field(default_factory=set)
    #: Students of the campus in this batch, and those of them who own their profile.
    _own: set[UUID] = field(default_factory=set)
    _claimed: set[UUID] = field(default_factory=set)

    def plan(self, session: Session, rows: Iterable[Raw | Unreadable]) -> list[PlannedRow]:
        """Return what happens with these rows, in their order."""
        read = [_read(row) for row in rows]
        if self.campus is not None:
            read = _of_campus(session, self.campus, read)
        given = [one for one in read if isinstance(one, Record)]
        owners = identifiers.owners(session, (pair for one in given for pair in one.identifiers))
        wanted = {one.id or one.derived_id for one in given if one.id or not one.identifiers}
        wanted.update(owners.values())
        stored = {one.id: one for one in profiles.with_evidence(session, wanted)}
        if self.campus is not None:
            self._own = cohorts.of_university(session, self.campus.university_id, wanted)
            self._claimed = accounts.claimed_among(session, self._own)
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
            if self.campus is not None:
                return self._of_campus(settled, known)
            return _compared(settled, known)
        except RowRefused as refused:
            return _refused(record.number, refused.problems, record.name)

    def _of_campus(self, record: Record, known: Profile) -> PlannedRow:
        """Return what a university's file changes in a profile: in somebody else's, nothing.

        Raises:
            RowRefused: it is no student of the university.

        """
        if known.id not in self._own:
            raise RowRefused(Problem("identifiers", _NOT_YOURS))
        compared = _compared(record, known)
        return _left(compared) if known.id in self._claimed else compared

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


_NOT_YOURS = "This id or identifier can't be used here. Leave it out, or ask the cluster."
_THEIR_OWN = "The student keeps this profile themselves; what differs is left to them."


def _of_campus(
    session: Session, campus: Campus, read: Sequence[Record | PlannedRow]
) -> list[Record | PlannedRow]:
    """Return the rows as those of a university's students.

    Their institution is that university. Somebody of the same name and town elsewhere is another
    person: the id that follows from these follows from the university too, but for those whom
    the cluster brought into its cohorts.
    """
    given = [one for one in read if isinstance(one, Record)]
    known = cohorts.of_university(
        session, campus.university_id, {one.derived_id for one in given if one.id is None}
    )
    mine: list[Record | PlannedRow] = []
    for one in read:
        if not isinstance(one, Record):
            mine.append(one)
        elif one.kind is not ProfileKind.STUDENT:
            mine.append(_refused(one.number, [Problem("kind", "Bring students only.")], one.name))
        else:
            values = one.values | {"institution": campus.name}
            numbered = tuple(campus.own(*pair) for pair in one.identifiers)
            elsewhere = one.derived_id not in known
            mine.append(
                replace(
                    one,
                    values=values,
                    identifiers=numbered,
                    of=campus.university_id if elsewhere else None,
                )
            )
    return mine


def _left(compared: PlannedRow) -> PlannedRow:
    """Return the row of somebody who owns their profile: nothing of it is written."""
    if compared.record is None:
        return compared
    return replace(
        compared,
        outcome=RowOutcome.UNCHANGED,
        record=None,
        changes={},
        problems=(Problem("", _THEIR_OWN),),
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
