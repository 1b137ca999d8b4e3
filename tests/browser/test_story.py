"""The whole way in Chromium, in Danish: from first words to a line in the funder's report.

Buttons, links and fields are reached by keyboard; only a day and an hour are set as a calendar
sets them. Mails go through a real server, and links are taken from what arrives.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from selenium.webdriver.common.keys import Keys

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, Claim, Role
from matchmaker.storage.database import Sessions
from tests.browser.conftest import Browser
from tests.browser.test_account_keys import choose, fill, push
from tests.browser.test_ledger import sign_in_as
from tests.mail.post import Post, words_of
from tests.mail.postbox import Postbox
from tests.people import somebody

#: Shares its words with the evidence of ``Jens Falk``.
PLANNING = "Vi mangler planlægning af ordrer i en maskinfabrik. Omstillingstid er et problem."
NOW = datetime.now(UTC)


@pytest.fixture
def post(service: Matchmaker) -> Iterator[Post]:
    """The post between all of them."""
    with Postbox() as postbox:
        yield Post(service, postbox)


@pytest.fixture
def jens(service: Matchmaker) -> Iterator[UUID]:
    """A partner whose profile has no owner, before and after."""
    jens = service.profiles.page(text="Jens Falk").items[0].id
    yield jens
    with Sessions(service.engine).writing() as session:
        if claim := session.get(Claim, jens):
            session.delete(claim)


@pytest.fixture
def adviser(service: Matchmaker) -> Account:
    """A member of the staff."""
    return somebody(service, Role.STAFF, f"adviser-{uuid4().hex[:6]}")


def set_time(browser: Browser, selector: str, value: str) -> None:
    """Put a day or an hour into a field as the calendar of the browser does."""
    browser.driver.execute_script("arguments[0].value = arguments[1]", browser.one(selector), value)


def on(browser: Browser, path: str) -> None:
    """Wait until a page is there whose path ends so."""
    browser.wait(lambda: browser.path.split("#")[0].endswith(path))


def gone(browser: Browser, selector: str) -> None:
    """Wait until the next page is there, without something that the one before had."""
    browser.wait(lambda: browser.all("footer") and not browser.all(selector))


def submitted(browser: Browser, post: Post, email: str, title: str) -> str:
    """The firm writes without an account, and keeps it by mail. Return the challenge's path."""
    browser.visit("/?lang=da")
    fill(browser, "#text", PLANNING)
    fill(browser, "#title", title)
    push(browser, "#ask button[type=submit]")
    browser.wait(lambda: browser.path.startswith("/challenges/"))
    challenge = browser.path
    assert "Jens Falk" not in browser.driver.page_source
    fill(browser, "#email", email, Keys.ENTER)
    gone(browser, "#email")
    browser.visit(post.link(email))
    push(browser, "main .button-main")
    on(browser, challenge)
    assert "Jens Falk" in browser.all(".match h3")
    push(browser, f"a[href='{challenge}/brief']")
    on(browser, "/brief")
    fill(browser, "#now", "Ordrer venter.")
    push(browser, "form.panel .button-main")
    on(browser, challenge)
    return challenge


def offered(browser: Browser, post: Post, adviser: Account, challenge: str, email: str) -> str:
    """Staff ask, open, keep and offer; the firm answers. Return the path of the introduction."""
    service = post.service
    firm = service.accounts.by_email(email)
    sign_in_as(browser, adviser, "da")
    browser.visit(f"/desk{challenge}")
    fill(browser, "#message", "Hvor mange ordrer?", Keys.TAB, Keys.ENTER)
    browser.wait(lambda: browser.all(".message"))
    sign_in_as(browser, firm, "da")
    browser.visit(post.link(email))
    on(browser, "/thread")
    fill(browser, "#message", "Tyve om ugen.", Keys.TAB, Keys.ENTER)
    browser.wait(lambda: len(browser.all(".message")) == 2)

    sign_in_as(browser, adviser, "da")
    browser.visit(f"/desk{challenge}")
    push(browser, "form[action$='/open'] button")
    gone(browser, "form[action$='/open']")
    push(browser, f".page-head a[href='{challenge}']")
    on(browser, challenge)
    card = browser.all(".match h3").index("Jens Falk") + 1
    push(browser, f".match:nth-child({card}) .steer form[action$='/shortlist'] button")
    on(browser, "/shortlist")
    push(browser, "form[action$='/introductions'] button")
    browser.wait(lambda: browser.path.startswith("/introductions/"))
    introduction = browser.path
    push(browser, "form[action$='/offer'] button")
    gone(browser, "form[action$='/offer']")
    return introduction


