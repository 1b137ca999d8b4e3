"""From similarities and shared words to one score per profile."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from matchmaker.matching.languages import unit
from matchmaker.matching.policy import DEFAULT_POLICY
from matchmaker.matching.scoring import (
    EVIDENCE_KINDS,
    PassageFeatures,
    combined,
    evidence_factors,
    nearness,
    passage_features,
    pooled,
    score,
)
from matchmaker.models import EvidenceKind

Floats = NDArray[np.float32]
POLICY = replace(
    DEFAULT_POLICY,
    dense_weight=1.0,
    lexical_weight=0.5,
    character_weight=0.0,
    lexical_cap=1.5,
    whole_share=0.5,
)
SCORES = st.floats(0, 1, width=32)


def rows(*values: list[float]) -> Floats:
    return unit(np.array(values, dtype=np.float32))


def measured(
    passages: Floats,
    whole: Floats,
    sentences: Floats,
    lexical: list[float] | None = None,
    character: list[float] | None = None,
) -> PassageFeatures:
    none = [0.0] * len(passages)
    words, letters = (
        np.array(one if one is not None else none, dtype=np.float32) for one in (lexical, character)
    )
    across = np.zeros(len(passages), dtype=bool)
    return passage_features(passages, whole, sentences, words, letters, across)


@given(
    st.lists(st.lists(SCORES, max_size=6), min_size=1, max_size=6),
    st.lists(st.floats(0.125, 1, width=16), min_size=1, max_size=5).map(
        lambda weights: sorted(weights, reverse=True)
    ),
)
def test_a_profile_scores_by_the_weighted_mean_of_its_best_passages(
    profiles: list[list[float]], weights: list[float]
) -> None:
    bounds = np.cumsum([0, *map(len, profiles)])
    scores = np.array([one for profile in profiles for one in profile], dtype=np.float32)
    naive = []
    for profile in profiles:
        best = list(zip(sorted(profile, reverse=True), weights, strict=False))
        total = sum(weight for _, weight in best)
        naive.append(sum(one * weight for one, weight in best) / total if best else 0.0)
    assert pooled(scores, bounds, weights).tolist() == pytest.approx(naive, abs=1e-5)


def test_many_weak_passages_do_not_pull_a_strong_profile_down() -> None:
    scores = np.array([0.9, 0.9, 0.1, 0.1, 0.1, 0.8], dtype=np.float32)
    broad, narrow = pooled(scores, np.array([0, 5, 6]), (1, 1))
    assert broad > narrow


def test_pieces_of_one_text_count_as_one() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.2, 0.6], dtype=np.float32)
    bounds, items = np.array([0, 4, 5]), np.array([7, 7, 7, 8, 9])
    assert pooled(scores, bounds, (1, 1), items).tolist() == pytest.approx([0.55, 0.6])
    apart = np.arange(5)
    assert pooled(scores, bounds, (1, 1), apart).tolist() == pytest.approx([0.85, 0.6])


def test_nearness_in_meaning_counts_the_whole_and_the_best_sentence() -> None:
    sentences = rows([1, 0, 0], [0, 1, 0])
    whole = rows([1, 1, 0])[0]
    features = measured(rows([1, 0, 0], [0, 0, 1]), whole, sentences)
    near, far = combined(features, POLICY).tolist()
    assert near == pytest.approx(0.5 * 2**-0.5 + 0.5)
    assert far == 0
    np.testing.assert_allclose(features.similarities, [[1, 0], [0, 0]], atol=1e-7)


def test_shared_words_are_weighed_and_count_up_to_a_cap() -> None:
    same = rows([1, 0], [1, 0], [1, 0], [1, 0])
    scores = combined(measured(same, same[0], same[:1], [0, 1, 1.5, 9]), POLICY)
    assert scores.tolist() == pytest.approx([1, 1.5, 1.75, 1.75])
    assert scores.dtype == np.float32


def test_one_voice_alone_is_heard_alone() -> None:
    passages, whole = rows([1, 0], [0, 1]), rows([1, 0])[0]
    features = measured(passages, whole, whole[None, :], [0.25, 1], [0.5, 0.125])
    for weights, heard in (
        ((1.0, 0.0, 0.0), [1, 0]),
        ((0.0, 1.0, 0.0), [0.25, 1]),
        ((0.0, 0.0, 1.0), [0.5, 0.125]),
    ):
        dense, lexical, character = weights
        policy = replace(
            POLICY, dense_weight=dense, lexical_weight=lexical, character_weight=character
        )
        assert combined(features, policy).tolist() == pytest.approx(heard)


@given(
    values=st.lists(SCORES, min_size=5, max_size=5), more=st.integers(0, 4), across=st.booleans()
)
def test_more_of_any_feature_never_makes_a_passage_worse(
    values: list[float], more: int, *, across: bool
) -> None:
    whole, sentence, lexical, character, step = values

    def total(*features: float) -> float:
        arrays = [np.array([one], dtype=np.float32) for one in features]
        return combined(
            PassageFeatures(
                whole=arrays[0],
                sentence=arrays[1],
                lexical=arrays[2],
                character=arrays[3],
                across=np.array([across]),
                similarities=np.zeros((1, 1), dtype=np.float32),
            ),
            DEFAULT_POLICY,
        ).item()

    before = [whole, sentence, lexical, character]
    after = [one + (step if place == more else 0) for place, one in enumerate(before)]
    assert total(*after) >= total(*before)


def test_a_shared_word_counts_by_its_own_weight_across_languages() -> None:
    none = np.zeros(2, dtype=np.float32)
    features = PassageFeatures(
        whole=none,
        sentence=none,
        lexical=np.ones(2, dtype=np.float32),
        character=none,
        across=np.array([False, True]),
        similarities=np.zeros((2, 1), dtype=np.float32),
    )
    policy = replace(DEFAULT_POLICY, lexical_weight=0.2, lexical_weight_across=0.5)
    assert combined(features, policy).tolist() == pytest.approx([0.2, 0.5])


def test_a_challenge_nearer_aside_than_usual_scores_less_for_the_same_sum() -> None:
    policy = replace(DEFAULT_POLICY, aside_weight=0.5, aside_usual=0.1)
    raw = np.array([policy.midpoint], dtype=np.float32)
    usual, unknown, near, far = (
        score(raw, policy, aside).item() for aside in (0.1, None, 0.3, 0.0)
    )
    assert usual == unknown == pytest.approx(0.5, abs=1e-6)
    assert near < usual < far
    assert near == pytest.approx(score(raw - 0.1, policy).item(), abs=1e-6)


def test_who_has_no_publications_stands_on_equal_footing() -> None:
    kinds = np.array([*range(len(EVIDENCE_KINDS)), -1], dtype=np.int8)
    years = np.array([1990 + place for place in range(len(kinds))], dtype=np.int16)
    assert set(evidence_factors(kinds, years, 2026, DEFAULT_POLICY).tolist()) == {1.0}
    assert not DEFAULT_POLICY.weighs_evidence


def test_kind_and_age_of_evidence_count_as_the_policy_names_them() -> None:
    policy = replace(
        DEFAULT_POLICY,
        evidence_weights={**DEFAULT_POLICY.evidence_weights, EvidenceKind.CASE: 0.5},
        recency_half_life=10.0,
    )
    case, course = (
        EVIDENCE_KINDS.index(EvidenceKind.CASE),
        EVIDENCE_KINDS.index(EvidenceKind.COURSE),
    )
    found = evidence_factors(
        np.array([case, course, course, -1], dtype=np.int8),
        np.array([2026, 2016, 0, 2030], dtype=np.int16),
        2026,
        policy,
    )
    assert found.tolist() == pytest.approx([0.5, 0.5, 1.0, 1.0])
    assert policy.weighs_evidence


def test_nearness_falls_with_the_way_and_an_unknown_place_is_no_fault() -> None:
    aalborg, copenhagen = (57.05, 9.92), (55.68, 12.57)
    found = nearness(
        [aalborg[0], copenhagen[0], None],
        [aalborg[1], copenhagen[1], 10.0],
        *aalborg,
        DEFAULT_POLICY,
    )
    assert found[0] == 1
    assert found[1] == pytest.approx(np.exp(-223 / DEFAULT_POLICY.place_km), rel=0.05)
    assert found[2] == 0
    assert not nearness([55.0], [10.0], None, 10.0, DEFAULT_POLICY).any()


@given(st.lists(st.floats(-1, 2, width=32), min_size=2, max_size=9))
def test_scores_keep_the_order_on_a_scale_from_0_to_1(sums: list[float]) -> None:
    combined = np.array(sorted(sums), dtype=np.float32)
    scores = score(combined, DEFAULT_POLICY)
    assert scores.dtype == np.float32
    assert (np.diff(scores) >= 0).all()
    assert ((scores > 0) & (scores <= 1)).all()


def test_the_midpoint_becomes_one_half_and_one_spread_more_0_73() -> None:
    policy = replace(POLICY, midpoint=0.4, spread=0.1)
    sums = np.array([0.3, 0.4, 0.5], dtype=np.float32)
    assert score(sums, policy).tolist() == pytest.approx([0.269, 0.5, 0.731], abs=1e-3)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 5), st.data())
def test_a_score_does_not_depend_on_who_else_was_looked_at(
    seed: int, count: int, asked: int, data: st.DataObject
) -> None:
    random = np.random.default_rng(seed)
    passages = unit(random.normal(size=(count, 48)).astype(np.float32))
    sentences = unit(random.normal(size=(asked, 48)).astype(np.float32))
    lexical = random.random(count).tolist()
    kept = data.draw(st.permutations(range(count)))[: data.draw(st.integers(1, count))]
    of_all = measured(passages, sentences[0], sentences, lexical)
    of_some = measured(passages[kept], sentences[0], sentences, [lexical[row] for row in kept])
    np.testing.assert_array_equal(combined(of_all, POLICY)[kept], combined(of_some, POLICY))
    np.testing.assert_array_equal(of_all.similarities[kept], of_some.similarities)
