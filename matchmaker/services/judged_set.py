"""A judged set: queries, profiles in passages, and what people said of who fits which.

Whoever reads a set from files makes this of it (:mod:`matchmaker.services.layout`,
:mod:`matchmaker.services.public_sets`); :mod:`matchmaker.services.set_evaluation` measures it.
Ids are the set's own, as text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matchmaker.models import EvidenceKind, Place

#: What a passage is taken for when a set doesn't say.
DEFAULT_EVIDENCE = EvidenceKind.CASE
#: What a profile is taken for when a set doesn't say.
DEFAULT_KIND = "organisation"
NOWHERE = Place()


@dataclass(frozen=True, kw_only=True)
class SetQuery:
    """A text that is asked as a challenge is."""

    id: str
    text: str
    #: ISO 639-1; None is recognised from the text.
    language: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, kw_only=True)
class SetPassage:
    """One item of what a profile can show."""

    text: str
    #: ISO 639-1; None is that of the profile, or recognised.
    language: str | None = None
    kind: EvidenceKind = DEFAULT_EVIDENCE
    year: int | None = None


@dataclass(frozen=True, kw_only=True)
class SetProfile:
    """Somebody who can be found; one without passages comes last for every query."""

    id: str
    #: A key of ``matchmaker.services.set_index.KINDS``.
    kind: str = DEFAULT_KIND
    language: str | None = None
    place: Place = NOWHERE
    passages: tuple[SetPassage, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JudgedPair:
    """For this query one profile fits better than another."""

    query: str
    better: str
    worse: str
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Judgements:
    """What people said; a set has one or more of these."""

    #: Query to profile to grade; nobody else is relevant.
    grades: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    pairs: Sequence[JudgedPair] = ()
    #: Profile to query to grade: how well each query fits this profile.
    orders: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def queries(self) -> set[str]:
        """Return the queries that somebody judged."""
        of_orders = {query for grades in self.orders.values() for query in grades}
        return {*self.grades, *(pair.query for pair in self.pairs), *of_orders}


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A simple order to stand beside ours, such as "most projects first"."""

    name: str
    #: Score of each profile for a query; those left out have none.
    scores: Callable[[str], Mapping[str, float]]


@dataclass(frozen=True, kw_only=True)
class JudgedSet:
    """Everything one set brings."""

    name: str
    queries: Sequence[SetQuery]
    profile_ids: Sequence[str]
    #: Reads the profiles once more, in the order of ``profile_ids``: they need not fit in memory.
    profiles: Callable[[], Iterator[SetProfile]]
    #: Changes whenever a profile does.
    content: str
    judgements: Judgements
    #: Query to (profile, place of the passage in it): passages that must not help this query.
    left_out: Mapping[str, frozenset[tuple[str, int]]] = field(default_factory=dict)
    #: Query to profile to where that profile is for this query, when the set's own place would
    #: tell what is left out.
    places: Mapping[str, Mapping[str, Place]] = field(default_factory=dict)
    #: Whether scores that are equal to five decimals stand by falling id; else at random.
    ties_by_id: bool = False
    #: Grades above this are relevant where a measure knows only yes and no.
    irrelevant_to: float = 0.0
    baselines: Sequence[Baseline] = ()


def in_memory(
    *,
    name: str,
    queries: Sequence[SetQuery],
    profiles: Sequence[SetProfile],
    judgements: Judgements,
    **more: Any,
) -> JudgedSet:
    """Return a set whose profiles are all there; takes what ``JudgedSet`` takes."""
    return JudgedSet(
        name=name,
        queries=queries,
        profile_ids=[one.id for one in profiles],
        profiles=lambda: iter(profiles),
        content=hashlib.sha256("\n".join(map(repr, profiles)).encode(errors="replace")).hexdigest(),
        judgements=judgements,
        **more,
    )
