"""Exposure: what the kept match runs of a period have shown, added up in SQL.

Only sums leave the database: one row for each partner kind or family, however many runs there
are. A place belongs to the family and kind that its profile has now; who was considered is read
from the tally that each run keeps (``matchmaker.matching.tally``).
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from math import log2
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Float,
    Integer,
    Select,
    String,
    case,
    cast,
    distinct,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from matchmaker.models import (
    Exposure,
    FoldedProfile,
    Match,
    MatchRun,
    Organisation,
    PartnerKind,
    Profile,
    ProfileKind,
    Standing,
    Visibility,
)
from matchmaker.storage.dialects import hex_id, is_among, json_elements, json_part

#: Ranks with a weight of their own; a place farther down counts as the last of them.
RANKS = 100
_RUNS, _MATCHES, _FOLDED = MatchRun.__table__, Match.__table__, FoldedProfile.__table__
_PROFILES, _ORGANISATIONS = Profile.__table__, Organisation.__table__
#: SQLite does not always have a logarithm.
_WEIGHT = case(
    {rank: 1 / log2(rank + 1) for rank in range(1, RANKS)},
    value=_MATCHES.c.rank,
    else_=1 / log2(RANKS + 1),
)


@dataclass(frozen=True)
class Period:
    """From one moment on until before another; None is without end."""

    since: datetime | None = None
    until: datetime | None = None

    def of(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return the query narrowed to the runs of this period."""
        if self.since is not None:
            query = query.where(_RUNS.c.created_at >= self.since)
        if self.until is not None:
            query = query.where(_RUNS.c.created_at < self.until)
        return query


@dataclass(frozen=True)
class _Key:
    """What is added up by: a column of the profiles, and its position in an entry of a tally."""

    column: ColumnElement[str]
    position: int


_KIND = _Key(type_coerce(_PROFILES.c.partner_kind, String), 1)
#: Persons and activities are one group without a name.
_FAMILY = _Key(
    case(
        (_PROFILES.c.kind == ProfileKind.ORGANISATION, hex_id(_PROFILES.c.family_id)),
        else_=None,
    ),
    0,
)


def runs(session: Session, period: Period) -> tuple[int, int]:
    """Return how many runs the period has, and how many of them have a list."""
    listed = select(_MATCHES.c.id).where(_MATCHES.c.run_id == _RUNS.c.id).exists()
    query = period.of(select(func.count(), func.sum(cast(listed, Integer))).select_from(_RUNS))
    every, with_list = session.execute(query).one()
    return int(every), int(with_list or 0)


def of_kinds(session: Session, period: Period) -> list[Exposure]:
    """Return one row for each partner kind that was considered or shown, in their order."""
    sums = _sums(session, period, _KIND)
    return [Exposure(partner_kind=kind, **sums[kind]) for kind in PartnerKind if kind in sums]


def of_families(session: Session, period: Period) -> list[Exposure]:
    """Return one row for each family of organisations, the most exposed first.

    Families whose top is not public, or is stored no more, have no row; nor have persons.
    """
    sums = _sums(session, period, _FAMILY)
    tops = session.execute(
        select(_PROFILES.c.id, _PROFILES.c.name, _PROFILES.c.partner_kind)
        .join(_ORGANISATIONS, _ORGANISATIONS.c.id == _PROFILES.c.id)
        .where(_PROFILES.c.visibility == Visibility.PUBLIC)
        .where(_PROFILES.c.standing == Standing.LIVE)
        .where(is_among(_PROFILES.c.id, literal(json.dumps(list(sums)))))
    )
    rows = [
        Exposure(family_id=id_, name=name, partner_kind=kind, **sums[id_.hex])
        for id_, name, kind in tops
    ]
    return sorted(rows, key=lambda row: (-row.exposure_share, -row.merit_share, row.name or ""))


def _sums(session: Session, period: Period, key: _Key) -> dict[str, dict[str, Any]]:
    """Return the fields of each row; shares are parts of the sum over all, the nameless too."""
    found: dict[str | None, dict[str, Any]] = defaultdict(dict)
    for query in (_shown(period, key), _considered(period, key), _folded(period, key)):
        rows = [dict(row) for row in session.execute(query).mappings()]
        for share in ("exposure_share", "merit_share"):
            if whole := sum(row.get(share, 0.0) for row in rows):
                rows = [{**row, share: row[share] / whole} for row in rows]
        for row in rows:
            found[row.pop("grouped")].update(row)
    return {name: values for name, values in found.items() if name is not None}


def _shown(period: Period, key: _Key) -> Select[*tuple[Any, ...]]:
    """Return places and exposure; the share of a place is its part of its list."""
    whole = func.sum(_WEIGHT).over(partition_by=_MATCHES.c.run_id)
    place = period.of(
        select(
            _MATCHES.c.run_id,
            _MATCHES.c.rank,
            _MATCHES.c.profile_id,
            _WEIGHT.label("weight"),
            (_WEIGHT / whole).label("share"),
        ).join(_RUNS, _RUNS.c.id == _MATCHES.c.run_id)
    ).subquery()
    return (
        select(
            key.column.label("grouped"),
            func.count(distinct(place.c.run_id)).label("shown"),
            func.count().label("places"),
            func.sum(cast(place.c.rank == 1, Integer)).label("first"),
            func.sum(cast(place.c.rank <= 3, Integer)).label("first_three"),
            func.avg(place.c.rank, type_=Float).label("mean_rank"),
            func.sum(place.c.weight).label("exposure"),
            func.sum(place.c.share).label("exposure_share"),
        )
        .join(_PROFILES, _PROFILES.c.id == place.c.profile_id)
        .group_by("grouped")
    )


def _considered(period: Period, key: _Key) -> Select[*tuple[Any, ...]]:
    """Return how often somebody was considered and fitted, and the merits added up."""
    entry = json_elements(_RUNS.c.tally)
    fits = case((json_part(entry.c.value, 3, Integer()) > 0, _RUNS.c.id))
    return period.of(
        select(
            json_part(entry.c.value, key.position, String()).label("grouped"),
            func.count(distinct(_RUNS.c.id)).label("considered"),
            func.count(distinct(fits)).label("fitting"),
            func.sum(json_part(entry.c.value, 4, Double())).label("merit_share"),
        )
        .select_from(_RUNS)
        .join(entry, _RUNS.c.id.is_not(None))
        .group_by("grouped")
    )


def _folded(period: Period, key: _Key) -> Select[*tuple[Any, ...]]:
    """Return how often somebody was only named under another place."""
    return period.of(
        select(key.column.label("grouped"), func.count().label("folded"))
        .select_from(_FOLDED)
        .join(_MATCHES, _MATCHES.c.id == _FOLDED.c.match_id)
        .join(_RUNS, _RUNS.c.id == _MATCHES.c.run_id)
        .join(_PROFILES, _PROFILES.c.id == _FOLDED.c.profile_id)
        .group_by("grouped")
    )
