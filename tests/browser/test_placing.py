"""Placing students in a real browser: every page through axe, and wishes by the keyboard alone."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from selenium.webdriver.common.keys import Keys

from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import Account, Claim, Role
from matchmaker.storage.database import Sessions
from tests.browser.conftest import Browser
from tests.browser.test_accessibility import violations
from tests.browser.test_desk import enter
from tests.browser.test_journeys import tab_to
from tests.factories import NOW
from tests.people import PASSWORD, somebody
from tests.services.placing import Campus, a_small_round


@dataclass
class World:
    campus: Campus
    round_id: UUID
    people: dict[str, Account]
    paths: dict[str, str]


@pytest.fixture(scope="module")
def world(service: Matchmaker) -> World:
    """A round that was run, one that was published, and an account for each party."""
    campus, round_id = a_small_round(service)
    ane = campus.students["Ane"]
    service.cohorts.propose(campus.cohort, by=None)
    service.assignment.lock(
        round_id, ane, campus.positions["Welding"], reason="lives next door", by=None
    )
    service.assignment.run(round_id, by=None)
    service.round_jobs.weigh(round_id, Method.STABLE, by=None)
    assert service.round_jobs.worker.wait()
    published, other_id = a_small_round(service)
    service.assignment.run(other_id, by=None)
    answer = service.assignment.view(other_id).answers[Method.STABLE].answer_id
    placement = service.assignment.publish(other_id, answer, by=None)[0]
    people = {
        "staff": somebody(service, Role.STAFF, "placing", PASSWORD),
        "host": somebody(service, Role.FIRM, "hosting", PASSWORD),
        "student": somebody(service, Role.PARTNER, "seeking", PASSWORD),
    }
    service.belonging.join(people["host"].id, campus.hosts["Smedjen"], by=None)
    with Sessions(service.engine).writing() as session:
        for student in (ane, placement.student_id):
            session.add(Claim(profile_id=student, account_id=people["student"].id, claimed_at=NOW))
    paths = {
        "list": "/placing",
        "cohort": f"/placing/cohorts/{campus.cohort}",
        "file": f"/placing/cohorts/{campus.cohort}/students/{ane}",
        "round": f"/placing/rounds/{round_id}?costs=stable",
        "seat": f"/my/placing/{campus.cohort}",
        "outcome": f"/my/placing/{published.cohort}",
        "mine": "/my/placing",
        "why": f"/my/placing/{campus.cohort}/positions/{campus.positions['Welding']}",
        "hosting": "/hosting",
        "position": f"/hosting/positions/{campus.positions['Welding']}",
        "placement": f"/placements/{placement.id}",
    }
    return World(campus, round_id, people, paths)


@pytest.mark.parametrize(
    ("who", "pages"),
    [
        ("staff", ("list", "cohort", "file", "round", "placement")),
        ("student", ("mine", "seat", "why", "outcome", "placement")),
        ("host", ("hosting", "position")),
    ],
)
@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    browser: Browser, world: World, who: str, pages: tuple[str, ...], language: str
) -> None:
    enter(browser, {"staff": "placing", "host": "hosting", "student": "seeking"}[who], language)
    for page in pages:
        browser.visit(world.paths[page])
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


def test_a_student_ranks_by_the_keyboard_alone(
    browser: Browser, service: Matchmaker, world: World
) -> None:
    enter(browser, "seeking", "en")
    browser.visit(world.paths["seat"])
    ane = world.campus.students["Ane"]
    welding, robots = (world.campus.positions[one] for one in ("Welding", "Robots"))

    def kept() -> dict[UUID, int | None]:
        positions = service.wishes.view(world.campus.cohort, ane).positions
        return {one.position.id: one.rank for one in positions}

    # The enter key saves, wherever one stands.
    tab_to(browser, f"[id='rank-{robots}']")
    browser.chord(Keys.CONTROL, "a")
    browser.press("1", Keys.ENTER)
    browser.wait(lambda: kept() == {welding: 1, robots: 1})
    browser.visit(world.paths["seat"])
    tab_to(browser, f"[id='rank-{welding}']")
    browser.chord(Keys.CONTROL, "a")
    browser.press("2", Keys.ENTER)
    browser.wait(lambda: kept() == {welding: 2, robots: 1})
