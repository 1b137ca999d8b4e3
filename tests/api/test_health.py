"""Health: alive is not the same as ready."""

from __future__ import annotations

from flask.testing import FlaskClient

from api.app import create_app
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from tests.api.conftest import refusal
from tests.factories import an_expert


def test_the_process_answers(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "alive"}


def test_an_indexed_service_is_ready(client: FlaskClient, workshop: Matchmaker) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.get_json() == {
        "ready": True,
        "encoder": workshop.matchmaking.encoder.spec.name,
        "generation": 1,
        "position": 8,
        "waiting": 0,
        "oldest_waiting": None,
    }


def test_before_the_first_index_the_service_is_alive_but_not_ready(
    matchmaker: Matchmaker,
) -> None:
    client = create_app(matchmaker.settings, matchmaker).test_client()

    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert "indexed" in refusal(response, 503, "not-ready")["detail"]
    assert response.headers["Retry-After"]


def test_profiles_that_wait_are_counted(settings: Settings, workshop: Matchmaker) -> None:
    from dataclasses import replace

    lazy = build(replace(settings, indexing="off"), encoder=workshop.matchmaking.encoder)
    lazy.profiles.register_all([an_expert("Nora Dam")])

    readiness = create_app(settings, lazy).test_client().get("/readyz").get_json()

    assert readiness["waiting"] == 1
    assert readiness["oldest_waiting"]
    lazy.close()


def test_without_a_database_the_service_is_alive_but_not_ready(settings: Settings) -> None:
    service = build(settings)
    client = create_app(settings, service).test_client()

    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    service.close()
