"""Codes of public lists on a page: a plain search without script, a part of it with htmx."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.pages.conftest import Reader


def test_a_code_is_found_by_a_plain_search(reader: Reader) -> None:
    reader.visit("/codes/municipalities").send("Search", q="ålborg")

    assert reader.heading == "Codes: Municipalities"
    assert reader.all("#codes-found h2") == ["Aalborg"]
    assert "851" in reader.text


def test_names_come_in_the_language_of_the_reader(reader: Reader, dansker: Reader) -> None:
    reader.visit("/codes/industries?q=25.62")
    dansker.visit("/codes/industries?q=25.62")

    assert reader.all("#codes-found h2")[0] == "Machining"
    assert dansker.all("#codes-found h2")[0] == "Maskinforarbejdning"


def test_htmx_gets_the_part_that_changes(client: FlaskClient) -> None:
    answer = client.get("/codes/trl?q=lab", headers={"HX-Request": "true"})

    assert "<html" not in answer.text
    assert "lab" in answer.text


def test_nothing_found_and_too_much_asked_are_said(reader: Reader) -> None:
    assert "No code has these words" in reader.visit("/codes/trl?q=xyzzy").text
    assert reader.visit("/codes/trl?q=" + "x" * 101).status == 422
    assert reader.visit("/codes/colours").status == 404
