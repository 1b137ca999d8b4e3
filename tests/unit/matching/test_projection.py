"""The map of questions: learned from what people judged, near the identity, for one encoder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoders.hashing import HashingEncoder
from matchmaker.matching import fitting, projection, scoring
from matchmaker.matching.languages import unit
from matchmaker.matching.policy import DEFAULT_POLICY
from matchmaker.matching.projection import Lesson, Projection, fitted_projection, learned
from matchmaker.matching.voice import Gains

DIMENSION = 12
HERE = "an encoder"


def lessons(count: int, seed: int) -> list[Lesson]:
    """Return challenges whose partners stand where the question, turned in one plane, points."""
    dice = np.random.default_rng(seed)
    turn = np.eye(DIMENSION)
    turn[:2, :2] = [[0, 1], [-1, 0]]
    found = []
    for _ in range(count):
        question = unit(dice.normal(size=(3, DIMENSION)).astype(np.float32))
        passages = unit(dice.normal(size=(30, DIMENSION)).astype(np.float32))
        meant = passages @ (question[0] @ turn)
        grades = np.where(meant > np.quantile(meant, 0.8), 3, 0)
        found.append(
            Lesson(
                question=question,
                passages=passages[:, None, :],
                heed=np.ones((30, 1), dtype=np.float32),
                words=np.zeros((30, 1), dtype=np.float32),
                grades=grades,
            )
        )
    return found


def found_first(given: list[Lesson], learnt: Projection | None) -> float:
    """Return the share of relevant profiles among the six that are nearest to the question."""
    shares = []
    for one in given:
        question = one.question if learnt is None else learnt.apply(one.question, HERE)
        nearest = np.argsort(-(one.passages[:, 0] @ question[0]))[:6]
        shares.append((one.grades[nearest] > 0).mean())
    return float(np.mean(shares))


@pytest.fixture(scope="module")
def learnt() -> Projection:
    return Projection(HERE, *learned(lessons(150, seed=1), whole_share=1.0))


def test_what_was_learned_helps_challenges_that_it_was_not_learned_from(
    learnt: Projection,
) -> None:
    unseen = lessons(30, seed=2)
    assert found_first(unseen, learnt) > found_first(unseen, None) + 0.08


def test_questions_of_another_encoder_stay_where_they_are(learnt: Projection) -> None:
    question = lessons(1, seed=3)[0].question
    assert learnt.apply(question, "another encoder") is question
    assert not np.allclose(learnt.apply(question, HERE), question)


def test_a_projected_question_has_length_one(learnt: Projection) -> None:
    question = lessons(1, seed=3)[0].question
    assert np.linalg.norm(learnt.apply(question, HERE), axis=1) == pytest.approx(1, abs=1e-6)
    assert learnt.apply(question[:0], HERE).shape == (0, DIMENSION)


def test_judgements_that_prefer_nobody_leave_questions_where_they_are() -> None:
    alike = [replace(one, grades=np.ones_like(one.grades)) for one in lessons(5, seed=4)]
    flat = [
        replace(one, passages=np.repeat(one.passages[:1], len(one.grades), axis=0)) for one in alike
    ]
    left, right = learned(flat, whole_share=0.6)
    assert np.abs(left @ right.T).max() < 1e-6


def test_the_slope_is_that_of_the_loss() -> None:
    (lesson,) = lessons(1, seed=5)
    lesson = replace(
        lesson,
        words=np.linspace(0, 0.1, 30, dtype=np.float32)[:, None],
        heed=np.linspace(0.5, 1, 30, dtype=np.float32)[:, None],
    )
    dice = np.random.default_rng(6)
    change = 0.1 * dice.normal(size=(DIMENSION, DIMENSION))
    step = dice.normal(size=change.shape)
    before, slope = projection._lost(lesson, change, 0.6)
    after = projection._lost(lesson, change + 1e-5 * step, 0.6)[0]
    assert (after - before) / 1e-5 == pytest.approx(float((slope * step).sum()), rel=1e-2)


def test_a_kept_map_is_read_as_it_was_written(learnt: Projection, tmp_path: Path) -> None:
    learnt.save(tmp_path / "map.npz")
    with np.load(tmp_path / "map.npz") as stored:
        assert str(stored["fingerprint"]) == HERE
        assert stored["left"] == pytest.approx(learnt.left, abs=2e-3)
        assert stored["right"] == pytest.approx(learnt.right, abs=2e-3)


def test_the_shipped_map_is_small_near_the_identity_and_not_for_other_encoders() -> None:
    shipped = fitted_projection()
    assert shipped.left.shape == shipped.right.shape
    assert shipped.left.shape[1] <= projection.RANK
    assert 0 < np.linalg.norm(shipped.left @ shipped.right.T, ord=2) < 1
    assert shipped.fingerprint != HashingEncoder().spec.fingerprint


def test_a_lesson_holds_the_best_items_of_each_judged_profile() -> None:
    sums = np.array([0.1, 0.5, 0.4, 0.9, 0.2], dtype=np.float32)
    none = np.zeros(5, dtype=np.float32)
    judged = fitting.Judged(
        features=scoring.PassageFeatures(
            whole=sums,
            sentence=sums,
            lexical=none + 1,
            character=none,
            across=np.zeros(5, dtype=bool),
            similarities=np.empty((0, 0), dtype=np.float32),
        ),
        space=np.eye(5, dtype=np.float32),
        rows=np.arange(5),
        question=np.ones((2, 5), dtype=np.float32),
        bounds=np.array([0, 4, 5]),
        # The second and third passage are two pieces of one item.
        items=np.array([0, 1, 1, 2, 3]),
        nearness=none[:2],
        grades=np.array([2, -1]),
        lists=np.ones((1, 2), dtype=bool),
        challenge="one",
        aside=0.0,
        answerable=True,
    )
    policy = replace(DEFAULT_POLICY, pooling=(1.0, 1.0, 1.0, 1.0), lexical_weight=0.3)
    lesson = judged.lesson(policy)
    assert lesson.passages.argmax(axis=2).tolist() == [[3, 1, 0, 0]]
    assert lesson.words == pytest.approx(np.full((1, 4), 0.3))
    assert lesson.heed.tolist() == [[1, 1, 1, 1]]
    assert lesson.grades.tolist() == [2]


def test_what_the_voice_found_stays_when_a_question_is_moved(learnt: Projection) -> None:
    dice = np.random.default_rng(8)
    space = unit(dice.normal(size=(3, DIMENSION)).astype(np.float32))
    question = unit(dice.normal(size=(2, DIMENSION)).astype(np.float32))
    cosines = space @ question.T
    # The voice has read the first two passages and finds them very near and hardly so.
    gains = np.array([0.9, 0.2, 0.0], dtype=np.float32)
    gains[:2] -= cosines[:2, 0]
    none = np.zeros(3, dtype=np.float32)
    judged = fitting.Judged(
        features=scoring.PassageFeatures(
            whole=cosines[:, 0],
            sentence=cosines[:, 1],
            lexical=none,
            character=none,
            across=np.zeros(3, dtype=bool),
            similarities=np.empty((0, 0), dtype=np.float32),
            gains=Gains(gains, none, np.float32([1, 1, 0])),
        ),
        space=space,
        rows=np.arange(3),
        question=question,
        bounds=np.array([0, 1, 2, 3]),
        items=np.arange(3),
        nearness=none,
        grades=np.array([3, 0, 0]),
        lists=np.ones((1, 3), dtype=bool),
        challenge="one",
        aside=0.0,
        answerable=True,
    )
    policy = replace(
        DEFAULT_POLICY, voice_share=1.0, whole_share=1.0, pooling=(1.0,), place_weight=0.0
    )
    for one in (judged, judged.under(learnt)):
        assert one.raw(policy)[:2] == pytest.approx([0.9, 0.2], abs=1e-6)
        assert one.raw(policy)[2] == pytest.approx(one.features.whole[2], abs=1e-6)
    lesson = judged.lesson(policy)
    assert lesson.heed.ravel().tolist() == [0, 0, 1]
    assert lesson.words.ravel() == pytest.approx([0.9, 0.2, 0], abs=1e-6)


def test_a_list_under_a_projection_is_measured_anew(learnt: Projection) -> None:
    dice = np.random.default_rng(7)
    space = unit(dice.normal(size=(4, DIMENSION)).astype(np.float32))
    question = unit(dice.normal(size=(3, DIMENSION)).astype(np.float32))
    none = np.zeros(2, dtype=np.float32)
    judged = fitting.Judged(
        features=scoring.PassageFeatures(
            whole=none,
            sentence=none,
            lexical=none,
            character=none,
            across=np.zeros(2, dtype=bool),
            similarities=np.empty((0, 0), dtype=np.float32),
        ),
        space=space,
        rows=np.array([3, 1]),
        question=question,
        bounds=np.array([0, 1, 2]),
        items=np.array([0, 1]),
        nearness=none,
        grades=np.array([1, 0]),
        lists=np.ones((1, 2), dtype=bool),
        challenge="one",
        aside=0.0,
        answerable=True,
    )
    moved = learnt.apply(question, HERE)
    under = judged.under(learnt).features
    assert under.whole == pytest.approx(space[[3, 1]] @ moved[0], abs=1e-6)
    assert under.sentence == pytest.approx((space[[3, 1]] @ moved[1:].T).max(axis=1), abs=1e-6)
