"""Planned rows into the tables: new ones in bulk, changed ones through their profile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import (
    AuditAction,
    Evidence,
    Identifier,
    Organisation,
    Profile,
    RevisionCause,
    Standing,
)
from matchmaker.models.snapshot import snapshot_of
from matchmaker.services.clock import Clock
from matchmaker.services.exchange.records import (
    EVIDENCE_SAYS,
    Problem,
    Record,
    columns_of,
    evidence_of,
    profile_of,
)
from matchmaker.services.import_rows import insert_alone, parts_of
from matchmaker.services.profiles import parents_first, settle_families
from matchmaker.services.recording import record_profile
from matchmaker.storage import audit, evidence, history, identifiers, profiles
from matchmaker.storage.bulk import insert_profiles

#: A record and the revision it was compared with; None when it is new.
Planned = tuple[Record, int | None]

_MADE = "Somebody stored this profile after the preview; make a new preview."
_GONE = "The profile was deleted after the preview."
_CHANGED = "The profile was changed after the preview; make a new preview."
_OWNED = "The student took over this profile after the preview; make a new preview."
_PART = "The profile became a part of another one after the preview; make a new preview."
_TAKEN = "Another profile has one of its identifiers since the preview."
_NOT_ITS_ITEM = "Another profile has an item with this id; leave the id out for a new item."
_NO_PARENT = "The organisation above it is not stored."


def write(
    session: Session,
    planned: Sequence[Planned],
    clock: Clock,
    *,
    by: UUID | None = None,
    run_id: UUID | None = None,
    owned: Collection[UUID] = (),
) -> dict[int, Problem]:
    """Write a batch; return row number to problem for those that no longer can be.

    Each profile gets its line in the audit log; one that changes, its revisions too.

    Args:
        session: a writing one; nothing is committed here.
        planned: records with their ids settled.
        clock: tells when.
        by: the account; None for the shell.
        run_id: the import that the rows are of; None for a bulk write.
        owned: profiles whose owners alone say what stands in them.

    """
    origin = {} if run_id is None else {"import": str(run_id)}
    owners = identifiers.owners(
        session, (pair for record, _ in planned for pair in record.identifiers)
    )
    stored = {
        one.id: one
        for one in profiles.with_evidence(
            session, [_id(record) for record, revision in planned if revision is not None]
        )
    }
    new_ids = [_id(record) for record, revision in planned if revision is None]
    made_since = profiles.existing(session, new_ids) if new_ids else set()
    problems = _with_items_of_others(session, [record for record, _ in planned])
    new: list[Record] = []
    for record, revision in planned:
        known = stored.get(_id(record))
        if record.number in problems:
            continue
        if record.id in owned:
            problems[record.number] = Problem("", _OWNED)
            continue
        problem = _conflict(record, revision, known, owners, made_since)
        if problem is not None:
            problems[record.number] = problem
        elif known is None:
            new.append(record)
        else:
            said = snapshot_of(known)
            history.keep_present(session, known)
            bring(session, record, known, clock)
            now = clock()
            history.write(session, known, RevisionCause.IMPORTED, by=by, at=now)
            deed = AuditAction.IMPORT
            record_profile(session, known, deed, by=by, at=now, before=said, **origin)
    problems.update(_insert(session, new, clock))
    made = [_id(one) for one in new if one.number not in problems]
    audit.add_for_profiles(
        session,
        made,
        {"at": clock(), "account_id": by, "action": AuditAction.IMPORT, "after": origin},
    )
    return problems


def _id(record: Record) -> UUID:
    assert record.id is not None  # noqa: S101 - planning settles it
    return record.id


def _with_items_of_others(session: Session, records: Sequence[Record]) -> dict[int, Problem]:
    """Return the rows that name an item of evidence which another profile has, stored or above."""
    named = [(record, item["id"]) for record in records for item in record.evidence or ()]
    given = [(record, one) for record, one in named if one is not None]
    owner = evidence.owners(session, {one for _, one in given})
    return {
        record.number: Problem("evidence", _NOT_ITS_ITEM)
        for record, one in given
        if owner.setdefault(one, _id(record)) != record.id
    }


def _conflict(
    record: Record,
    revision: int | None,
    known: Profile | None,
    owners: Mapping[identifiers.Pair, UUID],
    made_since: set[UUID],
) -> Problem | None:
    if revision is None and record.id in made_since:
        return Problem("", _MADE)
    if revision is not None and known is None:
        return Problem("", _GONE)
    if known is not None and known.standing is Standing.MERGED:
        return Problem("", _PART)
    if known is not None and known.revision != revision:
        return Problem("", _CHANGED)
    taken = {owners[pair] for pair in record.identifiers if pair in owners} - {record.id}
    return Problem("identifiers", _MADE if revision is None else _TAKEN) if taken else None


def bring(session: Session, record: Record, known: Profile, clock: Clock) -> None:
    """Bring a stored profile to what a record says; the owner's word on evidence stays."""
    at = clock()
    if record.evidence is not None:
        language = record.values.get("language", known.language)
        given = [
            evidence_of(item, position, language) for position, item in enumerate(record.evidence)
        ]
        if [_said(item) for item in given] != [_said(item) for item in known.evidence]:
            known.replace_evidence(_kept(known.evidence, given), at=at)
    has = {(item.scheme, item.value) for item in known.identifiers}
    known.identifiers.extend(
        Identifier(scheme=scheme, value=value)
        for scheme, value in record.identifiers
        if (scheme, value) not in has
    )
    known.revise(at=at, **columns_of(record))
    if isinstance(known, Organisation) and record.values.keys() & {
        "parent_id",
        "organisation_type",
    }:
        settle_families(session, [known], clock)
    session.flush()


def _said(item: Evidence) -> tuple[object, ...]:
    return tuple(getattr(item, name) for name in EVIDENCE_SAYS)


def _kept(stored: Sequence[Evidence], given: Sequence[Evidence]) -> list[Evidence]:
    """Return the given items; one that is stored already, by id or by words, stays the same."""
    by_id = {item.id: item for item in stored}
    by_words = {_said(item): item for item in stored}
    kept: list[Evidence] = []
    for item in given:
        same = by_id.get(item.id) or by_words.get(_said(item))
        if same is None or same in kept:
            kept.append(item)
            continue
        for name in EVIDENCE_SAYS:
            setattr(same, name, getattr(item, name))
        kept.append(same)
    return kept


def _insert(session: Session, new: Sequence[Record], clock: Clock) -> dict[int, Problem]:
    """Insert new profiles, those that are a part of another one after the others."""
    if not new:
        return {}
    at = clock()
    alone, parts = parts_of(new)
    insert_alone(session, alone, at)
    if not parts:
        return {}
    known = profiles.existing(session, {one.values["parent_id"] for one in parts})
    known |= {_id(one) for one in parts}
    problems = {
        one.number: Problem("parent_id", _NO_PARENT)
        for one in parts
        if one.values["parent_id"] not in known
    }
    made = [profile_of(one, language="da", at=at) for one in parts if one.number not in problems]
    settle_families(session, made, clock)
    insert_profiles(session, parents_first(made))
    return problems
