"""Signing in by an OpenID Connect provider: a real one, started here, and everything it gets wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import SettingInvalid
from matchmaker.models import Account
from matchmaker.storage.database import Sessions
from tests.mail.postbox import free_port
from tests.pages.elsewhere import (
    BACK,
    PUBLIC,
    Elsewhere,
    an_account,
    begin,
    browser,
    come_back,
    identities,
    signed_in_as,
)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    """A provider of its own process, as far away as any other."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)],
        env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    running = Elsewhere(port)
    until = time.monotonic() + 30
    while True:
        try:
            requests.get(f"{running.issuer}/jwks", timeout=10)
            break
        except requests.ConnectionError:
            assert time.monotonic() < until
            time.sleep(0.05)
    yield running
    process.kill()
    process.wait()


@pytest.fixture
def visitor(matchmaker: Matchmaker, elsewhere: Elsewhere) -> FlaskClient:
    """A browser on a service that knows the provider."""
    return browser(matchmaker, oidc_issuer=elsewhere.issuer)


@pytest.fixture
def ida(matchmaker: Matchmaker) -> Account:
    """An account whose address is confirmed."""
    return an_account(matchmaker, "ida@example.dk")


def test_who_has_a_verified_address_is_signed_in_and_goes_on_where_they_wanted(
    visitor: FlaskClient, elsewhere: Elsewhere, ida: Account, matchmaker: Matchmaker
) -> None:
    elsewhere.knows("ida-1", email="Ida@Example.dk", email_verified=True)

    answer = come_back(visitor, elsewhere.agree(begin(visitor, "/profiles?page=2"), "ida-1"))

    assert (answer.status_code, answer.headers["Location"]) == (303, "/profiles?page=2")
    assert signed_in_as(visitor) == str(ida.id)
    (identity,) = identities(matchmaker)
    assert (identity.issuer, identity.subject) == (elsewhere.issuer, "ida-1")


def test_the_question_has_state_nonce_and_a_challenge_and_asks_for_a_code(
    visitor: FlaskClient,
) -> None:
    asked = {name: value[0] for name, value in parse_qs(urlsplit(begin(visitor)).query).items()}

    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{PUBLIC}{BACK}"
    assert asked["scope"] == "openid email"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    again = {name: value[0] for name, value in parse_qs(urlsplit(begin(visitor)).query).items()}
    assert not {again["state"], again["nonce"]} & {asked["state"], asked["nonce"]}


def test_the_second_time_the_subject_counts_and_not_the_address(
    visitor: FlaskClient, elsewhere: Elsewhere, ida: Account, matchmaker: Matchmaker
) -> None:
    elsewhere.knows("ida-2", email="ida@example.dk", email_verified=True)
    come_back(visitor, elsewhere.agree(begin(visitor), "ida-2"))
    other = an_account(matchmaker, "bo@example.dk")
    elsewhere.knows("ida-2", email="bo@example.dk", email_verified=True)

    again = browser(matchmaker, oidc_issuer=elsewhere.issuer)
    come_back(again, elsewhere.agree(begin(again), "ida-2"))

    assert signed_in_as(again) == str(ida.id) != str(other.id)
    assert len(identities(matchmaker)) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "ida@example.dk", "email_verified": False},
        {"email": "ida@example.dk"},
        {"email": "ida@example.dk", "email_verified": "true"},
        {"email": "ida@example.dk", "email_verified": 1},
        {"email": "nobody@example.dk", "email_verified": True},
        {"email": "ida@example.dk.evil.example", "email_verified": True},
        {"email": ["ida@example.dk"], "email_verified": True},
        {"email_verified": True},
    ],
)
def test_without_an_account_of_a_verified_address_the_page_says_whom_to_ask(
    claims: dict[str, Any],
    visitor: FlaskClient,
    elsewhere: Elsewhere,
    ida: Account,
    matchmaker: Matchmaker,
) -> None:
    elsewhere.knows("stranger", **claims)

    answer = come_back(visitor, elsewhere.agree(begin(visitor), "stranger"))

    assert answer.status_code == 403
    assert "administrator" in answer.get_data(as_text=True)
    assert "Klyngens login" in answer.get_data(as_text=True)
    assert signed_in_as(visitor) is None
    assert identities(matchmaker) == []


