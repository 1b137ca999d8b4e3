"""Collaborations on their pages: a firm reports, staff confirm, a wrong line is taken off."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, Collaboration, Role
from matchmaker.models.facts import Viewer
from tests.pages.conftest import Reader
from tests.people import mails, sign_in, somebody
from tests.together import introduced, together


@pytest.fixture
def firm(workshop: Matchmaker) -> Account:
    return somebody(workshop, Role.FIRM, "firm")


@pytest.fixture
def ours(workshop: Matchmaker, firm: Account) -> Collaboration:
    return together(workshop, Viewer(account_id=firm.id, role=Role.FIRM))


def signed_in(client: FlaskClient, account: Account, language: str = "en") -> Reader:
    sign_in(client, account)
    return Reader(client, language)


def test_a_firm_reports_and_staff_confirm(
    client: FlaskClient, workshop: Matchmaker, firm: Account, ours: Collaboration
) -> None:
    reader = signed_in(client, firm).visit("/account")
    reader.follow("Your collaborations")
    reader.follow("Welding robots")
    assert "Nothing is written down yet." in reader.text
    assert "counts once staff have confirmed it" in reader.text
    assert not reader.page.select("form[action$='/state']")
    for quantity, currency in [("many", "DKK"), ("12,5", "DKK"), ("5", "")]:
        reader.send(
            "Write the line",
            kind="investment",
            on_day="2026-09-01",
            quantity=quantity,
            currency=currency,
        )
        assert reader.status == 422
        assert reader.one("#quantity")["value"] == quantity
    reader.send(
        "Write the line",
        kind="investment",
        on_day="2026-09-01",
        quantity="125.000,50",
        currency="DKK",
        evidence="Invoice",
    )
    assert "125,000.50 DKK" in reader.text
    assert "waits to be confirmed" in reader.text

    staff = signed_in(client, somebody(workshop, Role.STAFF, "staff"), "da")
    staff.visit("/programmes").follow("Linjer, der venter")
    assert "125.000,50 DKK" in staff.text
    staff.send("Bekræft")
    assert "Ingen linje venter." in staff.text
    staff.visit(f"/collaborations/{ours.id}").follow("Træk fra")
    staff.send("Træk linjen fra", reason=" ")
    assert staff.status == 422
    staff.send("Træk linjen fra", reason="Talt to gange")
    assert "−125.000,50 DKK" in staff.text or "-125.000,50 DKK" in staff.text
    assert "Talt to gange" in staff.text
    assert staff.all("tr.taken-off th") == ["1. Investering", "2. Investering"]
    staff.follow("Slet ordene").send("Slet ordene")
    assert "Invoice" not in staff.text
    assert "Talt to gange" in staff.text
    assert "slettet" in staff.all("tr.taken-off .long")[0]


def test_a_patent_is_granted_on_the_line_where_it_is_pending(
    client: FlaskClient, workshop: Matchmaker, ours: Collaboration
) -> None:
    staff = signed_in(client, somebody(workshop, Role.STAFF, "staff"))
    staff.visit(f"/collaborations/{ours.id}")
    assert not staff.page.select("#follows_id")
    staff.send("Write the line", kind="patent-pending", on_day="2026-07-01", quantity="1")
    line = staff.page.select("#follows_id option")[1]["value"]
    staff.send(
        "Write the line", kind="patent-granted", on_day="2026-09-01", quantity="1", follows_id=line
    )
    assert staff.status == 200
    assert "2. Patents granted" in staff.text
    assert not staff.page.select("#follows_id"), "nothing is pending any more"


def test_staff_begin_change_and_end_a_collaboration(
    client: FlaskClient, workshop: Matchmaker, firm: Account
) -> None:
    staff = signed_in(client, somebody(workshop, Role.STAFF, "staff"))
    introduction = introduced(workshop, Viewer(account_id=firm.id, role=Role.FIRM))
    staff.visit(f"/introductions/{introduction.id}").follow("Begin a collaboration")
    staff.send("Write it down", title="", starts_on="2026-09-01")
    assert staff.status == 422
    staff.send("Write it down", title="Sparring", kind="sparring-week", starts_on="2026-09-01")
    assert staff.heading == "Sparring"
    assert "Planned" in staff.text
    staff.send("Start")
    assert "Running" in staff.text
    staff.follow("Change")
    staff.send("Save", ends_on="2026-08-01")
    assert staff.status == 422
    staff.send("Save", title="Sparring for a week", ends_on="2026-09-08")
    assert staff.heading == "Sparring for a week"
    staff.send("Complete")
    assert "Completed" in staff.text
    staff.visit("/collaborations?state=running")
    assert "There is no collaboration here yet." in staff.text
    assert staff.visit("/collaborations?state=nothing").status == 422


def test_one_click_ends_the_weekly_mail_and_a_page_begins_it_again(
    client: FlaskClient, workshop: Matchmaker, firm: Account
) -> None:
    introduced(workshop, Viewer(account_id=firm.id, role=Role.FIRM), accepted=False)
    workshop.sign_in.request_link(firm.email)
    secret = str(mails(workshop)[-1].values["path"]).rpartition("/")[2]
    workshop.sign_in.by_link(secret)
    workshop.digests.write()
    path = str(mails(workshop)[-1].values["unsubscribe_path"])

    stranger = Reader(client).visit(path)
    assert workshop.accounts.get(firm.id).digest, "a program that opens links changes nothing"
    assert "One press ends that" in stranger.text
    # What a mail program sends by itself: no cookie, no token of a form.
    one_click = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    assert not workshop.accounts.get(firm.id).digest
    stranger.send("Unsubscribe")
    assert "no weekly mail any more" in stranger.text
    assert client.post("/unsubscribe/digest/unknown").status_code == 410

    reader = signed_in(client, firm).visit("/account")
    assert not reader.one("input[name=digest]").has_attr("checked")
    reader.send("Save my choice", digest="yes")
    assert reader.one("input[name=digest]").has_attr("checked")
    reader.send("Save my choice", digest="")
    assert not workshop.accounts.get(firm.id).digest
