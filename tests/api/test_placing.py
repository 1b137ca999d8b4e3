"""Placing students through the interface alone: the whole way, and who sees what of it."""

from __future__ import annotations

from uuid import uuid4

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role, Scope
from tests.api.conftest import pointers, refusal
from tests.api.placing import (
    API,
    PERIOD,
    Caller,
    Parties,
    answer_of,
    matchmaker_of,
    offer,
    run,
    shown,
    wish,
)
from tests.people import somebody, token_of
from tests.services.placing import claimed


def test_from_a_university_to_a_completed_placement(  # noqa: PLR0915 - one story, told to its end
    call: Caller, parties: Parties
) -> None:
    coordinator, host, campus = parties.coordinator, parties.host, parties.campus
    ane, bo = (str(campus.students[name]) for name in ("Ane", "Bo"))
    made = call(
        coordinator,
        "POST",
        "/cohorts",
        {"university_id": str(campus.university), "name": "Forår 2027", **PERIOD},
        status=201,
    )
    cohort, cohort_id = made.headers["Location"], made.get_json()["id"]
    assert made.headers["ETag"] == '"1"' and made.get_json()["proposed_at"] is None
    listed = call(coordinator, "GET", "/cohorts?limit=1").get_json()
    assert [one["id"] for one in listed["items"]] == [cohort_id]
    rest = call(coordinator, "GET", f"/cohorts?limit=1&cursor={listed['next']}").get_json()
    assert [one["id"] for one in rest["items"]] == [str(campus.cohort)] and rest["next"] is None

    enrol = {"student_ids": [ane, bo]}
    assert call(parties.staff, "POST", f"{cohort}/students", enrol).get_json() == {"enrolled": 2}
    assert call(parties.staff, "POST", f"{cohort}/students", enrol).get_json() == {"enrolled": 0}
    guide = {"name": "Åse Ørum", "email": "aase@example.dk", "capacity": 1}
    named = call(coordinator, "POST", f"{cohort}/supervisors", guide, status=201).headers
    guide_at, guide_tag = named["Location"], named["ETag"]
    revised = call(coordinator, "PATCH", guide_at, {"capacity": 2}, tag=guide_tag)
    assert (revised.get_json()["capacity"], revised.headers["ETag"]) == (2, '"2"')

    position = offer(call, parties)
    welding, place = position.get_json()["id"], position.headers["Location"]
    seat = f"/seats/{cohort_id}"
    assert call(parties.ane, "GET", seat).get_json()["positions"] == []
    approval = f"{cohort}/positions/{welding}/approval"
    said = call(coordinator, "PUT", approval, {"approved": False, "reason": "Too far"}).get_json()
    assert (said["approved"], said["reason"]) == (False, "Too far")
    said = call(coordinator, "PUT", approval, {"approved": True}).get_json()
    assert (said["approved"], said["vetted"], said["host"]) == (True, True, "Smedjen")

    call(parties.ane, "PUT", f"{seat}/marks/{welding}", status=204)
    for who in (parties.ane, parties.bo):
        seen = wish(call, who, seat, welding).get_json()
        assert [one["rank"] for one in seen["positions"]] == [1]
    assert call(parties.ane, "GET", seat).get_json()["positions"][0]["marked"] is True
    assert call(parties.ane, "GET", "/seats").get_json()["items"][-1]["name"]
    of_cohort = call(coordinator, "GET", f"{cohort}/positions").get_json()["items"]
    assert [one["marks"] for one in of_cohort] == [1]
    call(parties.ane, "DELETE", f"{seat}/marks/{welding}", status=204)

    # Hosts see nobody before they are proposed.
    assert call(host, "GET", f"{place}/students").get_json()["items"] == []
    proposed = call(coordinator, "POST", f"{cohort}/proposal").get_json()["items"]
    assert proposed == [{"position_id": welding, "students": 2}]
    ranks = {"ranks": [{"student_id": bo, "rank": 1}]}
    ranked = call(host, "PUT", f"{place}/students", ranks).get_json()["items"]
    assert {one["name"]: one["rank"] for one in ranked} == {"Ane": None, "Bo": 1}

    opened = call(coordinator, "POST", f"{cohort}/rounds", {"seed": "spring"}, status=201)
    address = opened.headers["Location"]
    first = run(call, coordinator, address)
    answers = first.get_json()["answers"]
    assert [one["method"] for one in answers] == ["stable", "most_placed", "best_fit"]
    stable = answer_of(first.get_json(), "stable")
    assert [one["student_id"] for one in stable["placed"]] == [bo]
    assert stable["placed"][0]["supervisor_id"] == guide_at.rsplit("/", 1)[1]
    assert stable["unplaced"][0]["missed"][0]["why"] == "preferred"
    assert stable["measures"]["by_place"] == {"1": 1} and stable["blocking"] == []
    assert all(one["optimal"] for other in answers[1:] for one in other["reached"])
    names = first.get_json()["names"]
    assert (names[bo], names[welding]) == ("Bo", "Welding")

    lock = {"student_id": ane, "position_id": welding, "reason": "lives next door"}
    locked = call(coordinator, "POST", f"{address}/locks", lock, tag=first.headers["ETag"])
    assert locked.get_json()["current"] is False
    publication = {"answer_id": stable["id"]}
    late = call(
        coordinator,
        "POST",
        f"{address}/publication",
        publication,
        tag=locked.headers["ETag"],
        status=422,
    )
    assert pointers(refusal(late, 422, "validation")) == ["#/answer_id"]
    second = run(call, coordinator, address)
    moves = answer_of(second.get_json(), "stable")["since"]["moves"]
    assert {one["student_id"]: one["turn"] for one in moves} == {ane: "better", bo: "worse"}
    costs_at = f"{address}/lock-costs"
    unknown = call(coordinator, "GET", f"{costs_at}?method=stable").get_json()
    assert unknown == {"weighed": False, "items": []}
    tag = second.headers["ETag"]
    asked = call(coordinator, "POST", costs_at, {"method": "stable"}, tag=tag, status=202)
    assert (asked.get_json()["weighs"], asked.headers["Location"]) == ("stable", f"{address}/run")
    matchmaker_of(call.client).round_jobs.worker.wait()
    told = call(coordinator, "GET", f"{address}/run").get_json()
    assert (told["state"], told["weighed"], told["to_weigh"]) == ("done", 1, 1)
    costs = call(coordinator, "GET", f"{costs_at}?method=stable").get_json()["items"]
    assert [one["student_id"] for one in costs] == [ane]
    assert len(costs[0]["without"]["moves"]) == 2
    lock_id = second.get_json()["locks"][0]["id"]
    lifted = call(coordinator, "DELETE", f"{address}/locks/{lock_id}", tag=second.headers["ETag"])
    assert lifted.get_json()["locks"] == []
    third = run(call, coordinator, address)
    replayed = call(coordinator, "GET", f"{address}/replay").get_json()["items"]
    assert [one["same"] for one in replayed] == [True, True, True]
    chosen = {"answer_id": answer_of(third.get_json(), "stable")["id"]}
    published = call(
        coordinator, "POST", f"{address}/publication", chosen, tag=third.headers["ETag"]
    )
    assert published.get_json()["state"] == "published"

    without = call(parties.ane, "GET", seat).get_json()["outcome"]
    assert (without["reason"], without["position_id"]) == ("outcompeted", None)
    assert without["names"] == {welding: "Welding"} and without["seed"] == "spring"
    outcome = call(parties.bo, "GET", seat).get_json()["outcome"]
    assert (outcome["position_id"], outcome["place"]) == (welding, 1)
    (mine,) = call(parties.bo, "GET", "/placements").get_json()["items"]
    assert call(parties.ane, "GET", "/placements").get_json()["items"] == []
    (listed,) = call(coordinator, "GET", f"{address}/placements").get_json()["items"]
    assert mine == listed and mine["supervisor"] == "Åse Ørum"
    placement, tag = f"/placements/{mine['id']}", f'"{mine["revision"]}"'
    for who, body in [
        (parties.bo, {}),
        (host, {"party": "host"}),
        (coordinator, {"party": "supervisor"}),
        (coordinator, {"party": "university"}),
    ]:
        agreed = call(who, "POST", f"{placement}/agreement", body, tag=tag)
        tag = agreed.headers["ETag"]
    assert agreed.get_json()["state"] == "agreed"
    assert set(agreed.get_json()["agreed"]) == set(mine["parties"])
    for action, state in [("start", "running"), ("complete", "completed")]:
        moved = call(coordinator, "POST", f"{placement}/state", {"action": action}, tag=tag)
        tag = moved.headers["ETag"]
        assert moved.get_json()["state"] == state

    # What was placed stays placed.
    tag = call(host, "GET", place).headers["ETag"]
    less = call(host, "PUT", f"{place}/places", {"places": 0}, tag=tag, status=422)
    assert pointers(refusal(less, 422, "validation")) == ["#/places"]
    fewer = call(coordinator, "PATCH", guide_at, {"capacity": 0}, tag='"2"', status=422)
    assert pointers(refusal(fewer, 422, "validation")) == ["#/capacity"]


