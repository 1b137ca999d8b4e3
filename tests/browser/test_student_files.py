"""A coordinator brings students from a file with the keyboard alone; each page goes through axe."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from matchmaker.bootstrap import Matchmaker
from tests.browser.conftest import Browser
from tests.browser.test_accessibility import violations
from tests.browser.test_account_keys import fill, push
from tests.browser.test_journeys import tab_to
from tests.browser.test_placing_story import browser, cast
from tests.people import mails
from tests.services.import_files import write

__all__ = ["browser"]

TABLE = "Navn;Uddannelse;Niveau;Resume\nDorte Vang;Robotteknik;master;Bygger celler\nEmil Krog;Robotteknik;doktor;Koder\n"


@pytest.mark.parametrize(
    ("language", "width", "planned", "done", "invited"),
    [
        ("da", 1280, "1 række ville blive skrevet", "1 række er skrevet", "1 invitation er på vej"),
        ("en", 390, "1 row would be written", "1 row is written", "1 invitation is on its way"),
    ],
)
def test_students_are_brought_and_invited_with_the_keyboard_alone(
    browser: Browser,  # noqa: F811 - the fixture
    service: Matchmaker,
    tmp_path: Path,
    language: str,
    width: int,
    planned: str,
    done: str,
    invited: str,
) -> None:
    story = cast(browser, service, language)
    page = f"/placing/cohorts/{story.campus.cohort}"
    browser.room(width)
    browser.scheme("dark" if width < 1000 else "light")
    story.become("coordinator", page)
    push(browser, f"a[href='{page}/file']")
    browser.wait(lambda: browser.path == f"{page}/file")
    story.clean()
    browser.expected.add(422)
    tab_to(browser, "#file")
    browser.one("#file").send_keys(str(write(tmp_path, "empty.csv", "")))
    push(browser, "main form .button-main")
    browser.wait(lambda: browser.all("#form-errors"))
    story.clean()

    tab_to(browser, "#file")
    browser.one("#file").send_keys(str(write(tmp_path, "students.csv", TABLE)))
    push(browser, "main form .button-main")
    browser.wait(lambda: browser.path.endswith("/columns"))
    story.clean()
    assert browser.one("#column-1").get_attribute("value") == "programme"
    push(browser, "form[method=post].stack .button-main")
    story.wait(planned)
    push(browser, ".notice .button-main")
    story.wait(done)
    push(browser, f".notice a[href='{page}/invitations']")
    browser.wait(lambda: browser.path == f"{page}/invitations")
    story.clean()
    member = next(
        one for one in service.cohorts.unclaimed(story.campus.cohort) if one.name == "Dorte Vang"
    )
    fill(
        browser,
        f"[id='email-{member.student.student_id}']",
        f"dorte-{language}@example.dk",
        Keys.ENTER,
    )
    story.wait(invited)
    assert f"dorte-{language}@example.dk" in {one.to for one in mails(service)}
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= width
    push(browser, f"a[href='{page}']")
    browser.wait(lambda: "Dorte Vang" in " ".join(browser.all("main")))
    assert violations(browser) == []
