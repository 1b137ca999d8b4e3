"""What the interface refuses about placing students: bad values, late hands, wrong turns."""

from __future__ import annotations

from matchmaker.bootstrap import Matchmaker
from tests.api.conftest import pointers, refusal
from tests.api.placing import API, PERIOD, Caller, Parties, answer_of, run, shown, wish


def test_what_is_sent_twice_with_a_key_is_done_once(call: Caller, parties: Parties) -> None:
    cohort = f"/cohorts/{parties.campus.cohort}"
    guide = {"name": "Åse", "email": "aase@example.dk", "capacity": 1}
    for path, body in [
        ("/cohorts", {"university_id": str(parties.campus.university), "name": "C", **PERIOD}),
        (f"{cohort}/supervisors", guide),
        (f"{cohort}/rounds", {}),
    ]:
        keyed = {**parties.coordinator, "Idempotency-Key": "one"}
        first = call(keyed, "POST", path, body, status=201)
        again = call(keyed, "POST", path, body, status=201)
        assert again.get_json() == first.get_json()
        assert again.headers["Idempotent-Replayed"] == "true"
    opened = call(parties.coordinator, "POST", f"{cohort}/rounds", {}, status=409)
    assert refusal(opened, 409, "duplicate")["existing"] == first.get_json()["id"]


def test_what_is_refused_names_what_has_to_change(call: Caller, parties: Parties) -> None:
    campus = parties.campus
    cohort, seat = f"/cohorts/{campus.cohort}", f"/seats/{campus.cohort}"
    welding = shown(call, parties)
    ane = str(campus.students["Ane"])
    new = {"university_id": str(campus.university), "name": "C", **PERIOD}
    position = {"host_id": str(campus.hosts["Smedjen"]), "title": "T", "tasks": "t", **PERIOD}
    position["places"] = 2  # type: ignore[assignment]
    guide = {"name": "Åse", "email": "aase@example.dk", "capacity": 1}
    pair = {"student_id": ane, "position_id": welding, "reason": "works there"}
    one = {"position_id": welding, "rank": 1}
    applicant = {"student_id": ane, "rank": 1}
    ranking = f"/positions/{welding}/students"
    approval = f"{cohort}/positions/{welding}/approval"
    for who, method, path, body, pointer in [
        (parties.coordinator, "POST", "/cohorts", {**new, "ends_on": "2027-01-01"}, "#/ends_on"),
        (parties.coordinator, "POST", "/cohorts", {**new, "name": " "}, "#/name"),
        (parties.coordinator, "POST", "/cohorts", {**new, "place": "Aarhus"}, "#/place"),
        (parties.staff, "POST", f"{cohort}/students", {}, "#/student_ids"),
        (parties.coordinator, "POST", f"{cohort}/supervisors", {**guide, "email": "x"}, "#/email"),
        (
            parties.coordinator,
            "POST",
            f"{cohort}/supervisors",
            {**guide, "capacity": -1},
            "#/capacity",
        ),
        (parties.coordinator, "PUT", approval, {"approved": False}, "#/reason"),
        (parties.coordinator, "PUT", approval, {"approved": "yes"}, "#/approved"),
        (
            parties.coordinator,
            "POST",
            f"{cohort}/forbidden-pairs",
            {**pair, "reason": ""},
            "#/reason",
        ),
        (parties.host, "POST", "/positions", {**position, "places": 0}, "#/places"),
        (parties.host, "POST", "/positions", {**position, "team_minimum": 3}, "#/team_minimum"),
        (parties.host, "POST", "/positions", {**position, "work_place": "moon"}, "#/work_place"),
        (parties.host, "POST", "/positions", {**position, "tasks": "a\0b"}, "#/tasks"),
        (parties.ane, "PUT", f"{seat}/wishes", {"ranks": [one]}, "#/ranks"),
        (parties.ane, "PUT", f"{seat}/wishes", {"ranks": [one, one]}, "#/ranks"),
        (
            parties.ane,
            "PUT",
            f"{seat}/wishes",
            {"ranks": [{**one, "rank": 0}]},
            "#/ranks/0/rank",
        ),
        (parties.ane, "PUT", f"{seat}/consent", {"given": "true"}, "#/given"),
        (parties.host, "PUT", ranking, {"ranks": [applicant]}, "#/ranks"),
    ]:
        response = call(who, method, path, body, status=422)
        assert pointers(refusal(response, 422, "validation")) == [pointer], (path, body)
    call(parties.coordinator, "POST", f"{cohort}/forbidden-pairs", pair, status=201)
    twice = call(parties.coordinator, "POST", f"{cohort}/forbidden-pairs", pair, status=409)
    refusal(twice, 409, "duplicate")
    (said,) = call(parties.coordinator, "GET", f"{cohort}/forbidden-pairs").get_json()["items"]
    assert said["reason"] == "works there"
    one_pair = f"{cohort}/forbidden-pairs/{ane}/{welding}"
    call(parties.stranger, "DELETE", one_pair, status=404)
    call(parties.coordinator, "DELETE", one_pair, status=204)
    call(parties.coordinator, "DELETE", one_pair, status=404)
    assert call(parties.coordinator, "GET", f"{cohort}/forbidden-pairs").get_json() == {
        "items": [],
        "next": None,
    }
    forged = call.client.get(f"{API}/cohorts?cursor=x", headers=parties.coordinator)
    refusal(forged, 422, "validation")


