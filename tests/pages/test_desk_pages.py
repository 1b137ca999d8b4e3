"""The desk as staff read it without script; one's own profiles as partners do."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Queue, Standing, Visibility
from tests.factories import NOW, an_expert
from tests.pages.conftest import Reader
from tests.services.test_desk import counted


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
    assert len(cards) == len(Queue) + 2, "challenges and contests wait in queues of their own"
    assert cards[2].startswith("3 Ikke bekræftet længe Ingen har længe sagt")
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
    staff.visit("/desk/queues/duplicates").send("Look for duplicates")
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
    staff.visit("/desk/queues/duplicates").send("Look for duplicates")
    assert len(rows(staff)) == 1

    staff.send("They are two")
    assert rows(staff) == []
    staff.send("Look for duplicates")

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


def test_strangers_see_no_way_to_edit(reader: Reader, ida: UUID) -> None:
    reader.visit(f"/profiles/{ida}")

    assert not reader.page.find("a", href=f"/profiles/{ida}/edit")
    assert "Desk" not in reader.page.select_one(".site-nav").get_text()
