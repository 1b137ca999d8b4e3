"""From a challenge to partners, kept and replayed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from embeddings.indexes.exact import ExactIndex
from embeddings.protocols import Ids, Vectors
from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import IndexNotReady, InvalidInput, NotFound, TransitionNotAllowed
from matchmaker.matching.policy import DEFAULT_POLICY
from matchmaker.models import (
    Challenge,
    ChallengeVector,
    Conditions,
    Fit,
    Match,
    MatchRun,
    PartnerKind,
    Profile,
)
from matchmaker.services import matchmaking
from matchmaker.storage import profiles
from matchmaker.storage.database import Sessions, downgrade, upgrade
from tests.factories import NOW, a_workshop, an_expert, an_organisation
from tests.services.conftest import Start
from tests.services.encoders import CountingEncoder

WELDING = (
    "Our welded aluminium frames have cracks. "
    "We need testing of welded joints with ultrasound and radiography. "
    "Robot welding of small series is planned."
)


@pytest.fixture
def workshop(service: Matchmaker) -> Matchmaker:
    """The service with the eight profiles of ``factories.a_workshop``, indexed."""
    service.profiles.register_all(a_workshop())
    service.indexing.sync()
    return service


@pytest.fixture
def challenge(workshop: Matchmaker) -> Challenge:
    """A challenge about welding, from Odense."""
    return workshop.challenges.submit(text=WELDING, title="Cracks", language="en", place="Odense")


def listed(run: MatchRun) -> list[tuple[int, str, float]]:
    return [(match.rank, match.profile.name, match.score) for match in run.matches]


def names(run: MatchRun) -> list[str]:
    return [match.profile.name for match in run.matches]


def stored(service: Matchmaker, table: type[Any]) -> int:
    with Sessions(service.engine).reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def lenient(service: Matchmaker, **values: Any) -> matchmaking.MatchmakingService:
    """Return the matchmaking of a service, with a policy that shows everybody it finds."""
    policy = replace(
        DEFAULT_POLICY, name="lenient", fit_from=MappingProxyType({Fit.POSSIBLE: 0.0}), **values
    )
    return replace(service.matchmaking, policies={"lenient": policy}, policy_name="lenient")


def test_a_challenge_becomes_a_list_that_is_kept_and_replayed_to_the_same(
    workshop: Matchmaker, challenge: Challenge
) -> None:
    run = workshop.matchmaking.run(challenge.id)
    assert names(run)[:2] in (
        ["Ida Berg", "Institut for Sømme"],
        ["Institut for Sømme", "Ida Berg"],
    )
    assert {"Jens Falk", "Klyngen"}.isdisjoint(names(run)[:2])
    assert [match.rank for match in run.matches] == list(range(1, len(run.matches) + 1))
    order = list(Fit)
    fits = [order.index(match.fit) for match in run.matches]
    assert fits == sorted(fits)
    assert all(match.score >= DEFAULT_POLICY.floor for match in run.matches)
    assert all(match.fit is DEFAULT_POLICY.fit(match.score) for match in run.matches)

    kept = workshop.matchmaking.get_run(run.id)
    assert listed(kept) == listed(run)
    assert [match.reason for match in kept.matches] == [match.reason for match in run.matches]
    assert kept.sentences == ["Cracks", *WELDING.replace(". ", ".|").split("|")]
    assert (kept.language, kept.challenge_revision) == ("en", 1)
    assert kept.weights == DEFAULT_POLICY.as_json()
    assert kept.place["city"] == "Odense"
    assert kept.log_position == 8

    replay = workshop.matchmaking.replay(run.id)
    assert replay.same
    assert replay.index_unchanged
    assert stored(workshop, MatchRun) == 1


def test_a_reason_points_to_the_passage_and_the_sentence_it_answers(
    workshop: Matchmaker, challenge: Challenge
) -> None:
    run = workshop.matchmaking.run(challenge.id)
    ida = next(match for match in run.matches if match.profile.name == "Ida Berg")
    expert = workshop.profiles.get(ida.profile_id)
    (first, *_) = ida.reason.evidence
    assert first.text in [item.text for item in expert.evidence]
    assert first.evidence_id in [item.id for item in expert.evidence]
    assert 0 <= first.answers < len(run.sentences)
    shared = set(run.sentences[first.answers].lower().rstrip(".").split())
    assert shared & set(first.text.lower().rstrip(".").split())
    assert ida.reason.facts.distance_km == 187  # Odense to Aalborg
    assert ida.reason.facts.speaks_challenge_language
    for match in run.matches:
        assert set(match.reason.uncovered).isdisjoint(one.answers for one in match.reason.evidence)


def test_the_funnel_says_how_many_each_step_left(
    workshop: Matchmaker, challenge: Challenge
) -> None:
    conditions = Conditions(languages=("da",), partner_kinds=(PartnerKind.EXPERT, PartnerKind.HUB))
    workshop.profiles.register_all([an_expert("Away", on_leave_until=date(2027, 1, 1))])
    run = workshop.matchmaking.run(challenge.id, conditions=conditions)
    steps = dict(run.funnel)
    assert [steps[name] for name in ("all", "visible", "available", "partner-kind")] == [9, 0, 1, 5]
    assert [steps[name] for name in ("language", "distance", "eligible")] == [0, 0, 3]
    assert steps["matched"] == len(run.matches)
    assert Conditions.from_json(run.conditions) == conditions
    assert workshop.matchmaking.get_run(run.id).funnel == run.funnel


def test_only_who_meets_the_conditions_is_in_the_list(
    workshop: Matchmaker, challenge: Challenge
) -> None:
    service = lenient(workshop)
    kinds = Conditions(partner_kinds=(PartnerKind.INTERNATIONAL_PARTNER,))
    assert names(service.run(challenge.id, conditions=kinds)) == ["Svetsinstitutet"]
    swedish = Conditions(languages=("sv",))
    assert names(service.run(challenge.id, conditions=swedish)) == ["Svetsinstitutet"]
    near = service.run(challenge.id, conditions=Conditions(within_km=200))
    assert "Svetsinstitutet" not in names(near)
    assert names(near)
    assert service.run(challenge.id, conditions=Conditions(within_km=20)).matches == []
    assert len(service.run(challenge.id, conditions=Conditions(limit=2)).matches) == 2


def test_the_slate_keeps_one_family_from_filling_the_list(service: Matchmaker) -> None:
    top = an_organisation("Top", evidence=("Welding of aluminium frames with cracks.",))
    things = (
        "Laser welds.",
        "Robots.",
        "Old cracks.",
        "Ship frames.",
        "Pipes, aluminium.",
        "Saws.",
    )
    parts = [
        an_organisation(f"Part {number}", summary=thing, parent_id=top.id, evidence=(thing,))
        for number, thing in enumerate(things)
    ]
    other = an_organisation("Other", evidence=("Cracks in frames.",))
    service.profiles.register_all([top, *parts, other])
    service.indexing.sync()
    challenge = service.challenges.submit(
        text="Welding of aluminium frames with cracks.", language="en"
    )
    found = names(lenient(service).run(challenge.id))
    assert len(found) == DEFAULT_POLICY.slate.per_family + 1
    assert "Other" in found


def test_the_slate_lets_a_rare_kind_in(service: Matchmaker) -> None:
    experts = [
        an_expert(f"Expert {number}", summary="Cracks in welds.", evidence=("Cracks in welds.",))
        for number in range(30)
    ]
    rare = an_organisation("Rare", summary="Cracks.", country="SE", evidence=("Welds in bridges.",))
    service.profiles.register_all([*experts, rare])
    service.indexing.sync()
    challenge = service.challenges.submit(text="Cracks in welds everywhere.", language="en")
    run = lenient(service).run(challenge.id, conditions=Conditions(limit=8))
    assert names(run)[-1] == "Rare"
    assert len(run.matches) == 8


def test_nobody_who_fits_is_a_result_and_no_error(workshop: Matchmaker) -> None:
    challenge = workshop.challenges.submit(
        text="Brød hæver ikke og surdejen lugter mærkeligt.", language="da"
    )
    run = workshop.matchmaking.run(challenge.id)
    assert run.matches == []
    steps = dict(run.funnel)
    assert steps["eligible"] == 8
    assert steps["above-floor"] == steps["matched"] == 0
    assert workshop.matchmaking.get_run(run.id).matches == []
    assert workshop.matchmaking.replay(run.id).same


def test_an_index_without_profiles_answers_with_nobody(service: Matchmaker) -> None:
    challenge = service.challenges.submit(text=WELDING, language="en")
    run = service.matchmaking.run(challenge.id)
    assert (run.matches, dict(run.funnel)["all"]) == ([], 0)


def test_profiles_in_a_list_come_complete_without_evidence(
    workshop: Matchmaker, challenge: Challenge
) -> None:
    run = workshop.matchmaking.run(challenge.id)
    for source in (run, workshop.matchmaking.get_run(run.id)):
        for match in source.matches:
            columns = type(match.profile).__mapper__.columns.keys()
            assert all(hasattr(match.profile, name) for name in columns)


def test_each_stage_is_timed(workshop: Matchmaker, challenge: Challenge) -> None:
    times = workshop.matchmaking.run(challenge.id).timings_ms
    assert {"encode", "eligibility", "dense", "lexical", "judge", "reasons", "write"} <= set(times)
    assert times["total"] == pytest.approx(sum(times.values()) - times["total"], abs=0.1)


def test_runs_of_a_challenge_come_newest_first(workshop: Matchmaker, challenge: Challenge) -> None:
    runs = [workshop.matchmaking.run(challenge.id).id for _ in range(3)]
    assert [run.id for run in workshop.matchmaking.runs_of(challenge.id)] == runs[::-1]


def test_asking_again_needs_no_second_encoding(
    workshop: Matchmaker, challenge: Challenge, counting: CountingEncoder, start: Start
) -> None:
    first = workshop.matchmaking.run(challenge.id)
    encoded = list(counting.queries)
    assert encoded == first.sentences
    again = workshop.matchmaking.run(challenge.id, conditions=Conditions(limit=3))
    elsewhere = start(counting).matchmaking.run(challenge.id)
    workshop.matchmaking.replay(first.id)
    assert counting.queries == encoded
    assert listed(elsewhere) == listed(first)
    assert len(again.matches) == 3
    assert stored(workshop, ChallengeVector) == 1


def test_a_revised_challenge_is_encoded_again_and_its_old_runs_stay(
    workshop: Matchmaker, challenge: Challenge, counting: CountingEncoder
) -> None:
    first = workshop.matchmaking.run(challenge.id)
    workshop.challenges.revise(
        challenge.id,
        expected_revision=1,
        title="",
        language="da",
        text="Planlægning af ordrer i en maskinfabrik. Simulering af flow og omstillingstid.",
    )
    counting.queries.clear()
    second = workshop.matchmaking.run(challenge.id)
    assert counting.queries == second.sentences
    assert names(second)[0] == "Jens Falk"
    assert (second.language, second.challenge_revision) == ("da", 2)
    assert listed(workshop.matchmaking.get_run(first.id)) == listed(first)
    replay = workshop.matchmaking.replay(first.id)
    assert replay.same
    assert replay.index_unchanged


def test_a_replay_asks_from_where_the_firm_was_then(
    workshop: Matchmaker, challenge: Challenge
) -> None:
    first = lenient(workshop).run(challenge.id, conditions=Conditions(within_km=200))
    workshop.challenges.revise(challenge.id, expected_revision=1, place="Rønne")
    replay = lenient(workshop).replay(first.id)
    assert replay.same
    assert replay.stored


def test_a_replay_after_a_change_of_the_index_says_so(
    workshop: Matchmaker, challenge: Challenge
) -> None:
    run = workshop.matchmaking.run(challenge.id)
    workshop.profiles.register_all(
        [an_expert("Newcomer", summary=WELDING, evidence=(WELDING, f"{WELDING} Indeed."))]
    )
    workshop.indexing.sync()
    replay = workshop.matchmaking.replay(run.id)
    assert not replay.index_unchanged
    assert not replay.same
    assert replay.stored == [(match.profile_id, match.score) for match in run.matches]


def test_a_replay_after_a_rebuild_says_so_and_is_the_same_for_everybody(
    workshop: Matchmaker, challenge: Challenge, start: Start
) -> None:
    run = workshop.matchmaking.run(challenge.id)
    workshop.indexing.rebuild()
    # A new generation knows better where challenges lie, from those that were asked.
    again = [service.matchmaking.replay(run.id) for service in (workshop, start())]
    assert not any(replay.index_unchanged for replay in again)
    assert again[0].again == again[1].again
    assert {one for one, _ in again[0].again} == {one for one, _ in again[0].stored}


def test_a_replay_needs_the_policy_of_the_run(workshop: Matchmaker, challenge: Challenge) -> None:
    run = lenient(workshop).run(challenge.id)
    with pytest.raises(
        InvalidInput, match=f"lenient version {DEFAULT_POLICY.version} is not known any more"
    ):
        workshop.matchmaking.replay(run.id)
    with pytest.raises(InvalidInput, match="not known any more"):
        lenient(workshop, pooling=(1.0,)).replay(run.id)


def test_an_erased_profile_is_in_no_list_any_more(
    workshop: Matchmaker, challenge: Challenge
) -> None:
    run = workshop.matchmaking.run(challenge.id)
    gone = run.matches[0]
    workshop.profiles.erase(gone.profile_id)
    kept = workshop.matchmaking.get_run(run.id)
    assert [match.id for match in kept.matches] == [match.id for match in run.matches[1:]]
    again = workshop.matchmaking.run(challenge.id)
    assert gone.profile_id not in {match.profile_id for match in again.matches}


def test_a_withdrawn_challenge_is_not_matched(workshop: Matchmaker, challenge: Challenge) -> None:
    workshop.challenges.withdraw(challenge.id, expected_revision=1)
    with pytest.raises(TransitionNotAllowed, match="withdrawn cannot match"):
        workshop.matchmaking.run(challenge.id)
    assert stored(workshop, MatchRun) == 0


def test_what_is_not_there_is_not_found(workshop: Matchmaker) -> None:
    nowhere = uuid4()
    for ask in (
        workshop.matchmaking.run,
        workshop.matchmaking.get_run,
        workshop.matchmaking.runs_of,
        workshop.matchmaking.replay,
    ):
        with pytest.raises(NotFound):
            ask(nowhere)


def test_before_the_first_index_nothing_is_matched(
    service: Matchmaker, counting: CountingEncoder
) -> None:
    downgrade(service.engine, "base")
    upgrade(service.engine)
    challenge = service.challenges.submit(text=WELDING, language="en")
    with pytest.raises(IndexNotReady, match="not been indexed yet") as refused:
        service.matchmaking.run(challenge.id)
    assert refused.value.retry_after > 0
    service.profiles.register_all(a_workshop())
    service.indexing.sync()
    assert service.matchmaking.run(challenge.id).matches


def test_with_another_encoder_nothing_is_matched_until_it_is_indexed(
    workshop: Matchmaker, challenge: Challenge, start: Start
) -> None:
    other = start(CountingEncoder(32))
    with pytest.raises(IndexNotReady, match="another encoder than hashing:32"):
        other.matchmaking.run(challenge.id)
    other.indexing.sync()
    run = other.matchmaking.run(challenge.id)
    assert run.matches
    assert stored(workshop, ChallengeVector) == 1
    with pytest.raises(IndexNotReady):
        workshop.matchmaking.run(challenge.id)


def test_who_waits_for_the_indexer_is_matched_as_they_were(
    workshop: Matchmaker, challenge: Challenge
) -> None:
    before = workshop.matchmaking.run(challenge.id)
    with Sessions(workshop.engine).writing() as session:
        profile = profiles.find(session, before.matches[0].profile_id)
        assert profile is not None
        profile.revise(at=NOW, summary="Something else now.")
    assert listed(workshop.matchmaking.run(challenge.id)) == listed(before)


def test_two_processes_give_the_same_list(
    workshop: Matchmaker, challenge: Challenge, start: Start
) -> None:
    assert listed(start().matchmaking.run(challenge.id)) == listed(
        workshop.matchmaking.run(challenge.id)
    )


@pytest.mark.parametrize("change", ["revise", "erase", "rebuild"])
def test_what_is_indexed_while_a_challenge_is_encoded_is_in_the_list(
    workshop: Matchmaker, challenge: Challenge, counting: CountingEncoder, start: Start, change: str
) -> None:
    best = workshop.matchmaking.run(challenge.id).matches[0].profile_id
    other = workshop.challenges.submit(text=f"{WELDING} Please help.", language="en")
    elsewhere = start()

    def meanwhile() -> None:
        if change == "erase":
            elsewhere.profiles.erase(best)
        if change == "rebuild":
            elsewhere.indexing.rebuild()
        if change == "revise":
            with Sessions(workshop.engine).writing() as session:
                profile = profiles.find(session, best)
                assert profile is not None
                profile.replace_evidence([], at=NOW.replace(hour=12))
            elsewhere.indexing.sync()

    counting.during_queries = meanwhile
    run = workshop.matchmaking.run(other.id)
    assert run.matches
    assert listed(start().matchmaking.run(other.id)) == listed(run)
    assert workshop.matchmaking.replay(run.id).index_unchanged


class MeddlingIndex(ExactIndex):
    """Lets something happen while candidates are judged."""

    meanwhile: Callable[[], object] | None = None

    def vectors(self, ids: Ids) -> Vectors:
        if MeddlingIndex.meanwhile is not None:
            happen, MeddlingIndex.meanwhile = MeddlingIndex.meanwhile, None
            happen()
        return super().vectors(ids)


def test_one_who_is_erased_while_candidates_are_judged_is_left_out(
    workshop: Matchmaker, challenge: Challenge, start: Start
) -> None:
    before = workshop.matchmaking.run(challenge.id)
    best = before.matches[0].profile_id
    MeddlingIndex.meanwhile = lambda: workshop.profiles.erase(best)
    run = start(index=MeddlingIndex).matchmaking.run(challenge.id)
    assert MeddlingIndex.meanwhile is None
    assert [match.profile_id for match in run.matches] == [
        match.profile_id for match in before.matches[1:]
    ]
    assert listed(workshop.matchmaking.get_run(run.id)) == listed(run)


def test_an_index_that_never_rests_is_said(
    workshop: Matchmaker, challenge: Challenge, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matchmaker.services.replica import IndexReplica

    elsewhere = start()
    restless = start()
    original = IndexReplica.catch_up

    def caught_up_too_early(self: IndexReplica) -> None:
        original(self)
        elsewhere.profiles.register_all([an_expert()])
        elsewhere.indexing.sync()

    monkeypatch.setattr(IndexReplica, "catch_up", caught_up_too_early)
    with pytest.raises(IndexNotReady, match="changing faster") as refused:
        restless.matchmaking.run(challenge.id)
    assert refused.value.retry_after == 1


def test_vectors_of_another_way_of_splitting_are_not_used(
    workshop: Matchmaker, challenge: Challenge, counting: CountingEncoder
) -> None:
    expected = workshop.matchmaking.run(challenge.id)
    with Sessions(workshop.engine).writing() as session:
        kept = session.get_one(ChallengeVector, (challenge.id, counting.spec.fingerprint))
        kept.vectors = kept.vectors[: counting.spec.dimension * 2]
    assert listed(workshop.matchmaking.run(challenge.id)) == listed(expected)
    assert workshop.matchmaking.replay(expected.id).same


def test_a_run_that_is_deleted_takes_its_matches_along_and_leaves_the_profiles(
    workshop: Matchmaker, challenge: Challenge
) -> None:
    run = workshop.matchmaking.run(challenge.id)
    with Sessions(workshop.engine).writing() as session:
        session.delete(session.get_one(MatchRun, run.id))
    assert stored(workshop, Match) == 0
    assert stored(workshop, Profile) == 8
