"""Introductions and decisions by API: every deed, and who sees what of it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from tests.parties import Parties, some_parties
from tests.people import token_of

Headers = dict[str, dict[str, str]]


@pytest.fixture
def parties(workshop: Matchmaker) -> Parties:
    """A firm, a partner and staff, and a list in which the partner is."""
    parties = some_parties(workshop)
    workshop.matchmaking.run(parties.challenge_id)
    return parties


@pytest.fixture
def who(parties: Parties) -> Headers:
    """The header of everybody's program."""
    people = {"staff": parties.staff, "firm": parties.firm, "partner": parties.partner}
    return {name: token_of(parties.service, account) for name, account in people.items()}


def drafted(client: FlaskClient, parties: Parties, who: Headers) -> dict[str, Any]:
    body = {"challenge_id": str(parties.challenge_id), "profile_id": str(parties.profile_id)}
    answer = client.post("/api/v1/introductions", json=body, headers=who["staff"])
    assert answer.status_code == 201, answer.get_json()
    return dict(answer.get_json())


def offered(client: FlaskClient, parties: Parties, who: Headers) -> str:
    one = drafted(client, parties, who)
    address = f"/api/v1/introductions/{one['id']}"
    tag = {"If-Match": f'"{one["revision"]}"'}
    answer = client.post(f"{address}/offer", headers={**who["staff"], **tag})
    assert answer.status_code == 200, answer.get_json()
    return address


def test_from_the_draft_to_what_came_of_it(
    client: FlaskClient, parties: Parties, who: Headers
) -> None:
    one = drafted(client, parties, who)
    address = f"/api/v1/introductions/{one['id']}"
    assert one["actions"] == ["revise", "offer", "withdraw"]
    assert client.get(address, headers=who["partner"]).status_code == 404
    refused = client.patch(address, json={"firm_text": "Talk."}, headers=who["staff"])
    assert refused.status_code == 428
    changed = client.patch(
        address,
        json={"firm_text": "Talk to Ida."},
        headers={**who["staff"], "If-Match": f'"{one["revision"]}"'},
    )
    assert changed.get_json()["firm_text"] == "Talk to Ida."
    stale = {"If-Match": f'"{one["revision"]}"'}
    again = client.post(f"{address}/offer", headers={**who["staff"], **stale})
    assert again.status_code == 412
    tag = {"If-Match": changed.headers["ETag"]}
    assert client.post(f"{address}/offer", headers={**who["staff"], **tag}).status_code == 200

    seen = client.get(address, headers=who["partner"]).get_json()
    assert (seen["firm_text"], seen["contacts"], seen["challenge"]["id"]) == (None, [], None)
    assert (seen["parties"], seen["actions"]) == (["partner"], ["accept", "decline"])
    assert "firm@example.dk" not in str(seen)
    assert (
        client.post(
            f"{address}/answer", json={"answer": "accepted"}, headers=who["staff"]
        ).status_code
        == 403
    )
    yes = client.post(f"{address}/answer", json={"answer": "accepted"}, headers=who["partner"])
    assert (yes.get_json()["waits_for"], yes.get_json()["contacts"]) == (["firm"], [])
    twice = client.post(f"{address}/answer", json={"answer": "accepted"}, headers=who["partner"])
    assert (twice.status_code, twice.get_json()["allowed"]) == (
        409,
        ["decline", "remind", "expire", "withdraw"],
    )
    both = client.post(f"{address}/answer", json={"answer": "accepted"}, headers=who["firm"])
    assert [who_["email"] for who_ in both.get_json()["contacts"]] == ["partner@example.dk"]

    assert client.get(f"{address}/meeting.ics", headers=who["firm"]).status_code == 404
    when = {"starts_at": "2027-01-12T13:00:00+01:00", "place": "Aalborg"}
    assert client.put(f"{address}/meeting", json=when, headers=who["firm"]).status_code == 200
    file = client.get(f"{address}/meeting.ics", headers=who["partner"])
    assert (file.mimetype, "DTSTART:20270112T120000Z" in file.text) == ("text/calendar", True)
    assert client.post(f"{address}/met", headers=who["partner"]).get_json()["state"] == "met"
    for name, status in (("firm", 403), ("staff", 200)):
        done = client.put(
            f"{address}/conclusion", json={"conclusion": "collaboration"}, headers=who[name]
        )
        assert done.status_code == status
    listed = client.get("/api/v1/introductions?state=concluded", headers=who["firm"]).get_json()
    assert [each["conclusion"] for each in listed["items"]] == ["collaboration"]


