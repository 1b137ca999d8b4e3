"""Pairs of profiles that may be one, and what they are found by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, or_, select, union_all
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from matchmaker.models import DuplicatePair, Organisation, Profile, ProfileKind, Standing

IdPair = tuple[UUID, UUID]
_COMPARED = (Standing.LIVE, Standing.IMPORTED)


def compared(session: Session) -> list[Row[UUID, ProfileKind, str]]:
    """Return id, kind and folded name of the profiles that are compared, by id."""
    query = select(Profile.id, Profile.kind, Profile.folded_name).where(
        Profile.standing.in_(_COMPARED)
    )
    return list(session.execute(query.order_by(Profile.id)).all())


def identifiers(session: Session) -> list[tuple[UUID, str]]:
    """Return the identifiers of profiles as texts that two of one thing share.

    Every scheme is one more line here.
    """
    table = Organisation.__table__.c
    query = union_all(
        select(table.id, table.ror).where(table.ror.is_not(None)),
        select(table.id, table.cvr).where(table.cvr.is_not(None)),
    )
    return [(id_, text) for id_, text in session.execute(query).all()]


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
