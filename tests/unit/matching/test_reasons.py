"""Why somebody is in the list."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker.matching.candidates import Candidate
from matchmaker.matching.reasons import Carrier, carriers, distance, uncovered
from matchmaker.models import PartnerKind, Place

AALBORG = (57.05, 9.92)


def floats(*values: object) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def a_candidate(latitude: float | None, longitude: float | None) -> Candidate:
    return Candidate(
        profile_id=UUID(int=1),
        partner_kind=PartnerKind.EXPERT,
        family_id=None,
        languages=(),
        latitude=latitude,
        longitude=longitude,
    )


def test_the_strongest_passage_carries_and_answers_its_nearest_sentence() -> None:
    similarities = floats([0.1, 0.2], [0.3, 0.9])
    assert carriers(floats(0.2, 0.8), similarities, 0.5) == (Carrier(1, 1),)


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
    assert distance(a_candidate(*AALBORG), copenhagen) == 223
    assert distance(a_candidate(*AALBORG), Place(latitude=57.05, longitude=9.92)) == 0


@pytest.mark.parametrize(
    ("candidate", "place"),
    [
        ((None, None), Place(latitude=55.68, longitude=12.57)),
        ((57.05, None), Place(latitude=55.68, longitude=12.57)),
        (AALBORG, Place()),
        (AALBORG, Place(latitude=55.68)),
    ],
)
def test_without_both_places_there_is_no_distance(
    candidate: tuple[float | None, float | None], place: Place
) -> None:
    assert distance(a_candidate(*candidate), place) is None


def test_a_place_on_the_equator_and_the_first_meridian_is_a_place() -> None:
    assert distance(a_candidate(0.0, 0.0), Place(latitude=0.0, longitude=1.0)) == 111
