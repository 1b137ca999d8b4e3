"""Signing in, one's own account and the pages of administrators, as a person without script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from api.limits import LIMITS
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role
from matchmaker.services.sign_in import IDLE, LIFETIME
from tests.pages.conftest import Reader
from tests.people import PASSWORD, last_path, mails, sign_in, somebody


@pytest.fixture
def enter(reader: Reader, workshop: Matchmaker) -> Callable[..., Reader]:
    """Make an account and sign in with its password."""

    def signed_in(role: Role = Role.FIRM, name: str = "ida") -> Reader:
        somebody(workshop, role, name, PASSWORD)
        reader.visit("/sign-in")
        return reader.send("Sign in", email=f"{name}@example.dk", password=PASSWORD)

    return signed_in


def test_somebody_signs_in_is_greeted_and_signs_out(enter: Callable[..., Reader]) -> None:
    reader = enter()

    assert reader.status == 200
    assert "Ida" in reader.page.select_one(".site-account").get_text()
    reader.send("Sign out")
    assert "Ida" not in reader.page.select_one(".site-account").get_text()
    assert reader.visit("/account").heading == "Sign in"


def test_a_page_that_needs_somebody_comes_back_after_the_sign_in(
    reader: Reader, workshop: Matchmaker
) -> None:
    somebody(workshop, password=PASSWORD)
    reader.visit("/account")
    assert reader.heading == "Sign in"

    reader.send("Sign in", email="ida@example.dk", password=PASSWORD)

    assert reader.heading == "Your account"


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.dk", "//elsewhere.dk", "/\\elsewhere.dk"])
def test_a_sign_in_never_leads_elsewhere(
    reader: Reader, workshop: Matchmaker, elsewhere: str
) -> None:
    somebody(workshop, password=PASSWORD)
    reader.visit("/sign-in")
    form = {"next": elsewhere, "email": "ida@example.dk", "password": PASSWORD}

    assert reader.send("Sign in", **form).address == "/"


def test_wrong_password_and_unknown_address_show_the_same_page(
    reader: Reader, workshop: Matchmaker
) -> None:
    somebody(workshop, password=PASSWORD)
    texts = set()
    for email in ("ida@example.dk", "nobody@example.dk"):
        reader.visit("/sign-in").send("Sign in", email=email, password="something else")
        assert reader.status == 422
        assert reader.page.find("input", id="email")["value"] == email
        texts.add(reader.text)

    assert len(texts) == 1


def test_opening_a_mailed_link_changes_nothing_and_its_button_signs_in(
    reader: Reader, workshop: Matchmaker
) -> None:
    somebody(workshop)
    reader.visit("/sign-in").send("Mail me a link", email="ida@example.dk")
    known = reader.text
    reader.visit("/sign-in").send("Mail me a link", email="nobody@example.dk")
    assert reader.text == known
    path = last_path(workshop)

    for _ in range(3):  # a scanner, and another one
        assert reader.visit(path).heading == "Sign in"
    assert reader.visit("/account").heading == "Sign in"
    reader.visit(path).send("Sign in")

    assert reader.visit("/account").heading == "Your account"
    assert reader.visit(path).status == 410


def test_a_forgotten_password_is_set_anew(reader: Reader, workshop: Matchmaker) -> None:
    somebody(workshop, password=PASSWORD)
    reader.visit("/sign-in").follow("Forgotten your password?")
    reader.send("Mail me a link", email="ida@example.dk")
    reader.visit(last_path(workshop)).send("Save the password", password="short")
    assert reader.status == 422
    assert "12" in reader.one("#password-error").get_text()

    reader.send("Save the password", password="et helt nyt kodeord")
    reader.send("Sign in", email="ida@example.dk", password="et helt nyt kodeord")

    assert reader.visit("/account").heading == "Your account"


def test_a_session_begins_anew_at_the_sign_in(enter: Callable[..., Reader]) -> None:
    reader = enter()
    with reader.client.session_transaction() as session:
        first = session["number"]
        session["planted"] = "before"
    reader.send("Sign out")
    reader.visit("/sign-in").send("Sign in", email="ida@example.dk", password=PASSWORD)

    with reader.client.session_transaction() as session:
        assert session["number"] != first
        assert "planted" not in session


@pytest.mark.parametrize(("name", "age"), [("began", LIFETIME), ("seen", IDLE)])
def test_a_session_ends_by_itself(enter: Callable[..., Reader], name: str, age: timedelta) -> None:
    reader = enter()
    long_ago = datetime.now(UTC) - age
    with reader.client.session_transaction() as session:
        session[name] = int(long_ago.timestamp()) - 1

    assert reader.visit("/account").heading == "Sign in"


def test_a_copy_of_the_cookie_opens_nothing_after_the_sign_out(
    enter: Callable[..., Reader],
) -> None:
    reader = enter()
    with reader.client.session_transaction() as session:
        copy = dict(session)
    reader.send("Sign out")
    with reader.client.session_transaction() as session:
        session.update(copy)

    assert reader.visit("/account").heading == "Sign in"


def test_signing_out_everywhere_ends_the_session_of_another_browser(
    enter: Callable[..., Reader], workshop: Matchmaker
) -> None:
    reader = enter()
    other = reader.client.application.test_client()
    sign_in(other, workshop.accounts.by_email("ida@example.dk"))
    assert other.get("/account").status_code == 200

    reader.visit("/account").send("Sign out everywhere")

    assert other.get("/account").status_code == 303
    assert reader.visit("/account").heading == "Sign in"


def test_the_cookie_is_for_the_server_alone(enter: Callable[..., Reader]) -> None:
    reader = enter()
    cookie = reader.client.get_cookie("matchmaker")

    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_a_second_factor_is_set_up_asked_for_and_removed(
    enter: Callable[..., Reader], workshop: Matchmaker
) -> None:
    reader = enter()
    reader.visit("/account").follow("Set up a second factor")
    app = pyotp.TOTP(reader.one(".secret").get_text())
    picture = reader.client.get("/account/second-factor.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    assert b"style=" not in picture.data

    reader.send("Turn it on", code=app.at(workshop.accounts.clock()))
    codes = reader.all(".secret li")
    assert len(codes) == 10
    reader.send("Sign out")
    reader.visit("/sign-in").send("Sign in", email="ida@example.dk", password=PASSWORD)
    assert reader.heading == "Your code"
    assert reader.visit("/account").heading == "Sign in"
    reader.visit("/sign-in/code").send("Go on", code="000000")
    assert reader.status == 422
    reader.send("Go on", code=codes[0])
    reader.visit("/account").send("Remove the second factor", code=codes[1])

    assert "Set up a second factor" in reader.text


def test_a_token_is_shown_once(enter: Callable[..., Reader]) -> None:
    reader = enter()
    reader.visit("/account").send("Make a token", name="export")
    secret = reader.one(".secret").get_text()

    assert secret.startswith("mm_")
    assert secret not in reader.visit("/account").text
    assert "export" in reader.text
    reader.send("Revoke")
    assert "revoked" in reader.text


def test_name_password_and_address_are_changed(
    enter: Callable[..., Reader], workshop: Matchmaker
) -> None:
    reader = enter()
    reader.visit("/account").send("Save", name="Ida Berg", language="en")
    assert "Ida Berg" in reader.page.select_one(".site-account").get_text()
    reader.send("Save the password", present="wrong", password="et helt nyt kodeord")
    assert reader.status == 422
    reader.send("Save the password", present=PASSWORD, password="et helt nyt kodeord")
    assert reader.status == 200
    reader.send("Mail a link there", email="ny@example.dk")
    reader.visit(last_path(workshop)).send("Change the address")

    assert "ny@example.dk" in reader.text


def test_an_administrator_makes_changes_and_shuts_an_account(
    enter: Callable[..., Reader], workshop: Matchmaker
) -> None:
    reader = enter(Role.ADMINISTRATOR, "boss")
    reader.visit("/admin/accounts").send(
        "Make the account", email="bo@example.dk", name="Bo", role="partner", language="en"
    )
    assert reader.heading == "bo@example.dk"
    assert [mail.to for mail in mails(workshop)] == ["bo@example.dk"]
    reader.send("Change the role", role="staff")
    assert "Staff" in reader.text
    organisation = next(
        one for one in workshop.profiles.page().items if one.kind.value == "organisation"
    )
    reader.send("Add as a member", organisation_id="nonsense")
    assert reader.status == 422
    reader.send("Add as a member", organisation_id=str(organisation.id))
    assert organisation.name in reader.text
    reader.send("End").send("Shut the account")
    assert "shut" in reader.text
    reader.visit("/admin/audit")
    assert "boss@example.dk" in reader.text
    assert "role: partner" in reader.text
    assert reader.visit("/admin/audit?first_day=nonsense").status == 422


def test_the_log_as_a_file_holds_no_formula(
    enter: Callable[..., Reader], workshop: Matchmaker
) -> None:
    reader = enter(Role.ADMINISTRATOR, "boss")
    bo = somebody(workshop, name="bo")
    workshop.accounts.revise(bo.id, by=None, name="=1+1")

    response = reader.client.get("/admin/audit.csv?action=revise")

    assert response.mimetype == "text/csv"
    rows = response.get_data(as_text=True).splitlines()
    assert len(rows) == 2
    assert not any(cell.startswith("=") for row in rows for cell in row.split(","))


def test_an_owner_takes_over_a_profile_by_a_mailed_link(
    reader: Reader, workshop: Matchmaker
) -> None:
    profile = workshop.profiles.page().items[0]
    workshop.belonging.invite(profile.id, "ny@example.dk", by=None)
    reader.visit(last_path(workshop))
    assert workshop.accounts.page().total == 0

    reader.send("Take over the profile")

    assert reader.heading == "Your account"
    assert profile.name in reader.text


def test_a_challenge_asked_while_signed_in_is_ones_own(
    enter: Callable[..., Reader], ask: Callable[..., Reader], workshop: Matchmaker
) -> None:
    enter()
    reader = ask()
    address = reader.address
    assert reader.status == 200

    stranger = reader.client.application.test_client()

    assert stranger.get(address).status_code == 404


def test_a_guesser_is_slowed_down(reader: Reader) -> None:
    for _ in range(11):
        reader.visit("/sign-in")
        reader.send("Sign in", email="ida@example.dk", password="something else")

    assert reader.status == 429
    assert int(reader.response.headers["Retry-After"]) > 0


def test_everything_that_takes_a_secret_or_sends_mail_is_limited(reader: Reader) -> None:
    endpoints = set(reader.client.application.view_functions)

    assert set(LIMITS) <= endpoints
    assert {name for name in endpoints if name.startswith(("sign_in.", "reset."))} - set(
        LIMITS
    ) == {
        "sign_in.page",
        "sign_in.code_form",
        "sign_in.link",
        "sign_in.sign_out",
        "reset.page",
        "reset.form",
    }
