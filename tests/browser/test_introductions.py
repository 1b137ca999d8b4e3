"""Introductions in a real browser: by keyboard from the desk to two yeses, and through axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from selenium.webdriver.common.keys import Keys

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import (
    Answer,
    Claim,
    Conclusion,
    DeclineReason,
    DismissalReason,
    IntroductionState,
    Party,
)
from matchmaker.models.introduction import OPEN
from matchmaker.storage.database import Sessions
from tests.browser.conftest import Browser
from tests.browser.test_accessibility import violations
from tests.browser.test_desk import enter
from tests.browser.test_journeys import tab_to
from tests.parties import Parties, some_parties
from tests.people import PASSWORD

PREFIX = "introduced-"


@pytest.fixture(scope="module")
def parties(service: Matchmaker) -> Iterator[Parties]:
    """A firm with two lists, a partner, and staff."""
    parties = some_parties(service, PREFIX, PASSWORD)
    for _ in range(2):
        run = service.matchmaking.run(parties.challenge_id)
        service.shortlist.keep(parties.challenge_id, run.matches[0].profile_id, by=None)
    service.shortlist.dismiss(
        parties.challenge_id,
        run.matches[-1].profile_id,
        DismissalReason.TOO_FAR,
        by=None,
        note="Too far.",
    )
    service.matchmaking.run(parties.challenge_id)
    yield parties
    with Sessions(service.engine).writing() as session:
        session.delete(session.get_one(Claim, parties.profile_id))


@pytest.fixture
def gone_after(parties: Parties) -> Iterator[None]:
    """Nothing is left open for the next test."""
    yield
    service = parties.service.introductions
    for seen in service.page(parties.viewer(parties.staff), limit=100).items:
        one = seen.introduction
        if one.state in {IntroductionState.DRAFTED, IntroductionState.OFFERED}:
            service.withdraw(one.id, by=None)
        elif one.state in OPEN:
            service.conclude(one.id, Conclusion.NOT_PURSUED, by=None)


def test_from_the_desk_to_two_yeses_by_keyboard(
    browser: Browser, parties: Parties, gone_after: None
) -> None:
    one = parties.drafted()
    enter(browser, f"{PREFIX}staff", "en")
    browser.visit("/desk/introductions")
    browser.wait(lambda: browser.focused("body"))
    browser.driver.execute_script("document.querySelector('#row-0').focus()")
    browser.press("o")
    browser.wait(lambda: browser.path == f"/introductions/{one.id}")
    tab_to(browser, "form[action$='/offer'] button")
    browser.press(Keys.ENTER)
    browser.wait(lambda: any("Waits for" in text for text in browser.all(".lead")))
    browser.driver.delete_all_cookies()

    browser.visit(f"/introduction/{parties.secret(parties.partner)}?lang=da")
    assert browser.all("h1") == ["Må vi sætte jer i forbindelse?"]
    tab_to(browser, "main form button.button-main")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.all("h1") == ["Tak for svaret"])

    enter(browser, f"{PREFIX}firm", "en")
    browser.visit("/introductions")
    tab_to(browser, ".queue-deeds a.button-main")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path == f"/introductions/{one.id}")
    tab_to(browser, "main form button.button-main")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.all("#contacts"))
    assert f"{PREFIX}partner@example.dk" in " ".join(browser.all(".profile-facts"))


Opens = Callable[[Browser, Parties], None]


def _link(browser: Browser, parties: Parties) -> None:
    parties.offered()
    browser.visit(f"/introduction/{parties.secret(parties.partner)}?lang=en")


def _link_refused(browser: Browser, parties: Parties) -> None:
    browser.expected.add(422)
    _link(browser, parties)
    browser.driver.execute_script("document.querySelector('select').required = false")
    browser.driver.execute_script("document.querySelectorAll('main form')[1].submit()")
    browser.wait(lambda: browser.all(".field-error"))


def _own(browser: Browser, parties: Parties) -> None:
    parties.offered()
    enter(browser, f"{PREFIX}partner", "en")
    browser.visit("/introductions")


def _one_to_answer(browser: Browser, parties: Parties) -> None:
    one = parties.offered()
    enter(browser, f"{PREFIX}partner", "en")
    browser.visit(f"/introductions/{one.id}")


def _one_to_offer(browser: Browser, parties: Parties) -> None:
    one = parties.drafted()
    enter(browser, f"{PREFIX}staff", "en")
    browser.visit(f"/introductions/{one.id}")


def _one_accepted(browser: Browser, parties: Parties) -> None:
    one = parties.offered()
    service = parties.service.introductions
    for party in Party:
        service.answer(one.id, party, Answer.ACCEPTED, by=None)
    service.propose_meeting(one.id, by=None, starts_at=datetime.now(UTC) + timedelta(days=3))
    enter(browser, f"{PREFIX}staff", "en")
    browser.visit(f"/introductions/{one.id}")


def _desk(browser: Browser, parties: Parties) -> None:
    one = parties.drafted(parties.profile("Jens Falk"), partner_email="jens@falk.dk")
    parties.service.introductions.offer(one.id, by=None)
    parties.service.introductions.answer(
        one.id, Party.FIRM, Answer.DECLINED, by=None, reason=DeclineReason.TOO_FAR
    )
    enter(browser, f"{PREFIX}staff", "en")
    browser.visit("/desk/introductions?state=declined")


def _shortlist(browser: Browser, parties: Parties) -> None:
    enter(browser, f"{PREFIX}staff", "en")
    browser.visit(f"/challenges/{parties.challenge_id}/shortlist")
    assert browser.all("#changed")


PAGES: list[Opens] = [
    _link,
    _link_refused,
    _own,
    _one_to_answer,
    _one_to_offer,
    _desk,
    _shortlist,
    _one_accepted,
]


@pytest.mark.parametrize("opens", PAGES, ids=lambda opens: opens.__name__.strip("_"))
def test_axe_finds_nothing_and_nothing_is_cut_off(
    browser: Browser, parties: Parties, gone_after: None, opens: Opens
) -> None:
    opens(browser, parties)
    for width in (1280, 390):
        browser.room(width)
        for scheme in ("light", "dark"):
            browser.scheme(scheme)
            assert violations(browser) == [], f"at {width} pixels, {scheme}"
    browser.room(320, 640)
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= 320


def test_a_conflict_is_declared_and_taken_back_by_keyboard(
    browser: Browser, parties: Parties
) -> None:
    enter(browser, f"{PREFIX}partner", "en")
    browser.visit("/my/profiles")
    tab_to(browser, f".own a[href='/profiles/{parties.profile_id}/conflicts']")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.all("#found"))
    tab_to(browser, "#q")
    browser.press("Falk")
    # The list follows the typing.
    browser.wait(lambda: "Jens Falk" in " ".join(browser.all("#found label")))
    tab_to(browser, "#found input[type=radio]")
    browser.press(Keys.SPACE)
    tab_to(browser, "#note")
    browser.press("Worked together until last year.")
    tab_to(browser, "form.stack .button-main")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.all(".queue-row h3") == ["Jens Falk"])
    assert violations(browser) == []
    tab_to(browser, ".queue-deeds button")
    browser.press(Keys.ENTER)
    browser.wait(lambda: "No conflict is declared." in browser.all(".notice"))
