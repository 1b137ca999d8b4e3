"""The whole way, told by pages and real mail alone: from first words to a line in the funder's report.

One way, looked at by each who walks it: firm, partner, adviser and funder. Everybody has a browser of
their own; mails go through a real server, and links are taken from what arrives.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role
from tests.conftest import SteppingClock
from tests.mail.post import PUBLIC_URL, Post, words_of
from tests.mail.postbox import Postbox
from tests.pages.conftest import WELDING, Reader
from tests.pages.test_programmes import bare, pdf_text
from tests.parties import claim
from tests.people import sign_in, somebody

FIRM, PARTNER = "mette@example.dk", "ida@example.dk"


class Chain:
    """Everybody on the way, and the post between them."""

    def __init__(self, service: Matchmaker, client: FlaskClient, postbox: Postbox) -> None:
        self.service, self.client, self.post = service, client, Post(service, postbox)
        self.firm, self.partner = self._browser(), self._browser()
        self.adviser = self._browser(somebody(service, Role.STAFF, "adviser").id)
        self.challenge = ""
        self.introduction = ""

    def _browser(self, account_id: object = None) -> Reader:
        reader = Reader(self.client.application.test_client())
        if account_id is not None:
            sign_in(reader.client, self.service.accounts.get(account_id))  # type: ignore[arg-type]
        return reader

    def asked(self) -> None:
        """The firm writes without an account, keeps it by mail, and staff open it."""
        self.firm.visit("/").send("Find partners", text=WELDING, title="Cracks", place="9000")
        self.challenge = self.firm.address
        assert "Ida Berg" not in self.firm.response.get_data(as_text=True)
        self.firm.send("Mail me the link", email=FIRM)
        self.firm.visit(self.post.link(FIRM)).send("Keep it")
        assert "Ida Berg" in self.firm.all(".match h3")
        self.firm.visit(f"{self.challenge}/brief").send("Save the brief", now="Frames crack.")
        self.adviser.visit("/desk/challenges").follow("Cracks").send("Send", message="Which alloy?")
        assert self.post.link(FIRM) == f"{self.challenge}/thread"
        self.firm.visit(f"{self.challenge}/thread").send("Send", message="6082.")
        self.adviser.visit(f"/desk{self.challenge}").send("Open the challenge")

    def offered(self) -> None:
        """Staff shortlist the expert and offer an introduction to both."""
        self.asked()
        ida = self.service.profiles.page(text="Ida Berg").items[0].id
        owner = somebody(self.service, Role.PARTNER, "ida")
        claim(self.service, owner, ida)
        self.adviser.visit(f"{self.challenge}/shortlist").send(
            "Keep", profile=f"{PUBLIC_URL}/profiles/{ida}"
        )
        self.adviser.send("Draft an introduction").send("Offer to both")
        self.introduction = self.adviser.address

    def introduced(self) -> None:
        """Both say yes by the links in their mails, and meet."""
        self.offered()
        for reader, address in ((self.partner, PARTNER), (self.firm, FIRM)):
            reader.visit(self.post.link(address)).send("Yes, introduce us")
        self.firm.visit(self.introduction).send(
            "Send it to both", starts_at="2027-01-12T13:00", place="Aalborg"
        )

    def counted(self) -> str:
        """They meet and work together; the firm reports and staff confirm. Return the programme."""
        self.introduced()
        adviser = self.adviser
        adviser.visit("/programmes").send(
            "Make the programme",
            name="Nordvest",
            starts_on="2026-01-01",
            ends_on="2027-12-31",
            currency="DKK",
        )
        programme = adviser.address
        self.firm.visit(self.introduction).send("We have met")
        adviser.visit(self.introduction).follow("Begin a collaboration").send(
            "Write it down",
            title="Robot cell",
            kind="demonstration-project",
            starts_on="2026-11-22",
            programme_id=programme.rsplit("/", 1)[-1],
        )
        adviser.send("Start")
        ours = adviser.address
        for kind, quantity, currency in (("job", "2", ""), ("investment", "125.000,50", "DKK")):
            self.firm.visit(ours).send(
                "Write the line",
                kind=kind,
                on_day="2026-11-22",
                quantity=quantity,
                currency=currency,
            )
            assert self.firm.status == 200
        adviser.visit("/outcomes/waiting")
        adviser.send("Confirm").send("Confirm")
        assert "No line waits." in adviser.text
        return programme


@pytest.fixture
def chain(workshop: Matchmaker, client: FlaskClient) -> Iterator[Chain]:
    """Nobody has done anything yet."""
    with Postbox() as postbox:
        yield Chain(workshop, client, postbox)


def test_the_firm_learns_who_it_is_only_after_two_yeses(chain: Chain) -> None:
    chain.offered()
    offer = chain.post.newest(FIRM)
    assert all(PARTNER not in words_of(offer, kind) for kind in ("plain", "html"))
    chain.firm.visit(chain.post.link(FIRM)).send("Yes, introduce us")
    assert PARTNER not in chain.firm.visit(chain.introduction).text
    assert "The other party can answer until" in chain.firm.text

    chain.partner.visit(chain.post.link(PARTNER)).send("Yes, introduce us")

    assert PARTNER in words_of(chain.post.newest(FIRM))
    assert PARTNER in chain.firm.visit(chain.introduction).text


def test_the_partner_answers_without_an_account_and_gets_a_meeting(chain: Chain) -> None:
    chain.offered()
    offer = chain.post.newest(PARTNER)
    assert all(FIRM not in words_of(offer, kind) for kind in ("plain", "html"))
    link = chain.post.link(PARTNER)
    for _ in range(2):
        assert chain.partner.visit(link).status == 200, "opening a link changes nothing"
    chain.partner.send("Yes, introduce us")
    chain.firm.visit(chain.post.link(FIRM)).send("Yes, introduce us")
    assert FIRM in words_of(chain.post.newest(PARTNER))

    chain.firm.visit(chain.introduction).send("Send it to both", starts_at="2027-01-12T13:00")

    (file,) = [
        part
        for part in chain.post.newest(PARTNER).walk()
        if part.get_content_type() == "text/calendar"
    ]
    (meeting,) = Calendar.from_ical(file.get_content()).walk("VEVENT")
    assert meeting["DTSTART"].dt.isoformat() == "2027-01-12T13:00:00+01:00"


def test_the_adviser_goes_on_to_the_next_after_a_no(chain: Chain) -> None:
    chain.offered()
    chain.partner.visit(chain.post.link(PARTNER)).send("No, thank you", reason="no-time")
    assert PARTNER not in words_of(chain.post.newest(FIRM))

    chain.adviser.visit("/desk/introductions?state=declined")
    assert "No time for it now" in chain.adviser.text
    chain.adviser.send("Next:")

    assert chain.adviser.heading != "Ida Berg"
    assert "Draft, not offered yet" in chain.adviser.text


def test_who_says_nothing_is_reminded_once_and_the_adviser_goes_on(
    chain: Chain, clock: SteppingClock
) -> None:
    chain.offered()
    first = chain.post.link(PARTNER)
    before = len(chain.post.all_to(PARTNER))
    clock.now += timedelta(days=8)
    for _ in range(2):
        chain.service.introduction_ticks.tick()
    assert len(chain.post.all_to(PARTNER)) == before + 1
    reminder = chain.post.link(PARTNER)
    assert chain.partner.visit(reminder).status == 200
    clock.now += timedelta(days=8)
    chain.service.introduction_ticks.tick()

    assert [chain.partner.visit(link).status for link in (first, reminder)] == [410, 410]
    chain.adviser.visit("/desk/introductions?state=expired")
    assert "Ida Berg" in chain.adviser.text
    chain.adviser.send("Next:")
    assert chain.adviser.heading != "Ida Berg"
    assert "Draft, not offered yet" in chain.adviser.text


def test_the_funder_reads_what_began_with_a_few_words_without_an_account(chain: Chain) -> None:
    chain.adviser.visit(chain.counted()).follow("Links for those who pay")
    chain.adviser.send("Make the link", name="The region")
    path = chain.adviser.one(".secret").get_text().removeprefix("http://localhost")

    funder = Reader(chain.client.application.test_client()).visit(path)
    assert "125,000.50" in funder.text
    assert "Ida Berg" not in funder.text
    table = funder.client.get(f"{path}/report.csv", headers=funder.headers)
    rows = list(csv.DictReader(io.StringIO(table.get_data(as_text=True).removeprefix("\ufeff"))))
    jobs = [row for row in rows if row["table"] == "measures" and row["subject"] == "Jobs"]
    assert jobs[0]["value"] == "2"
    assert any("125000.5" in row["value"] for row in rows)
    document = funder.client.get(f"{path}/report.pdf", headers=funder.headers)
    assert "125,000.50" in bare(pdf_text(document.data))
