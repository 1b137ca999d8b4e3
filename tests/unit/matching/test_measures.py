"""Measures of ranking quality, against their definitions."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.measures import Interval, ndcg, recall, reciprocal_rank

GRADES = {"a": 3, "b": 2, "c": 1, "d": 0}


def test_the_ideal_order_has_gain_one_and_the_reverse_less() -> None:
    assert ndcg(list("abcd"), GRADES, 10) == pytest.approx(1)
    assert 0 < ndcg(list("dcba"), GRADES, 10) < 1


def test_gain_is_grade_over_the_logarithm_of_the_rank() -> None:
    ideal = 3 + 2 / log2(3)
    assert ndcg(["x", "a", "b"], GRADES, 2) == pytest.approx((3 / log2(3)) / ideal)


def test_a_question_without_grades_has_no_gain_and_nothing_to_recall() -> None:
    assert ndcg(["a"], {}, 10) == recall(["a"], {"a": 1}, 10) == 0


def test_recall_counts_relevant_grades_within_k() -> None:
    assert recall(list("cab"), GRADES, 2) == 0.5
    assert recall(list("cab"), GRADES, 3) == 1


def test_the_reciprocal_rank_is_that_of_the_first_relevant_one() -> None:
    assert reciprocal_rank(list("dcba"), GRADES) == pytest.approx(1 / 3)
    assert reciprocal_rank(list("dc"), GRADES) == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_holds_its_mean_and_is_the_same_every_time(values: list[float]) -> None:
    interval = Interval.of(values)
    assert interval.low <= interval.value + 1e-9
    assert interval.value <= interval.high + 1e-9
    assert interval == Interval.of(values)


def test_an_interval_of_nothing_is_zero() -> None:
    assert Interval.of([]) == Interval(0.0, 0.0, 0.0)
