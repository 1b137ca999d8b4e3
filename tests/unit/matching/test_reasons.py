"""Why somebody is in the list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from matchmaker.matching.reasons import Carrier, carriers, distance, uncovered
from matchmaker.matching.scoring import pooled
from matchmaker.models import Place

AALBORG = Place(latitude=57.05, longitude=9.92)


def floats(*values: object) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def test_the_strongest_passage_carries_and_answers_its_nearest_sentence() -> None:
    similarities = floats([0.1, 0.2], [0.3, 0.9])
    assert carriers(floats(0.2, 0.8), similarities, 0.5) == (Carrier(1, 1),)


@given(
    st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=8, unique=True),
    st.lists(st.floats(0.05, 1), min_size=1, max_size=5),
)
def test_without_the_first_passage_a_profile_loses_more_than_without_any_other(
    scores: list[float], weights: list[float]
) -> None:
    combined = floats(*scores)
    (first, *_) = carriers(combined, combined[:, None], 2.0)

    def left(gone: int) -> float:
        kept = np.delete(combined, gone)
        falling = sorted(weights, reverse=True)
        return float(pooled(kept, np.array([0, len(kept)]), falling)[0])

    others = [left(row) for row in range(len(scores)) if row != first.row]
    assert left(first.row) <= min(others) + 1e-6


def test_a_second_passage_is_shown_when_it_answers_another_sentence() -> None:
    similarities = floats([0.9, 0.1], [0.8, 0.2], [0.1, 0.6], [0.2, 0.7])
    found = carriers(floats(0.9, 0.8, 0.7, 0.6), similarities, 0.5)
    assert found == (Carrier(0, 0), Carrier(2, 1))


def test_a_second_passage_that_answers_too_little_is_not_shown() -> None:
    similarities = floats([0.9, 0.1], [0.1, 0.4])
    assert carriers(floats(0.9, 0.8), similarities, 0.5) == (Carrier(0, 0),)


def test_a_profile_of_one_passage_is_carried_by_it_however_weak() -> None:
    assert carriers(floats(0.0), floats([0.0, 0.1]), 0.5) == (Carrier(0, 1),)


def test_equal_passages_are_shown_in_the_order_they_were_composed() -> None:
    similarities = floats([0.9, 0.1, 0.1], [0.1, 0.9, 0.1], [0.1, 0.1, 0.9])
    assert carriers(floats(0.5, 0.5, 0.5), similarities, 0.5) == (Carrier(0, 0), Carrier(1, 1))


def test_sentences_that_no_passage_answers_are_uncovered() -> None:
    similarities = floats([0.9, 0.1, 0.3], [0.1, 0.2, 0.5])
    assert uncovered(similarities, 0.5, set()) == (1,)


def test_a_sentence_that_a_shown_passage_stands_for_is_never_called_unanswered() -> None:
    assert uncovered(floats([0.2, 0.1]), 0.5, {0}) == (1,)


def test_the_distance_is_in_whole_kilometres() -> None:
    copenhagen = Place(latitude=55.68, longitude=12.57)
    assert distance(AALBORG, copenhagen) == 223
    assert distance(AALBORG, AALBORG) == 0


@pytest.mark.parametrize("half", [Place(), Place(latitude=55.68), Place(longitude=12.57)])
def test_without_both_places_there_is_no_distance(half: Place) -> None:
    assert distance(AALBORG, half) is None
    assert distance(half, AALBORG) is None


def test_a_place_on_the_equator_and_the_first_meridian_is_a_place() -> None:
    assert distance(Place(latitude=0.0, longitude=0.0), Place(latitude=0.0, longitude=1.0)) == 111
