"""Danish and English: which one a reader gets, and how to change it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from tests.pages.conftest import WELDING, Reader


def test_the_browser_decides_first(reader: Reader, dansker: Reader) -> None:
    assert reader.visit("/").page.html["lang"] == "en"
    assert dansker.visit("/").page.html["lang"] == "da"
    assert dansker.heading == "Beskriv problemet. Se, hvem der kan hjælpe."


def test_who_asks_for_neither_reads_danish(client: FlaskClient) -> None:
    assert Reader(client, "fr").visit("/").page.html["lang"] == "da"


def test_the_switch_keeps_the_page_and_is_remembered(ask: Callable[..., Reader]) -> None:
    page = ask()
    page.visit(f"{page.address}?kind=expert").follow("Dansk")
    assert page.page.html["lang"] == "da"
    assert page.one(".tabs a[aria-current]").get_text(" ", strip=True) == "Eksperter 1"
    assert page.visit("/about").heading == "Om Matchmaker"
    assert page.follow("English").heading == "About Matchmaker"


def test_the_switch_works_on_a_page_that_does_not_exist(reader: Reader) -> None:
    page = reader.visit("/nothing?a=1").follow("Dansk")
    assert page.status == 404
    assert page.heading == "Ikke fundet"


def test_the_present_language_is_marked(dansker: Reader) -> None:
    (current,) = dansker.visit("/").page.select(".site-languages a[aria-current]")
    assert current.get_text() == "Dansk"
    assert [a["lang"] for a in dansker.page.select(".site-languages a")] == ["da", "en"]


def test_a_danish_reader_finds_partners_in_danish(dansker: Reader) -> None:
    page = dansker.visit("/").send("Find partnere", text=WELDING, place="9000")
    assert set(page.all(".fit")) <= {"Stærkt match", "Godt match", "Muligt match"}
    assert "Dansk og engelsk" in page.text
    assert "km væk" in page.text
    assert "22. november 2026" in page.text
    # What the firm wrote stays English, and is marked as such.
    assert page.one("ol.sentences")["lang"] == "en"
    page.send("Lav en ny liste", partner_kinds=["hub"])
    assert "Ingen passer godt nok" in page.text
    page.follow("Ret teksten").send("Gem og find partnere", text="")
    assert page.one(".field-error").get_text() == "Beskriv problemet først."


@pytest.mark.parametrize(
    "address", ["/", "/about", "/profiles", "/profiles?text=zzz", "/nothing", "/problems/"]
)
def test_no_english_words_are_left_on_a_danish_page(dansker: Reader, address: str) -> None:
    dansker.visit(address)
    for passage in dansker.page.select("main [lang]"):
        passage.extract()
    words = f" {dansker.page.body.get_text(' ').lower()} "
    for english in (" the ", " with ", " problem? what", " you ", " and ", " browse "):
        assert english not in words


def test_profile_pages_mark_the_language_of_their_texts(
    matchmaker: Matchmaker, reader: Reader
) -> None:
    page = reader.visit("/profiles").follow("Jens Falk")
    assert page.one(".lead")["lang"] == "da"
    assert {item["lang"] for item in page.page.select(".evidence-list > li")} == {"da"}
