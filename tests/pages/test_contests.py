"""Who was ranked asks a person to look at it: on pages, with an answer by mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, Role
from tests.conftest import SteppingClock
from tests.mail.post import Post, words_of
from tests.mail.postbox import Postbox
from tests.pages.conftest import WELDING, Reader
from tests.parties import claim
from tests.people import sign_in, somebody
from tests.services.placed import Placed, a_placement


@pytest.fixture
def post(workshop: Matchmaker) -> Iterator[Post]:
    with Postbox() as postbox:
        yield Post(workshop, postbox)


@pytest.fixture
def placed(workshop: Matchmaker) -> Placed:
    challenge = workshop.challenges.submit(text=WELDING, title="Cracks")
    return a_placement(workshop, challenge_id=challenge.id)


def browser(client: FlaskClient, account: Account, language: str = "en") -> Reader:
    reader = Reader(client.application.test_client(), language)
    sign_in(reader.client, account)
    return reader


def test_a_student_contests_the_result_and_is_answered_by_mail_and_page(
    client: FlaskClient, placed: Placed, post: Post, clock: SteppingClock
) -> None:
    seat = f"/my/placing/{placed.campus.cohort}"
    student = browser(client, placed.student).visit(seat)
    student.follow("Contest the result of the round")
    student.send("Ask for an answer", text=" ")
    assert student.status == 422
    student.send("Ask for an answer", text="I had asked for another place.")
    assert "Nobody has answered yet" in student.text and "Seed of the lots: spring" in student.text
    address = student.address
    student.visit(f"{seat}/contest").send("Ask for an answer", text="Once more.")
    assert student.address == address and "I had asked" in student.text, "it waits already"
    assert post.link(placed.coordinator.email) == address

    clock.now += timedelta(days=3)
    coordinator = browser(client, placed.coordinator).visit("/placing/work")
    assert "Ane: The result of a round" in coordinator.text and "3 days old" in coordinator.text
    desk = browser(client, placed.staff).visit("/desk")
    assert "The oldest is 3 days old." in desk.text
    coordinator.follow("Ane: The result of a round")
    coordinator.send("Send the answer", answer="We looked again.")
    assert coordinator.status == 422, "what comes of it has to be chosen"
    coordinator.send("Send the answer", verdict="kept", answer="We looked again: nobody left.")
    assert "It stays as it is" in coordinator.text
    told = post.newest(placed.student.email)
    assert "besvaret" in str(told["Subject"]) and "nobody left" not in words_of(told)
    assert post.link(placed.student.email) == address
    assert "We looked again: nobody left." in student.visit(address).text
    assert "It stays as it is" in student.visit("/my/placing").follow("What I contested").text
    assert "Nothing waits here." in coordinator.visit("/placing/work").text
    stranger = browser(client, placed.host).visit(address)
    assert stranger.status == 404


def test_a_student_reads_inputs_and_method_and_contests_where_a_position_stands(
    client: FlaskClient, placed: Placed
) -> None:
    why = f"/my/placing/{placed.campus.cohort}/positions/{placed.campus.positions['Welding']}"
    danish = browser(client, placed.student, "da").visit(why)
    assert "Metode: egnethed" in danish.text and "Plads: 1 af 1" in danish.text
    assert "Vægte:" in danish.text and "Sprogmodel:" in danish.text
    danish.follow("Gør indsigelse").send("Bed om et svar", text="Jeg har svejset i to år.")
    assert "Metode: egnethed" in danish.text and "Jeg har svejset" in danish.text
    # Whoever answers sees the rankings that were written down when somebody acted on them.
    staff = browser(client, placed.staff).visit(danish.address)
    assert "1 ranking that was written down" in staff.text
    assert "Positions, as the student saw them" in staff.text
    assert "Revision of the profile" in staff.text


def test_an_expert_contests_how_their_profile_is_ranked_and_staff_answer(
    client: FlaskClient, workshop: Matchmaker, post: Post
) -> None:
    challenge = workshop.challenges.submit(text=WELDING)
    workshop.matchmaking.run(challenge.id)
    owner, staff = somebody(workshop, Role.PARTNER, "owner"), somebody(workshop, Role.STAFF, "st")
    ida = workshop.profiles.page(text="Ida Berg").items[0].id
    assert browser(client, owner).visit(f"/profiles/{ida}/contest").status == 403
    claim(workshop, owner, ida)
    reader = browser(client, owner).visit("/my/profiles")
    reader.follow("Contest how my profile is ranked")
    reader.send("Ask for an answer", text="My case of 2025 is not seen.")
    assert "1 list of partners: place 2, version" in reader.text
    desk = browser(client, staff).visit("/desk").follow("Contests to answer")
    desk.follow("Ida Berg: How a profile is ranked")
    desk.send("Send the answer", verdict="changed", answer="We have indexed it anew.")
    late = browser(client, staff).visit(desk.address)
    assert "Something is changed" in late.text and not late.page.select("main form")
    assert "bliver ændret" in words_of(post.newest(owner.email))
    university = somebody(workshop, Role.UNIVERSITY, "uni")
    assert browser(client, university).visit(desk.address).status == 404
