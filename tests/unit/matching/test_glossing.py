"""Danish word by word in English: trade words first, everyday words, official labels last."""

from __future__ import annotations

import re

import pytest

from matchmaker.matching.glossing import glossed, known_share
from matchmaker.matching.terms import stem
from matchmaker.matching.trade_terms import FILES, lines

EVERYDAY = list(lines("everyday_terms.tsv"))


@pytest.mark.parametrize(
    ("danish", "english"),
    [
        # "byg" is barley to an official list, and "time" a process timer.
        ("Vi bygger det om på en time", "build hour"),
        ("arbejde mellem to haller", "work two hall"),
        ("Vi får revner i svejsningerne på KRC4", "crack welding krc4"),
        # What nobody knows stays, and what would leave nothing is left alone.
        ("Kavanaugh", "kavanaugh"),
        ("mellem", "mellem"),
    ],
)
def test_a_text_is_read_word_by_word(danish: str, english: str) -> None:
    assert glossed(danish) == english


def test_a_word_that_says_nothing_is_known() -> None:
    assert known_share([stem("da", "mellem"), "kavanaugh"]) == 0.5


def test_every_everyday_word_is_written_as_the_other_files_write_theirs() -> None:
    words = [word for word, _ in EVERYDAY]
    assert words == sorted(set(words))
    assert len(words) > 4000
    for word, meanings in EVERYDAY:
        assert word == word.strip().lower()
        assert all(re.fullmatch(r"[\w.+/&'()-]+( [\w.+/&'()-]+){0,3}|", one) for one in meanings), (
            word
        )


def test_no_everyday_word_hides_a_trade_word() -> None:
    trade = {stem("da", word) for word, _ in lines(FILES[0])}
    assert not [word for word, _ in EVERYDAY if stem("da", word) in trade]
