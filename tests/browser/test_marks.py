"""Marked words in a real browser."""

from __future__ import annotations

from tests.browser.conftest import Browser
from tests.pages.conftest import WELDING


def test_marks_come_after_the_list_and_leave_the_focus_where_it_is(browser: Browser) -> None:
    browser.visit("/")
    browser.one("#text").send_keys(WELDING)
    browser.one("#ask button[type=submit]").click()
    browser.wait(lambda: browser.path.startswith("/challenges/"))
    browser.wait(lambda: browser.all(".evidence mark"))
    assert not browser.focused("#list-heading")
    assert not browser.all("#marks a")
    assert "welded" in " ".join(browser.all(".evidence mark")).lower()
    browser.visit(browser.path)
    assert browser.all(".evidence mark")
    assert not browser.all("#marks a")
