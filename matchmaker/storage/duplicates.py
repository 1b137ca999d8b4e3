"""Pairs of profiles that may be one, and what they are found by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, insert, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session, aliased

from matchmaker.models import (
    DuplicatePair,
    Identifier,
    IdentifierScheme,
    Organisation,
    Profile,
    ProfileKind,
    Standing,
    normalised,
)

IdPair = tuple[UUID, UUID]
_COMPARED = (Standing.LIVE, Standing.IMPORTED)


def compared(session: Session) -> list[Row[UUID, ProfileKind, str]]:
    """Return id, kind and folded name of the profiles that are compared, by id."""
    query = select(Profile.id, Profile.kind, Profile.folded_name).where(
        Profile.standing.in_(_COMPARED)
    )
    return list(session.execute(query.order_by(Profile.id)).all())


def identifiers(session: Session) -> list[tuple[UUID, str]]:
    """Return the identifiers of the profiles as texts that two of one thing share.

    Two profiles can't have one row of ``identifiers`` in common; what they share is a number that
    one has there and the other has written in a column of its own.
    """
    table, own = Organisation.__table__.c, Identifier.__table__.c
    columns = ((IdentifierScheme.ROR, table.ror), (IdentifierScheme.CVR, table.cvr))
    found = {
        (id_, f"{scheme}:{value}")
        for id_, scheme, value in session.execute(select(own.profile_id, own.scheme, own.value))
    }
    for scheme, column in columns:
        for id_, text in session.execute(select(table.id, column).where(column.is_not(None))):
            found.add((id_, f"{scheme}:{_normal(scheme, text)}"))
    return sorted(found)


def _normal(scheme: IdentifierScheme, text: str) -> str:
    try:
        return normalised(scheme, text)
    except ValueError:
        return text.strip().casefold()  # written by hand before it was checked


def changed_last(
    session: Session, after: Sequence[Any] | None, limit: int
) -> list[tuple[UUID, datetime]]:
    """Return id and time of the compared profiles, the last change first.

    Args:
        session: to read with.
        after: time and id of the last one of the part before.
        limit: how many to return at most.

    """
    query = select(Profile.id, Profile.updated_at).where(Profile.standing.in_(_COMPARED))
    if after is not None:
        at, id_ = after
        behind = and_(Profile.updated_at == at, Profile.id < id_)
        query = query.where(or_(Profile.updated_at < at, behind))
    query = query.order_by(Profile.updated_at.desc(), Profile.id.desc()).limit(limit)
    return [(id_, at) for id_, at in session.execute(query)]


def unchanged_reasons(session: Session, wanted: Sequence[str]) -> dict[IdPair, list[str]]:
    """Return those of these reasons that were found of pairs of which neither has changed since."""
    pair, one, other = DuplicatePair, aliased(Profile), aliased(Profile)
    query = (
        select(pair.profile_id, pair.other_id, pair.reasons)
        .join(one, one.id == pair.profile_id)
        .join(other, other.id == pair.other_id)
        .where(
            one.updated_at <= pair.found_at,
            other.updated_at <= pair.found_at,
            one.standing.in_(_COMPARED),
            other.standing.in_(_COMPARED),
        )
    )
    return {
        (first, second): [reason for reason in why if reason in wanted]
        for first, second, why in session.execute(query)
    }


def keep(
    session: Session, found: Mapping[IdPair, tuple[float, list[str]]], at: datetime
) -> tuple[int, int]:
    """Keep these pairs in place of the present ones; what was dismissed stays dismissed.

    Returns:
        How many are new, and how many are gone.
    """
    pair = DuplicatePair
    rows = session.execute(select(pair.profile_id, pair.other_id, pair.dismissed_at)).all()
    known = {(first, second): dismissed for first, second, dismissed in rows}
    open_ = [ids for ids, dismissed in known.items() if dismissed is None]
    session.execute(delete(pair).where(pair.dismissed_at.is_(None)))
    kept = [
        {
            "profile_id": ids[0],
            "other_id": ids[1],
            "score": score,
            "reasons": reasons,
            "found_at": at,
        }
        for ids, (score, reasons) in found.items()
        if known.get(ids) is None
    ]
    if kept:
        session.execute(insert(pair), kept)
    return sum(ids not in known for ids in found), sum(ids not in found for ids in open_)


def forget(session: Session, profile_id: UUID) -> None:
    """Forget the pairs of a profile."""
    pair = DuplicatePair
    session.execute(
        delete(pair).where(or_(pair.profile_id == profile_id, pair.other_id == profile_id))
    )
