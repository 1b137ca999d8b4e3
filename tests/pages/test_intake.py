"""Intake on pages, without script: from the first words to an open challenge, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, ClosingReason, Role
from matchmaker.models.facts import Viewer
from tests.conftest import SteppingClock
from tests.pages.conftest import WELDING, Reader
from tests.people import last_path, sign_in, somebody


@pytest.fixture
def mine(workshop: Matchmaker, firm: Account) -> str:
    """The address of a challenge of the firm that is signed in."""
    viewer = Viewer(account_id=firm.id, role=firm.role)
    one = workshop.challenges.submit(
        text=f"{WELDING} Call +45 98123456.", title="Cracks", by=viewer
    )
    workshop.matchmaking.run(one.id)
    return f"/challenges/{one.id}"


def become(reader: Reader, service: Matchmaker, role: Role, name: str) -> Account:
    account = somebody(service, role, name)
    sign_in(reader.client, account)
    return account


def test_from_free_text_to_ones_own_list_by_a_mailed_link(
    reader: Reader, client: FlaskClient, workshop: Matchmaker
) -> None:
    reader.visit("/").send("Find partners", text=WELDING, title="Cracks", place="9000")
    address = reader.address
    assert "Ida Berg" not in reader.response.get_data(as_text=True)
    assert "An expert" in reader.all(".match h3")
    assert "Institut for Sømme" in " ".join(reader.all(".match h3"))
    reader.send("Mail me the link", email="no address")
    assert reader.status == 422
    assert reader.form("Mail me the link")
    reader.send("Mail me the link", email="ida@example.dk")
    assert reader.heading == "Look into your mail"

    link = last_path(workshop)
    for _ in range(2):
        assert reader.visit(link).heading == "Keep this challenge"
        assert Reader(client).visit(address).status == 200  # a GET never acts
    reader.visit(link).send("Keep it")

    assert reader.address == address
    assert "Ida Berg" in reader.all(".match h3")
    assert reader.visit(link).status == 410
    stranger = Reader(reader.client.application.test_client())
    assert stranger.visit(address).status == 404
    reader.visit("/my/challenges")
    assert reader.all(".queue-row h2") == ["Cracks"]
    assert "It waits for the staff." in reader.text


def test_nothing_on_the_page_of_a_list_leads_to_a_person_without_a_sign_in(
    reader: Reader, workshop: Matchmaker
) -> None:
    reader.visit("/").send("Find partners", text=WELDING, place="9000")
    people = [
        one
        for one in workshop.profiles.page(limit=100).items
        if one.kind.value in {"expert", "student"}
    ]
    for address in (reader.address, f"{reader.address}?words=marked", f"{reader.address}/similar"):
        page = reader.visit(address).response.get_data(as_text=True)
        assert not [one.name for one in people if one.name in page or str(one.id) in page]
    assert not reader.visit(reader.address.removesuffix("/similar")).page.select(
        ".match:has(h3:-soup-contains('An expert')) form"
    )


def test_a_draft_is_left_and_found_again_at_its_address(reader: Reader) -> None:
    reader.visit("/").send("Save the draft", text="Our welded", place="90")
    address = reader.address
    assert (reader.heading, reader.one("#text").get_text().strip()) == ("Your draft", "Our welded")

    reader.visit(address.removesuffix("/draft")).send("Save the draft", text="Our welded frames")
    assert reader.address == address
    reader.send("Find partners", text="Our")
    assert (reader.status, reader.one("#text").get_text().strip()) == (422, "Our")
    reader.visit(address).send("Find partners", text=WELDING)

    assert reader.address == address.removesuffix("/draft")
    assert reader.all(".match")
    assert reader.visit(address).status == 409


def test_what_is_typed_is_saved_as_one_draft_and_handed_in_as_the_same(
    reader: Reader, client: FlaskClient
) -> None:
    token = reader.visit("/").one("#ask input[name=csrf_token]")["value"]

    def type_(text: str, **more: str) -> tuple[str, str]:
        answer = client.post(
            "/drafts",
            data={"text": text, "csrf_token": token, **more},
            headers={"HX-Request": "true", "Accept-Language": "en"},
        )
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200
        values = re.findall(r'name="draft(?:_revision)?" value="([^"]+)"', page)
        return (values[0], values[1]) if values else ("", page)

    assert "Not saved yet" in type_(" ")[1]
    first = type_("Our")
    second = type_("Our welded", draft=first[0], draft_revision=first[1])
    assert (second[0], int(second[1])) == (first[0], int(first[1]) + 1)
    assert "another window" in type_("x", draft=first[0], draft_revision=first[1])[1]

    reader.visit("/").send("Find partners", text=WELDING, draft=first[0], draft_revision="1")

    assert reader.address == f"/challenges/{first[0]}"
    assert type_("Something new", draft=first[0], draft_revision="9")[0] != first[0]


def test_nobody_goes_on_with_the_draft_of_somebody_else(
    reader: Reader, workshop: Matchmaker, mine: str
) -> None:
    theirs = UUID(mine.rsplit("/", 1)[-1])
    before = workshop.challenges.get(theirs)
    become(reader, workshop, Role.FIRM, "other")

    reader.visit("/").send("Save the draft", text="Taken over", draft=str(theirs))

    assert str(theirs) not in reader.address
    assert workshop.challenges.get(theirs).text == before.text


@pytest.mark.usefixtures("firm")
def test_who_is_signed_in_makes_a_challenge_without_owner_their_own(
    reader: Reader, workshop: Matchmaker
) -> None:
    one = workshop.challenges.submit(text=WELDING)
    reader.visit(f"/challenges/{one.id}").send("Make it mine")

    assert "Make it mine" not in reader.text
    assert workshop.challenges.get(one.id).owned


def test_the_brief_stands_beside_the_firm_s_own_sentences_and_is_saved_by_hand(
    reader: Reader, workshop: Matchmaker, mine: str
) -> None:
    reader.visit(mine).follow("Brief")
    suggested = reader.all(".suggested q")
    assert suggested
    text = " ".join(workshop.challenges.get(UUID(mine[-36:])).text.split())
    assert all(sentence in text for sentence in suggested)
    assert not any(area.get_text().strip() for area in reader.page.select("textarea"))

    reader.send("Save the brief", now="x" * 401)
    assert (reader.status, "At most 400" in reader.text) == (422, True)
    reader.send("Save the brief", now="Cracks.", industry_code="nonsense")
    assert reader.status == 422
    reader.send(
        "Save the brief",
        now="Cracks.",
        trl="9",
        need="new-materials",
        students="yes",
        languages=["en"],
        industry_code="25.62",
        confidential="yes",
        shared=["now"],
    )

    assert reader.address == mine
    kept = workshop.challenges.get(UUID(mine[-36:]))
    assert (kept.confidential, kept.brief.trl, kept.brief.students) == (True, 9, True)
    reader.visit(f"{mine}/brief")
    assert reader.one("#now").get_text().strip() == "Cracks."
    reader.send("Save the brief", revision="1")
    assert reader.status == 412


def test_warnings_mark_the_place_and_are_left_or_mended(
    reader: Reader, workshop: Matchmaker, mine: str
) -> None:
    reader.visit(mine)
    assert reader.all("#warnings mark") == ["+45 98123456"]
    assert "A telephone number." in reader.one("#warnings").get_text()
    reader.send("Leave them as they are")
    assert not reader.page.select("#warnings")
    assert workshop.challenges.get(UUID(mine[-36:])).warnings_accepted


def test_staff_check_ask_back_open_and_close(
    reader: Reader, workshop: Matchmaker, mine: str, firm: Account
) -> None:
    become(reader, workshop, Role.STAFF, "staff")
    workshop.challenges.submit(text=f"{WELDING} Again.", title="Cracks too")
    reader.visit("/desk").follow("Challenges to check")
    assert reader.all(".queue-row h2") == ["Cracks"]
    assert "1 warning" in reader.text
    reader.follow("Cracks")
    assert firm.email in reader.text
    assert reader.all("#similar li a") == ["Cracks too"]
    reader.send("Send", message=" ")
    assert reader.status == 422
    reader.visit(f"/desk{mine}").send("Send", message="Which alloy?")
    assert "Waits for the firm" in reader.text

    sign_in(reader.client, workshop.accounts.get(firm.id))
    reader.visit("/my/challenges")
    assert "1 new message" in reader.text
    reader.follow("Messages")
    assert "Which alloy?" in reader.text
    reader.send("I have read it")
    assert "seen" in reader.all(".message .meta")[0]
    reader.send("Send", message="6082.")
    assert "Waits for the staff" in reader.text

    sign_in(reader.client, workshop.accounts.by_email("staff@example.dk"))
    reader.visit("/desk/challenges").follow("Cracks")
    reader.send("Open the challenge")
    assert (reader.status, "There are warnings" in reader.text) == (422, True)
    reader.send("Open the challenge", despite_warnings="yes")
    assert reader.all(".page-head .meta")[0].startswith("Open")
    reader.send("Close the challenge", reason=ClosingReason.SOLVED.value)
    assert "It is solved" in reader.text
    assert not reader.page.select("form textarea")

    sign_in(reader.client, workshop.accounts.get(firm.id))
    assert "This challenge is closed" in reader.visit(mine).text
    assert "It is solved" in reader.visit("/my/challenges").text
    assert reader.visit(f"/desk{mine}").status == 403


def test_a_challenge_is_renewed_from_the_mail_without_a_sign_in(
    reader: Reader, workshop: Matchmaker, mine: str, clock: SteppingClock
) -> None:
    staff = somebody(workshop, Role.STAFF, "staff")
    one = workshop.challenges.get(UUID(mine[-36:]))
    one = workshop.challenge_desk.open(
        one.id, by=staff.id, expected_revision=one.revision, despite_warnings=True
    )
    assert one.expires_at is not None
    clock.now = one.expires_at - timedelta(days=3)
    workshop.challenge_desk.elapse()
    link = last_path(workshop)
    clock.now = one.expires_at
    workshop.challenge_desk.elapse()
    assert "It has expired" in reader.visit(mine).text
    stranger = Reader(reader.client.application.test_client())

    for _ in range(2):
        assert stranger.visit(link).heading == "Is it still to be solved?"
    assert workshop.challenges.get(one.id).state == "expired"
    stranger.send("Renew it")

    assert stranger.heading == "Thank you"
    assert workshop.challenges.get(one.id).state == "open"
    assert stranger.visit(link).status == 410
    reader.visit(mine).send("Renew it")
    assert reader.address == mine


def test_in_danish_all_of_it_is_danish(dansker: Reader, workshop: Matchmaker, mine: str) -> None:
    english = re.compile(r"\b(?:the|and|you|your|with|waits|save)\b", re.IGNORECASE)
    for address in ("/my/challenges", f"{mine}/brief", f"{mine}/thread"):
        page = dansker.visit(address).page
        for foreign in page.select("[lang=en], textarea"):
            foreign.decompose()
        assert not english.findall(dansker.page.select_one("main").get_text(" ")), address
    somebody(workshop, Role.STAFF, "staff")
    sign_in(dansker.client, workshop.accounts.by_email("staff@example.dk"))
    for address in ("/desk/challenges", f"/desk{mine}"):
        page = dansker.visit(address).page
        for foreign in page.select("[lang=en]"):
            foreign.decompose()
        assert not english.findall(page.select_one("main").get_text(" ")), address
