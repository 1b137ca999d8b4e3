"""What holds for every answer: headers, numbers, log lines, languages, forms."""

from __future__ import annotations

import logging
import re
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.context import EXTENSION
from matchmaker.bootstrap import Matchmaker
from matchmaker.config import Settings
from tests.api.conftest import WELDING

EVERYWHERE = (
    "/api/v1/profiles",
    "/api/v1/nowhere",
    "/api/docs",
    "/problems/",
    "/nowhere",
    "/readyz",
)


@pytest.fixture
def client(own_client: FlaskClient) -> FlaskClient:
    """A client of an application that these tests change."""
    return own_client


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_is_strict_with_the_browser(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "private, no-cache"


def test_every_request_has_a_number_of_its_own(client: FlaskClient) -> None:
    numbers = {client.get("/healthz").headers["X-Request-ID"] for _ in range(3)}

    assert len(numbers) == 3
    assert all(UUID(number) for number in numbers)


def test_the_number_of_a_proxy_is_kept(client: FlaskClient) -> None:
    number = str(uuid4())

    response = client.get("/healthz", headers={"X-Request-ID": number})

    assert response.headers["X-Request-ID"] == number


@pytest.mark.parametrize(
    "number", ["", "7", "x" * 5000, "a b", "<script>", "request_id=1 status=200"]
)
def test_only_a_uuid_is_taken_for_a_number(client: FlaskClient, number: str) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": number})

    assert response.headers["X-Request-ID"] != number
    assert UUID(response.headers["X-Request-ID"])


def test_the_log_has_one_line_for_each_answer(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="api.access")

    response = client.get("/api/v1/profiles?limit=1")

    assert re.fullmatch(
        rf"request_id={response.headers['X-Request-ID']} method=GET route=/api/v1/profiles "
        r"status=200 duration_ms=\d+\.\d",
        caplog.messages[-1],
    )


def test_the_log_holds_no_text_no_name_and_no_key(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    created = client.post("/api/v1/challenges", json={"text": WELDING, "title": "Hemmelig ramme"})
    key = created.get_json()["id"]
    run = client.post(f"/api/v1/challenges/{key}/match-runs").get_json()["id"]
    client.get(f"/api/v1/match-runs/{run}/matches?limit=3")
    client.get("/api/v1/profiles?text=Sammenbrudsen")
    client.get("/api/v1/Sammenbrudsen")
    client.post("/api/v1/challenges", json={"text": "Sammenbrudsen", "place": "Sammenbrudsen"})

    for private in (key, run, "welded", "Hemmelig", "Sammenbrudsen", "limit=3"):
        assert private not in caplog.text
    assert "route=/api/v1/challenges/<uuid:challenge_id>/match-runs" in caplog.text
    assert "route=none method" not in caplog.text
    assert "route=none status=404" in caplog.text


@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        ("/problems/", {}, "da"),
        ("/problems/", {"Accept-Language": "en-GB,en;q=0.9,da;q=0.8"}, "en"),
        ("/problems/", {"Accept-Language": "da-DK"}, "da"),
        ("/problems/", {"Accept-Language": "pl"}, "da"),
        ("/problems/", {"Accept-Language": ";;;q=x"}, "da"),
        ("/problems/?lang=en", {"Accept-Language": "da"}, "en"),
        ("/problems/?lang=xx", {"Accept-Language": "en"}, "en"),
        ("/nowhere?lang=en", {}, "en"),
        ("/api/docs?lang=da", {"Accept-Language": "da"}, "en"),
    ],
)
def test_a_page_speaks_the_language_that_was_asked_for(
    client: FlaskClient, path: str, headers: dict[str, str], language: str
) -> None:
    assert f'<html lang="{language}"' in client.get(path, headers=headers).get_data(as_text=True)


def test_a_chosen_language_is_remembered(client: FlaskClient) -> None:
    client.get("/problems/?lang=en")

    response = client.get("/problems/", headers={"Accept-Language": "da"})

    assert '<html lang="en"' in response.get_data(as_text=True)
    assert "Cookie" in response.headers["Vary"]
    assert "Accept-Language" in response.headers["Vary"]


def test_the_json_api_speaks_english_and_sets_no_cookie(client: FlaskClient) -> None:
    client.set_cookie("lang", "da")

    response = client.get("/api/v1/nowhere", headers={"Accept-Language": "da"})

    assert response.get_json(force=True)["title"] == "Not found"
    assert "Set-Cookie" not in response.headers


def test_a_form_without_its_token_is_refused_with_a_page(client: FlaskClient) -> None:
    app = client.application
    app.add_url_rule("/form", "form", lambda: "taken", methods=["POST"])

    response = client.post("/form?lang=en", data={"text": WELDING})

    assert response.status_code == 400
    assert response.mimetype == "text/html"
    assert "expired" in response.get_data(as_text=True)


def test_the_json_api_needs_no_token(client: FlaskClient) -> None:
    assert client.post("/api/v1/challenges", json={"text": WELDING}).status_code == 201


def test_a_large_form_is_refused_with_a_page(client: FlaskClient) -> None:
    app = client.application
    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/form", "form", _read_form, methods=["POST"])

    response = client.post("/form", data={"text": "x" * 300_000})

    assert (response.status_code, response.mimetype) == (413, "text/html")


def test_the_session_cookie_is_secure_exactly_over_tls(client: FlaskClient) -> None:
    app = client.application
    app.add_url_rule("/visit", "visit", _visit)

    assert "Secure" not in client.get("/visit").headers["Set-Cookie"]
    over_tls = client.get("/visit", base_url="https://localhost").headers["Set-Cookie"]
    assert "Secure" in over_tls
    assert "HttpOnly" in over_tls
    assert "SameSite=Lax" in over_tls


def test_an_app_can_be_made_from_settings_alone(settings: Settings) -> None:
    app = create_app(settings)

    service = app.extensions[EXTENSION]
    assert service.settings is settings
    assert app.secret_key == settings.secret
    service.close()


def test_an_app_takes_the_settings_of_its_service(matchmaker: Matchmaker) -> None:
    app = create_app(matchmaker=matchmaker)

    assert app.secret_key == matchmaker.settings.secret
    assert app.extensions[EXTENSION] is matchmaker


def test_two_apps_share_nothing(matchmaker: Matchmaker, client: FlaskClient) -> None:
    other: Flask = create_app(matchmaker=matchmaker)

    assert (
        other.test_client().get("/api/v1/openapi.json").get_json()
        == client.get("/api/v1/openapi.json").get_json()
    )


def _read_form() -> str:
    from flask import request

    return str(len(request.form))


def _visit() -> str:
    from flask import session

    session["seen"] = True
    return "seen"
