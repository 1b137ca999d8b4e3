"""Words that are written alike."""

from __future__ import annotations

import pytest

from matchmaker.matching.characters import (
    ALIKE_FROM,
    MOST_ALIKE,
    MOST_WORDS,
    CharacterIndex,
    grams,
    looked_up,
)
from matchmaker.matching.lexical import LexicalIndex


def an_index(*words: str) -> CharacterIndex:
    index = CharacterIndex()
    index.add(words)
    return index


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("svejserobotten", "svejserobot"),
        ("svejserobotcelle", "svejserobotceller"),
        ("krc4", "krc-4"),
        ("13849-1", "13849"),
        ("aluminiumsprofil", "aluminiumprofil"),
        ("hydralik", "hydraulik"),
    ],
)
def test_a_word_is_found_in_another_spelling(written: str, held: str) -> None:
    index = an_index("svejsning", "robot", "profil", "beton", "krone", held)
    assert next(iter(index.alike(written))) == held


def test_a_word_is_most_like_itself_and_unlike_others() -> None:
    index = an_index("laser", "lasere", "beton")
    found = index.alike("laser")
    assert found["laser"] == pytest.approx(1)
    assert list(found)[0] == "laser"
    assert "beton" not in found
    assert all(cosine >= ALIKE_FROM for cosine in found.values())


def test_at_most_the_most_alike_are_taken() -> None:
    index = an_index(*(f"svejserobot{letter}" for letter in "abcdefghijklmn"))
    assert len(index.alike("svejserobot")) == MOST_ALIKE
    assert list(index.alike("svejserobot")) == sorted(index.alike("svejserobot"))


def test_an_empty_index_and_unknown_letters_find_nothing() -> None:
    assert an_index().alike("laser") == {}
    assert an_index("laser").alike("\u043b\u0430\u0437\u0435\u0440") == {}
    assert len(an_index("laser", "beton")) == 2


def test_grams_are_framed_and_come_once() -> None:
    assert grams("aaaa") == sorted({"<aa", "<aaa", "aaa", "aaaa", "aaa>", "aa>"})


def test_looked_up_are_names_with_figures_compounds_and_words_nobody_holds() -> None:
    words = {
        "krc4": "krc4",
        "en": "en",
        "7": "7",
        "stål": "stål",
        "slibning": "slib",
        "slibeskive": "slibeskiv",
        "frobnicate": "frobnic",
    }
    found = looked_up(words, {"stål", "slib", "slibeskiv", "krc4"})
    assert found == ["frobnicate", "slibeskive", "krc4"]


def test_a_long_challenge_looks_up_its_longest_words_only() -> None:
    words = {f"ord{'x' * length}": "?" for length in range(3, 3 + 2 * MOST_WORDS)}
    found = looked_up(words, ())
    assert len(found) == MOST_WORDS
    assert found == sorted(words, key=len, reverse=True)[:MOST_WORDS]


def test_a_passage_is_found_by_a_name_that_is_written_otherwise() -> None:
    index = LexicalIndex()
    index.upsert([1, 2], [["krc-4", "robot"], ["beton"]], ["da", "da"])
    found = index.alike({"krc4": "krc4"})
    assert list(found) == ["krc-4"]
    scores, _ = index.scores(found)
    assert index.best(scores, 5).tolist() == [1]


def test_words_of_passages_that_are_gone_are_not_taken() -> None:
    index = LexicalIndex()
    index.upsert([1], [["krc-4"]], ["da"])
    index.remove([1])
    assert index.alike({"krc4": "krc4"}) == {}


def test_those_passed_over_at_first_sight_are_none_of_the_alike() -> None:
    parts = ["svejse", "robot", "celle", "bukke", "maskine", "laser", "måle", "krc4", "s690"]
    held = [f"{one}{other}{end}" for one in parts for other in parts for end in ("", "n", "er")]
    index = an_index(*held)
    for word in ("svejserobotcelle", "bukkemaskinens", "lasermåler", "ukendt"):
        own = set(grams(word))
        cosines = {
            one: len(own & set(grams(one))) / (len(own) * len(grams(one))) ** 0.5 for one in held
        }
        near = {one: cosine for one, cosine in cosines.items() if cosine >= ALIKE_FROM}
        ranked = sorted(near, key=lambda one: (-round(near[one], 6), one))[:MOST_ALIKE]
        assert index.alike(word) == pytest.approx({one: near[one] for one in ranked}, abs=1e-6)
