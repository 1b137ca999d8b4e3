"""Measures of ranking quality, against their definitions."""

from __future__ import annotations

from math import log2

import numpy as np
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


def test_a_ratio_weighs_each_query_by_its_whole() -> None:
    interval = Interval.of_ratio(np.array([1.0, 0.0]), np.array([1.0, 3.0]))

    assert interval.value == 0.25
    # Drawn twice the first, both, or twice the second.
    assert (interval.low, interval.high) == (0.0, 1.0)


def test_the_interval_of_yes_and_no_is_that_of_a_share() -> None:
    interval = Interval.of([1.0] * 50 + [0.0] * 50)

    # The normal approximation: 0.5 ± 1.96 √(0.25 / 100).
    assert interval.low == pytest.approx(0.402, abs=0.015)
    assert interval.high == pytest.approx(0.598, abs=0.015)
