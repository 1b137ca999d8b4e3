"""Challenges: submit, read, revise, withdraw, and never one over another's change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from api.schemas.challenge import EXAMPLE
from tests.api.conftest import WELDING, Submit, pointers, refusal


def test_the_example_of_the_reference_can_be_submitted(client: FlaskClient) -> None:
    response = client.post("/api/v1/challenges", json=EXAMPLE)

    assert response.status_code == 201
    challenge = response.get_json()
    assert {name: challenge[name] for name in ("title", "text", "industry_code")} == {
        name: EXAMPLE[name] for name in ("title", "text", "industry_code")
    }
    assert challenge["language"] == "da"
    assert challenge["place"]["postcode"] == EXAMPLE["place"]


def test_a_new_challenge_tells_where_it_is_and_what_can_be_done_with_it(submit: Submit) -> None:
    response = submit()

    challenge = response.get_json()
    assert response.headers["Location"] == f"/api/v1/challenges/{challenge['id']}"
    assert response.headers["ETag"] == '"1"'
    assert challenge["revision"] == 1
    assert challenge["state"] == "submitted"
    assert {"revise", "match", "withdraw"} <= set(challenge["actions"])


def test_a_challenge_is_read_as_it_was_answered(client: FlaskClient, submit: Submit) -> None:
    response = submit(title="Revner", place="Ikast", industry_code="25.62")

    assert client.get(response.headers["Location"]).get_json() == response.get_json()


def test_danish_letters_travel_as_they_are(client: FlaskClient, submit: Submit) -> None:
    text = "Vores svejsesømme på ærmerne revner, når røret bøjes på pladsen i Ødsted."
    response = submit(text)

    assert client.get(response.headers["Location"]).get_json()["text"] == text
    assert "svejsesømme" in response.get_data(as_text=True)


def test_a_language_that_is_given_is_kept(submit: Submit) -> None:
    assert submit(language="da").get_json()["language"] == "da"


def test_null_is_the_same_as_left_out(submit: Submit) -> None:
    challenge = submit(language=None, place=None, industry_code=None).get_json()

    assert challenge["language"] == "en"
    assert challenge["place"]["city"] is None
    assert challenge["industry_code"] is None


def test_only_the_fields_that_are_sent_are_changed(client: FlaskClient, submit: Submit) -> None:
    before = submit(title="Cracks", place="9000").get_json()

    response = client.patch(
        f"/api/v1/challenges/{before['id']}", json={"place": "7430"}, headers={"If-Match": '"1"'}
    )

    after = response.get_json()
    assert response.status_code == 200
    assert response.headers["ETag"] == '"2"'
    assert after["place"]["postcode"] == "7430"
    assert (after["title"], after["text"]) == ("Cracks", WELDING)
    assert after["updated_at"] > before["updated_at"]


def test_null_empties_a_field(client: FlaskClient, submit: Submit) -> None:
    address = submit(place="9000", industry_code="25.62").headers["Location"]

    changes = {"place": None, "industry_code": None}
    after = client.patch(address, json=changes, headers={"If-Match": '"1"'}).get_json()

    assert after["place"]["postcode"] is None
    assert after["industry_code"] is None


def test_a_reader_who_has_the_present_revision_gets_304(
    client: FlaskClient, submit: Submit
) -> None:
    address = submit().headers["Location"]

    for tag in ('"1"', 'W/"1"', '"7", "1"', "*"):
        response = client.get(address, headers={"If-None-Match": tag})
        assert (response.status_code, response.data) == (304, b""), tag
        assert response.headers["ETag"] == '"1"'
    assert client.get(address, headers={"If-None-Match": '"2"'}).status_code == 200


@pytest.mark.parametrize("method", ["patch", "delete"])
class TestIfMatch:
    """A change names the revision that it is meant for."""

    def test_a_change_without_it_is_refused(
        self, client: FlaskClient, submit: Submit, method: str
    ) -> None:
        address = submit().headers["Location"]

        refusal(
            getattr(client, method)(address, json=_change(method)), 428, "precondition-required"
        )
        assert client.get(address).get_json()["revision"] == 1

    @pytest.mark.parametrize("tag", ['"1"', '"4", "1"', "*"])
    def test_the_present_revision_is_accepted(
        self, client: FlaskClient, submit: Submit, method: str, tag: str
    ) -> None:
        address = submit().headers["Location"]

        response = getattr(client, method)(address, json=_change(method), headers={"If-Match": tag})

        assert response.status_code == 200
        assert response.get_json()["revision"] == 2

    # A weak tag never matches strongly (RFC 9110, 8.8.3.2).
    @pytest.mark.parametrize("tag", ['"2"', '"0"', '"one"', 'W/"1"', '""'])
    def test_another_revision_is_stale(
        self, client: FlaskClient, submit: Submit, method: str, tag: str
    ) -> None:
        address = submit().headers["Location"]

        response = getattr(client, method)(address, json=_change(method), headers={"If-Match": tag})

        assert refusal(response, 412, "stale-revision")["actual"] == 1
        assert client.get(address).get_json()["revision"] == 1

    @pytest.mark.parametrize("tag", ["1", "one", '"1', '1"', "", '"1" "2"', "'1'", '*, "1"'])
    def test_a_malformed_one_is_explained(
        self, client: FlaskClient, submit: Submit, method: str, tag: str
    ) -> None:
        address = submit().headers["Location"]

        response = getattr(client, method)(address, json=_change(method), headers={"If-Match": tag})

        problem = refusal(response, 400, "malformed-request")
        assert problem["errors"][0]["header"] == "If-Match"
        assert client.get(address).get_json()["revision"] == 1

    def test_of_two_who_change_the_same_revision_one_is_refused(
        self, client: FlaskClient, submit: Submit, method: str
    ) -> None:
        address = submit().headers["Location"]
        first = client.patch(address, json={"title": "First"}, headers={"If-Match": '"1"'})
        assert first.status_code == 200

        second = getattr(client, method)(address, json=_change(method), headers={"If-Match": '"1"'})

        refusal(second, 412, "stale-revision")
        assert client.get(address).get_json()["title"] == "First"

    def test_an_unknown_challenge_is_not_found(self, client: FlaskClient, method: str) -> None:
        response = getattr(client, method)(
            f"/api/v1/challenges/{uuid4()}", json=_change(method), headers={"If-Match": '"1"'}
        )

        refusal(response, 404, "not-found")

    def test_a_withdrawn_challenge_does_not_change(
        self, client: FlaskClient, submit: Submit, method: str
    ) -> None:
        address = submit().headers["Location"]
        client.delete(address, headers={"If-Match": '"1"'})

        response = getattr(client, method)(
            address, json=_change(method), headers={"If-Match": '"2"'}
        )

        problem = refusal(response, 409, "transition-not-allowed")
        assert problem["state"] == "withdrawn"
        assert problem["allowed"] == []


def test_of_many_who_change_at_once_exactly_one_succeeds(
    client: FlaskClient, submit: Submit
) -> None:
    address = submit().headers["Location"]

    def change(number: int) -> int:
        with client.application.test_client() as own:
            response = own.patch(
                address, json={"title": f"Title {number}"}, headers={"If-Match": '"1"'}
            )
            return response.status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(change, range(16)))

    assert sorted(statuses) == [200, *[412] * 15]
    challenge = client.get(address).get_json()
    assert challenge["revision"] == 2
    assert challenge["title"] == f"Title {statuses.index(200)}"


def test_a_change_of_nothing_is_refused(client: FlaskClient, submit: Submit) -> None:
    address = submit().headers["Location"]

    problem = refusal(
        client.patch(address, json={}, headers={"If-Match": '"1"'}), 422, "validation"
    )

    assert pointers(problem) == ["#"]
    assert client.get(address).get_json()["revision"] == 1


def test_there_is_no_list_of_challenges(client: FlaskClient) -> None:
    response = client.get("/api/v1/challenges")

    refusal(response, 405, "method-not-allowed")
    assert set(response.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def _change(method: str) -> dict[str, str] | None:
    return {"title": "Changed"} if method == "patch" else None
