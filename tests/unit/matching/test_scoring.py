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
from matchmaker.matching.scoring import PassageScores, passage_scores, pooled, whole_vector

Floats = NDArray[np.float32]
POLICY = replace(DEFAULT_POLICY, whole_share=0.5, dense_range=(0.0, 1.0))
SCORES = st.floats(0, 1, width=32)


def rows(*values: list[float]) -> Floats:
    return unit(np.array(values, dtype=np.float32))


def judged(passages: Floats, sentences: Floats, lexical: list[float] | None = None) -> PassageScores:
    whole = whole_vector(sentences, np.ones(len(sentences), dtype=np.int64))
    words = np.array(lexical if lexical is not None else [0.0] * len(passages), dtype=np.float32)
    return passage_scores(passages, sentences, whole, words, 2.0, POLICY)


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


def test_the_whole_challenge_leans_to_its_long_sentences_but_not_in_proportion() -> None:
    sentences = rows([1, 0], [0, 1])
    long, short = whole_vector(sentences, np.array([9, 1]))
    assert long / short == pytest.approx(3)
    assert np.hypot(long, short) == pytest.approx(1)


def test_one_sentence_is_the_whole_whatever_its_length() -> None:
    sentence = rows([3, 4])
    np.testing.assert_allclose(whole_vector(sentence, np.array([0])), sentence[0], atol=1e-7)


def test_nearness_counts_the_whole_and_the_best_sentence() -> None:
    sentences = rows([1, 0, 0], [0, 1, 0])
    scores = judged(rows([1, 0, 0], [0, 0, 1]), sentences)
    near, far = scores.dense.tolist()
    assert near == pytest.approx(0.5 * 2**-0.5 + 0.5)
    assert far == 0
    np.testing.assert_allclose(scores.similarities, [[1, 0], [0, 0]], atol=1e-7)


def test_scores_are_scaled_to_the_range_and_stay_within_0_and_1() -> None:
    narrow = replace(POLICY, whole_share=1.0, dense_range=(0.2, 0.7))
    sentences = rows([1, 0])
    passages = np.array([[1, 0], [0.45, 0.893], [0.1, 0.995], [-1, 0]], dtype=np.float32)
    lexical = np.array([9, 1, 0.5, 0], dtype=np.float32)
    scores = passage_scores(passages, sentences, sentences[0], lexical, 2.0, narrow)
    assert scores.dense.tolist() == pytest.approx([1, 0.5, 0, 0], abs=1e-6)
    assert scores.lexical.tolist() == pytest.approx([1, 0.5, 0.25, 0])


def test_a_challenge_whose_words_nobody_has_scores_no_words() -> None:
    sentences = rows([1, 0])
    none = np.zeros(1, dtype=np.float32)
    scores = passage_scores(sentences, sentences, sentences[0], none, 0.0, POLICY)
    assert scores.lexical.tolist() == [0]


def test_both_voices_are_weighed_as_the_policy_says() -> None:
    scores = PassageScores(
        dense=np.float32([0.5, 1]), lexical=np.float32([1, 0]), similarities=np.float32([[0], [0]])
    )
    weighed = scores.combined(replace(POLICY, dense_weight=0.75, lexical_weight=0.25))
    assert weighed.tolist() == [0.625, 0.75]
    assert weighed.dtype == np.float32


@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 5), st.data())
def test_a_score_does_not_depend_on_who_else_was_looked_at(
    seed: int, count: int, asked: int, data: st.DataObject
) -> None:
    random = np.random.default_rng(seed)
    passages = unit(random.normal(size=(count, 16)).astype(np.float32))
    sentences = unit(random.normal(size=(asked, 16)).astype(np.float32))
    lexical = random.random(count).tolist()
    kept = data.draw(st.permutations(range(count)))[: data.draw(st.integers(1, count))]
    of_all = judged(passages, sentences, lexical).combined(POLICY)
    of_some = judged(passages[kept], sentences, [lexical[row] for row in kept]).combined(POLICY)
    np.testing.assert_allclose(of_all[kept], of_some, atol=1e-6)
