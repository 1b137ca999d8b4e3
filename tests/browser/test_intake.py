"""Intake in a real browser: saved as one types, kept, briefed, asked back, opened; axe on each page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from selenium.webdriver.common.keys import Keys

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, LinkPurpose, Role, Side
from matchmaker.models.facts import Viewer
from matchmaker.services.mail_links import make_link
from matchmaker.storage.database import Sessions
from tests.browser.conftest import Browser, enter
from tests.browser.test_accessibility import violations
from tests.browser.test_journeys import tab_to
from tests.pages.conftest import WELDING
from tests.people import PASSWORD, mails, somebody

WITH_NUMBER = f"{WELDING} Call +45 98123456 or write to ida@example.dk."


@pytest.fixture(scope="module")
def checker(service: Matchmaker) -> Account:
    """A member of the staff."""
    return somebody(service, Role.STAFF, "checker", PASSWORD)


def submitted(service: Matchmaker, account: Account) -> UUID:
    """Return a challenge of an account, with warnings and a question about it."""
    one = service.challenges.submit(
        text=WITH_NUMBER,
        title="Cracks",
        by=Viewer(account_id=account.id, role=account.role),
    )
    service.matchmaking.run(one.id)
    return one.id


def check(browser: Browser) -> None:
    browser.wait(lambda: not browser.all("#marks a"))  # what is under way is paler
    for width, scheme in ((1280, "light"), (390, "dark")):
        browser.room(width)
        browser.scheme(scheme)
        assert violations(browser) == [], f"{browser.path} at {width} pixels, {scheme}"
    browser.room(320, 640)
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= 320
    browser.room(1280)
    browser.scheme("light")


@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_on_the_pages_of_a_firm(
    browser: Browser, service: Matchmaker, firm: Account, checker: Account, language: str
) -> None:
    mine = submitted(service, firm)
    service.threads.ask(mine, "Which alloy?", by=checker.id)
    service.drafts.save(text="Our", by=Viewer(account_id=firm.id, role=firm.role))
    nobodys = service.challenges.submit(text=WITH_NUMBER, title="Nobody's")
    service.matchmaking.run(nobodys.id)
    service.keeping.request(nobodys.id, "new@example.dk", language=language)
    keep = next(one for one in reversed(mails(service)) if one.template == "keep-challenge")
    opened = service.challenges.get(submitted(service, firm))
    opened = service.challenge_desk.open(
        opened.id, by=checker.id, expected_revision=opened.revision, despite_warnings=True
    )
    with Sessions(service.engine).writing() as session:
        _, renew = make_link(
            session,
            LinkPurpose.RENEW_CHALLENGE,
            firm.email,
            at=datetime.now(UTC) - timedelta(days=1),
            account=firm,
            challenge_id=opened.id,
        )

    for address in (f"/challenges/{nobodys.id}", keep.values["path"], renew):
        browser.visit(f"{address}?lang={language}")
        check(browser)
    browser.visit(f"/challenges/{nobodys.id}")
    browser.expected.add(422)
    browser.one("#email").send_keys("nothing", Keys.ENTER)
    browser.wait(lambda: browser.all("#form-errors"))
    check(browser)
    enter(browser, "a-firm", language)
    draft = service.drafts.save(text="Our", by=Viewer(account_id=firm.id, role=firm.role))
    for address in (
        "/my/challenges",
        f"/challenges/{draft.id}/draft",
        f"/challenges/{mine}",
        f"/challenges/{mine}/brief",
        f"/challenges/{mine}/thread",
        f"/challenges/{opened.id}",
    ):
        browser.visit(address)
        check(browser)


@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_on_the_pages_of_who_checks(
    browser: Browser, service: Matchmaker, firm: Account, checker: Account, language: str
) -> None:
    mine = submitted(service, firm)
    submitted(service, firm)
    service.threads.ask(mine, "Which alloy?", by=checker.id)
    service.threads.answer(mine, "6082.", by=firm.id)
    enter(browser, "checker", language)
    for address in ("/desk", "/desk/challenges", f"/desk/challenges/{mine}"):
        browser.visit(address)
        check(browser)


def test_from_the_first_words_to_an_open_challenge_with_the_keyboard_alone(
    browser: Browser, service: Matchmaker, checker: Account
) -> None:
    browser.visit("/?lang=en")
    tab_to(browser, "#text")
    browser.press(WELDING)
    browser.wait(lambda: browser.all("#draft-line input"))
    draft = UUID(browser.one("#draft-line input[name=draft]").get_attribute("value"))
    assert service.challenges.get(draft).text == WELDING
    browser.visit("/about")
    browser.visit("/?lang=en")
    assert browser.one("#text").get_attribute("value") == WELDING
    tab_to(browser, "#title")
    browser.press("Keyboard frames")
    browser.wait(lambda: service.challenges.get(draft).title == "Keyboard frames")
    tab_to(browser, "#ask button[type=submit]")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path.startswith("/challenges/"))
    assert browser.path == f"/challenges/{draft}"
    assert "Ida Berg" not in browser.driver.page_source

    tab_to(browser, "#email")
    browser.press("keyboard@example.dk", Keys.ENTER)
    browser.wait(lambda: browser.all("h1") == ["Look into your mail"])
    (mail,) = (one for one in mails(service) if one.to == "keyboard@example.dk")
    browser.visit(mail.values["path"])
    tab_to(browser, "main .button-main")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path == f"/challenges/{draft}")
    assert "Ida Berg" in browser.all(".match h3")

    tab_to(browser, f"a[href='/challenges/{draft}/brief']")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path.endswith("/brief"))
    tab_to(browser, "button[data-put]")
    browser.press(Keys.ENTER)
    assert browser.focused("textarea")
    taken = browser.driver.execute_script("return document.activeElement.value")
    assert taken
    tab_to(browser, "form.panel .button-main")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path == f"/challenges/{draft}")
    assert taken in service.challenges.get(draft).brief.answers.values()

    browser.driver.delete_all_cookies()
    check_and_open(browser, service, draft)


def check_and_open(browser: Browser, service: Matchmaker, draft: UUID) -> None:
    """Find the challenge in the queue, ask back, and open it."""
    enter(browser, "checker", "en")
    browser.visit("/desk/challenges?lang=en")
    at = next(
        place for place, one in enumerate(browser.all(".queue-row h2")) if one == "Keyboard frames"
    )
    tab_to(browser, ".queue-row")
    browser.press(*["j"] * at, "o")
    browser.wait(lambda: browser.path == f"/desk/challenges/{draft}")
    tab_to(browser, "#message")
    browser.press("Which alloy?")
    tab_to(browser, "#thread form .button-main")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.all(".message"))
    assert service.challenges.get(draft).waits_for is Side.FIRM
    tab_to(browser, "form[action$='/open'] button")
    browser.press(Keys.ENTER)
    browser.wait(lambda: service.challenges.get(draft).state == "open")
