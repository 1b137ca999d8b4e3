"""Who looks after a profile: shown, let in and out, invited."""

from __future__ import annotations

from uuid import UUID

from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role
from tests.pages.conftest import Reader
from tests.parties import claim
from tests.people import last_path, sign_in, somebody, token_of


def test_an_owner_lets_somebody_edit_and_takes_it_back(
    reader: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    owner, helper = (somebody(workshop, Role.PARTNER, name) for name in ("ida", "jens"))
    claim(workshop, owner, ida)
    sign_in(reader.client, owner)
    reader.visit("/my/profiles").follow("Who may edit it")
    assert "This is your profile." in reader.text
    assert "Nobody but the owner and the staff." in reader.text

    reader.send("Let them edit it", email="nobody@example.dk")
    assert (reader.status, reader.one("#email")["value"]) == (422, "nobody@example.dk")
    reader.send("Let them edit it", email=helper.email)
    reader.send("Let them edit it", email=helper.email)

    assert reader.all(".queue-row h3") == ["Jens"]
    assert ida in workshop.belonging.of(helper.id).delegated
    sign_in(reader.client, helper)
    assert reader.visit(f"/profiles/{ida}/edit").status == 200
    assert reader.visit(f"/profiles/{ida}/people").status == 403
    sign_in(reader.client, owner)
    reader.visit(f"/profiles/{ida}/people").send("Take it back")
    assert ida not in workshop.belonging.of(helper.id).delegated


def test_staff_invite_the_owner_of_a_profile_that_nobody_owns(
    reader: Reader, workshop: Matchmaker, ida: UUID
) -> None:
    sign_in(reader.client, somebody(workshop, Role.STAFF, "staff"))
    reader.visit(f"/profiles/{ida}/standing").follow("Owner and delegates")
    assert "Nobody owns this profile yet." in reader.text
    reader.send("Mail the link", owner_email="no address")
    assert reader.status == 422

    reader.send("Mail the link", owner_email="ida@example.dk")
    assert "on its way" in reader.text
    workshop.belonging.claim(last_path(workshop).rpartition("/")[2])

    assert "ida@example.dk" in reader.visit(f"/profiles/{ida}/people").text
    assert not reader.page.select("#owner_email")


def test_programs_do_the_same(client: FlaskClient, workshop: Matchmaker, ida: UUID) -> None:
    owner, helper = (somebody(workshop, Role.PARTNER, name) for name in ("ida", "jens"))
    staff = token_of(workshop, somebody(workshop, Role.STAFF, "staff"))
    boss = token_of(workshop, somebody(workshop, Role.ADMINISTRATOR, "boss"))
    address = f"/api/v1/profiles/{ida}"
    invitation = f"{address}/invitation"
    asked = client.post(invitation, json={"email": owner.email}, headers=staff)
    assert asked.status_code == 204
    assert client.post(invitation, json={"email": "a b"}, headers=staff).status_code == 422
    workshop.belonging.claim(last_path(workshop).rpartition("/")[2])
    again = client.post(invitation, json={"email": owner.email}, headers=staff)
    assert again.status_code == 409

    mine = token_of(workshop, owner)
    added = client.post(f"{address}/delegates", json={"email": helper.email}, headers=mine)
    assert [one["email"] for one in added.get_json()["items"]] == [helper.email]
    unknown = client.post(f"{address}/delegates", json={"email": "x@y.dk"}, headers=mine)
    assert unknown.status_code == 422
    one = f"{address}/delegates/{helper.id}"
    assert client.delete(one, headers=mine).status_code == 204
    assert client.delete(one, headers=mine).status_code == 404
    assert client.get(f"{address}/delegates", headers=mine).get_json()["items"] == []

    house = workshop.profiles.page(text="Institut for Sømme").items[0].id
    membership = f"/api/v1/accounts/{helper.id}/memberships/{house}"
    assert client.put(membership, headers=staff).status_code == 403
    assert client.put(membership, headers=boss).status_code == 204
    assert house in workshop.belonging.of(helper.id).organisations
    assert client.delete(membership, headers=boss).status_code == 204
    assert client.delete(membership, headers=boss).status_code == 404
