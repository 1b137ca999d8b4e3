"""Which words of a passage are marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from matchmaker.matching.function_words import is_function_word
from matchmaker.matching.highlights import (
    LEAST,
    MOST_WORDS,
    Words,
    contributions,
    joined,
    marked,
    strongest,
    word_spans,
    words_of,
)

#: Meanings as axes; the last one is what every text of a language shares.
AXES = ("weld", "crack", "robot", "paint", "fish", "language")
MEAN = np.float32([0, 0, 0, 0, 0, 1])


def read(text: str, language: str, meanings: Mapping[str, str] | None = None) -> Words:
    """Read a text with an encoder that knows the meaning of the given words and no other."""
    spans = word_spans(text)
    states = np.zeros((len(spans), len(AXES)), dtype=np.float32)
    for row, (start, end) in zip(states, spans, strict=True):
        meaning = (meanings or {}).get(text[start:end].lower())
        if meaning is not None:
            row[AXES.index(meaning)] = 1
        row += MEAN
    return words_of(text, language, np.array(spans, dtype=np.int64).reshape(-1, 2), states, MEAN)


def chosen(passage: Words, contributed: Sequence[float]) -> list[str]:
    spans = strongest(passage, np.array(contributed, dtype=np.float32), LEAST)
    return [passage.text[start:end] for start, end in spans]


def test_a_danish_sentence_marks_the_translations_in_an_english_passage() -> None:
    sentence = read("Der er revner i svejsningen", "da", {"revner": "crack", "svejsningen": "weld"})
    passage = read(
        "Finds cracks when welds and painted parts cool",
        "en",
        {"cracks": "crack", "welds": "weld", "painted": "paint"},
    )
    spans = marked(passage, sentence)
    assert [passage.text[start:end] for start, end in spans] == ["cracks", "welds"]


def test_a_translation_need_not_be_as_near_as_the_word_itself() -> None:
    states = np.float32([[0.3, 0, 0, 0.95, 0, 0]])
    danish, english = (read("aa", one, {"aa": "weld"}) for one in ("da", "en"))
    own = Words(text="bb", language="da", spans=danish.spans, states=states)
    assert marked(own, danish) == ()
    assert marked(own, english) == ((0, 2),)


def test_function_words_contribute_nothing_though_both_texts_have_them() -> None:
    everywhere = dict.fromkeys(("with", "the", "med", "og"), "robot")
    sentence = read("med og robot", "da", {**everywhere, "robot": "robot"})
    passage = read("with the robot", "en", {**everywhere, "robot": "robot"})
    contributed = contributions(passage, sentence).tolist()
    assert contributed[:2] == [0, 0]
    assert contributed[2] > LEAST


def test_a_sentence_of_function_words_alone_marks_nothing() -> None:
    everywhere = dict.fromkeys(("so", "can", "you", "robot"), "robot")
    passage = read("robot", "en", everywhere)
    assert contributions(passage, read("so can you", "en", everywhere)).tolist() == [0]


def test_a_shared_part_of_a_compound_counts_where_the_encoder_sees_less() -> None:
    # Its own meaning only points half towards that of the sentence.
    sentence = read("Vi mangler en svejserobot", "da", {"svejserobot": "weld"})
    near = read("Robotten maler", "da", {"robotten": "weld", "maler": "weld"})
    near.states[:] = [0.3, 0, 0, 0.9, 0, 0]
    robot, paints = contributions(near, sentence).tolist()
    assert robot > paints > 0


def test_a_word_that_pulls_away_from_the_sentence_contributes_nothing() -> None:
    sentence = read("robot robot fish", "en", {"robot": "robot", "fish": "fish"})
    passage = read("fish", "en", {"fish": "fish"})
    passage.states[:] = [[0, 0, -0.9, 0, 0.3, 0]]
    # It has a twin in the sentence, yet its passage would be nearer without it.
    sentence.states[-1] = passage.states[0]
    assert contributions(passage, sentence).tolist() == [0]


def test_texts_without_words_are_no_trouble() -> None:
    words, empty = read("robot", "en", {"robot": "robot"}), read("…!", "en")
    assert empty.states.shape == (0, len(AXES))
    assert contributions(empty, words).shape == (0,)
    assert contributions(words, empty).tolist() == [0]
    assert marked(empty, words) == marked(words, empty) == ()


def test_the_tokens_of_a_word_are_put_together_and_those_of_others_left_out() -> None:
    tokens = np.array([[0, 5], [5, 9], [10, 12], [12, 13]])
    states = np.eye(4, dtype=np.float32)
    found = words_of("weldables in.", "en", tokens, states, np.zeros(4, dtype=np.float32))
    assert found.each == ["weldables", "in"]
    np.testing.assert_allclose(found.states, [[0.5**0.5, 0.5**0.5, 0, 0], [0, 0, 1, 0]], atol=1e-6)


def test_words_beyond_what_the_encoder_read_are_left_out() -> None:
    found = words_of("robot arm", "en", np.array([[0, 5]]), np.ones((1, 6), dtype=np.float32), MEAN)
    assert found.each == ["robot"]


@pytest.mark.parametrize(
    ("contributed", "expected"),
    [
        ([0.5, 0.0, 0.5, 0.0], ["aa", "cc"]),
        ([0.5, 0.5, 0.0, 0.5], ["aa bb", "dd"]),
        ([0.9, LEAST, 0.7, 0.0], ["aa", "cc"]),
        ([LEAST, LEAST, LEAST - 0.01, 0.0], ["aa bb"]),
        ([LEAST - 0.01] * 4, []),
        ([0.0] * 4, []),
    ],
)
def test_what_contributes_enough_is_marked_and_neighbours_are_one_span(
    contributed: list[float], expected: list[str]
) -> None:
    assert chosen(read("aa bb cc, dd", "en"), contributed) == expected


def test_only_the_strongest_few_are_marked() -> None:
    passage = read(", ".join(f"w{number}" for number in range(20)), "en")
    contributed = np.linspace(0.5, 0.6, 20)
    assert chosen(passage, contributed.tolist()) == [
        f"w{number}" for number in range(20 - MOST_WORDS, 20)
    ]


def test_offsets_count_code_points_also_behind_an_emoji_and_danish_letters() -> None:
    text = "🦀 Ærø: svejserobot"
    (start, end) = word_spans(text)[-1]
    assert text[start:end] == "svejserobot"
    assert start == 7


def test_joining_never_reaches_over_a_mark_of_punctuation() -> None:
    text = "aa, bb  cc"
    assert joined(text, [(0, 2), (4, 6), (8, 10)]) == ((0, 2), (4, 10))


@pytest.mark.parametrize(
    ("language", "empty", "telling"),
    [
        ("da", "og med vi", "svejsning revner"),
        ("en", "and the with", "welding cracks"),
        ("nb", "og med vi", "sveising sprekker"),
        ("sv", "och med att", "svetsning sprickor"),
        ("de", "und mit wir", "Schweißen Risse"),
        ("fi", "the og", "hitsaus"),
    ],
)
def test_function_words_are_known_in_every_language_we_read(
    language: str, empty: str, telling: str
) -> None:
    assert all(is_function_word(word, language) for word in empty.split())
    assert not any(is_function_word(word, language) for word in telling.split())


def test_a_number_is_no_function_word() -> None:
    assert not is_function_word("5", "en")
    assert is_function_word("x", "en")
