"""Queues of the desk and the search across profiles: keys first, from covering indexes.

Each statement reads the keys of one page from one index, whatever else a row holds; the rows
themselves are read by id afterwards, in one more statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians, sin
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    distinct,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import Session

from matchmaker.models import (
    Claim,
    DuplicatePair,
    GenerationState,
    ImportRun,
    ImportState,
    IndexGeneration,
    IndexStamp,
    Place,
    Profile,
    ProfileKind,
    Queue,
    Standing,
)
from matchmaker.models.place import EARTH_RADIUS_KM
from matchmaker.models.profile_search import ProfileSearch, SearchOrder
from matchmaker.storage.dialects import is_among, json_text
from matchmaker.storage.eligibility import _squared_km

#: From the table, not the class: without the rest of the mapping a key is a plain row.
_P = Profile.__table__.c
#: Fewer items than this, and fewer characters than this in all, is too little to be found by.
FEW_ITEMS = 2
FEW_CHARACTERS = 400


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """The keys of some rows, and whether there are more."""

    #: The last value is the id.
    keys: Sequence[Sequence[Any]]
    more: bool


#: Key of each queue as types, so that a cursor can be read.
KEYS: dict[Queue, tuple[type, ...]] = {
    Queue.STALE: (datetime, datetime, UUID),
    Queue.THIN: (int, int, UUID),
    Queue.UNCLAIMED: (datetime, datetime, UUID),
    Queue.IMPORTED: (datetime, UUID),
    Queue.WAITING: (UUID,),
    Queue.DUPLICATES: (float, UUID, UUID),
    Queue.FAILED_IMPORTS: (UUID,),
}


def unclaimed() -> ColumnElement[bool]:
    """Return the condition that no account owns a profile; activities have no owner."""
    owned = exists().where(Claim.profile_id == _P.id)
    return and_(~owned, _P.kind != ProfileKind.ACTIVITY)


def _condition(queue: Queue, stale_before: datetime) -> ColumnElement[bool]:
    live = _P.standing == Standing.LIVE
    if queue is Queue.STALE:
        never = and_(_P.confirmed_at.is_(None), _P.updated_at < stale_before)
        return and_(live, or_(never, _P.confirmed_at < stale_before))
    if queue is Queue.THIN:
        return and_(live, _P.item_count < FEW_ITEMS, _P.text_length < FEW_CHARACTERS)
    if queue is Queue.UNCLAIMED:
        return and_(live, unclaimed())
    return _P.standing == Standing.IMPORTED


def _order(queue: Queue) -> tuple[Any, ...]:
    if queue in {Queue.STALE, Queue.UNCLAIMED}:
        return (_P.confirmed_at, _P.updated_at, _P.id)
    if queue is Queue.THIN:
        return (_P.item_count, _P.text_length, _P.id)
    return (_P.updated_at, _P.id)


def counts(session: Session, stale_before: datetime) -> dict[Queue, int]:
    """Return how many stand in each queue."""
    return {queue: count(session, queue, stale_before) for queue in Queue}


def count(session: Session, queue: Queue, stale_before: datetime) -> int:
    """Return how many stand in a queue."""
    if queue is Queue.UNCLAIMED:
        return _count_unclaimed(session)
    if queue is Queue.WAITING:
        return _count_waiting(session)
    if queue is Queue.FAILED_IMPORTS:
        return failed_imports(session)
    if queue is Queue.DUPLICATES:
        pairs = select(func.count()).where(DuplicatePair.dismissed_at.is_(None))
        return session.scalar(pairs) or 0
    return session.scalar(select(func.count()).where(_condition(queue, stale_before))) or 0


def _count_unclaimed(session: Session) -> int:
    """Count those who may have an owner without those who have one: the owned are few."""
    may = and_(_P.standing == Standing.LIVE, _P.kind != ProfileKind.ACTIVITY)
    owned = select(func.count(distinct(Claim.profile_id))).join(
        Profile.__table__, Claim.profile_id == _P.id
    )
    every = session.scalar(select(func.count()).where(may)) or 0
    return every - (session.scalar(owned.where(may)) or 0)


def _count_waiting(session: Session) -> int:
    """Count all without those who are held as they are: all is read from covering indexes."""
    stamp = IndexStamp.__table__.c
    live = select(IndexGeneration.id).where(IndexGeneration.state == GenerationState.LIVE)
    of_live = stamp.generation_id == live.scalar_subquery()
    there = session.execute(select(func.count(), func.sum(_P.revision))).one()
    stamped = session.execute(select(func.count(), func.sum(stamp.revision)).where(of_live)).one()
    # A stamp goes with its profile and is never ahead of it: equal sums are equal rows. To hold
    # each against its own takes more than twice as long, and mostly nobody waits.
    if there == stamped:
        return 0
    held = (
        select(func.count())
        .select_from(IndexStamp.__table__)
        .join(Profile.__table__, _P.id == stamp.profile_id)
        .where(of_live, _P.revision <= stamp.revision)
    )
    return int(there[0]) - (session.scalar(held) or 0)


def failed_imports(session: Session) -> int:
    """Return how many imports failed; a person goes on with each of them, or gives it up."""
    failed = select(func.count()).where(ImportRun.state == ImportState.FAILED)
    return session.scalar(failed) or 0


def queue(
    session: Session,
    queue: Queue,
    stale_before: datetime,
    after: Sequence[Any] | None,
    limit: int,
) -> Keyed:
    """Return the keys of a queue's page.

    Args:
        session: to read with.
        queue: which one.
        stale_before: when nobody has confirmed since, a profile is stale.
        after: key of the last row of the page before.
        limit: how many to return at most.

    """
    if queue is Queue.FAILED_IMPORTS:  # these are no profiles: see the list of imports
        return Keyed(keys=(), more=False)
    if queue is Queue.DUPLICATES:
        return _page(session, _pairs(after), limit)
    if queue is Queue.WAITING:
        query = _waiting(_P.id).order_by(_P.id)
        return _page(session, query if after is None else query.where(_P.id > after[0]), limit)
    order = _order(queue)
    first, *rest = order
    query = select(*order).where(_condition(queue, stale_before))
    query = query.order_by(first.nulls_first(), *rest)
    if after is not None:
        query = query.where(_beyond(order, after))
    return _page(session, query, limit)


def _beyond(order: Sequence[Any], after: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition to stand behind a key; an unknown value stands before all others."""
    first, *rest = order
    if after[0] is None:
        return or_(first.is_not(None), and_(first.is_(None), _beyond(rest, after[1:])))
    return tuple_(*order) > tuple_(*_bound(order, after))


