"""Challenges on the page of a profile, and beside a challenge: filled in place, or by a link."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Challenge, ChallengeAction, ChallengeState
from matchmaker.storage import challenges
from matchmaker.storage.database import Sessions
from tests.factories import NOW
from tests.pages.conftest import WELDING, Reader

#: People are named to those who have signed in.
pytestmark = pytest.mark.usefixtures("firm")


@pytest.fixture(autouse=True)
def sample(workshop: Matchmaker) -> Challenge:
    """A shipped challenge about welding, in English."""
    one = Challenge(
        title="Cracked frames",
        text=WELDING,
        language="en",
        sample=True,
        created_at=NOW,
        updated_at=NOW,
    )
    workshop.challenges.register_samples([one])
    return one


def test_the_page_of_a_profile_leads_to_the_challenges_it_could_help_with(
    reader: Reader, sample: Challenge
) -> None:
    page = reader.visit("/profiles?text=Ida").follow("Ida Berg")
    section = page.one("#challenges")
    assert section["hx-get"] == section.a["href"]
    assert section["hx-select"] == "#challenges"
    page.follow("Show the challenges")
    assert page.heading == "Challenges for Ida Berg"
    assert page.all("#challenges h3") == ["Cracked frames"]
    assert page.one("#challenges .fit").get_text(strip=True) in {
        "Strong fit",
        "Good fit",
        "Possible fit",
    }
    assert "They write: Our welded aluminium frames have cracks." in page.all(".asked")
    assert any("cracks" in words for words in page.all(".evidence"))
    page.follow("Cracked frames")
    assert page.one("#text").get_text().strip() == WELDING  # in the form, to be tried out


def test_a_profile_that_fits_nothing_is_told_so(reader: Reader) -> None:
    page = reader.visit("/profiles?text=Klyngen").follow("Klyngen").follow("Show the challenges")
    assert "None of the challenges that may be shown" in page.text
    page.follow("Read the profile")
    assert page.heading == "Klyngen"


def test_beside_a_challenge_stand_others_like_it(ask: Callable[..., Reader]) -> None:
    page = ask(title="My frames")
    section = page.one("#similar")
    assert section["hx-get"] == section.a["href"]
    page.follow("Show similar challenges")
    assert page.heading == "My frames"
    assert page.all("#similar h3") == ["Cracked frames"]
    assert page.all(".pairs dt")[0].startswith("You write: ")
    assert page.all(".pairs dd")[0].startswith("They write: ")
    page.follow("Back to the list of partners")
    assert page.all(".match")


def test_a_challenge_unlike_all_others_is_told_so(ask: Callable[..., Reader]) -> None:
    page = ask("Planlægning af ordrer i en maskinfabrik er svært for os.")
    page.follow("Show similar challenges")
    assert "No other challenge that may be shown is like yours." in page.text


def test_an_opened_challenge_of_another_firm_has_no_link(
    ask: Callable[..., Reader], workshop: Matchmaker
) -> None:
    theirs = workshop.challenges.submit(text=WELDING, title="Theirs")
    page = ask(title="Mine").follow("Show similar challenges")
    assert "Theirs" not in page.text
    with Sessions(workshop.engine).writing() as session:
        challenges.get(session, theirs.id).apply(ChallengeAction.OPEN, at=NOW)
    page.visit(page.address)
    assert "Theirs" in page.all("#similar h3")
    assert str(theirs.id) not in page.response.get_data(as_text=True)
    assert "English · Open" in page.all("#similar .meta")


def test_a_withdrawn_challenge_shows_no_others(
    ask: Callable[..., Reader], workshop: Matchmaker
) -> None:
    page = ask()
    challenge = UUID(page.address.split("/")[2])
    withdrawn = workshop.challenges.withdraw(challenge, expected_revision=1)
    assert withdrawn.state is ChallengeState.WITHDRAWN
    page.visit(f"/challenges/{challenge}")
    assert not page.page.select("#similar, #students")


def test_students_have_an_entry_of_their_own(ask: Callable[..., Reader]) -> None:
    page = ask(
        f"{WELDING} Then a cobot for tending of a CNC lathe, with grippers, is our project.",
        place="9000",
    )
    page.send("Make a new list", languages=["en"], within_km="200")
    assert len(page.all(".match")) > 1
    page.send("Find students")
    assert page.all(".match h3") == ["Bo Lund"]
    assert page.all(".chip") == [
        "Without the condition: Students",
        "Without the condition: Works in English",
        "Without the condition: Within 200 km",
    ]
    assert not page.page.select("#students")


def test_in_danish_all_of_it_is_danish(dansker: Reader) -> None:
    page = dansker.visit("/profiles?text=Ida").follow("Ida Berg").follow("Vis udfordringerne")
    assert page.heading == "Udfordringer til Ida Berg"
    assert any(words.startswith("De skriver: ") for words in page.all(".asked"))
    page.visit("/").send("Find partnere", text=WELDING)
    assert "Studerende til denne udfordring" in page.all("#students h2")
    page.follow("Vis lignende udfordringer")
    assert "Eksempel" in page.one("#similar .meta").get_text()


def test_without_an_index_the_link_leads_to_a_page_that_says_so(
    reader: Reader, workshop: Matchmaker
) -> None:
    page = reader.visit("/profiles?text=Ida").follow("Ida Berg")
    with workshop.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM index_generations")
    page.follow("Show the challenges")
    assert page.status == 503
