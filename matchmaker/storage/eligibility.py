"""Eligibility: SQL decides who may be proposed, always.

Rules about single profiles (protection, terms, dismissals) come with the ids they concern: SQL
is asked about those ids, or what it answers is held against them. Whole lists inside a statement
would be looked into once for every profile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import cos, radians, sin
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Double,
    Float,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
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

from matchmaker.models import Conditions, EligibilityRule, Place, Profile, Standing, Visibility
from matchmaker.models.place import EARTH_RADIUS_KM
from matchmaker.models.protection import NO_PROTECTION, Protection
from matchmaker.storage.dialects import hex_id, is_among, json_elements, json_part, json_text

# Read as the text they are stored as: turning thousands of rows into objects would cost more
# than finding them.
_COLUMNS = (
    hex_id(Profile.id),
    type_coerce(Profile.partner_kind, String),
    hex_id(Profile.family_id),
    Profile.latitude,
    Profile.longitude,
    json_text(Profile.working_languages),
)
#: Id, partner kind and family of a candidate, ids in hexadecimal; degrees; languages as JSON.
CandidateRow = Row[str, str, str | None, float | None, float | None, str]


@dataclass(frozen=True, kw_only=True)
class TermHolders:
    """Who holds the asked terms in a passage, ids in hexadecimal.

    Read from the words of the passages by a replica of the same state of the database: going
    through the texts of all passages for every question would take longer than all else.
    """

    #: Profiles that hold every required term.
    required: AbstractSet[str]
    #: Profiles that hold any excluded term.
    excluded: AbstractSet[str]


@dataclass(frozen=True, kw_only=True)
class _Named:
    """The profiles that the rules about single ones concern, ids in hexadecimal."""

    #: None when no term is required.
    required: AbstractSet[str] | None
    excluded: AbstractSet[str]
    dismissed: AbstractSet[str]
    protection: Protection

    def allows(self, hex_id: str) -> bool:
        """Return whether these rules leave a profile in."""
        left_out = (
            hex_id in self.excluded
            or hex_id in self.dismissed
            or self.protection.broken_by(hex_id) is not None
        )
        return not left_out and (self.required is None or hex_id in self.required)

    def among_required(self, ids: AbstractSet[str]) -> AbstractSet[str]:
        """Return those that the rule of the required terms leaves in."""
        return ids if self.required is None else ids & self.required


def _named(conditions: Conditions, holders: TermHolders | None, protection: Protection) -> _Named:
    """Return whom the conditions concern by name.

    Raises:
        ValueError: there are terms, and nobody said who holds them.
    """
    if holders is None:
        if conditions.required_terms or conditions.excluded_terms:
            message = "say who holds the required and excluded terms"
            raise ValueError(message)
        holders = TermHolders(required=frozenset(), excluded=frozenset())
    return _Named(
        required=holders.required if conditions.required_terms else None,
        excluded=holders.excluded if conditions.excluded_terms else frozenset(),
        dismissed=protection.dismissed | {one.profile_id.hex for one in conditions.dismissed},
        protection=protection,
    )


def _form(conditions: Conditions) -> Conditions:
    """Return what shapes a statement: the conditions that SQL meets by itself."""
    return Conditions(
        partner_kinds=conditions.partner_kinds,
        languages=conditions.languages,
        within_km=conditions.within_km,
    )


def rules(
    conditions: Conditions, place: Place, today: date
) -> dict[EligibilityRule, ColumnElement[bool]]:
    """Return each rule about all profiles as an SQL condition that an eligible one meets.

    Args:
        conditions: what the asker asks for.
        place: where the firm is.
        today: the day on which somebody must be available.

    """
    return {
        EligibilityRule.VISIBLE: and_(
            Profile.visibility == Visibility.PUBLIC, Profile.standing == Standing.LIVE
        ),
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
    spoken = json_elements(Profile.working_languages)
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
        squared <= cast(Profile.can_travel_km, Double) * Profile.can_travel_km,
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
    met = _looked_up(rules(conditions, place, today))
    return select(*_COLUMNS).where(is_among(Profile.id, bindparam("ids", type_=String)), met)


@lru_cache(maxsize=256)
def _counting_among(conditions: Conditions, place: Place, today: date) -> Select[int]:
    met = _looked_up(rules(conditions, place, today))
    return select(func.count()).where(is_among(Profile.id, bindparam("ids", type_=String)), met)


def _looked_up(met: Mapping[EligibilityRule, ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return all rules as one condition that no index can serve.

    Nearly every profile is live and public. A planner that takes "live" for rare goes through all
    of them, and not through the few that are asked about by their ids.
    """
    return func.coalesce(and_(*met.values()), false())