def test_a_round_changes_under_the_hands_of_two(call: Caller, parties: Parties) -> None:
    campus = parties.campus
    cohort, seat = f"/cohorts/{campus.cohort}", f"/seats/{campus.cohort}"
    welding = shown(call, parties)
    place = f"/positions/{welding}"
    for who in (parties.ane, parties.bo):
        wish(call, who, seat, welding)
    opened = call(parties.coordinator, "POST", f"{cohort}/rounds", {}, status=201)
    address = opened.headers["Location"]
    call(parties.coordinator, "GET", f"{address}/replay", status=404)
    call(parties.coordinator, "GET", f"{address}/lock-costs?method=stable", status=404)
    untold = call(parties.coordinator, "POST", f"{address}/run", status=428)
    refusal(untold, 428, "precondition-required")
    seen = run(call, parties.coordinator, address)

    # The round is read in full by who holds its revision: what is stored may have moved.
    headers = {**parties.coordinator, "If-None-Match": seen.headers["ETag"]}
    assert call(headers, "GET", address).get_json()["current"] is True
    tag = call(parties.host, "GET", place).headers["ETag"]
    call(parties.host, "POST", f"{place}/state", {"action": "close"}, tag=tag)
    call(parties.coordinator, "DELETE", f"{cohort}/students/{campus.students['Bo']}", status=204)
    now = call(headers, "GET", address).get_json()
    assert now["current"] is False
    told = {(one["kind"], one["student_id"]) for one in now["notices"]}
    assert {
        ("wish-closed", str(campus.students["Ane"])),
        ("left", str(campus.students["Bo"])),
    } <= told
    assert call(parties.ane, "GET", seat).get_json()["lapsed"] == ["Welding"]
    call(parties.bo, "GET", seat, status=404)
    answer = {"answer_id": answer_of(seen.get_json(), "stable")["id"]}
    publication = f"{address}/publication"
    outdated = call(
        parties.coordinator, "POST", publication, answer, tag=seen.headers["ETag"], status=422
    )
    assert pointers(refusal(outdated, 422, "validation")) == ["#/answer_id"]
    closed = call(
        parties.coordinator,
        "POST",
        f"{address}/locks",
        {"student_id": str(campus.students["Ane"]), "position_id": welding, "reason": "near"},
        tag=seen.headers["ETag"],
        status=422,
    )
    assert pointers(refusal(closed, 422, "validation")) == ["#/position_id"]

    # Another coordinator was faster.
    run(call, parties.staff, address)
    late = call(
        parties.coordinator, "POST", publication, answer, tag=seen.headers["ETag"], status=412
    )
    present = refusal(late, 412, "stale-revision")["actual"]
    cancelled = call(parties.coordinator, "POST", f"{address}/cancellation", tag=f'"{present}"')
    assert cancelled.get_json()["state"] == "cancelled"
    over = call(
        parties.coordinator, "POST", f"{address}/run", tag=cancelled.headers["ETag"], status=409
    )
    assert refusal(over, 409, "transition-not-allowed")["allowed"] == []


def test_a_placement_is_broken_off_with_a_reason(
    call: Caller, parties: Parties, workshop: Matchmaker
) -> None:
    campus, seat = parties.campus, f"/seats/{parties.campus.cohort}"
    wish(call, parties.ane, seat, shown(call, parties))
    round_id = workshop.assignment.open(campus.cohort, by=None).id
    seen = run(call, parties.coordinator, f"/rounds/{round_id}")
    answer = {"answer_id": answer_of(seen.get_json(), "most_placed")["id"]}
    tag = seen.headers["ETag"]
    call(parties.coordinator, "POST", f"/rounds/{round_id}/publication", answer, tag=tag)
    (mine,) = call(parties.ane, "GET", "/placements").get_json()["items"]
    at, tag = f"/placements/{mine['id']}", f'"{mine["revision"]}"'
    state = f"{at}/state"

    early = call(parties.coordinator, "POST", state, {"action": "start"}, tag=tag, status=409)
    assert refusal(early, 409, "transition-not-allowed")["allowed"] == [
        "agree",
        "decline",
        "break-off",
    ]
    both = call(parties.coordinator, "POST", f"{at}/agreement", {}, tag=tag, status=422)
    assert pointers(refusal(both, 422, "validation")) == ["#/party"]
    agree = call(parties.coordinator, "POST", state, {"action": "agree"}, tag=tag, status=422)
    assert pointers(refusal(agree, 422, "validation")) == ["#/action"]
    silent = call(parties.coordinator, "POST", state, {"action": "break-off"}, tag=tag, status=422)
    assert pointers(refusal(silent, 422, "validation")) == ["#/reason"]
    body = {"action": "break-off", "reason": "the firm closed"}
    ended = call(parties.coordinator, "POST", state, body, tag=tag).get_json()
    assert (ended["state"], ended["reason"], ended["actions"]) == (
        "broken-off",
        "the firm closed",
        [],
    )
    stale = call(parties.ane, "POST", f"{at}/agreement", {}, tag=tag, status=412)
    refusal(stale, 412, "stale-revision")
