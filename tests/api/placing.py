"""Who takes part in placing students, and how they ask for it through the interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask.testing import FlaskClient

from api.context import EXTENSION
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role
from tests.people import somebody, token_of
from tests.services.placing import Campus, a_campus, claimed

API = "/api/v1"
Header = dict[str, str]
PERIOD = {"starts_on": "2027-02-01", "ends_on": "2027-06-30"}


@dataclass(frozen=True)
class Parties:
    """A campus with a host and two students, and the header of each party."""

    campus: Campus
    coordinator: Header
    stranger: Header
    host: Header
    ane: Header
    bo: Header
    staff: Header


def all_parties(workshop: Matchmaker) -> Parties:
    """Return a campus with everybody who has to do with it, and one who has not."""
    campus, other = a_campus(workshop), a_campus(workshop)
    campus.host("Smedjen")
    campus.host("Robotværket")
    accounts = {
        name: somebody(workshop, role, name)
        for name, role in [
            ("coordinator", Role.UNIVERSITY),
            ("stranger", Role.UNIVERSITY),
            ("host", Role.FIRM),
            ("ane", Role.PARTNER),
            ("bo", Role.PARTNER),
            ("staff", Role.STAFF),
        ]
    }
    for name, organisation in [
        ("coordinator", campus.university),
        ("stranger", other.university),
        ("host", campus.hosts["Smedjen"]),
    ]:
        workshop.belonging.join(accounts[name].id, organisation, by=None)
    for name in ("Ane", "Bo"):
        claimed(workshop, accounts[name.lower()].id, campus.student(name, consents=False))
    return Parties(campus, **{name: token_of(workshop, one) for name, one in accounts.items()})


@dataclass(frozen=True)
class Caller:
    """Sends requests, and expects what they are to be answered with."""

    client: FlaskClient

    def __call__(
        self,
        who: Header,
        method: str,
        path: str,
        json: Any = None,
        *,
        tag: str | None = None,
        status: int = 200,
    ) -> Any:
        headers = {**who, "If-Match": tag} if tag else who
        address = path if path.startswith(API) else API + path
        response = self.client.open(address, method=method, json=json, headers=headers)
        assert response.status_code == status, (path, response.get_data(as_text=True))
        return response


def offer(call: Caller, parties: Parties, **values: Any) -> Any:
    given = {
        "host_id": str(parties.campus.hosts["Smedjen"]),
        "title": "Welding",
        "tasks": "Weld and measure.",
        "places": 1,
        **PERIOD,
    }
    return call(parties.host, "POST", "/positions", {**given, **values}, status=201)


def shown(call: Caller, parties: Parties, **values: Any) -> str:
    """Return the id of a position that the students of the campus are shown."""
    made = str(offer(call, parties, **values).get_json()["id"])
    path = f"/cohorts/{parties.campus.cohort}/positions/{made}/approval"
    call(parties.coordinator, "PUT", path, {"approved": True})
    return made


def wish(call: Caller, who: Header, seat: str, *positions: str) -> Any:
    call(who, "PUT", f"{seat}/consent", {"given": True})
    ranks = [{"position_id": one, "rank": rank} for rank, one in enumerate(positions, start=1)]
    return call(who, "PUT", f"{seat}/wishes", {"ranks": ranks})


def run(call: Caller, who: Header, address: str) -> Any:
    """Have the methods asked, wait until they have answered, and return the round."""
    tag = call(who, "GET", address).headers["ETag"]
    call(who, "POST", f"{address}/run", tag=tag, status=202)
    matchmaker_of(call.client).round_jobs.worker.wait()
    told = call(who, "GET", f"{address}/run").get_json()
    assert (told["state"], told["failure"], told["lost"]) == ("done", None, False), told
    return call(who, "GET", address)


def matchmaker_of(client: FlaskClient) -> Matchmaker:
    """Return the service that answers."""
    return cast("Matchmaker", client.application.extensions[EXTENSION])


def answer_of(round_: Any, method: str) -> Any:
    return next(one for one in round_["answers"] if one["method"] == method)
