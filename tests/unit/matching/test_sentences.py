"""A challenge in sentences: nothing is lost, nothing is empty, cost stays bounded."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.sentences import MOST_SENTENCES, clean, split

WORD = re.compile(r"[^\W_]+")
PIECES = st.lists(
    st.sampled_from(
        [*"abæøåÉß7.,;:!?…-–*•()\"'» \n\t", ". ", ".\n", "\n- ", "\n\n", " f.eks. ", " ca. 5 mm "]
        + [" osv. Vi", " d. 12. maj ", "svejsning ", " revner", "; ", "-5 ", "Mvh. Ole", "\r\n"]
    ),
    max_size=60,
)
TEXTS = PIECES.map("".join) | st.text(max_size=120)


def words(text: str) -> list[str]:
    return WORD.findall(text)


def test_each_sentence_stands_alone() -> None:
    assert split("Der kommer revner i sømmen. Hvorfor sker det nu? Vi har prøvet alt!") == (
        "Der kommer revner i sømmen.",
        "Hvorfor sker det nu?",
        "Vi har prøvet alt!",
    )


def test_the_title_comes_first_and_keeps_short_sentences_to_itself() -> None:
    assert split("Hjælp os. Der kommer revner i alle sømme.", title=" Revner ") == (
        "Revner",
        "Hjælp os.",
        "Der kommer revner i alle sømme.",
    )


def test_without_a_title_the_text_is_all_there_is() -> None:
    assert split("Der kommer revner i sømmen", title="  ") == ("Der kommer revner i sømmen",)


@pytest.mark.parametrize(
    "text",
    [
        "Vi svejser f.eks. 5 mm plade bl.a. til dr. Hansen",
        "We weld e.g. thin plate of approx. 5 mm",
        "Wir schweißen z.B. dünne Bleche bzw. Rohre",
        "Vi bruger fx. en laser til nr. 4 (ca. 20 stk. om dagen)",
        "Møder holdes d. 12. maj og den 3. juni hos os",
        "Kontakt A. Berg om den nye hal",
    ],
)
def test_abbreviations_initials_and_ordinals_do_not_end_a_sentence(text: str) -> None:
    assert split(text) == (text,)


def test_a_capital_after_an_abbreviation_that_often_stands_last_begins_a_sentence() -> None:
    assert split("Vi bruger stål, aluminium osv. Der kommer revner i begge.") == (
        "Vi bruger stål, aluminium osv.",
        "Der kommer revner i begge.",
    )


def test_a_number_ends_a_sentence_when_a_capital_follows() -> None:
    assert split("Vi har kun brug for 12. Der kommer revner i alle.") == (
        "Vi har kun brug for 12.",
        "Der kommer revner i alle.",
    )


def test_signs_without_a_word_are_no_sentence() -> None:
    assert split(". Der kommer revner i sømmen!\n???", title="–") == (
        "Der kommer revner i sømmen!",
    )
    assert split("- - -\n•\n--") == ()


def test_lists_become_one_sentence_per_line_without_bullets() -> None:
    text = "Problemer i vores hal:\n- revner i svejsning ved kulde\n• rust på bolte efter salt\n*porer i støbning af huse"
    assert split(text) == (
        "Problemer i vores hal:",
        "revner i svejsning ved kulde",
        "rust på bolte efter salt",
        "porer i støbning af huse",
    )


def test_the_minus_of_a_number_is_no_bullet() -> None:
    assert split("I hallen er der om vinteren:\n-5 grader og det er koldt") == (
        "I hallen er der om vinteren:",
        "-5 grader og det er koldt",
    )


def test_semicolons_and_quotes_end_sentences_too() -> None:
    assert split('Han sagde "det går ikke mere." Så vi stoppede den; nu står den helt stille.') == (
        'Han sagde "det går ikke mere."',
        "Så vi stoppede den;",
        "nu står den helt stille.",
    )


def test_the_scraps_of_a_mail_join_the_sentence_before_them() -> None:
    mail = "Der kommer revner i sømmen.\n\nMvh.\nOle Berg\n--\nTlf. 12345678"
    assert split(mail) == ("Der kommer revner i sømmen. Mvh. Ole Berg Tlf. 12345678",)


def test_a_scrap_at_the_beginning_has_nothing_to_join() -> None:
    assert split("Hej\nDer kommer revner i sømmen") == ("Hej", "Der kommer revner i sømmen")


def test_more_sentences_than_the_limit_are_joined_where_they_are_shortest() -> None:
    long = "Dette er en meget lang sætning med mange ord om et emne for sig selv, nummer"
    short = ["Den er kort nu.", "Det er den også."]
    sentences = split(" ".join([*[f"{long} et."] * (MOST_SENTENCES - 1), *short]))
    assert len(sentences) == MOST_SENTENCES
    assert sentences[-1] == "Den er kort nu. Det er den også."


@given(TEXTS, st.text("abæ -\n", max_size=10))
def test_no_word_is_lost_and_their_order_stays(text: str, title: str) -> None:
    assert words(" ".join(split(text, title))) == words(f"{title} {text}")


@given(TEXTS)
def test_a_text_with_a_word_has_a_sentence_and_no_sentence_is_empty(text: str) -> None:
    sentences = split(text)
    assert bool(sentences) == bool(words(text))
    assert all(words(sentence) for sentence in sentences)


@given(st.lists(TEXTS, min_size=1, max_size=12).map(". ".join))
def test_there_are_never_more_sentences_than_the_limit(text: str) -> None:
    assert len(split(text * 5)) <= MOST_SENTENCES


def test_cleaning_takes_out_what_cannot_be_seen() -> None:
    assert clean("\ufeffet\x00 lille\u2028problem\ud800 \r\n\r\n\r\n\n\t med\xa0svejsning\r ") == (
        "\ufeffet lille problem\n\nmed svejsning"
    )


def test_cleaning_composes_letters() -> None:
    assert clean("A\u030arhus") == "Århus"


@given(st.text(st.characters() | st.sampled_from("\n\r\t\x00\x85\u2028\ue000"), max_size=80))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once == once.strip()
    assert "\n\n\n" not in once
    categories = {unicodedata.category(character) for character in once.replace("\n", "")}
    assert not categories & {"Cc", "Cs", "Cn", "Co"}