def refused(answer: TestResponse, visitor: FlaskClient, matchmaker: Matchmaker) -> None:
    assert answer.status_code == 422
    assert signed_in_as(visitor) is None
    assert identities(matchmaker) == []


def test_a_wrong_state_or_none_signs_nobody_in(
    visitor: FlaskClient, elsewhere: Elsewhere, ida: Account, matchmaker: Matchmaker
) -> None:
    elsewhere.knows("ida-3", email="ida@example.dk", email_verified=True)
    back = elsewhere.agree(begin(visitor), "ida-3")
    code = parse_qs(urlsplit(back).query)["code"][0]

    for query in ({"code": code, "state": "guessed"}, {"code": code}, {}):
        refused(visitor.get(BACK, query_string=query), visitor, matchmaker)


def test_an_answer_that_belongs_to_another_browser_signs_nobody_in(
    visitor: FlaskClient, elsewhere: Elsewhere, ida: Account, matchmaker: Matchmaker
) -> None:
    """Somebody hands over their own answer, so that the victim works in the stranger's account."""
    elsewhere.knows("ida-4", email="ida@example.dk", email_verified=True)
    stranger = browser(matchmaker, oidc_issuer=elsewhere.issuer)
    back = elsewhere.agree(begin(stranger), "ida-4")

    begin(visitor)
    refused(come_back(visitor, back), visitor, matchmaker)


def test_a_code_from_elsewhere_under_the_right_state_has_the_wrong_nonce(
    visitor: FlaskClient, elsewhere: Elsewhere, ida: Account, matchmaker: Matchmaker
) -> None:
    elsewhere.knows("ida-5", email="ida@example.dk", email_verified=True)

    forged = elsewhere.agree(begin(visitor), "ida-5", nonce="another-nonce-altogether")

    refused(come_back(visitor, forged), visitor, matchmaker)


def test_the_same_answer_twice_signs_in_once(
    visitor: FlaskClient, elsewhere: Elsewhere, ida: Account, matchmaker: Matchmaker
) -> None:
    elsewhere.knows("ida-6", email="ida@example.dk", email_verified=True)
    back = elsewhere.agree(begin(visitor), "ida-6")
    with visitor.session_transaction() as session:
        before = dict(session)
    assert come_back(visitor, back).status_code == 303

    assert come_back(visitor, back).status_code == 422  # in the same browser: the state is used up
    with visitor.session_transaction() as session:  # with a copy of the cookie: the code is
        session.clear()
        session.update(before)
    assert come_back(visitor, back).status_code == 422
    assert signed_in_as(visitor) is None


def test_who_cancels_there_can_try_again(visitor: FlaskClient, matchmaker: Matchmaker) -> None:
    state = parse_qs(urlsplit(begin(visitor)).query)["state"][0]

    answer = visitor.get(BACK, query_string={"error": "access_denied", "state": state})

    refused(answer, visitor, matchmaker)
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert "access_denied" not in page.main.get_text()
    assert page.main.find("a", href="/sign-in/provider")


def test_a_second_factor_is_still_asked_for(
    visitor: FlaskClient, elsewhere: Elsewhere, matchmaker: Matchmaker
) -> None:
    an_account(
        matchmaker,
        "totp@example.dk",
        totp_secret="JBSWY3DPEHPK3PXP",
        totp_confirmed_at=datetime.now(UTC),
    )
    elsewhere.knows("totp", email="totp@example.dk", email_verified=True)

    answer = come_back(visitor, elsewhere.agree(begin(visitor), "totp"))

    assert answer.headers["Location"] == "/sign-in/code"
    assert signed_in_as(visitor) is None


