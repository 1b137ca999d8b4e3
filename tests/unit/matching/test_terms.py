"""Words as the lexical order counts them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.terms import passage_terms, query_terms, words


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
