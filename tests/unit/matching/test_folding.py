"""Folding: who says the same as somebody better, and belongs to them, shares their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.candidates import Candidate
from matchmaker.matching.folding import Place, alike, fold, of_one_name
from matchmaker.matching.policy import DEFAULT_POLICY
from matchmaker.matching.ranking import Scored
from matchmaker.models import PartnerKind

POLICY = replace(DEFAULT_POLICY, alike_from=0.75, same_name_from=0.9)
INSTITUTE, HUB = PartnerKind.INSTITUTE, PartnerKind.HUB


def scored(number: int, family: int | None = 1, kind: PartnerKind = INSTITUTE) -> Scored:
    candidate = Candidate(
        profile_id=UUID(int=number),
        partner_kind=kind,
        family_id=None if family is None else UUID(int=family),
    )
    return Scored(candidate=candidate, score=0.5, raw=0.5, row=number)


def at_angles(*degrees: float) -> np.ndarray:
    """Return unit vectors in a plane: 41 degrees apart is a cosine of 0.755, 42 of 0.743."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def folded(
    ordered: Sequence[Scored], vectors: np.ndarray, names: dict[int, str] | None = None
) -> dict[int, list[int]]:
    known = {UUID(int=number): name for number, name in (names or {}).items()}
    places = fold(ordered, alike(ordered, vectors, POLICY), known, POLICY)
    return {number_of(place.scored): [number_of(one) for one in place.folded] for place in places}


def number_of(one: Scored) -> int:
    return one.candidate.profile_id.int


def test_parts_of_one_family_that_say_the_same_take_one_place() -> None:
    ordered = [scored(1), scored(2), scored(3)]
    assert folded(ordered, at_angles(0, 0, 90)) == {1: [2], 3: []}


def test_the_better_one_keeps_the_place() -> None:
    assert folded([scored(2), scored(1)], at_angles(10, 0)) == {2: [1]}


def test_what_is_not_near_enough_is_not_the_same() -> None:
    ordered = [scored(1), scored(2)]
    assert folded(ordered, at_angles(0, 41)) == {1: [2]}
    assert folded(ordered, at_angles(0, 42)) == {1: [], 2: []}


def test_unrelated_partners_keep_their_places_even_with_the_same_words() -> None:
    ordered = [scored(1, family=1), scored(2, family=2), scored(3, family=None)]
    names = {1: "Institut for Sømme", 2: "Svejsecentret", 3: "Ida Berg"}
    assert folded(ordered, at_angles(0, 0, 0), names) == {1: [], 2: [], 3: []}


def test_one_partner_registered_twice_takes_one_place() -> None:
    ordered = [scored(1, family=1), scored(2, family=2)]
    names = {1: "Institut for Sømme", 2: "INSTITUT FOR SØMME."}
    assert folded(ordered, at_angles(0, 5), names) == {1: [2]}
    assert folded(ordered, at_angles(0, 80), names) == {1: [], 2: []}


def test_two_without_a_family_are_not_one_family() -> None:
    ordered = [scored(1, family=None), scored(2, family=None)]
    assert folded(ordered, at_angles(0, 0), {1: "Ida Berg", 2: "Jens Falk"}) == {1: [], 2: []}


def test_another_kind_of_partner_is_another_thing() -> None:
    ordered = [scored(1), scored(2, kind=HUB)]
    assert folded(ordered, at_angles(0, 0)) == {1: [], 2: []}


def test_nobody_is_folded_along_a_chain() -> None:
    # The second says what the first does, the third what the second does, but not the first.
    ordered = [scored(1), scored(2), scored(3)]
    assert folded(ordered, at_angles(0, 30, 60)) == {1: [2], 3: []}


def test_a_list_of_one_or_none_stays() -> None:
    assert folded([], np.empty((0, 2), np.float32)) == {}
    assert folded([scored(1)], at_angles(0)) == {1: []}


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Ida Berg", "Berg, Ida", True),
        ("Teknologisk Institut – Måling", "teknologisk institut måling", True),
        ("Danish Technological Institute", "Danish Technological Institut", True),
        ("Ida Berg", "Ida Holm", False),
        ("DTU Compute", "DTU Construct", False),
        ("Institut 1", "Center 2", False),
    ],
)
def test_names_are_compared_without_case_signs_and_order(
    first: str, second: str, same: bool
) -> None:
    assert of_one_name(first, second, POLICY) is same
    assert of_one_name(second, first, POLICY) is same


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3) | st.none(), st.sampled_from([INSTITUTE, HUB]), st.integers(0, 359)
        ),
        max_size=15,
    )
)
def test_everybody_has_a_place_or_is_named_under_one_that_says_the_same(
    world: list[tuple[int | None, PartnerKind, int]],
) -> None:
    ordered = [scored(number, family, kind) for number, (family, kind, _) in enumerate(world)]
    vectors = at_angles(*(angle for *_, angle in world))
    places = fold(ordered, alike(ordered, vectors, POLICY), {}, POLICY)
    assert sorted(
        number_of(one) for place in places for one in (place.scored, *place.folded)
    ) == list(range(len(world)))
    assert [number_of(place.scored) for place in places] == sorted(
        number_of(place.scored) for place in places
    )
    for place in places:
        for one in place.folded:
            assert number_of(place.scored) < number_of(one)
            assert one.candidate.family_id == place.scored.candidate.family_id is not None
            assert one.candidate.partner_kind is place.scored.candidate.partner_kind
            cosine = vectors[number_of(place.scored)] @ vectors[number_of(one)]
            assert cosine >= POLICY.alike_from - 1e-6


def test_a_place_is_for_one_and_starts_without_others() -> None:
    assert Place(scored(1)).folded == []


@given(st.text("abcde Å-", max_size=14), st.text("abcde Å-", max_size=14))
def test_the_quick_ways_say_of_two_names_what_comparing_them_says(one: str, other: str) -> None:
    def plain(name: str) -> str:
        return " ".join(sorted(name.replace("-", " ").casefold().split()))

    ratio = SequenceMatcher(None, plain(one), plain(other), autojunk=False).ratio()
    alike_from = DEFAULT_POLICY.same_name_from
    assert of_one_name(one, other, DEFAULT_POLICY) == (ratio >= alike_from)
