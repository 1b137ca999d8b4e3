"""Pages of introductions: links from mails, one's own page, the desk, the shortlist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, Answer, IntroductionState, Party
from tests.conftest import SteppingClock
from tests.pages.conftest import Reader
from tests.parties import Parties, some_parties
from tests.people import sign_in

As = Callable[[Account], Reader]


@pytest.fixture
def parties(workshop: Matchmaker) -> Parties:
    """A firm, a partner and staff, and a list in which the partner is."""
    parties = some_parties(workshop)
    workshop.matchmaking.run(parties.challenge_id)
    return parties


@pytest.fixture
def as_(client: FlaskClient) -> As:
    """Somebody who is signed in and reads English."""

    def one(account: Account) -> Reader:
        sign_in(client, account)
        return Reader(client)

    return one


def stranger(client: FlaskClient) -> Reader:
    """Somebody who is not signed in."""
    return Reader(client.application.test_client())


def links(parties: Parties) -> list[str]:
    """Return every address of ours in any mail of introductions."""
    return [
        str(value)
        for mail in parties.mails()
        for name, value in mail.values.items()
        if name.endswith("path")
    ]


def test_staff_keep_a_partner_draft_an_introduction_and_offer_it(as_: As, parties: Parties) -> None:
    desk = as_(parties.staff).visit(f"/challenges/{parties.challenge_id}")
    desk.follow("Shortlist and what changed")
    assert desk.heading == "Shortlist"
    desk.send("Keep", profile=f"http://x/profiles/{parties.profile_id}")
    assert "Ida Berg" in desk.text
    desk.send("Draft an introduction")
    assert desk.heading == "Ida Berg"
    desk.send("Save the words", firm_text="")
    assert (desk.status, "what the firm is told" in desk.text) == (422, True)
    desk.send("Save the words", firm_text="Talk to Ida.")
    desk.send("Offer to both")

    assert "Waits for: The firm, The partner" in desk.text
    assert {mail.to for mail in parties.mails()} == {"firm@example.dk", "partner@example.dk"}
    desk.visit("/desk/introductions?state=offered")
    assert "Ida Berg" in desk.text
    desk.visit(f"/challenges/{parties.challenge_id}/shortlist")
    assert "Introduction : Offered, answers awaited" in desk.text


def test_both_answer_by_the_links_in_their_mails_without_an_account(
    client: FlaskClient, parties: Parties
) -> None:
    one = parties.offered()
    partner = stranger(client).visit(f"/introduction/{parties.secret(parties.partner)}")
    assert "firm@example.dk" not in partner.text
    assert "Found the cause of cracks" in partner.text

    partner.send("Yes, introduce us")
    assert "The other party can answer until" in partner.text
    again = stranger(client).visit(f"/introduction/{parties.secret(parties.partner)}")
    assert "The other party can answer until" in again.text
    assert not again.page.select("main form")

    firm = stranger(client).visit(f"/introduction/{parties.secret(parties.firm)}")
    firm.send("Yes, introduce us")
    assert firm.heading == "Both of you have said yes"
    assert "partner@example.dk" not in firm.text
    assert parties.service.introductions.get(one.id).state is IntroductionState.ACCEPTED


def test_a_no_by_link_asks_for_a_reason_first(client: FlaskClient, parties: Parties) -> None:
    one = parties.offered()
    partner = stranger(client).visit(f"/introduction/{parties.secret(parties.partner)}")

    partner.send("No, thank you")
    assert (partner.status, "Please choose a reason." in partner.text) == (422, True)
    partner.send("No, thank you", reason="too-far", note="Too far in winter.")

    assert "Nobody waits for you any more." in partner.text
    assert parties.service.introductions.get(one.id).state is IntroductionState.DECLINED
    late = stranger(client).visit(f"/introduction/{parties.secret(parties.firm)}")
    assert late.status == 410


def test_a_program_that_opens_every_link_of_every_mail_changes_nothing(
    client: FlaskClient, parties: Parties, clock: SteppingClock
) -> None:
    service = parties.service
    one = parties.offered()
    clock.now += timedelta(days=8)
    service.introduction_ticks.tick()
    before = service.introductions.get(one.id)
    scanner = client.application.test_client()

    assert len(links(parties)) == 4
    for address in links(parties) * 2:
        for method in ("GET", "HEAD"):
            assert scanner.open(address, method=method).status_code == 200

    after = service.introductions.get(one.id)
    assert (after.revision, after.state) == (before.revision, IntroductionState.OFFERED)
    secrets = {address.rpartition("/")[2] for address in links(parties)}
    assert all(service.introduction_links.peek(secret).actions for secret in secrets)


def test_one_s_own_page_says_what_is_waited_for_and_then_who_it_is(
    as_: As, parties: Parties
) -> None:
    parties.offered()
    partner = as_(parties.partner).visit("/introductions")
    assert "Your answer is awaited until" in partner.text
    partner.follow("Answer")
    assert "firm@example.dk" not in partner.text
    partner.send("Yes, introduce us")
    assert "You have said yes. The other party can answer until" in partner.text

    firm = as_(parties.firm).visit("/").follow("Introductions").follow("Ida Berg")
    firm.send("Yes, introduce us")
    assert "partner@example.dk" in firm.text
    firm.send("Send it to both", starts_at="2020-01-01T10:00")
    assert (firm.status, "Please choose a time that is still to come." in firm.text) == (422, True)
    firm.send("Send it to both", starts_at="2027-01-12T13:00", place="Aalborg")
    assert "12 January 2027" in firm.text
    firm.follow("File for your calendar")
    assert "DTSTART:20270112T120000Z" in firm.response.text
    firm.visit("/introductions").follow("Ida Berg").send("We have met")
    assert "They have met" in firm.text

    staff = as_(parties.staff).visit("/desk/introductions?state=met").follow("Ida Berg")
    staff.send("Conclude", conclusion="helped")
    assert "Concluded: The talk was the help" in staff.text


def test_after_a_no_the_next_partner_is_proposed_at_the_desk(as_: As, parties: Parties) -> None:
    one = parties.offered()
    parties.service.introductions.answer(one.id, Party.FIRM, Answer.ACCEPTED, by=None)
    partner = as_(parties.partner).visit(f"/introductions/{one.id}")
    partner.send("No, thank you", reason="no-time", note="Not before spring.")
    assert "Declined" in partner.text

    staff = as_(parties.staff).visit("/desk/introductions?state=declined")
    assert "No time for it now" in staff.text
    staff.follow("Ida Berg")
    assert "Not before spring." in staff.text
    staff.visit("/desk/introductions?state=declined").send("Next:")
    assert staff.heading != "Ida Berg"
    assert "Draft, not offered yet" in staff.text


def test_whom_a_rule_protects_is_not_offered_and_the_page_says_why(
    as_: As, parties: Parties
) -> None:
    house = parties.profile("Institut for Sømme")
    parties.service.belonging.join(parties.firm.id, house, by=None)
    draft = parties.drafted(house, partner_email="lab@institut.dk")

    staff = as_(parties.staff).visit(f"/introductions/{draft.id}").send("Offer to both")

    assert (staff.status, "conflict of interest" in staff.text) == (409, True)
    staff.send("Withdraw the introduction")
    assert "Withdrawn" in staff.text


def test_two_who_change_a_draft_at_once_are_told(as_: As, parties: Parties) -> None:
    draft = parties.drafted()
    staff = as_(parties.staff).visit(f"/introductions/{draft.id}")
    parties.service.introductions.revise(draft.id, by=None, firm_text="Changed.")

    staff.send("Offer to both")

    assert (staff.status, "Somebody changed it meanwhile." in staff.text) == (412, True)
    assert parties.mails() == []


def test_the_firm_decides_about_partners_of_its_own_challenge(as_: As, parties: Parties) -> None:
    firm = as_(parties.firm).visit(f"/challenges/{parties.challenge_id}")
    firm.send("Put on the shortlist")
    assert firm.heading == "Shortlist"
    assert "Draft an introduction" not in firm.text
    firm.send("Dismiss for good", profile="nobody")
    assert "paste the address" in firm.text
    firm.send("Dismiss for good", profile=str(parties.profile_id))
    assert "Please choose a reason." in firm.text
    firm.send("Keep", profile="Jens")
    assert "Please write the whole name of one profile" in firm.text, "a name is not guessed"
    firm.send("Keep", profile=" klyngen ")
    assert "Please write a reason on one line" in firm.text
    firm.send("Keep", profile=str(parties.challenge_id), note="x")
    assert firm.status == 422
    firm.send("Dismiss for good", profile=str(parties.profile_id), reason="competitor")
    assert "Dismissed" in firm.text

    firm.visit(f"/challenges/{parties.challenge_id}").send("Make a new list")
    firm.follow("Shortlist and what changed")
    assert "Gone" in firm.all("#changed ~ .table-room td")
    while "Take it back" in firm.text:
        firm.send("Take it back")
    assert "Nothing is decided yet" in firm.text


def test_what_is_taken_out_of_a_list_stays_out_and_comes_back_with_its_chip(
    as_: As, parties: Parties
) -> None:
    firm = as_(parties.firm).visit(f"/challenges/{parties.challenge_id}")
    before = firm.all(".match-who h3")
    firm.send("Take out of the list", reason="too-big")
    out = set(before) - set(firm.all(".match-who h3"))
    assert len(out) == 1
    run = parties.service.matchmaking.run(parties.challenge_id)
    assert dict(run.funnel)["dismissed"] == 1

    firm.visit(f"/challenges/{parties.challenge_id}")
    assert out.isdisjoint(firm.all(".match-who h3"))
