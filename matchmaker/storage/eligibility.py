"""Eligibility: SQL decides who may be proposed, always."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import cos, radians, sin
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

from matchmaker.models import (
    Conditions,
    Dismissal,
    DismissalReason,
    EligibilityRule,
    Place,
    Profile,
    Visibility,
)
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


@dataclass(frozen=True, kw_only=True)
class TermHolders:
    """Who holds the asked terms in a passage, ids in hexadecimal.

    Read from the words of the passages by a replica of the same state of the database: going
    through the texts of all passages for every question would take longer than all else.
    """

    #: Profiles that hold every required term.
    required: Sequence[str]
    #: Profiles that hold any excluded term.
    excluded: Sequence[str]


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
        EligibilityRule.REQUIRED_TERMS: (
            _HEX_ID.in_(_named("required")) if conditions.required_terms else true()
        ),
        EligibilityRule.EXCLUDED_TERMS: (
            _HEX_ID.not_in(_named("excluded")) if conditions.excluded_terms else true()
        ),
        EligibilityRule.DISMISSED: (
            _HEX_ID.not_in(_named("dismissed")) if conditions.dismissed else true()
        ),
    }


def _named(name: str) -> Select[str]:
    """Return the ids that a statement is given under a name, as one parameter for all of them.

    Thousands of single parameters cost more than the query itself.
    """
    return select(func.json_each(bindparam(name, type_=String)).table_valued("value").c.value)


def _values(conditions: Conditions, holders: TermHolders | None) -> dict[str, str]:
    """Return what :func:`rules` asks for by name.

    Raises:
        ValueError: there are terms, and nobody said who holds them.
    """
    values: dict[str, str] = {}
    if conditions.required_terms or conditions.excluded_terms:
        if holders is None:
            message = "say who holds the required and excluded terms"
            raise ValueError(message)
        values["required"] = json.dumps(holders.required)
        values["excluded"] = json.dumps(holders.excluded)
    if conditions.dismissed:
        values["dismissed"] = json.dumps([one.profile_id.hex for one in conditions.dismissed])
    return values


def _form(conditions: Conditions) -> Conditions:
    """Return what shapes a statement: which terms and which profiles are its values."""
    return replace(
        conditions,
        required_terms=("",) if conditions.required_terms else (),
        excluded_terms=("",) if conditions.excluded_terms else (),
        dismissed=_SOMEBODY if conditions.dismissed else (),
        more_like=(),
        place_weight=None,
        limit=1,
    )


_SOMEBODY = (Dismissal(profile_id=UUID(int=0), reason=DismissalReason.OTHER),)


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
    scale = radians(1) * EARTH_RADIUS_KM
    north = (Profile.latitude - place.latitude) * scale
    here = radians(place.latitude)
    shrinking = cos(here) - (Profile.latitude - place.latitude) * (radians(0.5) * sin(here))
    east = (Profile.longitude - place.longitude) * shrinking * scale
    squared = north * north + east * east
    own = or_(
        Profile.can_travel_km.is_(None),
        Profile.latitude.is_(None),
        squared <= Profile.can_travel_km * Profile.can_travel_km,
    )
    if within_km is None:
        return own
    # One without a place can't be said to be near.
    return and_(own, squared <= literal(float(within_km**2), Float))


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
    met = and_(*rules(conditions, place, today).values())
    return select(*_COLUMNS).where(_HEX_ID.in_(_named("ids")), met)


def funnel(
    session: Session,
    conditions: Conditions,
    place: Place,
    today: date,
    holders: TermHolders | None = None,
) -> dict[str, int]:
    """Return how many profiles each rule removed, counted in order, and how many are left.

    Keys: "all", then each rule, then "eligible".
    """
    met, count = _counting(_form(conditions), place, today)
    counted: dict[str, int] = dict(session.execute(count, _values(conditions, holders)).all())
    every = counted.pop("all")
    return {
        "all": every,
        **{rule.value: counted.get(rule.value, 0) for rule in met},
        "eligible": every - sum(counted.values()),
    }


def _can_fail(condition: ColumnElement[bool]) -> bool:
    return condition is not true() and not isinstance(condition, type(true()))


def among(
    session: Session,
    ids: Sequence[str],
    conditions: Conditions,
    place: Place,
    today: date,
    holders: TermHolders | None = None,
) -> list[CandidateRow]:
    """Return the eligible ones of these profiles, given in hexadecimal, in no order."""
    query = _among(_form(conditions), place, today)
    values = _values(conditions, holders)
    return list(session.execute(query, {"ids": json.dumps(ids), **values}).all())


def everybody(
    session: Session,
    conditions: Conditions,
    place: Place,
    today: date,
    holders: TermHolders | None = None,
) -> list[CandidateRow]:
    """Return all eligible profiles, in no order."""
    met = and_(*rules(conditions, place, today).values())
    query = select(*_COLUMNS).where(met)
    return list(session.execute(query, _values(conditions, holders)).all())
