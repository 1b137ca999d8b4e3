"""The desk in a real browser: states of its pages through axe, a queue worked by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from selenium.webdriver.common.keys import Keys

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import NotFound
from matchmaker.models import Account, Claim, Expert, MailTemplate, Profile, Role
from matchmaker.models.profile_search import ProfileSearch
from matchmaker.storage.database import Sessions
from tests.browser.conftest import Browser, enter
from tests.browser.test_accessibility import violations
from tests.browser.test_journeys import tab_to
from tests.factories import an_expert
from tests.pages.conftest import WELDING
from tests.people import PASSWORD, mails, somebody

World = dict[str, Profile]


@pytest.fixture(scope="module")
def people(service: Matchmaker) -> dict[str, Account]:
    """A member of staff with a saved filter, and a partner."""
    staff = somebody(service, Role.STAFF, "desk", PASSWORD)
    service.desk.save_filter("Weld", ProfileSearch(text="weld"), by=staff.id)
    return {"staff": staff, "owner": somebody(service, Role.PARTNER, "owner", PASSWORD)}


@pytest.fixture
def world(service: Matchmaker, people: dict[str, Account]) -> Iterator[World]:
    """Experts whom nobody has looked after, one with an owner, two of one name."""
    long_ago = datetime.now(UTC) - timedelta(days=900)
    old: list[Expert] = [
        an_expert(
            f"Neglected {name}",
            evidence=("Anodising of profiles.", f"Case {name}."),
            updated_at=long_ago + timedelta(days=place),
        )
        for place, name in enumerate(("Alpha", "Beta", "Gamma"))
    ]
    twin = an_expert("Neglected Alpha", title="Chemist", website="https://example.dk")
    service.profiles.register_all([*old, twin])
    service.duplicates.find()
    with Sessions(service.engine).writing() as session:
        session.add(Claim(profile_id=old[2].id, account_id=people["owner"].id, claimed_at=long_ago))
    yield {"alpha": old[0], "beta": old[1], "gamma": old[2], "twin": twin}
    # One that became a part of another goes with it, or before it.
    for profile in (twin, *old):
        with suppress(NotFound):
            service.profiles.erase(profile.id)


Opens = Callable[[Browser, World], None]


def _at(address: str) -> Opens:
    def opens(browser: Browser, world: World) -> None:
        browser.visit(address.format(**{name: one.id for name, one in world.items()}))

    return opens


def _refused_editor(browser: Browser, world: World) -> None:
    browser.expected.add(422)
    browser.visit(f"/profiles/{world['beta'].id}/edit")
    browser.one("#website").clear()
    browser.one("#website").send_keys("ftp:", Keys.ENTER)
    browser.wait(lambda: browser.all("#form-errors"))
    assert browser.focused("#form-errors")


def _previewed(browser: Browser, world: World) -> None:
    browser.visit(f"/profiles/{world['beta'].id}/edit")
    text = browser.one("#item-0-text")
    text.clear()
    text.send_keys(WELDING)
    browser.one("button[name=look]").click()
    browser.wait(lambda: browser.all(".previewed li"))


def _compared(browser: Browser, world: World) -> None:
    browser.visit(f"/profiles/{world['beta'].id}/edit")
    browser.one("#summary").send_keys(" And more.", Keys.TAB)
    browser.one(".form-bar .button-main").click()
    browser.wait(lambda: not browser.path.endswith("/edit"))
    browser.visit(f"/profiles/{world['beta'].id}/history")
    browser.one(".revisions li:first-child a").click()
    browser.wait(lambda: browser.all(".differences ins"))


def _conflict(browser: Browser, world: World) -> None:
    browser.expected.add(412)
    browser.visit(f"/profiles/{world['beta'].id}/edit")
    browser.driver.execute_script("document.querySelector('[name=revision]').value = '1'")
    browser.one("#title").send_keys("x", Keys.ENTER)
    browser.wait(lambda: browser.all(".choice"))


PAGES: dict[str, Opens] = {
    "duplicates": _at("/desk/queues/duplicates"),
    "empty-queue": _at("/desk/queues/failed-imports"),
    "refused-editor": _refused_editor,
    "preview": _previewed,
    "history": _compared,
    "conflict": _conflict,
}


def check(browser: Browser) -> None:
    browser.driver.execute_script(
        "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    )
    for width, scheme in ((1280, "light"), (390, "dark")):
        browser.room(width)
        browser.scheme(scheme)
        assert violations(browser) == [], f"at {width} pixels, {scheme}"
    browser.room(320, 640)
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_on_the_pages_of_staff(
    browser: Browser, service: Matchmaker, world: World, language: str
) -> None:
    service.challenges.submit(text=WELDING, title="Cracks")
    enter(browser, "desk", language)
    for name, opens in PAGES.items():
        browser.room(1280)
        opens(browser, world)
        try:
            check(browser)
        except AssertionError as error:
            error.add_note(f"page: {name}, {language}")
            raise


@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_on_the_pages_of_an_owner(
    browser: Browser, service: Matchmaker, world: World, language: str
) -> None:
    service.reminders.ask()
    (*_, mail) = (one for one in mails(service) if one.template == MailTemplate.CONFIRM_PROFILE)
    for name in ("path", "unsubscribe_path"):
        browser.visit(f"{mail.values[name]}?lang={language}")
        check(browser)
    browser.room(1280)
    enter(browser, "owner", language)
    browser.visit("/my/profiles")
    assert browser.all("section.own h2") == [world["gamma"].name]
    check(browser)


def test_a_queue_is_worked_with_the_keyboard_alone(
    browser: Browser, service: Matchmaker, world: World
) -> None:
    browser.visit("/sign-in?lang=en&next=/desk")
    tab_to(browser, "#email")
    browser.press("desk@example.dk", Keys.TAB, PASSWORD, Keys.ENTER)
    browser.wait(lambda: browser.path == "/desk")

    # The keys count only while a row has the focus, and the next row gets it afterwards.
    tab_to(browser, "a[href='/desk/queues/stale']")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path == "/desk/queues/stale")
    before = browser.all(".queue-row h2")
    browser.press("c")
    assert browser.path == "/desk/queues/stale"
    tab_to(browser, ".queue-row")
    browser.press("j", "k", "j")
    assert browser.focused("#row-1")
    browser.press("c")
    browser.wait(lambda: browser.all("#done"))
    assert browser.all(".queue-row h2") == [before[0], *before[2:]]
    browser.wait(lambda: browser.focused(".queue-row"))

    # Edit the first, while somebody else changes the same profile.
    browser.press("k")
    edited = next(one for one in world.values() if one.name == before[0])
    browser.press("e")
    browser.wait(lambda: "/edit" in browser.path)
    edit_against_somebody(browser, service, edited.id)
    browser.wait(lambda: browser.path.startswith("/desk/queues/stale"))
    now = service.curation.read(edited.id)
    assert (now.summary, now.title) == ("Theirs.", "Mine")
    assert now.evidence[1].text.endswith("With colour.")


def edit_against_somebody(browser: Browser, service: Matchmaker, profile_id: UUID) -> None:
    """Change and move an item, meet a conflict, and save as the page proposes."""
    tab_to(browser, "#item-0-text")
    browser.chord(Keys.CONTROL, Keys.END)
    browser.press(" With colour.")
    tab_to(browser, "#down-0")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.focused("#up-1"))
    now = service.curation.read(profile_id)
    service.curation.revise(
        profile_id, expected_revision=now.revision, by=None, fields={"summary": "Theirs."}
    )
    tab_to(browser, "#title", backwards=True)
    browser.expected.add(412)
    browser.press("Mine", Keys.ENTER)
    browser.wait(lambda: browser.all(".choice"))
    assert browser.all(".choice legend")[0] == "Summary"
    tab_to(browser, "form.conflict button")
    browser.press(Keys.ENTER)


def row_of_pair(browser: Browser, name: str) -> int:
    """Return the row of two of one name, in the part of the queue where it stands."""
    while True:
        for row, said in enumerate(browser.all(".queue-what")):
            if said.count(name) == 2:
                return row
        # Other tests leave pairs too.
        browser.driver.get(str(browser.one("a[rel='next']").get_attribute("href")))


def test_profiles_are_merged_and_changed_at_once_with_the_keyboard_alone(
    browser: Browser, world: World
) -> None:
    enter(browser, "desk", "en")
    browser.visit("/desk/queues/duplicates")
    at = row_of_pair(browser, world["twin"].name)
    tab_to(browser, ".queue-row")
    browser.press(*["j"] * at, "m")
    browser.wait(lambda: "/desk/duplicates/" in browser.path)
    tab_to(browser, "form.merge button")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path.startswith("/profiles/"))
    assert browser.all("h1") == [world["twin"].name]

    browser.visit("/desk/search?text=Neglected")
    tab_to(browser, "[data-all]")
    browser.press(Keys.SPACE)
    assert browser.all("[data-chosen]") == [str(len(browser.all("tbody tr")))]
    tab_to(browser, "#change")
    browser.press("Take")
    tab_to(browser, ".bulk-deeds button")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.all("#done"))
    assert "profiles changed" in browser.all("#done")[0]
    tab_to(browser, "#done button")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path.endswith("/undo"))
    assert browser.all("h1") == ["Undone"]


def test_the_place_is_offered_as_it_is_typed(
    browser: Browser, service: Matchmaker, world: World
) -> None:
    enter(browser, "desk", "en")
    browser.visit(f"/profiles/{world['gamma'].id}/edit")
    browser.one("#place").clear()
    browser.one("#place").send_keys("9220")
    browser.wait(
        lambda: browser.driver.execute_script(
            "return [...document.querySelectorAll('#place-options option')]"
            ".some((one) => one.value.startsWith('9220'))"
        )
    )
