"""Intake by programs: drafts, keeping, brief, warnings, thread, queue, opening, closing, renewal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role
from tests.api.conftest import WELDING, Submit, pointers, refusal
from tests.conftest import SteppingClock
from tests.people import last_path, mails, somebody, token_of

V1 = "/api/v1"


@pytest.fixture
def ida(workshop: Matchmaker) -> dict[str, str]:
    """The header of a firm's program."""
    return token_of(workshop, somebody(workshop, Role.FIRM, "ida"))


@pytest.fixture
def staff(workshop: Matchmaker) -> dict[str, str]:
    """The header of a program of the staff."""
    return token_of(workshop, somebody(workshop, Role.STAFF, "staff"))


@pytest.fixture
def address(client: FlaskClient, ida: dict[str, str]) -> str:
    """The address of a challenge of Ida's."""
    sent = {"text": f"{WELDING} Call +45 98123456.", "title": "Cracks"}
    return str(client.post(f"{V1}/challenges", json=sent, headers=ida).headers["Location"])


def with_tag(client: FlaskClient, address: str, header: dict[str, str]) -> dict[str, str]:
    return {**header, "If-Match": client.get(address, headers=header).headers["ETag"]}


def test_a_key_of_nobody_in_particular_leads_nobody_to_somebody_else_s_draft(
    client: FlaskClient, ida: dict[str, str]
) -> None:
    def save(header: dict[str, str]) -> str:
        sent = {**header, "Idempotency-Key": "1"}
        kept = client.post(f"{V1}/drafts", json={"text": "Our frames"}, headers=sent)
        assert kept.status_code == 201
        return str(kept.headers["Location"])

    assert save({}) != save({})
    assert save(ida) == save(ida)


def test_a_draft_is_kept_changed_and_handed_in(client: FlaskClient) -> None:
    kept = client.post(f"{V1}/drafts", json={"text": "Our frames"})
    where = kept.headers["Location"]
    assert (kept.status_code, kept.get_json()["state"]) == (201, "draft")
    refusal(client.post(f"{where}/match-runs"), 409, "transition-not-allowed")
    refusal(client.post(f"{where}/submission"), 428, "precondition-required")
    short = refusal(
        client.post(f"{where}/submission", headers=with_tag(client, where, {})), 422, "validation"
    )
    assert pointers(short) == ["#/text"]

    client.patch(where, json={"text": WELDING}, headers=with_tag(client, where, {}))
    done = client.post(f"{where}/submission", headers=with_tag(client, where, {}))

    assert (done.get_json()["state"], done.get_json()["waits_for"]) == ("submitted", "staff")
    assert client.post(f"{where}/match-runs").status_code == 201


def test_a_challenge_is_kept_by_a_mailed_link_or_with_a_token(
    client: FlaskClient, submit: Submit, workshop: Matchmaker, ida: dict[str, str]
) -> None:
    where = submit().headers["Location"]
    refusal(client.post(f"{where}/keeping"), 422, "validation")
    assert client.post(f"{where}/keeping", json={"email": "new@example.dk"}).status_code == 204
    assert last_path(workshop).startswith("/keep-challenge/")
    assert client.get(where).status_code == 200

    assert client.post(f"{where}/keeping", json={"mine": True}, headers=ida).status_code == 204

    assert client.get(where).status_code == 404
    (own,) = client.get(f"{V1}/own-challenges", headers=ida).get_json()["items"]
    assert (own["id"], own["unseen"], own["waits_for"]) == (where.rsplit("/", 1)[-1], 0, "staff")
    refusal(client.post(f"{where}/keeping", json={"mine": True}, headers=ida), 403, "not-permitted")


def test_a_brief_is_suggested_saved_and_read(
    client: FlaskClient, address: str, ida: dict[str, str]
) -> None:
    told = client.get(f"{address}/suggested-brief", headers=ida).get_json()
    for answer in told["answers"]:
        assert answer["text"] == " ".join(told["sentences"][at] for at in answer["sentences"])
    empty = client.get(f"{address}/brief", headers=ida).get_json()
    assert (empty["answers"], empty["trl"], empty["students"]) == ({}, None, None)

    brief: dict[str, Any] = {
        "answers": {"now": "Cracks.", "time": "Before June."},
        "shared": ["now"],
        "trl": 9,
        "need": "knowledge-and-testing",
        "languages": ["en"],
        "students": True,
        "confidential": True,
        "industry_code": "25.62",
    }
    saved = client.put(f"{address}/brief", json=brief, headers=with_tag(client, address, ida))

    assert {name: saved.get_json()[name] for name in brief} == brief
    assert client.get(address, headers=ida).get_json()["confidential"]
    wrong = {"answers": {"now": "x" * 401}, "trl": 11, "need": "money"}
    refused = client.put(f"{address}/brief", json=wrong, headers=with_tag(client, address, ida))
    assert set(pointers(refusal(refused, 422, "validation"))) == {
        "#/answers/now",
        "#/need",
        "#/trl",
    }
    refusal(client.put(f"{address}/brief", json=brief, headers=ida), 428, "precondition-required")


