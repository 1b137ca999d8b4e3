"""From a profile to challenges, and from a challenge to others like it."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import IndexNotReady, NotFound
from matchmaker.matching.similarity import SimilarityRule
from matchmaker.models import (
    Challenge,
    ChallengeAction,
    ChallengeState,
    ChallengeVector,
    Conditions,
    Fit,
    Visibility,
)
from matchmaker.services import directions
from matchmaker.services.directions import DirectionService
from matchmaker.storage import challenges
from matchmaker.storage.database import Sessions
from tests.factories import NOW, a_workshop, an_expert
from tests.services.conftest import Start
from tests.services.encoders import CountingEncoder, SpeakingEncoder

WELDING = (
    "Our welded aluminium frames have cracks. "
    "We need testing of welded joints with ultrasound and radiography. "
    "Robot welding of small series is planned."
)
PLANNING = "Planlægning af ordrer i en maskinfabrik med mange varenumre er svært for os."
CAMERAS = "Camera inspection of surfaces finds defects with too few images. Who has lenses?"


def a_sample(text: str, **values: Any) -> Challenge:
    defaults = {"language": "en", "sample": True, "created_at": NOW, "updated_at": NOW}
    return Challenge(text=text, **{**defaults, **values})


def lenient(service: Matchmaker, **values: Any) -> DirectionService:
    """Return the directions of a service under a policy that leaves nobody out."""
    policy = replace(
        service.matchmaking.policy,
        name="lenient",
        fit_from=MappingProxyType({Fit.POSSIBLE: 0.0}),
        answer_from=0.0,
        alike_from=2.0,  # nobody is folded under another
    )
    matchmaking = replace(service.matchmaking, policies={"lenient": policy}, policy_name="lenient")
    return replace(service.directions, matchmaking=matchmaking, **values)


@pytest.fixture
def workshop(service: Matchmaker) -> Matchmaker:
    """The eight profiles of ``factories.a_workshop``, indexed, and three samples."""
    service.profiles.register_all(a_workshop())
    service.indexing.sync()
    service.challenges.register_samples(
        [
            a_sample(WELDING, title="Cracks", latitude=55.4, longitude=10.4),
            a_sample(PLANNING, title="Ordrer", language="da"),
            a_sample(CAMERAS, title="Few images"),
        ]
    )
    return service


def profile_id(service: Matchmaker, name: str) -> UUID:
    return service.profiles.page(text=name).items[0].id


def titles(service: Matchmaker, name: str, **how: Any) -> list[str]:
    found = service.directions.challenges_for(profile_id(service, name), **how)
    return [one.challenge.title for one in found.items]


def test_every_profile_has_the_score_that_a_stored_run_gives_it(workshop: Matchmaker) -> None:
    turned = lenient(workshop)
    in_runs: dict[tuple[UUID, UUID], tuple[float, object]] = {}
    for sample in workshop.challenges.samples():
        run = turned.matchmaking.run(sample.id, conditions=Conditions(limit=100))
        for match in turned.matchmaking.get_run(run.id).matches:
            in_runs[sample.id, match.profile_id] = match.score, match.reason
    other_way = {
        (one.challenge.id, profile.id): (one.score, one.reason)
        for profile in workshop.profiles.page().items
        for one in turned.challenges_for(profile.id).items
    }
    assert len(in_runs) == 24
    assert other_way == in_runs


def test_the_challenges_that_fit_come_best_first_with_passage_and_sentence(
    workshop: Matchmaker,
) -> None:
    found = workshop.directions.challenges_for(profile_id(workshop, "Ida Berg"))
    (first, *_) = found.items
    policy = workshop.matchmaking.policy
    assert first.challenge.title == "Cracks"
    assert first.fit is policy.fit(first.score)
    (cracks,) = [passage for passage in first.reason.evidence if "cracks" in passage.text]
    assert "cracks" in first.challenge.sentences[cracks.answers]
    scores = [one.score for one in found.items]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= policy.answer_from
    assert titles(workshop, "Jens Falk") == ["Ordrer"]


def test_what_fits_less_than_an_answer_has_to_is_left_out(workshop: Matchmaker) -> None:
    assert len(titles(workshop, "Ida Berg")) < 3
    assert len(lenient(workshop).challenges_for(profile_id(workshop, "Ida Berg")).items) == 3


def test_a_list_comes_in_parts(workshop: Matchmaker) -> None:
    turned, ida = lenient(workshop), profile_id(workshop, "Ida Berg")
    whole = turned.challenges_for(ida)
    part = turned.challenges_for(ida, offset=1, limit=1)
    assert (part.total, part.offset, part.limit) == (3, 1, 1)
    assert part.items == whole.items[1:2]


def test_nothing_is_encoded_twice_and_new_vectors_are_kept(
    start: Start, workshop: Matchmaker, counting: CountingEncoder
) -> None:
    titles(workshop, "Ida Berg")
    assert len(counting.queries) == len({*counting.queries})
    with Sessions(workshop.engine).reading() as session:
        assert session.query(ChallengeVector).count() == 3
    counting.queries.clear()
    titles(workshop, "Jens Falk")
    workshop.directions.similar(workshop.challenges.samples()[0].id)
    workshop.matchmaking.run(workshop.challenges.samples()[0].id)
    again = start(counting)  # another process
    titles(again, "Ida Berg")
    assert counting.queries == []


def test_no_transaction_is_open_while_challenges_are_encoded(
    workshop: Matchmaker, counting: CountingEncoder
) -> None:
    late: list[Challenge] = []
    counting.during_queries = lambda: late.append(
        workshop.challenges.submit(text="A write that has to wait for nobody.")
    )
    titles(workshop, "Ida Berg")
    assert late


def test_a_challenge_that_is_revised_while_it_is_encoded_is_read_again(
    workshop: Matchmaker, counting: CountingEncoder
) -> None:
    challenge = workshop.challenges.submit(text=CAMERAS)
    counting.during_queries = lambda: workshop.challenges.revise(
        challenge.id, expected_revision=1, text=WELDING
    )
    held = workshop.directions.challenges
    held.catch_up()
    assert workshop.directions.similar(challenge.id, public=False).sentences[0].startswith("Our")
    with Sessions(workshop.engine).reading() as session:
        present = challenges.get(session, challenge.id)
        spec = counting.spec
        kept = challenges.vectors(session, present, spec.fingerprint, spec.dimension)
    assert kept is not None
    assert len(kept) == 4


def test_a_revised_text_counts_at_once(workshop: Matchmaker) -> None:
    challenge = workshop.challenges.submit(text=PLANNING, title="Mine", language="da")
    assert "Mine" in titles(workshop, "Jens Falk", public=False)
    workshop.challenges.revise(challenge.id, expected_revision=1, text=WELDING, language="en")
    assert "Mine" not in titles(workshop, "Jens Falk", public=False)
    assert "Mine" in titles(workshop, "Ida Berg", public=False)


def test_a_withdrawn_challenge_is_gone_at_once(workshop: Matchmaker) -> None:
    mine = workshop.challenges.submit(text=WELDING, title="Mine")
    cracks = next(one for one in workshop.challenges.samples() if one.title == "Cracks")
    assert "Mine" in titles(workshop, "Ida Berg", public=False)
    assert workshop.directions.similar(cracks.id, public=False).page.total == 1
    workshop.challenges.withdraw(mine.id, expected_revision=1)
    assert "Mine" not in titles(workshop, "Ida Berg", public=False)
    assert workshop.directions.similar(cracks.id, public=False).page.total == 0
    withdrawn = workshop.directions.similar(mine.id, public=False)
    assert (withdrawn.sentences, withdrawn.page.total) == ((), 0)


def test_a_changed_profile_counts_as_soon_as_it_is_indexed(workshop: Matchmaker) -> None:
    assert titles(workshop, "Klyngen") == []
    cluster = workshop.profiles.get(profile_id(workshop, "Klyngen"))
    workshop.profiles.register_all([an_expert("Klyngens svejser", evidence=(WELDING,)), cluster])
    workshop.indexing.sync()
    assert titles(workshop, "Klyngens svejser") == ["Cracks"]


def moved_on(service: Matchmaker, challenge_id: UUID, *actions: ChallengeAction) -> None:
    with Sessions(service.engine).writing() as session:
        challenge = challenges.get(session, challenge_id)
        for action in actions:
            challenge.apply(action, at=NOW)


def test_others_see_samples_and_opened_challenges_only(
    workshop: Matchmaker, counting: CountingEncoder
) -> None:
    mine = workshop.challenges.submit(text=WELDING, title="Mine")
    cracks = next(one for one in workshop.challenges.samples() if one.title == "Cracks")

    def seen(*, public: bool) -> tuple[bool, bool]:
        alike = workshop.directions.similar(cracks.id, public=public).page.items
        return (
            "Mine" in titles(workshop, "Ida Berg", public=public),
            "Mine" in [one.challenge.title for one in alike],
        )

    assert (seen(public=True), seen(public=False)) == ((False, False), (True, True))
    encoded = len(counting.queries)
    moved_on(workshop, mine.id, ChallengeAction.OPEN)
    assert (seen(public=True), seen(public=False)) == ((True, True), (True, True))
    # Closed: not to be matched any more, and its firm's own again.
    moved_on(workshop, mine.id, ChallengeAction.CLOSE)
    assert (seen(public=True), seen(public=False)) == ((False, False), (False, True))
    assert len(counting.queries) == encoded  # the text has stayed the same


def test_the_id_of_a_firms_challenge_is_told_to_nobody(workshop: Matchmaker) -> None:
    mine = workshop.challenges.submit(text=WELDING * 3, title="Mine")
    moved_on(workshop, mine.id, ChallengeAction.OPEN)
    found = workshop.directions.challenges_for(profile_id(workshop, "Ida Berg"))
    shown = {one.challenge.title: one.challenge.in_short() for one in found.items}
    assert shown["Mine"].id is None
    assert shown["Mine"].state is ChallengeState.OPEN
    assert shown["Mine"].excerpt.endswith(" …")
    assert len(shown["Mine"].excerpt) <= 200
    assert shown["Cracks"].id == shown["Cracks"].id is not None
    assert shown["Cracks"].excerpt == WELDING


def test_a_profile_that_is_not_eligible_has_no_challenges(workshop: Matchmaker) -> None:
    away = an_expert("Away", evidence=(WELDING,), on_leave_until=NOW.date().replace(year=2030))
    near = an_expert("Near", evidence=(WELDING,), can_travel_km=100)
    hidden = an_expert("Hidden", evidence=(WELDING,), visibility=Visibility.STAFF)
    workshop.profiles.register_all([away, near, hidden])
    workshop.challenges.submit(text=WELDING, title="Around the corner", place="Aalborg")
    workshop.challenges.submit(text=WELDING, title="Anywhere")
    waiting = workshop.directions.challenges_for(near.id)
    assert waiting.items == []  # not indexed yet
    workshop.indexing.sync()
    assert titles(workshop, "Away") == []
    # "Cracks" comes from Odense, 180 km away.
    assert set(titles(workshop, "Near", public=False)) == {"Around the corner", "Anywhere"}
    with pytest.raises(NotFound):
        workshop.directions.challenges_for(hidden.id)


def test_of_many_challenges_the_nearest_in_meaning_are_judged(
    workshop: Matchmaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lenient(workshop).challenges_for(profile_id(workshop, "Ida Berg"))
    monkeypatch.setattr(directions, "ALL", 2)
    monkeypatch.setattr(directions, "NEAREST", 1)
    part = lenient(workshop).challenges_for(profile_id(workshop, "Ida Berg"))
    assert part.items == whole.items[:1]


def test_without_challenges_there_is_nothing_to_find(service: Matchmaker) -> None:
    ida = an_expert()
    service.profiles.register_all([ida])
    service.indexing.sync()
    assert service.directions.challenges_for(ida.id).total == 0


def test_what_is_not_there_is_said(workshop: Matchmaker) -> None:
    with pytest.raises(NotFound):
        workshop.directions.challenges_for(uuid4())
    with pytest.raises(NotFound):
        workshop.directions.similar(uuid4())


def test_without_an_index_the_answer_has_to_wait(tmp_path: Any, start: Start) -> None:
    service = start(CountingEncoder(32))  # the live generation is that of another encoder
    expert = an_expert()
    service.profiles.register_all([expert])
    with pytest.raises(IndexNotReady):
        service.directions.challenges_for(expert.id)


def test_an_index_that_never_stands_still_is_given_up(
    workshop: Matchmaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ida = profile_id(workshop, "Ida Berg")
    number = count()
    replica = workshop.matchmaking.replica
    catch_up = replica.catch_up

    def meanwhile() -> None:
        catch_up()
        workshop.profiles.register_all([an_expert(f"Expert {next(number)}")])
        workshop.indexing.sync()

    monkeypatch.setattr(replica, "catch_up", meanwhile)
    with pytest.raises(IndexNotReady):
        workshop.directions.challenges_for(ida)


def test_like_finds_like_across_languages(start: Start) -> None:
    service = start(SpeakingEncoder())
    service.indexing.rebuild()
    danish = "Vi svejser aluminium og der er revner i sømmen. Vi finder ikke årsagen til revner."
    english = "We weld aluminium and there are cracks in the seam. We do not find the cause."
    other = "We plan the orders and the delivery of the orders for the week in a hurry."
    andet = "Vi planlægger ordrer og levering af ordrer for den uge og det er ikke let."
    service.challenges.register_samples(
        [
            a_sample(english, title="english"),
            a_sample(other, title="other"),
            a_sample(andet, title="andet", language="da"),
        ]
    )
    asked = service.challenges.submit(text=danish, language="da")
    found = service.directions.similar(asked.id)
    assert found.page.items[0].challenge.title == "english"
    mine, theirs = found.page.items[0].pairs[0]
    assert "revner" in found.sentences[mine]
    assert "crack" in found.page.items[0].challenge.sentences[theirs]


def test_similar_challenges_come_in_parts_and_never_the_asked_one(workshop: Matchmaker) -> None:
    turned = replace(workshop.directions, rule=SimilarityRule(floor=-1.0))
    cracks = next(one for one in workshop.challenges.samples() if one.title == "Cracks")
    whole = turned.similar(cracks.id).page
    assert {one.challenge.title for one in whole.items} == {"Ordrer", "Few images"}
    scores = [one.score for one in whole.items]
    assert scores == sorted(scores, reverse=True)
    part = turned.similar(cracks.id, offset=1, limit=1).page
    assert (part.total, part.items) == (2, whole.items[1:])


def test_warming_up_encodes_the_challenges(workshop: Matchmaker, counting: CountingEncoder) -> None:
    workshop.warm_up()
    counting.queries.clear()
    titles(workshop, "Ida Berg")
    assert counting.queries == []


def test_how_far_the_encoding_is_can_be_watched(workshop: Matchmaker) -> None:
    for number in range(20):
        workshop.challenges.submit(text=f"{WELDING} Frame number {number}.")
    reported: list[tuple[int, int]] = []
    workshop.directions.challenges.catch_up(lambda done, total: reported.append((done, total)))
    assert reported == [(16, 23), (23, 23)]
