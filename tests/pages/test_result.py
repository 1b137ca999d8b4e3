"""The list of partners: what a firm reads there, and what it can change."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import ChallengeState, MatchRun
from tests.factories import a_student, an_expert
from tests.pages.conftest import WELDING, Reader

#: People are named to those who have signed in.
pytestmark = pytest.mark.usefixtures("firm")


def the_run(matchmaker: Matchmaker, page: Reader) -> MatchRun:
    """Return what the service kept, to hold the page against it."""
    (newest, *_) = matchmaker.matchmaking.runs_of(UUID(page.address.split("/")[2]))
    return matchmaker.matchmaking.get_run(newest.id)


def test_each_partner_comes_with_evidence_and_the_sentence_that_it_answers(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask(place="8000")
    run = the_run(matchmaker, page)
    assert page.all(".match h3") == [match.profile.name for match in run.matches]
    for shown, match in zip(page.page.select(".match"), run.matches, strict=True):
        assert [
            (quote["lang"], quote.get_text(strip=True)) for quote in shown.select(".evidence")
        ] == [(passage.language, passage.text) for passage in match.reason.evidence]
        for asked, passage in zip(shown.select(".asked"), match.reason.evidence, strict=True):
            sentence = run.sentences[passage.answers]
            assert asked.q.get_text() == sentence
            assert page.one(f"li{asked.a['href']}").get_text(" ", strip=True).endswith(sentence)


def test_the_words_that_count_are_one_link_away_and_then_stay(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask()
    assert not page.all("mark")
    before = [quote.get_text() for quote in page.page.select(".evidence")]

    page.follow("Mark the words that count")

    run = the_run(matchmaker, page)
    for shown, match in zip(page.page.select(".match"), run.matches, strict=True):
        for quote, passage in zip(shown.select(".evidence"), match.reason.evidence, strict=True):
            assert [mark.get_text() for mark in quote.select("mark")] == [
                passage.text[start:end] for start, end in passage.highlights
            ]
    assert "welded" in " ".join(page.all(".evidence mark")).lower()
    assert [quote.get_text() for quote in page.page.select(".evidence")] == before
    assert "Marked words are those" in page.one("#marks").get_text(" ", strip=True)
    assert not page.one("#marks").select("a")
    marked = page.all("mark")
    assert page.visit(page.address).all("mark") == marked


def test_with_script_the_marks_come_by_themselves_to_every_passage(
    ask: Callable[..., Reader],
) -> None:
    page = ask()
    link = page.one("#marks a")
    assert link["hx-trigger"].split(",")[0] == "load"
    assert link["hx-get"] == link["href"]
    passages = [f"#{quote['id']}" for quote in page.page.select(".evidence p")]
    assert link["hx-select-oob"].split(",") == passages
    assert len(set(passages)) == len(passages)


def test_where_words_cannot_be_marked_the_list_is_shown_without(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask()
    with matchmaker.engine.begin() as connection:
        connection.execute(text("UPDATE index_generations SET state = 'retired'"))
    page.follow("Mark the words that count")
    assert page.status == 200
    assert page.all(".match h3")
    assert not page.page.select("mark, #marks")


def test_place_and_distance_are_plain_facts(ask: Callable[..., Reader]) -> None:
    page = ask(place="8000")
    (shown,) = [m for m in page.page.select(".match") if m.h3.get_text() == "Institut for Sømme"]
    assert "Technology institute" in shown.select_one(".match-kind").get_text()
    assert re.search(r"Aalborg, 10\d km away", shown.get_text(" ", strip=True))


def test_what_a_partner_does_not_answer_is_shown_under_it(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask()
    run = the_run(matchmaker, page)
    missing = [match.reason.uncovered for match in run.matches]
    assert any(missing)
    for shown, positions in zip(page.page.select(".match"), missing, strict=True):
        assert [q.get_text() for q in shown.select(".uncovered q")] == [
            run.sentences[position] for position in positions
        ]
        if positions:
            summary = shown.select_one(".uncovered summary").get_text()
            assert summary == f"Says nothing about {len(positions)} of your 3 sentences"


def test_the_fit_is_a_word_and_never_a_number(ask: Callable[..., Reader]) -> None:
    page = ask()
    fits = page.all(".fit")
    assert fits
    assert set(fits) <= {"Strong fit", "Good fit", "Possible fit"}
    assert "%" not in page.text
    assert not re.search(r"\b0[.,]\d", page.text)


def test_fictional_partners_are_marked_and_real_ones_are_not(ask: Callable[..., Reader]) -> None:
    page = ask()
    marked = {
        match.select_one("h3").get_text(): match.select_one(".badge") is not None
        for match in page.page.select(".match")
    }
    assert marked["Ida Berg"] is True
    assert marked["Institut for Sømme"] is False


def test_tabs_count_each_kind_and_are_plain_links(ask: Callable[..., Reader]) -> None:
    page = ask()
    assert page.all(".tabs a")[0] == f"All partners {len(page.all('.match'))}"
    assert page.one(".tabs a[aria-current]").get_text(" ", strip=True).startswith("All partners")
    rank = page.all(".match h3").index("Ida Berg") + 1
    page.follow("Experts")
    assert page.all(".match h3") == ["Ida Berg"]
    assert page.one(".tabs a[aria-current]").get_text(" ", strip=True) == "Experts 1"
    assert page.one("#announcement").get_text() == "Experts: 1"
    assert page.one(".match .rank").get_text(" ", strip=True) == f"Place {rank}"


def test_a_tab_without_partners_leads_back_and_an_unknown_one_shows_all(
    ask: Callable[..., Reader],
) -> None:
    page = ask()
    challenge, number = page.address, len(page.all(".match"))
    page.visit(f"{challenge}?kind=hub")
    assert "None of this kind" in page.text
    page.follow("Show all partners")
    assert len(page.all(".match")) == number
    page.visit(f"{challenge}?kind=wizard")
    assert len(page.all(".match")) == number


def test_conditions_make_a_new_list_and_each_can_be_taken_away(ask: Callable[..., Reader]) -> None:
    page = ask(place="9000")
    everybody = page.all(".match h3")
    page.send("Make a new list", partner_kinds=["expert", "institute"], languages=["da"])
    assert sorted(page.all(".match h3")) == ["Ida Berg", "Institut for Sømme"]
    assert page.all(".chip") == [
        "Without the condition: Experts",
        "Without the condition: Technology institutes",
        "Without the condition: Works in Danish",
    ]
    assert page.one("#kind-expert").has_attr("checked")
    page.send("Experts")
    assert page.all(".match h3") == ["Institut for Sømme"]
    page.send("Technology institutes").send("Works in Danish")
    assert page.all(".match h3") == everybody
    assert not page.all(".chip")


def test_a_distance_removes_who_is_farther_away(ask: Callable[..., Reader]) -> None:
    page = ask(place="9000")
    assert "Svetsinstitutet" in page.all(".match h3")
    page.send("Make a new list", within_km="50")
    assert "Svetsinstitutet" not in page.all(".match h3")
    assert page.all(".chip") == ["Without the condition: Within 50 km"]
    assert "1 too far away" in page.one(".made").get_text(" ")


def test_without_a_place_there_is_no_distance_to_ask_for(ask: Callable[..., Reader]) -> None:
    page = ask()
    assert page.one("#within_km").has_attr("disabled")
    assert page.one("#within_km-hint a")["href"].endswith("/revise#place")
    assert "km away" not in page.text


def test_a_wrong_distance_is_named_and_the_list_stays(ask: Callable[..., Reader]) -> None:
    page = ask(place="9000")
    before = page.all(".match h3")
    page.send("Make a new list", within_km="near")
    assert page.status == 422
    assert "whole number of kilometres" in page.one("#within_km-error").get_text()
    assert "whole number of kilometres" in page.one("#announcement").get_text()
    assert page.one("#within_km")["value"] == "near"
    assert page.one(".conditions-box").has_attr("open")
    assert page.all(".match h3") == before


def test_how_the_list_was_made_is_told_at_its_end(ask: Callable[..., Reader]) -> None:
    page = ask()
    made = page.one(".made").get_text(" ", strip=True)
    assert "8 profiles in all → 8 could be proposed" in made
    assert "fused, version" in made
    # The clock of the test says nine in UTC.
    assert "22 November 2026, 10:00" in made
    assert re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made)


def test_rules_that_removed_somebody_are_counted(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    matchmaker.profiles.register_all(
        [a_student("Gone", evidence=("Welded frames.",), available_to=date(2026, 1, 31))]
    )
    assert "1 not available in this period" in ask().one(".made").get_text(" ")


def test_when_nobody_fits_the_page_says_what_was_removed_and_what_to_do(
    ask: Callable[..., Reader],
) -> None:
    page = ask(place="9000")
    page.send("Make a new list", partner_kinds=["hub"])
    assert not page.all(".match")
    nobody = page.one(".nobody").get_text(" ", strip=True)
    assert "Nobody fits well enough" in nobody
    assert "another kind of partner than you asked for" in nobody
    assert "Add a sentence" in nobody
    assert "Take away a condition" in nobody
    assert "adviser at the cluster" in nobody
    assert page.all(".chip") == ["Without the condition: Hubs and clusters"]


def test_a_partner_leads_to_its_profile(ask: Callable[..., Reader]) -> None:
    page = ask().follow("Ida Berg")
    assert page.heading == "Ida Berg"


def test_who_does_not_speak_the_language_of_the_challenge_is_said_to(
    matchmaker: Matchmaker, reader: Reader
) -> None:
    matchmaker.profiles.register_all(
        [
            an_expert(
                "Gertrud Klein",
                working_languages=["de"],
                evidence=("Cracks in welded aluminium frames.",),
            )
        ]
    )
    page = reader.visit("/").send("Find partners", text=WELDING)
    match = next(m for m in page.page.select(".match") if "Gertrud" in m.h3.get_text())
    facts = " ".join(match.select_one(".facts").get_text(" ").split())
    assert "German (not the language of the challenge)" in facts


def test_a_challenge_without_a_list_offers_to_make_one(
    matchmaker: Matchmaker, reader: Reader
) -> None:
    challenge = matchmaker.challenges.submit(text=WELDING)
    matchmaker.profiles.register_all([an_expert(evidence=("Welded aluminium frames.",))])
    page = reader.visit(f"/challenges/{challenge.id}")
    assert "No list has been made yet" in page.text
    assert WELDING in page.text
    assert page.send("Find partners").all(".match h3")


def test_a_text_is_kept_while_matching_is_not_ready(
    matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    with matchmaker.engine.begin() as connection:
        connection.execute(text("UPDATE index_generations SET state = 'retired'"))
    page = ask()
    assert page.status == 200
    assert "No list has been made yet" in page.text
    page.send("Find partners")
    assert page.status == 503
    assert page.heading == "Matching is not ready yet"
    assert "What you wrote before is kept" in page.text


def test_a_withdrawn_challenge_shows_no_list(ask: Callable[..., Reader]) -> None:
    page = ask().follow("Withdraw").send("Withdraw it")
    assert "This challenge is withdrawn" in page.text
    assert not page.all(".match")
    assert not page.page.select(".page-actions")


def test_a_withdrawn_challenge_cannot_be_matched_any_more(
    client: FlaskClient, matchmaker: Matchmaker, ask: Callable[..., Reader]
) -> None:
    page = ask()
    form = page.form("Make a new list")
    page.follow("Withdraw").send("Withdraw it")
    token = form.find("input", {"name": "csrf_token"})["value"]
    response = client.post(form["action"], data={"csrf_token": token})
    assert response.status_code == 409
    challenge = matchmaker.challenges.get(UUID(form["action"].split("/")[2]))
    assert challenge.state is ChallengeState.WITHDRAWN
