"""What is said about a list is a condition of the next one, and a wrong word is named."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from matchmaker.bootstrap import Matchmaker
from tests.api.conftest import Submit, pointers, refusal

#: People are named to those who have signed in.
pytestmark = pytest.mark.usefixtures("firm")

NOBODY = "00000000-0000-0000-0000-000000000007"


@pytest.fixture
def runs(submit: Submit) -> str:
    """Return the address of the runs of a challenge from Aalborg."""
    return f"{submit(place='9000').headers['Location']}/match-runs"


def test_a_list_is_steered_by_what_is_said_about_it(client: FlaskClient, runs: str) -> None:
    first = client.post(runs).get_json()
    ids = {match["profile"]["name"]: match["profile"]["id"] for match in first["matches"]}
    conditions = {
        "required_terms": ["svejsning"],
        "excluded_terms": ["hydrogen"],
        "more_like": [ids["Institut for Sømme"]],
        "dismissed": [
            {"profile_id": ids["Ida Berg"], "reason": "already-known", "note": "Met in 2024."}
        ],
        "place_weight": 0.5,
    }

    run = client.post(runs, json=conditions).get_json()

    assert {name: run["conditions"][name] for name in conditions} == conditions
    shown = [match["profile"]["name"] for match in run["matches"]]
    assert "Institut for Sømme" in shown
    assert "Ida Berg" not in shown
    funnel = {step["rule"]: step["number"] for step in run["funnel"]}
    assert (funnel["required-terms"], funnel["dismissed"]) == (4, 1)
    assert "encode" not in run["timings_ms"]


def test_a_run_from_before_there_were_as_many_conditions_is_still_read(
    client: FlaskClient, runs: str, workshop: Matchmaker
) -> None:
    run = client.post(runs).get_json()
    old = '{"partner_kinds": [], "languages": [], "within_km": null, "limit": 20}'
    with workshop.engine.begin() as connection:
        connection.execute(text("UPDATE match_runs SET conditions = :old"), {"old": old})

    kept = client.get(f"/api/v1/match-runs/{run['id']}").get_json()

    assert kept["conditions"] == run["conditions"]
    assert workshop.matchmaking.replay(UUID(run["id"])).same


INVALID: dict[str, tuple[Any, list[str]]] = {
    "terms alone": ({"required_terms": "laser"}, ["#/required_terms"]),
    "an empty term": ({"required_terms": ["laser", ""]}, ["#/required_terms/1"]),
    "a blank term": ({"required_terms": ["  "]}, ["#/required_terms"]),
    "a function word": ({"excluded_terms": ["og"]}, ["#/excluded_terms"]),
    "a long term": ({"excluded_terms": ["x" * 61]}, ["#/excluded_terms/0"]),
    "a term on two lines": ({"required_terms": ["a\nb"]}, ["#/required_terms/0"]),
    "too many terms": ({"required_terms": ["laser"] * 11}, ["#/required_terms"]),
    "required and excluded": (
        {"required_terms": ["laser"], "excluded_terms": ["Laser"]},
        ["#/excluded_terms"],
    ),
    "an example that nobody knows": ({"more_like": [NOBODY]}, ["#/more_like"]),
    "an example that is no id": ({"more_like": ["Ida"]}, ["#/more_like/0"]),
    "too many examples": ({"more_like": [NOBODY] * 6}, ["#/more_like"]),
    "a dismissal of nobody": (
        {"dismissed": [{"profile_id": NOBODY, "reason": "other"}]},
        ["#/dismissed"],
    ),
    "a dismissal without reason": (
        {"dismissed": [{"profile_id": NOBODY}]},
        ["#/dismissed/0/reason"],
    ),
    "an unknown reason": (
        {"dismissed": [{"profile_id": NOBODY, "reason": "ugly"}]},
        ["#/dismissed/0/reason"],
    ),
    "a long note": (
        {"dismissed": [{"profile_id": NOBODY, "reason": "other", "note": "x" * 201}]},
        ["#/dismissed/0/note"],
    ),
    "too much place": ({"place_weight": 3.5}, ["#/place_weight"]),
    "less than no place": ({"place_weight": -1}, ["#/place_weight"]),
    "a place weight as text": ({"place_weight": "1"}, ["#/place_weight"]),
    "a place weight that is true": ({"place_weight": True}, ["#/place_weight"]),
}


@pytest.mark.parametrize("case", INVALID)
def test_a_condition_that_makes_no_sense_is_named(
    client: FlaskClient, runs: str, case: str
) -> None:
    body, places = INVALID[case]

    problem = refusal(client.post(runs, json=body), 422, "validation")

    assert pointers(problem) == places
    assert client.get(runs).get_json()["total"] == 0
