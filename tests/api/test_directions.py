"""Challenges for a profile, and challenges like one, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Challenge, ChallengeAction
from matchmaker.storage import challenges
from matchmaker.storage.database import Sessions
from tests.api.conftest import WELDING, Submit, pointers, refusal
from tests.factories import NOW

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def sample(workshop: Matchmaker) -> Challenge:
    """A shipped challenge about welding."""
    one = Challenge(
        title="Cracks", text=WELDING, language="en", sample=True, created_at=NOW, updated_at=NOW
    )
    workshop.challenges.register_samples([one])
    return one


@pytest.fixture
def address(client: FlaskClient) -> str:
    """The address of the challenges for Ida Berg."""
    ida = client.get("/api/v1/profiles?text=Ida").get_json()["items"][0]["id"]
    return f"/api/v1/profiles/{ida}/challenges"


@pytest.fixture
def opened(workshop: Matchmaker, submit: Submit) -> Callable[[], str]:
    """Submit a challenge and open it, as an adviser will."""

    def submit_and_open() -> str:
        given = submit(title="Mine").get_json()["id"]
        with Sessions(workshop.engine).writing() as session:
            challenges.get(session, UUID(given)).apply(ChallengeAction.OPEN, at=NOW)
        return str(given)

    return submit_and_open


def test_a_profile_is_told_which_challenges_and_why(
    client: FlaskClient, address: str, sample: Challenge
) -> None:
    found = client.get(address).get_json()

    assert (found["total"], found["offset"], found["limit"]) == (1, 0, 20)
    (one,) = found["items"]
    assert one["challenge"] == {
        "id": str(sample.id),
        "title": "Cracks",
        "excerpt": WELDING,
        "language": "en",
        "state": "submitted",
        "sample": True,
    }
    assert one["fit"] in {"strong", "good", "possible"}
    (cracks,) = [found for found in one["evidence"] if "cracks" in found["passage"]]
    assert "cracks" in cracks["answers"]
    assert not {passage["answers"] for passage in one["evidence"]} & set(one["uncovered"])
    assert one["facts"]["speaks_challenge_language"] is True


@pytest.mark.usefixtures("firm")
def test_the_score_is_that_of_a_match_run(
    client: FlaskClient, address: str, sample: Challenge
) -> None:
    run = client.post(f"/api/v1/challenges/{sample.id}/match-runs").get_json()

    (of_run,) = [one for one in run["matches"] if one["profile"]["name"] == "Ida Berg"]
    (of_profile,) = client.get(address).get_json()["items"]
    # Words are marked in the lists of a challenge only.
    for passage in of_run["evidence"]:
        del passage["highlights"]
    assert {name: of_profile[name] for name in ("fit", "score", "evidence", "uncovered")} == {
        name: of_run[name] for name in ("fit", "score", "evidence", "uncovered")
    }


def test_a_firms_own_challenge_is_not_shown_before_it_is_opened_and_its_id_never(
    client: FlaskClient, address: str, sample: Challenge, submit: Submit, opened: Callable[[], str]
) -> None:
    hidden = submit(title="Hidden").get_json()["id"]
    open_ = opened()
    similar = f"/api/v1/challenges/{sample.id}/similar"

    for answer in (client.get(address), client.get(similar)):
        shown = {one["challenge"]["title"]: one["challenge"] for one in answer.get_json()["items"]}
        assert "Hidden" not in shown
        assert (shown["Mine"]["id"], shown["Mine"]["state"]) == (None, "open")
        assert hidden not in answer.get_data(as_text=True)
        assert open_ not in answer.get_data(as_text=True)


def test_similar_challenges_come_with_the_sentences_that_correspond(
    client: FlaskClient, sample: Challenge, submit: Submit
) -> None:
    address = submit().headers["Location"]

    found = client.get(f"{address}/similar").get_json()

    (one,) = found["items"]
    assert one["challenge"]["id"] == str(sample.id)
    assert one["pairs"]
    assert all(pair["asked"] == pair["similar"] for pair in one["pairs"])
    assert client.get(f"{address}/similar?offset=1").get_json()["items"] == []


@pytest.mark.parametrize("what", ["profiles/{}/challenges", "challenges/{}/similar"])
def test_what_is_not_there_is_a_problem(client: FlaskClient, what: str) -> None:
    refusal(client.get(f"/api/v1/{what.format(NOBODY)}"), 404, "not-found")


def test_a_part_that_makes_no_sense_is_refused(client: FlaskClient, address: str) -> None:
    problem = refusal(client.get(f"{address}?limit=0&offset=x"), 422, "validation")
    assert sorted(pointers(problem)) == ["limit", "offset"]


def test_without_an_index_it_says_when_to_come_back(
    client: FlaskClient, workshop: Matchmaker, address: str
) -> None:
    with workshop.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM index_generations")
    response = client.get(address)
    refusal(response, 503, "index-not-ready")
    assert response.headers["Retry-After"]
