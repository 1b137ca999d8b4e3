"""Words as the lexical order counts them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.terms import passage_terms, passage_ways, query_terms, words


@pytest.mark.parametrize(
    ("language", "text", "terms"),
    [
        ("da", "Vi svejser rustfrie beholdere", ["svejs", "rustfri", "behold"]),
        ("en", "We weld stainless vessels", ["weld", "stainless", "vessel"]),
        ("nb", "sveiser beholdere", ["sveis", "beholder"]),
        ("de", "schweißen Behälter", ["schweiss", "behalt"]),
        ("sv", "svetsar behållare", ["svets", "behåll"]),
    ],
)
def test_each_language_has_its_own_stems(language: str, text: str, terms: list[str]) -> None:
    assert passage_terms(text, language) == terms


def test_forms_of_a_word_share_a_stem() -> None:
    assert set(passage_terms("welding welded welds weld", "en")) == {"weld"}
    assert set(passage_terms("robotter robotten robotterne", "da")) == {"robot"}


def test_norms_and_product_names_are_found_whole_and_in_parts() -> None:
    assert words("ISO 13849-1, KRC4 og OPC/UA v2.1") == [
        *("iso", "13849-1", "13849", "1", "krc4", "og", "opc/ua", "opc", "ua", "v2.1", "v2", "1"),
    ]


def test_signs_and_underscores_separate_words() -> None:
    assert words("feed_rate – (spindle)! a@b") == ["feed", "rate", "spindle", "a", "b"]


def test_a_run_without_spaces_is_no_word() -> None:
    assert words(f"revne {'x' * 65} rust") == ["revne", "rust"]
    assert words("x" * 64) == ["x" * 64]


def test_function_words_are_left_out_in_their_own_language_only() -> None:
    assert passage_terms("men på den anden side", "da") == ["and", "sid"]
    assert passage_terms("men on the floor", "en") == ["men", "floor"]


def test_a_language_without_a_list_leaves_out_the_function_words_of_all() -> None:
    assert passage_terms("the og ikke hitsaus", "fi") == ["hitsaus"]


def test_a_query_is_stemmed_as_its_own_and_as_both_pool_languages_have_it() -> None:
    assert query_terms("robotter", "da") == {"robot": 1.0, "robott": 1.0}
    german = query_terms("Schweißnähte", "de")
    assert set(german) >= set(passage_terms("Schweißnähte", "de"))


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_word_in_a_query_meets_the_same_word_in_a_passage_of_either_language(
    language: str,
) -> None:
    asked = query_terms("laser robotcelle welding", language)
    for other in ("da", "en"):
        assert set(passage_terms("laser robotcelle welding", other)) <= set(asked)


def test_a_query_counts_how_often_a_word_is_asked_for() -> None:
    assert query_terms("rust rust RUST og revner", "da")["rust"] == 3.0


def test_a_query_of_function_words_asks_for_nothing() -> None:
    assert query_terms("og det er ikke", "da") == {}


@given(st.text(max_size=80), st.sampled_from(["da", "en", "nb", "sv", "de", "fi"]))
def test_terms_are_words_without_spaces(text: str, language: str) -> None:
    terms = passage_terms(text, language)
    assert " ".join(terms).split(" ") == (terms or [""])
    assert all(query_terms(text, language))


def test_stemming_in_many_threads_gives_what_one_gives() -> None:
    text = "Vi svejser rustfrie beholdere og welding robots " * 20
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: passage_terms(text, "da"), range(64)))
    assert all(terms == found[0] for terms in found)
    assert found[0] == passage_terms(text, "da")


def held(term: str, text: str, language: str) -> bool:
    """Return whether a passage holds a term that was asked for by name."""
    found = set(passage_terms(text, language))
    return any(all(one & found for one in way) for way in passage_ways(term))


@pytest.mark.parametrize(
    ("term", "text", "language"),
    [
        ("svejsning", "Svejsningen af rustfrit stål", "da"),
        ("SVEJSNING", "Robotsvejsning i små serier", "da"),
        ("svejsning", "Pladesvejsning efter tegning", "da"),
        ("svejsning", "Welding of thin sheet", "en"),
        ("welding", "Svejsning af tynde plader", "da"),
        ("robot welding", "Robotsvejsning i små serier", "da"),
        ("robotsvejsning", "We weld small series with a robot", "en"),
        ("ISO 13849-1", "Safety of machines to ISO 13849-1", "en"),
        ("13849", "Safety of machines to ISO 13849-1", "en"),
        ("KRC4", "Cells with a KRC4 controller", "en"),
        ("roboter", "Programmierung der Roboter", "de"),
        ("machine learning", "Maskinlæring på billeder", "da"),
        ("the laser", "Lasers for cutting", "en"),
    ],
)
def test_a_passage_holds_a_term_in_any_ending_compound_or_language(
    term: str, text: str, language: str
) -> None:
    assert held(term, text, language)


@pytest.mark.parametrize(
    ("term", "text", "language"),
    [
        ("robotsvejsning", "Robotter til montage", "da"),
        ("robot welding", "Robots for assembly", "en"),
        ("ISO 3834", "Safety of machines to ISO 13849", "en"),
        ("svejsning", "Planlægning af ordrer", "da"),
        ("machine learning", "Vi lærer at bearbejde på maskiner", "da"),
    ],
)
def test_a_passage_does_not_hold_what_it_only_has_a_part_of(
    term: str, text: str, language: str
) -> None:
    assert not held(term, text, language)


@pytest.mark.parametrize("term", ["", "og", "for the", "  ", "% _ '", "er det"])
def test_a_term_of_function_words_only_can_not_be_looked_for(term: str) -> None:
    assert passage_ways(term) == ()


@given(st.text(max_size=60))
def test_whatever_is_asked_for_every_way_has_something_to_look_for(term: str) -> None:
    assert all(way and all(way) for way in passage_ways(term))
