"""The desk as staff read it without script; one's own profiles as partners do."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Claim, Delegation, Queue, Role, Standing, Visibility
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_expert
from tests.pages.conftest import Reader
from tests.people import sign_in, somebody
from tests.services.test_desk import counted


@pytest.fixture
def staff(reader: Reader, workshop: Matchmaker) -> Reader:
    """Somebody of the staff who reads English."""
    sign_in(reader.client, somebody(workshop, Role.STAFF, "staff"))
    return reader


@pytest.fixture
def medarbejder(staff: Reader, client: FlaskClient) -> Reader:
    """The same person, who reads Danish."""
    return Reader(client, "da")


@pytest.fixture
def ida(workshop: Matchmaker) -> UUID:
    return workshop.profiles.page(text="Ida Berg").items[0].id


@pytest.fixture
def owner(reader: Reader, workshop: Matchmaker, ida: UUID) -> Reader:
    """The partner whose profile Ida Berg's is."""
    account = somebody(workshop, Role.PARTNER, "ida")
    with Sessions(workshop.engine).writing() as session:
        session.add(Claim(profile_id=ida, account_id=account.id, claimed_at=NOW))
    sign_in(reader.client, account)
    return reader


def neglect(service: Matchmaker, number: int = 3) -> list[UUID]:
    """Store experts whom nobody has confirmed for two years, the first for longest."""
    old = [
        an_expert(f"Old {at}", evidence=("Welds.",), updated_at=NOW - timedelta(days=800 - at))
        for at in range(number)
    ]
    service.profiles.register_all(old)
    return [one.id for one in old]


def rows(reader: Reader) -> list[str]:
    """Return the name of each row of a queue."""
    return [row["aria-label"] for row in reader.page.select("li.queue-row")]


def test_the_desk_tells_what_waits_and_why(medarbejder: Reader, workshop: Matchmaker) -> None:
    neglect(workshop)
    medarbejder.visit("/")
    medarbejder.follow("Skrivebord")

    assert medarbejder.heading == "Det, der skal gøres nu"
    cards = medarbejder.all(".queue-card")
    assert len(cards) == len(Queue)
    assert cards[0].startswith("3 Ikke bekræftet længe Ingen har længe sagt")
    assert sum("queue-empty" in card["class"] for card in medarbejder.page.select(".card")) >= 2


@pytest.mark.parametrize("queue", list(Queue))
def test_every_queue_is_a_page(staff: Reader, workshop: Matchmaker, queue: Queue) -> None:
    neglect(workshop)
    workshop.profiles.register_all([an_expert("Ida Berg", standing=Standing.IMPORTED)])
    workshop.duplicates.find()
    counts = workshop.desk.counts()

    staff.visit(f"/desk/queues/{queue}")

    assert staff.heading.endswith(str(counts[queue]))
    assert len(rows(staff)) == counts[queue]
    if not counts[queue]:
        assert "Nothing waits here" in staff.text


def test_a_queue_is_worked_through_and_each_step_can_be_undone(
    staff: Reader, workshop: Matchmaker
) -> None:
    first, second, _ = neglect(workshop)
    staff.visit("/desk").follow("Not confirmed for long")
    assert rows(staff) == ["Old 0", "Old 1", "Old 2"]
    assert "Never confirmed, last changed" in staff.all(".queue-why")[0]

    staff.send("All is right : Old 0")
    assert rows(staff) == ["Old 1", "Old 2"]
    staff.send("Take out : Old 1")
    assert rows(staff) == ["Old 2"]
    assert workshop.curation.read(first).confirmed_at is not None
    assert workshop.curation.read(second).standing is Standing.WITHDRAWN

    staff.send("Undo")
    assert "1 profile is as before" in staff.text
    assert workshop.curation.read(second).standing is Standing.LIVE
    # What was brought back was changed just now, so it is not stale any more.
    assert rows(staff.follow("Go on")) == ["Old 2"]


def test_after_a_row_the_address_leads_to_the_one_in_its_place(
    staff: Reader, workshop: Matchmaker
) -> None:
    neglect(workshop)
    staff.visit("/desk/queues/stale")
    form = staff.form("All is right : Old 1")
    token = form.find("input", {"name": "csrf_token"})["value"]

    answer = staff.client.post(form["action"], data={"csrf_token": token, "at": "1"})

    assert answer.headers["Location"].endswith("#row-1")


