"""From a cohort to published placements with the keyboard alone, each party on its own pages.

One story goes well and is told in Danish; one in English meets what goes wrong: a position that
closes, a student who leaves, a capacity below what is placed, two coordinators at once. Every page
on the way goes through axe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from selenium.webdriver.common.keys import Keys

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, PositionAction, Role
from tests.browser.conftest import Browser
from tests.browser.test_accessibility import violations
from tests.browser.test_account_keys import fill, push
from tests.browser.test_journeys import tab_to
from tests.browser.test_ledger import sign_in_as
from tests.browser.test_story import on, set_time
from tests.people import somebody
from tests.services.placing import Campus, a_campus, claimed, held_up

PERIOD = {"#starts_on": "2027-02-01", "#ends_on": "2027-06-30"}


@dataclass
class Cast:
    """Everybody of a story, and the browser that they take in turn."""

    browser: Browser
    service: Matchmaker
    campus: Campus
    language: str
    accounts: dict[str, Account]
    seen: set[tuple[object, ...]] = field(default_factory=set)

    def become(self, who: str, path: str) -> None:
        """Go on as somebody, at a page that axe has nothing to say about."""
        sign_in_as(self.browser, self.accounts[who], self.language)
        self.visit(path)

    def visit(self, path: str) -> None:
        self.browser.visit(path)
        self.clean()

    def clean(self) -> None:
        """Take axe over the page, once for each of its states."""
        state = [bool(self.browser.all(one)) for one in ("#form-errors", "#progress", ".notice")]
        seen = (self.browser.path, *state)
        if seen not in self.seen:
            self.seen.add(seen)
            assert violations(self.browser) == [], self.browser.path

    def wait(self, words: str) -> None:
        """Wait until the page says something, and take axe over it."""
        self.browser.wait(lambda: words in " ".join(self.browser.all("main")))
        self.clean()


@pytest.fixture
def browser(browser: Browser) -> Iterator[Browser]:
    """A browser that nobody stays signed in to."""
    yield browser
    browser.driver.delete_all_cookies()


def cast(browser: Browser, service: Matchmaker, language: str) -> Cast:
    """Return a university with a cohort of two students, a host, and an account for each."""
    campus, number = a_campus(service), uuid4().hex[:6]
    campus.host("Smedjen")
    roles = {"coordinator": Role.UNIVERSITY, "host": Role.FIRM, "staff": Role.STAFF}
    accounts = {
        name: somebody(service, roles.get(name, Role.PARTNER), f"{name}-{number}")
        for name in ("coordinator", "host", "staff", "ane", "bo")
    }
    service.belonging.join(accounts["coordinator"].id, campus.university, by=None)
    service.belonging.join(accounts["host"].id, campus.hosts["Smedjen"], by=None)
    for name in ("Ane", "Bo"):
        claimed(service, accounts[name.lower()].id, campus.student(name, consents=False))
    return Cast(browser, service, campus, language, accounts)


def prefer(browser: Browser, ranks: dict[UUID, str]) -> None:
    """Write a number beside each, and save with the enter key."""
    for about, number in ranks.items():
        fill(browser, f"[id='rank-{about}']", number)
    browser.press(Keys.ENTER)


def test_everybody_does_their_part_with_the_keyboard_alone(  # noqa: PLR0915 - one story
    browser: Browser, service: Matchmaker
) -> None:
    story = cast(browser, service, "da")
    campus, page = story.campus, f"/placing/cohorts/{story.campus.cohort}"

    story.become("host", "/hosting")
    fill(browser, "#title", "Svejsecelle")
    fill(browser, "#tasks", "Opbyg en celle.")
    fill(browser, "#places", "1")
    for name, day in PERIOD.items():
        set_time(browser, name, day)
    push(browser, "main form .button-main")
    browser.wait(lambda: browser.path.startswith("/hosting/positions/"))
    story.clean()
    cell = UUID(browser.path.rpartition("/")[2])

    story.become("coordinator", page)
    push(browser, f"#position-{cell} button[value=approve]")
    story.wait("De studerende ser den.")
    fill(browser, "#name", "Dr. Ege")
    fill(browser, "#email", "ege@example.dk")
    fill(browser, "#capacity", "2", Keys.ENTER)
    story.wait("Dr. Ege: højst 2 studerende")

    for name in ("ane", "bo"):
        story.become(name, "/my/placing")
        push(browser, f"a[href='/my/placing/{campus.cohort}']")
        on(browser, str(campus.cohort))
        push(browser, "[aria-labelledby=consent] button")
        story.wait("Jeg siger ikke længere ja")
        prefer(browser, {cell: "1"})
        browser.wait(lambda: browser.all("footer"))
        browser.wait(lambda who=name.title(): _wishes(story, who) == {cell: 1})

    story.become("coordinator", page)
    push(browser, "form[action$='/propose'] button")
    story.wait("Værterne ser dem")
    story.become("host", f"/hosting/positions/{cell}")
    prefer(browser, {campus.students["Bo"]: "1"})
    browser.wait(lambda: _first(story, cell) == "Bo")

    story.become("coordinator", page)
    push(browser, "form[action$='/rounds'] button")
    browser.wait(lambda: browser.path.startswith("/placing/rounds/"))
    with held_up(service.round_jobs):
        push(browser, "form[action$='/run'] button")
        story.wait("Metoderne arbejder")
        tab_to(browser, "#stop")
        # What is shown is renewed every second, and whoever stands in it stays where they are.
        browser.driver.execute_script("document.querySelector('#progress').dataset.old = 'yes'")
        browser.wait(lambda: browser.all("#progress:not([data-old])"))
        assert browser.focused("#stop")
        browser.press(Keys.ENTER)
        story.wait("Metoderne er ved at blive stoppet")
    # The page finds out by itself that nobody is at work any more.
    story.wait("Metoderne blev stoppet")
    push(browser, "form[action$='/run'] button")
    browser.wait(lambda: browser.all("table.figures"))
    tab_to(browser, "details summary")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.one("details[open]"))
    story.clean()
    push(browser, "details[open] form[action$='/publish'] button")
    story.wait("Offentliggjort")
    story.become("bo", f"/my/placing/{campus.cohort}")
    assert "Du er blevet tilbudt: Svejsecelle" in " ".join(browser.all("main"))
    story.become("ane", f"/my/placing/{campus.cohort}")
    told = " ".join(browser.all("main"))
    assert "værten satte dem, der fik pladsen, højere" in told


def _wishes(story: Cast, name: str) -> dict[UUID, int]:
    positions = story.service.wishes.view(story.campus.cohort, story.campus.students[name])
    return {one.position.id: one.rank for one in positions.positions if one.rank}


def _first(story: Cast, position: UUID) -> str | None:
    ranked = [one for one in story.service.wishes.applicants(position) if one.rank == 1]
    return ranked[0].student.name if ranked else None


def test_what_goes_wrong_on_the_way_is_said_and_loses_nothing(
    browser: Browser, service: Matchmaker
) -> None:
    browser.expected |= {412, 422}
    story = cast(browser, service, "en")
    campus, rounds = story.campus, service.assignment
    welding, robots = (campus.position(name, "Smedjen") for name in ("Welding", "Robots"))
    guide = service.cohorts.add_supervisor(
        campus.cohort, name="Dr. Ege", email="ege@example.dk", capacity=2, by=None
    )
    for name in ("Ane", "Bo"):
        service.wishes.consent(campus.cohort, campus.students[name], given=True, by=None)
    campus.wish("Ane", "Welding", "Robots")
    campus.wish("Bo", "Robots")
    round_id = rounds.open(campus.cohort, by=None).id
    rounds.run(round_id, by=None)
    page, seat = f"/placing/rounds/{round_id}", f"/my/placing/{campus.cohort}"

    # A position closes while a student ranks it; the others can still be ranked.
    story.become("ane", seat)
    service.wishes.apply(welding, PositionAction.CLOSE, by=None)
    prefer(browser, {robots: "1", welding: "2"})
    story.wait("One of these positions is closed")
    assert _wishes(story, "Ane") == {robots: 2}
    story.visit(seat)
    assert "These wishes count no more" in " ".join(browser.all("main"))

    # A student leaves after the answer: it is not published, and everybody is accounted for.
    story.become("coordinator", page)
    service.cohorts.leave(campus.cohort, campus.students["Bo"], by=None)
    tab_to(browser, "details summary")
    browser.press(Keys.ENTER)
    push(browser, "details[open] form[action$='/publish'] button")
    story.wait("changed since this answer. Run the round again.")
    told = " ".join(browser.all("[aria-labelledby=notices] li"))
    assert "Bo: has left the cohort" in told and "Ane: wished for a position that" in told

    # Another coordinator locks a pair meanwhile: nothing of theirs is undone.
    story.visit(page)
    rounds.lock(round_id, campus.students["Ane"], robots, reason="lives next door", by=None)
    push(browser, "form[action$='/cancel'] button")
    story.wait("Somebody changed this round meanwhile")
    story.wait("lives next door")
    push(browser, "form[action$='/run'] button")
    browser.wait(lambda: rounds.view(round_id).current)
    story.visit(page)
    tab_to(browser, "details summary")
    browser.press(Keys.ENTER)
    push(browser, "details[open] form[action$='/publish'] button")
    story.wait("Published")

    # Nothing is cut below what is placed.
    story.visit(f"/placing/cohorts/{campus.cohort}")
    push(browser, "[aria-labelledby=supervisors] summary")
    fill(browser, f"[id='capacity-{guide.id}']", "0", Keys.ENTER)
    story.wait("More students than that have a place here.")
    story.become("host", f"/hosting/positions/{robots}")
    fill(browser, "#places", "0", Keys.ENTER)
    story.wait("More students than that have a place here.")
    assert service.cohorts.view(campus.cohort).supervisors[0].capacity == 2
    assert service.wishes.position(robots).places == 1
