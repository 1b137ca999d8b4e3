"""The desk and the writing of profiles in the API: for staff, owners, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, Claim, Delegation, Queue, Role, Scope, Standing, Visibility
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_expert

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

Ask = Callable[..., "TestResponse"]
ANY = {"If-Match": "*"}
EXPERT = {
    "name": "Eva Holm",
    "language": "en",
    "summary": "Robot engineer.",
    "place": "Herning",
    "evidence": [{"kind": "case", "text": "Robot cell for small series."}],
}


def an_account(
    service: Matchmaker, role: Role, *, owns: UUID | None = None, edits: UUID | None = None
) -> str:
    """Return the secret of a token of a new account."""
    account = Account(email=f"{uuid4()}@example.dk", role=role, created_at=NOW)
    with Sessions(service.engine).writing() as session:
        session.add(account)
        session.flush()
        if owns is not None:
            session.add(Claim(account_id=account.id, profile_id=owns, claimed_at=NOW))
        if edits is not None:
            session.add(Delegation(account_id=account.id, profile_id=edits, since=NOW))
    _, secret = service.tokens.create(account.id, name="test", scopes=tuple(Scope))
    return secret


def asker(client: FlaskClient, secret: str) -> Ask:
    def ask(method: str, path: str, **how: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {secret}", **how.pop("headers", {})}
        return client.open(f"/api/v1{path}", method=method, headers=headers, **how)

    return ask


@pytest.fixture
def staff(client: FlaskClient, workshop: Matchmaker) -> Ask:
    """Ask as somebody who works here."""
    return asker(client, an_account(workshop, Role.STAFF))


def test_nobody_writes_without_a_token_and_a_firm_does_not_curate(
    client: FlaskClient, workshop: Matchmaker
) -> None:
    ida = workshop.profiles.page(text="Ida").items[0].id
    firm = asker(client, an_account(workshop, Role.FIRM))
    for method, path in (
        ("POST", "/experts"),
        ("GET", "/desk"),
        ("GET", "/desk/stale"),
        ("GET", "/profile-search"),
        ("POST", "/merges"),
        ("POST", "/bulk-actions"),
        ("POST", "/duplicates"),
        ("DELETE", f"/profiles/{ida}"),
        ("POST", f"/profiles/{ida}/withdraw"),
        ("POST", f"/profiles/{ida}/confirm"),
        ("GET", f"/profiles/{ida}/history"),
        ("PATCH", f"/experts/{ida}"),
        ("POST", f"/profiles/{ida}/restore"),
        ("POST", f"/profiles/{ida}/preview"),
        ("PUT", f"/profiles/{ida}/evidence/{uuid4()}/pin"),
    ):
        body = {} if method in {"GET", "DELETE"} else {"json": {}}
        assert client.open(f"/api/v1{path}", method=method, **body).status_code == 401
        assert firm(method, path, **body).status_code == 403
    assert client.post("/api/v1/experts", json=EXPERT).status_code == 401
    assert firm("POST", "/experts", json=EXPERT).status_code == 403
    assert firm("PATCH", f"/experts/{ida}", json={"name": "Mine"}).status_code == 403
    assert workshop.profiles.get(ida).name == "Ida Berg"


def test_a_profile_is_created_changed_and_restored(staff: Ask, client: FlaskClient) -> None:
    made = staff("POST", "/experts", json=EXPERT)
    assert made.status_code == 201
    where = made.headers["Location"].removeprefix("/api/v1")
    assert made.json["place"]["city"] == "Herning"
    id_, tag = made.json["id"], made.headers["ETag"]
    changed = staff(
        "PATCH", f"/experts/{id_}", json={"summary": "Newer."}, headers={"If-Match": tag}
    )
    assert (changed.status_code, changed.json["summary"]) == (200, "Newer.")
    assert client.get(f"/api/v1{where}").json["summary"] == "Newer."
    history = staff("GET", f"/profiles/{id_}/history").json["items"]
    assert [one["cause"] for one in history] == ["edited", "edited"]
    assert {one["by_role"] for one in history} == {"staff"}
    assert all(one["by_name"].endswith("@example.dk") for one in history)
    told = staff("GET", f"/profiles/{id_}/differences?before={history[1]['revision']}").json
    assert [(one["field"], one["before"], one["after"]) for one in told["items"]] == [
        ("summary", "Robot engineer.", "Newer.")
    ]
    back = staff(
        "POST",
        f"/profiles/{id_}/restore",
        json={"revision": history[1]["revision"]},
        headers={"If-Match": changed.headers["ETag"]},
    )
    assert back.json["summary"] == "Robot engineer."


def test_a_change_of_an_older_revision_is_told_what_differs(staff: Ask) -> None:
    made = staff("POST", "/experts", json=EXPERT)
    path, tag = f"/experts/{made.json['id']}", {"If-Match": made.headers["ETag"]}
    assert staff("PATCH", path, json={"summary": "First."}).status_code == 428
    assert staff("PATCH", path, json={"summary": "First."}, headers=tag).status_code == 200
    stale = staff("PATCH", path, json={"summary": "Second."}, headers=tag)
    assert (stale.status_code, stale.json["type"]) == (412, "/problems/stale-revision")
    assert stale.json["differing"] == [
        {"field": "summary", "expected": "Robot engineer.", "present": "First."}
    ]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "#/name"),
        ({"place": "Atlantis"}, "#/place"),
        ({"standing": "live"}, "#/standing"),
        ({"evidence": [{"id": str(uuid4())}]}, "#/evidence/0/id"),
        ({"capacity": "many"}, "#/capacity"),
    ],
)
def test_what_cannot_stand_is_named(staff: Ask, changes: dict[str, Any], pointer: str) -> None:
    made = staff("POST", "/experts", json=EXPERT)
    refused = staff("PATCH", f"/experts/{made.json['id']}", json=changes, headers=ANY)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == pointer


def test_owners_change_confirm_and_withdraw_what_is_theirs(
    client: FlaskClient, workshop: Matchmaker
) -> None:
    ann = an_expert("Ann", standing=Standing.IMPORTED, evidence=("One.", "Two."))
    workshop.profiles.register_all([ann])
    owner = asker(client, an_account(workshop, Role.PARTNER, owns=ann.id))
    other = asker(client, an_account(workshop, Role.PARTNER))
    assert other("POST", f"/profiles/{ann.id}/confirm", json={}).status_code == 404
    assert client.get(f"/api/v1/profiles/{ann.id}").status_code == 404
    path = f"/profiles/{ann.id}/confirm"
    assert owner("POST", path, json={}).status_code == 428
    assert owner("POST", path, json={}, headers=ANY).json["standing"] == "live"
    item = ann.evidence[0].id
    path = f"/profiles/{ann.id}/evidence/{item}"
    assert owner("PUT", f"{path}/pin", json={}).json["evidence"][0]["pinned"] is True
    assert owner("PUT", f"{path}/exclude", json={}).status_code == 422
    away = owner("PATCH", f"/experts/{ann.id}", json={"capacity": 0}, headers=ANY)
    assert away.json["capacity"] == 0
    assert (
        owner("POST", f"/profiles/{ann.id}/withdraw", headers=ANY).json["standing"] == "withdrawn"
    )
    assert client.get(f"/api/v1/profiles/{ann.id}").status_code == 404
    assert owner("POST", f"/profiles/{ann.id}/reinstate", headers=ANY).status_code == 200
    assert owner("DELETE", f"/profiles/{ann.id}", headers=ANY).status_code == 204
    assert owner("GET", f"/profiles/{ann.id}").status_code == 404


def test_only_staff_state_a_legal_basis_and_who_edits_for_somebody_does_not_show_them(
    client: FlaskClient, workshop: Matchmaker, staff: Ask
) -> None:
    ann, ben = (an_expert(name, standing=Standing.IMPORTED) for name in ("Ann", "Ben"))
    workshop.profiles.register_all([ann, ben])
    owner = asker(client, an_account(workshop, Role.PARTNER, owns=ann.id))
    delegate = asker(client, an_account(workshop, Role.PARTNER, edits=ann.id))
    path, basis = f"/profiles/{ann.id}/confirm", {"legal_basis": "They said so."}
    for ask, body in ((owner, basis), (delegate, basis), (delegate, {})):
        assert ask("POST", path, json=body, headers=ANY).status_code == 403
    assert delegate("DELETE", f"/profiles/{ann.id}", headers=ANY).status_code == 403
    assert client.get(f"/api/v1/profiles/{ann.id}").status_code == 404
    other = f"/profiles/{ben.id}/confirm"
    assert staff("POST", other, json={}, headers=ANY).status_code == 422
    shown = staff("POST", other, json=basis, headers=ANY)
    assert (shown.json["standing"], shown.json["legal_basis"]) == ("live", "They said so.")
    assert owner("POST", path, json={}, headers=ANY).json["standing"] == "live"
    assert delegate("POST", path, json={}, headers=ANY).status_code == 200


def test_guessing_an_id_tells_nothing_of_what_is_there(
    client: FlaskClient, workshop: Matchmaker
) -> None:
    hidden = an_expert("Hidden", visibility=Visibility.STAFF, evidence=("One.",))
    workshop.profiles.register_all([hidden])
    firm = asker(client, an_account(workshop, Role.FIRM))
    for method, rest in (
        ("GET", "/history"),
        ("GET", "/differences?before=1"),
        ("POST", "/preview"),
        ("POST", "/restore"),
        ("POST", "/confirm"),
        ("PUT", f"/evidence/{hidden.evidence[0].id}/pin"),
    ):
        told = []
        for one in (hidden.id, uuid4()):
            body = {} if method == "GET" else {"json": {"revision": "x"}}
            answer = firm(method, f"/profiles/{one}{rest}", headers={"If-Match": '"7"'}, **body)
            problem = answer.json
            told.append((answer.status_code, problem["type"], problem["detail"].split(" with")[0]))
        assert told[0] == told[1]
        assert told[0][0] == 404


def test_the_same_key_makes_one_profile_and_answers_with_its_tag(
    staff: Ask, workshop: Matchmaker
) -> None:
    key = {"Idempotency-Key": "one"}
    first, again = (staff("POST", "/experts", json=EXPERT, headers=key) for _ in range(2))
    assert (again.status_code, again.json["id"]) == (201, first.json["id"])
    for name in ("ETag", "Location"):
        assert again.headers[name] == first.headers[name]
    assert workshop.profiles.page(text="Eva Holm").total == 1


def test_a_search_is_sorted_as_asked(staff: Ask) -> None:
    def names(query: str) -> list[str]:
        found, cursor = [], ""
        while True:
            part = staff("GET", f"/profile-search?limit=3{query}{cursor}").json
            found += [one["name"] for one in part["items"]]
            if part["next"] is None:
                return found
            cursor = f"&cursor={part['next']}"

    by_name = names("")
    assert names("&sort=-name") == by_name[::-1]
    path = staff("GET", "/profile-search?text=Jens").json["items"][0]["id"]
    assert staff("POST", f"/profiles/{path}/confirm", headers=ANY).status_code == 200
    assert names("&sort=-touched")[0] == names("&sort=touched")[-1] == "Jens Falk"
    assert sorted(names("&sort=touched")) == sorted(by_name)
    assert staff("GET", "/profile-search?sort=colour").status_code == 422


def test_failed_imports_stand_in_their_queue(staff: Ask, workshop: Matchmaker) -> None:
    bad = {"data": b"Navn\n\xff", "content_type": "application/octet-stream"}
    assert staff("POST", "/imports?format=xlsx&kind=expert", **bad).status_code == 422
    assert staff("POST", "/imports?format=jsonl", **bad).status_code in {201, 422}
    failed = staff("GET", "/imports?state=failed").json["items"]
    queue = staff("GET", "/desk/failed-imports").json
    assert queue["imports"] == failed
    assert workshop.desk.counts()[Queue.FAILED_IMPORTS] == len(failed)
    assert staff("GET", "/desk/stale").json["imports"] == []


def test_hidden_fields_and_evidence_are_shown_by_who_asks(
    client: FlaskClient, workshop: Matchmaker, staff: Ask
) -> None:
    values = {
        **EXPERT,
        "affiliation": "Elsewhere",
        "capacity": 2,
        "field_visibility": {"affiliation": "members", "capacity": "staff"},
        "evidence": [{"text": "Shown."}, {"text": "Hidden.", "visibility": "staff"}],
    }
    id_ = staff("POST", "/experts", json=values).json["id"]
    member = asker(client, an_account(workshop, Role.FIRM))

    def seen(answer: TestResponse) -> tuple[str, int | None, int]:
        found = answer.json
        return found["affiliation"], found["capacity"], len(found["evidence"])

    assert seen(client.get(f"/api/v1/experts/{id_}")) == ("", None, 1)
    assert seen(member("GET", f"/experts/{id_}")) == ("Elsewhere", None, 1)
    assert seen(staff("GET", f"/experts/{id_}")) == ("Elsewhere", 2, 2)
    assert Visibility.STAFF.value not in client.get(f"/api/v1/experts/{id_}").text


def test_the_desk_counts_and_its_queues_are_read_in_parts(staff: Ask) -> None:
    counts = {one["queue"]: one["count"] for one in staff("GET", "/desk").json["queues"]}
    assert counts["unclaimed"] == 7
    first = staff("GET", "/desk/unclaimed?limit=4").json
    rest = staff("GET", f"/desk/unclaimed?limit=4&cursor={first['next']}").json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (4, 3, None)
    assert staff("GET", "/desk/nothing").status_code == 404
    assert staff("GET", "/desk/stale?cursor=x").status_code == 422


def test_a_search_is_asked_kept_and_forgotten(staff: Ask) -> None:
    found = staff("GET", "/profile-search?kinds=expert&kinds=student&near=Aalborg&within_km=20")
    assert [one["name"] for one in found.json["items"]] == ["Bo Lund", "Ida Berg", "Jens Falk"]
    search = {"kinds": ["expert"], "fields": "svejs"}
    kept = staff("POST", "/saved-filters", json={"name": "Welders", "search": search})
    assert kept.status_code == 201
    assert (
        staff("POST", "/saved-filters", json={"name": "Welders", "search": {}}).status_code == 409
    )
    assert staff("GET", "/saved-filters").json["items"][0]["search"] == search
    assert staff("DELETE", f"/saved-filters/{kept.json['id']}").status_code == 204
    assert staff("GET", "/saved-filters").json["items"] == []


def test_many_are_changed_and_brought_back(staff: Ask, workshop: Matchmaker) -> None:
    ids = [str(one.id) for one in workshop.profiles.page().items]
    body = {"change": "set-visibility", "profile_ids": ids, "values": {"visibility": "staff"}}
    made = staff("POST", "/bulk-actions", json=body)
    assert (made.status_code, len(made.json["changed"])) == (201, len(ids))
    assert workshop.profiles.page().total == 0
    action = f"/bulk-actions/{made.json['id']}"
    assert len(staff("POST", f"{action}/undo").json["restored"]) == len(ids)
    assert staff("POST", f"{action}/undo").status_code == 409
    assert staff("GET", action).json["undone_at"] is not None


def test_a_merged_address_leads_to_the_profile_that_stays(
    staff: Ask, client: FlaskClient, workshop: Matchmaker
) -> None:
    one, other = an_expert("Ida Berg"), an_expert("Ida Berg", updated_at=NOW - timedelta(days=9))
    workshop.profiles.register_all([one, other])
    assert staff("POST", "/duplicates").json["pairs"] >= 1
    (pair, *_rest) = staff("GET", "/duplicates").json["items"]
    assert pair["reasons"][0] == "name"
    body = {"profile_id": pair["profile"]["id"], "other_id": pair["other"]["id"]}
    assert staff("POST", "/duplicates/dismiss", json=body).status_code == 204
    both = {"kept_id": str(one.id), "other_id": str(other.id)}
    assert staff("POST", "/merges", json=both).status_code == 428
    assert staff("POST", "/merges", json=both, headers={"If-Match": '"9"'}).status_code == 412
    newer = {**both, "other_revision": 9}
    assert staff("POST", "/merges", json=newer, headers=ANY).status_code == 412
    merged = staff("POST", "/merges", json=both, headers=ANY)
    assert merged.json["id"] == str(one.id)
    led = client.get(f"/api/v1/experts/{other.id}")
    assert (led.status_code, led.headers["Location"]) == (308, f"/api/v1/experts/{one.id}")
    page = client.get(f"/profiles/{other.id}")
    assert (page.status_code, page.headers["Location"]) == (308, f"/profiles/{one.id}")


def test_a_draft_is_previewed_and_not_stored(staff: Ask, workshop: Matchmaker) -> None:
    ida = workshop.profiles.page(text="Ida").items[0]
    workshop.challenges.submit(text="Cameras inspect painted surfaces with machine learning.")
    body = {"evidence": [{"text": "Cameras inspect painted surfaces with machine learning."}]}
    told = staff("POST", f"/profiles/{ida.id}/preview", json=body)
    assert told.status_code == 200
    assert told.json["items"][0]["passage"] == body["evidence"][0]["text"]
    assert told.json["items"][0]["before"] is None
    assert workshop.profiles.get(ida.id).revision == ida.revision
    assert staff("POST", f"/profiles/{ida.id}/preview", json={"cvr": "1"}).status_code == 422