def test_a_student_reads_why_a_position_stands_where_it_does(
    call: Caller, parties: Parties
) -> None:
    text = "We weld aluminium frames by hand. We want robot welding of small series."
    challenge = call(parties.host, "POST", "/challenges", {"text": text}, status=201).get_json()
    of_challenge = shown(call, parties, challenge_id=challenge["id"])
    plain = shown(call, parties, title="Sawing")
    seat = f"/seats/{parties.campus.cohort}"

    found = call(parties.ane, "GET", f"{seat}/positions/{of_challenge}/why").get_json()
    without = call(parties.ane, "GET", f"{seat}/positions/{plain}/why").get_json()

    assert (found["title"], found["host"]) == ("Welding", "Smedjen")
    assert found["fit"] and 0 < found["score"] <= 1
    told = {one["answers"] for one in found["evidence"]} | set(found["uncovered"])
    assert told and all(one in text for one in told)
    assert (without["fit"], without["score"], without["evidence"]) == (None, None, [])
    call(parties.ane, "GET", f"{seat}/positions/{uuid4()}/why", status=404)


def test_everybody_knows_of_what_concerns_them_only(
    call: Caller, parties: Parties, workshop: Matchmaker
) -> None:
    campus, seat = parties.campus, f"/seats/{parties.campus.cohort}"
    welding = shown(call, parties)
    for who in (parties.ane, parties.bo):
        wish(call, who, seat, welding)
    cohort = f"/cohorts/{campus.cohort}"
    guide = workshop.cohorts.add_supervisor(
        campus.cohort, name="Åse", email="aase@example.dk", capacity=2, by=None
    )
    opened = call(parties.coordinator, "POST", f"{cohort}/rounds", {"seed": "1"}, status=201)
    address = opened.headers["Location"]
    round_ = run(call, parties.coordinator, address)
    answer = answer_of(round_.get_json(), "stable")
    call(
        parties.coordinator,
        "POST",
        f"{address}/publication",
        {"answer_id": answer["id"]},
        tag=round_.headers["ETag"],
    )
    (placement,) = call(parties.coordinator, "GET", f"{address}/placements").get_json()["items"]
    placed = placement["student"].lower()
    universities = {"coordinator", "staff"}
    seeing = {
        cohort: universities,
        f"{cohort}/students": universities,
        f"{cohort}/supervisors": universities,
        f"{cohort}/supervisors/{guide.id}": universities,
        f"{cohort}/positions": universities,
        f"{cohort}/forbidden-pairs": universities,
        f"{cohort}/rounds": universities,
        address: universities,
        f"{address}/run": universities,
        f"{address}/lock-costs?method=stable": universities,
        f"{address}/replay": universities,
        f"{address}/placements": universities,
        seat: {"ane", "bo"},
        f"{seat}/positions/{welding}/why": {"ane", "bo"},
        f"/positions/{welding}": {"host", "staff"},
        f"/positions/{welding}/students": {"host", "staff"},
        f"/placements/{placement['id']}": {*universities, "host", placed},
    }
    for path, known in seeing.items():
        for name in ("coordinator", "stranger", "host", "ane", "bo", "staff"):
            status = call.client.get(API + path.removeprefix(API), headers=getattr(parties, name))
            expected = {200} if name in known else {403, 404}
            assert status.status_code in expected, (path, name, status.status_code)
        call({}, "GET", path, status=401)

    # Lists hold one's own; what a body names is asked as well as what an address names.
    theirs = call(parties.stranger, "GET", "/cohorts").get_json()["items"]
    assert str(campus.cohort) not in {one["id"] for one in theirs}
    new = {"university_id": str(campus.university), "name": "Theirs", **PERIOD}
    call(parties.stranger, "POST", "/cohorts", new, status=404)
    call(parties.ane, "POST", "/cohorts", new, status=403)
    body = {"host_id": str(campus.hosts["Robotværket"]), "title": "T", "tasks": "t", "places": 1}
    call(parties.host, "POST", "/positions", {**body, **PERIOD}, status=404)
    # A supervisor and a lock are found in their own cohort and round alone.
    other_cohort = f"/cohorts/{theirs[0]['id']}"
    other = f"{other_cohort}/supervisors/{guide.id}"
    call(parties.stranger, "GET", other, status=404)
    call(parties.stranger, "PATCH", other, {"capacity": 0}, tag="*", status=404)
    # Only staff confirm hosts and take students in.
    vetting = f"/hosts/{campus.hosts['Smedjen']}/vetting"
    call(parties.coordinator, "PUT", vetting, {"capacity": 3}, status=403)
    call(parties.staff, "PUT", vetting, {"capacity": 3}, status=204)
    enrol = {"student_ids": [str(campus.students["Ane"])]}
    call(parties.coordinator, "POST", f"{cohort}/students", enrol, status=403)
    # Staff see to a placement and agree for nobody; a host does not end it; nobody is two.
    at, tag = f"/placements/{placement['id']}", f'"{placement["revision"]}"'
    call(parties.staff, "POST", f"{at}/agreement", {"party": "host"}, tag=tag, status=403)
    call(parties.host, "POST", f"{at}/state", {"action": "start"}, tag=tag, status=403)
    wrong = call(parties.host, "POST", f"{at}/agreement", {"party": "student"}, tag=tag, status=422)
    assert pointers(refusal(wrong, 422, "validation")) == ["#/party"]


