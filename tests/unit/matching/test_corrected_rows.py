"""Rows compared as if corrected give what correcting them gives."""

from __future__ import annotations

import numpy as np
import pytest

from matchmaker.matching.corrected_rows import CorrectedRows
from matchmaker.matching.languages import LanguageCorrection, Vectors, unit


def random_rows(number: int, seed: int) -> Vectors:
    dice = np.random.default_rng(seed)
    # As multilingual encoders have it: all rows lie in one corner of the space.
    return unit((dice.normal(size=(number, 16)) + 2).astype(np.float32))


@pytest.mark.parametrize("languages", [["da"] * 12, ["da", "en", "fi"] * 4], ids=["one", "three"])
def test_the_cosines_are_those_of_rows_that_were_corrected(languages: list[str]) -> None:
    rows, queries = random_rows(12, 1), random_rows(3, 2)
    means = {"da": rows[:6].mean(axis=0), "en": rows[6:].mean(axis=0)}
    correction = LanguageCorrection(means)
    expected = queries @ correction.apply(rows, languages).T
    found = CorrectedRows(rows, languages, correction).cosines(queries)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_without_means_they_are_plain_cosines() -> None:
    rows, queries = random_rows(4, 1), random_rows(2, 2)
    found = CorrectedRows(rows, ["da"] * 4, LanguageCorrection({})).cosines(queries)
    np.testing.assert_allclose(found, queries @ rows.T, atol=1e-6)


def test_a_row_that_is_its_mean_is_near_to_nothing() -> None:
    rows = random_rows(2, 1)
    correction = LanguageCorrection({"da": rows[0]})
    found = CorrectedRows(rows, ["da", "da"], correction).cosines(random_rows(1, 2))
    assert np.isfinite(found).all()
    assert abs(found[0, 0]) < 0.01


def test_no_rows_are_no_cosines() -> None:
    correction = LanguageCorrection({"da": random_rows(1, 1)[0]})
    empty = np.empty((0, 16), dtype=np.float32)
    assert CorrectedRows(empty, [], correction).cosines(random_rows(2, 2)).shape == (2, 0)
