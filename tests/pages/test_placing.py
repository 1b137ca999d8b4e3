"""From a cohort to agreed placements on pages, each party on its own; and who sees nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from api.pages import rounds
from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import Claim, PlacementAction, Role, RunState
from matchmaker.storage.database import Sessions
from tests.factories import NOW
from tests.pages.conftest import Reader
from tests.pages.test_programmes import pdf_text
from tests.people import sign_in, somebody
from tests.services.placing import Campus, a_campus, held_up


@dataclass
class Parties:
    """A campus, and readers who are signed in."""

    campus: Campus
    coordinator: Reader
    stranger: Reader
    host: Reader
    student: Reader
    other_student: Reader
    staff: Reader


@pytest.fixture
def parties(client: FlaskClient, matchmaker: Matchmaker) -> Parties:
    campus = a_campus(matchmaker)
    campus.host("Smedjen")
    campus.host("Robotværket")
    campus.position("Welding", "Smedjen")
    for name in ("Ane", "Bo"):
        campus.student(name, consents=False)
    other = a_campus(matchmaker)

    def reader(name: str, role: Role) -> tuple[Reader, object]:
        account = somebody(matchmaker, role, name)
        browser = client.application.test_client()
        sign_in(browser, account)
        return Reader(browser), account.id

    coordinator, account = reader("coordinator", Role.UNIVERSITY)
    matchmaker.belonging.join(account, campus.university, by=None)
    stranger, account = reader("stranger", Role.UNIVERSITY)
    matchmaker.belonging.join(account, other.university, by=None)
    host, account = reader("host", Role.FIRM)
    matchmaker.belonging.join(account, campus.hosts["Smedjen"], by=None)
    students = []
    for name in ("Ane", "Bo"):
        student, account = reader(name.lower(), Role.PARTNER)
        with Sessions(matchmaker.engine).writing() as session:
            session.add(Claim(profile_id=campus.students[name], account_id=account, claimed_at=NOW))
        students.append(student)
    staff, _ = reader("staff", Role.STAFF)
    return Parties(campus, coordinator, stranger, host, students[0], students[1], staff)


def answered(reader: Reader, service: Matchmaker, button: str = "Run all three methods") -> Reader:
    """Have the methods asked, and look at the round once they have answered."""
    reader.send(button)
    assert reader.status == 200
    service.round_jobs.worker.wait()
    return reader.visit(reader.address)


def test_the_whole_way_of_a_round(  # noqa: PLR0915 - one story, told to its end
    parties: Parties, matchmaker: Matchmaker
) -> None:
    campus, seat = parties.campus, f"/my/placing/{parties.campus.cohort}"
    welding = campus.positions["Welding"]
    for student in (parties.student, parties.other_student):
        student.visit("/my/placing").follow("Spring 2027")
        assert "Welding" in student.text and "Only your university sees" in student.text
        student.send("Save my wishes", **{f"rank-{welding}": "1"})
        assert student.status == 422 and "Say first that you want" in student.text
        student.visit(seat).send("I agree to be placed").send("Interesting")
        student.visit(seat).send("Save my wishes", **{f"rank-{welding}": "x"})
        assert student.status == 422 and "whole number" in student.text
        student.visit(seat).send("Save my wishes", **{f"rank-{welding}": "1"})
        assert student.status == 200

    host = parties.host.visit(f"/hosting/positions/{welding}")
    assert "Nobody yet" in host.text and "Ane" not in host.text
    coordinator = parties.coordinator.visit("/placing").follow("Spring 2027")
    assert "2 students are interested." in coordinator.text and "Ane" in coordinator.text
    coordinator.send("Propose the students")
    host.visit(f"/hosting/positions/{welding}")
    assert "Ane" in host.text and "Bo" in host.text
    host.send("Save the order", **{f"rank-{campus.students['Bo']}": "1"})

    coordinator.send("Open a round")
    assert coordinator.heading == "Round 1"
    answered(coordinator, matchmaker)
    assert "Stable, best for students" in coordinator.text
    assert "the host ranked those who have it higher" in coordinator.text
    form = {"student_id": str(campus.students["Ane"]), "place_id": str(welding)}
    coordinator.send("Decide this pair by hand", **form, reason="")
    assert coordinator.status == 422
    coordinator.send("Decide this pair by hand", **form, reason="lives next door")
    assert "changed since. Run the round again" in coordinator.text
    coordinator.send("Publish this answer")
    assert coordinator.status == 422 and "changed since this answer" in coordinator.text
    answered(coordinator, matchmaker)
    assert "Bo: Welding → no place (worse for the student)" in coordinator.text
    with held_up(matchmaker.round_jobs):
        coordinator.send("What each lock costs")
        assert coordinator.status == 200 and "The methods are at work" in coordinator.text
        assert coordinator.page.select("progress")[0]["value"] == "0"
    coordinator.visit(coordinator.address)
    assert "Without the lock of Ane" in coordinator.text
    # Asked again, what is known is shown at once.
    assert "Without the lock of Ane" in coordinator.send("What each lock costs").text
    answered(coordinator.send("Lift the lock"), matchmaker)

    # Another coordinator was faster: nothing is published, and the page says why.
    late = Reader(parties.staff.client).visit(coordinator.address)
    answered(coordinator, matchmaker)
    late.send("Publish this answer")
    assert late.status == 412 and "Somebody changed this round meanwhile" in late.text
    coordinator.send("Publish this answer")
    assert "Published" in coordinator.text

    left = parties.student.visit(seat)
    assert "You have no place from it: others have the places" in left.text
    assert "1. Welding: the host ranked those who have it higher" in left.text
    placed = parties.other_student.visit(seat)
    assert "You were offered: Welding (wish number 1)" in placed.text
    placed.visit("/my/placing").follow("Bo: Welding").send("Agree")
    address = placed.address
    host.visit(address).send("Agree")
    coordinator.visit(address).send("Agree")
    assert "Agreed" in coordinator.text
    coordinator.send("It has begun").send("Break it off", reason="")
    assert coordinator.status == 422
    coordinator.send("Break it off", reason="the firm closed")
    assert "Broken off: the firm closed" in placed.visit(address).text


def test_the_agreement_says_what_who_and_whether_it_holds(
    parties: Parties, matchmaker: Matchmaker
) -> None:
    campus = parties.campus
    matchmaker.cohorts.add_supervisor(
        campus.cohort, name="Åse Ørum", email="aase@example.dk", capacity=2, by=None
    )
    matchmaker.wishes.consent(campus.cohort, campus.students["Ane"], given=True, by=None)
    campus.wish("Ane", "Welding")
    round_id = matchmaker.assignment.open(campus.cohort, by=None).id
    matchmaker.assignment.run(round_id, by=None)
    answer = matchmaker.assignment.view(round_id).answers[Method.STABLE].answer_id
    (placement,) = matchmaker.assignment.publish(round_id, answer, by=None)
    view = matchmaker.placements.view(placement.id)
    page = parties.student.visit(f"/placements/{placement.id}")

    def read(reader: Reader, language: str) -> str:
        link = page.one(f'a[href*="agreement.pdf"][hreflang="{language}"]')
        handed = reader.client.get(str(link["href"]))
        assert (handed.status_code, handed.mimetype) == (200, "application/pdf")
        assert handed.headers["Content-Disposition"].startswith("attachment; filename=agreement-")
        return pdf_text(handed.data)

    draft = read(parties.student, "en")
    for told in (
        f"Student: Ane Host: {view.host} Supervisor: Åse Ørum University: {view.university}",
        "Draft: it holds once everybody below has agreed.",
        "Welding From 1",
        view.position.tasks,
        "Place of work: On site",
        "Insurance and safety",
        "Confidentiality and results",
        "Student, Ane: has not said so yet",
    ):
        assert told in draft, told
    for party in placement.parties():
        matchmaker.placements.agree(placement.id, party, by=None)
    agreed = read(parties.host, "en")
    assert "All parties have agreed." in agreed and "has not said so yet" not in agreed
    assert agreed.count("agreed on ") == 4
    danish = read(parties.coordinator, "da")
    assert "Alle parter har sagt ja." in danish and "Vejleder: Åse Ørum" in danish
    matchmaker.placements.apply(
        placement.id, PlacementAction.BREAK_OFF, reason="moved away", by=None
    )
    assert "this agreement holds no longer" in read(parties.staff, "en")
    for who in (parties.other_student, parties.stranger):
        assert who.visit(f"/placements/{placement.id}/agreement.pdf").status in {403, 404}


def test_nobody_sees_students_of_others(parties: Parties, matchmaker: Matchmaker) -> None:
    campus = parties.campus
    welding = campus.positions["Welding"]
    for name in ("Ane", "Bo"):
        matchmaker.wishes.consent(campus.cohort, campus.students[name], given=True, by=None)
        campus.wish(name, "Welding")
    round_id = matchmaker.assignment.open(campus.cohort, by=None).id
    matchmaker.assignment.run(round_id, by=None)
    view = matchmaker.assignment.view(round_id)
    (placement,) = matchmaker.assignment.publish(
        round_id, view.answers[Method.STABLE].answer_id, by=None
    )
    placed_is_ane = placement.student_id == campus.students["Ane"]
    unplaced = parties.other_student if placed_is_ane else parties.student
    addresses = {
        f"/placing/cohorts/{campus.cohort}": {"coordinator", "staff"},
        f"/placing/rounds/{round_id}": {"coordinator", "staff"},
        f"/my/placing/{campus.cohort}": {"student", "other_student"},
        f"/hosting/positions/{welding}": {"host", "staff"},
        f"/placements/{placement.id}": {
            "coordinator",
            "staff",
            "host",
            "student" if placed_is_ane else "other_student",
        },
    }
    for address, seeing in addresses.items():
        for who in ("coordinator", "stranger", "host", "student", "other_student", "staff"):
            status = getattr(parties, who).visit(address).status
            assert (status == 200) == (who in seeing), (address, who, status)
            assert status in {200, 403, 404}
    # Lists hold one's own only, and the profile itself is shown to nobody else.
    assert "Spring 2027" in parties.stranger.visit("/placing").text
    assert str(campus.cohort) not in str(parties.stranger.page)
    assert "Ane" not in unplaced.visit("/my/placing").text or placed_is_ane is False
    for who in (parties.stranger, parties.host):
        for student in campus.students.values():
            assert who.visit(f"/profiles/{student}").status == 404
    # What a form names is asked as well as what the address names.
    parties.host.visit("/hosting")
    parties.host.send(
        "Offer the position",
        host_id=str(campus.hosts["Robotværket"]),
        title="T",
        tasks="t",
        starts_on="2027-02-01",
        ends_on="2027-06-30",
        places="1",
    )
    assert parties.host.status == 404
    parties.stranger.visit("/placing").send(
        "Make the cohort",
        name="Theirs",
        university_id=str(campus.university),
        starts_on="2027-02-01",
        ends_on="2027-06-30",
    )
    assert parties.stranger.status == 404


def test_a_challenge_becomes_a_position_with_one_click(
    parties: Parties, matchmaker: Matchmaker
) -> None:
    host = parties.host
    host.visit("/").send("Find partners", text="We weld by hand and want a robot for small series.")
    challenge = host.address.rsplit("/", 1)[1]
    host.follow("Offer a position")
    assert host.one("#challenge_id")["value"] == challenge
    host.send(
        "Offer the position",
        title="Robot cell",
        tasks="Plan the cell.",
        starts_on="2027-02-01",
        ends_on="2027-06-30",
        places="1",
    )
    assert host.heading == "Robot cell"
    (made,) = (
        one
        for one in matchmaker.wishes.positions_of([parties.campus.hosts["Smedjen"]])
        if one.title == "Robot cell"
    )
    assert str(made.challenge_id) == challenge
    # Who belongs to no organisation is not sent to a page without a form.
    student = parties.student
    student.visit("/").send("Find partners", text="A saw for thick steel that cuts small series.")
    assert "Change the text" in student.text and "Offer a position" not in student.text


def test_a_host_offers_and_a_university_shows(parties: Parties) -> None:
    host = parties.host.visit("/hosting")
    values = {
        "title": "Robots",
        "tasks": "Program a robot.",
        "starts_on": "2027-02-01",
        "ends_on": "2027-06-30",
        "places": "3",
        "team_minimum": "2",
    }
    host.send("Offer the position", **{**values, "ends_on": "2027-01-01"})
    assert host.status == 422 and "must end after it begins" in host.text
    host.visit("/hosting").send("Offer the position", **values)
    assert host.heading == "Robots" and "3 places" in host.text
    host.send("Save the number", places="1")
    assert host.status == 422 and "greater than the places" in host.text
    address = host.address
    host.visit(host.address.removesuffix("/places")).send("Close the position")
    assert "Offer it again" in host.text, address
    host.send("Offer it again")

    page = f"/placing/cohorts/{parties.campus.cohort}"
    coordinator = parties.coordinator.visit(page)
    assert "team of at least 2" in coordinator.text
    coordinator.send("Do not show : Robots", reason="")
    assert coordinator.status == 422 and "Say why" in coordinator.text
    coordinator.visit(page).send("Show to students : Robots")
    coordinator.send("Add the supervisor", name="Dr. Ege", email="ege@example.dk", capacity="2")
    assert "Dr. Ege: 2 students at most" in coordinator.text
    coordinator.send("Take out of the cohort : Bo")
    assert "Bo: left" in coordinator.text
    coordinator.visit("/placing").send(
        "Make the cohort", name="Autumn", starts_on="2027-08-01", ends_on="2027-12-31"
    )
    assert coordinator.heading == "Autumn"


def test_the_pages_are_danish_too(parties: Parties, matchmaker: Matchmaker) -> None:
    reader = Reader(parties.coordinator.client, "da")
    reader.visit("/placing").follow("Spring 2027").send("Åbn en runde")
    answered(reader, matchmaker, "Kør alle tre metoder")
    assert "Stabil, bedst for de studerende" in reader.text
    assert "har ikke givet samtykke endnu" in reader.text


def test_pairs_are_kept_apart_and_limits_set_on_the_page(
    parties: Parties, matchmaker: Matchmaker
) -> None:
    campus, page = parties.campus, f"/placing/cohorts/{parties.campus.cohort}"
    ane, welding = campus.students["Ane"], campus.positions["Welding"]
    coordinator = parties.coordinator.visit(page)
    pair = {"student_id": str(ane), "place_id": str(welding)}
    coordinator.send("Keep these two apart", **pair, reason="")
    assert coordinator.status == 422 and coordinator.one("#reason")["aria-invalid"] == "true"
    coordinator.visit(page).send("Keep these two apart", reason="relatives")
    assert coordinator.status == 422 and "Please choose one." in coordinator.text
    coordinator.visit(page).send("Keep these two apart", **pair, reason="relatives")
    assert "Ane: Welding, Smedjen (relatives)" in coordinator.text
    coordinator.send("Keep these two apart", **pair, reason="again")
    assert coordinator.status == 409 and "said of these two already" in coordinator.text
    coordinator.visit(page).send("Lift it : Ane")
    assert "(relatives)" not in coordinator.text
    coordinator.visit(page).send("Keep these two apart", **pair, reason="relatives")

    # A supervisor is changed by who saw the present state.
    coordinator.send("Add the supervisor", name="Dr. Ege", email="ege@exampel.dk", capacity="2")
    late = Reader(parties.staff.client).visit(page)
    coordinator.send("Save the supervisor : Dr. Ege", email="ege@example.dk", capacity="3")
    assert "Dr. Ege: 3 students at most" in coordinator.text
    late.send("Save the supervisor : Dr. Ege", capacity="9")
    assert late.status == 412 and "Somebody changed this meanwhile" in late.text
    (guide,) = matchmaker.cohorts.view(campus.cohort).supervisors
    assert (guide.email, guide.capacity) == ("ege@example.dk", 3)
    coordinator.send("Save the supervisor : Dr. Ege", capacity="many")
    field = coordinator.one(f"#capacity-{guide.id}")
    assert coordinator.status == 422 and field["value"] == "many"
    assert f'href="#capacity-{guide.id}"' in str(coordinator.one("#form-errors"))

    # Staff say how many a host takes over all; its university reads it.
    host = campus.hosts["Smedjen"]
    assert f"capacity-{host}" not in str(coordinator.visit(page).page)
    staff = parties.staff.visit(page)
    staff.send("Save the number : Smedjen", capacity="1")
    assert "It takes 1 student over all its positions." in coordinator.visit(page).text
    staff.send("Save the number : Smedjen", capacity="-1")
    assert staff.status == 422 and staff.one(f"#capacity-{host}")["aria-invalid"] == "true"
    staff.visit(page).send("Save the number : Smedjen", capacity="")
    assert "No limit over all its positions." in staff.text


def test_a_run_is_watched_and_stopped_without_script(
    parties: Parties, matchmaker: Matchmaker
) -> None:
    campus, jobs = parties.campus, matchmaker.round_jobs
    matchmaker.wishes.consent(campus.cohort, campus.students["Ane"], given=True, by=None)
    campus.wish("Ane", "Welding")
    page = f"/placing/cohorts/{campus.cohort}"
    late = Reader(parties.staff.client).visit(page)
    coordinator = parties.coordinator.visit(page).send("Open a round")
    address = coordinator.address
    # Whoever was slower comes to the same round.
    assert late.send("Open a round").address == address
    with held_up(jobs):
        coordinator.send("Run all three methods")
        assert "The methods are at work" in coordinator.text
        assert "Run all three methods" not in coordinator.text
        coordinator.follow("See how far it is now")
        assert coordinator.address == address and "The methods are at work" in coordinator.text
        part = coordinator.client.get(f"{address}/progress", headers={"HX-Request": "true"})
        assert "hx-trigger" in part.text and "<html" not in part.text
        coordinator.send("Stop the methods")
        assert "The methods are being stopped" in coordinator.text
    ended = coordinator.client.get(f"{address}/progress", headers={"HX-Request": "true"})
    assert ended.headers["HX-Redirect"] == address and ended.text == ""
    coordinator.visit(f"{address}/progress")
    assert coordinator.address == address and "Nothing of that run was kept" in coordinator.text
    answered(coordinator, matchmaker)
    assert "The latest run took" in coordinator.text
    # Nobody is at work any more, and everything is as it was: it is run again.
    with Sessions(matchmaker.engine).writing() as session:
        run = jobs.run_of(UUID(address.rpartition("/")[2]))
        assert run is not None
        run.state, run.seen_at = RunState.RUNNING, NOW - timedelta(days=1)
        session.merge(run)
    assert "the process has died" in coordinator.visit(address).text
    answered(coordinator, matchmaker)
    assert "The latest run took" in coordinator.text


def test_a_host_reads_why_a_student_fits(parties: Parties, matchmaker: Matchmaker) -> None:
    campus = parties.campus
    challenge = matchmaker.challenges.submit(
        text="Robot welding of small series is planned. Invoices are paid too late every month."
    )
    cell = campus.position("Cell", "Smedjen", challenge_id=challenge.id)
    matchmaker.indexing.sync()
    for name in ("Ane", "Bo"):
        matchmaker.wishes.consent(campus.cohort, campus.students[name], given=True, by=None)
    campus.wish("Ane", "Cell", "Welding")
    matchmaker.cohorts.propose(campus.cohort, by=None)
    campus.wish("Bo", "Cell")
    host = parties.host.visit(f"/hosting/positions/{cell}")
    assert host.all("h3") == ["Ane"]
    assert "Project on robot welding of small series." in host.text
    assert "Answers: Robot welding of small series is planned." in host.text
    assert "Says nothing about 1 of the 2 sentences" in host.text
    assert "Invoices are paid too late every month." in host.text
    plain = parties.host.visit(f"/hosting/positions/{campus.positions['Welding']}")
    assert plain.all("h3") == ["Ane"] and "came of no challenge" in plain.text


def test_of_many_students_one_method_s_answer_is_read_at_a_time(
    parties: Parties, matchmaker: Matchmaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "MOST_INLINE", 1)
    campus = parties.campus
    for name in ("Ane", "Bo"):
        matchmaker.wishes.consent(campus.cohort, campus.students[name], given=True, by=None)
        campus.wish(name, "Welding")
    coordinator = parties.coordinator.visit("/placing").follow("Spring 2027").send("Open a round")
    answered(coordinator, matchmaker)
    said = "others have the places they wished for"
    assert "Stable, best for students" in coordinator.text and said not in coordinator.text
    coordinator.follow("Read the whole answer, student by student")
    assert coordinator.text.count(said) == 1
    assert len(coordinator.page.select("details[open]")) == 1


def test_how_many_got_which_wish_stands_side_by_side(
    parties: Parties, matchmaker: Matchmaker
) -> None:
    campus = parties.campus
    campus.position("Robots", "Smedjen")
    for name in ("Ane", "Bo"):
        matchmaker.wishes.consent(campus.cohort, campus.students[name], given=True, by=None)
        campus.wish(name, "Welding", "Robots")
    coordinator = parties.coordinator.visit("/placing").follow("Spring 2027").send("Open a round")
    answered(coordinator, matchmaker)
    rows = {
        row.select("th")[0].text: [one.text for one in row.select("td")]
        for row in coordinator.page.select("tbody tr")
    }
    assert rows["First wish met"] == rows["Wish number 2 met"] == ["1", "1", "1"]
    assert rows["Placed without having wished it"] == ["0", "0", "0"]
