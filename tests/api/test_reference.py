"""The reference page: everything the API does, without a script."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from api.context import EXTENSION
from api.openapi import spec_of
from api.resources.desk import _ONE, _OTHER
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import (
    BulkChange,
    DuplicatePair,
    EvaluationQuestion,
    Going,
    OutcomeKind,
    Placement,
    PlacementParty,
    ProfileKind,
    Role,
    Scope,
)
from matchmaker.models.facts import Viewer
from matchmaker.models.profile_search import ProfileSearch
from matchmaker.services.exchange.mapping import Columns
from matchmaker.storage.database import Sessions
from tests.api.conftest import WELDING
from tests.factories import NOW, a_student, an_activity, an_expert, an_organisation
from tests.people import somebody
from tests.services.placing import PERIOD, asked_halfway, claimed, completed, everything_placed
from tests.together import BEGAN, introduced, together


@pytest.fixture
def page(client: FlaskClient) -> str:
    response = client.get("/api/docs")
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_every_operation_and_schema_is_on_the_page(client: FlaskClient, page: str) -> None:
    spec = spec_of(client.application)

    for path, methods in spec["paths"].items():
        assert path in page
        for method, operation in methods.items():
            if method != "parameters":
                assert f'id="{operation["operationId"]}"' in page
    for name in spec["components"]["schemas"]:
        assert f'id="schema-{name}"' in page


def test_every_link_inside_the_page_leads_somewhere(page: str) -> None:
    targets = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page))

    assert links
    assert links <= targets
    assert len(re.findall(r'id="([^"]+)"', page)) == len(targets), "an id occurs twice"


def test_every_link_to_elsewhere_answers(client: FlaskClient, page: str) -> None:
    for link in sorted(set(re.findall(r'href="(/[^"]*)"', page))):
        with client.get(link, follow_redirects=True) as response:
            assert response.status_code == 200, link


def test_nothing_on_the_page_is_refused_by_its_own_policy(page: str) -> None:
    article = page[page.index("<article") : page.index("</article>")]

    assert "<script" not in article
    assert "style=" not in article
    assert "http://127.0.0.1:8000" not in article, "examples name the host that was asked"


def test_the_curl_lines_can_be_copied_and_work(client: FlaskClient, page: str) -> None:
    """Do by hand what a reader would do: fill in the names in capitals and send it."""
    created = client.post("/api/v1/challenges", json={"text": WELDING})
    run = client.post(f"{created.headers['Location']}/match-runs").get_json()
    names = {
        "CHALLENGE_ID": run["challenge_id"],
        "RUN_ID": run["id"],
        "experts/PROFILE_ID": "experts/" + _first(client, "experts"),
        "organisations/PROFILE_ID": "organisations/" + _first(client, "organisations"),
        "students/PROFILE_ID": "students/" + _first(client, "students"),
        "activities/PROFILE_ID": "activities/" + _first(client, "activities"),
        "profiles/PROFILE_ID": "profiles/" + _first(client, "profiles"),
        "CODES": "trl",
    }
    lines = re.findall(r'<pre tabindex="0"><code>(curl .*?)</code></pre>', page, flags=re.DOTALL)
    assert len(lines) >= 19

    lines = [line for line in lines if "Authorization" not in line]
    for line in sorted(lines, key=lambda line: "DELETE" in line):  # it is withdrawn last
        revision = int(client.get(created.headers["Location"]).headers["ETag"].strip('"'))
        for name, value in names.items():
            line = line.replace(name, value)
        words = shlex.split(_unescaped(line))
        method, address, headers, body = _request(words, revision)
        response = client.open(address, method=method, headers=headers, data=body)
        worked = {200, 201} | ({409} if _has_its_turn(line) else set())
        assert response.status_code in worked, (line, response.get_data(as_text=True))


def test_the_curl_lines_with_a_token_work_too(client: FlaskClient, page: str) -> None:
    service = client.application.extensions[EXTENSION]
    account = somebody(service, Role.ADMINISTRATOR)
    _, secret = service.tokens.create(account.id, name="a", scopes=list(Scope))
    lines = re.findall(r'<pre tabindex="0"><code>(curl .*?)</code></pre>', page, flags=re.DOTALL)
    lines = [line for line in lines if "Authorization" in line]

    assert len(lines) >= 50
    # What lines only read is made once: making it takes longer than reading it.
    placed = cache(lambda: everything_placed(service, account.id))
    for line in lines:
        worked = {200, 201, 202, 204} | ({409} if _has_its_turn(line) else set())
        names = _things(service, account.id, line, placed) | {"Bearer TOKEN": f"Bearer {secret}"}
        for name, value in names.items():
            line = line.replace(name, value)
        method, address, headers, body = _request(shlex.split(_unescaped(line)), 1)
        headers |= {"If-Match": "*"} if "If-Match" in headers else {}
        body = "Navn\nEva Holm\n" if body == "@FILE" else body
        response = client.open(address, method=method, headers=headers, data=body)
        assert response.status_code in worked, (line, response.get_data(as_text=True))


def _things(
    service: Matchmaker, me: UUID, line: str, placed: Callable[[], dict[str, UUID]]
) -> dict[str, str]:
    """Return what the names in capitals may stand for in one line: things of its own."""
    makers = {"organisations": an_organisation, "students": a_student, "activities": an_activity}
    kind = next((make for name, make in makers.items() if f"/{name}/" in line), an_expert)
    pair = [kind(f"Of A Line {uuid4()}", evidence=("One.",)) for _ in range(2)]
    service.profiles.register_all(pair)
    one, other = sorted(profile.id for profile in pair)
    changed = service.curation.revise(one, expected_revision=1, by=me, fields={"summary": "New."})
    if "/reinstate" in line:
        service.curation.withdraw(one, by=me)
    with Sessions(service.engine).writing() as session:
        session.add(
            DuplicatePair(profile_id=one, other_id=other, score=0.9, reasons=["name"], found_at=NOW)
        )
    if "PROFILE_ID/contests" in line:
        claimed(service, me, one)
    spare = one
    if "TOKEN_ID" in line:
        spare = service.tokens.create(me, name="b", scopes=list(Scope))[0].id
    kept = service.desk.save_filter(str(uuid4())[:30], ProfileSearch(), by=me)
    return (
        {
            "TOKEN_ID": str(spare),
            "EVIDENCE_ID": str(changed.evidence[0].id),
            "PROFILE_ID": str(one),
            "FILTER_ID": str(kept.id),
            "MAPPING_NAME": "M",
            "QUEUE": "stale",
            "/v1/imports?format=csv": "/v1/imports?format=csv&amp;kind=expert",
            _ONE: str(one),
            _OTHER: str(other),
            "ida@example.dk": f"{uuid4()}@example.dk",
        }
        | _of_people(service, line, one)
        | _of_many(service, me, line, one)
        | _of_the_chain(service, me, line, one, other)
        | _of_placing(service, me, line, placed)
    )


def _of_people(service: Matchmaker, line: str, one: UUID) -> dict[str, str]:
    """Return what stands for somebody, who may be tied to a profile already, in one line."""
    somebody_else = somebody(service, name=f"bo-{uuid4()}")
    house = an_organisation(f"House {uuid4()}", evidence=("One.",))
    service.profiles.register_all([house])
    if "-X DELETE" in line and "/delegates/" in line:
        service.belonging.delegate(one, somebody_else.email, by=None)
    if "-X DELETE" in line and "/memberships/" in line:
        service.belonging.join(somebody_else.id, house.id, by=None)
    return {
        "ACCOUNT_ID": str(somebody_else.id),
        "ORGANISATION_ID": str(house.id),
        "jens@example.dk": somebody_else.email,
    }


def _of_many(service: Matchmaker, me: UUID, line: str, one: UUID) -> dict[str, str]:
    """Return what stands for an import and a bulk change, where a line is about one."""
    found = {}
    if "ACTION_ID" in line:
        found["ACTION_ID"] = str(service.bulk.apply(BulkChange.CONFIRM, [one], {}, by=me).id)
    if "IMPORT_ID" in line or "MAPPING_NAME" in line:
        columns = Columns(columns={"Navn": "name"}, fixed={"language": "en", "summary": "…"})
        service.imports.save_mapping("M", kind=ProfileKind.EXPERT, columns=columns.columns)
        with TemporaryDirectory() as folder:
            file = Path(folder) / "experts.csv"
            file.write_text(f"Navn\nEva {uuid4()}\n")
            run = service.imports.preview(file, kind=ProfileKind.EXPERT, columns=columns)
        found["IMPORT_ID"] = str(run.id)
    return found


def _has_its_turn(line: str) -> bool:
    """Return whether it is about something that goes from state to state.

    Its own tests lead it there; a line that is understood and comes out of turn is answered 409.
    """
    return any(f"/{name}" in line for name in _IN_TURN)


def _of_the_chain(
    service: Matchmaker, me: UUID, line: str, one: UUID, other: UUID
) -> dict[str, str]:
    """Return what stands for a challenge and what came of it, in one line."""
    if not _has_its_turn(line) and not {"CHALLENGE_ID", "RUN_ID"} & set(
        re.findall(r"[A-Z_]+", line)
    ):
        return {}
    mine = Viewer(account_id=me, role=Role.ADMINISTRATOR)
    # What is kept is nobody's yet.
    challenge = service.challenges.submit(text=WELDING, by=None if "/keeping" in line else mine)
    programme = service.programmes.create(
        by=None, name=str(uuid4()), starts_on=BEGAN, ends_on=BEGAN.replace(year=BEGAN.year + 2)
    )
    ours = together(service, programme_id=programme.id)
    job = service.outcomes.record(ours.id, by=None, kind=OutcomeKind.JOB, on_day=BEGAN, quantity=1)
    run = service.matchmaking.run(challenge.id)
    listed = {"PROFILE_ID": str(run.matches[0].profile_id)} if "/shortlist" in line else {}
    bodies = {
        "challenge_id": challenge.id,
        "profile_id": run.matches[0].profile_id,
        "introduction_id": introduced(service).id,
        "other_id": other,
        "programme_id": programme.id,
    }
    for name, sample in re.findall(r'"(\w+_id)": "([0-9a-f-]{36})"', _unescaped(line)):
        listed[sample] = str(bodies.get(name, sample))
    return listed | {
        "CHALLENGE_ID": str(challenge.id),
        "RUN_ID": str(run.id),
        "INTRODUCTION_ID": str(_an_introduction(service, mine, line)),
        "CONFLICT_ID": str(service.conflicts.declare(one, other, by=None).id),
        "PROGRAMME_ID": str(programme.id),
        "SHARE_ID": str(service.report_shares.create(programme.id, name="A", by=None)[0].id),
        "COLLABORATION_ID": str(ours.id),
        "OUTCOME_ID": str(job.outcome.id),
    }


def _of_placing(
    service: Matchmaker, me: UUID, line: str, placed: Callable[[], dict[str, UUID]]
) -> dict[str, str]:
    """Return what stands for a cohort and all that belongs to it, in one line."""
    if not any(f"/v1/{name}" in line for name in _PLACING):
        return {}
    writes = any(part in line for part in (" -X ", " -d ", "--data-binary", "PARTY"))
    ids = everything_placed(service, me) if writes else dict(placed())
    placement = service.placements.view(ids["placement_id"]).placement
    if "/agreement" in line or "/refusal" in line:
        claimed(service, me, placement.student_id)
    elif "/placements" in line and "PARTY" not in line and "/job" not in line:
        for party in placement.parties():
            service.placements.agree(placement.id, party, by=None)
    elif "/COHORT_ID/rounds" in line and "-d" in line:
        service.assignment.cancel(ids["round_id"], by=None)
    _readied(service, ids, line)
    named = {name: str(one) for name, one in ids.items()} | {"party": "student"}
    _followed(service, me, placement, line)
    samples = {
        sample: named[name]
        for name, sample in re.findall(r'"(\w+_id)": "([0-9a-f-]{36})"', _unescaped(line))
    }
    if '"student_ids"' in _unescaped(line):
        samples[_ONE] = named["student_id"]
    return samples | {name.upper(): one for name, one in named.items()}


def _readied(service: Matchmaker, ids: dict[str, UUID], line: str) -> None:
    """Bring a round, a pair or a place to where one line asks for it; a place gets an id here."""
    takes_away = "-X DELETE" in line
    if "/ROUND_ID/run" in line and "-X POST" not in line:
        service.round_jobs.start(ids["round_id"], by=None)
    elif "/own-place" in line:
        offer = {"title": "Found", "tasks": "Weld and measure.", **PERIOD}
        ids["position_id"] = service.wishes.offer(ids["host_id"], **offer, by=None).id
        if takes_away:
            who, where = ids["student_id"], ids["position_id"]
            service.cohorts.bring(ids["cohort_id"], who, where, by=None)
    elif takes_away and "/forbidden-pairs/" in line:
        who, where = ids["student_id"], ids["offered_id"]
        service.cohorts.forbid(ids["cohort_id"], who, where, reason="kin", by=None)


def _followed(service: Matchmaker, me: UUID, placement: Placement, line: str) -> None:
    """Bring a placement to where one line asks for it."""
    student = PlacementParty.STUDENT
    if "PARTY" in line and "/agreement" not in line:
        claimed(service, me, placement.student_id)
    if "/checks/PARTY" in line:
        asked_halfway(service, placement.id)
    if "/help" in line:
        service.followups.answer_check(placement.id, student, Going.BADLY, needs_help=True, by=None)
    if "/evaluations/PARTY" in line or "/job" in line:
        completed(service, placement.id)
    if "/moderation" in line:
        scores = dict.fromkeys(EvaluationQuestion, 4)
        service.followups.evaluate(placement.id, student, scores, by=None)


def _an_introduction(service: Matchmaker, mine: Viewer, line: str) -> UUID:
    """Return one that waits for answers; where a calendar is asked for, one with a meeting."""
    if "meeting.ics" not in line:
        return introduced(service, mine, accepted=False).id
    one = introduced(service, mine)
    service.introductions.propose_meeting(
        one.id, by=None, starts_at=NOW.replace(year=NOW.year + 2), minutes=60, place="Aalborg"
    )
    return one.id


_PLACING = ("cohorts", "contests", "hosts", "rounds", "positions", "seats", "placements")
_IN_TURN = (
    *(
        "ROUND_ID/run",
        "introductions",
        "collaborations",
        "outcomes",
        "programmes",
        "conflicts",
        "shortlist",
    ),
    *("thread", "submission", "brief", "warnings", "renewal", "keeping", "opening", "closing"),
)


def test_the_address_of_the_api_leads_to_its_reference(client: FlaskClient) -> None:
    assert client.get("/api/").headers["Location"] == "/api/docs"


def _first(client: FlaskClient, plural: str) -> str:
    return str(client.get(f"/api/v1/{plural}").get_json()["items"][0]["id"])


def _unescaped(html: str) -> str:
    from html import unescape

    return unescape(html)


def _request(words: list[str], revision: int) -> tuple[str, str, dict[str, str], str | None]:
    """Read a curl line as curl would."""
    method, address, headers, body = "GET", "", {}, None
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, value = next(rest).split(": ", 1)
            headers[name] = f'"{revision}"' if name == "If-Match" else value
        elif word in {"-d", "--data-binary"}:
            body = next(rest)
            method = "POST" if method == "GET" else method
        elif word.startswith("http"):
            address = word
    return method, address, headers, body
