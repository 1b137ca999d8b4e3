"""The report of a programme, read by whoever has a link."""

from __future__ import annotations

from uuid import UUID

from flask.testing import FlaskClient

from api.app import create_app
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role
from tests.pages.conftest import Reader
from tests.pages.test_programmes import bare, cells, pdf_text
from tests.people import somebody, token_of


def test_whoever_has_a_link_reads_the_same_figures_and_nobody_by_name(
    staff_browser: FlaskClient, demonstrated: tuple[Matchmaker, UUID]
) -> None:
    service, programme = demonstrated
    staff = Reader(staff_browser).visit(f"/programmes/{programme}")
    named = staff.all("details:not(.how-counted) li")
    assert named, "challenges and profiles that the staff are shown"
    staff.follow("Links for those who pay").send("Make the link", name="Region", days="many")
    assert staff.status == 422
    staff.send("Make the link", name="Region", days="30")
    address = staff.one(".secret").get_text()
    path = address.removeprefix("http://localhost")

    app = create_app(matchmaker=service)
    app.testing = True
    funder = Reader(app.test_client()).visit(path)
    assert funder.heading == "Nordvest demonstration"
    for key in ("targets", "measures", "funnel", "municipalities", "demand", "supply"):
        ours = staff.visit(f"/programmes/{programme}")
        assert cells(funder, key) == cells(ours, key) != {}, key
    assert not any(name in funder.text for name in named)
    inside = {link["href"] for link in funder.page.select("main a")}
    assert inside == {f"{path}/report.pdf", f"{path}/report.csv"}
    written = funder.client.get(f"{path}/report.csv", headers=funder.headers)
    same = staff_browser.get(f"/programmes/{programme}/report.csv", headers=funder.headers)
    assert written.data == same.data
    document = funder.client.get(f"{path}/report.pdf", headers=funder.headers)
    assert document.mimetype == "application/pdf"
    assert not any(bare(name) in bare(pdf_text(document.data)) for name in named)
    funder.send("Show", first_day="2023-01-01", last_day="2023-12-31")
    assert 0 < int(cells(funder, "measures")["Firms"][0]) < 45
    wrong = "first_day=2024-01-01&last_day=2023-01-01"
    for ending in ("", "/report.csv", "/report.pdf"):
        assert funder.client.get(f"{path}{ending}?{wrong}").status_code == 422
    assert funder.client.get(f"/programmes/{programme}").status_code == 303

    staff.visit(f"/programmes/{programme}/links")
    assert "never" not in staff.all("tbody td")[1]
    staff.send("End it")
    assert "ended" in staff.text
    for ending in ("", "/report.csv", "/report.pdf"):
        assert funder.client.get(f"{path}{ending}").status_code == 410


def test_links_are_made_listed_and_ended_by_programs(
    staff_browser: FlaskClient, demonstrated: tuple[Matchmaker, UUID]
) -> None:
    service, programme = demonstrated
    boss = token_of(service, somebody(service, Role.STAFF, "program"))
    address = f"/api/v1/programmes/{programme}/shares"
    made = staff_browser.post(address, json={"name": "Region"}, headers=boss)
    assert made.status_code == 201
    assert staff_browser.get(made.get_json()["path"]).status_code == 200
    (listed,) = staff_browser.get(address, headers=boss).get_json()["items"]
    assert listed["last_used_at"] is not None
    assert "path" not in listed
    ended = staff_browser.delete(made.headers["Location"], headers=boss)
    assert ended.get_json()["revoked_at"] is not None
    assert staff_browser.get(made.get_json()["path"]).status_code == 410
    assert (
        staff_browser.post(address, json={"name": "", "days": 0}, headers=boss).status_code == 422
    )
