"""The home page: what it says, and what happens to a form that is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Challenge
from tests.pages.conftest import Reader

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SAMPLE = "Our lathe stops every night because chips fill the conveyor."


@pytest.fixture
def sample(matchmaker: Matchmaker) -> Challenge:
    """A shipped challenge."""
    challenge = Challenge(
        title="The lathe stops at night",
        text=SAMPLE,
        language="en",
        postcode="9000",
        city="Aalborg",
        sample=True,
        created_at=NOW,
        updated_at=NOW,
    )
    matchmaker.challenges.register_samples([challenge])
    return challenge


def test_the_home_page_says_what_it_does_and_that_places_cannot_be_bought(reader: Reader) -> None:
    reader.visit("/")
    assert reader.heading == "Describe the problem. See who can help."
    assert "Danish or English" in reader.text
    assert len(reader.page.select(".steps > li")) == 3
    assert "ranked by the same rules" in reader.text
    assert [label["for"] for label in reader.form("Find partners").find_all("label")] == [
        "text",
        "title",
        "place",
    ]


def test_a_description_leads_to_its_list_and_can_be_reloaded(ask: Callable[..., Reader]) -> None:
    page = ask()
    (first, *_) = page.response.history
    assert first.status_code == 303
    assert page.address.startswith("/challenges/")
    assert page.all(".match h3")
    again = page.visit(page.address)
    assert again.status == 200


def test_an_empty_form_says_so_at_its_field(reader: Reader) -> None:
    page = reader.visit("/").send("Find partners")
    assert page.status == 422
    field = page.one("#text")
    assert field["aria-invalid"] == "true"
    assert "text-error" in field["aria-describedby"].split()
    assert page.one("#text-error").get_text() == "Please describe the problem first."
    assert page.one("#form-errors a")["href"] == "#text"
    assert page.page.title.get_text().startswith("Please change:")


@pytest.mark.parametrize(
    ("entered", "field", "sentence"),
    [
        ({"text": "svejs"}, "text", "at least three words"),
        ({"text": "a bc " * 2000 + "a bc."}, "text", "shorten the text by 5 characters"),
        ({"title": "t" * 121}, "title", "120 characters"),
        ({"place": "Atlantis"}, "place", "no Danish postcode"),
        (
            {"text": "Nasze spawane ramy aluminiowe pękają po tygodniu i nie wiemy dlaczego."},
            "text",
            "Danish or English",
        ),
    ],
)
def test_a_refused_form_names_the_field_and_keeps_everything_that_was_entered(
    ask: Callable[..., Reader], entered: dict[str, str], field: str, sentence: str
) -> None:
    values = {
        "text": "Our welded frames crack after a week.",
        "title": "Cracks",
        "place": "9000",
        **entered,
    }
    page = ask(**values)
    assert page.status == 422
    assert page.address == "/"
    (error,) = page.page.select(".field-error")
    assert error["id"] == f"{field}-error"
    assert sentence in error.get_text()
    assert page.one("#text").get_text().strip() == values["text"].strip()
    assert page.one("#title")["value"] == values["title"]
    assert page.one("#place")["value"] == values["place"]


def test_a_refused_form_can_be_mended_and_sent(ask: Callable[..., Reader]) -> None:
    page = ask(place="Atlantis").send("Find partners", place="Aalborg")
    assert page.address.startswith("/challenges/")
    assert "km away" in page.text


def test_a_sample_fills_the_form_with_one_click(reader: Reader, sample: Challenge) -> None:
    page = reader.visit("/").follow(sample.title)
    assert page.one("#text").get_text().strip() == SAMPLE
    assert page.one("#title")["value"] == "The lathe stops at night"
    assert page.one("#place")["value"] == "9000"
    page.send("Find partners")
    assert page.heading == "The lathe stops at night"


@pytest.mark.parametrize("unknown", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_sample_leaves_the_form_empty(reader: Reader, unknown: str) -> None:
    page = reader.visit(f"/?sample={unknown}")
    assert page.status == 200
    assert page.one("#text").get_text().strip() == ""


def test_samples_in_the_language_of_the_reader_come_first(
    matchmaker: Matchmaker, reader: Reader, dansker: Reader
) -> None:
    matchmaker.challenges.register_samples(
        [
            Challenge(
                title=f"{language} {number}",
                text=SAMPLE,
                language=language,
                sample=True,
                created_at=NOW,
                updated_at=NOW,
            )
            for language in ("da", "en")
            for number in range(5)
        ]
    )
    english = reader.visit("/").all(".card h3")
    assert english == ["en 0", "en 1", "en 2", "en 3", "da 0", "da 1"]
    assert dansker.visit("/").all(".card h3")[:4] == ["da 0", "da 1", "da 2", "da 3"]
