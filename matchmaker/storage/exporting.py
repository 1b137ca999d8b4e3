"""Profiles in the order of their ids, as somebody may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from matchmaker.models import Profile, ProfileKind, Standing, Visibility
from matchmaker.storage import profiles
from matchmaker.storage.concealing import conceal


def after(
    session: Session,
    last: UUID | None,
    *,
    kind: ProfileKind | None,
    viewer: Visibility,
    limit: int,
) -> Sequence[Profile]:
    """Return the profiles after this id with their evidence and identifiers."""
    query = _narrowed(select(Profile.id), kind, viewer).order_by(Profile.id).limit(limit)
    if last is not None:
        query = query.where(Profile.id > last)
    ids = session.scalars(query).all()
    found = {one.id: one for one in profiles.with_evidence(session, ids)}
    for profile in found.values():
        conceal(profile, viewer)
    return [found[one] for one in ids]


def count(session: Session, *, kind: ProfileKind | None, viewer: Visibility) -> int:
    """Return how many there are."""
    query = _narrowed(select(func.count()).select_from(Profile), kind, viewer)
    return session.scalar(query) or 0


def _narrowed(query: Select[Any], kind: ProfileKind | None, viewer: Visibility) -> Select[Any]:
    seen = [one for one in Visibility if one.allows(viewer)]
    query = query.where(Profile.visibility.in_(seen))
    if viewer is Visibility.STAFF:
        query = query.where(Profile.standing != Standing.MERGED)
    else:
        query = query.where(Profile.standing == Standing.LIVE)
    return query if kind is None else query.where(Profile.kind == kind)