def test_a_long_queue_goes_on_in_parts(staff: Reader, workshop: Matchmaker) -> None:
    neglect(workshop, 25)

    staff.visit("/desk/queues/stale")
    seen = rows(staff)
    staff.follow("Next part")

    assert len(seen) == 20
    assert [*seen, *rows(staff)] == [f"Old {at}" for at in range(25)]
    assert staff.follow("From the beginning").text.count("Old 0")


def test_a_search_is_narrowed_kept_and_forgotten(staff: Reader, workshop: Matchmaker) -> None:
    staff.visit("/desk").send("Search", text="weld")
    everybody = staff.all("tbody th")
    assert "Institut for Sømme" in everybody

    staff.send("Search", kinds=["expert"], near="9000", within_km="20")
    assert staff.all("tbody th") == ["Ida Berg"]
    staff.send("Keep it", name="Welders near Aalborg")
    staff.visit("/desk").follow("Welders near Aalborg")
    assert staff.all("tbody th") == ["Ida Berg"]
    assert staff.page.find("input", id="within_km")["value"] == "20"
    staff.send("Forget")

    assert "Welders near Aalborg" not in staff.visit("/desk").text


def test_a_search_that_cannot_be_is_refused_with_a_sentence(medarbejder: Reader) -> None:
    medarbejder.visit("/desk/search").send("Søg", within_km="20", untouched_days="mange")

    assert medarbejder.status == 422
    assert "helt antal dage" in medarbejder.one("#form-errors").get_text()
    assert medarbejder.page.find("input", id="untouched_days")["value"] == "mange"


def test_many_are_changed_at_once_and_brought_back(staff: Reader, workshop: Matchmaker) -> None:
    staff.visit("/desk/search?text=weld&kinds=expert&kinds=organisation")
    boxes = staff.page.select("tbody input[name=profile_ids]")
    ids = [UUID(box["value"]) for box in boxes]
    before = {id_: workshop.curation.read(id_).visibility for id_ in ids}

    staff.send("Do it", profile_ids=[str(one) for one in ids[:2]], change="")
    assert staff.status == 422
    assert [box.has_attr("checked") for box in staff.page.select("tbody input")][:3] == [
        True,
        True,
        False,
    ]
    staff.send("Do it", every="yes", change="set-visibility", visibility="staff")
    assert {workshop.curation.read(one).visibility for one in ids} == {Visibility.STAFF}
    assert f"{len(ids)} profiles changed" in staff.text
    assert staff.page.find("input", id="text")["value"] == "weld"
    staff.send("Undo")

    assert {id_: workshop.curation.read(id_).visibility for id_ in ids} == before


def test_what_a_bulk_action_refuses_is_told(staff: Reader, workshop: Matchmaker) -> None:
    (old, *_) = neglect(workshop, 1)
    workshop.curation.withdraw(old, by=None)

    staff.visit("/desk/search?text=Old").send("Do it", profile_ids=[str(old)], change="withdraw")

    assert "0 profiles changed, 1 not" in staff.text


