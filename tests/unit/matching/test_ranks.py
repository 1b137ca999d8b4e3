"""Ranks among everybody and their measures, against values worked out by hand."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest

from matchmaker.matching.ranks import (
    TIE_DRAWS,
    drawn_ranks,
    ndcg,
    rank_measures,
    recall,
    reciprocal_rank,
    strict,
    success,
)

SCORES = np.array([0.9, 0.1, 0.5, 0.7])
#: The ranks 1, 3 and 4.
JUDGED = np.array([0, 2, 1])


def test_without_ties_every_draw_is_the_same() -> None:
    ranks = drawn_ranks(SCORES, JUDGED, seed=1)

    assert ranks.shape == (TIE_DRAWS, 3)
    assert (ranks == [1, 3, 4]).all()


def test_equal_scores_take_each_place_of_their_group_once_in_a_draw() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.5, 0.1])

    ranks = drawn_ranks(scores, np.array([1, 2, 3]), seed=1)

    assert (np.sort(ranks, axis=1) == [2, 3, 4]).all()
    assert len({tuple(row) for row in ranks.tolist()}) > 1


def test_the_mean_over_the_draws_is_near_the_expectation_whatever_the_order_of_the_file() -> None:
    # One relevant among ten equal ones: the mean of 1, 1/2, ... 1/10 is 0.293.
    found = [
        reciprocal_rank(drawn_ranks(np.zeros(10), np.array([0]), seed), np.array([True]))
        for seed in range(100)
    ]

    assert np.mean(found) == pytest.approx(0.293, abs=0.02)


def test_measures_by_hand() -> None:
    ranks = drawn_ranks(SCORES, JUDGED, seed=0)
    relevant = np.array([False, True, True])

    assert reciprocal_rank(ranks, relevant) == pytest.approx(1 / 3)
    assert success(ranks, relevant, 2) == 0
    assert success(ranks, relevant, 3) == 1
    assert recall(ranks, relevant, 3) == 0.5
    ideal = 3 + 2 / log2(3) + 1 / 2
    assert ndcg(ranks, np.array([1.0, 3.0, 2.0]), 3) == pytest.approx((1 + 3 / 2) / ideal)


def test_a_grade_below_nothing_gains_nothing() -> None:
    ranks = drawn_ranks(SCORES, JUDGED, seed=0)

    assert ndcg(ranks, np.array([-2.0, 1.0, 0.0]), 10) == pytest.approx(1 / 2)


def test_a_query_for_which_nobody_is_relevant_has_no_measures() -> None:
    assert rank_measures(SCORES, JUDGED, [0, 0, -1], above=0, seed=0) == {}


def test_which_grades_are_relevant_can_be_said() -> None:
    found = rank_measures(SCORES, JUDGED, [1, 2, 0], above=1, seed=0)

    assert found["mrr"] == pytest.approx(1 / 3)
    assert set(found) == {
        *("mrr", "success@1", "success@5", "success@10", "ndcg@10", "recall@10", "recall@50"),
    }


def test_ties_by_id_are_rounded_first_and_the_greater_id_wins() -> None:
    scores = strict(np.array([0.500001, 0.500004, 0.6, 0.499]), 5, ["b", "a", "c", "d"])

    assert np.argsort(-scores).tolist() == [2, 0, 1, 3]