def _bound(order: Sequence[Any], after: Sequence[Any]) -> list[Any]:
    return [type_coerce(value, column.type) for column, value in zip(order, after, strict=True)]


def _pairs(after: Sequence[Any] | None) -> Select[Any]:
    pair = DuplicatePair
    columns: tuple[Any, ...] = (pair.score, pair.profile_id, pair.other_id)
    query = (
        select(*columns)
        .where(pair.dismissed_at.is_(None))
        .order_by(pair.score.desc(), pair.profile_id, pair.other_id)
    )
    if after is None:
        return query
    score, *ids = after
    behind = tuple_(pair.profile_id, pair.other_id) > tuple_(
        *_bound((pair.profile_id, pair.other_id), ids)
    )
    return query.where(or_(pair.score < score, and_(pair.score == score, behind)))


def _waiting(*columns: Any) -> Select[Any]:
    """Select from the profiles that the live generation does not hold as they are now."""
    live = select(IndexGeneration.id).where(IndexGeneration.state == GenerationState.LIVE)
    stamp = IndexStamp.__table__
    return (
        select(*columns)
        .select_from(
            Profile.__table__.outerjoin(
                stamp,
                and_(stamp.c.profile_id == _P.id, stamp.c.generation_id == live.scalar_subquery()),
            )
        )
        .where(or_(stamp.c.revision.is_(None), stamp.c.revision < _P.revision))
    )


