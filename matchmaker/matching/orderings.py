"""How well scores put in order what was graded: the share of pairs that stand right."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TypeVar

Id = TypeVar("Id")


def pairs_in_order(scores: Mapping[Id, float], grades: Mapping[Id, int]) -> float | None:
    """Return the share of pairs of different grade whose scores say the same.

    Equal scores are half right: a coin would decide. What has no score stands last.

    Returns:
        None when all grades are equal, so that there is no pair.

    >>> pairs_in_order({"a": 0.9, "b": 0.5, "c": 0.1}, {"a": 2, "b": 3, "c": 0})
    0.6666666666666666
    """
    right: list[float] = []
    for one, other in combinations(grades, 2):
        if grades[one] == grades[other]:
            continue
        better, worse = (one, other) if grades[one] > grades[other] else (other, one)
        lead = scores.get(better, float("-inf")), scores.get(worse, float("-inf"))
        right.append(0.5 if lead[0] == lead[1] else float(lead[0] > lead[1]))
    return sum(right) / len(right) if right else None