def test_from_warning_to_renewal(
    client: FlaskClient,
    address: str,
    ida: dict[str, str],
    staff: dict[str, str],
    workshop: Matchmaker,
    clock: SteppingClock,
) -> None:
    warned = client.get(f"{address}/warnings", headers=ida).get_json()
    (one,) = warned["items"]
    assert (warned["accepted"], one["kind"], one["field"]) == (False, "phone", "text")
    text = client.get(address, headers=ida).get_json()["text"]
    assert text[one["start"] : one["end"]] == one["words"]

    (waiting,) = client.get(f"{V1}/desk/challenges", headers=staff).get_json()["items"]
    assert (waiting["challenge"]["title"], waiting["warnings"]) == ("Cracks", 1)
    refused = client.post(f"{address}/opening", headers=with_tag(client, address, staff))
    assert pointers(refusal(refused, 422, "validation")) == ["#/despite_warnings"]

    asked = client.post(f"{address}/thread", json={"text": "Which alloy?"}, headers=staff)
    assert (asked.status_code, asked.get_json()["side"]) == (201, "staff")
    assert (
        client.get(f"{V1}/desk/challenges?waits_for=staff", headers=staff).get_json()["items"] == []
    )
    seen = client.post(f"{address}/thread/seen", headers=ida).get_json()["items"]
    assert seen[0]["seen_at"]
    client.post(f"{address}/thread", json={"text": "6082."}, headers=ida)
    thread = client.get(f"{address}/thread", headers=staff).get_json()["items"]
    assert [message["side"] for message in thread] == ["staff", "firm"]
    assert [mail.template.value for mail in mails(workshop)] == ["asked-back", "answered-back"]

    accepted = client.post(f"{address}/warnings", headers=with_tag(client, address, ida))
    assert accepted.get_json()["accepted"]
    opened = client.post(f"{address}/opening", headers=with_tag(client, address, staff)).get_json()
    assert (opened["state"], opened["waits_for"]) == ("open", None)
    assert opened["expires_at"] > opened["opened_at"]

    clock.now += timedelta(days=181)
    workshop.challenge_desk.elapse()
    # Tokens expire too.
    ida, staff = (
        token_of(workshop, workshop.accounts.by_email(f"{name}@example.dk"))
        for name in ("ida", "staff")
    )
    assert client.get(address, headers=ida).get_json()["state"] == "expired"
    refusal(client.post(f"{address}/match-runs", headers=ida), 409, "transition-not-allowed")
    assert client.post(f"{address}/renewal", headers=ida).get_json()["state"] == "open"
    closed = client.post(
        f"{address}/closing", json={"reason": "solved"}, headers=with_tag(client, address, staff)
    )
    assert closed.get_json()["closing_reason"] == "solved"
    refusal(client.post(f"{address}/renewal", headers=ida), 409, "transition-not-allowed")


def test_staff_see_similar_challenges_of_firms_and_firms_do_not(
    client: FlaskClient, address: str, ida: dict[str, str], staff: dict[str, str]
) -> None:
    sent = {"text": f"{WELDING} And again."}
    other = client.post(f"{V1}/challenges", json=sent).headers["Location"]

    assert client.get(f"{other}/similar").get_json()["items"] == []
    (found,) = client.get(f"{other}/similar", headers=staff).get_json()["items"]
    assert found["challenge"]["title"] == "Cracks"


@pytest.mark.parametrize("text", ["", "x" * 2_001])
def test_a_message_of_nothing_or_too_much_is_refused(
    client: FlaskClient, address: str, ida: dict[str, str], text: str
) -> None:
    refused = client.post(f"{address}/thread", json={"text": text}, headers=ida)
    assert pointers(refusal(refused, 422, "validation")) == ["#/text"]
