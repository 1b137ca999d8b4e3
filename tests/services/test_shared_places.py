"""Who says the same shares a place, ties are drawn, and who is hidden since is told no more."""

from __future__ import annotations

from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Match, MatchRun, Profile, Visibility
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_expert, an_organisation

WORDS = "Testing of welded joints with ultrasound."


def run(service: Matchmaker) -> MatchRun:
    service.indexing.sync()
    challenge = service.challenges.submit(text=WORDS, language="en")
    return service.matchmaking.run(challenge.id)


def hide(service: Matchmaker, profile_id: UUID) -> None:
    with Sessions(service.engine).writing() as session:
        session.get_one(Profile, profile_id).revise(at=NOW, visibility=Visibility.STAFF)


def under(found: MatchRun) -> dict[str, list[str]]:
    return {
        match.profile.name: [one.profile.name for one in match.folded] for match in found.matches
    }


@pytest.fixture
def twins(service: Matchmaker) -> Matchmaker:
    """An institute and its part that say the same, and a stranger who copied them."""
    top = an_organisation("Institute", id=UUID(int=1), summary=WORDS, evidence=(WORDS,))
    part = an_organisation(
        "Part", id=UUID(int=2), parent_id=top.id, summary=WORDS, evidence=(WORDS,)
    )
    copy = an_organisation("Copyist", id=UUID(int=3), summary=WORDS, evidence=(WORDS,))
    service.profiles.register_all([top, part, copy])
    return service


def test_a_house_and_its_part_share_a_place_and_a_stranger_has_his_own(twins: Matchmaker) -> None:
    found = run(twins)
    shared = under(found)
    assert shared in (
        {"Institute": ["Part"], "Copyist": []},
        {"Part": ["Institute"], "Copyist": []},
    )
    assert dict(found.funnel)["folded"] == 1
    assert under(twins.matchmaking.get_run(found.id)) == shared
    assert twins.matchmaking.replay(found.id).same


def test_one_person_registered_twice_takes_one_place(service: Matchmaker) -> None:
    service.profiles.register_all(
        [an_expert(name, summary=WORDS, evidence=(WORDS,)) for name in ("Ida Berg", "Berg, Ida")]
    )
    service.profiles.register_all([an_expert("Jens Falk", summary=WORDS, evidence=(WORDS,))])
    found = under(run(service))
    assert sorted([*found, *sum(found.values(), [])]) == ["Berg, Ida", "Ida Berg", "Jens Falk"]
    assert found["Jens Falk"] == []
    assert len(found) == 2


def test_who_shares_a_place_and_is_erased_or_hidden_is_named_no_more(twins: Matchmaker) -> None:
    found = run(twins)
    (shared,) = [match for match in found.matches if match.folded]
    hide(twins, shared.folded[0].profile_id)
    kept = twins.matchmaking.get_run(found.id)
    assert all(match.folded == [] for match in kept.matches)
    twins.profiles.erase(shared.folded[0].profile_id)
    assert len(twins.matchmaking.get_run(found.id).matches) == 2


def test_a_profile_that_is_public_no_more_is_a_place_without_name_and_words(
    twins: Matchmaker,
) -> None:
    found = run(twins)
    gone = found.matches[0]
    hide(twins, gone.profile_id)
    kept = twins.matchmaking.get_run(found.id)
    left = kept.matches[0]
    assert not left.shown
    assert (left.rank, left.score, left.fit) == (gone.rank, gone.score, gone.fit)
    assert left.profile.partner_kind is gone.profile.partner_kind
    assert (left.reason.evidence, left.reason.uncovered) == ((), ())
    assert left.reason.facts.distance_km is None
    words = {
        value
        for attribute in left.profile.__mapper__.column_attrs
        if isinstance(value := getattr(left.profile, attribute.key), str)
    }
    assert not words & {gone.profile.name, gone.profile.summary, gone.profile.city}
    assert all(match.shown and match.profile.name for match in kept.matches[1:])
    with Sessions(twins.engine).reading() as session:
        assert session.get_one(Profile, gone.profile_id).name == gone.profile.name
        assert session.get_one(Match, gone.id).reason.evidence


def test_one_who_is_shown_again_is_in_old_lists_again(twins: Matchmaker) -> None:
    found = run(twins)
    hide(twins, found.matches[0].profile_id)
    with Sessions(twins.engine).writing() as session:
        profile = session.get_one(Profile, found.matches[0].profile_id)
        profile.revise(at=NOW, visibility=Visibility.PUBLIC)
    kept = twins.matchmaking.get_run(found.id)
    assert [match.profile.name for match in kept.matches] == [
        match.profile.name for match in found.matches
    ]


def test_ties_are_broken_by_the_challenge_and_not_by_the_name(service: Matchmaker) -> None:
    twins = [
        an_expert(name, summary="Cracks in welds.", evidence=("Cracks in welds of frames.",))
        for name in ("Anna", "Bo", "Carl")
    ]
    service.profiles.register_all(twins)
    service.indexing.sync()
    first = set()
    for _ in range(20):
        challenge = service.challenges.submit(text="Cracks in welds of frames.", language="en")
        run = service.matchmaking.run(challenge.id)
        assert len({match.score for match in run.matches}) == 1
        assert list(under(service.matchmaking.run(challenge.id))) == list(under(run))
        first.add(run.matches[0].profile.name)
    assert len(first) > 1
