"""With whom a profile must not be brought together, declared on its page without script."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import AuditAction, AuditEntry, Delegation, EligibilityRule, Role, Visibility
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_expert
from tests.pages.conftest import Reader
from tests.parties import Parties, claim, some_parties
from tests.people import sign_in, somebody


@pytest.fixture
def parties(workshop: Matchmaker) -> Parties:
    """A firm that belongs to a house, and the owner of Ida Berg."""
    made = some_parties(workshop)
    workshop.belonging.join(made.firm.id, made.profile("Institut for Sømme"), by=None)
    return made


def spared(parties: Parties) -> int:
    """Return how many the rule takes out of the firm's list."""
    run = parties.service.matchmaking.run(parties.challenge_id)
    return int(dict(run.funnel)[EligibilityRule.CONFLICT.value])


def test_an_owner_declares_and_a_delegate_takes_it_back(reader: Reader, parties: Parties) -> None:
    sign_in(reader.client, parties.partner)
    before = spared(parties)
    reader.visit("/my/profiles").follow("Conflicts of interest")
    assert "No conflict is declared." in reader.text
    reader.send("Search", q="Sømme")
    house = parties.profile("Institut for Sømme")
    assert [one["value"] for one in reader.page.select("[name=other_id]")] == [str(house)]

    reader.send("Declare", other_id=str(house), note="Sits on their board.")

    assert reader.all(".queue-row h3") == ["Institut for Sømme"]
    assert "Sits on their board." in reader.text
    assert spared(parties) == before + 1
    delegate = somebody(parties.service, Role.UNIVERSITY, "delegate")
    with Sessions(parties.service.engine).writing() as session:
        session.add(Delegation(account_id=delegate.id, profile_id=parties.profile_id, since=NOW))
    sign_in(reader.client, delegate)
    reader.visit(f"/profiles/{parties.profile_id}/conflicts").send("Take it back")
    assert spared(parties) == before
    with Sessions(parties.service.engine).reading() as session:
        query = select(AuditEntry).where(AuditEntry.subject_id == parties.profile_id)
        told = {(one.action, one.account_id) for one in session.scalars(query)}
    assert {
        (AuditAction.DECLARE_CONFLICT, parties.partner.id),
        (AuditAction.END_CONFLICT, delegate.id),
    } <= told


def test_the_other_side_reads_that_it_is_and_neither_why_nor_takes_it_back(
    reader: Reader, parties: Parties
) -> None:
    service = parties.service
    jens = parties.profile("Jens Falk")
    service.conflicts.declare(parties.profile_id, jens, by=parties.partner.id, note="Old quarrel.")
    other = somebody(service, Role.PARTNER, "jens")
    claim(service, other, jens)
    address = f"/profiles/{jens}/conflicts"
    sign_in(reader.client, other)

    reader.visit(address)
    assert reader.all(".queue-row h3") == ["Ida Berg"]
    assert "by the other side" in reader.text
    assert "Old quarrel." not in reader.text
    assert not reader.page.select("form[action$='/end']")

    sign_in(reader.client, parties.staff)
    assert "Old quarrel." in reader.visit(address).text
    reader.send("Take it back")
    assert "No conflict is declared." in reader.text


def test_what_staff_declared_staff_take_back_and_the_hidden_is_not_named(
    reader: Reader, parties: Parties
) -> None:
    service = parties.service
    hidden = an_expert("Hidden Person", visibility=Visibility.STAFF, evidence=("Welding.",))
    service.profiles.register_all([hidden])
    sign_in(reader.client, parties.staff)
    reader.visit(f"/profiles/{parties.profile_id}/conflicts").send("Search", q="Hidden")
    reader.send("Declare", other_id=str(hidden.id))
    assert reader.all(".queue-row h3") == ["Hidden Person"]

    sign_in(reader.client, parties.partner)
    reader.visit(f"/profiles/{parties.profile_id}/conflicts")
    assert reader.all(".queue-row h3") == ["A profile that is not shown to you"]
    assert not reader.page.select("form[action$='/end']")
    reader.send("Search", q="Hidden")
    assert "No profile has these words" in reader.text


def test_only_another_profile_that_one_may_know_of_can_be_chosen(
    reader: Reader, parties: Parties
) -> None:
    hidden = an_expert("Hidden Person", visibility=Visibility.STAFF, evidence=("Welding.",))
    parties.service.profiles.register_all([hidden])
    sign_in(reader.client, parties.partner)
    address = f"/profiles/{parties.profile_id}/conflicts"
    for wrong in ("", "nobody", str(parties.profile_id), str(hidden.id)):
        reader.visit(f"{address}?q=Berg").send("Declare", other_id=wrong, note="A line.")
        assert reader.status == 422
        assert "Please search for another profile" in reader.text
        assert reader.one("#note")["value"] == "A line."
    assert parties.service.conflicts.of(parties.profile_id, None) == []


def test_while_one_types_the_list_alone_is_sent(reader: Reader, parties: Parties) -> None:
    sign_in(reader.client, parties.partner)
    response = reader.client.get(
        f"/profiles/{parties.profile_id}/conflicts?q=Falk", headers={"HX-Request": "true"}
    )

    shown = response.get_data(as_text=True)
    assert "Jens Falk" in shown
    assert "<html" not in shown
