"""Collaborations, their ledger, programmes and reports through the interface alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Claim, Role
from matchmaker.models.facts import Viewer
from matchmaker.storage.database import Sessions
from tests.api.conftest import pointers, refusal
from tests.factories import NOW
from tests.people import somebody, token_of
from tests.together import introduced

API = "/api/v1"


@dataclass(frozen=True)
class People:
    """Headers of those who are a part of it, of staff, and of somebody else."""

    firm: dict[str, str]
    partner: dict[str, str]
    staff: dict[str, str]
    other: dict[str, str]
    introduction_id: UUID


@pytest.fixture
def people(workshop: Matchmaker) -> People:
    accounts = {
        name: somebody(workshop, role, name)
        for name, role in [
            ("firm", Role.FIRM),
            ("partner", Role.PARTNER),
            ("staff", Role.STAFF),
            ("other", Role.FIRM),
        ]
    }
    profile = workshop.profiles.page(text="Ida Berg").items[0].id
    with Sessions(workshop.engine).writing() as session:
        session.add(Claim(account_id=accounts["partner"].id, profile_id=profile, claimed_at=NOW))
    firm = Viewer(account_id=accounts["firm"].id, role=Role.FIRM)
    introduction = introduced(workshop, firm, profile_id=profile)
    headers = {name: token_of(workshop, account) for name, account in accounts.items()}
    return People(introduction_id=introduction.id, **headers)


def begin(client: FlaskClient, people: People, **values: Any) -> Any:
    given = {
        "introduction_id": str(people.introduction_id),
        "kind": "demonstration-project",
        "title": "Welding robots",
        "starts_on": "2026-06-01",
    }
    response = client.post(f"{API}/collaborations", json={**given, **values}, headers=people.staff)
    assert response.status_code == 201, response.get_data(as_text=True)
    return response


def start(client: FlaskClient, people: People, address: str) -> Any:
    tag = client.get(address, headers=people.staff).headers["ETag"]
    return client.post(
        f"{address}/state", json={"action": "start"}, headers={**people.staff, "If-Match": tag}
    )


def test_from_an_introduction_to_a_line_in_the_report(client: FlaskClient, people: People) -> None:
    made = client.post(
        f"{API}/programmes",
        json={
            "name": "Robotter",
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "ore_per_100_euro": 74600,
        },
        headers=people.staff,
    )
    programme = made.headers["Location"]
    targets = client.put(
        f"{programme}/targets",
        json={"targets": [{"measure": "job", "quantity": 4, "area": "DK-81"}]},
        headers={**people.staff, "If-Match": made.headers["ETag"]},
    )
    assert targets.get_json()["targets"][0]["first_day"] == "2026-01-01"
    begun = begin(client, people, programme_id=made.get_json()["id"])
    address = begun.headers["Location"]
    assert begun.get_json()["municipality"] == "851"
    assert start(client, people, address).get_json()["state"] == "running"

    reported = client.post(
        f"{address}/outcomes",
        json={"kind": "job", "on_day": "2026-09-01", "quantity": 2, "evidence": "Contract"},
        headers=people.firm,
    )
    assert reported.status_code == 201
    assert reported.get_json()["confirmed_at"] is None
    report = client.get(f"{programme}/report", headers=people.staff).get_json()
    assert report["targets"][0]["actual"] == 0
    assert report["targets"][0]["waiting"] == 2

    waiting = client.get(f"{API}/outcomes", headers=people.staff).get_json()["items"]
    assert [one["id"] for one in waiting] == [reported.get_json()["id"]]
    line = reported.headers["Location"]
    confirmed = client.post(f"{line}/confirmation", headers=people.staff).get_json()
    assert confirmed["confirmed_at"]
    report = client.get(f"{programme}/report", headers=people.staff).get_json()
    assert (report["targets"][0]["actual"], report["targets"][0]["share"]) == (2, 0.5)
    assert {one["step"]: one["reached"] for one in report["funnel"]}["outcome"] == 1
    assert next(one for one in report["municipalities"] if one["code"] == "851")["firms"] == 1

    counter = client.post(
        f"{line}/reversal", json={"reason": "Not hired after all"}, headers=people.staff
    )
    assert counter.status_code == 201
    assert counter.get_json()["quantity"] == -2
    ledger = client.get(f"{address}/outcomes", headers=people.partner).get_json()["items"]
    assert [one["quantity"] for one in ledger] == [2, -2]
    assert ledger[0]["reversed_by"] == counter.get_json()["id"]
    report = client.get(f"{programme}/report", headers=people.staff).get_json()
    assert report["targets"][0]["actual"] == 0
    assert {one["step"]: one["reached"] for one in report["funnel"]}["outcome"] == 0


def test_who_may_do_what(client: FlaskClient, people: People) -> None:
    address = begin(client, people).headers["Location"]
    start(client, people, address)
    line = {"kind": "job", "on_day": "2026-09-01", "quantity": 2}
    outcome = client.post(f"{address}/outcomes", json=line, headers=people.partner)
    of_line = outcome.headers["Location"]

    for who in (people.firm, people.partner, people.staff):
        assert client.get(address, headers=who).status_code == 200
        assert client.get(of_line, headers=who).status_code == 200
        listed = client.get(f"{API}/collaborations", headers=who).get_json()
        assert len(listed["items"]) == 1
    for who in (people.firm, people.partner):
        for path, body in [
            (f"{address}/state", {"action": "complete"}),
            (f"{of_line}/confirmation", None),
            (f"{of_line}/reversal", {"reason": "No"}),
            (f"{API}/programmes", {}),
            (f"{API}/collaborations", {}),
        ]:
            assert client.post(path, json=body, headers=who).status_code == 403, path
        assert client.get(f"{API}/programmes", headers=who).status_code == 403
    refusal(client.get(address, headers=people.other), 404, "not-found")
    refusal(client.get(of_line, headers=people.other), 404, "not-found")
    refusal(client.post(f"{address}/outcomes", json=line, headers=people.other), 404, "not-found")
    assert client.get(f"{API}/collaborations", headers=people.other).get_json()["items"] == []
    assert client.get(address).status_code == 401


def test_a_line_sent_twice_with_a_key_is_written_once(client: FlaskClient, people: People) -> None:
    address = begin(client, people).headers["Location"]
    start(client, people, address)
    line = {"kind": "investment", "on_day": "2026-09-01", "quantity": 5, "currency": "DKK"}
    headers = {**people.firm, "Idempotency-Key": "one"}

    first = client.post(f"{address}/outcomes", json=line, headers=headers)
    again = client.post(f"{address}/outcomes", json=line, headers=headers)

    assert again.get_json() == first.get_json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(client.get(f"{address}/outcomes", headers=people.firm).get_json()["items"]) == 1


def test_what_is_refused_and_how(client: FlaskClient, people: People) -> None:
    begun = begin(client, people)
    address = begun.headers["Location"]
    line = {"kind": "job", "on_day": "2026-09-01", "quantity": 2}
    not_started = client.post(f"{address}/outcomes", json=line, headers=people.staff)
    assert refusal(not_started, 409, "transition-not-allowed")["allowed"] == [
        "revise",
        "start",
        "break-off",
    ]
    start(client, people, address)
    for wrong, pointer in [
        ({"quantity": 1.5}, "#/quantity"),
        ({"quantity": "2"}, "#/quantity"),
        ({"quantity": 0}, "#/quantity"),
        ({"kind": "idea"}, "#/kind"),
        ({"on_day": "tomorrow"}, "#/on_day"),
        ({"on_day": "2031-01-01"}, "#/on_day"),
        ({"currency": "EUR"}, "#/currency"),
        ({"kind": "turnover"}, "#/currency"),
        ({"follows_id": str(uuid4())}, "#/follows_id"),
        ({"amount": 2}, "#/amount"),
    ]:
        response = client.post(f"{address}/outcomes", json={**line, **wrong}, headers=people.staff)
        assert pointers(refusal(response, 422, "validation")) == [pointer], wrong
    no_tag = client.post(f"{address}/state", json={"action": "complete"}, headers=people.staff)
    refusal(no_tag, 428, "precondition-required")
    old = {**people.staff, "If-Match": begun.headers["ETag"]}
    stale = client.post(f"{address}/state", json={"action": "complete"}, headers=old)
    refusal(stale, 412, "stale-revision")
    record = client.post(
        f"{address}/state", json={"action": "record"}, headers={**people.staff, "If-Match": "*"}
    )
    refusal(record, 422, "validation")


def test_programmes_are_refused_what_cannot_stand(client: FlaskClient, people: People) -> None:
    given = {"name": "P", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    made = client.post(f"{API}/programmes", json=given, headers=people.staff)
    address = made.headers["Location"]
    again = client.post(f"{API}/programmes", json=given, headers=people.staff)
    assert refusal(again, 409, "duplicate")["existing"] == made.get_json()["id"]
    tag = {**people.staff, "If-Match": made.headers["ETag"]}
    for wrong, pointer in [
        ({"ends_on": "2025-01-01"}, "#/ends_on"),
        ({"ore_per_100_euro": 746}, "#/ore_per_100_euro"),
        ({"name": " "}, "#/name"),
    ]:
        response = client.patch(address, json=wrong, headers=tag)
        assert pointers(refusal(response, 422, "validation")) == [pointer]
    for wrong, pointer in [
        ({"measure": "job", "quantity": 1, "currency": "EUR"}, "#/targets/0/currency"),
        ({"measure": "job", "quantity": 1, "area": "999"}, "#/targets/0/area"),
        ({"measure": "job", "quantity": 0}, "#/targets/0/quantity"),
        (
            {"measure": "job", "quantity": 1, "first_day": "2027-01-01"},
            "#/targets/0/last_day",
        ),
    ]:
        response = client.put(f"{address}/targets", json={"targets": [wrong]}, headers=tag)
        assert pointers(refusal(response, 422, "validation")) == [pointer]
    changed = client.patch(address, json={"currency": "DKK"}, headers=tag)
    assert changed.get_json()["currency"] == "DKK"
    query = client.get(
        f"{address}/report?first_day=2026-02-01&last_day=2026-01-01", headers=people.staff
    )
    assert refusal(query, 422, "validation")


def test_the_weekly_mail_is_a_choice_of_ones_own(client: FlaskClient, people: People) -> None:
    account = client.get(f"{API}/account", headers=people.firm)
    assert account.get_json()["digest"] is True
    headers = {**people.firm, "If-Match": account.headers["ETag"]}

    changed = client.patch(f"{API}/account", json={"digest": False}, headers=headers)

    assert changed.get_json()["digest"] is False
