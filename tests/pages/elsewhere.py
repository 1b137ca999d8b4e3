"""An OpenID Connect provider of its own process, and browsers that go there and come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import requests
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.app import create_app
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, ExternalIdentity, Role
from matchmaker.storage.database import Sessions

PUBLIC = "http://localhost"
BACK = "/sign-in/provider/back"


class Elsewhere:
    """The provider, and what its own pages would be clicked on for."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"

    def knows(self, subject: str, **claims: Any) -> None:
        """Tell it about somebody."""
        answer = requests.put(f"{self.issuer}/users/{quote(subject)}", json=claims, timeout=10)
        assert answer.ok, answer.text

    def agree(self, address: str, subject: str, **changes: str) -> str:
        """Sign in there; return the address it sends the browser to. Changes forge the question."""
        parts = urlsplit(address)
        asked = urlencode({**dict(parse_qsl(parts.query)), **changes})
        answer = requests.post(
            parts._replace(query=asked).geturl(),
            data={"sub": subject},
            allow_redirects=False,
            timeout=10,
        )
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


def browser(matchmaker: Matchmaker, **settings: str) -> FlaskClient:
    changed = replace(
        matchmaker.settings,
        **{
            "oidc_client_id": "matchmaker",
            "oidc_client_secret": "s3cret",
            "oidc_name": "Klyngens login",
            "public_url": PUBLIC,
            **settings,
        },
    )
    app = create_app(changed, replace(matchmaker, settings=changed))
    app.testing = True
    return app.test_client()


def an_account(matchmaker: Matchmaker, email: str, **values: Any) -> Account:
    row = Account(
        email=email,
        role=Role.PARTNER,
        created_at=datetime.now(UTC),
        **{"email_confirmed_at": datetime.now(UTC), **values},
    )
    with Sessions(matchmaker.engine).writing() as session:
        session.add(row)
    return row


def begin(visitor: FlaskClient, following: str = "") -> str:
    answer = visitor.get("/sign-in/provider", query_string={"next": following})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def come_back(visitor: FlaskClient, address: str) -> TestResponse:
    assert address.startswith(f"{PUBLIC}{BACK}?")
    return visitor.get(address.removeprefix(PUBLIC))


def signed_in_as(visitor: FlaskClient) -> str | None:
    with visitor.session_transaction() as session:
        return session.get("account")


def identities(matchmaker: Matchmaker) -> list[ExternalIdentity]:
    with Sessions(matchmaker.engine).reading() as session:
        return list(session.scalars(select(ExternalIdentity)))
