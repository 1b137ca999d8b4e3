"""Steering a list on its page, without script: what is said, and how it is taken back."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Conditions
from tests.pages.conftest import WELDING, Reader, filled

#: People are named to those who have signed in.
pytestmark = pytest.mark.usefixtures("firm")

NOBODY = "00000000-0000-0000-0000-000000000007"


def say(page: Reader, name: str, words: str, **entered: str) -> Reader:
    """Send the form of one card that has a button with these words."""
    card = next(one for one in page.page.select(".match") if one.h3.get_text() == name)
    form = next(one for one in card.find_all("form") if words in one.button.get_text())
    response = page.client.post(
        form["action"],
        data={**filled(form), **entered},
        headers=page.headers,
        follow_redirects=True,
    )
    return page._read(response)


def asked(matchmaker: Matchmaker, page: Reader) -> Conditions:
    """Return the conditions of the newest list, as they are kept."""
    (newest, *_) = matchmaker.matchmaking.runs_of(UUID(page.address.split("/")[2]))
    return Conditions.from_json(newest.conditions)


def test_more_like_one_is_a_condition_that_can_be_taken_away(ask: Callable[..., Reader]) -> None:
    page = ask()
    everybody = page.all(".match h3")
    say(page, "Ida Berg", "More like this")
    assert page.status == 200
    assert page.all(".chip") == ["Without the condition: More like Ida Berg"]
    card = next(one for one in page.page.select(".match") if one.h3.get_text() == "Ida Berg")
    assert "An example for this list" in card.get_text()
    assert "More like this" not in card.get_text()
    page.send("More like Ida Berg")
    assert not page.all(".chip")
    assert page.all(".match h3") == everybody


def test_one_who_is_taken_out_stays_out_until_the_condition_is_taken_away(
    ask: Callable[..., Reader],
) -> None:
    page = ask()
    everybody = page.all(".match h3")
    say(page, "Ida Berg", "Take out", reason="competitor")
    assert page.all(".match h3") == [name for name in everybody if name != "Ida Berg"]
    assert page.all(".chip") == ["Without the condition: Not Ida Berg: A competitor"]
    assert "1 taken out by you" in page.one(".made").get_text(" ")
    page.send("Make a new list", languages=["da"])
    assert "Ida Berg" not in page.all(".match h3")
    page.send("Not Ida Berg").send("Works in Danish")
    assert page.all(".match h3") == everybody


def test_a_line_of_ones_own_is_shown_in_place_of_the_reason(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask()
    say(page, "Ida Berg", "Take out", reason="other", note=" Our former <b>boss</b> ")
    assert page.all(".chip") == ["Without the condition: Not Ida Berg: Our former <b>boss</b>"]
    page.send("Make a new list", languages=["da", "en"])
    assert asked(matchmaker, page).dismissed[0].note == "Our former <b>boss</b>"


def test_words_are_required_and_excluded_with_commas_between_them(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask()
    page.send("Make a new list", required_terms="svejsning, ISO 15614 ,", excluded_terms="hydrogen")
    assert page.all(".match h3") == ["Ida Berg"]
    assert page.all(".chip") == [
        "Without the condition: Must mention “svejsning”",
        "Without the condition: Must mention “ISO 15614”",
        "Without the condition: Must not mention “hydrogen”",
    ]
    assert page.one("#required_terms")["value"] == "svejsning, ISO 15614"
    assert "do not mention what you require" in page.one(".made").get_text(" ")
    page.send("Must mention “ISO 15614”")
    assert asked(matchmaker, page).required_terms == ("svejsning",)
    assert asked(matchmaker, page).excluded_terms == ("hydrogen",)
    assert len(page.all(".match")) > 1


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("required_terms", "og"),
        ("required_terms", ", ".join(f"A{number}" for number in range(11))),
        ("excluded_terms", "x" * 61),
    ],
)
def test_words_that_can_not_be_looked_for_are_told_at_their_field(
    ask: Callable[..., Reader], field: str, text: str
) -> None:
    page = ask()
    before = page.all(".match h3")
    page.send("Make a new list", **{field: text})
    assert page.status == 422
    assert "at most 10 words or phrases" in page.one(f"#{field}-error").get_text()
    assert page.one(f"#{field}")["value"] == text
    assert page.one(f"#{field}").has_attr("aria-invalid")
    assert page.one(".conditions-box").has_attr("open")
    assert page.all(".match h3") == before


def test_how_much_nearness_counts_is_a_condition(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask(place="9000")
    page.send("Make a new list", place_weight="0.5")
    assert asked(matchmaker, page).place_weight == 0.5
    assert page.all(".chip") == ["Without the condition: Nearness counts: half as much as usual"]
    assert page.one("#place_weight option[selected]")["value"] == "0.5"
    page.send("Nearness counts")
    assert asked(matchmaker, page).place_weight is None


def test_a_weight_that_came_another_way_is_kept_by_the_form(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask(place="9000")
    challenge = UUID(page.address.split("/")[2])
    matchmaker.matchmaking.run(challenge, conditions=Conditions(place_weight=1.7))
    page.visit(f"/challenges/{challenge}").send("Make a new list", languages=["da"])
    assert asked(matchmaker, page).place_weight == 1.7
    assert "Without the condition: Nearness counts: 1.7 times as much as usual" in page.all(".chip")


def test_without_a_place_nearness_can_not_count(ask: Callable[..., Reader]) -> None:
    page = ask()
    assert page.one("#place_weight").has_attr("disabled")
    assert page.one("#place_weight-hint a")["href"].endswith("/revise#place")


def test_after_too_far_a_smaller_circle_is_offered(ask: Callable[..., Reader]) -> None:
    page = ask(place="9000")
    say(page, "Svetsinstitutet", "Take out", reason="too-far")
    (words,) = page.all(".offer button")
    assert words == "Only partners within 130 km"
    page.send(words)
    assert "Without the condition: Within 130 km" in page.all(".chip")
    assert not page.all(".offer")


def test_after_a_wrong_language_that_of_the_challenge_is_offered(
    ask: Callable[..., Reader],
) -> None:
    page = ask()
    say(page, "Ida Berg", "Take out", reason="wrong-language")
    assert page.all(".offer button") == ["Only partners who work in English"]
    page.send("Only partners who work in English")
    assert "Without the condition: Works in English" in page.all(".chip")
    assert "Without the condition: Not Ida Berg: Wrong language for us" in page.all(".chip")


def test_nothing_is_offered_where_nothing_would_help(ask: Callable[..., Reader]) -> None:
    page = ask(place="9000")
    say(page, "Ida Berg", "Take out", reason="too-far")  # they are in the same town
    assert not page.all(".offer")


def test_an_example_that_is_taken_out_is_an_example_no_more(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask()
    say(page, "Ida Berg", "More like this")
    say(page, "Ida Berg", "Take out", reason="no-capacity")
    assert asked(matchmaker, page).more_like == ()
    assert page.all(".chip") == ["Without the condition: Not Ida Berg: They have no time"]


@pytest.mark.parametrize(
    "sent",
    [
        {"more_like": "Ida"},
        {"more_like": NOBODY},
        {"dismissed": NOBODY, "reason": "other"},
        {"dismissed": NOBODY, "reason": "ugly"},
        {"dismissed": "", "reason": "other"},
        {},
    ],
)
def test_what_no_page_of_ours_says_is_refused_and_the_list_stays(
    ask: Callable[..., Reader], sent: dict[str, str]
) -> None:
    page = ask()
    before = page.all(".match h3")
    form = next(one for one in page.page.select(".steer form"))
    token = form.find("input", {"name": "csrf_token"})["value"]
    response = page.client.post(
        form["action"], data={"csrf_token": token, **sent}, headers=page.headers
    )
    page._read(response)
    assert page.status == 422
    assert page.all(".notice-wrong")
    assert page.all(".match h3") == before


def test_a_broken_dismissal_in_the_form_of_the_conditions_is_refused(
    ask: Callable[..., Reader],
) -> None:
    page = ask()
    page.send("Make a new list", dismissed="somebody else")
    assert page.status == 422


def test_a_sixth_example_is_refused_with_what_to_do(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask()
    challenge = UUID(page.address.split("/")[2])
    ids = [profile.id for profile in matchmaker.profiles.page().items if profile.name != "Ida Berg"]
    matchmaker.matchmaking.run(challenge, conditions=Conditions(more_like=tuple(ids[:5])))
    page.visit(f"/challenges/{challenge}")
    say(page, "Ida Berg", "More like this")
    assert page.status == 422
    assert "at most 5 examples" in " ".join(page.all(".notice-wrong"))


def test_an_example_that_was_erased_since_is_forgotten(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask()
    say(page, "Ida Berg", "More like this")
    gone = asked(matchmaker, page).more_like[0]
    matchmaker.profiles.erase(gone)
    page.visit(page.address)
    assert not page.all(".chip")
    say(page, "Institut for Sømme", "More like this")
    assert page.all(".chip") == ["Without the condition: More like Institut for Sømme"]


def test_a_dane_reads_every_condition_in_danish(dansker: Reader) -> None:
    page = dansker.visit("/").send("Find partnere", text=WELDING, place="9000")
    page.send("Lav en ny liste", required_terms="svejsning", place_weight="3.0")
    say(page, "Ida Berg", "Flere som denne")
    say(page, "Institut for Sømme", "Tag ud", reason="already-known")
    assert [words.split(": ", 1)[1] for words in page.all(".chip")] == [
        "Nærhed tæller: tre gange så meget som normalt",
        "Skal nævne “svejsning”",
        "Flere som Ida Berg",
        "Ikke Institut for Sømme: Vi kender dem allerede",
    ]
