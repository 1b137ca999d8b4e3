"""How far apart two scores must be to say who is the better partner.

    MATCHMAKER_DATA_DIR=var python benchmarks/near_ties.py

Asks every judged challenge of the seed data in both languages. Of each two judged profiles of
different families that are above the floor and have different grades it counts how often the
one with the higher weighted sum has the higher grade, by the difference of the two sums: one
half is what a lot would reach. Then, for several margins, what drawing the order of near-ties
costs in nDCG@10. ``MatchingPolicy.near_tie`` is chosen from this; measure again when the
scoring changes, because the sums change their scale with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from uuid import UUID

import numpy as np

from api.cli.evaluate import judged_challenges
from api.cli.seed import read_judged
from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.matching.measures import Interval, ndcg
from matchmaker.matching.near_ties import drawn
from matchmaker.matching.ranking import Scored, above_floor
from matchmaker.services.question import Stopwatch
from matchmaker.services.search import Search

EDGES = (0.0, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 1.0)
MARGINS = (0.0, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03)
#: Lots drawn for each challenge, so that the cost is not that of one draw.
DRAWS = 50


def main() -> None:
    service = build(Settings.from_environment())
    policy = replace(service.matchmaking.policy, near_tie=0.0)
    replica = service.evaluation.make_replica(policy.language_correction)
    replica.catch_up()
    search = Search(replica)
    asked = []
    judged = [one for one in judged_challenges(read_judged(Path("seed_data"))) if one.answerable]
    for challenge in judged:
        for language, wording in challenge.wordings.items():
            question = service.evaluation._question(challenge, language, wording)  # noqa: SLF001
            with service.evaluation.sessions.reading() as session:
                found = search.rank(session, question, policy, Stopwatch())
            asked.append((challenge, list(found.ordered)))
    tells = _tells(asked, policy)
    costs = _costs(asked, policy)
    print(json.dumps({"policy": policy.name, "tells": tells, "ndcg@10": costs}, indent=2))
    service.close()


def _tells(asked, policy) -> list[dict[str, object]]:
    """Return for each step of differences how often the higher sum is the better partner."""
    right: dict[int, dict[UUID, list[bool]]] = {step: {} for step in range(len(EDGES) - 1)}
    for challenge, ordered in asked:
        fitting = [
            one for one in above_floor(ordered, policy) if _grade(challenge, one) is not None
        ]
        for better, worse in combinations(fitting, 2):
            gain = _grade(challenge, better) - _grade(challenge, worse)
            if gain and better.candidate.family_id != worse.candidate.family_id:
                step = int(np.searchsorted(EDGES, better.raw - worse.raw, side="right")) - 1
                right[step].setdefault(challenge.id, []).append(gain > 0)
    rows = []
    for step, (low, high) in enumerate(pairwise(EDGES)):
        of_challenges = list(right[step].values())
        rows.append(
            {
                "from": low,
                "to": high,
                "pairs": sum(map(len, of_challenges)),
                "higher is better": _interval(of_challenges),
            }
        )
    return rows


def _interval(of_challenges: Sequence[Sequence[bool]]) -> list[float]:
    """Return share, low and high of 95 %; challenges are drawn, with all pairs of each."""
    sums = np.array([[sum(one), len(one)] for one in of_challenges], dtype=float)
    rng = np.random.default_rng(20261122)
    picked = sums[rng.integers(0, len(sums), (2_000, len(sums)))].sum(axis=1)
    low, high = np.quantile(picked[:, 0] / picked[:, 1], [0.025, 0.975])
    return [round(float(one), 3) for one in (sums[:, 0].sum() / sums[:, 1].sum(), low, high)]


def _costs(asked, policy) -> list[dict[str, object]]:
    """Return nDCG@10 for each margin, and its difference to no margin."""
    rows = []
    plain = [_ndcg(challenge, ordered) for challenge, ordered in asked]
    for margin in MARGINS:
        near = replace(policy, near_tie=margin)
        values = [
            np.mean([_ndcg(challenge, drawn(ordered, UUID(int=lot), near)) for lot in range(DRAWS)])
            for challenge, ordered in asked
        ]
        loss = Interval.of([float(one - other) for one, other in zip(values, plain, strict=True)])
        rows.append(
            {
                "margin": margin,
                "value": round(float(np.mean(values)), 4),
                "difference": [round(one, 4) for one in (loss.value, loss.low, loss.high)],
                "moved of the first ten": _moved(asked, near),
            }
        )
    return rows


def _moved(asked, policy) -> float:
    """Return the share of the first ten places that somebody else has after a draw."""
    changed = [
        one is not other
        for _, ordered in asked
        for one, other in zip(ordered[:10], drawn(ordered, UUID(int=1), policy)[:10], strict=True)
    ]
    return round(float(np.mean(changed)), 3)


def _ndcg(challenge, ordered: Sequence[Scored]) -> float:
    return ndcg([one.candidate.profile_id for one in ordered], challenge.grades, 10)


def _grade(challenge, one: Scored) -> int | None:
    return challenge.grades.get(one.candidate.profile_id)


if __name__ == "__main__":
    main()
