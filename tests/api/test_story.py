"""A firm with a problem, over HTTP only: from the first words to the partner's own page."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import WELDING

#: People are named to those who have signed in.
pytestmark = pytest.mark.usefixtures("firm")


def test_a_firm_finds_the_welding_expert_and_can_see_why(client: FlaskClient) -> None:
    submitted = client.post(
        "/api/v1/challenges", json={"text": WELDING, "title": "Cracked frames", "place": "9000"}
    )
    assert submitted.status_code == 201
    challenge = submitted.get_json()
    assert challenge["language"] == "en"
    assert "match" in challenge["actions"]

    ran = client.post(
        f"{submitted.headers['Location']}/match-runs",
        json={"partner_kinds": ["expert", "institute"], "languages": ["da"], "within_km": 50},
    )
    assert ran.status_code == 201
    run = ran.get_json()
    assert run["challenge_id"] == challenge["id"]
    assert run["conditions"]["partner_kinds"] == ["expert", "institute"]
    assert " ".join(run["sentences"]).endswith(WELDING)
    best = run["matches"][0]
    assert best["rank"] == 1
    assert best["profile"]["name"] in {"Ida Berg", "Institut for Sømme"}
    assert best["facts"] == {"distance_km": 4, "speaks_challenge_language": True}
    for passage in best["evidence"]:
        assert passage["answers"] == run["sentences"][passage["answers_index"]]
    assert {match["kind"] for match in run["matches"]} <= {"expert", "institute"}

    page = client.get(f"{ran.headers['Location']}/matches?limit=1").get_json()
    assert page["items"] == [best]
    assert page["total"] == len(run["matches"])

    profile = client.get(f"/api/v1/profiles/{best['profile']['id']}").get_json()
    assert profile["name"] == best["profile"]["name"]
    shown = {item["id"]: item["text"] for item in profile["evidence"]}
    carried = [passage for passage in best["evidence"] if passage["evidence_id"]]
    assert carried
    assert all(shown[passage["evidence_id"]] in passage["passage"] for passage in carried)

    again = client.get(ran.headers["Location"])
    assert again.get_json()["matches"] == run["matches"]
    listed = client.get(f"{submitted.headers['Location']}/match-runs").get_json()
    assert [one["id"] for one in listed["items"]] == [run["id"]]


def test_a_firm_changes_its_mind_and_withdraws(client: FlaskClient) -> None:
    submitted = client.post("/api/v1/challenges", json={"text": WELDING})
    address, tag = submitted.headers["Location"], submitted.headers["ETag"]

    changed = client.patch(address, json={"title": "Frames"}, headers={"If-Match": tag})
    assert changed.get_json()["title"] == "Frames"
    withdrawn = client.delete(address, headers={"If-Match": changed.headers["ETag"]})

    assert withdrawn.get_json()["state"] == "withdrawn"
    assert withdrawn.get_json()["actions"] == []
    assert client.get(address).get_json()["state"] == "withdrawn"
    assert client.post(f"{address}/match-runs").status_code == 409
