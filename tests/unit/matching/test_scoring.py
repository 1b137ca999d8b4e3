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
from matchmaker.matching.scoring import PassageScores, passage_scores, pooled, score

Floats = NDArray[np.float32]
POLICY = replace(
    DEFAULT_POLICY, dense_weight=1.0, lexical_weight=0.5, lexical_cap=1.5, whole_share=0.5
)
SCORES = st.floats(0, 1, width=32)


def rows(*values: list[float]) -> Floats:
    return unit(np.array(values, dtype=np.float32))


def judged(
    passages: Floats, whole: Floats, sentences: Floats, lexical: list[float] | None = None
) -> PassageScores:
    words = np.array(lexical if lexical is not None else [0.0] * len(passages), dtype=np.float32)
    return passage_scores(passages, whole, sentences, words, POLICY)


@given(st.lists(st.lists(SCORES, max_size=6), min_size=1, max_size=6), st.integers(1, 5))
def test_a_profile_scores_by_the_mean_of_its_best_passages(
    profiles: list[list[float]], count: int
) -> None:
    bounds = np.cumsum([0, *map(len, profiles)])
    scores = np.array([one for profile in profiles for one in profile], dtype=np.float32)
    naive = [
        sum(sorted(profile, reverse=True)[:count]) / max(min(len(profile), count), 1)
        for profile in profiles
    ]
    assert pooled(scores, bounds, count).tolist() == pytest.approx(naive, abs=1e-5)


def test_many_weak_passages_do_not_pull_a_strong_profile_down() -> None:
    scores = np.array([0.9, 0.9, 0.1, 0.1, 0.1, 0.8], dtype=np.float32)
    broad, narrow = pooled(scores, np.array([0, 5, 6]), 2)
    assert broad > narrow


def test_nearness_counts_the_whole_and_the_best_sentence() -> None:
    sentences = rows([1, 0, 0], [0, 1, 0])
    whole = rows([1, 1, 0])[0]
    scores = judged(rows([1, 0, 0], [0, 0, 1]), whole, sentences)
    near, far = scores.combined.tolist()
    assert near == pytest.approx(0.5 * 2**-0.5 + 0.5)
    assert far == 0
    np.testing.assert_allclose(scores.similarities, [[1, 0], [0, 0]], atol=1e-7)


def test_shared_words_are_weighed_and_count_up_to_a_cap() -> None:
    same = rows([1, 0], [1, 0], [1, 0], [1, 0])
    scores = judged(same, same[0], same[:1], [0, 1, 1.5, 9])
    assert scores.combined.tolist() == pytest.approx([1, 1.5, 1.75, 1.75])
    assert scores.combined.dtype == np.float32


def test_one_voice_alone_is_heard_alone() -> None:
    passages, whole = rows([1, 0], [0, 1]), rows([1, 0])[0]
    words = np.array([0.25, 1], dtype=np.float32)
    for weights, heard in (((1.0, 0.0), [1, 0]), ((0.0, 1.0), [0.25, 1])):
        policy = replace(POLICY, dense_weight=weights[0], lexical_weight=weights[1])
        scores = passage_scores(passages, whole, whole[None, :], words, policy)
        assert scores.combined.tolist() == pytest.approx(heard)


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
    of_all = judged(passages, sentences[0], sentences, lexical)
    of_some = judged(passages[kept], sentences[0], sentences, [lexical[row] for row in kept])
    np.testing.assert_array_equal(of_all.combined[kept], of_some.combined)
    np.testing.assert_array_equal(of_all.similarities[kept], of_some.similarities)
