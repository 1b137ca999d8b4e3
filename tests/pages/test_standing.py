"""What becomes of a profile on its pages: history, withdrawing, confirming, erasing."""

from __future__ import annotations

from uuid import UUID

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Claim, Profile, Role, Standing
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_expert
from tests.pages.conftest import Reader
from tests.people import sign_in, somebody


def stored(service: Matchmaker, profile_id: UUID) -> Profile:
    return service.curation.read(profile_id)


def test_the_history_tells_what_changed_and_brings_back(
    medarbejder: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    medarbejder.visit(f"/profiles/{ida}/edit").send("Gem", summary="Works with large mills.")
    medarbejder.visit(f"/profiles/{ida}").follow("Historik")
    assert medarbejder.all(".revisions h2") == ["Rettet nuværende", "Som den kom"]
    assert "dig" in medarbejder.all(".revisions .meta")[0]

    medarbejder.follow("Hvad blev ændret")
    assert "small manufacturers" in medarbejder.one(".differences del").get_text()
    assert "large mills" in medarbejder.one(".differences ins").get_text()
    medarbejder.send("Hent denne tilbage")

    assert stored(workshop, ida).summary == "Works with small manufacturers."
    assert medarbejder.all(".revisions h2")[0].startswith("Sat tilbage")


def test_staff_read_who_changed_a_profile_and_others_what_they_are_here_for(
    staff: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    owner = somebody(workshop, Role.PARTNER, "owner")
    colleague = somebody(workshop, Role.STAFF, "colleague")
    with Sessions(workshop.engine).writing() as session:
        session.add(Claim(account_id=owner.id, profile_id=ida, claimed_at=NOW))
    for by in (owner, colleague):
        workshop.curation.revise(
            ida,
            expected_revision=stored(workshop, ida).revision,
            by=by.id,
            fields={"summary": f"{by.name} wrote this."},
        )

    metas = staff.visit(f"/profiles/{ida}/history").all(".revisions .meta")
    assert "Colleague (Staff)" in metas[0]
    assert "Owner (Expert or institute)" in metas[1]

    sign_in(staff.client, workshop.accounts.get(owner.id))
    metas = staff.visit(f"/profiles/{ida}/history").all(".revisions .meta")
    assert "Staff" in metas[0]
    assert "Colleague" not in metas[0]
    assert "you" in metas[1]


def test_a_profile_is_taken_out_brought_back_confirmed_and_erased(
    staff: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    staff.visit(f"/profiles/{ida}/standing").send("Take it out")
    assert stored(workshop, ida).standing is Standing.WITHDRAWN
    staff.send("Bring it back").send("All is right")
    assert stored(workshop, ida).confirmed_at is not None

    staff.follow("Go on to erase it").send("Erase it", name="Somebody else")
    assert staff.status == 422
    staff.send("Erase it", name="ida  berg")

    assert staff.heading == "What needs action now"
    assert staff.visit(f"/profiles/{ida}").status == 404


def test_an_imported_person_is_shown_on_a_stated_basis_only(
    staff: Reader, workshop: Matchmaker
) -> None:
    imported = an_expert("From a file", standing=Standing.IMPORTED)
    workshop.profiles.register_all([imported])
    staff.visit("/desk/queues/imported").follow("All is right")

    staff.send("All is right")
    assert staff.status == 422
    staff.send("All is right", legal_basis="Consent of 3 May 2026")

    assert stored(workshop, imported.id).standing is Standing.LIVE
    assert staff.address == "/desk/queues/imported"
