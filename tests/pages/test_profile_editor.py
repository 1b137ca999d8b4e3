"""Editing a profile as a person without script: fields, items, conflicts, preview, history."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Profile, ProfileKind, Visibility
from tests.factories import an_expert
from tests.pages.conftest import WELDING, Reader


def stored(service: Matchmaker, profile_id: UUID) -> Profile:
    return service.curation.read(profile_id)


def items(reader: Reader) -> list[str]:
    """Return the text of every item of evidence in the editor."""
    return [
        area.get_text().strip()
        for area in reader.page.select("textarea")
        if area["name"].startswith("item-")
    ]


def test_staff_come_from_a_profile_to_its_editor_and_save(
    staff: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    staff.visit(f"/profiles/{ida}").follow("Edit")
    assert staff.heading == "Edit Ida Berg"

    staff.send(
        "Save",
        summary="Finds causes of cracks.",
        place="9220",
        capacity="5",
        on_leave_until="2027-01-31",
        working_languages=["da", "de"],
        **{"sees-affiliation": "members", "affiliation": "A workshop"},
    )

    assert staff.heading == "Ida Berg"
    now = stored(workshop, ida)
    assert (now.summary, now.postcode, now.capacity) == ("Finds causes of cracks.", "9220", 5)
    assert now.on_leave_until.isoformat() == "2027-01-31"
    assert sorted(now.working_languages) == ["da", "de"]
    assert now.field_visibility == {"affiliation": "members"}


def test_saving_what_nobody_changed_makes_no_revision(
    staff: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    before = stored(workshop, ida)

    staff.visit(f"/profiles/{ida}/edit").send("Save")

    now = stored(workshop, ida)
    assert (now.revision, now.city, now.latitude) == (before.revision, "Aalborg", before.latitude)


def test_items_are_added_moved_and_removed_and_nothing_is_stored_before_the_save(
    staff: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    first, second, third = (one.text for one in stored(workshop, ida).evidence)
    staff.visit(f"/profiles/{ida}/edit").send("Add an item", name="Ida B.")
    staff.send("Up (item 2)", **{"item-3-text": "Measures residual stress.", "item-3-year": "2024"})
    assert items(staff) == [second, first, third, "Measures residual stress."]
    staff.send("Remove (item 3)")
    assert staff.page.find("input", id="name")["value"] == "Ida B."
    assert [one.text for one in stored(workshop, ida).evidence] == [first, second, third]

    staff.send("Save", **{"item-0-visibility": "staff", "item-1-kind": "equipment"})

    now = stored(workshop, ida)
    assert now.name == "Ida B."
    assert [one.text for one in now.evidence] == [second, first, "Measures residual stress."]
    assert now.evidence[0].visibility is Visibility.STAFF
    assert now.evidence[2].year == 2024


def test_everything_that_is_wrong_is_told_at_once_and_nothing_typed_is_lost(
    medarbejder: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    wrong = {
        "summary": "",
        "place": "Atlantis",
        "website": "ftp:example",
        "capacity": "mange",
        "description": "Det her er skrevet.",
        "item-1-year": "i fjor",
    }

    medarbejder.visit(f"/profiles/{ida}/edit").send("Gem", **wrong)

    assert medarbejder.status == 422
    summary = medarbejder.one("#form-errors").get_text(" ", strip=True)
    for name in (
        "Punkt 2: År",
        "Introduktioner ad gangen",
        "Kort sagt",
        "Hjemmeside",
        "Postnummer",
    ):
        assert name in summary
    for name, value in wrong.items():
        field = medarbejder.page.find(id=name)
        assert value == field.get("value", field.get_text()).strip("\n")
    assert stored(workshop, ida).revision == 1


def test_two_who_write_at_once_choose_field_by_field(
    staff: Reader, client: FlaskClient, workshop: Matchmaker, ida: UUID
) -> None:
    other = Reader(client)
    staff.visit(f"/profiles/{ida}/edit")
    other.visit(f"/profiles/{ida}/edit")
    other.send("Add an item").send(
        "Save", summary="Theirs.", title="Welder", **{"item-3-text": "Theirs too."}
    )

    staff.send("Save", summary="Mine.", website="https://example.dk", **{"item-0-text": "My case."})

    assert staff.status == 412
    legends = staff.all(".choice legend")
    assert legends[:2] == ["Summary both changed it", "Title"]
    assert "Website" in legends
    sides = {
        field.legend.get_text(" ", strip=True).split()[0]: [
            side.get_text(" ", strip=True) for side in field.select(".as-written")
        ]
        for field in staff.page.select(".choice")
    }
    assert sides["Summary"] == ["Works with small manufacturers.", "Theirs.", "Mine."]
    assert stored(workshop, ida).summary == "Theirs."

    staff.send("Save as chosen", **{"take-summary": "theirs"})

    now = stored(workshop, ida)
    assert (now.summary, now.title, now.website) == ("Theirs.", "Welder", "https://example.dk")
    texts = [one.text for one in now.evidence]
    assert texts[0] == "My case."
    assert "Theirs too." in texts
    assert len(texts) == 4


def test_an_item_that_they_removed_and_i_changed_is_offered(
    staff: Reader, client: FlaskClient, workshop: Matchmaker, ida: UUID
) -> None:
    other = Reader(client)
    staff.visit(f"/profiles/{ida}/edit")
    other.visit(f"/profiles/{ida}/edit").send("Remove (item 1)").send("Save")

    staff.send("Save", **{"item-0-text": "Changed by me."})
    assert staff.status == 412
    staff.send("Save as chosen")

    assert "Changed by me." in [one.text for one in stored(workshop, ida).evidence]


def test_a_form_of_a_profile_that_became_a_part_of_another_overwrites_nothing(
    staff: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    twin = an_expert("Ida Berg", summary="The same person.")
    workshop.profiles.register_all([twin])
    staff.visit(f"/profiles/{twin.id}/edit")
    workshop.duplicates.merge(ida, twin.id, by=None)

    # A browser sends the form again to where the old address leads.
    staff.form("Save")["action"] = f"/profiles/{ida}/edit"
    staff.send("Save", summary="Meant for the other.")

    assert staff.status == 412
    assert stored(workshop, ida).summary == "Works with small manufacturers."


def test_the_preview_shows_what_would_carry_the_draft_and_stores_nothing(
    staff: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    workshop.challenges.submit(text=WELDING, title="Cracks in frames")
    student = workshop.profiles.page(text="Bo Lund").items[0].id
    staff.visit(f"/profiles/{student}/edit").send(
        "Preview matches",
        **{"item-0-text": "Ultrasound and radiography of cracks in welded aluminium frames."},
    )

    panel = staff.one("#preview").get_text(" ", strip=True)
    assert "Cracks in frames" in panel
    assert "Ultrasound and radiography of cracks" in panel
    assert "New" in panel
    assert items(staff)[0].startswith("Ultrasound")
    assert stored(workshop, student).revision == 1


def test_with_script_only_the_panel_comes_back(staff: Reader, ida: UUID) -> None:
    form = {"name": "Ida", "language": "en", "summary": "", "profile": str(ida), "revision": "1"}
    staff.visit(f"/profiles/{ida}/edit")
    token = staff.page.find("input", {"name": "csrf_token"})["value"]

    answer = staff.client.post(
        f"/profiles/{ida}/preview",
        data={**form, "csrf_token": token},
        headers={"HX-Request": "true", "Accept-Language": "en"},
    )

    assert answer.get_data(as_text=True).lstrip().startswith('<aside id="preview"')
    assert 'href="#summary"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("expert", {"title": "Welder"}),
        ("organisation", {"organisation_type": "gts-institute"}),
        ("student", {"programme": "Production", "level": "master", "institution": "A school"}),
        ("activity", {"activity_type": "open-lab", "need": "new-materials"}),
    ],
)
def test_a_profile_of_every_kind_is_made(
    staff: Reader, workshop: Matchmaker, kind: str, values: dict[str, str]
) -> None:
    staff.visit("/desk").follow({"expert": "Expert"}.get(kind, kind.title()))
    staff.send("Save", name="New one")
    assert staff.status == 422

    staff.send("Save", summary="Something.", **{"item-0-text": "A case."}, **values)

    assert staff.heading == "New one"
    made = stored(workshop, UUID(staff.address.split("/")[-1]))
    assert made.kind is ProfileKind(kind)
    assert [one.text for one in made.evidence] == ["A case."]


def test_a_place_abroad_is_written_by_hand(staff: Reader, workshop: Matchmaker, ida: UUID) -> None:
    abroad = {"country": "SE", "city": "Lund", "latitude": "55,7", "longitude": "13.2", "place": ""}
    staff.visit(f"/profiles/{ida}/edit").send("Save", **abroad)

    now = stored(workshop, ida)
    assert (now.country, now.city, now.latitude, now.municipality) == ("SE", "Lund", 55.7, None)
    staff.visit(f"/profiles/{ida}/edit").send("Save", summary="Still there.")
    assert stored(workshop, ida).city == "Lund"


def test_places_and_organisations_follow_the_typing(reader: Reader) -> None:
    places = reader.client.get("/options/places?place=9220").get_data(as_text=True)
    organisations = reader.client.get("/options/organisations?parent_id=Klyng")

    profiles = reader.client.get("/options/profiles?profile=Falk").get_data(as_text=True)

    assert '<option value="Jens Falk">' in profiles
    assert '<option value="9220 Aalborg Øst">' in places
    assert "Klyngen" in organisations.get_data(as_text=True)