def test_a_disabled_account_stays_shut(
    visitor: FlaskClient, elsewhere: Elsewhere, matchmaker: Matchmaker
) -> None:
    an_account(matchmaker, "gone@example.dk", disabled_at=datetime.now(UTC))
    elsewhere.knows("gone", email="gone@example.dk", email_verified=True)

    assert come_back(visitor, elsewhere.agree(begin(visitor), "gone")).status_code == 403
    assert signed_in_as(visitor) is None


def test_a_password_set_before_the_address_was_confirmed_opens_nothing_any_more(
    visitor: FlaskClient, elsewhere: Elsewhere, matchmaker: Matchmaker
) -> None:
    """A stranger may have made the account, to share it later with whom the address belongs to."""
    made = an_account(
        matchmaker, "early@example.dk", email_confirmed_at=None, password_hash="a stranger's"
    )
    elsewhere.knows("early", email="early@example.dk", email_verified=True)

    assert come_back(visitor, elsewhere.agree(begin(visitor), "early")).status_code == 303

    with Sessions(matchmaker.engine).reading() as session:
        account = session.get(Account, made.id)
    assert account is not None
    assert account.password_hash is None
    assert account.email_confirmed_at is not None
    assert account.session_epoch == made.session_epoch + 1


def test_the_way_on_never_leads_to_another_site(
    visitor: FlaskClient, elsewhere: Elsewhere, ida: Account
) -> None:
    elsewhere.knows("ida-7", email="ida@example.dk", email_verified=True)

    away = begin(visitor, "https://evil.example/")
    assert come_back(visitor, elsewhere.agree(away, "ida-7")).headers["Location"] == "/"


def test_a_provider_that_is_away_is_said(matchmaker: Matchmaker) -> None:
    nobody = browser(matchmaker, oidc_issuer=f"http://127.0.0.1:{free_port()}")

    answer = nobody.get("/sign-in/provider", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "does not answer now" in answer.get_data(as_text=True)


def test_a_provider_that_calls_itself_otherwise_is_not_believed(
    matchmaker: Matchmaker, elsewhere: Elsewhere
) -> None:
    # It says "http://127.0.0.1:port" there too: the name in the request is what it calls itself.
    other = browser(matchmaker, oidc_issuer=f"{elsewhere.issuer}/tenant/..")

    assert other.get("/sign-in/provider").status_code == 503


def test_the_page_with_all_ways_to_sign_in_has_this_one_and_keeps_the_way_on(
    visitor: FlaskClient,
) -> None:
    page = BeautifulSoup(visitor.get("/sign-in?next=/account&lang=en").get_data(), "html.parser")

    link = page.find("a", string="Sign in with Klyngens login")
    assert link is not None
    assert link["href"] == "/sign-in/provider?next=/account"


def test_without_a_provider_there_is_no_such_page(matchmaker: Matchmaker) -> None:
    visitor = browser(matchmaker)

    assert "/sign-in/provider" not in visitor.get("/sign-in").get_data(as_text=True)
    assert visitor.get("/sign-in/provider").status_code == 404
    assert visitor.get(BACK).status_code == 404


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"oidc_issuer": "http://login.example.dk"}, "MATCHMAKER_OIDC_ISSUER"),
        ({"oidc_issuer": "login.example.dk"}, "MATCHMAKER_OIDC_ISSUER"),
        (
            {"oidc_issuer": "https://login.example.dk", "oidc_client_id": ""},
            "MATCHMAKER_OIDC_CLIENT_ID",
        ),
    ],
)
def test_a_provider_that_cannot_be_used_stops_the_start(
    changes: dict[str, str], name: str, matchmaker: Matchmaker
) -> None:
    with pytest.raises(SettingInvalid) as refused_setting:
        browser(matchmaker, **changes)
    assert refused_setting.value.name == name
