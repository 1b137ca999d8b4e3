"""The glossary: what a Danish word is called in English, and what a compound is made of."""

from __future__ import annotations

from importlib import resources
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching import trade_terms
from matchmaker.matching.terms import passage_terms, query_terms
from matchmaker.matching.trade_terms import Glossary, glossary

#: A glossary of six words: parts to their stems.
SMALL = Glossary(
    english={},
    danish={},
    parts={
        "svejse": "svejs",
        "robot": "robot",
        "søm": "søm",
        "kvalitet": "kvalit",
        "styring": "styring",
        "stål": "stål",
    },
)


def as_is(language: str, word: str) -> str:
    """Stem nothing."""
    return word


def lines() -> list[tuple[str, list[str]]]:
    source = resources.files(trade_terms.__package__).joinpath("trade_terms.tsv")
    rows = [line.split("\t") for line in source.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["da", "en"]
    return [(word, meanings.split("; ")) for word, meanings in rows[1:]]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("svejserobot", ("svejs", "robot")),
        ("svejserobotten", ("svejs", "robot")),
        ("kvalitetsstyring", ("kvalit", "styring")),
        ("stål-søm", ("stål", "søm")),
        ("stålsvejserobot", ("stål", "svejs", "robot")),
        ("stålsvejsesømmen", ("stål", "svejs", "søm")),
    ],
)
def test_a_compound_is_taken_apart_also_with_links_and_endings(
    word: str, parts: tuple[str, ...]
) -> None:
    assert SMALL.compound(word) == parts


@pytest.mark.parametrize("word", ["", "ab", "robot", "xyzrobot", "robotxyz", "gæring", "søm"])
def test_what_is_not_made_of_known_parts_stays_whole(word: str) -> None:
    assert SMALL.compound(word) == ()


@given(st.lists(st.sampled_from(sorted(SMALL.parts)), min_size=2, max_size=4))
def test_any_chain_of_known_parts_comes_apart_into_known_stems(chain: list[str]) -> None:
    found = SMALL.compound("".join(chain))
    assert len(found) >= 2
    assert set(found) <= set(SMALL.parts.values())


def test_the_longest_word_that_is_read_is_taken_apart_quickly() -> None:
    shipped = glossary(as_is)
    begin = perf_counter()
    for word in ("stål" * 16, "svejse" * 10, "prøve" * 12, "er" * 32, "ståls" * 12):
        shipped.compound(word[:64])
    assert perf_counter() - begin < 1


def test_the_shipped_glossary_is_complete_and_says_nothing_twice() -> None:
    words = [word for word, _ in lines()]
    assert len(words) > 1_000
    assert len(set(words)) == len(words)
    for word, meanings in lines():
        assert word == word.strip().lower(), word
        assert meanings, word
        assert all(one and one == one.strip() for one in meanings), word
        assert len(set(meanings)) == len(meanings), word


def test_meanings_can_be_looked_up_both_ways() -> None:
    shipped = glossary(as_is)
    for word, meanings in lines():
        for meaning in meanings:
            phrase = tuple(meaning.split())
            if phrase == (word,):
                assert phrase not in shipped.english.get(word, ())
                continue
            assert phrase in shipped.english[word]
            assert len(phrase) <= trade_terms.LONGEST_PHRASE, "longer ones are never looked for"
            assert word in shipped.danish[phrase]


def test_words_too_short_to_be_a_part_are_none() -> None:
    assert all(len(part) >= 3 for part in glossary(as_is).parts)


def test_a_danish_question_meets_english_passages_and_the_reverse() -> None:
    english = set(passage_terms("Cracks found after welding", "en"))
    assert {"crack", "weld"} <= english & set(query_terms("Revner efter svejsning", "da"))
    danish = set(passage_terms("Revner efter svejsning", "da"))
    assert {"revn", "svejsning"} <= danish & set(query_terms("Cracks after welding", "en"))


def test_a_compound_meets_those_who_write_its_parts_in_either_language() -> None:
    asked = query_terms("aluminiumssvejsning", "da")
    assert {"aluminium", "svejsning", "weld"} <= set(asked)


def test_several_meanings_share_the_weight_of_the_word() -> None:
    asked = query_terms("svejserobot", "da")
    assert asked["svejserobot"] == 1
    assert asked["robot"] + asked["weld"] == pytest.approx(1)


def test_a_phrase_of_several_words_is_understood_as_one() -> None:
    assert query_terms("machine learning", "en")["maskinlæring"] > query_terms("machine", "en").get(
        "maskinlæring", 0
    )


@pytest.mark.parametrize("language", ["nb", "sv", "de", "fi"])
def test_other_languages_have_no_glossary(language: str) -> None:
    assert "weld" not in query_terms("svejsning", language)
