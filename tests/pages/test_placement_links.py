"""From a published round to a job, told by pages and real mail: who has no account uses links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import (
    Account,
    MailTemplate,
    OutcomeKind,
    PlacementAction,
    PlacementParty,
    PlacementState,
)
from matchmaker.models.followup import EVALUATE_WITHIN
from matchmaker.models.placement import AGREE_WITHIN
from tests.conftest import SteppingClock
from tests.mail.post import Post, words_of
from tests.mail.postbox import Postbox
from tests.pages.conftest import Reader
from tests.pages.test_programmes import pdf_text
from tests.people import sign_in
from tests.services.placed import SUPERVISOR, Placed, a_placement, published
from tests.services.placing import PERIOD, asked_halfway


class Town:
    """The parties of one placement, their post, and browsers of their own."""

    def __init__(self, placed: Placed, client: FlaskClient, post: Post) -> None:
        self.placed, self.client, self.post = placed, client, post

    def stranger(self, language: str = "en") -> Reader:
        """Return somebody who is not signed in."""
        return Reader(self.client.application.test_client(), language)

    def as_(self, account: Account) -> Reader:
        """Return somebody who is signed in, on the page of the placement."""
        reader = self.stranger()
        sign_in(reader.client, account)
        return reader.visit(f"/placements/{self.placed.id}")

    def opened(self, address: str, language: str = "en") -> Reader:
        """Return somebody who opened the link in their newest mail, without signing in."""
        return self.stranger(language).visit(self.post.link(address))


@pytest.fixture
def town(workshop: Matchmaker, client: FlaskClient) -> Iterator[Town]:
    with Postbox() as postbox:
        yield Town(a_placement(workshop), client, Post(workshop, postbox))


def test_four_parties_agree_by_the_links_in_their_mails(town: Town) -> None:
    placed = town.placed
    mail = town.post.newest(SUPERVISOR)
    assert "venter på dit svar" in str(mail["Subject"])
    assert "Ane hos Smedjen: Welding" in words_of(mail)
    for address in sorted(placed.addresses):
        reader = town.opened(address)
        assert reader.heading == "Do you agree to this placement?"
        assert "Weld and measure." in reader.text and "You need no account." in reader.text
        link = reader.one('a[href$="agreement.pdf?language=en"]')
        handed = reader.client.get(str(link["href"]))
        assert "Åse Ørum" in pdf_text(handed.data)
        back = reader.address
        reader.send("Agree")
        assert (reader.status, reader.heading) == (200, "Thank you for your answer")
        again = town.stranger("da").visit(back)
        assert again.status == 200 and "Tak for svaret" in again.heading
        assert not again.page.select("main form")
        token = reader.visit("/sign-in").page.select('input[name="csrf_token"]')[0]["value"]
        late = reader.client.post(back, data={"deed": "agree", "csrf_token": token})
        assert late.status_code == 410
    assert placed.placement.state is PlacementState.AGREED
    told = town.post.newest(SUPERVISOR)
    assert "aftalt" in str(told["Subject"])
    reading = town.opened(SUPERVISOR)
    assert "All have agreed." in reading.text and not reading.page.select("main form")
    assert town.as_(placed.student).text.count("has not said so yet") == 0


def test_a_program_that_opens_every_link_of_every_mail_changes_nothing(
    town: Town, clock: SteppingClock
) -> None:
    placed = town.placed
    asked_halfway(placed.service, placed.id)
    before = placed.placement.revision
    scanner = town.client.application.test_client()
    kinds = (MailTemplate.PLACEMENT_OFFER, MailTemplate.PLACEMENT_CHECK)
    links = [str(mail.values["path"]) for kind in kinds for mail in placed.mails(kind)]
    assert len(links) == 7
    for link in links * 2:
        for method in ("GET", "HEAD"):
            assert scanner.open(link, method=method).status_code == 200
    assert placed.placement.revision == before
    assert town.opened(placed.host.email).status == 200


def test_a_no_by_link_asks_why_and_every_other_link_says_what_happened(
    town: Town, clock: SteppingClock
) -> None:
    placed = town.placed
    links = {one: town.post.link(one) for one in placed.addresses}
    host = town.stranger().visit(links[placed.host.email])
    host.send("Decline")
    assert (host.status, "One thing has to change" in host.text) == (422, True)
    host.send("Decline", reason="The machine is sold")
    assert "You have said no." in host.text
    for address, link in links.items():
        late = town.stranger().visit(link)
        assert late.status == 410, address
        assert late.heading == "This placement is no longer on offer"
        assert "A party said no" in late.text and "Weld" not in late.text
        assert late.client.get(f"{link}/agreement.pdf").status_code == 410
    told = town.post.newest(placed.student.email)
    assert "Værten har sagt nej." in words_of(told) and "machine" not in words_of(told)
    student = town.as_(placed.student)
    assert "A party said no (Host)." in student.text and "The machine is sold" in student.text
    work = town.as_(placed.coordinator).visit("/placing").follow("What waits for you")
    assert "Ane: Welding, Smedjen" in work.text and "A party said no (Host)." in work.text
    # Placed again, the new offer has links of its own, and the old ones say so.
    published(placed.campus)
    assert town.opened(placed.student.email).heading == "Do you agree to this placement?"
    assert town.stranger().visit(links[placed.student.email]).status == 410
    clock.now += AGREE_WITHIN + timedelta(hours=1)
    over = town.opened(placed.student.email)
    assert (over.status, over.heading) == (410, "The time to answer is over")
    assert town.stranger().visit("/placement/unknown").status == 410


def test_the_same_deeds_stand_on_the_page_of_who_is_signed_in(town: Town) -> None:
    placed = town.placed
    town.as_(placed.student).send("Agree")
    coordinator = town.as_(placed.coordinator).visit("/placing/work")
    assert "Waits for: Host, Supervisor, University" in coordinator.text
    coordinator.send("Agree for the university to 1 placement")
    assert "Waits for: Host, Supervisor, until" in coordinator.text
    coordinator.follow("Ane: Welding").send("Agree (Supervisor)")
    host = town.as_(placed.host)
    host.send("Decline", reason="")
    assert host.status == 422
    host.send("Decline", reason="Nobody is here in spring")
    assert "A party said no (Host)." in host.text
    late = town.as_(placed.student)
    assert not late.page.select("main form")


def test_half_of_it_over_each_is_asked_and_help_is_on_the_list(
    town: Town, clock: SteppingClock
) -> None:
    placed = town.placed.agreed()
    service = placed.service
    service.placements.apply(placed.id, PlacementAction.START, by=None)
    clock.now = datetime.combine(PERIOD["starts_on"], time(8), UTC)
    assert service.placement_ticks.tick().asked == 0
    clock.now += (PERIOD["ends_on"] - PERIOD["starts_on"]) / 2 + timedelta(days=1)
    assert [service.placement_ticks.tick().asked for _ in range(2)] == [1, 0]
    supervisor = town.opened(SUPERVISOR)
    assert supervisor.heading == "How does the placement go?"
    supervisor.send("Send")
    assert supervisor.status == 422
    supervisor.send("Send", going="badly", note="No contact person", needs_help="yes")
    assert "Thank you" in supervisor.text
    again = town.opened(SUPERVISOR)
    assert not again.page.select("main form")
    student = town.as_(placed.student)
    assert "No contact person" not in student.text
    student.send("Send", going="well")
    assert "It goes well" in student.text
    work = town.as_(placed.coordinator).visit("/placing/work")
    assert "Supervisor: It goes badly. No contact person" in work.text
    work.follow("Ane: Welding")
    work.send("It is seen to", help_note="Talked to the host")
    assert "Seen to: Talked to the host" in work.text
    assert "No contact person" not in work.visit("/placing/work").text
    host = town.opened(placed.host.email)
    assert host.heading == "How does the placement go?"


def test_what_they_say_of_each_other_is_read_first_and_shown_when_both_have_spoken(
    town: Town, clock: SteppingClock
) -> None:
    placed = town.placed.completed()
    scores = dict.fromkeys(("as-agreed", "useful", "together", "again"), "4")
    host = town.opened(placed.host.email)
    host.send("Send the evaluation", text="Came late")
    assert host.status == 422
    host.send("Send the evaluation", text="Came late", **scores)
    assert "Thank you" in host.text
    student = town.as_(placed.student)
    assert "Came late" not in student.text and "Not shown yet" in student.text
    coordinator = town.as_(placed.coordinator).visit("/placing/work")
    coordinator.follow("Ane: Welding").send("Hold it back (Host)", moderation="")
    assert coordinator.status == 422
    coordinator.send("Hold it back (Host)", moderation="names a third person")
    assert "Held back: names a third person" in coordinator.text
    coordinator.send("Release it (Host)")
    assert "Came late" not in town.as_(placed.student).text, "the student has not spoken"
    student.send("Send the evaluation", text="Good guidance", **scores)
    shown = town.as_(placed.student)
    assert "Came late" in shown.text and "Good guidance" in shown.text
    assert "Good guidance" not in town.as_(placed.host).text, "nobody has read it yet"
    town.as_(placed.coordinator).send("Release it (Student)")
    assert "Good guidance" in town.as_(placed.host).text
    clock.now += EVALUATE_WITHIN
    assert town.opened(placed.student.email).status == 410


def test_one_word_alone_is_shown_once_the_other_can_say_nothing_any_more(
    town: Town, clock: SteppingClock
) -> None:
    placed = town.placed.completed()
    scores = dict.fromkeys(("as-agreed", "useful", "together", "again"), "5")
    town.as_(placed.student).send("Send the evaluation", text="Good guidance", **scores)
    town.as_(placed.coordinator).send("Release it (Student)")
    assert "Good guidance" not in town.as_(placed.host).text
    clock.now += EVALUATE_WITHIN
    host = town.as_(placed.host)
    assert "Good guidance" in host.text and "Nothing was said in time." in host.text


def test_a_job_after_it_is_a_line_that_waits_for_staff(town: Town) -> None:
    placed = town.placed.completed(town.placed.coordinator.id)
    student = town.as_(placed.student)
    assert "Record the job" not in student.text
    assert "Internship" in student.text and "counts once staff have confirmed it" in student.text
    host = town.as_(placed.host)
    host.send("Record the job", stage="offered", on_day="2099-01-01")
    assert host.status == 422 and "still to come" in host.text
    host.send("Record the job", stage="offered", on_day="2026-11-22", evidence="Letter")
    assert "22 November 2026 (A job was offered)" in host.text
    host.send("Record the job", stage="accepted", on_day="2026-11-22")
    assert "(A job was offered and accepted)" in host.text and "Record the job" not in host.text
    ledger = placed.service.placement_ledger.read(placed.id)
    assert [line.outcome.kind for line in ledger.lines] == [
        OutcomeKind.INTERNSHIP,
        OutcomeKind.JOB,
    ]
    staff = town.as_(placed.staff).follow("The collaboration and its ledger")
    assert "Letter" in staff.text
    assert PlacementParty.STUDENT.value in placed.placement.agreed
