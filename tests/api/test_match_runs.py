"""Match runs: conditions, the funnel, reasons, and nobody fitting as a result."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Profile, Visibility
from matchmaker.storage.database import Sessions
from tests.api.conftest import Submit, pointers, refusal
from tests.factories import NOW, a_workshop

#: People are named to those who have signed in.
pytestmark = pytest.mark.usefixtures("firm")


@pytest.fixture
def runs(submit: Submit) -> str:
    """Return the address of the runs of a challenge from Aalborg."""
    return f"{submit(place='9000').headers['Location']}/match-runs"


@pytest.mark.parametrize("body", [None, {}], ids=["no body", "an empty object"])
def test_without_conditions_every_kind_is_asked(
    client: FlaskClient, runs: str, body: dict[str, Any] | None
) -> None:
    run = client.post(runs, json=body).get_json() if body else client.post(runs).get_json()

    assert run["conditions"] == {
        "partner_kinds": [],
        "languages": [],
        "within_km": None,
        "limit": 20,
        "required_terms": [],
        "excluded_terms": [],
        "more_like": [],
        "dismissed": [],
        "place_weight": None,
    }
    assert run["matches"]
    assert [match["rank"] for match in run["matches"]] == list(range(1, len(run["matches"]) + 1))


def test_the_funnel_adds_up(client: FlaskClient, runs: str) -> None:
    run = client.post(runs, json={"partner_kinds": ["expert"]}).get_json()

    funnel = {step["rule"]: step["number"] for step in run["funnel"]}
    rules = (
        *("visible", "available", "partner-kind", "language", "distance"),
        *("capacity", "cool-down", "conflict"),
        *("required-terms", "excluded-terms", "dismissed"),
    )
    assert [step["rule"] for step in run["funnel"]] == [
        "all", *rules, "eligible", "considered", "above-floor", "folded", "matched",
    ]  # fmt: skip
    assert funnel["all"] - sum(funnel[rule] for rule in rules) == funnel["eligible"] == 2
    assert funnel["matched"] == len(run["matches"])


def test_a_run_says_what_it_was_made_with(
    client: FlaskClient, runs: str, workshop: Matchmaker
) -> None:
    run = client.post(runs).get_json()

    policy = workshop.matchmaking.policy
    assert run["policy"] == {"name": policy.name, "version": policy.version}
    assert run["encoder"] == workshop.matchmaking.encoder.spec.fingerprint
    assert run["generation"] == workshop.indexing.readiness().generation
    assert run["challenge_revision"] == 1
    assert run["timings_ms"]
    assert all(milliseconds >= 0 for milliseconds in run["timings_ms"].values())


def test_a_match_shows_who_where_and_why(client: FlaskClient, runs: str) -> None:
    run = client.post(runs, json={"partner_kinds": ["expert"]}).get_json()

    match = run["matches"][0]
    assert match["kind"] == match["profile"]["kind"] == "expert"
    assert match["profile"]["name"] == "Ida Berg"
    assert match["profile"]["place"]["city"] == "Aalborg"
    assert match["fit"] in {"strong", "good", "possible"}
    assert 0 < match["score"] <= 1
    assert any("cracks" in passage["passage"] for passage in match["evidence"])
    answered = {passage["answers"] for passage in match["evidence"]}
    assert not answered & set(match["uncovered"])
    assert set(match["uncovered"]) <= set(run["sentences"])


def test_a_limit_shortens_the_list(client: FlaskClient, runs: str) -> None:
    run = client.post(runs, json={"limit": 1}).get_json()

    assert len(run["matches"]) == 1


def test_nobody_fits_is_a_result(client: FlaskClient, submit: Submit) -> None:
    address = submit("Hvilken farve gardiner passer bedst til kantinens nye stole?").headers

    response = client.post(f"{address['Location']}/match-runs")

    assert response.status_code == 201
    assert response.get_json()["matches"] == []


def test_a_number_may_be_written_with_a_point(client: FlaskClient, runs: str) -> None:
    run = client.post(runs, json={"limit": 1.0, "within_km": 50.0}).get_json()

    assert (run["conditions"]["limit"], run["conditions"]["within_km"]) == (1, 50)


def test_doubles_among_conditions_count_once(client: FlaskClient, runs: str) -> None:
    run = client.post(
        runs, json={"partner_kinds": ["expert", "expert"], "languages": ["da", "da"]}
    ).get_json()

    assert run["conditions"]["partner_kinds"] == ["expert"]
    assert run["conditions"]["languages"] == ["da"]


def test_runs_are_listed_newest_first(client: FlaskClient, runs: str) -> None:
    ids = [client.post(runs).get_json()["id"] for _ in range(3)]

    listed = client.get(runs).get_json()
    assert [run["id"] for run in listed["items"]] == ids[::-1]
    assert (listed["total"], listed["offset"], listed["limit"]) == (3, 0, 20)
    assert all("matches" not in run for run in listed["items"])
    part = client.get(f"{runs}?offset=1&limit=1").get_json()
    assert [run["id"] for run in part["items"]] == [ids[1]]
    assert part["total"] == 3


def test_matches_are_read_a_part_at_a_time(client: FlaskClient, runs: str) -> None:
    run = client.post(runs)
    matches = run.get_json()["matches"]
    assert len(matches) >= 2

    parts = [
        client.get(f"{run.headers['Location']}/matches?offset={offset}&limit=1").get_json()
        for offset in range(len(matches))
    ]

    assert [match for part in parts for match in part["items"]] == matches
    assert {part["total"] for part in parts} == {len(matches)}


def test_the_words_that_count_are_marked_when_asked_for(client: FlaskClient, runs: str) -> None:
    run = client.post(runs)
    address = run.headers["Location"]
    made = run.get_json()["matches"]
    assert all(one["highlights"] is None for match in made for one in match["evidence"])

    marked = client.get(f"{address}/highlights").get_json()

    assert [match["profile"] for match in marked["items"]] == [match["profile"] for match in made]
    words = {
        one["passage"][start:end]
        for match in marked["items"]
        for one in match["evidence"]
        for start, end in one["highlights"]
    }
    assert words
    assert client.get(address).get_json()["matches"] == marked["items"]
    assert client.get(f"{address}/matches").get_json() == marked


def test_marks_are_read_a_part_at_a_time_too(client: FlaskClient, runs: str) -> None:
    address = client.post(runs).headers["Location"]

    part = client.get(f"{address}/highlights?offset=1&limit=1").get_json()

    assert [match["rank"] for match in part["items"]] == [2]
    assert client.get(f"{address}/matches").get_json()["total"] == part["total"]


def test_there_are_no_marks_of_a_run_that_is_not_there(client: FlaskClient) -> None:
    refusal(client.get(f"/api/v1/match-runs/{UUID(int=0)}/highlights"), 404, "not-found")


def test_a_run_keeps_its_list_when_the_challenge_changes(
    client: FlaskClient, submit: Submit
) -> None:
    address = submit().headers["Location"]
    run = client.post(f"{address}/match-runs")
    client.patch(
        address,
        json={"text": "Planlægning af ordrer i en maskinfabrik driller os."},
        headers={"If-Match": '"1"'},
    )

    kept = client.get(run.headers["Location"]).get_json()

    assert kept["matches"] == run.get_json()["matches"]
    assert kept["sentences"] == run.get_json()["sentences"]
    assert kept["challenge_revision"] == 1


def test_a_changed_challenge_is_matched_anew(client: FlaskClient, submit: Submit) -> None:
    address = submit().headers["Location"]
    first = client.post(f"{address}/match-runs").get_json()
    text = "Planlægning af ordrer i en maskinfabrik driller os. Vi mangler simulering af flow."
    client.patch(address, json={"text": text}, headers={"If-Match": '"1"'})

    second = client.post(f"{address}/match-runs").get_json()

    assert second["challenge_revision"] == 2
    assert second["language"] == "da"
    assert " ".join(second["sentences"]) == text
    assert second["matches"][0]["profile"]["name"] == "Jens Falk"
    assert first["matches"][0]["profile"]["name"] != "Jens Falk"


def test_an_erased_profile_leaves_the_run(
    client: FlaskClient, runs: str, workshop: Matchmaker
) -> None:
    run = client.post(runs)
    gone = run.get_json()["matches"][0]["profile"]

    workshop.profiles.erase(UUID(gone["id"]))

    left = client.get(run.headers["Location"])
    assert left.status_code == 200
    assert gone["name"] not in left.get_data(as_text=True)


def test_a_profile_that_is_public_no_more_is_a_place_without_name(
    client: FlaskClient, runs: str, workshop: Matchmaker
) -> None:
    run = client.post(runs)
    gone = run.get_json()["matches"][0]
    with Sessions(workshop.engine).writing() as session:
        profile = session.get_one(Profile, UUID(gone["profile"]["id"]))
        profile.revise(at=NOW, visibility=Visibility.STAFF)

    kept = client.get(run.headers["Location"])

    match = kept.get_json()["matches"][0]
    assert match == {**gone, "profile": None, "facts": None, "evidence": [], "uncovered": []}
    assert gone["profile"]["name"] not in kept.get_data(as_text=True)
    assert gone["profile"]["id"] not in kept.get_data(as_text=True)
    listed = client.get(f"{run.headers['Location']}/matches").get_json()["items"]
    assert listed == kept.get_json()["matches"]


def test_who_says_the_same_is_named_under_the_place(
    client: FlaskClient, submit: Submit, workshop: Matchmaker
) -> None:
    twin = next(one for one in a_workshop() if one.name == "Institut for Sømme")
    workshop.profiles.register_all([twin])

    run = client.post(f"{submit().headers['Location']}/match-runs").get_json()

    (shared,) = [match for match in run["matches"] if match["folded"]]
    assert shared["profile"]["name"] == "Institut for Sømme"
    assert shared["folded"][0]["name"] == "Institut for Sømme"
    assert shared["folded"][0]["id"] != shared["profile"]["id"]
    assert {step["rule"]: step["number"] for step in run["funnel"]}["folded"] == 1


INVALID: dict[str, tuple[Any, list[str]]] = {
    "an unknown partner kind": ({"partner_kinds": ["bank"]}, ["#/partner_kinds/0"]),
    "a partner kind alone": ({"partner_kinds": "expert"}, ["#/partner_kinds"]),
    "too many partner kinds": ({"partner_kinds": ["hub"] * 21}, ["#/partner_kinds"]),
    "the second language": ({"languages": ["da", "dansk"]}, ["#/languages/1"]),
    "no distance": ({"within_km": 0}, ["#/within_km"]),
    "beyond the earth": ({"within_km": 20_001}, ["#/within_km"]),
    "a distance as text": ({"within_km": "50"}, ["#/within_km"]),
    "a fraction": ({"within_km": 1.5}, ["#/within_km"]),
    "an endless distance": ({"within_km": 1e300}, ["#/within_km"]),
    "no matches at all": ({"limit": 0}, ["#/limit"]),
    "too many": ({"limit": 101}, ["#/limit"]),
    "true": ({"limit": True}, ["#/limit"]),
    "a huge number": ({"limit": 10**4000}, ["#/limit"]),
    "null": ({"limit": None}, ["#/limit"]),
    "an unknown condition": ({"price": 1}, ["#/price"]),
    "a list": ([], ["#"]),
}


@pytest.mark.parametrize("case", INVALID)
def test_conditions_that_are_not_allowed_are_named(
    client: FlaskClient, runs: str, case: str
) -> None:
    body, places = INVALID[case]

    assert pointers(refusal(client.post(runs, json=body), 422, "validation")) == places
    assert client.get(runs).get_json()["total"] == 0
