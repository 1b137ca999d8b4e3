"""Random requests made from the contract: no mistake of ours, no answer that is not declared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import BaseSchema, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from api.app import create_app
from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.models import OutcomeKind, Role, Scope
from matchmaker.storage.database import upgrade
from tests.api.conftest import WELDING
from tests.api.test_openapi import SNAPSHOT
from tests.drill import repeats
from tests.factories import a_workshop, an_organisation
from tests.people import somebody, token_of
from tests.services.placing import a_small_round, everything_placed
from tests.together import BEGAN, introduced, together

#: Requests for each operation and mode; the same ones in every run.
EXAMPLES = repeats(6, drilled=60)
TAKES = {"parameters", "requestBody"}
KINDS = ("experts", "organisations", "students", "activities")
DEEDS = ("withdraw", "reinstate", "confirm", "restore", "preview")
CHALLENGE_DEEDS = ("submission", "warnings", "opening", "closing", "renewal", "thread", "keeping")
ARRANGING = ("offer", "answer", "withdrawal", "meeting", "meeting.ics", "met", "conclusion")
#: Any text is a name, so that none is wrong.
ANY_NAME = {"/api/v1/import-mappings/{mapping_name}"}
#: Here more is asked than a schema can say: a language we read, a place that exists, three
#: words, the present revision, a term that names something, a profile that exists, a cursor that
#: was given, a file in the format that it is said to have, fields that a kind has.
JUDGED = {
    "/api/v1/challenges": {"POST"},
    "/api/v1/challenges/{challenge_id}": {"PATCH", "DELETE"},
    "/api/v1/challenges/{challenge_id}/match-runs": {"POST"},
    # The last day is not before the first.
    "/api/v1/exposure": {"GET"},
    "/api/v1/account": {"PATCH"},
    "/api/v1/account/tokens": {"POST"},
    "/api/v1/accounts": {"POST"},
    "/api/v1/accounts/{account_id}": {"PATCH"},
    "/api/v1/imports": {"GET", "POST"},
    "/api/v1/imports/{import_id}/rows": {"GET"},
    "/api/v1/imports/{import_id}/apply": {"POST"},
    "/api/v1/import-mappings/{mapping_name}": {"PUT"},
    "/api/v1/exports/profiles": {"GET"},
    "/api/v1/profiles": {"GET"},
    **{f"/api/v1/{kind}": {"GET", "POST"} for kind in KINDS},
    **{f"/api/v1/{kind}/{{profile_id}}": {"PATCH"} for kind in KINDS},
    "/api/v1/profiles/{profile_id}": {"DELETE"},
    **{f"/api/v1/profiles/{{profile_id}}/{deed}": {"POST"} for deed in DEEDS},
    "/api/v1/profile-search": {"GET"},
    "/api/v1/saved-filters": {"POST"},
    "/api/v1/bulk-actions": {"POST"},
    "/api/v1/desk/{queue}": {"GET"},
    "/api/v1/duplicates": {"GET", "POST"},
    "/api/v1/duplicates/dismiss": {"POST"},
    "/api/v1/merges": {"POST"},
    "/api/v1/profiles/bulk": {"PUT"},
    # Shown first or left out, not both.
    **{
        f"/api/v1/profiles/{{profile_id}}/evidence/{{evidence_id}}/{mark}": {"PUT"}
        for mark in ("pin", "exclude")
    },
    # A name on one line, places for at least those who are placed.
    "/api/v1/cohorts/{cohort_id}/supervisors/{supervisor_id}": {"PATCH"},
    # A state that allows it, words that are left as they are, levels and codes that exist.
    **{f"/api/v1/challenges/{{challenge_id}}/{deed}": {"POST"} for deed in CHALLENGE_DEEDS},
    "/api/v1/challenges/{challenge_id}/brief": {"PUT"},
    "/api/v1/challenges/{challenge_id}/shortlist/{profile_id}": {"PUT"},
    "/api/v1/drafts": {"POST"},
    "/api/v1/own-challenges": {"GET"},
    "/api/v1/desk/challenges": {"GET"},
    "/api/v1/profiles/{profile_id}/conflicts": {"POST"},
    "/api/v1/introductions": {"GET", "POST"},
    "/api/v1/introductions/{introduction_id}": {"PATCH"},
    **{
        f"/api/v1/introductions/{{introduction_id}}/{deed}": {"POST", "PUT", "GET"}
        for deed in ARRANGING
    },
    # An introduction with two yeses, a day of its time, an amount with its currency.
    "/api/v1/collaborations": {"GET", "POST"},
    "/api/v1/collaborations/{collaboration_id}": {"PATCH"},
    "/api/v1/collaborations/{collaboration_id}/state": {"POST"},
    "/api/v1/collaborations/{collaboration_id}/outcomes": {"GET", "POST"},
    "/api/v1/outcomes": {"GET"},
    **{
        f"/api/v1/outcomes/{{outcome_id}}/{deed}": {"POST"} for deed in ("confirmation", "reversal")
    },
    # Things of one's own that exist, days in their order, a name, a position that one is shown, a
    # state that allows it, the present revision.
    "/api/v1/cohorts": {"GET", "POST"},
    "/api/v1/cohorts/{cohort_id}/students": {"POST"},
    "/api/v1/cohorts/{cohort_id}/students/{student_id}": {"DELETE"},
    "/api/v1/cohorts/{cohort_id}/students/{student_id}/invitation": {"POST"},
    "/api/v1/cohorts/{cohort_id}/imports": {"GET", "POST"},
    "/api/v1/cohorts/{cohort_id}/supervisors": {"POST"},
    "/api/v1/cohorts/{cohort_id}/positions/{offered_id}/approval": {"PUT"},
    "/api/v1/cohorts/{cohort_id}/forbidden-pairs": {"POST"},
    "/api/v1/cohorts/{cohort_id}/rounds": {"POST"},
    **{
        f"/api/v1/rounds/{{round_id}}/{deed}": {"POST"}
        for deed in ("run", "locks", "lock-costs", "publication", "cancellation")
    },
    "/api/v1/rounds/{round_id}/locks/{lock_id}": {"DELETE"},
    "/api/v1/positions": {"POST"},
    "/api/v1/positions/{position_id}/state": {"POST"},
    **{f"/api/v1/positions/{{position_id}}/{what}": {"PUT"} for what in ("places", "students")},
    "/api/v1/seats/{seat_id}/wishes": {"PUT"},
    **{
        f"/api/v1/placements/{{placement_id}}/{what}": {"POST"}
        for what in ("agreement", "refusal", "state")
    },
    # One speaks for the party, it was asked, it has not answered yet; it is completed.
    **{
        f"/api/v1/placements/{{placement_id}}/{what}": {"PUT"}
        for what in (
            *("checks/{party}", "checks/{party}/help", "job"),
            *("evaluations/{party}", "evaluations/{party}/moderation"),
        )
    },
    # It is one's own, and nobody has answered yet; words and not blanks.
    "/api/v1/contests/{contest_id}/answer": {"PUT"},
    "/api/v1/seats/{seat_id}/contests": {"POST"},
    "/api/v1/profiles/{profile_id}/contests": {"POST"},
    # Somebody who has an account, and somebody who has no profile yet.
    "/api/v1/profiles/{profile_id}/delegates": {"POST"},
    "/api/v1/profiles/{profile_id}/invitation": {"POST"},
    "/api/v1/programmes": {"POST"},
    "/api/v1/programmes/{programme_id}/shares": {"POST"},
    "/api/v1/programmes/{programme_id}": {"PATCH"},
    "/api/v1/programmes/{programme_id}/targets": {"PUT"},
    **{
        f"/api/v1/programmes/{{programme_id}}/report{form}": {"GET"}
        for form in ("", ".csv", ".pdf")
    },
}
#: Without a sign-in one is told that there is nothing, not that one has to sign in.
HIDDEN = ("{challenge_id}", "{run_id}")

OPERATIONS = [
    (mode, method.upper(), path)
    for path, methods in json.loads(SNAPSHOT.read_text(encoding="utf-8"))["paths"].items()
    for method, operation in methods.items()
    if method != "parameters"
    for mode in GenerationMode
    # What takes nothing cannot be sent anything wrong.
    if mode is GenerationMode.POSITIVE
    or ("parameters" in methods and path not in ANY_NAME)
    or set(operation) & TAKES
]


@dataclass(frozen=True)
class World:
    """One service for all random requests: what they store piles up, as in life."""

    contract: BaseSchema
    #: Ids that lead somewhere, by address; random ones never do.
    ids: Mapping[str, str]
    #: A token of an administrator; no random request can guess its id to revoke it.
    headers: Mapping[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    service = build(
        Settings(
            data_dir=tmp_path_factory.mktemp("schemathesis"),
            encoder="hashing:",
            index="exact:",
            secret="tests only",
            rate_limits="off",
        ),
        encoder=HashingEncoder(256),
    )
    upgrade(service.engine)
    service.profiles.register_all(a_workshop())
    app = create_app(matchmaker=service)
    boss, firm = somebody(service, Role.ADMINISTRATOR), somebody(service, name="bo")
    token, _ = service.tokens.create(boss.id, name="spare", scopes=[Scope.READ])
    ids = {"account_id": str(firm.id), "token_id": str(token.id)}
    headers = token_of(service, boss)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = headers["Authorization"]
    load_all_checks()
    ids |= _ids(client) | _ids_of_the_chain(service)
    ids |= {name: str(one) for name, one in everything_placed(service, boss.id).items()}
    ids["party"] = "student"
    # What ends a round ends one of its own.
    ids |= {
        f"/api/v1/rounds/{{round_id}}/{deed}": str(a_small_round(service)[1])
        for deed in ("publication", "cancellation")
    }
    yield World(schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app), ids, headers)
    service.close()


@pytest.mark.drill
@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "method", "path"),
    OPERATIONS,
    ids=[f"{mode.value} {method} {path}" for mode, method, path in OPERATIONS],
)
def test_random_requests_are_answered_as_declared(
    world: World, mode: GenerationMode, method: str, path: str
) -> None:
    operation = world.contract[path][method]

    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def answered(case: schemathesis.Case, known: bool) -> None:
        if known and mode is GenerationMode.POSITIVE:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = world.ids.get(path) or world.ids[name]
        # A cursor is one that was given.
        judged = method in JUDGED.get(path, ()) or "cursor" in (case.query or {})
        excluded = [positive_data_acceptance] if judged else []
        if any(value in (None, [], {}) for value in (case.query or {}).values()):
            excluded.append(negative_data_rejection)  # an empty value is not sent at all
        if any(name in path for name in HIDDEN):
            excluded.append(ignored_auth)
        case.call_and_validate(excluded_checks=excluded, headers=dict(world.headers))

    answered()


def _ids(client: FlaskClient) -> dict[str, str]:
    challenge = client.post("/api/v1/challenges", json={"text": WELDING}).get_json()["id"]
    run = client.post(f"/api/v1/challenges/{challenge}/match-runs").get_json()["id"]
    profile = client.get("/api/v1/profiles").get_json()["items"][0]["id"]
    mapping = {"kind": "expert", "columns": {"Navn": "name"}}
    client.put("/api/v1/import-mappings/M", json=mapping)
    file = {"data": b"Navn\nIda\n", "content_type": "application/octet-stream"}
    imported = client.post("/api/v1/imports?format=csv&mapping=M", **file).get_json()["id"]
    search = {"name": "All", "search": {}}
    kept = client.post("/api/v1/saved-filters", json=search).get_json()["id"]
    change = {"change": "confirm", "profile_ids": [profile]}
    done = client.post("/api/v1/bulk-actions", json=change).get_json()["id"]
    items = client.get(f"/api/v1/profiles/{profile}").get_json()["evidence"]
    named = {"import_id": imported, "mapping_name": "M", "codes": "trl"}
    named |= {"filter_id": kept, "action_id": done, "queue": "stale"}
    named |= {"evidence_id": items[0]["id"]}
    return {"challenge_id": challenge, "run_id": run, "profile_id": profile, **named} | {
        f"/api/v1/{kind}/{{profile_id}}": client.get(f"/api/v1/{kind}").get_json()["items"][0]["id"]
        for kind in ("profiles", *KINDS)
    }


def _ids_of_the_chain(service: Matchmaker) -> dict[str, str]:
    """Return ids of an introduction and of what came of another one."""
    one, other = (profile.id for profile in service.profiles.page().items[:2])
    programme = service.programmes.create(
        by=None, name="P", starts_on=BEGAN, ends_on=BEGAN.replace(year=BEGAN.year + 1)
    )
    ours = together(service, programme_id=programme.id)
    house = an_organisation("House", evidence=("One.",))
    service.profiles.register_all([house])
    line = service.outcomes.record(ours.id, by=None, kind=OutcomeKind.JOB, on_day=BEGAN, quantity=1)
    return {
        "introduction_id": str(introduced(service, accepted=False).id),
        "conflict_id": str(service.conflicts.declare(one, other, by=None).id),
        "programme_id": str(programme.id),
        "share_id": str(service.report_shares.create(programme.id, name="A", by=None)[0].id),
        "organisation_id": str(house.id),
        "collaboration_id": str(ours.id),
        "outcome_id": str(line.outcome.id),
    }
