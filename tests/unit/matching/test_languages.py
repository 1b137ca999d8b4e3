"""Languages are equal: where a language lies in the encoder's space is taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from matchmaker.matching.languages import (
    CHALLENGE_LENGTH,
    SUPPORTED,
    LanguageCorrection,
    Vectors,
    reference_documents,
    reference_queries,
    unit,
)

DANISH, ENGLISH = np.eye(8, dtype=np.float32)[6:]


def spoken(meaning: int, language: Vectors) -> Vectors:
    """Return a unit vector of a meaning, drowned by the direction of its language."""
    return unit((np.eye(8, dtype=np.float32)[meaning] + 2 * language)[None, :])


@pytest.fixture
def correction() -> LanguageCorrection:
    """Means fitted on six meanings, said in both languages."""
    means = {
        name: np.concatenate([spoken(meaning, language) for meaning in range(6)]).mean(axis=0)
        for name, language in {"da": DANISH, "en": ENGLISH}.items()
    }
    return LanguageCorrection(means)


def test_without_correction_the_language_drowns_the_meaning() -> None:
    question = spoken(0, DANISH)
    assert (question @ spoken(0, ENGLISH).T).item() < (question @ spoken(1, DANISH).T).item()


def test_with_correction_the_same_meaning_is_nearest_in_any_language(
    correction: LanguageCorrection,
) -> None:
    question = correction.apply(spoken(0, DANISH), ["da"])
    answers = np.concatenate([spoken(0, ENGLISH), spoken(1, DANISH), spoken(1, ENGLISH)])
    near = (question @ correction.apply(answers, ["en", "da", "en"]).T)[0]
    assert near[0] > 0.99
    assert near[0] > near[1:].max() + 0.9


def test_corrected_rows_are_of_length_one(correction: LanguageCorrection) -> None:
    rows = correction.apply(np.concatenate([spoken(0, DANISH), spoken(3, ENGLISH)]), ["da", "en"])
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-6)


def test_an_unknown_language_gets_the_mean_of_the_means(correction: LanguageCorrection) -> None:
    row = spoken(2, DANISH)
    shift = (correction.means["da"] + correction.means["en"]) / 2
    np.testing.assert_allclose(correction.apply(row, ["fi"]), unit(row - shift), atol=1e-6)


def test_nothing_to_correct_with_and_nothing_to_correct_stay_as_they_are(
    correction: LanguageCorrection,
) -> None:
    rows = spoken(1, ENGLISH)
    assert LanguageCorrection({}).apply(rows, ["en"]) is rows
    assert correction.apply(rows[:0], []).shape == (0, 8)


def test_a_row_of_zeros_has_no_direction_and_stays() -> None:
    assert unit(np.zeros((1, 3), dtype=np.float32)).tolist() == [[0, 0, 0]]


def aligned(side: str) -> list[tuple[str, ...]]:
    """Return the lines of one side: the same sentence in every language."""
    if side == "document":
        return list(zip(*reference_documents().values(), strict=True))
    queries = reference_queries().values()
    return list(
        zip(*([said for parts in texts for said in parts] for texts in queries), strict=True)
    )


@pytest.mark.parametrize("reference", [reference_documents, reference_queries])
def test_there_are_reference_sentences_in_every_supported_language(
    reference: Callable[[], Mapping[str, Sequence[object]]],
) -> None:
    assert tuple(reference()) == SUPPORTED
    (number,) = {len(said) for said in reference().values()}
    assert number >= 16


def test_reference_queries_are_as_long_as_a_challenge_and_alike_in_every_language() -> None:
    shapes = {tuple(map(len, texts)) for texts in reference_queries().values()}
    (shape,) = shapes
    assert set(shape[:-1]) == {CHALLENGE_LENGTH}
    assert 0 < shape[-1] <= CHALLENGE_LENGTH


@pytest.mark.parametrize("side", ["query", "document"])
def test_reference_sentences_are_complete_and_all_different(side: str) -> None:
    for said in zip(*aligned(side), strict=True):
        assert all(sentence == sentence.strip() and len(sentence) > 30 for sentence in said)
        assert len(set(said)) == len(said) > 100


@pytest.mark.parametrize("side", ["query", "document"])
def test_reference_sentences_end_alike_and_are_of_like_length_so_no_line_has_slipped(
    side: str,
) -> None:
    for line in aligned(side):
        assert len({sentence[-1] for sentence in line}) == 1, line
        assert line[0][-1] in ".?!"
        assert max(map(len, line)) <= 2 * min(map(len, line)), line
