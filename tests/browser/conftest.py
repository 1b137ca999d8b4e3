"""A real browser on a real server: Chromium without a window, the app on a free port."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from waitress.server import create_server

from api.app import create_app
from api.context import EXTENSION
from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.models import Account, Challenge, Role
from matchmaker.storage.database import upgrade
from tests.factories import a_workshop
from tests.pages.conftest import WELDING, lenient
from tests.people import PASSWORD, sign_in, somebody

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test here, so that they can be chosen or left out together."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matchmaker]:
    """The service with the workshop's profiles and one sample."""
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("browser"),
        encoder="hashing:",
        secret="tests only",
        rate_limits="off",  # all tests sign in from one address; tests/pages is about limits
    )
    service = lenient(build(settings, encoder=HashingEncoder(256)))
    upgrade(service.engine)
    service.profiles.register_all(a_workshop())
    service.challenges.register_samples(
        [
            Challenge(
                title="Cracks in frames",
                text=WELDING,
                language="en",
                postcode="9000",
                city="Aalborg",
                latitude=57.05,
                longitude=9.92,
                sample=True,
                created_at=NOW,
                updated_at=NOW,
            )
        ]
    )
    yield service
    service.close()


@pytest.fixture(scope="session")
def app(service: Matchmaker) -> Flask:
    """The application, once for all: putting it together takes as long as a visit."""
    return create_app(service.settings, service)


@pytest.fixture(scope="session")
def server(app: Flask) -> Iterator[str]:
    """The address of the running app."""
    web = create_server(app, host="127.0.0.1", port=0, threads=2)
    thread = Thread(target=web.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{web.effective_port}"
    web.close()
    web.task_dispatcher.shutdown()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One browser for all tests."""
    if not CHROMIUM or not DRIVER:
        missing = "Chromium or its driver is missing: apt-get install chromium chromium-driver"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    options = Options()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(60)
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def firm(service: Matchmaker) -> Account:
    """Somebody of a firm, with a password: people are named to those who have signed in."""
    return somebody(service, Role.FIRM, "a-firm", PASSWORD)


def enter(browser: Browser, name: str, language: str) -> None:
    """Sign in at the form."""
    browser.visit(f"/sign-in?lang={language}")
    browser.one("#email").send_keys(f"{name}@example.dk")
    browser.one("#password").send_keys(PASSWORD, Keys.ENTER)
    browser.wait(lambda: not browser.path.startswith("/sign-in"))


class Browser:
    """A person at a keyboard."""

    def __init__(self, driver: webdriver.Chrome, server: str, app: Flask) -> None:
        self.driver = driver
        self.server = server
        self.app = app
        #: Statuses that the test expects; the browser reports each as an error of its own.
        self.expected: set[int] = set()

    def room(self, width: int, height: int = 900) -> None:
        """Give the page this many CSS pixels."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def scheme(self, scheme: str) -> None:
        """Prefer light or dark."""
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {
                "features": [
                    {"name": "prefers-color-scheme", "value": scheme},
                    {"name": "prefers-reduced-motion", "value": "reduce"},
                ]
            },
        )

    def visit(self, path: str) -> None:
        self.driver.get(self.server + path)

    def become(self, account: Account | None) -> None:
        """Go on as somebody without the form of signing in, or as nobody."""
        self.driver.delete_all_cookies()
        if account is None:
            return
        client = self.app.test_client()
        sign_in(client, self.app.extensions[EXTENSION].accounts.get(account.id))
        cookie = client.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        self.driver.add_cookie({"name": cookie.key, "value": cookie.value})

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.server)

    def one(self, selector: str) -> WebElement:
        (found,) = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return found

    def all(self, selector: str) -> list[str]:
        """Return the words of every element that a selector finds, as they are read."""
        return self.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0])]"
            ".map((one) => one.textContent.replace(/\\s+/g, ' ').trim())",
            selector,
        )

    def wait(self, condition: Any) -> Any:
        """Wait until something is so; long enough for a busy machine."""
        try:
            return WebDriverWait(self.driver, 30).until(lambda _driver: condition())
        except TimeoutException as error:
            shown = " ".join(self.all("main"))[:2_000]
            raise AssertionError(f"it did not come true at {self.path}: {shown}") from error

    def press(self, *keys: str) -> None:
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def chord(self, modifier: str, key: str) -> None:
        """Press a key while a modifier is held."""
        ActionChains(self.driver).key_down(modifier).send_keys(key).key_up(modifier).perform()

    def focused(self, selector: str) -> bool:
        """Return whether what has the focus is what the selector means."""
        return self.driver.execute_script(
            "return document.activeElement.matches(arguments[0])", selector
        )

    def console(self) -> list[str]:
        """Return what the browser complained about."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if not any(
                words in entry["message"]
                for status in self.expected
                for words in (f"status of {status} ", f"Response Status Error Code {status} ")
            )
        ]


@pytest.fixture
def browser(chromium: webdriver.Chrome, server: str, app: Flask) -> Iterator[Browser]:
    """A fresh visit; at its end the browser must have nothing to complain about."""
    browser = Browser(chromium, server, app)
    browser.room(1280)
    browser.scheme("light")
    browser.visit("/about")
    chromium.delete_all_cookies()
    chromium.execute_script("sessionStorage.clear()")
    browser.console()
    yield browser
    assert browser.console() == []


def come_down_to(browser: Browser, selector: str) -> None:
    """Scroll until something is in view."""
    browser.driver.execute_script(
        "document.querySelector(arguments[0]).scrollIntoView({behavior: 'instant'})", selector
    )
