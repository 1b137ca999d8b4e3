"""Owners answer the yearly mail in one press, without a sign-in; a scanner changes nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, Claim, Role
from matchmaker.storage.database import Sessions
from tests.conftest import SteppingClock
from tests.factories import NOW
from tests.pages.conftest import Reader
from tests.people import mails, somebody

LONG = timedelta(days=366)


@pytest.fixture
def owner(workshop: Matchmaker, ida: UUID, clock: SteppingClock) -> Account:
    """Who has owned the profile of Ida Berg for more than a year."""
    account = somebody(workshop, Role.PARTNER, "ida")
    with Sessions(workshop.engine).writing() as session:
        session.add(Claim(profile_id=ida, account_id=account.id, claimed_at=NOW))
    clock.now += LONG
    return account


def path(service: Matchmaker, name: str = "path") -> str:
    """Return an address in the newest mail."""
    return str(mails(service)[-1].values[name])


@pytest.mark.usefixtures("owner")
def test_an_owner_confirms_in_one_press_and_a_scanner_does_not(
    dansker: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    assert workshop.reminders.ask() == 1

    for _ in range(3):
        assert dansker.visit(path(workshop)).heading == "Passer det hele stadig?"
    assert workshop.curation.read(ida).confirmed_at is None
    dansker.send("Alt passer")

    assert dansker.heading == "Tak"
    assert workshop.curation.read(ida).confirmed_at is not None
    assert dansker.visit(path(workshop)).status == 410


@pytest.mark.usefixtures("owner")
def test_an_owner_is_asked_once_in_the_set_time(
    workshop: Matchmaker, ida: UUID, clock: SteppingClock
) -> None:
    asked = [workshop.reminders.ask(), workshop.reminders.ask()]
    clock.now += LONG
    asked.append(workshop.reminders.ask())
    workshop.curation.confirm(ida, by=None)
    clock.now += LONG - timedelta(days=30)
    asked.append(workshop.reminders.ask())

    assert asked == [1, 0, 1, 0]
    assert len(mails(workshop)) == 2


@pytest.mark.usefixtures("owner")
def test_a_mail_program_unsubscribes_without_a_form_and_nobody_is_asked_again(
    reader: Reader, workshop: Matchmaker, clock: SteppingClock
) -> None:
    workshop.reminders.ask()
    address = path(workshop, "unsubscribe_path")
    assert reader.visit(address).heading == "No more mail about this profile"
    clock.now += LONG
    assert workshop.reminders.ask() == 1

    for _ in range(2):
        answer = reader.client.post(address, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    clock.now += LONG

    assert workshop.reminders.ask() == 0


def test_a_link_opens_nothing_when_the_profile_has_another_owner(
    reader: Reader, workshop: Matchmaker, ida: UUID, owner: Account
) -> None:
    workshop.reminders.ask()
    other = somebody(workshop, Role.PARTNER, "other")
    with Sessions(workshop.engine).writing() as session:
        claim = session.get(Claim, ida)
        assert claim is not None
        assert claim.account_id == owner.id
        claim.account_id = other.id

    assert reader.visit(path(workshop)).status == 410
    assert reader.visit(path(workshop, "unsubscribe_path")).status == 410


@pytest.mark.usefixtures("owner")
def test_a_withdrawn_profile_is_not_asked_about(workshop: Matchmaker, ida: UUID) -> None:
    workshop.curation.withdraw(ida, by=None)

    assert workshop.reminders.ask() == 0