def test_a_challenge_of_others_becomes_nobodys_position(
    call: Caller, parties: Parties, workshop: Matchmaker
) -> None:
    other = token_of(workshop, somebody(workshop, Role.FIRM, "other"))
    theirs = call(other, "POST", "/challenges", {"text": "We saw thick steel."}, status=201)
    body = {"host_id": str(parties.campus.hosts["Smedjen"]), "title": "T", "tasks": "t"}
    body |= {"places": 1, "challenge_id": theirs.get_json()["id"], **PERIOD}  # type: ignore[dict-item]

    call(parties.host, "POST", "/positions", body, status=404)


def test_a_token_that_reads_changes_nothing(
    call: Caller, parties: Parties, workshop: Matchmaker
) -> None:
    campus = parties.campus
    welding = shown(call, parties)
    account = somebody(workshop, Role.UNIVERSITY, "reader")
    for organisation in (campus.university, campus.hosts["Smedjen"]):
        workshop.belonging.join(account.id, organisation, by=None)
    claimed(workshop, account.id, campus.student("Carl"))
    reader = token_of(workshop, account, (Scope.READ,))
    cohort, seat = f"/cohorts/{campus.cohort}", f"/seats/{campus.cohort}"
    opened = call(parties.coordinator, "POST", f"{cohort}/rounds", {}, status=201).get_json()

    for path in (cohort, f"/rounds/{opened['id']}", seat, f"/positions/{welding}"):
        call(reader, "GET", path)
    call(reader, "POST", f"{cohort}/proposal", status=403)
    call(reader, "POST", f"/rounds/{opened['id']}/run", tag="*", status=403)
    call(reader, "DELETE", f"/rounds/{opened['id']}/run", status=403)
    call(reader, "PUT", f"{seat}/consent", {"given": True}, status=403)
    call(reader, "PUT", f"/positions/{welding}/places", {"places": 9}, tag="*", status=403)
