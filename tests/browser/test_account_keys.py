"""Accounts and profiles with the keyboard alone: signing in, tokens, roles, owning, bringing back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import pyotp
import pytest
from selenium.webdriver.common.keys import Keys

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import MatchmakerError, NotFound
from matchmaker.models import Account, Expert, Role
from tests.browser.conftest import Browser
from tests.browser.test_accessibility import violations
from tests.browser.test_journeys import tab_to
from tests.browser.test_ledger import sign_in_as
from tests.factories import an_expert
from tests.people import PASSWORD, mails, somebody

NEW_PASSWORD = "en helt anden sætning om svejsning"


@pytest.fixture
def browser(browser: Browser) -> Iterator[Browser]:
    """A browser that nobody stays signed in to."""
    yield browser
    browser.driver.delete_all_cookies()


@pytest.fixture
def expert(service: Matchmaker) -> Iterator[Expert]:
    """An expert whom only one test knows."""
    expert = an_expert(f"Keys {uuid4().hex[:6]}", evidence=("Welding.", "A case of cracks."))
    service.profiles.register_all([expert])
    yield expert
    with suppress(NotFound):
        service.profiles.erase(expert.id)


def newcomer(service: Matchmaker, role: Role) -> Account:
    """Return an account with a password that no other test uses."""
    return somebody(service, role, f"keys-{uuid4().hex[:8]}", PASSWORD)


def fill(browser: Browser, selector: str, *keys: str) -> None:
    """Write into a field instead of what stands there."""
    tab_to(browser, selector)
    browser.chord(Keys.CONTROL, "a")
    browser.press(*keys)


def push(browser: Browser, selector: str) -> None:
    """Reach a link or a button, and press it."""
    tab_to(browser, selector)
    browser.press(Keys.ENTER)


def choose(browser: Browser, selector: str, value: str) -> None:
    """Go down a list until a value is chosen."""
    tab_to(browser, selector)
    browser.press(Keys.HOME)
    for _ in range(30):
        if browser.one(selector).get_attribute("value") == value:
            return
        browser.press(Keys.DOWN)
    message = f"{selector} has no {value}"
    raise AssertionError(message)


def mailed(service: Matchmaker, email: str) -> str:
    """Return the path in the newest mail to somebody."""
    (*_, mail) = (one for one in mails(service) if one.to == email)
    return str(mail.values["path"])


def sign_in_by_form(browser: Browser, email: str, password: str) -> None:
    """Sign in as far as a password goes."""
    browser.visit("/sign-in?lang=da")
    fill(browser, "#email", email, Keys.TAB, password, Keys.ENTER)
    browser.wait(lambda: browser.path != "/sign-in?lang=da")


def test_a_second_factor_is_set_up_and_asked_for(browser: Browser, service: Matchmaker) -> None:
    account = newcomer(service, Role.FIRM)
    sign_in_by_form(browser, account.email, PASSWORD)
    browser.visit("/account")
    push(browser, "a[href='/account/second-factor']")
    browser.wait(lambda: browser.all("p.secret"))
    app = pyotp.TOTP(browser.all("p.secret")[0])
    fill(browser, "#code", app.at(datetime.now(UTC)), Keys.ENTER)
    browser.wait(lambda: browser.all("ul.secret li"))
    push(browser, "main .button-main")
    browser.wait(lambda: browser.path == "/account")
    push(browser, ".site-account button")
    browser.wait(lambda: browser.all(".site-account a[href^='/sign-in']"))

    sign_in_by_form(browser, account.email, PASSWORD)
    browser.wait(lambda: browser.all("h1") == ["Din kode"])
    assert violations(browser) == []
    # A code counts once: the next one is taken before its time has come.
    fill(browser, "#code", app.at(datetime.now(UTC), counter_offset=1), Keys.ENTER)
    browser.wait(lambda: browser.all(".site-account form"))


def test_a_forgotten_password_is_set_by_a_mailed_link(
    browser: Browser, service: Matchmaker
) -> None:
    account = newcomer(service, Role.FIRM)
    browser.visit("/sign-in?lang=da")
    push(browser, "a[href='/reset']")
    browser.wait(lambda: browser.path == "/reset")
    fill(browser, "#email", account.email, Keys.ENTER)
    browser.wait(lambda: browser.all("main [role=status]"))

    browser.visit(mailed(service, account.email))
    fill(browser, "#password", NEW_PASSWORD, Keys.ENTER)
    browser.wait(lambda: not browser.path.startswith("/reset"))

    sign_in_by_form(browser, account.email, NEW_PASSWORD)
    browser.wait(lambda: browser.all(".site-account form"))


def test_a_token_is_made_and_revoked(browser: Browser, service: Matchmaker) -> None:
    account = newcomer(service, Role.FIRM)
    sign_in_as(browser, account, "da")
    browser.visit("/account")
    fill(browser, "#token-name", "Lager", Keys.ENTER)
    browser.wait(lambda: browser.all("p.secret"))
    (secret,) = browser.all("p.secret")
    assert service.tokens.viewer(secret)[0].id == account.id

    push(browser, "main .button-main")
    browser.wait(lambda: browser.path == "/account")
    push(browser, "#main tbody form button")
    browser.wait(lambda: not browser.all("#main tbody form button"))
    with pytest.raises(MatchmakerError):
        service.tokens.viewer(secret)


def test_an_administrator_changes_a_role(browser: Browser, service: Matchmaker) -> None:
    changed = newcomer(service, Role.FIRM)
    sign_in_as(browser, newcomer(service, Role.ADMINISTRATOR), "da")
    browser.visit("/account")
    push(browser, "a[href='/admin/accounts']")
    browser.wait(lambda: browser.path == "/admin/accounts")
    fill(browser, "#text", changed.email, Keys.ENTER)
    browser.wait(lambda: browser.all("tbody th a") == [changed.email])
    push(browser, "tbody th a")
    browser.wait(lambda: browser.path == f"/admin/accounts/{changed.id}")
    choose(browser, "#role", "staff")
    push(browser, "form[action$='/role'] button")
    browser.wait(lambda: service.accounts.get(changed.id).role is Role.STAFF)


def test_a_profile_is_claimed_by_a_mailed_link_and_looked_after(
    browser: Browser, service: Matchmaker, expert: Expert
) -> None:
    owner = newcomer(service, Role.PARTNER)
    service.belonging.invite(expert.id, owner.email, by=None)
    browser.visit(f"{mailed(service, owner.email)}?lang=da")
    push(browser, "main .button-main")
    browser.wait(lambda: expert.id in service.belonging.of(owner.id).claimed)
    browser.wait(lambda: browser.all(".site-nav a[href='/my/profiles']"))
    push(browser, ".site-nav a[href='/my/profiles']")
    browser.wait(lambda: browser.all("section.own h2") == [expert.name])

    push(browser, "form[action$='/confirm'] button")
    browser.wait(lambda: service.curation.read(expert.id).confirmed_at)
    browser.wait(lambda: "aldrig" not in browser.all("section.own .meta")[0].casefold())
    fill(browser, f"#capacity-{expert.id}", "0", Keys.ENTER)
    browser.wait(lambda: service.curation.read(expert.id).capacity == 0)
    browser.visit("/my/profiles")
    push(browser, "section.own summary")
    push(browser, "button[value=pin]")
    browser.wait(lambda: any(one.pinned for one in service.curation.read(expert.id).evidence))


def test_staff_bring_a_revision_back(browser: Browser, service: Matchmaker, expert: Expert) -> None:
    for summary in ("Welds frames.", "Written by mistake."):
        now = service.curation.read(expert.id)
        service.curation.revise(
            expert.id, expected_revision=now.revision, by=None, fields={"summary": summary}
        )
    sign_in_as(browser, newcomer(service, Role.STAFF), "da")
    browser.visit(f"/profiles/{expert.id}/history")
    push(browser, "form[action*='/history/'] button")
    browser.wait(lambda: service.curation.read(expert.id).summary == "Welds frames.")
