"""The share of pairs that stand in the right order."""

from __future__ import annotations

import pytest

from matchmaker.matching.orderings import pairs_in_order

GRADES = {"a": 3, "b": 2, "c": 0}


@pytest.mark.parametrize(
    ("scores", "share"),
    [
        ({"a": 0.9, "b": 0.5, "c": 0.1}, 1.0),
        ({"a": 0.1, "b": 0.5, "c": 0.9}, 0.0),
        ({"a": 0.5, "b": 0.9, "c": 0.1}, 2 / 3),
        ({"a": 0.5, "b": 0.5, "c": 0.1}, 2.5 / 3),
        ({"b": 0.5, "c": 0.1}, 1 / 3),
        ({}, 0.5),
    ],
    ids=["right", "turned round", "one wrong", "a tie", "one not looked at", "nothing known"],
)
def test_pairs_of_different_grade_are_counted(scores: dict[str, float], share: float) -> None:
    assert pairs_in_order(scores, GRADES) == pytest.approx(share)


def test_equal_grades_are_no_pairs() -> None:
    assert pairs_in_order({"a": 0.9, "b": 0.5}, {"a": 2, "b": 2}) is None
    assert pairs_in_order({}, {}) is None
