"""The encoder of the tests: deterministic, and meaningful enough to say who must win."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings.encoders.hashing import HashingEncoder

KNOWN = [0.341882, -0.113961, 0.797724, 0.113961, 0.0, 0.113961, 0.0, -0.455842]


def cosine(left: str, right: str) -> float:
    first, second = HashingEncoder().encode_documents([left, right])
    return float(first @ second)


def test_vectors_are_the_same_for_ever() -> None:
    (vector,) = HashingEncoder(8).encode_documents(["Rust på fundamenter"])
    assert vector.tolist() == pytest.approx(KNOWN, abs=1e-6)


def test_shared_words_bring_texts_together() -> None:
    assert cosine("corrosion of steel", "steel corrosion") > 0.6
    assert cosine("corrosion of steel", "bread and yeast") < 0.3


def test_parts_of_words_bring_texts_together() -> None:
    assert cosine("havvindmølle", "vindmøller") > cosine("havvindmølle", "bageri") + 0.15


def test_capitals_signs_and_composition_do_not_matter() -> None:
    assert cosine("ÅRHUS, Nord!", "a\u030arhus nord") == pytest.approx(1.0)


def test_danish_letters_are_letters_of_their_own() -> None:
    assert cosine("brød", "brod") < 0.7
    assert cosine("mål", "mal") < 0.7


def test_repeating_a_word_counts_less_each_time() -> None:
    once, often = cosine("rust vand", "rust"), cosine("rust vand", "rust vand rust rust rust")
    assert once < often < 1.0
    assert often > 0.9  # 0.86 if each time counted the same


def test_texts_without_a_letter_all_become_the_same_unit_vector() -> None:
    vectors = HashingEncoder(16).encode_documents(["", " ", "!?", "\N{CRAB}", "_"])
    np.testing.assert_array_equal(vectors, np.eye(1, 16).repeat(5, axis=0))
