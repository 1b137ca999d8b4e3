"""Who is looked at closely."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.candidates import Shortage, first_eligible, profile_order, to_check
from matchmaker.models import PartnerKind

EXPERT, STUDENT, HUB = PartnerKind.EXPERT, PartnerKind.STUDENT, PartnerKind.HUB


def test_profiles_come_in_the_order_of_their_best_passage_each_once() -> None:
    owner_of = np.array([4, 2, 4, 7, 2], dtype=np.int32)
    assert profile_order(np.array([3, 1, 4, 0, 2]), owner_of).tolist() == [7, 2, 4]


def test_padding_and_passages_without_an_owner_are_passed_over() -> None:
    owner_of = np.array([4, -1, 2], dtype=np.int32)
    order = profile_order(np.array([1, 2, 0, -1, -1]), owner_of)
    assert order.tolist() == [2, 4]
    assert order.dtype == np.int32


def test_no_passages_are_nobody() -> None:
    assert profile_order(np.empty(0, np.int64), np.empty(0, np.int32)).tolist() == []


def test_an_order_gives_its_first_of_all_and_its_first_of_each_kind() -> None:
    eligible = {1: EXPERT, 2: EXPERT, 3: EXPERT, 4: STUDENT, 5: STUDENT}
    taken, shortage = first_eligible(
        [1, 2, 3, 4, 5], eligible, depth=2, depth_per_kind=1, kinds=[EXPERT, STUDENT]
    )
    assert taken == [1, 2, 4]
    assert not shortage


def test_profiles_that_may_not_be_proposed_use_up_no_place() -> None:
    taken, _ = first_eligible(
        [9, 1, 8, 2], {1: EXPERT, 2: EXPERT}, depth=2, depth_per_kind=0, kinds=[EXPERT]
    )
    assert taken == [1, 2]


def test_a_shortage_says_what_is_lacking() -> None:
    taken, shortage = first_eligible(
        [1, 2], {1: EXPERT, 2: EXPERT}, depth=3, depth_per_kind=1, kinds=[EXPERT, STUDENT, HUB]
    )
    assert taken == [1, 2]
    assert shortage == Shortage(overall=True, kinds=frozenset({STUDENT, HUB}))
    assert shortage
    assert Shortage(overall=False, kinds=frozenset({HUB}))
    assert not Shortage(overall=False, kinds=frozenset())


def test_a_kind_that_was_not_asked_for_has_no_places_of_its_own() -> None:
    taken, shortage = first_eligible(
        [1, 2, 3], {1: EXPERT, 2: HUB, 3: HUB}, depth=1, depth_per_kind=1, kinds=[EXPERT]
    )
    assert taken == [1]
    assert shortage.kinds == frozenset()


@given(
    st.permutations(range(12)),
    st.dictionaries(st.integers(0, 11), st.sampled_from([EXPERT, STUDENT, HUB])),
    st.integers(0, 6),
    st.integers(0, 3),
    st.integers(0, 12),
)
def test_a_longer_look_at_an_order_never_takes_anybody_back(
    order: list[int], eligible: dict[int, PartnerKind], depth: int, per_kind: int, cut: int
) -> None:
    kinds = [EXPERT, STUDENT, HUB]
    whole, _ = first_eligible(order, eligible, depth=depth, depth_per_kind=per_kind, kinds=kinds)
    begun, lacking = first_eligible(
        order[:cut], eligible, depth=depth, depth_per_kind=per_kind, kinds=kinds
    )
    assert whole[: len(begun)] == begun
    if not lacking:
        assert begun == whole


def test_the_first_of_all_and_the_first_of_each_kind_are_asked_about() -> None:
    kind_of = np.array([0, 0, 0, 1, 1, 2], dtype=np.int8)
    order = np.array([2, 0, 1, 4, 5, 3], dtype=np.int32)
    asked = to_check(order, kind_of, depth=1, depth_per_kind=1, kinds=[0, 1])
    assert asked.tolist() == [2, 4]
    assert to_check(order, kind_of, depth=0, depth_per_kind=2, kinds=[2]).tolist() == [5]
    assert to_check(order, kind_of, depth=9, depth_per_kind=0, kinds=[]).tolist() == order.tolist()
