"""Sentences are read in company, passages alone, all in one call where the encoder can."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings.encoders.hashing import HashingEncoder
from embeddings.protocols import TokenStates
from matchmaker.matching.languages import LanguageCorrection
from matchmaker.services.reading import read

DIMENSION = 128
CORRECTION = LanguageCorrection({"en": np.zeros(DIMENSION, dtype=np.float32)})
SENTENCES = ["Welds crack.", "Robots weld.", "Paint peels off."]


class ShortEncoder(HashingEncoder):
    """Reads the beginning of a text only."""

    def __init__(self, longest: int = 10_000) -> None:
        super().__init__(DIMENSION)
        self.longest = longest
        self.asked: list[list[str]] = []

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenStates]:
        self.asked.append(list(texts))
        return super().encode_tokens([text[: self.longest] for text in texts])


def test_each_sentence_gets_its_own_words_out_of_the_whole_challenge() -> None:
    encoder = ShortEncoder()
    found = read(
        encoder, CORRECTION, SENTENCES, "en", answered=[2, 0, 2], passages={"We paint.": "en"}
    )
    assert {place: words.each for place, words in found.sentences.items()} == {
        0: ["Welds", "crack"],
        2: ["Paint", "peels", "off"],
    }
    assert found.passages["We paint."].each == ["We", "paint"]
    assert encoder.asked == [["Welds crack. Robots weld. Paint peels off.", "We paint."]]


def test_a_sentence_beyond_what_the_encoder_reads_is_read_alone() -> None:
    encoder = ShortEncoder(longest=20)
    found = read(encoder, CORRECTION, SENTENCES, "en", answered=[0, 2], passages={})
    assert found.sentences[0].each == ["Welds", "crack"]
    assert found.sentences[2].each == ["Paint", "peels", "off"]
    assert encoder.asked[1:] == [["Paint peels off."]]


def test_marks_depend_on_the_sentence_that_is_answered() -> None:
    passage = "We weld with robots and paint by hand."
    found = read(
        ShortEncoder(), CORRECTION, SENTENCES, "en", answered=[1, 2], passages={passage: "en"}
    )

    def words(answers: int) -> list[str]:
        return [passage[start:end] for start, end in found.marks(passage, answers)]

    assert "robots" in words(1)
    assert words(2) == ["paint"]
