"""Pages in states that no address shows through axe (WCAG 2.0 to 2.2, A and AA).

Pages as their addresses show them are in ``test_every_page.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Conditions, Dismissal, DismissalReason, PartnerKind
from tests.browser.conftest import Browser, come_down_to
from tests.pages.conftest import WELDING

AXE = (Path(__file__).parent / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  resultTypes: ["violations"]
}).then((result) => done(result.violations.map((one) =>
  [one.id, one.help, one.nodes.map((node) => node.html.slice(0, 200) + " | " +
    [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ")).join("\\n")]
)));
"""
NOBODY = "00000000-0000-0000-0000-000000000000"


def _refused_form(browser: Browser, _service: Matchmaker) -> None:
    browser.visit("/")
    browser.expected.add(422)
    browser.one("#place").send_keys("Atlantis")
    browser.one("#ask button[type=submit]").click()
    browser.wait(lambda: browser.all("#form-errors"))


def _list(browser: Browser, service: Matchmaker) -> None:
    challenge = service.challenges.submit(text=WELDING, title="Cracks", place="9000")
    plain = service.matchmaking.run(challenge.id)
    example, unwanted = (match.profile_id for match in plain.matches[:2])
    service.matchmaking.run(
        challenge.id,
        conditions=Conditions(
            languages=("da", "en"),
            excluded_terms=("hydrogen",),
            more_like=(example,),
            dismissed=(Dismissal(profile_id=unwanted, reason=DismissalReason.WRONG_LANGUAGE),),
            place_weight=2.0,
        ),
    )
    browser.visit(f"/challenges/{challenge.id}#s2")
    browser.wait(lambda: browser.all(".evidence mark"))
    browser.driver.execute_script(
        "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    )


def _empty_list(browser: Browser, service: Matchmaker) -> None:
    challenge = service.challenges.submit(text=WELDING)
    service.matchmaking.run(challenge.id, conditions=Conditions(partner_kinds=(PartnerKind.HUB,)))
    browser.visit(f"/challenges/{challenge.id}")
    assert browser.all(".nobody")


def _no_list(browser: Browser, service: Matchmaker) -> None:
    browser.visit(f"/challenges/{service.challenges.submit(text=WELDING).id}")


def _challenges_of_profile(browser: Browser, service: Matchmaker) -> None:
    ida = service.profiles.page(text="Ida Berg").items[0].id
    browser.visit(f"/profiles/{ida}/challenges")
    assert browser.all("#challenges .card")


def _similar(browser: Browser, service: Matchmaker) -> None:
    challenge = service.challenges.submit(text=WELDING, title="Cracks")
    browser.visit(f"/challenges/{challenge.id}/similar")
    assert browser.all("#similar .card")


def _filled_in_place(browser: Browser, service: Matchmaker) -> None:
    challenge = service.challenges.submit(text=WELDING)
    service.matchmaking.run(challenge.id)
    browser.visit(f"/challenges/{challenge.id}")
    come_down_to(browser, "#similar")
    browser.wait(lambda: browser.all("#similar .card"))


def _exposure(browser: Browser, service: Matchmaker) -> None:
    service.matchmaking.run(service.challenges.submit(text=WELDING).id)
    browser.visit("/exposure")
    assert browser.all("table rect")


def _error(browser: Browser, _service: Matchmaker) -> None:
    browser.expected.add(404)
    browser.visit(f"/profiles/{NOBODY}")


Opens = Callable[[Browser, Matchmaker], None]
PAGES: list[Opens] = [
    _refused_form,
    _list,
    _empty_list,
    _no_list,
    _challenges_of_profile,
    _similar,
    _filled_in_place,
    _exposure,
    _error,
]
every_page = pytest.mark.parametrize("opens", PAGES, ids=lambda opens: opens.__name__.strip("_"))


def violations(browser: Browser) -> list[Any]:
    browser.driver.execute_script(AXE)
    return browser.driver.execute_async_script(RUN)


@every_page
def test_axe_finds_nothing(browser: Browser, service: Matchmaker, opens: Opens) -> None:
    opens(browser, service)
    for width, scheme in ((1280, "light"), (390, "dark")):
        browser.room(width)
        browser.scheme(scheme)
        assert violations(browser) == [], f"at {width} pixels, {scheme}"


@every_page
def test_nothing_is_cut_off_or_scrolled_sideways_at_320_pixels(
    browser: Browser, service: Matchmaker, opens: Opens
) -> None:
    opens(browser, service)
    browser.room(320, 640)
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= 320


def test_axe_would_find_something(browser: Browser) -> None:
    browser.visit("/about")
    browser.driver.execute_script(
        "document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=\"/favicon.ico\">')"
    )
    browser.expected.add(404)
    assert [found[0] for found in violations(browser)] == ["image-alt"]
