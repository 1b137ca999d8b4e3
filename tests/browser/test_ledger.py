"""From a collaboration to the report in Chromium: a firm reports, staff confirm, the figure moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, Collaboration, Measure, OutcomeKind, Role
from matchmaker.models.facts import Viewer
from tests.browser.conftest import Browser
from tests.browser.test_accessibility import violations
from tests.people import somebody
from tests.together import together

#: The service of these tests has the clock of the machine.
TODAY = datetime.now(UTC).date()
BEGAN = TODAY - timedelta(days=60)


@pytest.fixture
def browser(browser: Browser) -> Iterator[Browser]:
    """A browser that nobody stays signed in to."""
    yield browser
    browser.driver.delete_all_cookies()


def sign_in_as(browser: Browser, account: Account, language: str) -> None:
    browser.become(account)
    browser.driver.add_cookie({"name": "lang", "value": language})


def an_account(service: Matchmaker, role: Role) -> Account:
    return somebody(service, role, f"{role.value}-{uuid4().hex[:8]}")


@pytest.fixture
def programme(service: Matchmaker) -> UUID:
    """A programme with a target of four jobs."""
    made = service.programmes.create(
        by=None,
        name=f"Robotter {uuid4().hex[:6]}",
        starts_on=BEGAN,
        ends_on=date(TODAY.year + 1, 12, 31),
    )
    service.programmes.set_targets(
        made.id,
        [{"measure": Measure.JOB, "quantity": 4}],
        expected_revision=made.revision,
        by=None,
    )
    return made.id


@pytest.fixture
def firm(service: Matchmaker) -> Account:
    return an_account(service, Role.FIRM)


@pytest.fixture
def ours(service: Matchmaker, firm: Account, programme: UUID) -> Collaboration:
    viewer = Viewer(account_id=firm.id, role=Role.FIRM)
    return together(service, viewer, programme_id=programme, starts_on=BEGAN)


def enter_day(browser: Browser, selector: str, day: date) -> None:
    """Put a day into a field as the calendar of the browser does."""
    browser.driver.execute_script(
        "arguments[0].value = arguments[1]", browser.one(selector), day.isoformat()
    )


@pytest.mark.parametrize("language", ["da", "en"])
def test_what_a_firm_reports_is_in_the_report_once_it_is_confirmed(
    browser: Browser,
    service: Matchmaker,
    firm: Account,
    ours: Collaboration,
    programme: UUID,
    language: str,
) -> None:
    sign_in_as(browser, firm, language)
    browser.visit(f"/collaborations/{ours.id}")
    Select(browser.one("#kind")).select_by_value("job")
    enter_day(browser, "#on_day", TODAY - timedelta(days=1))
    browser.one("#quantity").send_keys("2")
    browser.one("#evidence").send_keys("Contract", Keys.ENTER)
    browser.wait(lambda: browser.all("#line-1, [id^=line-]"))

    sign_in_as(browser, an_account(service, Role.STAFF), language)
    browser.visit(f"/programmes/{programme}")
    table = '[aria-labelledby="targets"] tbody td'
    assert browser.all(table)[1] == "0"
    browser.visit("/outcomes/waiting")
    row = f"tbody tr:has(a[href^='/collaborations/{ours.id}'])"
    browser.one(f"{row} form button").send_keys(Keys.ENTER)
    browser.wait(lambda: not browser.all(f"{row} form button"))
    browser.visit(f"/programmes/{programme}")
    assert browser.all(table)[1:3] == ["2", "50 %"]
    # A bar is as long as its figure, without a style in the page.
    wide = browser.driver.execute_script(
        "const bars = document.querySelectorAll('[aria-labelledby=targets] .bar rect');"
        "return bars[1].getBoundingClientRect().width / bars[0].getBoundingClientRect().width"
    )
    assert wide == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    browser: Browser, service: Matchmaker, ours: Collaboration, programme: UUID, language: str
) -> None:
    sign_in_as(browser, an_account(service, Role.STAFF), language)
    line = service.outcomes.record(
        ours.id, by=None, kind=OutcomeKind.JOB, on_day=TODAY - timedelta(days=1), quantity=2
    ).outcome
    pending = service.outcomes.record(
        ours.id, by=None, kind=OutcomeKind.PATENT_PENDING, on_day=BEGAN, quantity=1
    ).outcome
    service.outcomes.reverse(line.id, by=None, reason="Counted twice")
    firm = Viewer(account_id=ours.account_id or uuid4(), role=Role.FIRM)
    service.outcomes.record(ours.id, by=firm, kind=OutcomeKind.JOB, on_day=BEGAN, quantity=1)
    _, secret = service.report_shares.create(programme, name="Region", by=None)
    told = service.outcomes.record(
        ours.id, by=None, kind=OutcomeKind.JOB, on_day=BEGAN, quantity=1, evidence="Contract"
    ).outcome
    for path in (
        f"/programmes/{programme}",
        f"/programmes/{programme}/links",
        f"/shared-report/{secret}",
        f"/outcomes/{told.id}/words",
        f"/programmes/{programme}/edit",
        "/programmes",
        "/collaborations",
        f"/collaborations/{ours.id}",
        f"/collaborations/{ours.id}/edit",
        f"/collaborations/new?introduction_id={ours.introduction_id}",
        f"/outcomes/{pending.id}/reverse",
        "/outcomes/waiting",
    ):
        browser.visit(path)
        browser.driver.execute_script(
            "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
        )
        for width, scheme in ((1280, "light"), (390, "dark")):
            browser.room(width)
            browser.scheme(scheme)
            assert violations(browser) == [], f"{path} at {width} pixels, {scheme}"
        browser.room(320, 640)
        assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= 320
