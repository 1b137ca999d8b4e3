"""What API tests share: a challenge to work on, and how to read a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, Challenge, Role
from tests.api.placing import Caller, Parties, all_parties
from tests.people import somebody, token_of

#: Shares its words with the evidence of ``Ida Berg`` and ``Institut for Sømme``.
WELDING = (
    "Our welded aluminium frames have cracks. "
    "We need testing of welded joints with ultrasound and radiography. "
    "Robot welding of small series is planned."
)

#: What a text may hold and still is only a text.
Submit = Callable[..., TestResponse]


@pytest.fixture
def submit(client: FlaskClient) -> Submit:
    """Submit a challenge; the text can be left out."""

    def post(text: str = WELDING, **values: Any) -> TestResponse:
        response = client.post("/api/v1/challenges", json={"text": text, **values})
        assert response.status_code == 201, response.get_data(as_text=True)
        return response

    return post


@pytest.fixture
def firm(client: FlaskClient, workshop: Matchmaker) -> Account:
    """The account of a firm; every request of the client comes with its token."""
    account = somebody(workshop, Role.FIRM, "firm")
    token = token_of(workshop, account)["Authorization"]
    client.environ_base["HTTP_AUTHORIZATION"] = token
    return account


@pytest.fixture
def stored(matchmaker: Matchmaker) -> Callable[[], int]:
    """Count the challenges in the database."""

    def count() -> int:
        with matchmaker.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(Challenge)) or 0

    return count


@pytest.fixture
def parties(workshop: Matchmaker) -> Parties:
    """Everybody who has to do with a cohort, and one who has not."""
    return all_parties(workshop)


@pytest.fixture
def call(client: FlaskClient) -> Caller:
    """Send a request as one of them."""
    return Caller(client)


def refusal(response: TestResponse, status: int, slug: str) -> Any:
    """Return the problem in a response, after checking everything that all problems share."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    problem = response.get_json(force=True)
    assert problem["type"] == f"/problems/{slug}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == f"urn:uuid:{response.headers['X-Request-ID']}"
    return problem


def pointers(problem: Any) -> list[str]:
    """Return where the values are that have to change."""
    return [error.get("pointer") or error.get("parameter") for error in problem["errors"]]
