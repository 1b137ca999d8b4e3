"""Profiles: read one, or many by id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, selectin_polymorphic, selectinload, with_polymorphic

from matchmaker.errors import NotFound
from matchmaker.models import (
    Activity,
    Expert,
    Organisation,
    Profile,
    ProfileKind,
    Standing,
    Student,
    Visibility,
)
from matchmaker.storage.concealing import conceal
from matchmaker.storage.database import MOST_VARIABLES

_KINDS = (Expert, Organisation, Student, Activity)
_PUBLIC = (Profile.visibility == Visibility.PUBLIC, Profile.standing == Standing.LIVE)
_COMPLETE = selectin_polymorphic(Profile, _KINDS)
# Made once: putting the join together takes as long as running it.
_EVERY = with_polymorphic(Profile, list(_KINDS))
_COMPLETE_IN_ONE = select(_EVERY).where(_EVERY.id.in_(bindparam("ids", expanding=True)))
_TABLE = Profile.__table__
_NAMES = select(_TABLE.c.id, _TABLE.c.name).where(_TABLE.c.id.in_(bindparam("ids", expanding=True)))


def get(session: Session, profile_id: UUID) -> Profile:
    """Return one profile with its evidence.

    Raises:
        NotFound: there is none, or none that the public may know of.

    """
    profile = find(session, profile_id)
    if profile is None or not profile.public:
        raise NotFound("profile", profile_id)
    conceal(profile, Visibility.PUBLIC)
    return profile


def find(session: Session, profile_id: UUID) -> Profile | None:
    """Return one profile with its evidence, or None."""
    return session.scalar(
        select(Profile)
        .where(Profile.id == profile_id)
        .options(_COMPLETE, selectinload(Profile.evidence), selectinload(Profile.identifiers))
    )


def merged_into(session: Session, profile_id: UUID) -> Sequence[Profile]:
    """Return the profiles that became a part of this one, with their evidence."""
    query = select(Profile).where(Profile.merged_into_id == profile_id)
    return session.scalars(query.options(_COMPLETE, selectinload(Profile.evidence))).all()


def with_evidence(session: Session, ids: Iterable[UUID]) -> Sequence[Profile]:
    """Return these profiles with their evidence and identifiers, in no order."""
    query = select(Profile).options(
        _COMPLETE, selectinload(Profile.evidence), selectinload(Profile.identifiers)
    )
    found: list[Profile] = []
    rest = iter(ids)
    while part := list(islice(rest, MOST_VARIABLES)):
        found.extend(session.scalars(query.where(Profile.id.in_(part))))
    return found


def complete(
    session: Session, ids: Iterable[UUID], *, viewer: Visibility = Visibility.PUBLIC
) -> Sequence[Profile]:
    """Return these profiles with all columns of their kind, without evidence, in one query.

    Fields that the viewer may not see are empty.
    """
    found = session.scalars(_COMPLETE_IN_ONE, {"ids": list(ids)}).all()
    for profile in found:
        conceal(profile, viewer)
    return found


def family(session: Session, profile: Profile) -> list[Organisation]:
    """Return the organisations above a profile, nearest first."""
    above: list[Organisation] = []
    parent_id = profile.parent_id if isinstance(profile, Organisation) else None
    while parent_id is not None and parent_id not in {one.id for one in above}:
        parent = session.get(Organisation, parent_id)
        if parent is None:
            break
        above.append(parent)
        parent_id = parent.parent_id
    return above


def of_ids(session: Session, ids: Iterable[UUID]) -> Sequence[Profile]:
    """Return these profiles without evidence; those there are not are missing."""
    return session.scalars(select(Profile).where(Profile.id.in_(list(ids)))).all()


def names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of these profiles."""
    return dict(session.execute(_NAMES, {"ids": list(ids)}).all())


def below(session: Session, ids: Iterable[UUID]) -> Sequence[Organisation]:
    """Return the organisations below any of these, at every depth, in no order."""
    found: dict[UUID, Organisation] = {}
    table = Organisation.__table__
    rest = iter(ids)
    while part := list(islice(rest, MOST_VARIABLES)):
        parts = select(table.c.id).where(table.c.parent_id.in_(part)).cte(recursive=True)
        # UNION drops what it has seen, so that a ring comes to an end.
        parts = parts.union(select(table.c.id).where(table.c.parent_id == parts.c.id))
        query = select(Organisation).where(Organisation.id.in_(select(parts.c.id)))
        found.update((one.id, one) for one in session.scalars(query))
    return list(found.values())


def count(session: Session) -> int:
    """Return how many profiles there are."""
    return session.scalar(select(func.count()).select_from(Profile)) or 0


def existing(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these profiles are stored."""
    found: set[UUID] = set()
    rest = iter(ids)
    while part := list(islice(rest, MOST_VARIABLES)):
        found.update(session.scalars(select(Profile.id).where(Profile.id.in_(part))))
    return found


def public(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these profiles the public may know of."""
    wanted = list(ids)
    if not wanted:
        return set()
    query = select(Profile.id).where(Profile.id.in_(wanted), *_PUBLIC)
    return set(session.scalars(query))


def kinds(session: Session, ids: Iterable[UUID]) -> dict[UUID, ProfileKind]:
    """Return the kind of each of these profiles that is there."""
    query = select(Profile.id, Profile.kind).where(Profile.id.in_(list(ids)))
    return dict(session.execute(query).all())


def languages(session: Session) -> dict[UUID, str]:
    """Return the language that each profile is described in."""
    return dict(session.execute(select(Profile.id, Profile.language)).all())
