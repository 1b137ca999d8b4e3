"""Examples pull the question, profiles of another field push it, and the scale stays."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching import steering
from matchmaker.matching.languages import unit

DIMENSION = 16


def rows(seed: int, count: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32))


def axis(number: int) -> np.ndarray:
    return np.eye(DIMENSION, dtype=np.float32)[number]


def test_the_passages_that_answer_best_stand_for_a_profile() -> None:
    question = axis(0)[None, :]
    near = unit(np.stack([axis(0) + 0.5 * axis(number) for number in (1, 2, 3)]))
    far = np.stack([axis(9)] * 20)
    direction = steering.carrying(np.vstack([far, near]), question)
    np.testing.assert_allclose(direction, unit(near.mean(axis=0, keepdims=True))[0], atol=1e-6)


def test_a_passage_that_answers_one_sentence_stands_for_a_profile_too() -> None:
    question = np.stack([axis(0), axis(0), axis(5)])
    passages = np.stack([axis(number) for number in (1, 2, 5, 3)])
    assert steering.carrying(passages, question)[5] > 0.5


def test_without_examples_nothing_moves() -> None:
    whole = rows(1, 1)[0]
    np.testing.assert_array_equal(steering.steered(whole, [], []), whole)


@given(st.integers(0, 10_000))
def test_an_example_lifts_its_own_field_and_lowers_what_is_unlike_it(seed: int) -> None:
    whole, example, noise = rows(seed, 3)
    moved = steering.steered(whole, [example], [])
    alike = unit((example + 0.2 * noise)[None, :])[0]
    unlike = whole - np.vdot(example, whole) * example
    if np.vdot(alike, whole) < steering.REACH / 2:
        assert np.vdot(alike, moved) > np.vdot(alike, whole)
    assert np.vdot(unlike, moved) < np.vdot(unlike, whole)
    assert np.linalg.norm(moved) <= 1 + 1e-6


@given(st.integers(0, 10_000))
def test_another_field_is_lowered_slightly_and_what_is_unlike_it_is_not(seed: int) -> None:
    whole, other = rows(seed, 2)
    moved = steering.steered(whole, [], [other])
    before, after = float(np.vdot(other, whole)), float(np.vdot(other, moved))
    if before > 0:
        np.testing.assert_allclose(after, (1 - steering.AWAY) * before, atol=1e-6)
    else:
        assert after == before
    unlike = rows(seed + 1, 1)[0]
    unlike = unlike - np.vdot(unlike, other) * other
    np.testing.assert_allclose(np.vdot(unlike, moved), np.vdot(unlike, whole), atol=1e-5)


def test_several_examples_pull_together() -> None:
    whole = axis(0)
    moved = steering.steered(whole, [axis(1), axis(2)], [])
    assert moved[1] == moved[2] > 0
    assert moved[0] == np.float32(1 - steering.TOWARDS)
