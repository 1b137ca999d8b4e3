"""The whole way, told by pages and real mail alone: from first words to a line in the funder's report.

One way, looked at by each who walks it: firm, partner, adviser and funder. Everybody has a browser of
their own; mails go through a real server, and links are taken from what arrives.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from api.mail.rendering import MailTemplates
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role
from matchmaker.services.mail_route import MailServer
from matchmaker.services.mail_sending import MailSender
from matchmaker.storage.database import Sessions
from tests.conftest import SteppingClock
from tests.mail.postbox import Postbox
from tests.pages.conftest import WELDING, Reader
from tests.parties import claim
from tests.people import sign_in, somebody

PUBLIC_URL = "https://match.example.dk"
FIRM, PARTNER = "mette@example.dk", "ida@example.dk"


class Chain:
    """Everybody on the way, and the post between them."""

    def __init__(self, service: Matchmaker, client: FlaskClient, postbox: Postbox) -> None:
        self.service, self.client, self.postbox = service, client, postbox
        self.firm, self.partner = self._browser(), self._browser()
        self.adviser = self._browser(somebody(service, Role.STAFF, "adviser").id)
        self.challenge = ""
        self.introduction = ""

    def _browser(self, account_id: object = None) -> Reader:
        reader = Reader(self.client.application.test_client())
        if account_id is not None:
            sign_in(reader.client, self.service.accounts.get(account_id))  # type: ignore[arg-type]
        return reader

    def post(self, to: str) -> EmailMessage:
        """Send what waits; return the newest mail that somebody got."""
        server = MailServer("127.0.0.1", self.postbox.port)
        sender = Address("Matchmaker", "mail", "example.dk")
        MailSender(
            Sessions(self.service.engine),
            self.service.mailing.clock,
            server,
            sender,
            MailTemplates(PUBLIC_URL),
        ).send_waiting()
        return [mail for mail in self.postbox.mails if mail["To"] == to][-1]

    def link(self, to: str) -> str:
        """Return the link in the newest mail to somebody: the same in text and in HTML."""
        mail = self.post(to)
        bodies = [mail.get_body((kind,)) for kind in ("plain", "html")]
        links = [
            re.findall(rf"{PUBLIC_URL}(/[^\s\"<>]+)", body.get_content()) for body in bodies if body
        ]
        assert links[0]
        assert links[0][0] in links[1]
        return urlsplit(links[0][0]).path

    def asked(self) -> None:
        """The firm writes without an account, keeps it by mail, and staff open it."""
        self.firm.visit("/").send("Find partners", text=WELDING, title="Cracks", place="9000")
        self.challenge = self.firm.address
        assert "Ida Berg" not in self.firm.response.get_data(as_text=True)
        self.firm.send("Mail me the link", email=FIRM)
        self.firm.visit(self.link(FIRM)).send("Keep it")
        assert "Ida Berg" in self.firm.all(".match h3")
        self.firm.visit(f"{self.challenge}/brief").send("Save the brief", now="Frames crack.")
        self.adviser.visit("/desk/challenges").follow("Cracks").send("Send", message="Which alloy?")
        assert self.link(FIRM) == f"{self.challenge}/thread"
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
            reader.visit(self.link(address)).send("Yes, introduce us")
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
    offer = chain.post(FIRM)
    assert PARTNER not in offer.as_string()
    chain.firm.visit(chain.link(FIRM)).send("Yes, introduce us")
    assert PARTNER not in chain.firm.visit(chain.introduction).text
    assert "The other party can answer until" in chain.firm.text

    chain.partner.visit(chain.link(PARTNER)).send("Yes, introduce us")

    assert PARTNER in chain.post(FIRM).get_body(("plain",)).get_content()
    assert PARTNER in chain.firm.visit(chain.introduction).text


def test_the_partner_answers_without_an_account_and_gets_a_meeting(chain: Chain) -> None:
    chain.offered()
    offer = chain.post(PARTNER).get_body(("plain",)).get_content()
    assert FIRM not in offer
    link = chain.link(PARTNER)
    for _ in range(2):
        assert chain.partner.visit(link).status == 200, "opening a link changes nothing"
    chain.partner.send("Yes, introduce us")
    chain.firm.visit(chain.link(FIRM)).send("Yes, introduce us")
    assert FIRM in chain.post(PARTNER).get_body(("plain",)).get_content()

    chain.firm.visit(chain.introduction).send("Send it to both", starts_at="2027-01-12T13:00")

    (file,) = [
        part for part in chain.post(PARTNER).walk() if part.get_content_type() == "text/calendar"
    ]
    (meeting,) = Calendar.from_ical(file.get_content()).walk("VEVENT")
    assert meeting["DTSTART"].dt.isoformat() == "2027-01-12T13:00:00+01:00"


def test_the_adviser_goes_on_to_the_next_after_a_no(chain: Chain) -> None:
    chain.offered()
    chain.partner.visit(chain.link(PARTNER)).send("No, thank you", reason="no-time")
    assert PARTNER not in chain.post(FIRM).as_string()

    chain.adviser.visit("/desk/introductions?state=declined")
    assert "No time for it now" in chain.adviser.text
    chain.adviser.send("Next:")

    assert chain.adviser.heading != "Ida Berg"
    assert "Draft, not offered yet" in chain.adviser.text


def test_the_adviser_is_told_when_nobody_answers(chain: Chain, clock: SteppingClock) -> None:
    chain.offered()
    link = chain.link(PARTNER)
    clock.now += timedelta(days=8)
    chain.service.introduction_ticks.tick()
    chain.post(PARTNER)
    clock.now += timedelta(days=8)
    chain.service.introduction_ticks.tick()

    assert chain.partner.visit(link).status == 410
    chain.adviser.visit("/desk/introductions?state=expired")
    assert "Ida Berg" in chain.adviser.text


def test_the_funder_reads_what_began_with_a_few_words(chain: Chain) -> None:
    programme = chain.counted()

    page = chain.adviser.visit(programme).text
    assert "125,000.50" in page
    table = chain.adviser.client.get(f"{programme}/report.csv", headers={"Accept-Language": "en"})
    rows = list(csv.DictReader(io.StringIO(table.get_data(as_text=True).removeprefix("\ufeff"))))
    jobs = [row for row in rows if row["table"] == "measures" and row["subject"] == "Jobs"]
    assert jobs[0]["value"] == "2"
    document = chain.adviser.client.get(f"{programme}/report.pdf")
    assert document.data.startswith(b"%PDF")
