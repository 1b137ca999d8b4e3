"""Questions that no cluster answers: shipped in two languages, and how near a challenge is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matchmaker.matching.aside import Asides, fitted_asides, margin, reference_asides
from matchmaker.matching.languages import LanguageCorrection, unit
from matchmaker.matching.policy import DEFAULT_POLICY

NONE = LanguageCorrection({})


def asides(rows: int) -> Asides:
    vectors = np.eye(8, dtype=np.float32)[:rows]
    return Asides("an encoder", vectors, ["da"] * rows)


def test_the_shipped_questions_say_the_same_in_both_languages() -> None:
    texts = reference_asides()
    assert set(texts) == {"da", "en"}
    assert len(texts["da"]) == len(texts["en"]) >= 90
    assert all(text for own in texts.values() for text in own)
    assert all(len(set(own)) == len(own) for own in texts.values())


def test_the_shipped_vectors_are_of_the_shipped_questions() -> None:
    shipped = fitted_asides()
    assert list(shipped.languages) == [one for one, own in reference_asides().items() for _ in own]
    assert shipped.vectors.shape[0] == len(shipped.languages)
    assert np.linalg.norm(shipped.vectors, axis=1) == pytest.approx(1, abs=2e-3)


def test_nearness_is_the_mean_of_the_nearest_five() -> None:
    whole = unit(np.array([[5, 4, 3, 2, 1, 0.5, 0, 0]], dtype=np.float32))[0]
    assert asides(8).near(whole, NONE) == pytest.approx(float(whole[:5].mean()))
    assert asides(2).near(whole, NONE) == pytest.approx(float(whole[:2].mean()))


def test_they_are_corrected_as_the_challenge_is() -> None:
    mean = np.zeros(8, dtype=np.float32)
    mean[0] = 1.0
    whole = unit(np.array([[0, 1, 0, 0, 0, 0, 0, 0]], dtype=np.float32))[0]
    corrected = asides(2).near(whole, LanguageCorrection({"da": mean}))
    # The first row is the mean itself, so nothing is left of it; the second points less far.
    assert corrected == pytest.approx((0 + 1 / np.sqrt(2)) / 2, abs=1e-6)


def test_kept_vectors_are_read_as_they_were_written(tmp_path: Path) -> None:
    asides(3).save(tmp_path / "asides.npz")
    with np.load(tmp_path / "asides.npz") as stored:
        assert str(stored["fingerprint"]) == "an encoder"
        assert stored["vectors"] == pytest.approx(asides(3).vectors)
        assert stored["languages"].tolist() == ["da"] * 3


def test_a_few_words_are_sent_away_less_readily_than_a_whole_challenge() -> None:
    of_words = [margin(words, DEFAULT_POLICY) for words in range(60)]
    assert of_words == sorted(of_words)
    assert of_words[0] == of_words[DEFAULT_POLICY.short_words] == DEFAULT_POLICY.aside_margin_short
    assert of_words[DEFAULT_POLICY.long_words] == of_words[-1]
    assert of_words[-1] == pytest.approx(DEFAULT_POLICY.aside_margin)
