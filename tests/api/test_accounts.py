"""Accounts, tokens and the audit log as programs see them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import NotSignedIn
from matchmaker.models import Account, Role, Scope
from tests.api.conftest import WELDING, refusal
from tests.people import somebody, token_of


@pytest.fixture
def boss(workshop: Matchmaker) -> Account:
    return somebody(workshop, Role.ADMINISTRATOR, "boss")


@pytest.fixture
def firm(workshop: Matchmaker) -> Account:
    return somebody(workshop, Role.FIRM)


def test_without_a_token_the_answer_says_how_to_send_one(client: FlaskClient) -> None:
    response = client.get("/api/v1/account")

    refusal(response, 401, "not-signed-in")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer mm_nonsense", "Bearer ", "Basic YTpi", "mm_x"])
def test_what_is_no_token_is_refused_even_where_none_is_needed(
    client: FlaskClient, header: str
) -> None:
    response = client.get("/api/v1/profiles", headers={"Authorization": header})

    refusal(response, 401, "not-signed-in")


def test_an_account_reads_and_changes_itself(
    client: FlaskClient, workshop: Matchmaker, firm: Account
) -> None:
    headers = token_of(workshop, firm)
    read = client.get("/api/v1/account", headers=headers)

    changed = client.patch(
        "/api/v1/account",
        json={"name": "Ida Berg"},
        headers={**headers, "If-Match": read.headers["ETag"]},
    )
    stale = client.patch(
        "/api/v1/account",
        json={"name": "Bo"},
        headers={**headers, "If-Match": read.headers["ETag"]},
    )

    assert changed.get_json()["name"] == "Ida Berg"
    refusal(stale, 412, "stale-revision")
    assert not {"password_hash", "totp_secret", "recovery_codes"} & set(changed.get_json())


def test_a_token_is_shown_once_listed_without_its_secret_and_revoked(
    client: FlaskClient, workshop: Matchmaker, firm: Account
) -> None:
    headers = token_of(workshop, firm)
    made = client.post(
        "/api/v1/account/tokens", json={"name": "export", "scopes": ["read"]}, headers=headers
    )
    secret = made.get_json()["secret"]
    listed = client.get("/api/v1/account/tokens", headers=headers)

    assert made.status_code == 201
    assert secret.startswith("mm_")
    assert secret not in listed.get_data(as_text=True)
    mine = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/account", headers=mine).status_code == 200
    refusal(client.delete(made.headers["Location"], headers=mine), 403, "not-permitted")
    assert client.delete(made.headers["Location"], headers=headers).status_code == 200
    refusal(client.get("/api/v1/account", headers=mine), 401, "not-signed-in")


def test_a_program_signs_its_account_out_everywhere_and_goes_on(
    client: FlaskClient, workshop: Matchmaker, firm: Account
) -> None:
    headers = token_of(workshop, firm)
    session_id = uuid4()
    epoch = workshop.accounts.get(firm.id).session_epoch
    workshop.sign_in.viewer(firm.id, epoch, session_id)

    ended = client.delete("/api/v1/account/sessions", headers=headers)

    assert (ended.status_code, ended.get_json()["id"]) == (200, str(firm.id))
    with pytest.raises(NotSignedIn):
        workshop.sign_in.viewer(firm.id, epoch, session_id)
    assert client.get("/api/v1/account", headers=headers).status_code == 200, "tokens go on"
    reading = token_of(workshop, firm, (Scope.READ,))
    refusal(client.delete("/api/v1/account/sessions", headers=reading), 403, "not-permitted")


def test_an_administrator_signs_somebody_out_everywhere(
    client: FlaskClient, workshop: Matchmaker, boss: Account, firm: Account
) -> None:
    epoch = workshop.accounts.get(firm.id).session_epoch
    address = f"/api/v1/accounts/{firm.id}/sessions"

    refusal(client.delete(address, headers=token_of(workshop, firm)), 403, "not-permitted")
    assert client.delete(address, headers=token_of(workshop, boss)).status_code == 200

    with pytest.raises(NotSignedIn):
        workshop.sign_in.viewer(firm.id, epoch, uuid4())
    nobody = f"/api/v1/accounts/{uuid4()}/sessions"
    refusal(client.delete(nobody, headers=token_of(workshop, boss)), 404, "not-found")


def test_an_administrator_makes_accounts_and_reads_who_did_what(
    client: FlaskClient, workshop: Matchmaker, boss: Account
) -> None:
    headers = token_of(workshop, boss)
    made = client.post(
        "/api/v1/accounts", json={"email": "Bo@example.dk", "role": "partner"}, headers=headers
    )
    again = client.post(
        "/api/v1/accounts", json={"email": "bo@example.dk", "role": "firm"}, headers=headers
    )
    changed = client.patch(
        made.headers["Location"],
        json={"role": "staff", "disabled": True},
        headers={**headers, "If-Match": made.headers["ETag"]},
    )
    account_id = made.get_json()["id"]
    found = client.get(f"/api/v1/audit?subject_id={account_id}", headers=headers).get_json()

    assert made.get_json()["email"] == "bo@example.dk"
    refusal(again, 409, "duplicate")
    assert changed.get_json()["role"] == "staff"
    assert changed.get_json()["disabled_at"] is not None
    assert [one["action"] for one in found["items"]] == ["disable", "change-role", "create"]
    assert found["items"][1]["before"] == {"role": "partner"}
    assert client.get("/api/v1/accounts?text=BO@", headers=headers).get_json()["total"] == 1


def test_a_challenge_of_an_account_is_not_there_for_others(
    client: FlaskClient, workshop: Matchmaker, firm: Account
) -> None:
    headers = token_of(workshop, firm)
    other = token_of(workshop, somebody(workshop, name="bo"))
    made = client.post("/api/v1/challenges", json={"text": WELDING}, headers=headers)
    address = made.headers["Location"]

    assert client.get(address, headers=headers).status_code == 200
    for stranger in ({}, other):
        refusal(client.get(address, headers=stranger), 404, "not-found")
        missing = client.get("/api/v1/challenges/" + "0" * 8 + address[-28:], headers=stranger)
        assert missing.status_code == 404


def test_a_colleague_reads_the_challenge_of_the_organisation(
    client: FlaskClient, workshop: Matchmaker, firm: Account
) -> None:
    organisation = next(
        one for one in workshop.profiles.page().items if one.kind.value == "organisation"
    )
    colleague = somebody(workshop, name="bo")
    for account in (firm, colleague):
        workshop.belonging.join(account.id, organisation.id, by=None)
    made = client.post(
        "/api/v1/challenges", json={"text": WELDING}, headers=token_of(workshop, firm)
    )
    foreign = client.post(
        "/api/v1/challenges",
        json={"text": WELDING, "organisation_id": str(firm.id)},
        headers=token_of(workshop, firm),
    )

    read = client.get(made.headers["Location"], headers=token_of(workshop, colleague))

    assert read.status_code == 200
    refusal(foreign, 422, "validation")


def test_a_token_reads_with_its_scope_only(
    client: FlaskClient, workshop: Matchmaker, boss: Account
) -> None:
    headers = token_of(workshop, boss, (Scope.READ,))

    assert client.get("/api/v1/accounts", headers=headers).status_code == 200
    refused = client.post(
        "/api/v1/accounts", json={"email": "bo@example.dk", "role": "firm"}, headers=headers
    )
    refusal(refused, 403, "not-permitted")


def test_a_token_makes_none_that_may_do_more_than_itself(
    client: FlaskClient, workshop: Matchmaker, boss: Account
) -> None:
    headers = token_of(workshop, boss, (Scope.WRITE,))
    sent = {"name": "more", "scopes": ["read", "write"]}

    refused = client.post("/api/v1/account/tokens", json=sent, headers=headers)
    refusal(refused, 422, "validation")
    assert "no more than the token that asks" in refused.get_data(as_text=True)
    alike = {"name": "alike", "scopes": ["write"]}
    assert client.post("/api/v1/account/tokens", json=alike, headers=headers).status_code == 201


def test_who_writes_too_often_is_told_when_to_come_back(
    client: FlaskClient, workshop: Matchmaker, firm: Account
) -> None:
    headers = token_of(workshop, firm)
    answers = [
        client.post(
            "/api/v1/account/tokens", json={"name": "a", "scopes": ["read"]}, headers=headers
        )
        for _ in range(11)
    ]

    assert [one.status_code for one in answers] == [201] * 10 + [429]
    refusal(answers[-1], 429, "too-many-requests")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61
    assert client.get("/api/v1/account/tokens", headers=headers).status_code == 200