def funnel(
    session: Session,
    conditions: Conditions,
    place: Place,
    today: date,
    holders: TermHolders | None = None,
    protection: Protection = NO_PROTECTION,
) -> dict[str, int]:
    """Return how many profiles each rule removed, counted in order, and how many are left.

    Keys: "all", then each rule, then "eligible".
    """
    form = _form(conditions)
    named = _named(conditions, holders, protection)
    met, count = _counting(form, place, today)
    counted: dict[str, int] = dict(session.execute(count).all())
    every = counted.pop("all")
    eligible = every - sum(counted.values())

    def of(ids: AbstractSet[str]) -> int:
        """Count those who meet every rule about all profiles."""
        if not ids:
            return 0
        query = _counting_among(form, place, today)
        return session.scalar(query, {"ids": json.dumps(list(ids))}) or 0

    removed = {rule: counted.get(rule.value, 0) for rule in met}
    gone: AbstractSet[str] = frozenset()
    for rule, ids in protection.rules():
        removed[rule] = of(ids - gone)
        eligible -= removed[rule]
        gone = gone | ids
    removed[EligibilityRule.REQUIRED_TERMS] = (
        0 if named.required is None else eligible - of(named.required - gone)
    )
    removed[EligibilityRule.EXCLUDED_TERMS] = of(named.among_required(named.excluded) - gone)
    removed[EligibilityRule.DISMISSED] = of(
        named.among_required(named.dismissed) - named.excluded - gone
    )
    return {
        "all": every,
        **{rule.value: number for rule, number in removed.items()},
        "eligible": every - sum(removed.values()),
    }


def _can_fail(condition: ColumnElement[bool]) -> bool:
    return condition is not true() and not isinstance(condition, type(true()))


def among(
    session: Session,
    ids: Iterable[str],
    conditions: Conditions,
    place: Place,
    today: date,
    holders: TermHolders | None = None,
    protection: Protection = NO_PROTECTION,
) -> list[CandidateRow]:
    """Return the eligible ones of these profiles, given in hexadecimal, in no order."""
    allows = _named(conditions, holders, protection).allows
    asked = json.dumps([hex_id for hex_id in ids if allows(hex_id)])
    query = _among(_form(conditions), place, today)
    return list(session.execute(query, {"ids": asked}).all())


def everybody(
    session: Session,
    conditions: Conditions,
    place: Place,
    today: date,
    holders: TermHolders | None = None,
    protection: Protection = NO_PROTECTION,
) -> list[CandidateRow]:
    """Return all eligible profiles, in no order."""
    named = _named(conditions, holders, protection)
    if named.required is not None:
        return among(session, named.required, conditions, place, today, holders, protection)
    met = and_(*rules(conditions, place, today).values())
    rows = session.execute(select(*_COLUMNS).where(met)).all()
    return [row for row in rows if named.allows(row[0])]


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
    given = json_elements(bindparam("places", type_=String))
    at, *numbers = (
        json_part(given.c.value, part, Double() if part else Integer()) for part in range(5)
    )
    near = session.scalars(
        select(at)
        .select_from(Profile.__table__.join(given, true()))
        .where(Profile.id == profile_id, _travels(_squared_km(*numbers))),
        {"places": json.dumps(known)},
    )
    found = set(near) | (set(range(len(every))) - {one[0] for one in known})
    return {every[at] for at in found}
