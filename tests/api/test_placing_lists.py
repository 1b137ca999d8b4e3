"""What coordinators and hosts read through the interface: one student, and lists part by part."""

from __future__ import annotations

from tests.api.conftest import pointers, refusal
from tests.api.placing import PERIOD, Caller, Parties, answer_of, run, shown, wish


def test_a_student_of_a_cohort_is_read_and_brings_a_place(call: Caller, parties: Parties) -> None:
    campus, coordinator = parties.campus, parties.coordinator
    own, wished = shown(call, parties), shown(call, parties, title="Sawing")
    ane, seat = campus.students["Ane"], f"/seats/{campus.cohort}"
    at = f"/cohorts/{campus.cohort}/students/{ane}"
    told = call(coordinator, "GET", at).get_json()
    assert (told["name"], told["claimed"], told["own_place_id"]) == ("Ane", True, None)
    assert told["evidence"] == ["Project on robot welding of small series."]
    wish(call, parties.bo, seat, wished)
    refused = call(coordinator, "PUT", f"{at}/own-place", {"position_id": wished}, status=422)
    assert pointers(refusal(refused, 422, "validation")) == ["#/position_id"]
    for _ in range(2):
        body = {"position_id": own}
        found = call(coordinator, "PUT", f"{at}/own-place", body).get_json()
        assert found["own_place_id"] == own
    other = call(coordinator, "PUT", f"{at}/own-place", {"position_id": wished}, status=422)
    assert "brings another place" in other.get_data(as_text=True)
    seen = call(parties.bo, "GET", seat).get_json()["positions"]
    assert [one["position"]["id"] for one in seen] == [wished]
    for who in (parties.stranger, parties.host, parties.bo):
        call(who, "GET", at, status=404)
        call(who, "DELETE", f"{at}/own-place", status=404)
    call(coordinator, "DELETE", f"{at}/own-place", status=204)
    call(coordinator, "DELETE", f"{at}/own-place", status=404)
    call(coordinator, "DELETE", at, status=204)
    call(coordinator, "GET", at, status=404)


def test_long_lists_are_read_part_by_part(call: Caller, parties: Parties) -> None:
    campus, coordinator = parties.campus, parties.coordinator
    cohort = f"/cohorts/{campus.cohort}"
    welding, sawing = shown(call, parties), shown(call, parties, title="Sawing")
    for name in ("Ane", "Bo"):
        body = {"name": f"Guide {name}", "email": "guide@example.dk", "capacity": 3}
        call(coordinator, "POST", f"{cohort}/supervisors", body, status=201)
        wish(call, getattr(parties, name.lower()), f"/seats/{campus.cohort}", welding, sawing)
        pair = {"student_id": str(campus.students[name]), "position_id": welding, "reason": "no"}
        call(coordinator, "POST", f"{cohort}/forbidden-pairs", pair, status=201)
    first = call(coordinator, "POST", f"{cohort}/rounds", {}, status=201).headers["Location"]
    tag = call(coordinator, "GET", first).headers["ETag"]
    call(coordinator, "POST", f"{first}/cancellation", tag=tag)
    second = call(coordinator, "POST", f"{cohort}/rounds", {}, status=201).headers["Location"]
    more = {**PERIOD, "title": "Zinc", "tasks": "t", "places": 2}
    zinc = shown(call, parties, **more)
    wish(call, parties.ane, f"/seats/{campus.cohort}", zinc)
    wish(call, parties.bo, f"/seats/{campus.cohort}", zinc)
    seen = run(call, coordinator, second)
    answer = {"answer_id": answer_of(seen.get_json(), "stable")["id"]}
    call(coordinator, "POST", f"{second}/publication", answer, tag=seen.headers["ETag"])
    offered = call(coordinator, "GET", f"{second}/placements").get_json()["items"]
    order = sorted(offered, key=lambda one: (one["created_at"], one["id"]), reverse=True)
    latest = [one["id"] for one in order]
    for who, path, key, expected in [
        (coordinator, f"{cohort}/students", "name", ["Ane", "Bo"]),
        (coordinator, f"{cohort}/supervisors", "name", ["Guide Ane", "Guide Bo"]),
        (coordinator, f"{cohort}/rounds", "number", [1, 2]),
        (coordinator, f"{second}/placements", "student", ["Ane", "Bo"]),
        (parties.host, "/placements", "id", latest),
        (parties.host, "/positions", "title", ["Sawing", "Welding", "Zinc"]),
        (coordinator, f"{cohort}/positions", "position", [sawing, welding, zinc]),
        (
            coordinator,
            f"{cohort}/forbidden-pairs",
            "student_id",
            [str(campus.students[name]) for name in ("Ane", "Bo")],
        ),
    ]:
        found, cursor = [], ""
        while True:
            part = call(who, "GET", f"{path}?limit=1{cursor}").get_json()
            (row,) = part["items"]
            found.append(row[key]["id"] if key == "position" else row[key])
            if part["next"] is None:
                break
            cursor = f"&cursor={part['next']}"
        assert found == expected, path
        forged = call(who, "GET", f"{path}?cursor=x", status=422)
        assert pointers(refusal(forged, 422, "validation")) == ["#/cursor"], path
