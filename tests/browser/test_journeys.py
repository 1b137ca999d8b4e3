"""From the problem to a partner with nothing but a keyboard, in Danish and in English."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from matchmaker.bootstrap import Matchmaker
from tests.browser.conftest import Browser, come_down_to, enter
from tests.pages.conftest import WELDING

#: Says whether a person can see where the focus is; a card shows it on a layer above its link.
FOCUS_IS_SEEN = """
const active = document.activeElement;
return [null, "::after"].some((part) => {
  const style = getComputedStyle(active, part);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
});
"""


def tab_to(browser: Browser, selector: str, *, backwards: bool = False) -> None:
    """Press Tab until the focus is there, and see it on every step."""
    for _step in range(60):
        if backwards:
            browser.chord(Keys.SHIFT, Keys.TAB)
        else:
            browser.press(Keys.TAB)
        seen = browser.driver.execute_script(FOCUS_IS_SEEN)
        assert seen, browser.driver.execute_script("return document.activeElement.outerHTML")
        if browser.focused(selector):
            return
    message = f"the keyboard never reaches {selector}"
    raise AssertionError(message)


@pytest.mark.usefixtures("firm")
def test_a_danish_firm_finds_a_partner_with_the_keyboard_alone(browser: Browser) -> None:
    enter(browser, "a-firm", "da")
    browser.visit("/?lang=da")
    browser.press(Keys.TAB)
    assert browser.focused(".skip")
    browser.press(Keys.ENTER)
    tab_to(browser, "#text")
    browser.press(
        "Vi mangler planlægning af ordrer i en maskinfabrik. ", "Omstillingstid er et problem."
    )
    tab_to(browser, "#place")
    browser.press("9000")
    tab_to(browser, "#ask button[type=submit]")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path.startswith("/challenges/"))
    names = browser.all(".match h3")
    assert "Jens Falk" in names
    assert browser.all(".fit")[0] in {"Stærkt match", "Godt match", "Muligt match"}

    tab_to(browser, ".conditions-box summary")
    browser.press(Keys.ENTER)
    tab_to(browser, "#kind-expert")
    browser.press(Keys.SPACE)
    browser.wait(lambda: browser.all(".chip"))
    assert browser.all(".match h3") == ["Jens Falk"]
    assert browser.focused("#kind-expert")
    assert browser.one(".conditions-box").get_attribute("open")
    assert browser.all("#announcement") == ["1 partner fundet"]

    tab_to(browser, ".chip")
    browser.press(Keys.ENTER)
    browser.wait(lambda: not browser.all(".chip"))
    browser.wait(lambda: browser.focused("#list-heading"))
    assert browser.all(".match h3") == names
    assert not browser.one("#kind-expert").is_selected()

    tab_to(browser, "#tab-expert")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path.endswith("?kind=expert"))
    browser.wait(lambda: browser.all(".match h3") == ["Jens Falk"])
    browser.wait(lambda: browser.focused("#tab-expert"))
    assert browser.all("#announcement") == ["Eksperter: 1"]
    tab_to(browser, ".match h3 a")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path.startswith("/profiles/"))
    assert browser.all("h1") == ["Jens Falk"]


def test_an_english_firm_mends_its_form_changes_its_text_and_withdraws_it(browser: Browser) -> None:
    browser.visit("/?lang=en")
    tab_to(browser, ".card a")
    browser.press(Keys.ENTER)
    browser.wait(lambda: "sample=" in browser.path)
    assert browser.one("#text").get_attribute("value").strip() == WELDING
    tab_to(browser, "#text")
    browser.chord(Keys.CONTROL, "a")
    browser.press(Keys.DELETE)
    tab_to(browser, "#ask button[type=submit]")
    browser.expected.add(422)
    browser.press(Keys.ENTER)
    # What has to change is read first, and leads to its field.
    browser.wait(lambda: browser.focused("#form-errors"))
    tab_to(browser, "#form-errors a")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.focused("#text"))
    assert browser.one("#title").get_attribute("value") == "Cracks in frames"
    browser.press(WELDING)
    tab_to(browser, "#ask button[type=submit]")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path.startswith("/challenges/"))
    challenge = browser.path
    assert "An expert" in browser.all(".match h3")

    # A numbered reference leads to the sentence, beside the list.
    tab_to(browser, ".asked a")
    browser.press(Keys.ENTER)
    target = browser.path.split("#")[1]
    assert browser.one(f"#{target}").is_displayed()

    tab_to(browser, ".page-actions a[href$=revise]", backwards=True)
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path.endswith("/revise"))
    tab_to(browser, "#text")
    browser.chord(Keys.CONTROL, Keys.END)
    browser.press(" We look for camera inspection of surfaces.")
    tab_to(browser, "main form button")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path == challenge)
    assert "We look for camera inspection of surfaces." in browser.all(".sentences li")[-1]
    assert "Department of Vision" in browser.all(".match h3")

    tab_to(browser, ".page-actions a[href$=withdraw]")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path.endswith("/withdraw"))
    tab_to(browser, ".button-danger")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.path == challenge)
    assert browser.all(".notice h2") == ["This challenge is withdrawn"]


def test_the_way_back_leads_through_the_tabs(browser: Browser, service: Matchmaker) -> None:
    challenge = service.challenges.submit(text=WELDING)
    service.matchmaking.run(challenge.id)
    browser.visit(f"/challenges/{challenge.id}")
    everybody = browser.all(".match h3")
    browser.one("#tab-expert").click()
    # How many there are depends on what other tests stored.
    browser.wait(lambda: set(browser.all(".match h3")) == {"An expert"})
    browser.driver.back()
    browser.wait(lambda: browser.all(".match h3") == everybody)
    assert browser.path == f"/challenges/{challenge.id}"


def test_a_text_that_is_not_sent_survives_a_change_of_language(browser: Browser) -> None:
    browser.visit("/?lang=en")
    browser.one("#text").send_keys("Half a sentence about")
    browser.one(".site-languages a[lang=da]").click()
    browser.wait(lambda: "lang=da" in browser.path)
    assert browser.one("#text").get_attribute("value") == "Half a sentence about"


def test_a_sent_text_is_forgotten_by_the_browser(browser: Browser) -> None:
    browser.visit("/?lang=en")
    browser.one("#text").send_keys(WELDING)
    browser.one("#ask button[type=submit]").click()
    browser.wait(lambda: browser.path.startswith("/challenges/"))
    kept = browser.driver.execute_script(
        "return JSON.stringify([{...localStorage}, {...sessionStorage}])"
    )
    assert "welded" not in kept
    browser.visit("/")
    assert browser.one("#text").get_attribute("value") == ""


def test_a_wrong_distance_is_told_in_place(browser: Browser, service: Matchmaker) -> None:
    challenge = service.challenges.submit(text=WELDING, place="9000")
    service.matchmaking.run(challenge.id)
    browser.visit(f"/challenges/{challenge.id}?lang=en")
    browser.one(".conditions-box summary").click()
    browser.expected.add(422)
    browser.one("#within_km").send_keys("near", Keys.TAB)
    browser.wait(lambda: "whole number" in browser.all("#within_km-error")[0])
    assert browser.one("#within_km").get_attribute("value") == "near"
    assert browser.all(".match")


@pytest.mark.usefixtures("firm")
def test_a_list_is_steered_with_the_keyboard_alone(browser: Browser, service: Matchmaker) -> None:
    enter(browser, "a-firm", "en")
    challenge = service.challenges.submit(text=WELDING, place="9000")
    service.matchmaking.run(challenge.id)
    browser.visit(f"/challenges/{challenge.id}?lang=en")
    everybody = browser.all(".match h3")

    tab_to(browser, ".steer > form button")
    browser.press(Keys.ENTER)
    browser.wait(lambda: browser.all(".chip"))
    assert browser.all(".chip")[0].startswith("Without the condition: More like ")
    browser.wait(lambda: browser.focused("#list-heading"))

    name = browser.all(".match h3")[0]
    tab_to(browser, ".dismiss summary")
    browser.press(Keys.ENTER)
    tab_to(browser, "#reason-1")
    browser.press("A comp")
    tab_to(browser, "#note-1")
    tab_to(browser, ".dismiss button")
    browser.press(Keys.ENTER)
    browser.wait(lambda: name not in browser.all(".match h3"))
    assert f"Without the condition: Not {name}: A competitor" in browser.all(".chip")

    browser.wait(lambda: browser.focused("#list-heading"))
    tab_to(browser, ".conditions-box summary", backwards=True)
    browser.press(Keys.ENTER)
    tab_to(browser, "#required_terms")
    browser.press("svejsning", Keys.TAB)
    browser.wait(lambda: any("Must mention" in words for words in browser.all(".chip")))
    assert name not in browser.all(".match h3")
    assert browser.one(".conditions-box").get_attribute("open")

    while browser.all(".chip"):
        before = len(browser.all(".chip"))
        tab_to(browser, ".chip")
        browser.press(Keys.ENTER)
        browser.wait(lambda before=before: len(browser.all(".chip")) < before)
        browser.wait(lambda: browser.focused("#list-heading"))
    assert sorted(browser.all(".match h3")) == sorted(everybody)


def test_a_word_that_can_not_be_looked_for_is_told_in_place(
    browser: Browser, service: Matchmaker
) -> None:
    challenge = service.challenges.submit(text=WELDING)
    service.matchmaking.run(challenge.id)
    browser.visit(f"/challenges/{challenge.id}?lang=en")
    browser.one(".conditions-box summary").click()
    browser.expected.add(422)
    browser.one("#required_terms").send_keys("og", Keys.TAB)
    browser.wait(lambda: "naming something" in browser.all("#required_terms-error")[0])
    assert browser.one("#required_terms").get_attribute("value") == "og"
    assert browser.all(".match")


def test_a_change_in_place_that_is_refused_ends_on_a_page_that_says_why(
    browser: Browser, service: Matchmaker
) -> None:
    challenge = service.challenges.submit(text=WELDING)
    service.matchmaking.run(challenge.id)
    browser.visit(f"/challenges/{challenge.id}?lang=en")
    service.challenges.withdraw(challenge.id, expected_revision=1)
    browser.expected.add(409)
    browser.one(".conditions-box summary").click()
    browser.one("#kind-expert").click()
    browser.wait(lambda: browser.all("h1") == ["Not possible now"])


def test_a_button_pressed_twice_sends_once(browser: Browser) -> None:
    browser.visit("/?lang=en")
    browser.one("#text").send_keys(WELDING)
    prevented = browser.driver.execute_script(
        """
        const form = document.getElementById("ask");
        const stopped = [];
        // The last listener sees what the page decided, and keeps this test on its page.
        window.addEventListener("submit", (event) => {
          stopped.push(event.defaultPrevented);
          event.preventDefault();
        });
        form.requestSubmit();
        form.requestSubmit();
        return stopped;
        """
    )
    assert prevented == [False, True]
    assert browser.one("#ask button").get_attribute("aria-disabled") == "true"


def test_without_script_the_challenge_stands_beside_the_list(
    browser: Browser, service: Matchmaker
) -> None:
    challenge = service.challenges.submit(text=WELDING)
    service.matchmaking.run(challenge.id)
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.visit(f"/challenges/{challenge.id}")
        assert not browser.one(".challenge-box").get_attribute("open")
        assert browser.one("#s1").rect["height"] > 0
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_section_further_down_is_filled_when_it_is_reached_and_takes_no_focus(
    browser: Browser, service: Matchmaker
) -> None:
    challenge = service.challenges.submit(text=WELDING)
    service.matchmaking.run(challenge.id)
    browser.room(1280, 400)
    browser.visit(f"/challenges/{challenge.id}")
    assert browser.all("#similar p") == ["Show similar challenges"]
    come_down_to(browser, "#similar")
    browser.wait(lambda: browser.all("#similar h3") == ["Cracks in frames"])
    assert browser.focused("body")
    assert not browser.driver.execute_script("return scrollY === 0")


def test_a_section_that_cannot_be_filled_keeps_its_link(
    browser: Browser, service: Matchmaker
) -> None:
    browser.expected.add(404)
    ida = service.profiles.page(text="Ida Berg").items[0].id
    browser.room(1280, 300)
    browser.visit(f"/profiles/{ida}")
    browser.driver.execute_script(
        "document.addEventListener('htmx:configRequest',"
        " (event) => { event.detail.path = '/profiles/gone'; })"
    )
    browser.driver.execute_async_script(
        "const done = arguments[0];"
        "document.addEventListener('htmx:responseError', () => setTimeout(done, 300));"
        "document.querySelector('#challenges').scrollIntoView({behavior: 'instant'})"
    )
    assert browser.path == f"/profiles/{ida}"
    assert browser.all("#challenges p") == ["Show the challenges"]
