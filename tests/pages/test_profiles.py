"""Profiles: browsing them and reading one of each kind."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import EvidenceKind, OrganisationType, PlacementType, Visibility
from tests.factories import a_student, an_activity, an_evidence, an_expert, an_organisation
from tests.pages.conftest import Reader


def test_all_profiles_stand_by_name(reader: Reader) -> None:
    page = reader.visit("/profiles")
    names = page.all(".card h2")
    assert len(names) == 8
    assert names == sorted(names)
    assert "8 profiles" in page.text


def test_profiles_are_narrowed_by_kind_and_words(reader: Reader) -> None:
    page = reader.visit("/profiles").send("Search", partner_kind="expert")
    assert page.all(".card h2") == ["Ida Berg", "Jens Falk"]
    assert page.heading == "Experts"
    page.send("Search", text="falk")
    assert page.all(".card h2") == ["Jens Falk"]
    assert page.one("#text")["value"] == "falk"
    assert page.one("#partner_kind option[selected]")["value"] == "expert"


def test_a_search_without_result_points_to_the_description(reader: Reader) -> None:
    page = reader.visit("/profiles?text=zzz")
    assert "No profile has these words" in page.text
    assert page.follow("describe the problem").address == "/"


def test_long_lists_come_in_pages(matchmaker: Matchmaker, reader: Reader) -> None:
    matchmaker.profiles.register_all([an_expert(f"Expert {number:02}") for number in range(25)])
    page = reader.visit("/profiles?text=Expert&partner_kind=expert")
    assert page.all(".card h2") == [f"Expert {number:02}" for number in range(20)]
    assert "number 1 to 20 shown" in page.text
    page.follow("Later names")
    assert page.all(".card h2") == [f"Expert {number:02}" for number in range(20, 25)]
    page.follow("Earlier names")
    assert page.all(".card h2")[0] == "Expert 00"


@pytest.mark.parametrize("query", ["partner_kind=wizard", "offset=-1", "text=" + "x" * 101])
def test_a_query_that_makes_no_sense_is_refused_with_the_form(reader: Reader, query: str) -> None:
    page = reader.visit(f"/profiles?{query}")
    assert page.status == 422
    assert page.form("Search")


def test_an_expert(matchmaker: Matchmaker, reader: Reader) -> None:
    expert = an_expert(
        "Karen Toft",
        title="Svejsespecialist",
        affiliation="uafhængig rådgiver",
        language="da",
        summary="Hjælper med TIG-svejsning.",
        description="Har svejst i 19 år.",
        on_leave_until=date(2027, 3, 1),
        can_travel_km=250,
        working_languages=["da", "en", "de"],
        evidence=(),
    )
    expert.evidence = [
        an_evidence("Tog en prøve.", kind=EvidenceKind.CASE, title="Sag", year=2023, language="da"),
        an_evidence("Underviser.", kind=EvidenceKind.COURSE, title="Kursus", language="da"),
        an_evidence("Svejseprøver.", kind=EvidenceKind.SERVICE, title="Ydelse", language="da"),
    ]
    matchmaker.profiles.register_all([expert])
    page = reader.visit(f"/profiles/{expert.id}")
    assert page.heading == "Karen Toft"
    assert page.all(".profile-main h2") == [
        "In more detail",
        "What they do for others",
        "Tasks solved",
        "Courses and teaching",
    ]
    assert "2023" in page.one("#evidence-case + ul").get_text()
    assert page.one(".lead")["lang"] == "da"
    facts = page.one(".profile-facts").get_text(" ", strip=True)
    assert "Danish, English and German" in facts
    assert "250 km" in facts
    assert "On leave until 1 March 2027" in facts
    assert "nobody can be reached here" in facts
    assert "Fictional" in page.text


def test_a_department_shows_what_it_is_part_of(matchmaker: Matchmaker, reader: Reader) -> None:
    top = an_organisation("Universitetet", organisation_type=OrganisationType.UNIVERSITY)
    middle = an_organisation(
        "Institut for Materialer", organisation_type=OrganisationType.DEPARTMENT, parent_id=top.id
    )
    section = an_organisation(
        "Sektion for Metal",
        organisation_type=OrganisationType.SECTION,
        parent_id=middle.id,
        website="https://www.example.org/metal",
        ror="https://ror.org/04qtj9h94",
        cvr="30060946",
        source="example.org",
    )
    matchmaker.profiles.register_all([top, middle, section])
    page = reader.visit(f"/profiles/{section.id}")
    assert page.all(".family a") == ["Universitetet", "Institut for Materialer"]
    assert "University group · Section" in " ".join(page.one(".match-kind").get_text(" ").split())
    link = page.one('.profile-facts a[href="https://www.example.org/metal"]')
    assert link.get_text(strip=True) == "example.org"
    assert {"noopener", "noreferrer"} <= set(link["rel"])
    facts = page.one(".profile-facts").get_text(" ", strip=True)
    assert "04qtj9h94" in facts
    assert "30060946" in facts
    assert not page.page.select(".badge")
    assert page.follow("Universitetet").heading == "Universitetet"


def test_a_student(matchmaker: Matchmaker, reader: Reader) -> None:
    student = a_student(
        placement_types=[PlacementType.THESIS.value, PlacementType.INTERNSHIP.value],
        learning_goals="To see a plan survive Monday.",
    )
    matchmaker.profiles.register_all([student])
    facts = reader.visit(f"/profiles/{student.id}").one(".profile-facts").get_text(" ", strip=True)
    assert "Thesis and internship" in facts
    assert "1 February 2027 to 30 June 2027" in facts
    assert "To see a plan survive Monday." in facts


def test_an_activity(matchmaker: Matchmaker, reader: Reader) -> None:
    activity = an_activity(
        organiser="The cluster",
        eligibility="Firms up to 250 people.",
        starts_on=date(2027, 2, 11),
        ends_on=date(2027, 2, 11),
    )
    matchmaker.profiles.register_all([activity])
    page = reader.visit(f"/profiles/{activity.id}")
    facts = page.one(".profile-facts").get_text(" ", strip=True)
    assert "When 11 February 2027" in facts
    assert "Firms up to 250 people." in facts
    assert "Knowledge and testing" in facts


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "ftp://a.example"])
def test_only_web_addresses_become_links(
    matchmaker: Matchmaker, reader: Reader, address: str
) -> None:
    expert = an_expert("Mal Lory", website=address)
    matchmaker.profiles.register_all([expert])
    page = reader.visit(f"/profiles/{expert.id}")
    assert page.status == 200
    assert not [a for a in page.page.find_all("a") if a["href"].startswith(address[:5])]


def test_a_profile_for_members_is_not_shown(matchmaker: Matchmaker, reader: Reader) -> None:
    hidden = an_expert("Hid Den", visibility=Visibility.MEMBERS)
    matchmaker.profiles.register_all([hidden])
    assert reader.visit(f"/profiles/{hidden.id}").status == 404
    assert "Hid Den" not in reader.visit("/profiles").text
