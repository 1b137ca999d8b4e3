"""Who is looked at closely."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from matchmaker.matching.candidates import Share, profile_order, shares

EXPERT, STUDENT, HUB = range(3)


def numbers(*values: int) -> NDArray[np.int32]:
    return np.array(values, dtype=np.int32)


def test_profiles_come_in_the_order_of_their_best_passage_each_once() -> None:
    owner_of = numbers(4, 2, 4, 7, 2)
    assert profile_order(np.array([3, 1, 4, 0, 2]), owner_of).tolist() == [7, 2, 4]


def test_padding_and_passages_without_an_owner_are_passed_over() -> None:
    order = profile_order(np.array([1, 2, 0, -1, -1]), numbers(4, -1, 2))
    assert order.tolist() == [2, 4]
    assert order.dtype == np.int32


def test_no_passages_are_nobody() -> None:
    assert profile_order(np.empty(0, np.int64), numbers()).tolist() == []


def test_a_share_gives_the_first_eligible_ones_and_no_more_than_are_wanted() -> None:
    share = Share(numbers(9, 1, 8, 2, 3), 2, 5)
    assert share.eligible({1, 2, 3}) == [1, 2]
    assert share.eligible({3}) == [3]
    assert Share(numbers(1, 2), 0, 2).eligible({1, 2}) == []


def test_an_order_is_asked_for_its_first_of_all_and_its_first_of_each_kind() -> None:
    kind_of = np.array([EXPERT, EXPERT, EXPERT, STUDENT, STUDENT, HUB], dtype=np.int8)
    overall, experts, hubs = shares(
        numbers(2, 0, 1, 4, 5, 3), kind_of, depth=2, depth_per_kind=1, kinds=[EXPERT, HUB], slack=1
    )
    assert (overall.looked.tolist(), overall.wanted, overall.whole) == ([2, 0], 2, 6)
    assert (experts.looked.tolist(), experts.wanted, experts.whole) == ([2, 0], 1, 3)
    assert (hubs.looked.tolist(), hubs.wanted, hubs.whole) == ([5], 1, 1)


def test_more_are_looked_at_than_wanted_because_some_will_not_be_eligible() -> None:
    kind_of = np.zeros(20, dtype=np.int8)
    order = np.arange(20, dtype=np.int32)
    parts = shares(order, kind_of, depth=4, depth_per_kind=2, kinds=[EXPERT], slack=2.5)
    assert [len(part.looked) for part in parts] == [10, 6]
    assert [part.wanted for part in parts] == [4, 2]


@given(
    st.permutations(range(12)),
    st.lists(st.sampled_from([EXPERT, STUDENT, HUB]), min_size=12, max_size=12),
    st.sets(st.integers(0, 11)),
    st.integers(0, 6),
    st.integers(0, 3),
    st.floats(1, 3),
)
def test_what_a_share_gives_does_not_depend_on_how_far_was_looked(
    given_order: list[int],
    kinds: list[int],
    eligible: set[int],
    depth: int,
    per_kind: int,
    slack: float,
) -> None:
    def asked(order: list[int], looseness: float) -> list[Share]:
        return shares(
            numbers(*order),
            np.array(kinds, dtype=np.int8),
            depth=depth,
            depth_per_kind=per_kind,
            kinds=[EXPERT, STUDENT, HUB],
            slack=looseness,
        )

    # Looking at everybody, and at a list in which only eligible ones stand, is the same.
    whole = [part.eligible(eligible) for part in asked(given_order, 100)]
    handed_over = asked([one for one in given_order if one in eligible], slack)
    assert [part.eligible(eligible) for part in handed_over] == whole
    for part, all_of_it in zip(asked(given_order, slack), whole, strict=True):
        begun = part.eligible(eligible)
        assert all_of_it[: len(begun)] == begun
        if len(begun) == part.wanted or len(part.looked) == part.whole:
            assert begun == all_of_it
