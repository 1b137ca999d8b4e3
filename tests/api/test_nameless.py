"""Without a token, people in a list are a kind, a field and a place: nothing leads to a name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Conditions, Dismissal, DismissalReason, Profile, ProfileKind, Role
from tests.api.conftest import Submit, refusal
from tests.people import somebody, token_of

PEOPLE = {ProfileKind.EXPERT, ProfileKind.STUDENT}


@pytest.fixture
def people(workshop: Matchmaker) -> list[Profile]:
    """The experts and students of the workshop, with all that they say."""
    ids = [one.id for one in workshop.profiles.page(limit=100).items if one.kind in PEOPLE]
    return [workshop.profiles.get(one) for one in ids]


@pytest.fixture
def asked(submit: Submit) -> str:
    """Return the address of a challenge without an account."""
    return str(submit(place="9000").headers["Location"])


def secrets(people: list[Profile]) -> set[str]:
    """Return everything that would lead to somebody."""
    found = set()
    for one in people:
        found |= {str(one.id), one.id.hex, one.name}
        found |= {part for part in one.name.split() if len(part) > 3}
        found |= {str(item.id) for item in one.evidence}
        found |= {item.text for item in one.evidence if len(item.text) > 20}
    return found


def told(answers: list[str], people: list[Profile]) -> set[str]:
    return {secret for secret in secrets(people) for answer in answers if secret in answer}


def test_no_answer_without_a_token_leads_to_a_person(
    client: FlaskClient, asked: str, people: list[Profile]
) -> None:
    ran = client.post(f"{asked}/match-runs")
    run = ran.headers["Location"]
    addresses = (
        run,
        f"{run}/matches",
        f"{run}/highlights",
        f"{asked}/match-runs",
        f"{asked}/similar",
        asked,
    )
    answers = [ran.get_data(as_text=True)]
    answers += [client.get(address).get_data(as_text=True) for address in addresses]

    assert told(answers, people) == set()
    kinds = [match["profile"]["kind"] for match in ran.get_json()["matches"]]
    assert "expert" in kinds  # or nothing would be shown here
    assert told(["Ida Berg"], people)  # or the test would find nothing


def test_a_person_is_a_kind_a_field_and_a_municipality_and_others_have_names(
    client: FlaskClient, asked: str
) -> None:
    matches = client.post(f"{asked}/match-runs").get_json()["matches"]
    (ida, *_) = [one for one in matches if one["profile"]["kind"] == "expert"]

    assert (ida["profile"]["id"], ida["profile"]["name"], ida["score"]) == (None, None, None)
    place = ida["profile"]["place"]
    assert place["municipality"]
    assert [place[name] for name in ("city", "postcode", "latitude", "longitude")] == [None] * 4
    assert all(one["passage"] is None for one in ida["evidence"])
    assert all(one["evidence_id"] is None and one["answers"] for one in ida["evidence"])
    assert ida["facts"]["distance_km"] % 10 == 0
    others = [one for one in matches if one["profile"]["kind"] in {"organisation", "activity"}]
    assert others
    assert all(one["profile"]["name"] and one["profile"]["id"] and one["score"] for one in others)


def test_the_same_run_names_them_to_who_has_a_token(
    client: FlaskClient, asked: str, workshop: Matchmaker
) -> None:
    run = client.post(f"{asked}/match-runs").headers["Location"]
    nameless = client.get(f"{run}/highlights").get_json()["items"]
    header = token_of(workshop, somebody(workshop, Role.PARTNER))

    named = client.get(run, headers=header).get_json()["matches"]

    assert [one["rank"] for one in named] == [one["rank"] for one in nameless]
    assert all(one["profile"]["name"] for one in named)
    assert any(passage["highlights"] for one in named for passage in one["evidence"])


@pytest.mark.parametrize("how", ["more_like", "dismissed"])
def test_a_person_cannot_be_pointed_at_to_see_which_line_moves(
    client: FlaskClient, asked: str, people: list[Profile], how: str
) -> None:
    one = str(people[0].id)
    said: dict[str, Any] = {
        "more_like": {"more_like": [one]},
        "dismissed": {"dismissed": [{"profile_id": one, "reason": "other"}]},
    }

    refusal(client.post(f"{asked}/match-runs", json=said[how]), 401, "not-signed-in")


def test_an_organisation_may_be_pointed_at(client: FlaskClient, asked: str) -> None:
    matches = client.post(f"{asked}/match-runs").get_json()["matches"]
    known = next(one["profile"]["id"] for one in matches if one["profile"]["id"])

    run = client.post(f"{asked}/match-runs", json={"more_like": [known]})

    assert run.get_json()["conditions"]["more_like"] == [known]


def test_whom_staff_named_in_the_conditions_is_left_out_for_others(
    client: FlaskClient, asked: str, workshop: Matchmaker, people: list[Profile]
) -> None:
    challenge_id = UUID(asked.rsplit("/", 1)[-1])
    first, second = (one.id for one in people[:2])
    run = workshop.matchmaking.run(
        challenge_id,
        conditions=Conditions(
            more_like=(first,),
            dismissed=(Dismissal(profile_id=second, reason=DismissalReason.OTHER),),
        ),
    )

    answers = [
        client.get(f"/api/v1/match-runs/{run.id}").get_data(as_text=True),
        client.get(f"{asked}/match-runs").get_data(as_text=True),
        client.get(asked.removeprefix("/api/v1")).get_data(as_text=True),
    ]

    assert told(answers, people) == set()
    assert workshop.matchmaking.get_run(run.id).conditions["more_like"] == [str(first)]


def test_a_person_who_is_hidden_since_is_nameless_too(
    client: FlaskClient, asked: str, workshop: Matchmaker, people: list[Profile]
) -> None:
    run = client.post(f"{asked}/match-runs").headers["Location"]
    workshop.curation.withdraw(next(one.id for one in people if one.name == "Ida Berg"), by=None)

    shown = client.get(run)

    assert told([shown.get_data(as_text=True)], people) == set()
    assert [one["profile"] for one in shown.get_json()["matches"]].count(None) == 1
