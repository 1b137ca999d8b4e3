"""How near challenges lie to passages and to one another."""

from __future__ import annotations

import numpy as np
import pytest

from matchmaker.matching import similarity
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.similarity import SimilarityRule

POLICY = MatchingPolicy(whole_share=0.5, pooling=(1.0, 1.0))
#: Two challenges: the first of two sentences, the second of one.
STARTS = np.array([0, 3])


def rows(*values: float) -> similarity.Floats:
    return np.array([values], dtype=np.float32)


def test_a_passage_is_held_against_the_whole_and_the_best_sentence() -> None:
    near = similarity.of_passages(rows(0.4, 0.1, 0.6, 0.2, 0.8), STARTS, POLICY)
    np.testing.assert_allclose(near, [0.5, 0.5])


def test_a_profile_counts_by_its_best_passages() -> None:
    cosines = np.vstack([rows(0.4, 0.4, 0.0, 0.2, 0.2), rows(0.2, 0.2, 0.0, 0.2, 0.2)])
    cosines = np.vstack([cosines, rows(-0.9, -0.9, -0.9, 0.2, 0.2)])
    np.testing.assert_allclose(similarity.of_passages(cosines, STARTS, POLICY), [0.3, 0.2])
    alone = similarity.of_passages(cosines[:1], STARTS, POLICY)
    np.testing.assert_allclose(alone, [0.4, 0.2])


def test_challenges_are_alike_by_whole_best_pair_and_words() -> None:
    rule = SimilarityRule(lexical_weight=0.1)
    cosines = np.vstack(
        [rows(1.0, 0.9, 0.9, 0.4, 0.9, 0.2, 0.1), rows(0.9, 1.0, 0.2, 0.8, 0.6, 0.1, 0.2)]
    )
    starts = np.array([0, 3, 5])
    lexical = np.array([1.0, 9.0, 1.0], dtype=np.float32)
    found = similarity.of_challenges(cosines, starts, lexical, ["da"] * 3, 0, POLICY, rule)
    # Words count up to the cap of the policy only.
    near, far = 0.2 + 0.3 + 0.15, 0.1 + 0.1 + 0.1
    np.testing.assert_allclose(found[1] - found[2], near - far, atol=1e-6)
    assert found[0] == -np.inf


def test_a_challenge_alone_is_like_nothing() -> None:
    cosines = np.vstack([rows(1.0, 0.9), rows(0.9, 1.0)])
    one = np.ones(1, dtype=np.float32)
    rule = SimilarityRule()
    found = similarity.of_challenges(cosines, np.array([0]), one, ["da"], 0, POLICY, rule)
    np.testing.assert_array_equal(found, [-np.inf])
    usual = similarity.usual(cosines[1:], np.array([0]), 0, rule)
    np.testing.assert_array_equal(usual, [0.0])


def test_a_language_that_is_nearer_as_a_whole_is_brought_to_the_same_mean() -> None:
    scores = np.array([0.5, 0.4, 0.3, 0.2, 0.1, 0.0], dtype=np.float32)
    languages = ["da"] * 3 + ["en"] * 3
    levelled = similarity.levelled(scores, languages, 0)
    np.testing.assert_allclose(levelled, [0.35, 0.25, 0.15] * 2, atol=1e-6)


def test_one_challenge_in_a_language_of_its_own_is_not_levelled_away() -> None:
    scores = np.array([0.9, 0.1, 0.1, 0.1], dtype=np.float32)
    languages = ["de", "en", "en", "en"]
    assert similarity.levelled(scores, languages, 0)[0] == pytest.approx(0.3)
    assert similarity.levelled(scores, languages, 5)[0] > 0.75


@pytest.mark.parametrize(
    ("cosines", "expected"),
    [
        ([[0.9, 0.1], [0.8, 0.7]], [(0, 0), (1, 1)]),
        ([[0.9, 0.8], [0.1, 0.2]], [(0, 0)]),
        ([[0.2, 0.1], [0.1, 0.2]], []),
    ],
    ids=["each sentence once", "what is near enough", "nothing is near"],
)
def test_sentences_that_say_the_same_are_paired(
    cosines: list[list[float]], expected: list[tuple[int, int]]
) -> None:
    rule = SimilarityRule(corresponds_from=0.5, above_usual=0.1)
    given = np.array(cosines, dtype=np.float32)
    assert similarity.corresponding(given, np.zeros(2, np.float32), rule) == expected


def test_a_sentence_that_is_near_to_all_challenges_is_no_pair() -> None:
    # Of the asked challenge itself, of the one it is compared with, and of two more.
    cosines = np.vstack([rows(0, 1, 0, 0.6, 0, 0.6, 0, 0.6), rows(0, 1, 0, 0.5, 0, 0.0, 0, 0.1)])
    starts = np.array([0, 2, 4, 6])
    rule = SimilarityRule(prior=0, corresponds_from=0.3, above_usual=0.1)
    usual = similarity.usual(cosines, starts, 0, rule)
    np.testing.assert_allclose(usual, [0.6, 0.2], atol=1e-6)
    assert similarity.corresponding(cosines[:, 3:4], usual, rule) == [(1, 0)]


def test_among_few_challenges_little_is_called_usual() -> None:
    cosines = np.vstack([rows(0, 1, 0, 0.6)])
    usual = similarity.usual(cosines, np.array([0, 2]), 0, SimilarityRule(prior=5))
    np.testing.assert_allclose(usual, [0.1], atol=1e-6)


def test_at_most_two_pairs_are_shown() -> None:
    rule = SimilarityRule(corresponds_from=0.5, above_usual=0.1)
    given = np.eye(4, dtype=np.float32)
    assert similarity.corresponding(given, np.zeros(4, np.float32), rule) == [(0, 0), (1, 1)]
