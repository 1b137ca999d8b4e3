"""What follows a round through the interface alone, and who sees what of it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import PlacementParty
from tests.api.conftest import pointers, refusal
from tests.api.placing import Caller, Header
from tests.people import token_of
from tests.services.placed import Placed, a_placement
from tests.services.placing import asked_halfway

SCORES = {"as-agreed": 4, "useful": 5, "together": 5, "again": 3}


@pytest.fixture
def placed(workshop: Matchmaker) -> Placed:
    return a_placement(workshop)


@pytest.fixture
def headers(placed: Placed) -> dict[str, Header]:
    accounts = {
        "student": placed.student,
        "host": placed.host,
        "coordinator": placed.coordinator,
        "staff": placed.staff,
    }
    return {name: token_of(placed.service, one) for name, one in accounts.items()}


def test_a_party_declines_and_the_coordinator_reads_who_has_no_place(
    call: Caller, placed: Placed, headers: dict[str, Header]
) -> None:
    at = f"/placements/{placed.id}"
    read = call(headers["host"], "GET", at)
    assert read.get_json()["answer_by"] and read.get_json()["ending"] is None
    assert "decline" in read.get_json()["actions"] and "lapse" not in read.get_json()["actions"]
    tag = read.headers["ETag"]
    late = call(headers["host"], "POST", f"{at}/refusal", {}, tag=tag, status=422)
    assert pointers(refusal(late, 422, "validation")) == ["#/reason"]
    no = {"reason": "Maskinen er solgt"}
    call(headers["staff"], "POST", f"{at}/refusal", no, tag=tag, status=403)
    call(headers["host"], "POST", f"{at}/refusal", no, tag='"99"', status=412)
    ended = call(headers["host"], "POST", f"{at}/refusal", no, tag=tag).get_json()
    assert (ended["state"], ended["ending"], ended["declined_by"]) == (
        "broken-off",
        "declined",
        "host",
    )
    work = call(headers["coordinator"], "GET", "/placing-work").get_json()
    assert [one["id"] for one in work["lost"]] == [str(placed.id)] and work["offers"] == []
    call(headers["student"], "GET", "/placing-work", status=403)


def test_a_university_agrees_to_all_that_waits_for_it(
    call: Caller, placed: Placed, headers: dict[str, Header]
) -> None:
    work = call(headers["coordinator"], "GET", "/placing-work").get_json()
    assert [one["id"] for one in work["offers"]] == [str(placed.id)]
    for who, agreed in (("staff", 0), ("host", 0), ("coordinator", 1), ("coordinator", 0)):
        answer = call(headers[who], "POST", "/placing-work/agreement").get_json()
        assert answer == {"agreed": agreed}, who
    assert PlacementParty.UNIVERSITY.value in placed.placement.agreed


def test_checks_are_answered_once_and_read_by_their_own_party(
    call: Caller, placed: Placed, headers: dict[str, Header]
) -> None:
    at = f"/placements/{placed.agreed().id}/checks"
    said = {"going": "badly", "note": "No contact person", "needs_help": True}
    call(headers["student"], "PUT", f"{at}/student", said, status=404)
    asked_halfway(placed.service, placed.id)
    assert len(call(headers["coordinator"], "GET", at).get_json()["items"]) == 3
    (mine,) = call(headers["student"], "PUT", f"{at}/student", said).get_json()["items"]
    assert (mine["party"], mine["going"], mine["needs_help"]) == ("student", "badly", True)
    call(headers["student"], "PUT", f"{at}/student", said, status=409)
    call(headers["student"], "PUT", f"{at}/host", said, status=422)
    call(headers["student"], "PUT", f"{at}/nobody", said, status=404)
    (of_host,) = call(headers["host"], "GET", at).get_json()["items"]
    assert (of_host["party"], of_host["going"]) == ("host", None)
    work = call(headers["coordinator"], "GET", "/placing-work").get_json()["help"]
    assert [(one["check"]["party"], one["placement"]["student"]) for one in work] == [
        ("student", "Ane")
    ]
    helped = {"note": "Talked to the host"}
    call(headers["host"], "PUT", f"{at}/student/help", helped, status=403)
    call(headers["coordinator"], "PUT", f"{at}/host/help", helped, status=409)
    call(headers["coordinator"], "PUT", f"{at}/student/help", helped)
    assert call(headers["coordinator"], "GET", "/placing-work").get_json()["help"] == []
    # The supervisor has no account: their university may answer for them.
    call(headers["coordinator"], "PUT", f"{at}/supervisor", {"going": "well"})


def test_evaluations_are_read_first_and_shown_when_both_have_spoken(
    call: Caller, placed: Placed, headers: dict[str, Header]
) -> None:
    at = f"/placements/{placed.completed().id}/evaluations"
    wrong = {"scores": {**SCORES, "useful": 6}}
    late = call(headers["host"], "PUT", f"{at}/host", wrong, status=422)
    assert pointers(refusal(late, 422, "validation")) == ["#/scores/useful"]
    for who, text in (("host", "Came late"), ("student", "Good guidance")):
        call(headers[who], "PUT", f"{at}/{who}", {"scores": SCORES, "text": text})

    def read(who: str) -> dict[str, str | None]:
        items = call(headers[who], "GET", at).get_json()["items"]
        return {one["party"]: one["text"] for one in items}

    assert read("student") == {"student": "Good guidance", "host": None}
    texts = call(headers["coordinator"], "GET", "/placing-work").get_json()["texts"]
    assert {one["party"] for one in texts} == {"student", "host"}
    moderation = f"{at}/host/moderation"
    call(headers["student"], "PUT", moderation, {"action": "release"}, status=403)
    call(headers["coordinator"], "PUT", moderation, {"action": "hold-back"}, status=422)
    call(headers["coordinator"], "PUT", moderation, {"action": "give"}, status=422)
    call(headers["coordinator"], "PUT", moderation, {"action": "release"})
    assert read("student") == {"student": "Good guidance", "host": "Came late"}
    assert read("host") == {"host": "Came late", "student": None}
    held = {"action": "hold-back", "reason": "names a third person"}
    call(headers["coordinator"], "PUT", moderation, held)
    assert read("student")["host"] is None
    reasons = call(headers["student"], "GET", at).get_json()["items"]
    assert {one["party"]: one["moderation"] for one in reasons}["host"] is None


def test_a_job_is_recorded_by_the_host_and_confirmed_in_the_ledger(
    call: Caller, placed: Placed, headers: dict[str, Header]
) -> None:
    at = f"/placements/{placed.completed().id}"
    tag = call(headers["host"], "GET", at).headers["ETag"]
    offered = {"stage": "offered", "evidence": "Letter"}
    call(headers["student"], "PUT", f"{at}/job", offered, tag=tag, status=403)
    told = call(headers["host"], "PUT", f"{at}/job", offered, tag=tag)
    assert told.get_json()["job"] == "offered"
    call(headers["host"], "PUT", f"{at}/job", offered, tag=told.headers["ETag"], status=409)
    ledger = call(headers["student"], "GET", f"{at}/outcomes").get_json()
    internship, job = ledger["items"]
    assert (internship["kind"], job["kind"]) == ("internship", "job")
    assert job["confirmed_at"] is None and job["introduction_id"] is None
    call(headers["host"], "POST", f"/outcomes/{job['id']}/confirmation", status=403)
    call(headers["staff"], "POST", f"/outcomes/{job['id']}/confirmation")
    ours = call(headers["staff"], "GET", f"/collaborations/{ledger['collaboration_id']}")
    assert ours.get_json()["placement_id"] == str(placed.id)
    assert ours.get_json()["introduction_id"] is None


def test_contests_are_made_by_who_was_ranked_and_answered_by_who_may(
    call: Caller, placed: Placed, headers: dict[str, Header]
) -> None:
    seat, ane = f"/seats/{placed.campus.cohort}", placed.campus.students["Ane"]
    student, coordinator = headers["student"], headers["coordinator"]
    made = call(student, "POST", f"{seat}/contests", {"text": "Why?"}, status=201)
    at, one = made.headers["Location"], made.get_json()
    assert (one["about"], one["basis"]["method"], one["verdict"]) == ("result", "stable", None)
    call(student, "POST", f"{seat}/contests", {"text": "Again"}, status=409)
    order = {"text": "Why here?", "position_id": str(placed.campus.positions["Welding"])}
    second = call(student, "POST", f"{seat}/contests", order, status=201).get_json()
    assert (second["basis"]["rank"], second["basis"]["of"]) == (1, 1)
    unknown = {**order, "position_id": str(uuid4())}
    call(student, "POST", f"{seat}/contests", unknown, status=404)
    call(headers["host"], "POST", f"{seat}/contests", order, status=404)
    ranking = call(student, "POST", f"/profiles/{ane}/contests", {"text": "Why?"}, status=201)
    assert ranking.get_json()["cohort_id"] is None
    assert len(call(student, "GET", "/contests").get_json()["items"]) == 3
    waiting = call(coordinator, "GET", "/placing-work").get_json()["contests"]
    assert {each["about"] for each in waiting} == {"result", "order"}
    assert len(call(headers["staff"], "GET", "/placing-work").get_json()["contests"]) == 3
    answer = {"verdict": "kept", "answer": "We looked again."}
    call(student, "PUT", f"{at}/answer", answer, status=403)
    call(headers["host"], "PUT", f"{at}/answer", answer, status=404)
    call(coordinator, "PUT", f"{ranking.headers['Location']}/answer", answer, status=404)
    call(headers["staff"], "PUT", f"{ranking.headers['Location']}/answer", answer)
    said = call(coordinator, "PUT", f"{at}/answer", answer).get_json()
    assert (said["verdict"], said["answer"]) == ("kept", "We looked again.")
    call(coordinator, "PUT", f"{at}/answer", answer, status=409)
    assert call(student, "GET", at).get_json()["answer"] == "We looked again."