def test_a_no_needs_a_reason_and_only_staff_read_it(
    client: FlaskClient, parties: Parties, who: Headers
) -> None:
    address = offered(client, parties, who)
    bare = client.post(f"{address}/answer", json={"answer": "declined"}, headers=who["partner"])
    assert bare.status_code == 422

    no = {"answer": "declined", "reason": "no-time", "note": "Ill."}
    client.post(f"{address}/answer", json=no, headers=who["partner"])

    assert client.get(address, headers=who["firm"]).get_json()["decline_note"] is None
    told = client.get(address, headers=who["staff"]).get_json()
    assert (told["declined_by"], told["decline_reason"], told["decline_note"]) == (
        "partner",
        "no-time",
        "Ill.",
    )


def test_who_speaks_for_nobody_or_for_the_other_is_told_so(
    client: FlaskClient, parties: Parties, who: Headers
) -> None:
    address = offered(client, parties, who)
    yes = {"answer": "accepted", "party": "firm"}

    assert client.post(f"{address}/answer", json=yes, headers=who["partner"]).status_code == 422
    assert client.get(address).status_code == 401
    gone = client.post(f"{address}/withdrawal", headers=who["staff"])
    assert gone.get_json()["state"] == "withdrawn"


def test_whom_a_rule_protects_is_not_asked_and_the_rule_is_named(
    client: FlaskClient, parties: Parties, who: Headers
) -> None:
    conflicts = f"/api/v1/profiles/{parties.profile_id}/conflicts"
    house = parties.profile("Institut for Sømme")
    parties.service.belonging.join(parties.firm.id, house, by=None)
    declared = client.post(conflicts, json={"other_id": str(house)}, headers=who["partner"])
    assert (declared.status_code, declared.get_json()["name"]) == (201, "Institut for Sømme")
    assert client.get(declared.headers["Location"], headers=who["partner"]).status_code == 200
    one = drafted(client, parties, who)
    refused = client.post(
        f"/api/v1/introductions/{one['id']}/offer", headers={**who["staff"], "If-Match": "*"}
    )
    assert (refused.status_code, refused.get_json()["rule"]) == (409, "conflict")

    assert client.delete(declared.headers["Location"], headers=who["partner"]).status_code == 204
    by_staff = client.post(conflicts, json={"other_id": str(house)}, headers=who["staff"])
    assert (by_staff.status_code, by_staff.get_json()["removable"]) == (201, True)
    (seen,) = client.get(conflicts, headers=who["partner"]).get_json()["items"]
    assert not seen["removable"]
    assert client.delete(by_staff.headers["Location"], headers=who["partner"]).status_code == 403
    assert client.delete(by_staff.headers["Location"], headers=who["staff"]).status_code == 204
    assert client.get(conflicts, headers=who["partner"]).get_json()["items"] == []
    assert client.get(declared.headers["Location"], headers=who["staff"]).status_code == 404


def test_decisions_are_read_and_written_by_the_firm_and_staff(
    client: FlaskClient, parties: Parties, who: Headers
) -> None:
    address = f"/api/v1/challenges/{parties.challenge_id}/shortlist"
    one = f"{address}/{parties.profile_id}"
    assert client.get(address, headers=who["partner"]).status_code == 404
    assert client.put(one, json={"state": "dismissed"}, headers=who["firm"]).status_code == 422
    assert client.put(one, json={"state": "proposed"}, headers=who["firm"]).status_code == 422

    kept = client.put(one, json={"state": "shortlisted"}, headers=who["firm"]).get_json()
    assert (kept["name"], kept["by_hand"], kept["introduction_state"]) == ("Ida Berg", False, None)
    listed = client.get(address, headers=who["staff"]).get_json()
    assert listed["next"] == str(parties.profile_id)
    no = {"state": "dismissed", "reason": "competitor", "note": "Works for them."}
    assert client.put(one, json=no, headers=who["staff"]).get_json()["reason"] == "competitor"
    runs = f"/api/v1/challenges/{parties.challenge_id}/match-runs"
    run = client.post(runs, headers=who["firm"]).get_json()
    changes = client.get(f"/api/v1/match-runs/{run['id']}/changes", headers=who["firm"]).get_json()
    gone = [each["name"] for each in changes["changes"] if each["movement"] == "gone"]
    assert gone == ["Ida Berg"]
    assert client.delete(one, headers=who["firm"]).status_code == 204
    assert client.get(address, headers=who["firm"]).get_json()["items"] == []
