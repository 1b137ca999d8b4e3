"""Profiles in the order of their ids, as somebody may see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from matchmaker.models import Profile, ProfileKind, Standing, Visibility
from matchmaker.storage import profiles
from matchmaker.storage.concealing import conceal


def after(
    session: Session,
    last: UUID | None,
    *,
    kind: ProfileKind | None,
    viewer: Visibility,
    own: Collection[UUID] = (),
    limit: int,
) -> Sequence[Profile]:
    """Return the profiles after this id with their evidence and identifiers.

    Args:
        session: to read with.
        last: id of the last one of the batch before.
        kind: only these.
        viewer: sees what they may see.
        own: profiles of which they see everything.
        limit: how many to return at most.

    """
    query = _narrowed(select(Profile.id), kind, viewer, own).order_by(Profile.id).limit(limit)
    if last is not None:
        query = query.where(Profile.id > last)
    ids = session.scalars(query).all()
    found = {one.id: one for one in profiles.with_evidence(session, ids)}
    for profile in found.values():
        sees = Visibility.STAFF if profile.id in own else viewer
        conceal(profile, sees)
        if sees is not Visibility.STAFF:  # what is hidden is not named either
            set_committed_value(profile, "field_visibility", {})
    return [found[one] for one in ids]


def count(
    session: Session,
    *,
    kind: ProfileKind | None,
    viewer: Visibility,
    own: Collection[UUID] = (),
) -> int:
    """Return how many there are."""
    query = _narrowed(select(func.count()).select_from(Profile), kind, viewer, own)
    return session.scalar(query) or 0


def _narrowed(
    query: Select[Any], kind: ProfileKind | None, viewer: Visibility, own: Collection[UUID]
) -> Select[Any]:
    query = query.where(Profile.standing != Standing.MERGED)
    if viewer is not Visibility.STAFF:
        seen = [one for one in Visibility if one.allows(viewer)]
        known = and_(Profile.visibility.in_(seen), Profile.standing == Standing.LIVE)
        query = query.where(or_(known, Profile.id.in_(own)) if own else known)
    return query if kind is None else query.where(Profile.kind == kind)
