"""Loss and accuracy over pairs, against values worked out by hand."""

from __future__ import annotations

import pytest

from matchmaker.matching.measures import Interval
from matchmaker.matching.pairwise import PairCounts, compare, compare_order, pair_measures


def test_a_wrong_pair_costs_its_weight_and_a_tie_half_of_it() -> None:
    found = compare([(0.9, 0.1, 1.0), (0.1, 0.9, 3.0), (0.5, 0.5, 2.0)])

    assert found == PairCounts(lost=4.0, weight=6.0, right=1.5, pairs=3)


def test_an_order_is_weighted_by_the_difference_of_the_grades() -> None:
    # 5 over 3: right, 2. 5 over 2: wrong, 3. 3 over 2: a tie, half of 1.
    grades = {"p1": 5.0, "p2": 3.0, "p3": 2.0}

    found = compare_order(grades, {"p1": 0.5, "p2": 0.4, "p3": 0.4})
    swapped = compare_order(grades, {"p1": 0.45, "p2": 0.4, "p3": 0.5})

    assert found == PairCounts(lost=0.5, weight=6.0, right=2.5, pairs=3)
    assert swapped == PairCounts(lost=4.0, weight=6.0, right=1.0, pairs=3)


def test_queries_of_the_same_grade_are_no_pair() -> None:
    assert compare_order({"p1": 3.0, "p2": 3.0}, {"p1": 0.1, "p2": 0.9}) == PairCounts()


def test_the_loss_is_over_all_pairs_and_not_a_mean_of_means() -> None:
    counts = [PairCounts(1.0, 1.0, 0.0, 1), PairCounts(0.0, 9.0, 3.0, 3), PairCounts()]

    found = pair_measures(counts)

    assert found["pairwise_loss"].value == pytest.approx(0.1)
    assert found["pairwise_accuracy"].value == pytest.approx(0.75)
    assert found["pairwise_loss"].low == 0
    assert found["pairwise_loss"].high == 1


def test_pairs_without_weight_have_no_loss_but_an_accuracy() -> None:
    assert set(pair_measures([compare([(0.9, 0.1, 0.0)])])) == {"pairwise_accuracy"}
    assert pair_measures([]) == {}


def test_the_interval_of_equal_shares_is_a_point() -> None:
    found = pair_measures([PairCounts(1.0, 4.0, 3.0, 4)] * 5, "orders")

    assert found["orders_loss"] == Interval(0.25, 0.25, 0.25)
