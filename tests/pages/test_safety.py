"""What a page does with hostile text, and what every form brings along."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import api
from matchmaker.bootstrap import Matchmaker
from tests.factories import an_expert
from tests.pages.conftest import Reader

HOSTILE = (
    "<script>alert('x')</script> welded frames </textarea><img src=x onerror=alert(1)> crack \"'"
)
TEMPLATES = sorted((Path(api.__file__).parent / "templates").rglob("*.html"))


def test_markup_in_a_challenge_is_shown_as_it_was_written(ask: Callable[..., Reader]) -> None:
    page = ask(text=HOSTILE, title="<b>Bold</b>")
    assert page.heading == "<b>Bold</b>"
    assert "alert('x')" in page.one("ol.sentences").get_text()
    assert not page.page.select("main script, main img, h1 b, [onerror]")
    page.follow("Change the text")
    assert page.one("#text").get_text().strip() == HOSTILE
    assert not page.page.select("main script, main img")


def test_markup_in_a_refused_form_is_shown_as_it_was_written(ask: Callable[..., Reader]) -> None:
    page = ask(text=HOSTILE, place='"><script>alert(1)</script>')
    assert page.status == 422
    assert page.one("#place")["value"] == '"><script>alert(1)</script>'
    assert not page.page.select("main script, main img")


def test_markup_in_a_profile_is_shown_as_it_was_written(
    matchmaker: Matchmaker, reader: Reader
) -> None:
    expert = an_expert("<i>Ida</i>", summary=HOSTILE, evidence=(HOSTILE,))
    matchmaker.profiles.register_all([expert])
    page = reader.visit(f"/profiles/{expert.id}")
    assert page.heading == "<i>Ida</i>"
    assert not page.page.select("main script, main img, h1 i")
    page.visit("/profiles?text=Ida")
    assert "<i>Ida</i>" in page.all(".card h2")


@pytest.mark.parametrize("address", ["/?lang=en&x=<script>", "/profiles?text=<script>alert(1)"])
def test_markup_in_an_address_is_shown_as_it_was_written(reader: Reader, address: str) -> None:
    assert "<script>alert" not in reader.visit(address).response.get_data(as_text=True)
    assert "x=<script>" not in reader.response.get_data(as_text=True)


@pytest.mark.parametrize("data", [{}, {"csrf_token": "wrong"}])
def test_a_form_without_its_token_is_refused_in_words(
    client: FlaskClient, reader: Reader, data: dict[str, str]
) -> None:
    reader._read(
        client.post("/", data={"text": "welded frames crack", **data}, headers=reader.headers)
    )
    assert reader.status == 400
    assert reader.heading == "This form has expired"
    assert "copy what you wrote" in reader.text


def test_every_form_that_changes_something_has_a_token(ask: Callable[..., Reader]) -> None:
    page = ask()
    page.send("Make a new list", partner_kinds=["expert"])
    challenge = page.address
    for address in ("/", challenge, f"{challenge}/revise", f"{challenge}/withdraw"):
        for form in page.visit(address).page.find_all("form"):
            assert form["method"] == "post"
            assert form.find("input", {"name": "csrf_token"})["value"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_script_or_style_of_its_own(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|data:image", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', source)


def test_pages_with_a_firms_text_are_not_for_search_engines(ask: Callable[..., Reader]) -> None:
    page = ask()
    challenge = page.address
    for address in (challenge, f"{challenge}/revise", f"{challenge}/withdraw"):
        assert page.visit(address).one('meta[name="robots"]')["content"] == "noindex"
    assert not page.visit("/").page.select('meta[name="robots"]')
