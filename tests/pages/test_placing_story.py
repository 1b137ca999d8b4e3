"""Everything that changes under a round, told in Danish by those whom it concerns.

A position closes, a student leaves, capacities are cut below what is placed, two coordinators work
at once: whoever is concerned reads it, and nobody drops out without a word.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role
from tests.pages.conftest import Reader
from tests.pages.test_placing import answered
from tests.people import sign_in, somebody
from tests.services.placing import Campus, a_campus, claimed


@dataclass
class Folk:
    """A campus, and everybody who has to do with it, reading Danish."""

    campus: Campus
    coordinator: Reader
    other: Reader
    host: Reader
    ane: Reader
    bo: Reader
    carl: Reader


@pytest.fixture
def folk(client: FlaskClient, matchmaker: Matchmaker) -> Folk:
    campus = a_campus(matchmaker)
    campus.host("Smedjen")
    for title in ("Svejsning", "Robotter", "Save"):
        campus.position(title, "Smedjen")

    def reader(name: str, role: Role, **belonging: str) -> Reader:
        account = somebody(matchmaker, role, name)
        for organisation in belonging.values():
            ids = {"university": campus.university, "host": campus.hosts["Smedjen"]}
            matchmaker.belonging.join(account.id, ids[organisation], by=None)
        if role is Role.PARTNER:
            claimed(matchmaker, account.id, campus.student(name.title(), consents=False))
        browser = client.application.test_client()
        sign_in(browser, account)
        return Reader(browser, "da")

    return Folk(
        campus,
        reader("coordinator", Role.UNIVERSITY, of="university"),
        reader("other", Role.UNIVERSITY, of="university"),
        reader("host", Role.FIRM, of="host"),
        *(reader(name, Role.PARTNER) for name in ("ane", "bo", "carl")),
    )


def test_nothing_changes_under_a_round_without_a_word(  # noqa: PLR0915 - one story
    folk: Folk, matchmaker: Matchmaker
) -> None:
    campus, seat = folk.campus, f"/my/placing/{folk.campus.cohort}"
    page = f"/placing/cohorts/{campus.cohort}"
    welding, robots, saws = (campus.positions[one] for one in ("Svejsning", "Robotter", "Save"))
    for student, first, second in (
        (folk.ane, welding, robots),
        (folk.bo, robots, saws),
        (folk.carl, saws, robots),
    ):
        student.visit(seat).send("Jeg siger ja")
        student.send("Gem mine ønsker", **{f"rank-{first}": "1", f"rank-{second}": "2"})
        assert student.status == 200
    coordinator = folk.coordinator.visit(page)
    coordinator.send("Tilføj vejlederen", name="Dr. Ege", email="ege@example.dk", capacity="3")
    coordinator.send("Åbn en runde")
    answered(coordinator, matchmaker, "Kør alle tre metoder")
    address = coordinator.address

    # The host closes a position that somebody has open on their page.
    stale = folk.ane.visit(seat)
    folk.host.visit(f"/hosting/positions/{welding}").send("Luk pladsen")
    stale.send("Gem mine ønsker", **{f"rank-{welding}": "2", f"rank-{robots}": "1"})
    assert stale.status == 422 and "er lukket eller tilbydes dig ikke længere" in stale.text
    stale.visit(seat)
    assert "Disse ønsker tæller ikke længere" in stale.text and "Svejsning" in stale.text
    stale.send("Gem mine ønsker", **{f"rank-{robots}": "1"})
    # A student leaves: what they wished is kept, and counts no more.
    folk.other.visit(page).send("Tag ud af årgangen : Bo")
    assert "Bo: har forladt årgangen" in coordinator.visit(address).text
    coordinator.send("Offentliggør dette svar")
    assert coordinator.status == 422 and "Kør runden igen" in coordinator.text
    answered(coordinator.visit(address), matchmaker, "Kør alle tre metoder")

    # Two coordinators: the slower one undoes nothing, and reads why.
    slower = folk.other.visit(address)
    form = {"student_id": str(campus.students["Ane"]), "place_id": str(robots)}
    coordinator.send("Afgør parret i hånden", **form, reason="bor ved siden af")
    slower.send("Afgør parret i hånden", **{**form, "place_id": str(saws)}, reason="kan save")
    assert slower.status == 412 and "bor ved siden af" in slower.text
    assert "kan save" not in " ".join(slower.all("[aria-labelledby=locks] li"))
    answered(coordinator.visit(address), matchmaker, "Kør alle tre metoder")
    coordinator.send("Offentliggør dette svar")
    assert "Offentliggjort" in coordinator.text
    slower.send("Aflys runden")
    assert slower.status in {409, 412} and "Offentliggjort" in slower.text

    # Whoever took part reads what came of it; who left is not placed.
    assert "Du er blevet tilbudt: Robotter (ønske nummer 1)" in folk.ane.visit(seat).text
    assert "Du er blevet tilbudt: Save (ønske nummer 1)" in folk.carl.visit(seat).text
    assert folk.bo.visit(seat).status == 404

    # Nothing is cut below what is placed, whoever tries.
    full = "Flere studerende end det har en plads her. Afbryd først et forløb."
    host = folk.host.visit(f"/hosting/positions/{robots}").send("Gem antallet", places="0")
    assert host.status == 422
    told = [" ".join(host.all("#form-errors li"))]
    coordinator.visit(page).send("Gem vejlederen : Dr. Ege", capacity="1")
    assert coordinator.status == 422
    told.append(" ".join(coordinator.all("#form-errors li")))
    staff = somebody(matchmaker, Role.STAFF, "staff")
    browser = coordinator.client.application.test_client()
    sign_in(browser, staff)
    desk = Reader(browser, "da").visit(page).send("Gem antallet : Smedjen", capacity="1")
    assert desk.status == 422
    told.append(" ".join(desk.all("#form-errors li")))
    assert {one.rpartition(": ")[2] for one in told} == {full}
    assert len(matchmaker.cohorts.view(campus.cohort).supervisors) == 1
    assert matchmaker.wishes.position(robots).places == 1

    # The next round takes what was left: nobody is, and that is said too.
    coordinator.visit(page).send("Åbn en runde")
    assert coordinator.heading == "Runde 2"
    answered(coordinator, matchmaker, "Kør alle tre metoder")
    assert "Ingen" in " ".join(coordinator.all("details ul"))


def test_a_student_who_found_a_place_has_it_and_nobody_else(
    folk: Folk, matchmaker: Matchmaker
) -> None:
    campus, seat = folk.campus, f"/my/placing/{folk.campus.cohort}"
    own, wished = campus.positions["Save"], campus.positions["Robotter"]
    folk.bo.visit(seat).send("Jeg siger ja").send("Gem mine ønsker", **{f"rank-{wished}": "1"})
    folk.ane.visit(seat).send("Jeg siger ja")
    page = f"/placing/cohorts/{campus.cohort}"
    coordinator = folk.coordinator.visit(page).follow("Ane")
    assert coordinator.heading == "Ane"
    assert "Project on robot welding of small series." in coordinator.text
    assert "overtaget af den studerende" in coordinator.text
    coordinator.send("Den studerende har selv fundet pladsen", place_id=str(wished))
    assert coordinator.status == 422 and "Andre studerende ønsker denne plads" in coordinator.text
    coordinator.send("Den studerende har selv fundet pladsen", place_id="")
    assert coordinator.status == 422 and coordinator.one("#place_id")["aria-invalid"] == "true"
    coordinator.send("Den studerende har selv fundet pladsen", place_id=str(own))
    assert "Har selv fundet: Save" in coordinator.text
    assert "Save" not in folk.bo.visit(seat).text and "Save" in folk.ane.visit(seat).text
    coordinator.visit(page).send("Åbn en runde")
    answered(coordinator, matchmaker, "Kør alle tre metoder")
    assert "Ane: Save (ikke ønsket), afgjort i hånden" in coordinator.text
    address = coordinator.address
    coordinator.visit(page).follow("Ane").send("Ikke længere en plads, de selv har fundet")
    assert "Save" in folk.bo.visit(seat).text
    coordinator.send("Den studerende har selv fundet pladsen", place_id=str(own))
    answered(coordinator.visit(address), matchmaker, "Kør alle tre metoder")
    coordinator.send("Offentliggør dette svar")
    coordinator.visit(page).follow("Ane").send("Ikke længere en plads, de selv har fundet")
    assert coordinator.status == 422 and "Den studerende er placeret der." in coordinator.text
    # Who left is not there to be read any more.
    student = f"{page}/students/{campus.students['Bo']}"
    assert "Bo" in coordinator.visit(student).text
    coordinator.visit(page).send("Tag ud af årgangen : Bo")
    assert coordinator.visit(student).status == 404
