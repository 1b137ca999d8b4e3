"""Fitting weights and fit words to judgements that a hand made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matchmaker.matching import calibration, fitting, scoring
from matchmaker.matching.calibration import PROMISED
from matchmaker.matching.fitting import Judged
from matchmaker.matching.policy import DEFAULT_POLICY, MatchingPolicy
from matchmaker.models import Fit

COUNT = 400


def judged(
    meaning: np.ndarray[tuple[int], np.dtype[np.float64]],
    words: np.ndarray[tuple[int], np.dtype[np.float64]],
    grades: np.ndarray[tuple[int], np.dtype[np.int64]],
    *,
    challenge: str = "one",
    aside: float = 0.0,
    answerable: bool = True,
) -> Judged:
    """Return one list of profiles with a single passage each."""
    count = len(grades)
    return Judged(
        features=scoring.PassageFeatures(
            whole=meaning.astype(np.float32),
            sentence=meaning.astype(np.float32),
            lexical=words.astype(np.float32),
            character=np.zeros(count, dtype=np.float32),
            across=np.zeros(count, dtype=bool),
            similarities=np.empty((0, 0), dtype=np.float32),
        ),
        space=np.ones((count, 1), dtype=np.float32),
        rows=np.arange(count, dtype=np.int64),
        question=np.ones((2, 1), dtype=np.float32),
        bounds=np.arange(count + 1, dtype=np.int64),
        items=np.arange(count, dtype=np.int64),
        nearness=np.zeros(count, dtype=np.float32),
        grades=grades,
        lists=np.ones((1, count), dtype=bool),
        challenge=challenge,
        aside=aside,
        answerable=answerable,
    )


def a_world(seed: int = 1) -> list[Judged]:
    """Return challenges where words tell more than meaning, and one that nobody can answer."""
    dice = np.random.default_rng(seed)
    found = []
    for number in range(12):
        words, meaning = dice.random(COUNT), 0.2 * dice.random(COUNT)
        grades = np.where(dice.random(COUNT) < words**4 * 1.2 - 0.15, 3, 0)
        found.append(judged(meaning, words, grades, challenge=str(number)))
    low = dice.random(COUNT) * 0.1
    nobody = np.zeros(COUNT, dtype=np.int64)
    return [*found, judged(low, low, nobody, challenge="nobody", answerable=False)]


def test_what_tells_more_gets_more_weight_and_the_order_gets_better() -> None:
    world = a_world()
    start = replace(DEFAULT_POLICY, lexical_weight=0.1)
    tried = []
    best = fitting.weights(
        start,
        lambda policy: fitting.quality(world, policy),
        lambda done, total: tried.append((done, total)),
    )
    assert best.lexical_weight == max(fitting.TRIED["lexical_weight"])
    assert fitting.quality(world, best) > fitting.quality(world, start)
    assert tried[-1][0] == tried[-1][1] == len(tried)


def test_what_gains_nothing_is_left_as_it_stands() -> None:
    assert fitting.weights(DEFAULT_POLICY, lambda _: 0.5) == DEFAULT_POLICY


def test_no_weight_that_is_tried_is_below_zero() -> None:
    numbers = np.concatenate(
        [np.ravel(value) for values in fitting.TRIED.values() for value in values]
    )
    assert (numbers > 0).all()


@pytest.fixture(scope="module")
def calibrated() -> MatchingPolicy:
    return calibration.calibrated(a_world(), replace(DEFAULT_POLICY, lexical_weight=0.3))


def test_a_fit_word_keeps_its_promise_on_judgements_the_fit_has_not_seen(
    calibrated: MatchingPolicy,
) -> None:
    unseen = calibration.reliability(a_world(seed=2), calibrated)
    for word, share in PROMISED.items():
        assert unseen[word].judged > 20
        assert unseen[word].share > share - 0.12


def test_fit_words_begin_one_above_the_other(calibrated: MatchingPolicy) -> None:
    begins = calibrated.fit_from
    assert 0 < begins[Fit.POSSIBLE] < begins[Fit.GOOD] < begins[Fit.STRONG] < 1


def test_who_asks_what_nobody_can_answer_is_told_so(calibrated: MatchingPolicy) -> None:
    (nobody,) = [one for one in a_world() if not one.answerable]
    scores = scoring.score(nobody.raw(calibrated), calibrated)
    assert scores.max() < calibrated.answer_from


def test_the_margin_parts_what_can_be_answered_from_what_cannot(
    calibrated: MatchingPolicy,
) -> None:
    for one in a_world(seed=4):
        gap = float(one.raw(calibrated).max()) - one.aside
        assert (gap >= calibrated.aside_margin) == one.answerable


def test_what_lies_aside_lowers_a_score_when_it_tells_of_relevance() -> None:
    dice = np.random.default_rng(9)
    world = []
    for number, aside in enumerate(np.linspace(0.0, 0.4, 20)):
        sums = dice.random(COUNT) * 0.6
        grades = np.where(sums - 0.5 * aside + 0.05 * dice.normal(size=COUNT) > 0.3, 3, 0)
        none = np.zeros(COUNT)
        world.append(judged(sums, none, grades, challenge=str(number), aside=float(aside)))
    policy = calibration.calibrated(world, replace(DEFAULT_POLICY, lexical_weight=0.3))
    assert policy.aside_weight == pytest.approx(0.5, abs=0.1)
    assert policy.aside_usual == pytest.approx(0.2, abs=0.01)


def test_a_score_is_the_share_of_relevant_profiles(calibrated: MatchingPolicy) -> None:
    unseen = [one for one in a_world(seed=3) if one.answerable]
    scores = np.concatenate([scoring.score(one.raw(calibrated), calibrated) for one in unseen])
    relevant = np.concatenate([one.grades >= 2 for one in unseen])
    for low in np.arange(0.1, 0.8, 0.1):
        own = (scores >= low) & (scores < low + 0.1)
        assert relevant[own].mean() == pytest.approx(low + 0.05, abs=0.12)


def test_unjudged_profiles_say_nothing_about_a_fit_word() -> None:
    (one, *_) = a_world()
    some = replace(one, grades=np.where(np.arange(COUNT) % 2, one.grades, -1))
    found = calibration.reliability(
        [some], replace(DEFAULT_POLICY, fit_from=dict.fromkeys(Fit, 0.0))
    )
    assert found[Fit.STRONG].judged == COUNT // 2
