"""What a person reads when something is not there or goes wrong."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.pages.conftest import Reader

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def client(own_client: FlaskClient) -> FlaskClient:
    """A client of an application that these tests change."""
    return own_client


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        f"/challenges/{NOBODY}",
        f"/challenges/{NOBODY}/revise",
        f"/challenges/{NOBODY}/withdraw",
        f"/profiles/{NOBODY}",
        "/challenges/nonsense",
        "/profiles/nonsense",
    ],
)
def test_an_unknown_address_says_what_to_do(reader: Reader, address: str) -> None:
    page = reader.visit(address)
    assert page.status == 404
    assert page.heading == "Not found"
    assert "Check the address" in page.text
    assert page.response.headers["X-Request-ID"] in page.text
    assert page.follow("To the first page").address == "/"


def test_a_mistake_of_ours_is_told_without_its_details(client: FlaskClient) -> None:
    def fail() -> str:
        raise ZeroDivisionError("a secret")

    client.application.add_url_rule("/fail", view_func=fail)
    client.application.testing = False
    page = Reader(client).visit("/fail")
    assert page.status == 500
    assert page.heading == "Something went wrong"
    assert "secret" not in page.text
    assert "number of this request" in page.text


def test_a_wrong_method_is_explained(client: FlaskClient, reader: Reader) -> None:
    reader.visit("/")
    token = reader.one('input[name="csrf_token"]')["value"]
    page = reader._read(client.post("/about", data={"csrf_token": token}, headers=reader.headers))
    assert page.status == 405
    assert "first page" in page.text


def test_a_text_far_too_long_is_refused_in_words(reader: Reader) -> None:
    page = reader.visit("/").send("Find partners", text="lang " * 60_000)
    assert page.status == 413
    assert page.heading == "The request is too large"


@pytest.mark.parametrize("address", ["/", "/about", "/profiles", "/nothing", "/problems/"])
def test_every_page_has_one_heading_a_title_and_a_way_past_the_menu(
    reader: Reader, address: str
) -> None:
    page = reader.visit(address)
    assert page.heading
    assert page.page.title.get_text().endswith("– Matchmaker")
    assert page.page.body.a["href"] == "#main"
    assert page.one("main")["id"] == "main"
    ids = [element["id"] for element in page.page.select("[id]")]
    assert len(ids) == len(set(ids))
