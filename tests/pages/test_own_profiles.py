"""Profiles of their own, as partners look after them without script."""

from __future__ import annotations

from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Claim, Delegation, Role, Standing
from matchmaker.storage.database import Sessions
from tests.factories import NOW
from tests.pages.conftest import Reader
from tests.people import sign_in, somebody


@pytest.fixture
def owner(reader: Reader, workshop: Matchmaker, ida: UUID) -> Reader:
    """The partner whose profile Ida Berg's is."""
    account = somebody(workshop, Role.PARTNER, "ida")
    with Sessions(workshop.engine).writing() as session:
        session.add(Claim(profile_id=ida, account_id=account.id, claimed_at=NOW))
    sign_in(reader.client, account)
    return reader


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
