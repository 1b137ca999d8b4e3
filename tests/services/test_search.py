"""From a question to a ranking: whichever way the planner goes, the list is the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.faiss import FaissIndex
from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.policy import DEFAULT_POLICY, POLICIES, MatchingPolicy
from matchmaker.matching.terms import passage_ways
from matchmaker.models import Conditions, EligibilityRule, PartnerKind, Profile
from matchmaker.services import search as search_module
from matchmaker.services.question import Question, Stopwatch
from matchmaker.services.replica import IndexReplica
from matchmaker.services.search import BLOCK, Ranking, Search, whole_and_blocks
from matchmaker.storage import eligibility, generations
from matchmaker.storage.database import Sessions
from tests.factories import an_expert
from tests.services.worlds import TODAY, World

#: Small shares, so that sixty profiles are many.
TIGHT = replace(DEFAULT_POLICY, depth=3, depth_per_kind=1)
ALL, NONE = 10**9, 0
Rank = Callable[..., Ranking]


def a_replica(service: Matchmaker, index: Any = ExactIndex) -> IndexReplica:
    replica = IndexReplica(Sessions(service.engine), service.indexing.encoder, index)
    replica.catch_up()
    return replica


def rank(
    service: Matchmaker,
    replica: IndexReplica,
    question: Question,
    policy: MatchingPolicy = TIGHT,
    **how: Any,
) -> Ranking:
    with Sessions(service.engine).reading() as session:
        return Search(replica).rank(session, question, policy, Stopwatch(), **how)


def shown(ranking: Ranking) -> dict[str, Any]:
    """Return all that a plan could change."""
    return {
        "considered": {(one.candidate.profile_id, one.score) for one in ranking.ordered},
        "order": [one.candidate.profile_id for one in ranking.ordered],
        "matches": ranking.matches,
        "funnel": ranking.funnel,
    }


@pytest.fixture(params=range(4))
def world(request: pytest.FixtureRequest, service: Matchmaker) -> World:
    """Sixty profiles, indexed in three steps with changes between."""
    world = World(request.param)
    given_: list[Profile] = []
    for _ in range(3):
        new = [world.profile() for _ in range(22)]
        service.profiles.register_all(new)
        service.indexing.sync()
        given_ += new
        gone = world.dice.choice(given_)
        given_.remove(gone)
        service.profiles.erase(gone.id)
    return world


@pytest.mark.parametrize("first_depth", [2, 15, 1_000])
def test_both_plans_give_the_same_list(
    service: Matchmaker, world: World, monkeypatch: pytest.MonkeyPatch, first_depth: int
) -> None:
    monkeypatch.setattr(search_module, "FIRST_DEPTH", first_depth)
    replica = a_replica(service)
    policies = [
        TIGHT,
        DEFAULT_POLICY,
        replace(TIGHT, depth=0),
        replace(TIGHT, depth_per_kind=0),
        replace(TIGHT, lexical_weight=0.0, lexical_weight_across=0.0),
        replace(TIGHT, dense_weight=0.0),
        replace(DEFAULT_POLICY, depth=10, depth_per_kind=3),
    ]
    for number in range(25):
        question = world.question(service.indexing.encoder)
        policy = policies[number % len(policies)]
        handed_over = rank(service, replica, question, policy, few=ALL)
        searched_first = rank(service, replica, question, policy, few=NONE)
        assert shown(searched_first) == shown(handed_over), (number, question.conditions, policy)


def test_every_index_and_every_past_gives_the_same_list(service: Matchmaker, world: World) -> None:
    grown, fresh = service.matchmaking.replica, a_replica(service, FaissIndex)
    grown.catch_up()
    for _ in range(15):
        question = world.question(service.indexing.encoder)
        assert shown(rank(service, grown, question)) == shown(rank(service, fresh, question))


def the_eligible(service: Matchmaker, question: Question) -> set[UUID]:
    """Return who may be proposed; terms are looked for in the passages as they are stored."""
    conditions = question.conditions
    plain = replace(conditions, required_terms=(), excluded_terms=())
    stored: dict[UUID, list[set[str]]] = {}
    with Sessions(service.engine).reading() as session:
        rows = eligibility.everybody(session, plain, question.place, TODAY)
        live = generations.live(session)
        assert live is not None
        for passage in generations.passages(session, live.id):
            stored.setdefault(passage[1], []).append(set(passage[3].split(" ")))

    def holds(profile_id: UUID, term: str) -> bool:
        return any(
            all(one & passage for one in way)
            for passage in stored.get(profile_id, [])
            for way in passage_ways(term)
        )

    return {
        one
        for one in (UUID(row[0]) for row in rows)
        if all(holds(one, term) for term in conditions.required_terms)
        and not any(holds(one, term) for term in conditions.excluded_terms)
    }


def test_only_eligible_profiles_are_looked_at_and_the_funnel_adds_up(
    service: Matchmaker, world: World
) -> None:
    replica = a_replica(service)
    for _ in range(15):
        question = world.question(service.indexing.encoder)
        found = rank(service, replica, question, DEFAULT_POLICY, few=world.dice.choice([ALL, NONE]))
        eligible = the_eligible(service, question)
        assert {one.candidate.profile_id for one in found.ordered} <= eligible
        steps = dict(found.funnel)
        assert list(steps) == [
            *("all", "visible", "available", "partner-kind", "language", "distance"),
            *("capacity", "cool-down", "conflict"),
            *("required-terms", "excluded-terms", "dismissed"),
            *("eligible", "considered", "above-floor", "folded", "matched"),
        ]
        assert steps["eligible"] == len(eligible)
        removed = sum(steps[rule.value] for rule in EligibilityRule)
        assert steps["all"] - removed == steps["eligible"]
        assert steps["eligible"] >= steps["considered"] >= steps["above-floor"]
        assert steps["above-floor"] - steps["folded"] >= steps["matched"]
        assert steps["considered"] == len(found.ordered)
        assert steps["matched"] == len(found.matches) <= question.conditions.limit


def test_with_depth_enough_everybody_who_is_eligible_is_looked_at(
    service: Matchmaker, world: World
) -> None:
    replica = a_replica(service)
    question = replace(world.question(service.indexing.encoder), conditions=Conditions())
    with Sessions(service.engine).reading() as session:
        rows = eligibility.everybody(session, Conditions(), question.place, TODAY)
    for few in (ALL, NONE):
        found = rank(service, replica, question, replace(DEFAULT_POLICY, depth=999), few=few)
        assert {one.candidate.profile_id for one in found.ordered} == {UUID(row[0]) for row in rows}


def test_every_kind_gets_its_places_however_rare_it_is(service: Matchmaker, world: World) -> None:
    replica = a_replica(service)
    question = replace(world.question(service.indexing.encoder), conditions=Conditions())
    with Sessions(service.engine).reading() as session:
        rows = eligibility.everybody(session, Conditions(), question.place, TODAY)
    for few in (ALL, NONE):
        found = rank(service, replica, question, replace(TIGHT, depth=0), few=few)
        kinds = {one.candidate.partner_kind for one in found.ordered}
        assert kinds == {PartnerKind(row[1]) for row in rows}


def test_a_score_does_not_depend_on_who_else_is_in_the_database(
    service: Matchmaker, world: World
) -> None:
    dense = replace(
        DEFAULT_POLICY,
        lexical_weight=0.0,
        lexical_weight_across=0.0,
        character_weight=0.0,
        depth=999,
    )
    question = replace(world.question(service.indexing.encoder), conditions=Conditions())
    before = rank(service, a_replica(service), question, dense)
    service.profiles.register_all([world.profile() for _ in range(10)])
    service.indexing.sync()
    after = {
        one.candidate.profile_id: one.score
        for one in rank(service, a_replica(service), question, dense).ordered
    }
    assert before.ordered
    assert all(after[one.candidate.profile_id] == one.score for one in before.ordered)


def ask(service: Matchmaker, *sentences: str, **values: Any) -> Question:
    question = World(1).question(service.indexing.encoder)
    return replace(
        question,
        sentences=sentences,
        language="en",
        vectors=service.indexing.encoder.encode_query_parts(sentences),
        conditions=Conditions(),
        **values,
    )


def test_an_empty_index_finds_nobody(service: Matchmaker) -> None:
    for few in (ALL, NONE):
        found = rank(service, a_replica(service), ask(service, "welding cracks"), few=few)
        assert (found.matches, found.ordered) == ([], ())
        assert dict(found.funnel)["considered"] == 0


def test_nobody_who_is_eligible_is_nobody_found(service: Matchmaker) -> None:
    service.profiles.register_all([an_expert(evidence=("welding cracks",))])
    service.indexing.sync()
    question = replace(
        ask(service, "welding cracks"), conditions=Conditions(partner_kinds=(PartnerKind.HUB,))
    )
    for few in (ALL, NONE):
        assert rank(service, a_replica(service), question, few=few).matches == []


def test_one_who_is_eligible_but_not_indexed_yet_is_passed_over(service: Matchmaker) -> None:
    service.profiles.register_all([an_expert(evidence=("welding cracks",))])
    replica = a_replica(service)
    for few in (ALL, NONE):
        found = rank(service, replica, ask(service, "welding cracks"), few=few)
        assert dict(found.funnel)["eligible"] == 1
        assert found.matches == []


def test_one_who_is_indexed_but_hidden_since_is_gone_at_once(service: Matchmaker) -> None:
    expert = an_expert(summary="welding", evidence=("welding cracks",))
    service.profiles.register_all([expert])
    service.indexing.sync()
    replica = a_replica(service)
    question = ask(service, "welding cracks")
    assert len(rank(service, replica, question).matches) == 1
    with Sessions(service.engine).writing() as session:
        session.get_one(type(expert), expert.id).visibility = "staff"  # type: ignore[assignment]
    for few in (ALL, NONE):
        assert rank(service, replica, question, few=few).matches == []


def test_a_policy_is_not_answered_by_a_replica_of_the_other_correction(
    service: Matchmaker,
) -> None:
    with pytest.raises(ValueError, match="needs another replica"):
        rank(service, a_replica(service), ask(service, "welding"), POLICIES["dense-uncorrected"])


def test_a_long_challenge_is_also_asked_block_by_block() -> None:
    vectors = np.eye(40, dtype=np.float32)
    assert whole_and_blocks(vectors[: BLOCK + 1]).shape == (1, 40)
    queries = whole_and_blocks(vectors[: 2 * BLOCK + 2])
    assert queries.shape == (4, 40)
    np.testing.assert_array_equal(queries[0], vectors[0])
    np.testing.assert_allclose(np.linalg.norm(queries, axis=1), 1, atol=1e-6)
    assert (queries[1, 1 : BLOCK + 1] > 0).all()
    assert queries[1, BLOCK + 1 :].sum() == 0
    np.testing.assert_allclose(queries[3], vectors[2 * BLOCK + 1])


@given(st.lists(st.sampled_from("abc"), max_size=12))
def test_the_stages_of_a_watch_make_the_whole(stages: list[str]) -> None:
    watch = Stopwatch()
    for name in stages:
        with watch.stage(name):
            pass
    times = watch.rounded()
    assert set(times) == {*stages, "total"}
    assert times["total"] == pytest.approx(sum(times.values()) - times["total"], abs=0.02)
