"""Every address × everybody: who gets in, who is asked to sign in, who learns nothing.

A route that is not in the table fails the test. The columns are somebody who is not signed in,
then the five roles; challenges and runs are asked for three times: one without an account, the
firm's own, and another firm's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from api.app import create_app
from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.models import Account, Claim, Delegation, Role, Scope, Standing
from matchmaker.storage.database import Sessions, upgrade
from tests.api.conftest import WELDING
from tests.architecture.route_roles import HIDDEN, ON_CHALLENGES, OTHERS, OWN, PUBLIC, TABLE, THEIRS
from tests.factories import NOW, a_workshop, an_expert
from tests.people import World, a_world, sign_in, somebody, token_of

WHO = ("nobody", *(role.value for role in Role))


@dataclass(frozen=True)
class Building:
    """One service with everybody in it."""

    app: Flask
    service: Matchmaker
    world: World
    headers: dict[str, dict[str, str]]
    #: By name: the accounts of all roles, and those who look after the imported person.
    people: dict[str, Account]
    #: An imported person, of whom nobody knows but the owner, the delegate and staff.
    imported_id: UUID


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Building]:
    service = build(
        Settings(
            data_dir=tmp_path_factory.mktemp("route-roles"),
            encoder="hashing:",
            index="exact:",
            secret="tests only",
            rate_limits="off",
        ),
        encoder=HashingEncoder(64),
    )
    upgrade(service.engine)
    service.profiles.register_all(a_workshop())
    world = a_world(service, WELDING)
    app = create_app(matchmaker=service)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False  # tests/pages/test_safety.py is about tokens of forms
    headers = {
        role.value: token_of(service, account, tuple(Scope))
        for role, account in world.accounts.items()
    }
    imported = an_expert("Imported Person", standing=Standing.IMPORTED, evidence=("Welding.",))
    service.profiles.register_all([imported])
    people = {role.value: account for role, account in world.accounts.items()}
    for name in ("owner", "delegate"):
        account = people[name] = somebody(service, Role.PARTNER, name)
        headers[name] = token_of(service, account, tuple(Scope))
        with Sessions(service.engine).writing() as session:
            session.add(
                Claim(account_id=account.id, profile_id=imported.id, claimed_at=NOW)
                if name == "owner"
                else Delegation(account_id=account.id, profile_id=imported.id, since=NOW)
            )
    yield Building(app, service, world, {"nobody": {}, **headers}, people, imported.id)
    service.close()


def _rules(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_every_route_is_in_the_table(building: Building) -> None:
    endpoints = {rule.endpoint for rule in building.app.url_map.iter_rules()}

    assert endpoints == {name.split()[0] for name in TABLE}, "say in TABLE who may use each route"


def _met(building: Building, rule: Rule, method: str, who: str, **ids: UUID) -> str:
    """Return what somebody meets who sends nothing but the address."""
    values = {name: ids.get(name, uuid4()) for name in rule.arguments}
    if rule.endpoint == "static":
        values = {"filename": "matchmaker.css"}
    if "secret" in values:
        values["secret"] = "unknown"  # type: ignore[assignment]
    if "slug" in values:
        values["slug"] = "not-found"  # type: ignore[assignment]
    with building.app.test_request_context():
        address = building.app.url_for(rule.endpoint, **values)
    client = building.app.test_client()
    json = address.startswith("/api/")
    if not json and who != "nobody":
        sign_in(client, building.service.accounts.get(building.people[who].id))
    headers = building.headers[who] if json else {}
    # Every form of ours brings the revision it was made from; this one is none, so that whoever
    # gets in changes nothing that the next one meets.
    sent = {"revision": "0"} if method == "POST" and not json else None
    response = client.open(address, method=method, headers=headers, data=sent)
    response.close()
    where = response.headers.get("Location", "")
    if response.status_code == 401 or (
        response.status_code == 303 and where.startswith("/sign-in?next=")
    ):
        return "s"
    if response.status_code == 303 and where == "/sign-in" and rule.endpoint in _NEED_SIGN_IN:
        return "s" if who == "nobody" else "y"
    return {403: "f", 404: "n"}.get(response.status_code, "y")


_NEED_SIGN_IN = {name for name, row in TABLE.items() if row.startswith("s")}


def _ids(building: Building, whose: str) -> dict[str, UUID]:
    world = building.world
    return {
        "challenge_id": world.challenges[whose],
        "run_id": world.runs[whose],
        "profile_id": world.profile_id,
        "account_id": world.other_firm.id,
    }


def _row(building: Building, rule: Rule, method: str, ids: dict[str, UUID]) -> str:
    return "".join(_met(building, rule, method, who, **ids) for who in WHO)


def _softened(row: str, expected: str) -> str:
    """Return the row with "nothing there" read as "got in" where one may get in.

    Many things asked for here do not exist, for anybody: a token, a membership, an expert who
    is an organisation. Whoever is told so has passed the guard.
    """
    return "".join(
        "y" if met == "n" and should == "y" else met
        for met, should in zip(row, expected, strict=True)
    )


def test_everybody_meets_what_the_table_says(building: Building) -> None:
    wrong = []
    for rule, method in _rules(building.app):
        if {"challenge_id", "run_id"} & rule.arguments:
            continue  # the next tests
        expected = TABLE.get(f"{rule.endpoint} {method}") or TABLE[rule.endpoint]
        row = _softened(_row(building, rule, method, _ids(building, "nobody")), expected)
        if row != expected:
            wrong.append(f"{method} {rule.rule}: {row}, not {expected}")

    assert not wrong, "\n".join([f"columns: {WHO}", *wrong])


@pytest.mark.parametrize(
    ("whose", "expected"), [("nobody", PUBLIC), ("firm", OWN), ("other", OTHERS)]
)
def test_a_challenge_and_its_runs_are_found_by_who_may_know_of_them(
    building: Building, whose: str, expected: str
) -> None:
    wrong = []
    at = ("nobody", "firm", "other").index(whose)
    for rule, method in _rules(building.app):
        if not {"challenge_id", "run_id"} & rule.arguments:
            continue
        row = _row(building, rule, method, _ids(building, whose))
        wanted = ON_CHALLENGES[rule.endpoint][at] if rule.endpoint in ON_CHALLENGES else expected
        if row != wanted:
            wrong.append(f"{method} {rule.rule}: {row}, not {wanted}")

    assert not wrong, "\n".join([f"columns: {WHO}", *wrong])


def test_a_hidden_profile_is_not_there_for_who_may_not_see_it(building: Building) -> None:
    hidden = {"profile_id": building.world.hidden_profile_id}
    rules = [
        (rule, method)
        for rule, method in _rules(building.app)
        if rule.endpoint in {"profile_pages.page", "profiles.OneProfile", "profiles.OneExpert"}
    ]

    rows = {rule.endpoint: _row(building, rule, method, hidden) for rule, method in rules}

    assert rows == dict.fromkeys(rows, HIDDEN)
    assert len(rows) == 3


def test_no_route_with_a_profile_tells_strangers_of_a_hidden_one(building: Building) -> None:
    hidden = {"profile_id": building.world.hidden_profile_id}
    told = [
        f"{method} {rule.rule} {who}"
        for rule, method in _rules(building.app)
        if "profile_id" in rule.arguments
        for who in ("nobody", "firm", "partner", "university")
        if _met(building, rule, method, who, **hidden) not in {"n", "s"}
    ]

    assert not told


def test_an_imported_person_is_edited_by_theirs_and_shown_by_their_own_word_only(
    building: Building,
) -> None:
    starts = ("editing.", "editing_pages.", "standing_", "own_pages.", "conflict_pages.")
    edited = {
        rule.endpoint
        for rule, _ in _rules(building.app)
        if "profile_id" in rule.arguments and rule.endpoint.startswith(starts)
    }
    assert edited <= set(THEIRS), "say in THEIRS who of those edits a profile gets in"
    wrong = []
    for rule, method in _rules(building.app):
        if rule.endpoint not in THEIRS:
            continue
        ids = {"profile_id": building.imported_id}
        expected = THEIRS[rule.endpoint]
        met = "".join(_met(building, rule, method, who, **ids) for who in ("owner", "delegate"))
        strangers = {_met(building, rule, method, who, **ids) for who in ("nobody", "firm")}
        if _softened(met, expected) != expected or strangers != {"n"}:
            wrong.append(f"{method} {rule.rule}: {met} and {strangers}, not {expected} and n")

    assert not wrong, "\n".join(wrong)


def test_a_cookie_opens_no_address_of_the_api_and_a_token_no_page(building: Building) -> None:
    client: FlaskClient = building.app.test_client()
    administrator = building.world.accounts[Role.ADMINISTRATOR]
    sign_in(client, building.service.accounts.get(administrator.id))
    stranger = building.app.test_client()

    assert client.get("/admin/audit").status_code == 200
    assert client.get("/api/v1/audit").status_code == 401
    headers = building.headers["administrator"]
    assert stranger.get("/api/v1/audit", headers=headers).status_code == 200
    assert stranger.get("/admin/audit", headers=headers).status_code == 303


@pytest.mark.parametrize("scope", list(Scope))
def test_a_token_reads_or_writes_as_it_was_made(building: Building, scope: Scope) -> None:
    account = building.world.accounts[Role.STAFF]
    headers = token_of(building.service, account, (scope,))
    client = building.app.test_client()

    reading = client.get("/api/v1/profiles", headers=headers).status_code
    writing = client.post("/api/v1/challenges", json={"text": WELDING}, headers=headers).status_code

    assert (reading, writing) == ((200, 403) if scope is Scope.READ else (403, 201))
