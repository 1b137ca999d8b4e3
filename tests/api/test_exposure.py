"""The report of exposure over HTTP: rows, parts of it, and periods that cannot be."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from tests.api.conftest import Submit, pointers, refusal


@pytest.fixture
def shown(client: FlaskClient, submit: Submit, workshop: Matchmaker) -> FlaskClient:
    """The client, after two lists."""
    for _ in range(2):
        assert client.post(f"{submit().headers['Location']}/match-runs").get_json()["matches"]
    return client


def test_the_report_names_organisations_and_counts_persons_by_kind(shown: FlaskClient) -> None:
    report = shown.get("/api/v1/exposure").get_json()

    assert (report["runs"], report["lists"]) == (2, 2)
    assert (report["first_day"], report["last_day"]) == (None, None)
    by_kind = {row["partner_kind"]: row for row in report["kinds"]}
    assert by_kind["expert"]["shown"] == 2
    assert sum(row["exposure_share"] for row in report["kinds"]) == pytest.approx(1)
    assert sum(row["merit_share"] for row in report["kinds"]) == pytest.approx(1, abs=1e-4)
    institute = next(row for row in report["items"] if row["name"] == "Institut for Sømme")
    assert (institute["considered"], institute["shown"], institute["places"]) == (2, 2, 2)
    assert institute["partner_kind"] == "institute"
    assert report["total"] == len(report["items"])


def test_no_person_and_no_text_is_in_the_report(shown: FlaskClient) -> None:
    text = shown.get("/api/v1/exposure").get_data(as_text=True)

    for word in ("Ida", "Berg", "Jens", "Falk", "Bo Lund", "weld", "crack"):
        assert word not in text


def test_families_are_read_a_part_at_a_time(shown: FlaskClient) -> None:
    whole = shown.get("/api/v1/exposure").get_json()
    assert whole["total"] > 1

    part = shown.get("/api/v1/exposure?offset=1&limit=1").get_json()

    assert part["items"] == whole["items"][1:2]
    assert (part["total"], part["offset"], part["limit"]) == (whole["total"], 1, 1)
    assert part["kinds"] == whole["kinds"]


def test_a_period_without_lists_is_an_empty_report(shown: FlaskClient) -> None:
    report = shown.get("/api/v1/exposure?first_day=2020-01-01&last_day=2020-12-31").get_json()

    assert (report["first_day"], report["last_day"]) == ("2020-01-01", "2020-12-31")
    assert (report["runs"], report["kinds"], report["items"]) == (0, [], [])


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("first_day=yesterday", "first_day"),
        ("last_day=2026-02-30", "last_day"),
        ("first_day=2026-02-02&last_day=2026-02-01", "last_day"),
        ("limit=0", "limit"),
        ("person=Ida", "person"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    client: FlaskClient, query: str, named: str
) -> None:
    problem = refusal(client.get(f"/api/v1/exposure?{query}"), 422, "validation")

    assert pointers(problem) == [named]
