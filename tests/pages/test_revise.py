"""Changing and withdrawing a challenge by form."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from tests.pages.conftest import WELDING, Reader


def challenge_of(page: Reader) -> UUID:
    return UUID(page.address.split("/")[2])


def test_the_form_holds_what_was_written(ask: Callable[..., Reader]) -> None:
    page = ask(title="Cracks", place="9000").follow("Change the text")
    assert page.one("#text").get_text().strip() == WELDING.strip()
    assert page.one("#title")["value"] == "Cracks"
    assert page.one("#place")["value"] == "9000"


def test_a_changed_text_makes_a_new_list(
    ask: Callable[..., Reader], matchmaker: Matchmaker
) -> None:
    page = ask(title="Cracks", place="9000")
    page.follow("Change the text")
    page.send("Save and find partners", text="We need camera inspection of surfaces for defects.")
    assert page.all(".match h3")[0] == "Department of Vision"
    challenge = matchmaker.challenges.get(challenge_of(page))
    assert (challenge.title, challenge.postcode) == ("Cracks", "9000")
    assert len(matchmaker.matchmaking.runs_of(challenge.id)) == 2


def test_a_field_that_is_emptied_is_empty(
    ask: Callable[..., Reader], matchmaker: Matchmaker
) -> None:
    page = ask(title="Cracks", place="9000").follow("Change the text")
    page.send("Save and find partners", title="", place="")
    challenge = matchmaker.challenges.get(challenge_of(page))
    assert (challenge.title, challenge.postcode, challenge.latitude) == ("", None, None)
    assert page.heading == "Your challenge"


@pytest.mark.parametrize(
    ("entered", "field"), [({"text": ""}, "text"), ({"place": "Atlantis"}, "place")]
)
def test_a_refused_change_is_named_and_kept(
    ask: Callable[..., Reader], entered: dict[str, str], field: str
) -> None:
    page = ask(title="Cracks").follow("Change the text")
    page.send("Save and find partners", **{"title": "Other", **entered})
    assert page.status == 422
    assert [error["id"] for error in page.page.select(".field-error")] == [f"{field}-error"]
    assert page.one("#title")["value"] == "Other"
    page.send("Save and find partners", text=WELDING, place="")
    assert page.heading == "Other"


def test_a_change_of_what_somebody_else_changed_meanwhile_overwrites_nothing(
    ask: Callable[..., Reader], matchmaker: Matchmaker
) -> None:
    page = ask(title="Cracks")
    challenge = challenge_of(page)
    page.follow("Change the text")
    matchmaker.challenges.revise(challenge, expected_revision=1, text="They wrote this instead.")
    page.send("Save and find partners", text="Mine is about welded frames.")
    assert page.status == 412
    assert "Somebody changed this challenge meanwhile" in page.text
    assert "They wrote this instead." in page.one(".notice blockquote").get_text()
    assert page.one("#text").get_text().strip() == "Mine is about welded frames."
    assert matchmaker.challenges.get(challenge).text == "They wrote this instead."
    page.send("Save and find partners", text="Both together, about welded frames.")
    assert matchmaker.challenges.get(challenge).text == "Both together, about welded frames."


def test_a_stale_withdrawal_is_refused(ask: Callable[..., Reader], matchmaker: Matchmaker) -> None:
    page = ask()
    challenge = challenge_of(page)
    page.follow("Withdraw")
    matchmaker.challenges.revise(challenge, expected_revision=1, title="New")
    page.send("Withdraw it")
    assert page.status == 412
    assert page.heading == "Changed by somebody else"


def test_a_withdrawn_challenge_cannot_be_changed(ask: Callable[..., Reader]) -> None:
    page = ask()
    challenge = challenge_of(page)
    page.follow("Withdraw").send("Withdraw it")
    for action in ("revise", "withdraw"):
        page.visit(f"/challenges/{challenge}/{action}")
        assert page.status == 409
        assert page.heading == "Not possible now"


def test_a_form_without_its_revision_changes_nothing(ask: Callable[..., Reader]) -> None:
    page = ask().follow("Change the text")
    for revision in ("", "seven", "9" * 30):
        assert page.send("Save and find partners", revision=revision).status in {404, 412}
        page.visit(page.address)