def reasons(session: Session, keys: Iterable[Sequence[Any]]) -> dict[tuple[UUID, UUID], list[str]]:
    """Return why these pairs may be one, by the two ids that end their keys."""
    pair = DuplicatePair
    wanted = [(key[-2], key[-1]) for key in keys]
    if not wanted:
        return {}
    rows = session.execute(
        select(pair.profile_id, pair.other_id, pair.reasons).where(
            tuple_(pair.profile_id, pair.other_id).in_(wanted)
        )
    )
    return {(first, second): why for first, second, why in rows}


def search(
    session: Session,
    asked: ProfileSearch,
    *,
    place: Place,
    named: str,
    holding: Sequence[Iterable[str]],
    untouched_before: datetime | None,
    order: SearchOrder = SearchOrder.NAME,
    after: Sequence[Any] | None,
    limit: int,
) -> Keyed:
    """Return the keys of the profiles that meet a search, in an order.

    Args:
        session: to read with.
        asked: the search; its words have been looked up already.
        place: what ``asked.near`` means.
        named: part of a folded name, or empty.
        holding: ids in hexadecimal of the profiles that hold the words of ``asked.text``, and
            of ``asked.fields``; fewer when less was asked.
        untouched_before: when nobody may have confirmed or changed it since.
        order: of the list; the key is what it goes by, and the id.
        after: key of the last row of the page before.
        limit: how many to return at most.

    """
    conditions = [*_plain(asked, untouched_before), _around(place, asked.within_km)]
    held = [_among(ids) for ids in holding]
    if named:
        text = _P.folded_name.contains(named, autoescape=True)
        conditions.append(or_(text, held.pop(0)) if held and asked.text else text)
    by = _P.folded_name if order.by_name else func.coalesce(_P.confirmed_at, _P.updated_at)
    keys: tuple[Any, ...] = (by, _P.id)
    query = select(*keys).where(*conditions, *held)
    if after is not None:
        last = tuple_(*_bound(keys, after))
        query = query.where(tuple_(*keys) < last if order.falling else tuple_(*keys) > last)
    ordered = [key.desc() for key in keys] if order.falling else keys
    return _page(session, query.order_by(*ordered), limit)


def _plain(asked: ProfileSearch, untouched_before: datetime | None) -> list[ColumnElement[bool]]:
    conditions = [
        _P.standing.in_(asked.standings) if asked.standings else _P.standing != Standing.MERGED
    ]
    for column, wanted in (
        (_P.kind, asked.kinds),
        (_P.partner_kind, asked.partner_kinds),
        (_P.visibility, asked.visibilities),
    ):
        if wanted:
            conditions.append(column.in_(wanted))
    if asked.municipality is not None:
        conditions.append(_P.municipality == asked.municipality)
    if asked.language is not None:
        spoken = json_text(_P.working_languages)
        conditions.append(
            or_(_P.language == asked.language, spoken.contains(json.dumps(asked.language)))
        )
    if untouched_before is not None:
        conditions.append(func.coalesce(_P.confirmed_at, _P.updated_at) < untouched_before)
        conditions.append(_P.updated_at < untouched_before)
    return conditions


def _around(place: Place, within_km: int | None) -> ColumnElement[bool]:
    if within_km is None or place.latitude is None or place.longitude is None:
        return true()
    here = radians(place.latitude)
    squared = _squared_km(place.latitude, place.longitude, cos(here), sin(here))
    # Most are left out by their latitude alone, which costs next to nothing.
    north = within_km / (radians(1) * EARTH_RADIUS_KM)
    band = _P.latitude.between(place.latitude - north, place.latitude + north)
    return and_(band, squared <= float(within_km**2))


def _among(ids: Iterable[str]) -> ColumnElement[bool]:
    return is_among(_P.id, literal(json.dumps(list(ids))))


def _page(session: Session, query: Select[Any], limit: int) -> Keyed:
    rows = [tuple(row) for row in session.execute(query.limit(limit + 1))]
    return Keyed(keys=rows[:limit], more=len(rows) > limit)
