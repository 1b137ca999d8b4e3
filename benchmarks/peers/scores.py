"""Quality of a ranking, by view, with paired intervals; and what was promised about it.

A view is a choice of queries and profiles: everything, or one language asked and one looked at. As
in ``matchmaker evaluate``, the list over all profiles is read with the others left out, so that a
profile which is pushed down by its language is pushed down here too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from benchmarks.peers.corpus import Corpus
from benchmarks.peers.measuring import Measured
from benchmarks.peers.protocol import OURS
from matchmaker.matching.measures import RELEVANT, Interval, ndcg, recall, reciprocal_rank

ALL = "all"
#: The measure that decides who is first.
LEADING = "ndcg@10"
MEASURES = (LEADING, "mrr", "recall@50")
#: Who reaches this share of our quality must not be faster.
NEAR = 0.95


@dataclass(frozen=True)
class View:
    """Some queries over some profiles."""

    name: str
    #: Languages; None means any.
    asked: str | None = None
    looked_at: str | None = None


def views(corpus: Corpus) -> list[View]:
    """Return the view over everything, and each pair of languages where there are several."""
    asked = sorted({one.language for one in corpus.queries if one.language})
    looked_at = sorted({one.language for one in corpus.profiles if one.language})
    pairs = [View(f"{one}→{other}", one, other) for one in asked for other in looked_at]
    return [View(ALL), *(pairs if len(pairs) > 1 else [])]


def values(corpus: Corpus, rankings: Sequence[Sequence[str]], view: View) -> dict[str, list[float]]:
    """Return each measure, one value per group of wordings, in the same order for every peer."""
    belongs = {one.id for one in corpus.profiles if view.looked_at in (None, one.language)}
    by_group: dict[str, list[tuple[float, ...]]] = {}
    for query, ranking in zip(corpus.queries, rankings, strict=True):
        if view.asked not in (None, query.language):
            continue
        grades = {
            profile: grade
            for profile, grade in corpus.grades.get(query.id, {}).items()
            if profile in belongs
        }
        if max(grades.values(), default=0) > 0:
            ranked = [profile for profile in ranking if profile in belongs]
            by_group.setdefault(query.group, []).append(_of_query(corpus, ranked, grades))
    return {
        name: [fmean(one[column] for one in wordings) for wordings in by_group.values()]
        for column, name in enumerate(MEASURES)
    }


def _of_query(
    corpus: Corpus, ranked: Sequence[str], grades: Mapping[str, int]
) -> tuple[float, ...]:
    relevant = {one: RELEVANT for one, grade in grades.items() if grade >= corpus.relevant_from}
    return (
        ndcg(ranked, grades, 10),
        reciprocal_rank(ranked, relevant),
        recall(ranked, relevant, 50),
    )


def as_document(corpus: Corpus, measured: Sequence[Measured]) -> dict[str, Any]:
    """Return everything about one corpus as plain values."""
    seen = list(views(corpus))
    found = {
        (one.peer, view.name): values(corpus, one.rankings, view)
        for one in measured
        for view in seen
    }
    peers = [
        {
            "peer": one.peer,
            "seconds_to_open": one.seconds_to_open,
            "seconds_to_index": one.seconds_to_index,
            "peak_mb": one.peak_mb,
            "latency": asdict(one.latency),
            "stored_run": asdict(one.stored) if one.stored else None,
            "views": {
                view.name: _view(found[one.peer, view.name], found.get((OURS, view.name)))
                for view in seen
            },
        }
        for one in measured
    ]
    return {
        "corpus": corpus.name,
        "profiles": len(corpus.profiles),
        "passages": sum(len(one.passages) for one in corpus.profiles),
        "queries": len(corpus.queries),
        "judgements": _judgements(corpus),
        "relevant_from": corpus.relevant_from,
        "peers": peers,
        "promises": list(_promises(peers)),
    }


def _judgements(corpus: Corpus) -> int:
    """Return how many there are; the wordings of one challenge have the same."""
    return sum(len(corpus.grades.get(group, ())) for group in _first_wordings(corpus))


def _first_wordings(corpus: Corpus) -> list[str]:
    return list({one.group: one.id for one in reversed(corpus.queries)}.values())


def _view(
    own: Mapping[str, Sequence[float]], ours: Mapping[str, Sequence[float]] | None
) -> dict[str, Any]:
    """Return each measure with its interval, and by how much Matchmaker is ahead.

    The interval of the difference is paired: each draw takes the same queries of both.
    """
    document: dict[str, Any] = {"groups": len(own[LEADING])}
    for name in MEASURES:
        document[name] = asdict(Interval.of(own[name]))
        if ours is not None:
            ahead = [one - other for one, other in zip(ours[name], own[name], strict=True)]
            document[name]["matchmaker_ahead"] = asdict(Interval.of(ahead))
    return document


def _promises(peers: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Say whether Matchmaker is first in quality, and the quickest of those near it."""
    ours = next((one for one in peers if one["peer"] == OURS), None)
    others = [one for one in peers if one["peer"] != OURS]
    if ours is None or not others:
        return
    own = _quality(ours)
    best = max(others, key=_quality)
    yield {
        "what": f"first in {LEADING}",
        "kept": own >= _quality(best),
        "matchmaker": own,
        "best_other": best["peer"],
        "other": _quality(best),
    }
    if not ours["latency"]["queries"]:
        return
    near = [one for one in others if _quality(one) >= NEAR * own]
    quickest = min(near, key=lambda one: float(one["latency"]["p50_ms"]), default=None)
    yield {
        "what": "first in latency (p50) of those within 5 % of its quality",
        "kept": quickest is None or ours["latency"]["p50_ms"] <= quickest["latency"]["p50_ms"],
        "matchmaker": ours["latency"]["p50_ms"],
        "best_other": quickest["peer"] if quickest else None,
        "other": quickest["latency"]["p50_ms"] if quickest else None,
    }


def _quality(peer: Mapping[str, Any]) -> float:
    return float(peer["views"][ALL][LEADING]["value"])
