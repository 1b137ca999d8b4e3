"""Eligibility: SQL decides who may be proposed, always."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from math import cos, radians, sin
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Float,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from matchmaker.models import Conditions, EligibilityRule, Place, Profile, Visibility
from matchmaker.models.place import EARTH_RADIUS_KM

# Read as the text they are stored as: turning thousands of rows into objects would cost more
# than finding them.
_HEX_ID = type_coerce(Profile.id, String)
_COLUMNS = (
    _HEX_ID,
    type_coerce(Profile.partner_kind, String),
    type_coerce(Profile.family_id, String),
    Profile.latitude,
    Profile.longitude,
    type_coerce(Profile.working_languages, String),
)
#: Id, partner kind and family of a candidate, ids in hexadecimal; degrees; languages as JSON.
CandidateRow = Row[str, str, str | None, float | None, float | None, str]


def rules(
    conditions: Conditions, place: Place, today: date
) -> dict[EligibilityRule, ColumnElement[bool]]:
    """Return each hard rule as an SQL condition that an eligible profile meets.

    Args:
        conditions: what the asker asks for.
        place: where the firm is.
        today: the day on which somebody must be available.

    """
    return {
        EligibilityRule.VISIBLE: Profile.visibility == Visibility.PUBLIC,
        EligibilityRule.AVAILABLE: and_(
            or_(Profile.proposable_from.is_(None), Profile.proposable_from <= today),
            or_(Profile.proposable_until.is_(None), Profile.proposable_until >= today),
        ),
        EligibilityRule.PARTNER_KIND: (
            Profile.partner_kind.in_(conditions.partner_kinds)
            if conditions.partner_kinds
            else true()
        ),
        EligibilityRule.LANGUAGE: _speaks(conditions.languages),
        EligibilityRule.DISTANCE: _near(place, conditions.within_km),
    }


def _speaks(languages: Sequence[str]) -> ColumnElement[bool]:
    if not languages:
        return true()
    spoken = func.json_each(Profile.working_languages).table_valued("value")
    return exists(select(literal(1)).select_from(spoken).where(spoken.c.value.in_(languages)))


def _near(place: Place, within_km: int | None) -> ColumnElement[bool]:
    """Return whether the firm is within the asked distance and within the profile's own.

    The equirectangular approximation needs no trigonometry per row, which SQLite does not
    always have. Degrees of longitude grow shorter to the north: their length half-way between
    the two is taken, from its slope at the firm's place. The error is below 0.2 % within
    Denmark and about 1 % within Northern Europe.
    """
    if place.latitude is None or place.longitude is None:
        return true()
    here = radians(place.latitude)
    squared = _squared_km(place.latitude, place.longitude, cos(here), sin(here))
    own = _travels(squared)
    if within_km is None:
        return own
    # One without a place can't be said to be near.
    return and_(own, squared <= literal(float(within_km**2), Float))


def _squared_km(latitude: Any, longitude: Any, cosine: Any, sine: Any) -> ColumnElement[float]:
    """Return the squared distance of a profile from a place: numbers, or columns that hold them."""
    scale = radians(1) * EARTH_RADIUS_KM
    north = (Profile.latitude - latitude) * scale
    shrinking = cosine - (Profile.latitude - latitude) * (radians(0.5) * sine)
    east = (Profile.longitude - longitude) * shrinking * scale
    squared: ColumnElement[float] = north * north + east * east
    return squared


def _travels(squared: ColumnElement[float]) -> ColumnElement[bool]:
    """Return whether a profile goes as far as this."""
    return or_(
        Profile.can_travel_km.is_(None),
        Profile.latitude.is_(None),
        squared <= Profile.can_travel_km * Profile.can_travel_km,
    )


# Putting a statement together takes longer than running it, and most questions are asked with
# the same conditions on the same day.
@lru_cache(maxsize=256)
def _counting(
    conditions: Conditions, place: Place, today: date
) -> tuple[tuple[EligibilityRule, ...], CompoundSelect[str, int]]:
    """Return the rules, and the statement that counts all and whom each rule removes."""
    met = rules(conditions, place, today)
    # A condition on an unknown place is NULL, which is not met; no other can be NULL.
    failed = {
        rule: ~(
            func.coalesce(condition, false()) if rule is EligibilityRule.DISTANCE else condition
        )
        for rule, condition in met.items()
        if _can_fail(condition)
    }
    first_broken = case(*((broken, rule.value) for rule, broken in failed.items()))
    # Only those who are left out are grouped: they are few, and grouping is what costs.
    table = Profile.__table__
    every = select(literal("all"), func.count()).select_from(table)
    removed = select(first_broken, func.count()).select_from(table).where(or_(*failed.values()))
    return tuple(met), union_all(every, removed.group_by(first_broken))


@lru_cache(maxsize=256)
def _among(
    conditions: Conditions, place: Place, today: date
) -> Select[str, str, str | None, float | None, float | None, str]:
    # One parameter for all ids: thousands of single ones cost more than the query itself.
    wanted = func.json_each(bindparam("ids", type_=String)).table_valued("value")
    met = and_(*rules(conditions, place, today).values())
    return select(*_COLUMNS).where(_HEX_ID.in_(select(wanted.c.value)), met)


def funnel(session: Session, conditions: Conditions, place: Place, today: date) -> dict[str, int]:
    """Return how many profiles each rule removed, counted in order, and how many are left.

    Keys: "all", then each rule, then "eligible".
    """
    met, count = _counting(conditions, place, today)
    counted: dict[str, int] = dict(session.execute(count).all())
    every = counted.pop("all")
    return {
        "all": every,
        **{rule.value: counted.get(rule.value, 0) for rule in met},
        "eligible": every - sum(counted.values()),
    }


def _can_fail(condition: ColumnElement[bool]) -> bool:
    return condition is not true() and not isinstance(condition, type(true()))


def among(
    session: Session, ids: Sequence[str], conditions: Conditions, place: Place, today: date
) -> list[CandidateRow]:
    """Return the eligible ones of these profiles, given in hexadecimal, in no order."""
    query = _among(conditions, place, today)
    return list(session.execute(query, {"ids": json.dumps(ids)}).all())


def everybody(
    session: Session, conditions: Conditions, place: Place, today: date
) -> list[CandidateRow]:
    """Return all eligible profiles, in no order."""
    met = and_(*rules(conditions, place, today).values())
    return list(session.execute(select(*_COLUMNS).where(met)).all())


def reached(session: Session, profile_id: UUID, places: Iterable[Place]) -> set[Place]:
    """Return the places that a profile goes to, in one question for all of them.

    The rule of :func:`rules` about distance without a condition on it; the others are not
    looked at. A place that is not known is reached by everybody.
    """
    every = list(dict.fromkeys(places))
    known = [
        (at, one.latitude, one.longitude, cos(radians(one.latitude)), sin(radians(one.latitude)))
        for at, one in enumerate(every)
        if one.latitude is not None and one.longitude is not None
    ]
    given = func.json_each(bindparam("places", type_=String)).table_valued("value")
    at, *numbers = (func.json_extract(given.c.value, f"$[{part}]") for part in range(5))
    near = session.scalars(
        select(at)
        .select_from(Profile.__table__.join(given, true()))
        .where(Profile.id == profile_id, _travels(_squared_km(*numbers))),
        {"places": json.dumps(known)},
    )
    found = set(near) | (set(range(len(every))) - {one[0] for one in known})
    return {every[at] for at in found}
