"""Profiles: each kind with its own fields, lists in parts, and only what is public."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Visibility
from matchmaker.models.names import folded_name
from matchmaker.models.profile_search import ListOrder
from tests.api.conftest import pointers, refusal
from tests.factories import a_student, an_activity, an_expert, an_organisation

KINDS = {
    "experts": ("expert", {"title", "affiliation", "capacity", "on_leave_until"}),
    "organisations": ("organisation", {"organisation_type", "parent_id", "ror", "cvr"}),
    "students": ("student", {"programme", "level", "institution", "placement_types"}),
    "activities": ("activity", {"activity_type", "organiser", "starts_on", "need"}),
}


@pytest.mark.parametrize("plural", KINDS)
def test_a_list_holds_one_kind_by_name_with_its_own_fields(
    client: FlaskClient, plural: str
) -> None:
    kind, own_fields = KINDS[plural]

    page = client.get(f"/api/v1/{plural}").get_json()

    names = [profile["name"] for profile in page["items"]]
    assert names
    assert names == sorted(names)
    assert page["total"] == len(names)
    assert {profile["kind"] for profile in page["items"]} == {kind}
    assert all(own_fields <= set(profile) for profile in page["items"])


@pytest.mark.parametrize("plural", [*KINDS, "profiles"])
@pytest.mark.parametrize("sort", list(ListOrder))
def test_a_list_is_read_to_its_end_by_cursor_in_every_order(
    client: FlaskClient, plural: str, sort: ListOrder
) -> None:
    whole = client.get(f"/api/v1/{plural}?sort={sort}&limit=100").get_json()
    names, cursor = [], None
    for _ in range(whole["total"]):
        more = f"&cursor={cursor}" if cursor else ""
        page = client.get(f"/api/v1/{plural}?sort={sort}&limit=1{more}").get_json()
        names += [one["name"] for one in page["items"]]
        cursor = page["next"]

    assert cursor is None
    assert whole["next"] is None
    assert names == [one["name"] for one in whole["items"]]
    key = {True: lambda one: folded_name(one["name"]), False: lambda one: one["updated_at"]}
    keys = [key[sort.by_name](one) for one in whole["items"]]
    assert keys == sorted(keys, reverse=sort.falling)


def test_a_cursor_is_of_its_order(client: FlaskClient) -> None:
    following = client.get("/api/v1/profiles?limit=1").get_json()["next"]

    response = client.get(f"/api/v1/profiles?sort=updated_at&cursor={following}")

    problem = refusal(response, 422, "validation")
    assert pointers(problem) == ["#/cursor"]


@pytest.mark.parametrize("plural", [*KINDS, "profiles"])
def test_a_list_answers_with_the_fields_that_were_asked_for(
    client: FlaskClient, plural: str
) -> None:
    page = client.get(f"/api/v1/{plural}?fields=name,updated_at").get_json()
    refused = client.get(f"/api/v1/{plural}?fields=name,password")

    assert {frozenset(one) for one in page["items"]} == {frozenset({"id", "name", "updated_at"})}
    assert refused.status_code == 422


@pytest.mark.parametrize("plural", KINDS)
def test_one_profile_shows_its_fields_and_its_evidence(client: FlaskClient, plural: str) -> None:
    _kind, own_fields = KINDS[plural]
    listed = client.get(f"/api/v1/{plural}").get_json()["items"][0]

    response = client.get(f"/api/v1/{plural}/{listed['id']}")

    profile = response.get_json()
    assert {name: profile[name] for name in listed} == listed
    assert own_fields <= set(profile)
    assert profile["evidence"]
    assert profile["description"] == ""
    assert response.headers["ETag"] == f'"{profile["revision"]}"'


@pytest.mark.parametrize("plural", [*KINDS, "profiles"])
def test_a_reader_who_has_the_present_revision_gets_304(client: FlaskClient, plural: str) -> None:
    listed = client.get(f"/api/v1/{plural}").get_json()["items"][0]
    address = f"/api/v1/{plural}/{listed['id']}"
    tag = client.get(address).headers["ETag"]

    response = client.get(address, headers={"If-None-Match": tag})

    assert (response.status_code, response.data) == (304, b"")
    assert client.get(address, headers={"If-None-Match": '"99"'}).status_code == 200


def test_a_changed_profile_has_a_new_tag(client: FlaskClient, workshop: Matchmaker) -> None:
    expert = an_expert("Nora Dam")
    workshop.profiles.register_all([expert])
    address = f"/api/v1/experts/{expert.id}"
    tag = client.get(address).headers["ETag"]

    workshop.profiles.register_all([an_expert("Nora Dam Holm", id=expert.id)])

    response = client.get(address, headers={"If-None-Match": tag})
    assert response.status_code == 200
    assert response.get_json()["name"] == "Nora Dam Holm"


def test_every_kind_is_among_the_profiles(client: FlaskClient) -> None:
    page = client.get("/api/v1/profiles").get_json()

    assert {profile["kind"] for profile in page["items"]} == {kind for kind, _ in KINDS.values()}
    assert page["total"] == 8
    for profile in page["items"]:
        assert client.get(f"/api/v1/profiles/{profile['id']}").get_json()["name"] == profile["name"]


def test_a_profile_is_not_found_under_another_kind(client: FlaskClient) -> None:
    student = client.get("/api/v1/students").get_json()["items"][0]

    problem = refusal(client.get(f"/api/v1/experts/{student['id']}"), 404, "not-found")

    assert "expert" in problem["detail"]


@pytest.mark.parametrize("visibility", [Visibility.MEMBERS, Visibility.STAFF])
def test_what_is_not_public_is_shown_nowhere(
    client: FlaskClient, workshop: Matchmaker, visibility: Visibility
) -> None:
    hidden = [
        make("Skjult Skyggesen", visibility=visibility)
        for make in (an_expert, an_organisation, a_student, an_activity)
    ]
    workshop.profiles.register_all(hidden)

    for plural in (*KINDS, "profiles"):
        assert "Skyggesen" not in client.get(f"/api/v1/{plural}?limit=100").get_data(as_text=True)
        assert client.get(f"/api/v1/{plural}?text=Skyggesen").get_json()["total"] == 0
        for profile in hidden:
            refusal(client.get(f"/api/v1/{plural}/{profile.id}"), 404, "not-found")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("text=berg", ["Ida Berg"]),
        ("text=BERG", ["Ida Berg"]),
        ("text=institut", ["Institut for Sømme", "Svetsinstitutet"]),
        ("text=s%C3%B8mme", ["Institut for Sømme"]),
        ("text=%25", []),
        ("text=_", []),
        ("text=' OR 1=1 --", []),
        ("text=berg&partner_kind=student", []),
        ("partner_kind=international-partner", ["Svetsinstitutet"]),
        ("partner_kind=expert", ["Ida Berg", "Jens Falk"]),
    ],
)
def test_profiles_are_narrowed_by_words_and_partner_kind(
    client: FlaskClient, query: str, names: list[str]
) -> None:
    page = client.get(f"/api/v1/profiles?{query}").get_json()

    assert [profile["name"] for profile in page["items"]] == names
    assert page["total"] == len(names)


def test_a_search_for_blanks_is_no_search(client: FlaskClient) -> None:
    assert client.get("/api/v1/profiles?text=").get_json()["total"] == 8
    assert client.get("/api/v1/profiles?text=%20%20").get_json()["total"] == 8


def test_the_parts_of_a_list_make_the_whole(client: FlaskClient) -> None:
    whole = client.get("/api/v1/profiles?limit=100").get_json()["items"]

    parts = [
        client.get(f"/api/v1/profiles?offset={offset}&limit=3").get_json() for offset in (0, 3, 6)
    ]

    assert [len(part["items"]) for part in parts] == [3, 3, 2]
    assert [profile for part in parts for profile in part["items"]] == whole
    assert [(part["offset"], part["limit"], part["total"]) for part in parts] == [
        (0, 3, 8), (3, 3, 8), (6, 3, 8),
    ]  # fmt: skip


@pytest.mark.parametrize("offset", [8, 9, 1_000_000])
def test_behind_the_end_of_a_list_is_nothing(client: FlaskClient, offset: int) -> None:
    page = client.get(f"/api/v1/profiles?offset={offset}").get_json()

    assert (page["items"], page["total"]) == ([], 8)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("offset=-1", "offset"),
        ("offset=1000001", "offset"),
        ("offset=99999999999999999999", "offset"),
        (f"offset={'9' * 5000}", "offset"),
        ("offset=one", "offset"),
        ("offset=1.5", "offset"),
        ("offset=", "offset"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-5", "limit"),
        ("limit=all", "limit"),
        ("partner_kind=bank", "partner_kind"),
        (f"text={'x' * 101}", "text"),
        ("text=a%00b", "text"),
        ("text=a%0Ab", "text"),
        ("page=2", "page"),
        ("Limit=5", "Limit"),
    ],
)
def test_a_query_that_is_not_allowed_is_named(
    client: FlaskClient, query: str, parameter: str
) -> None:
    problem = refusal(client.get(f"/api/v1/profiles?{query}"), 422, "validation")

    assert pointers(problem) == [parameter]
    assert "pointer" not in problem["errors"][0]


def test_broken_utf8_in_a_query_finds_nothing(client: FlaskClient) -> None:
    assert client.get("/api/v1/profiles?text=%ff%fe").get_json()["total"] == 0
