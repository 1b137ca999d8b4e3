"""Imports, exports, bulk writes and codes over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import AuditAction, Role, Scope, Standing, Visibility
from matchmaker.services.audit import AuditFilter
from tests.factories import an_evidence, an_expert
from tests.people import somebody, token_of
from tests.services.import_files import FIRMS

FIRM = {
    "kind": "organisation",
    "name": "Rørup Smede",
    "language": "da",
    "organisation_type": "firm",
    "cvr": "30060946",
}


@pytest.fixture
def client(client: FlaskClient, workshop: Matchmaker) -> FlaskClient:
    """A program of somebody who works here."""
    header = token_of(workshop, somebody(workshop, Role.STAFF, "eva"))
    client.environ_base["HTTP_AUTHORIZATION"] = header["Authorization"]
    return client


def preview(client: FlaskClient, text: str = FIRMS, **headers: str) -> Any:
    client.put(
        "/api/v1/import-mappings/Members",
        json={
            "kind": "organisation",
            "columns": {"Navn": "name", "CVR-nr.": "cvr"},
            "fixed": {"organisation_type": "firm", "language": "da"},
        },
    )
    return client.post(
        "/api/v1/imports?format=csv&mapping=Members&file_name=firms.csv",
        data=text.encode(),
        content_type="application/octet-stream",
        headers=headers,
    )


def test_a_file_is_previewed_read_and_applied(client: FlaskClient) -> None:
    made = preview(client)
    assert made.status_code == 201
    address = made.headers["Location"]
    assert (made.json["state"], made.json["new"]) == ("planned", 2)
    rows = client.get(f"{address}/rows?outcome=new&limit=1").json
    assert rows["items"][0]["name"] == "Rørup Smede"
    assert client.get(f"{address}/rows?cursor={rows['next']}").json["next"] is None

    done = client.post(f"{address}/apply")

    assert (done.status_code, done.json["state"]) == (200, "done")
    assert client.post(f"{address}/apply").status_code == 409
    assert client.get(address).json["actions"] == []
    assert client.get("/api/v1/imports").json["items"][0]["file_name"] == "firms.csv"
    found = client.get("/api/v1/organisations?text=Rørup").json["items"]
    shown = client.get(f"/api/v1/organisations/{found[0]['id']}").json
    assert shown["identifiers"] == [{"scheme": "cvr", "value": "30060946", "uri": None}]


def test_a_file_larger_than_other_requests_is_taken(client: FlaskClient) -> None:
    lines = "".join(f"Firma {number};;;;;\n" for number in range(20_000))

    assert preview(client, FIRMS + lines).json["new"] == 20_002


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/imports?format=csv", 422),
        ("/api/v1/imports?format=csv&mapping=Nothing", 404),
        ("/api/v1/imports?format=docx", 422),
        ("/api/v1/imports?format=xlsx&kind=expert", 422),
    ],
)
def test_what_can_not_be_read_is_a_problem(client: FlaskClient, address: str, status: int) -> None:
    answer = client.post(address, data=b"Navn\nIda\n", content_type="application/octet-stream")

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_an_import_is_cancelled(client: FlaskClient) -> None:
    address = preview(client).headers["Location"]

    assert client.post(f"{address}/cancel").json["state"] == "cancelled"
    assert client.post(f"{address}/cancel").status_code == 409


def test_a_mapping_is_saved_read_and_forgotten(client: FlaskClient) -> None:
    preview(client)
    address = "/api/v1/import-mappings/Members"
    assert client.get(address).json["columns"] == {"Navn": "name", "CVR-nr.": "cvr"}
    assert len(client.get("/api/v1/import-mappings").json["items"]) == 1
    assert client.put(address, json={"kind": "expert", "columns": {"A": "b"}}).status_code == 422
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404


def test_the_same_key_previews_once(client: FlaskClient) -> None:
    first = preview(client, **{"Idempotency-Key": "k1"})
    again = preview(client, **{"Idempotency-Key": "k1"})
    other = preview(client, FIRMS + "Ny;;;;;\n", **{"Idempotency-Key": "k1"})

    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Location"] == first.headers["Location"]
    assert other.status_code == 409
    assert other.json["type"] == "/problems/key-reused"
    assert len(client.get("/api/v1/imports").json["items"]) == 1


def test_a_refused_request_gives_its_key_back(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "k2"}
    assert client.put("/api/v1/profiles/bulk", json=[], headers=key).status_code == 422
    assert client.put("/api/v1/profiles/bulk", json=[FIRM], headers=key).status_code == 200


def test_a_key_is_free_again_after_a_day(
    client: FlaskClient, workshop: Matchmaker, clock: Any
) -> None:
    workshop.answers.begin("op", "key", b"one")
    clock.now = clock.now.replace(day=24)

    assert workshop.answers.begin("op", "key", b"two") is None


@pytest.mark.parametrize("lines", [False, True])
def test_many_profiles_are_stored_at_once_each_by_itself(client: FlaskClient, lines: bool) -> None:
    given = [FIRM, {**FIRM, "cvr": "12"}, {"kind": "expert", "name": "Ida", "language": "en"}]
    body = "\n".join(map(json.dumps, given)) if lines else json.dumps(given)
    kind = "application/jsonl" if lines else "application/json"

    def send() -> list[str]:
        answer = client.put("/api/v1/profiles/bulk", data=body, content_type=kind)
        assert answer.status_code == 200
        return [row["outcome"] for row in answer.json["items"]]

    assert send() == ["new", "refused", "new"]
    assert send() == ["unchanged", "refused", "unchanged"]
    assert client.get("/api/v1/experts?text=Ida").json["total"] == 1  # of the workshop


def test_more_than_a_thousand_or_none_are_refused(client: FlaskClient) -> None:
    for given in ([], [FIRM] * 1001):
        assert client.put("/api/v1/profiles/bulk", json=given).status_code == 422
    assert client.put("/api/v1/profiles/bulk", json={"a": 1}).status_code == 400
    assert client.put("/api/v1/profiles/bulk", json=[7]).json["items"][0]["outcome"] == "refused"


@pytest.mark.parametrize(
    ("query", "accept", "mimetype"),
    [
        ("", "*/*", "application/jsonl"),
        ("?kind=expert", "text/csv", "text/csv"),
        ("", "application/ld+json", "application/ld+json"),
        ("?format=csv&kind=student", "application/json", "text/csv"),
    ],
)
def test_profiles_are_handed_out_as_asked(
    client: FlaskClient, query: str, accept: str, mimetype: str
) -> None:
    answer = client.get(f"/api/v1/exports/profiles{query}", headers={"Accept": accept})

    assert (answer.status_code, answer.mimetype) == (200, mimetype)
    assert len(answer.get_data(as_text=True).splitlines()) > 1


def test_everybody_is_handed_out_what_they_may_see(
    client: FlaskClient, workshop: Matchmaker
) -> None:
    shown = an_expert(
        "Half Hidden",
        affiliation="Elsewhere",
        field_visibility={"affiliation": "staff"},
    )
    shown.evidence.append(an_evidence("For staff.", visibility=Visibility.STAFF))
    members = an_expert("For Members", visibility=Visibility.MEMBERS)
    imported = an_expert("From A File", standing=Standing.IMPORTED)
    workshop.profiles.register_all([shown, members, imported])
    firm = token_of(workshop, somebody(workshop, Role.FIRM, "firm"), (Scope.READ,))

    def handed_out(headers: dict[str, str] | None = None, form: str = "jsonl") -> str:
        how = {} if headers is None else {"headers": headers}
        address = f"/api/v1/exports/profiles?kind=expert&format={form}"
        return client.application.test_client().get(address, **how).get_data(as_text=True)

    staff = {"Authorization": client.environ_base["HTTP_AUTHORIZATION"]}
    for form in ("jsonl", "csv", "json-ld"):
        public, member, all_ = (
            handed_out(None, form),
            handed_out(firm, form),
            handed_out(staff, form),
        )
        for text in (public, member):
            assert "Half Hidden" in text
            assert "From A File" not in text
            assert "Elsewhere" not in text
            assert "For staff." not in text
            assert 'affiliation": "staff' not in text, "what is hidden is not named either"
        assert ("For Members" in public, "For Members" in member) == (False, True)
        assert "From A File" in all_
        assert "Elsewhere" in all_
    deeds = workshop.audit.page(AuditFilter(action=AuditAction.EXPORT)).items
    assert {row.entry.after["visibility"] for row in deeds if row.entry.after} == {
        "members",
        "staff",
    }


def test_the_key_of_one_account_is_nothing_to_another(
    client: FlaskClient, workshop: Matchmaker
) -> None:
    key = {"Idempotency-Key": "shared"}
    first = client.put("/api/v1/profiles/bulk", json=[FIRM], headers=key)
    other = token_of(workshop, somebody(workshop, Role.STAFF, "other"))
    again = client.put("/api/v1/profiles/bulk", json=[FIRM], headers=key)
    theirs = client.put("/api/v1/profiles/bulk", json=[FIRM], headers={**key, **other})
    firm = token_of(workshop, somebody(workshop, Role.FIRM, "firm"))
    refused = client.put("/api/v1/profiles/bulk", json=[FIRM], headers={**key, **firm})

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json
    assert theirs.json["items"][0]["outcome"] == "unchanged"
    assert refused.status_code == 403


def test_a_table_needs_a_kind(client: FlaskClient) -> None:
    assert client.get("/api/v1/exports/profiles?format=csv").status_code == 422


def test_what_was_handed_out_can_be_sent_back(client: FlaskClient) -> None:
    lines = client.get("/api/v1/exports/profiles").data
    sent = client.put("/api/v1/profiles/bulk", data=lines, content_type="application/jsonl")

    assert {row["outcome"] for row in sent.json["items"]} == {"unchanged"}


@pytest.mark.parametrize(
    ("codes", "words", "first"),
    [
        ("municipalities", "ålborg", "851"),
        ("municipalities", "copenhagen", "101"),
        ("postcodes", "1420", "1000-1499"),
        ("industries", "25.6", "25.6"),
        ("industries", "maskinforarb", "25.62"),
        ("trl", "trl 4", "4"),
        ("occupations", "svejser", "occupation/7aedaa07-3884-4c5b-88f9-80997b2aa54b"),
    ],
)
def test_a_code_is_found_by_its_beginning_or_by_words(
    client: FlaskClient, codes: str, words: str, first: str
) -> None:
    found = client.get(f"/api/v1/codes/{codes}", query_string={"q": words, "limit": 3}).json

    assert found["items"][0]["code"] == first


def test_there_is_no_other_list_of_codes(client: FlaskClient) -> None:
    assert client.get("/api/v1/codes/colours").status_code == 404
    assert client.get("/api/v1/codes/skills?q=xyzzy").json == {"items": []}
