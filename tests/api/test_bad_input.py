"""Whatever is sent: a clear answer, the right place named, and nothing stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import WELDING, Submit, pointers, refusal

FRENCH = (
    "Nos pièces en aluminium se déforment après le soudage et nous cherchons quelqu'un qui "
    "puisse mesurer les contraintes résiduelles dans notre atelier à la campagne."
)

INVALID: dict[str, tuple[Any, str, list[str]]] = {
    "an empty object": ({}, "validation", ["#/text"]),
    "no text": ({"title": "Frames"}, "validation", ["#/text"]),
    "an empty text": ({"text": ""}, "validation", ["#/text"]),
    "blanks": ({"text": " \n\t" * 20}, "validation", ["#/text"]),
    "two words": ({"text": "Skæve drejeemner"}, "validation", ["#/text"]),
    "three short words": ({"text": "a b c"}, "validation", ["#/text"]),
    "control characters only": ({"text": "\x00\x01\x02" * 20}, "validation", ["#/text"]),
    "too little beside control characters": (
        {"text": "ab c" + "\x07" * 30},
        "validation",
        ["#/text"],
    ),
    "50 kB of text": ({"text": "svejsning " * 5000}, "validation", ["#/text"]),
    "another language": ({"text": FRENCH}, "unsupported-language", ["#/text"]),
    "a null text": ({"text": None}, "validation", ["#/text"]),
    "a number as text": ({"text": 42}, "validation", ["#/text"]),
    "a list as text": ({"text": [WELDING]}, "validation", ["#/text"]),
    "an object as text": ({"text": {"da": WELDING}}, "validation", ["#/text"]),
    "a long title": ({"text": WELDING, "title": "x" * 121}, "validation", ["#/title"]),
    "a null title": ({"text": WELDING, "title": None}, "validation", ["#/title"]),
    "a language by name": ({"text": WELDING, "language": "dansk"}, "validation", ["#/language"]),
    "a language with a line end": (
        {"text": WELDING, "language": "da\n"},
        "validation",
        ["#/language"],
    ),
    "a language not read": ({"text": WELDING, "language": "fr"}, "validation", ["#/language"]),
    "a place that is none": ({"text": WELDING, "place": "Atlantis"}, "validation", ["#/place"]),
    "a place on two lines": (
        {"text": WELDING, "place": "Aalborg\nIkast"},
        "validation",
        ["#/place"],
    ),
    "a place with a NUL": ({"text": WELDING, "place": "9000\x00"}, "validation", ["#/place"]),
    "a place as number": ({"text": WELDING, "place": 9000}, "validation", ["#/place"]),
    "an industry in words": (
        {"text": WELDING, "industry_code": "maskinfabrik"},
        "validation",
        ["#/industry_code"],
    ),
    "an unknown field": ({"text": WELDING, "budget": 1}, "validation", ["#/budget"]),
    "a field of the answer": ({"text": WELDING, "state": "open"}, "validation", ["#/state"]),
    "a name with a slash": ({"text": WELDING, "a/b~c": 1}, "validation", ["#/a~1b~0c"]),
    "several at once": (
        {"text": "", "title": 1, "place": []},
        "validation",
        ["#/place", "#/text", "#/title"],
    ),
    "a list": ([WELDING], "validation", ["#"]),
    "a text alone": (WELDING, "validation", ["#"]),
    "a number": (7, "validation", ["#"]),
}


@pytest.mark.parametrize("case", INVALID)
def test_values_that_are_not_allowed_are_named(
    client: FlaskClient, stored: Callable[[], int], case: str
) -> None:
    body, slug, places = INVALID[case]

    response = client.post("/api/v1/challenges", json=body)

    problem = refusal(response, 422, slug)
    assert sorted(pointers(problem)) == places
    assert all(error["detail"] for error in problem["errors"])
    assert stored() == 0


def test_null_is_no_challenge(client: FlaskClient) -> None:
    response = client.post("/api/v1/challenges", data=b"null", content_type="application/json")

    assert pointers(refusal(response, 422, "validation")) == ["#"]


def test_the_language_that_was_recognised_is_told(client: FlaskClient) -> None:
    problem = refusal(
        client.post("/api/v1/challenges", json={"text": FRENCH}), 422, "unsupported-language"
    )

    assert problem["language"] == "fr"
    assert {"da", "en"} <= set(problem["supported"])


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "half an object": (b'{"text": "x"', "line 1, column 13"),
    "a comma too many": (b'{\n  "text": "x",\n}', "line "),
    "single quotes": (b"{'text': 'x'}", "line 1, column 2"),
    "broken UTF-8": (b'{"text": "sk\xe6v"}', "byte 12"),
    "UTF-16": ('{"text": "x"}'.encode("utf-16"), "UTF-8"),
    "half a character": (b'{"text": "\\ud800 is half a character"}', "half a character"),
    "half a character in a name": (b'{"\\udfff": 1}', "half a character"),
    "not a number": (b'{"text": NaN}', "NaN"),
    "an endless number": (b'{"text": -Infinity}', "Infinity"),
    "a number with 5,000 figures": (b'{"text": ' + b"9" * 5000 + b"}", "number"),
    "deep nesting": (b'{"text": ' + b"[" * 100_000, "nested too deeply"),
    "deep nesting, closed": (b"[" * 50_000 + b"]" * 50_000, "nested too deeply"),
    "two objects": (b"{}{}", "line 1, column 3"),
    "a raw control character": (b'{"text": "a\x00b c d e f g h i"}', "line 1, column 12"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_body_that_cannot_be_read_says_where_it_breaks(
    client: FlaskClient, stored: Callable[[], int], case: str
) -> None:
    body, hint = UNREADABLE[case]

    response = client.post("/api/v1/challenges", data=body, content_type="application/json")

    assert hint in refusal(response, 400, "malformed-request")["detail"]
    assert stored() == 0


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""],
)
def test_another_format_than_json_is_refused(
    client: FlaskClient, stored: Callable[[], int], media_type: str
) -> None:
    body = json.dumps({"text": WELDING})

    response = client.post("/api/v1/challenges", data=body, headers={"Content-Type": media_type})

    refusal(response, 415, "unsupported-media-type")
    assert response.headers["Accept"] == "application/json"
    assert stored() == 0


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "application/merge-patch+json"]
)
def test_every_name_of_json_is_read(client: FlaskClient, media_type: str) -> None:
    body = json.dumps({"text": WELDING})

    response = client.post("/api/v1/challenges", data=body, headers={"Content-Type": media_type})

    assert response.status_code == 201


def test_a_byte_order_mark_is_passed_over(client: FlaskClient) -> None:
    body = json.dumps({"text": WELDING}).encode("utf-8-sig")

    response = client.post("/api/v1/challenges", data=body, content_type="application/json")

    assert response.status_code == 201


def test_a_request_over_256_kib_is_refused(client: FlaskClient, stored: Callable[[], int]) -> None:
    response = client.post("/api/v1/challenges", json={"text": "x" * 262_144})

    refusal(response, 413, "too-large")
    assert stored() == 0


HARMLESS = {
    "HTML": "<script>alert('x')</script> <b>Vores emner</b> bliver skæve & slår sig ved svejsning.",
    "SQL": "Robert'); DROP TABLE challenges;-- svejser skæve emner, og vi ved ikke hvorfor.",
    "a template": "Vores emner {{ 7*7 }} og {% raw %} bliver skæve, når vi svejser dem sammen.",
    "a format": "Our parts %s %(x)s {0} {name} bend when they are welded, and nobody knows why.",
    "a path": "../../etc/passwd står på tegningen, og emnerne bliver skæve, når vi svejser dem.",
    "emoji and other scripts": "Vores emner 🔧 bliver skæve ved svejsning, siger 王 og Ωμέγα.",
    "two paragraphs": "Vores emner bliver skæve.\n\nVi svejser dem i to gange og ved ikke hvorfor.",
}


@pytest.mark.parametrize("case", HARMLESS)
def test_a_text_is_stored_and_returned_as_it_was_written(
    client: FlaskClient, submit: Submit, stored: Callable[[], int], case: str
) -> None:
    response = submit(HARMLESS[case], language="da")

    read = client.get(response.headers["Location"])
    assert read.get_json()["text"] == HARMLESS[case]
    assert read.mimetype == "application/json"
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert client.post(f"{response.headers['Location']}/match-runs").status_code == 201
    assert stored() == 1


def test_control_characters_are_taken_out_of_a_text(submit: Submit) -> None:
    challenge = submit("Our welded\x00 frames\x07 have cracks\x1b[31m near the seam.").get_json()

    assert not any(ord(character) < 32 for character in challenge["text"])
    assert challenge["text"].startswith("Our welded")


UNKNOWN = {
    "an unknown id": str(uuid4()),
    "no UUID": "seven",
    "a number": "7",
    "a UUID with a letter too many": f"{uuid4()}a",
    "a path": "..%2f..%2fetc",
    "SQL": "1'%20OR%20'1'='1",
    "a NUL": "%00",
    "broken UTF-8": "%ff%fe",
}
PLACES = (
    "/api/v1/challenges/{id}",
    "/api/v1/challenges/{id}/match-runs",
    "/api/v1/match-runs/{id}",
    "/api/v1/match-runs/{id}/matches",
    "/api/v1/profiles/{id}",
    "/api/v1/experts/{id}",
    "/api/v1/organisations/{id}",
    "/api/v1/students/{id}",
    "/api/v1/activities/{id}",
)


@pytest.mark.parametrize("case", UNKNOWN)
def test_ids_that_are_unknown_or_malformed_are_not_found(client: FlaskClient, case: str) -> None:
    for place in PLACES:
        refusal(client.get(place.format(id=UNKNOWN[case])), 404, "not-found")


def test_a_match_run_of_an_unknown_challenge_is_not_found(client: FlaskClient) -> None:
    refusal(client.post(f"/api/v1/challenges/{uuid4()}/match-runs"), 404, "not-found")


def test_a_change_is_checked_like_a_new_challenge(client: FlaskClient, submit: Submit) -> None:
    address = submit().headers["Location"]

    for body, places in (
        ({"text": ""}, ["#/text"]),
        ({"place": "Atlantis"}, ["#/place"]),
        ({"budget": 1}, ["#/budget"]),
        ({"text": "to ord"}, ["#/text"]),
    ):
        response = client.patch(address, json=body, headers={"If-Match": '"1"'})
        assert pointers(refusal(response, 422, "validation")) == places
    assert client.get(address).get_json()["revision"] == 1
