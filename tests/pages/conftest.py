"""What page tests share: a reader who opens pages, reads them, and sends forms as a browser does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, Fit, Role
from tests.people import sign_in, somebody

if TYPE_CHECKING:
    from tests.pages.sender import Sender

#: Shares its words with the evidence of ``Ida Berg`` and ``Institut for Sømme``.
WELDING = (
    "Our welded aluminium frames have cracks. "
    "We need testing of welded joints with ultrasound and radiography. "
    "Robot welding of small series is planned."
)


class Reader:
    """A person without script: follows links, fills forms, reads what stands there."""

    def __init__(self, client: FlaskClient, language: str = "en") -> None:
        self.client = client
        self.headers = {"Accept-Language": language}
        self.page = BeautifulSoup("", "html.parser")
        self.response = TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def address(self) -> str:
        return self.response.request.path

    @property
    def text(self) -> str:
        """Return what is in the main part, with single spaces."""
        return " ".join(self.page.select_one("main").get_text(" ").split())

    @property
    def heading(self) -> str:
        (heading,) = self.page.find_all("h1")
        return " ".join(heading.get_text(" ").split())

    def visit(self, address: str) -> Reader:
        return self._read(self.client.get(address, headers=self.headers, follow_redirects=True))

    def follow(self, words: str) -> Reader:
        """Follow the first link with these words."""
        link = next(a for a in self.page.find_all("a") if words in a.get_text(" ", strip=True))
        return self.visit(link["href"])

    def form(self, button: str) -> Tag:
        """Return the form that has a button with these words."""
        return self._form_of(self._button(button))

    def _button(self, words: str) -> Tag:
        """Return the first button with these words that sends a form."""
        return next(
            button
            for button in self.page.find_all("button")
            if words in button.get_text(" ", strip=True) and self._form_of(button) is not None
        )

    def _form_of(self, button: Tag) -> Tag:
        """Return the form that a button stands in, or names."""
        named = button.get("form")
        return self.page.find("form", id=named) if named else button.find_parent("form")

    def send(self, button: str, **entered: Any) -> Reader:
        """Fill fields of a form and press its button; everything else is sent as it stands."""
        pressed = self._button(button)
        form = self._form_of(pressed)
        own = {pressed["name"]: pressed.get("value", "")} if pressed.get("name") else {}
        values = {**filled(form), **own, **entered}
        action = pressed.get("formaction") or form.get("action") or self.address
        send = self.client.get if form.get("method", "get").lower() == "get" else self.client.post
        named = {"query_string": values} if send == self.client.get else {"data": values}
        return self._read(send(action, headers=self.headers, follow_redirects=True, **named))

    def one(self, selector: str) -> Tag:
        """Return the only element that a selector finds."""
        (found,) = self.page.select(selector)
        return found

    def all(self, selector: str) -> list[str]:
        """Return the words of every element that a selector finds."""
        return [" ".join(found.get_text(" ").split()) for found in self.page.select(selector)]

    def _read(self, response: TestResponse) -> Reader:
        self.response = response
        self.page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
        return self


def filled(form: Tag) -> dict[str, Any]:
    """Return what a browser would send with a form that nobody touched."""
    values: dict[str, Any] = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name = field.get("name")
        if not name or field.has_attr("disabled"):
            continue
        if field.name == "textarea":
            values[name] = field.get_text().removeprefix("\n")
        elif field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            values[name] = chosen["value"]
        elif field.get("type") == "radio":
            if field.has_attr("checked"):
                values[name] = field["value"]
        elif field.get("type") == "checkbox":
            if field.has_attr("checked"):
                values.setdefault(name, []).append(field["value"])
        elif field.get("type") == "hidden" and name in values:
            # Several hidden fields of one name are a list.
            before = values[name]
            values[name] = [*(before if isinstance(before, list) else [before]), field["value"]]
        else:
            values[name] = field.get("value", "")
    return values


def lenient(service: Matchmaker) -> Matchmaker:
    """Return the service with fit words for the encoder of the tests.

    The floor in force is set for the bundled encoder; shared letters alone do not reach it.
    """
    matchmaking = service.matchmaking
    policy = replace(
        matchmaking.policy, fit_from={Fit.STRONG: 0.5, Fit.GOOD: 0.3, Fit.POSSIBLE: 0.1}
    )
    matchmaking = replace(matchmaking, policies={matchmaking.policy_name: policy})
    directions = replace(service.directions, matchmaking=matchmaking)
    return replace(service, matchmaking=matchmaking, directions=directions)


@pytest.fixture
def matchmaker(matchmaker: Matchmaker) -> Matchmaker:
    """The service of the whole suite, lenient."""
    return lenient(matchmaker)


@pytest.fixture
def reader(client: FlaskClient) -> Reader:
    """Somebody who reads English."""
    return Reader(client)


@pytest.fixture
def dansker(client: FlaskClient) -> Reader:
    """Somebody who reads Danish."""
    return Reader(client, "da")


@pytest.fixture
def ask(reader: Reader) -> Callable[..., Reader]:
    """Describe a problem on the home page."""

    def describe(text: str = WELDING, **more: str) -> Reader:
        return reader.visit("/").send("Find partners", text=text, **more)

    return describe


@pytest.fixture
def sender(workshop: Matchmaker, client: FlaskClient) -> Sender:
    """Staff who read English and send files."""
    from tests.pages.sender import staff_at

    return staff_at(workshop, client)


@pytest.fixture
def afsender(workshop: Matchmaker, client: FlaskClient) -> Sender:
    """Staff who read Danish and send files."""
    from tests.pages.sender import staff_at

    return staff_at(workshop, client, "da")


@pytest.fixture
def firm(reader: Reader, workshop: Matchmaker) -> Account:
    """Somebody of a firm, signed in: whoever reads pages with this browser learns names."""
    account = somebody(workshop, Role.FIRM, "firm")
    sign_in(reader.client, account)
    return account


@pytest.fixture
def staff(reader: Reader, workshop: Matchmaker) -> Reader:
    """Somebody of the staff who reads English."""
    sign_in(reader.client, somebody(workshop, Role.STAFF, "staff"))
    return reader


@pytest.fixture
def medarbejder(staff: Reader, client: FlaskClient) -> Reader:
    """The same member of the staff, who reads Danish."""
    return Reader(client, "da")


@pytest.fixture
def ida(workshop: Matchmaker) -> UUID:
    return workshop.profiles.page(text="Ida Berg").items[0].id


@pytest.fixture
def staff_browser(demonstrated: tuple[Matchmaker, UUID]) -> FlaskClient:
    """A browser in which somebody of the staff looks at the demonstration."""
    service, _ = demonstrated
    app = create_app(matchmaker=service)
    app.testing = True
    client = app.test_client()
    sign_in(client, somebody(service, Role.STAFF, "staff"))
    return client
