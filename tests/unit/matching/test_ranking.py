"""One list over all partner kinds: order, floor, slate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.candidates import Candidate
from matchmaker.matching.policy import DEFAULT_POLICY, SlateRule
from matchmaker.matching.ranking import DECIMALS, Scored, above_floor, in_order, slate
from matchmaker.models import Fit, PartnerKind

EXPERT, STUDENT, HUB = PartnerKind.EXPERT, PartnerKind.STUDENT, PartnerKind.HUB
FREE = SlateRule(minimum={}, maximum={}, per_family=99)
SEED = UUID(int=1)
#: The smallest difference that counts.
STEP = 10**-DECIMALS


def scored(
    number: int,
    score: float = 0.5,
    kind: PartnerKind = EXPERT,
    family: int | None = None,
    raw: float | None = None,
) -> Scored:
    candidate = Candidate(
        profile_id=UUID(int=number),
        partner_kind=kind,
        family_id=UUID(int=family) if family is not None else None,
    )
    return Scored(candidate=candidate, score=score, raw=score if raw is None else raw, row=number)


def numbers(chosen: Sequence[Scored]) -> list[int]:
    return [one.candidate.profile_id.int for one in chosen]


def test_the_best_stands_first() -> None:
    given_ = [scored(1, 0.2), scored(2, 0.9), scored(3, 0.5)]
    assert numbers(in_order(given_, SEED)) == [2, 3, 1]


def test_scores_that_cannot_grow_any_more_still_stand_in_the_order_of_their_sums() -> None:
    saturated = [scored(number, 1.0, raw=0.9 + number / 100) for number in range(5)]
    assert numbers(in_order(saturated, SEED)) == [4, 3, 2, 1, 0]


def test_sums_that_agree_to_the_last_decimal_are_a_tie() -> None:
    close = [scored(number, 0.5 + number * STEP / 100) for number in range(20)]
    apart = [scored(number, 0.5 + number * STEP) for number in range(20)]
    tied = numbers(in_order([scored(number) for number in range(20)], SEED))
    assert numbers(in_order(close, SEED)) == tied
    assert numbers(in_order(apart, SEED)) == list(range(19, -1, -1)) != tied


@given(st.permutations(range(8)), st.uuids())
def test_ties_are_broken_alike_every_time(order: list[int], seed: UUID) -> None:
    expected = numbers(in_order([scored(number) for number in range(8)], seed))
    assert numbers(in_order([scored(number) for number in order], seed)) == expected


def test_over_many_challenges_every_tied_profile_stands_first_equally_often() -> None:
    tied = [scored(number) for number in range(5)]
    draws = 2_000
    first = Counter(numbers(in_order(tied, UUID(int=seed)))[0] for seed in range(draws))
    expected = draws / len(tied)
    chi_square = sum((first[number] - expected) ** 2 / expected for number in range(5))
    assert chi_square < 18.47  # 4 degrees of freedom: fair draws pass it once in a thousand


def test_nobody_below_the_floor_is_shown() -> None:
    policy = replace(DEFAULT_POLICY, fit_from={Fit.POSSIBLE: 0.3}, answer_from=0.0)
    ordered = [
        scored(1, 0.31),
        scored(2, 0.3 - STEP * 0.4),
        scored(3, 0.3 - STEP * 0.6),
        scored(4, 0.1),
    ]
    assert numbers(above_floor(ordered, policy)) == [1, 2]


def test_whether_anybody_fits_is_asked_of_the_best_wherever_it_stands() -> None:
    policy = replace(DEFAULT_POLICY, fit_from={Fit.POSSIBLE: 0.3}, answer_from=0.5)
    assert numbers(above_floor([scored(1, 0.4), scored(2, 0.5)], policy)) == [1, 2]


def test_when_not_even_the_best_fits_well_nobody_is_shown() -> None:
    policy = replace(DEFAULT_POLICY, fit_from={Fit.POSSIBLE: 0.3}, answer_from=0.5)
    assert above_floor([scored(1, 0.5 - STEP * 0.6), scored(2, 0.4)], policy) == []
    assert numbers(above_floor([scored(1, 0.5 - STEP * 0.4), scored(2, 0.4)], policy)) == [1, 2]
    assert above_floor([], policy) == []


def test_a_challenge_may_need_more_or_less_of_the_best_than_usual() -> None:
    policy = replace(DEFAULT_POLICY, fit_from={Fit.POSSIBLE: 0.3}, answer_from=0.5)
    ordered = [scored(1, 0.6), scored(2, 0.4)]
    assert above_floor(ordered, policy, needed=0.7) == []
    assert numbers(above_floor(ordered[1:], policy, needed=0.3)) == [2]


def test_a_list_holds_no_more_than_asked_for() -> None:
    ordered = [scored(number) for number in range(9)]
    assert numbers(slate(ordered, FREE, 4)) == [0, 1, 2, 3]
    assert slate(ordered, FREE, 0) == []
    assert slate([], FREE, 5) == []


def test_a_minimum_lets_the_best_of_a_rare_kind_in_and_the_order_stays() -> None:
    ordered = [*(scored(number) for number in range(5)), scored(7, kind=STUDENT)]
    rule = replace(FREE, minimum={STUDENT: 1})
    assert numbers(slate(ordered, rule, 3)) == [0, 1, 7]


def test_minimums_take_no_more_than_half_of_a_list() -> None:
    rare = [scored(number, kind=STUDENT) for number in (5, 6, 7)]
    ordered = [*(scored(number) for number in range(4)), *rare]
    rule = replace(FREE, minimum={STUDENT: 3})
    assert numbers(slate(ordered, rule, 4)) == [0, 1, 5, 6]
    assert numbers(slate(ordered, rule, 1)) == [0]


def test_a_minimum_is_not_filled_with_more_than_there_are() -> None:
    ordered = [scored(0), scored(1), scored(2, kind=STUDENT)]
    assert numbers(slate(ordered, replace(FREE, minimum={HUB: 2, STUDENT: 5}), 9)) == [0, 1, 2]


def test_a_maximum_keeps_a_common_kind_from_filling_the_list() -> None:
    ordered = [*(scored(number) for number in range(5)), scored(7, kind=STUDENT)]
    assert numbers(slate(ordered, replace(FREE, maximum={EXPERT: 2}), 9)) == [0, 1, 7]


def test_a_kind_alone_in_the_list_has_no_maximum() -> None:
    ordered = [scored(number) for number in range(5)]
    assert numbers(slate(ordered, replace(FREE, maximum={EXPERT: 2}), 9)) == [0, 1, 2, 3, 4]


def test_a_family_does_not_fill_the_list_and_those_without_one_are_free() -> None:
    ordered = [*(scored(number, family=1) for number in range(4)), scored(5), scored(6)]
    assert numbers(slate(ordered, replace(FREE, per_family=2), 9)) == [0, 1, 5, 6]


def test_a_full_family_is_not_let_in_by_a_minimum() -> None:
    ordered = [scored(0, family=1), scored(1, kind=STUDENT, family=1), scored(2, kind=STUDENT)]
    rule = replace(FREE, minimum={EXPERT: 1, STUDENT: 1}, per_family=1)
    assert numbers(slate(ordered, rule, 2)) == [0, 2]


@given(
    st.lists(
        st.tuples(st.sampled_from([EXPERT, STUDENT, HUB]), st.integers(0, 4) | st.none()),
        max_size=25,
    ),
    st.dictionaries(st.sampled_from([EXPERT, STUDENT, HUB]), st.integers(0, 3)),
    st.dictionaries(st.sampled_from([EXPERT, STUDENT, HUB]), st.integers(3, 6)),
    st.integers(1, 4),
    st.integers(0, 20),
)
def test_any_slate_keeps_its_rule(
    world: list[tuple[PartnerKind, int | None]],
    minimum: dict[PartnerKind, int],
    maximum: dict[PartnerKind, int],
    per_family: int,
    limit: int,
) -> None:
    ordered = [
        scored(number, kind=kind, family=family) for number, (kind, family) in enumerate(world)
    ]
    rule = SlateRule(minimum=minimum, maximum=maximum, per_family=per_family)
    chosen = slate(ordered, rule, limit)
    assert numbers(chosen) == sorted(set(numbers(chosen)))
    assert len(chosen) <= limit
    families = Counter(one.candidate.family_id for one in chosen if one.candidate.family_id)
    assert max(families.values(), default=0) <= per_family
    kinds = Counter(one.candidate.partner_kind for one in chosen)
    if len({kind for kind, _ in world}) > 1:
        assert all(kinds[kind] <= most for kind, most in maximum.items())
        # A kind below its minimum has nobody left that the list had room for.
        for kind, least in minimum.items():
            left = [
                one
                for one in ordered
                if one.candidate.partner_kind == kind
                and one not in chosen
                and families[one.candidate.family_id] < per_family
            ]
            assert kinds[kind] >= least or not left or len(chosen) == limit


@pytest.mark.parametrize("limit", [1, 5, 20])
def test_the_default_slate_shows_every_kind_when_all_fit_equally(limit: int) -> None:
    kinds = list(PartnerKind)
    ordered = [
        scored(number, kind=kinds[number % len(kinds)], family=number) for number in range(70)
    ]
    chosen = slate(ordered, DEFAULT_POLICY.slate, limit)
    assert len(chosen) == limit
    if limit == 20:
        assert {one.candidate.partner_kind for one in chosen} == set(kinds)