def test_from_first_words_to_a_line_in_the_report(
    browser: Browser, service: Matchmaker, post: Post, jens: UUID, adviser: Account
) -> None:
    firm, partner = (f"{who}-{uuid4().hex[:6]}@example.dk" for who in ("firma", "jens"))
    service.belonging.invite(jens, partner, by=adviser.id)
    browser.visit(f"{post.link(partner)}?lang=da")
    push(browser, "main .button-main")
    on(browser, "/account")
    assert jens in service.belonging.of(service.accounts.by_email(partner).id).claimed
    browser.driver.delete_all_cookies()

    challenge = submitted(browser, post, firm, "Ordrer der venter")
    introduction = offered(browser, post, adviser, challenge, firm)

    # Both say yes from their mails, signed in nowhere; only then names and addresses pass.
    for me, other in ((partner, firm), (firm, partner)):
        browser.driver.delete_all_cookies()
        assert all(other not in words_of(post.newest(me), kind) for kind in ("plain", "html"))
        browser.visit(f"{post.link(me)}?lang=da")
        assert browser.all("h1") == ["Må vi sætte jer i forbindelse?"]
        push(browser, "main form .button-main")
        browser.wait(lambda: browser.all("main [role=status]"))
    for me, other in ((partner, firm), (firm, partner)):
        assert other in words_of(post.newest(me))
        assert other in words_of(post.newest(me), "html")

    firm_account = service.accounts.by_email(firm)
    sign_in_as(browser, firm_account, "da")
    browser.visit(introduction)
    assert browser.one("#starts_at").size["height"] >= 44, "as large as every other field"
    set_time(browser, "#starts_at", f"{NOW + timedelta(days=7):%Y-%m-%d}T13:00")
    push(browser, "form[action$='/meeting'] button")
    browser.wait(lambda: browser.all("a[href$='.ics']"))
    assert any(part.get_content_type() == "text/calendar" for part in post.newest(partner).walk())
    push(browser, "form[action$='/met'] button")
    gone(browser, "form[action$='/met']")

    programme = counted(browser, service, adviser, firm_account, introduction)
    # Whoever pays reads it by a link, signed in nowhere.
    browser.visit(programme)
    push(browser, f"a[href='{programme}/links']")
    on(browser, "/links")
    fill(browser, "#name", "Regionen", Keys.ENTER)
    browser.wait(lambda: browser.all("p.secret"))
    (link,) = browser.all("p.secret")
    browser.driver.delete_all_cookies()
    browser.visit(urlsplit(link).path + "?lang=da")
    rows = "[aria-labelledby=measures] tbody tr"
    measures = zip(browser.all(f"{rows} th"), browser.all(f"{rows} td:nth-of-type(1)"), strict=True)
    figures = dict(measures)
    assert figures["Job"] == "2"
    assert "125.000,50" in " ".join(figures.values())


def counted(
    browser: Browser, service: Matchmaker, adviser: Account, firm: Account, introduction: str
) -> str:
    """They work together; the firm reports, staff confirm. Return the path of the programme."""
    today = f"{NOW - timedelta(days=1):%Y-%m-%d}"
    sign_in_as(browser, adviser, "da")
    browser.visit("/programmes")
    fill(browser, "#name", f"Ordrer {uuid4().hex[:6]}")
    set_time(browser, "#starts_on", f"{NOW:%Y}-01-01")
    set_time(browser, "#ends_on", f"{NOW.year + 1}-12-31")
    push(browser, "main form .button-main")
    browser.wait(lambda: browser.path.startswith("/programmes/"))
    programme = browser.path
    browser.visit(introduction)
    push(browser, "a[href^='/collaborations/new']")
    browser.wait(lambda: browser.path.startswith("/collaborations/new"))
    fill(browser, "#title", "Planlægning i praksis")
    choose(browser, "#programme_id", programme.rpartition("/")[2])
    set_time(browser, "#starts_on", today)
    push(browser, "form.panel .button-main")
    browser.wait(lambda: not browser.path.startswith("/collaborations/new"))
    ours = browser.path
    push(browser, ".page-actions form button")
    browser.wait(lambda: "I gang" in browser.all(".page-head .lead")[0])

    sign_in_as(browser, firm, "da")
    browser.visit(ours)
    for number, (kind, quantity, currency) in enumerate(
        (("job", "2", ""), ("investment", "125.000,50", "DKK")), start=1
    ):
        choose(browser, "#kind", kind)
        set_time(browser, "#on_day", today)
        fill(browser, "#quantity", quantity)
        choose(browser, "#currency", currency)
        push(browser, "form[action$='/outcomes'] .button-main")
        browser.wait(lambda lines=number: len(browser.all("[id^=line-]")) == lines)

    sign_in_as(browser, adviser, "da")
    browser.visit("/outcomes/waiting")
    row = f"tbody tr:has(a[href^='{ours}'])"
    for left in (1, 0):
        push(browser, f"{row} form button")
        browser.wait(lambda rows=left: browser.all("footer") and len(browser.all(row)) == rows)
    return programme
