"""While a profile is written, it is told what it would match; nothing is stored."""

from __future__ import annotations

from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.models import ChallengeAction, Profile
from tests.factories import NOW

CRACKS = "We find cracks in welded aluminium frames after robot welding of small series."
CAMERAS = "Camera inspection of painted surfaces with machine learning for defect detection."


def opened(service: Matchmaker, text: str) -> UUID:
    challenge = service.challenges.submit(text=text)
    with service.desk.sessions.writing() as session:
        session.add(challenge)
        challenge.apply(ChallengeAction.OPEN, at=NOW)
    return challenge.id


@pytest.fixture
def ida(workshop: Matchmaker) -> Profile:
    """Ida Berg, beside one challenge about cracks and one about cameras."""
    opened(workshop, CRACKS)
    opened(workshop, CAMERAS)
    return workshop.profiles.get(workshop.profiles.page(text="Ida Berg").items[0].id)


def test_without_a_change_it_is_what_the_profile_matches(
    workshop: Matchmaker, ida: Profile
) -> None:
    known = workshop.directions.challenges_for(ida.id, public=False).items
    told = workshop.previews.preview(ida.id, {}, public=False)
    assert known
    assert [(one.challenge.id, one.score, one.before) for one in told] == [
        (one.challenge.id, one.score, one.score) for one in known
    ]
    assert told[0].passage == known[0].reason.evidence[0].text
    assert told[0].evidence_id == known[0].reason.evidence[0].evidence_id


def test_a_new_item_matches_what_the_stored_profile_does_not(
    workshop: Matchmaker, ida: Profile
) -> None:
    before = workshop.directions.challenges_for(ida.id, public=False)
    evidence = [{"id": item.id} for item in ida.evidence]
    told = workshop.previews.preview(ida.id, {}, [*evidence, {"text": CAMERAS}], public=False)
    (camera,) = [one for one in told if one.challenge.text == CAMERAS]
    assert (camera.before, camera.passage) == (None, CAMERAS)
    assert camera.score is not None
    assert workshop.profiles.get(ida.id).revision == ida.revision
    again = workshop.directions.challenges_for(ida.id, public=False)
    assert [(one.challenge.id, one.score) for one in again.items] == [
        (one.challenge.id, one.score) for one in before.items
    ]


def test_what_only_the_stored_profile_matches_is_told_last(
    workshop: Matchmaker, ida: Profile
) -> None:
    lost = workshop.previews.preview(
        ida.id, {"summary": "Baker."}, [{"text": "Bread of rye and honey cake."}], public=False
    )[-1]
    assert (lost.score, lost.fit, lost.passage) == (None, None, None)
    assert lost.before is not None
    assert lost.challenge.text == CRACKS


def test_a_draft_on_leave_matches_nothing_and_what_cannot_stand_is_refused(
    workshop: Matchmaker, ida: Profile
) -> None:
    with pytest.raises(InvalidInput):
        workshop.previews.preview(ida.id, {"standing": "live"})
    away = workshop.previews.preview(
        ida.id, {"on_leave_until": NOW.date().replace(year=2027)}, public=False
    )
    assert [one.score for one in away] == [None]


def test_challenges_that_only_their_firm_may_see_are_left_out(
    workshop: Matchmaker, ida: Profile
) -> None:
    own = workshop.challenges.submit(text=CRACKS + " This one was only submitted.")
    assert own.id in {
        one.challenge.id for one in workshop.previews.preview(ida.id, {}, public=False)
    }
    assert own.id not in {one.challenge.id for one in workshop.previews.preview(ida.id, {})}


def test_there_is_no_preview_of_nobody(workshop: Matchmaker) -> None:
    with pytest.raises(NotFound):
        workshop.previews.preview(UUID(int=5), {})
