"""What follows a round in a real browser: every page through axe, and answers by keyboard alone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from selenium.webdriver.common.keys import Keys

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import (
    EvaluationQuestion,
    Going,
    LinkPurpose,
    MailTemplate,
    PlacementParty,
    PlacementState,
)
from matchmaker.services.placement_links import LinkStanding
from tests.browser.conftest import Browser
from tests.browser.test_accessibility import violations
from tests.browser.test_desk import enter
from tests.browser.test_journeys import tab_to
from tests.pages.conftest import WELDING
from tests.people import PASSWORD
from tests.services.placed import SUPERVISOR, Placed, a_placement
from tests.services.placing import asked_halfway


@dataclass
class Stages:
    """One placement that is on offer, one that runs, one that is over."""

    offered: Placed
    running: Placed
    over: Placed
    #: A page -> where it is.
    paths: dict[str, str]


@pytest.fixture(scope="module")
def stages(service: Matchmaker) -> Stages:
    challenge = service.challenges.submit(text=WELDING, title="Cracks")
    offered, running, over = (
        a_placement(service, prefix=prefix, password=PASSWORD, challenge_id=challenge.id)
        for prefix in ("offered-", "running-", "over-")
    )
    asked_halfway(service, running.agreed().id)
    service.followups.answer_check(
        running.id, PlacementParty.SUPERVISOR, Going.BADLY, needs_help=True, by=None
    )
    over.completed()
    scores = dict.fromkeys(EvaluationQuestion, 4)
    service.followups.evaluate(over.id, PlacementParty.HOST, scores, text="Well done", by=None)
    seat, student = offered.campus.cohort, offered.campus.students["Ane"]
    contest = service.contests.contest_result(seat, student, "Why this place?", by=None)
    check, evaluation = MailTemplate.PLACEMENT_CHECK, MailTemplate.PLACEMENT_EVALUATION
    paths = {
        "link": f"/placement/{offered.secret(offered.host.email)}",
        "answered": f"/placement/{running.secret(running.host.email)}",
        "check": f"/placement/check/{running.secret(running.host.email, check)}",
        "evaluation": f"/placement/evaluation/{over.secret(over.student.email, evaluation)}",
        "work": "/placing/work",
        "offer": f"/placements/{offered.id}",
        "run": f"/placements/{running.id}",
        "end": f"/placements/{over.id}",
        "contest": f"/contests/{contest.id}",
        "contests": "/contests",
        "contest result": f"/my/placing/{seat}/contest",
        "contest order": (
            f"/my/placing/{seat}/positions/{offered.campus.positions['Welding']}/contest"
        ),
        "contest ranking": f"/profiles/{student}/contest",
    }
    return Stages(offered, running, over, paths)


@pytest.mark.parametrize(
    ("who", "pages"),
    [
        ("", ("link", "answered", "check", "evaluation")),
        ("offered-staff", ("work", "offer", "run", "end", "contest")),
        (
            "offered-student",
            ("offer", "contests", "contest", "contest result", "contest order", "contest ranking"),
        ),
        ("over-host", ("end",)),
        ("running-student", ("run",)),
        ("over-coordinator", ("work", "end")),
    ],
)
@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    browser: Browser, stages: Stages, who: str, pages: tuple[str, ...], language: str
) -> None:
    browser.driver.delete_all_cookies()
    if who:
        enter(browser, who, language)
    for page in pages:
        browser.visit(f"{stages.paths[page]}?lang={language}")
        browser.driver.execute_script(
            "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
        )
        for width in (1280, 390):
            browser.room(width)
            for scheme in ("light", "dark"):
                browser.scheme(scheme)
                assert violations(browser) == [], f"{page} at {width} pixels, {scheme}"
        browser.room(320, 640)
        wide = browser.driver.execute_script("return document.documentElement.scrollWidth")
        assert wide <= 320, page


def test_a_supervisor_agrees_by_the_keyboard_alone(
    browser: Browser, service: Matchmaker, stages: Stages
) -> None:
    browser.driver.delete_all_cookies()
    one = a_placement(service, prefix="keys-", password=PASSWORD)
    browser.visit(f"/placement/{one.secret(SUPERVISOR)}?lang=en")
    tab_to(browser, 'button[value="agree"]')
    browser.press(Keys.ENTER)
    browser.wait(lambda: PlacementParty.SUPERVISOR.value in one.placement.agreed)
    browser.visit(f"/placement/{one.secret(one.host.email)}?lang=da")
    tab_to(browser, "#reason")
    browser.press("Vi har ingen plads")
    tab_to(browser, 'button[value="decline"]')
    browser.press(Keys.ENTER)
    browser.wait(lambda: one.placement.state is PlacementState.BROKEN_OFF)
    seen = service.placement_links.peek(one.secret(SUPERVISOR), LinkPurpose.PLACEMENT)
    assert seen.standing is LinkStanding.ENDED