def test_two_profiles_are_compared_and_merged_field_by_field(
    staff: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    twin = an_expert(
        "Ida Berg", title="Welding engineer", summary="Teaches welding.", evidence=("Teaches.",)
    )
    workshop.profiles.register_all([twin])
    staff.visit("/desk/queues/duplicates").send("Compare all profiles anew")
    assert "the same name" in staff.text
    staff.visit(f"/desk/duplicates/{ida}/{twin.id}")
    # What only the other one says is proposed.
    assert staff.page.select_one("input[name=take-title][value=other]").has_attr("checked")
    assert staff.page.select_one("input[name=take-summary][value=kept]").has_attr("checked")

    staff.send("Merge them", **{"take-summary": "other"})

    assert staff.address == f"/profiles/{ida}"
    now = workshop.curation.read(ida)
    assert (now.summary, now.title) == ("Teaches welding.", "Welding engineer")
    assert "Teaches." in [one.text for one in now.evidence]
    assert staff.visit(f"/profiles/{twin.id}").address == f"/profiles/{ida}"


def test_a_merge_waits_when_the_one_that_stays_was_changed(
    staff: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    twin = an_expert("Ida Berg", summary="Teaches welding.")
    workshop.profiles.register_all([twin])
    staff.visit(f"/desk/duplicates/{ida}/{twin.id}")
    workshop.curation.confirm(ida, by=None)

    staff.send("Merge them", **{"take-summary": "other"})

    assert staff.status == 412
    assert staff.page.select_one("input[name=take-summary][value=other]").has_attr("checked")
    assert staff.send("Merge them").address == f"/profiles/{ida}"


def test_a_pair_that_are_two_does_not_come_back(staff: Reader, workshop: Matchmaker) -> None:
    workshop.profiles.register_all([an_expert("Ida Berg", summary="Somebody else.")])
    staff.visit("/desk/queues/duplicates").send("Compare all profiles anew")
    assert len(rows(staff)) == 1

    staff.send("They are two")
    assert rows(staff) == []
    staff.send("Compare all profiles anew")

    assert rows(staff) == []


@pytest.mark.parametrize(
    "address", ["/desk/queues/stale", "/desk/queues/unclaimed", "/desk/search?text=Old", "/desk"]
)
def test_a_page_asks_the_database_no_more_often_for_more_rows(
    staff: Reader, workshop: Matchmaker, address: str
) -> None:
    def asked() -> int:
        staff.visit(address)  # what was written since is caught up with once
        with counted(workshop) as sent:
            staff.visit(address)
        return len(sent)

    neglect(workshop, 2)
    few = asked()
    neglect(workshop, 15)

    assert 0 < asked() <= few


def test_an_owner_says_that_all_is_right(owner: Reader, workshop: Matchmaker, ida: UUID) -> None:
    owner.visit("/").follow("My profiles")
    assert owner.all("h2") == ["Ida Berg"]

    owner.send("All is right")

    assert workshop.curation.read(ida).confirmed_at is not None
    assert "Last confirmed" in owner.text


def test_an_owner_pins_and_leaves_out_evidence_once_and_for_good(
    owner: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    first, second, _ = workshop.curation.read(ida).evidence
    owner.visit("/my/profiles").send("Pin : Found the cause", mark="pin")
    owner.send("Leave out : Welding procedure", mark="exclude")

    now = {one.id: one for one in workshop.curation.read(ida).evidence}
    assert now[first.id].pinned
    assert now[second.id].excluded
    owner.send("Do not pin").send("Take in again", mark="include")
    assert not any(one.pinned or one.excluded for one in workshop.curation.read(ida).evidence)


def test_an_owner_pauses_and_a_wrong_number_is_kept_and_pointed_out(
    owner: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    owner.visit("/my/profiles").send("Save leave", capacity="many", on_leave_until="2027-02-28")
    assert owner.status == 422
    assert owner.page.find("input", id=f"capacity-{ida}")["value"] == "many"

    owner.send("Save leave", capacity="1")

    now = workshop.curation.read(ida)
    assert (now.capacity, str(now.on_leave_until)) == (1, "2027-02-28")


def test_an_owner_takes_the_profile_out_and_a_delegate_may_not(
    owner: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    owner.visit("/my/profiles").follow("Withdraw or erase").send("Take it out")
    assert owner.address == "/my/profiles"
    assert workshop.curation.read(ida).standing is Standing.WITHDRAWN
    helping = somebody(workshop, Role.PARTNER, "jens")
    with Sessions(workshop.engine).writing() as session:
        session.add(Delegation(profile_id=ida, account_id=helping.id, since=NOW))
    sign_in(owner.client, helping)

    assert "for its owner" in owner.visit("/my/profiles").text
    assert owner.visit(f"/profiles/{ida}/edit").heading == "Edit Ida Berg"
    assert owner.visit(f"/profiles/{ida}/erase").status == 403


def test_who_owns_nothing_is_told_how_to(reader: Reader, workshop: Matchmaker) -> None:
    sign_in(reader.client, somebody(workshop, Role.PARTNER, "bo"))

    reader.visit("/my/profiles")

    assert "No profile belongs to you yet" in reader.text
    assert "My profiles" not in reader.page.select_one(".site-nav").get_text()


def test_strangers_see_no_way_to_edit(reader: Reader, ida: UUID) -> None:
    reader.visit(f"/profiles/{ida}")

    assert not reader.page.find("a", href=f"/profiles/{ida}/edit")
    assert "Desk" not in reader.page.select_one(".site-nav").get_text()
