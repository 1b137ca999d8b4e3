"""Everybody in a ranking: the candidates stand at its head, in the order of every day."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.matching import ranking
from matchmaker.matching.policy import DEFAULT_POLICY, POLICIES, MatchingPolicy
from matchmaker.models import Conditions, Place
from matchmaker.services.everybody import Everybody
from matchmaker.services.replica import IndexReplica
from matchmaker.services.search import Question, Search, Stopwatch
from matchmaker.storage.database import Sessions
from tests.services.replicas import a_replica, holdings
from tests.services.worlds import World


@pytest.fixture
def world(service: Matchmaker) -> World:
    """Sixty profiles, indexed."""
    world = World(7)
    service.profiles.register_all([world.profile() for _ in range(60)])
    service.indexing.sync()
    return world


def a_question(world: World, service: Matchmaker) -> Question:
    return replace(world.question(service.indexing.encoder), conditions=Conditions(), place=Place())


def of_everybody(
    service: Matchmaker, replica: IndexReplica, question: Question, policy: MatchingPolicy
) -> dict[UUID, float]:
    """Return the sum of everybody, as a list compares it."""
    with Sessions(service.engine).reading() as session:
        pool = Everybody(replica, session, question)
        pool.ask(question)
        candidates, sums = Search(replica).sums(pool, policy)
    rounded = (round(one, ranking.DECIMALS) for one in sums.tolist())
    return {one.profile_id: total for one, total in zip(candidates, rounded, strict=True)}


@pytest.mark.parametrize("name", POLICIES)
def test_the_candidates_of_every_day_have_the_same_sums_and_stand_at_the_head(
    service: Matchmaker, world: World, name: str
) -> None:
    corrected = POLICIES[name].language_correction
    replica = service.evaluation.make_replica(corrected)
    replica.catch_up()
    policy = replace(POLICIES[name], depth=5, depth_per_kind=1, near_tie=0.0)
    for _ in range(10):
        question = a_question(world, service)
        with Sessions(service.engine).reading() as session:
            production = Search(replica).rank(session, question, policy, Stopwatch(), few=0)
            whole = replace(policy, depth=1_000, lexical_weight=1.0, dense_weight=1.0)
            eligible = Search(replica).rank(session, question, whole, Stopwatch(), few=0)
        everybody = of_everybody(service, replica, question, policy)

        usual = [
            (one.candidate.profile_id, round(one.raw, ranking.DECIMALS))
            for one in production.ordered
        ]
        assert usual == [(one, everybody[one]) for one, _ in usual]
        assert [total for _, total in usual] == sorted((total for _, total in usual), reverse=True)
        assert everybody.keys() == {one.candidate.profile_id for one in eligible.ordered}
        assert len(everybody) > len(usual)


def test_what_is_left_out_counts_nowhere_and_comes_back(service: Matchmaker, world: World) -> None:
    replica = a_replica(service)
    replica.catch_up()
    before = holdings(replica)
    question = a_question(world, service)
    out = sorted(replica.index.ids())[::3]

    with Sessions(service.engine).reading() as session, replica.without(session, out):
        without = of_everybody(service, replica, question, DEFAULT_POLICY)
        assert set(out).isdisjoint(replica.index.ids())

    assert holdings(replica) == before
    # The same as an index that never held them: made of the rest alone.
    with Sessions(service.engine).writing() as session:
        marks = ", ".join(map(str, out))
        session.connection().exec_driver_sql(f"DELETE FROM passages WHERE id IN ({marks})")
    rest = a_replica(service)
    rest.catch_up()
    assert without == of_everybody(service, rest, question, DEFAULT_POLICY)


def test_a_place_for_one_question_is_that_of_the_question_only(
    service: Matchmaker, world: World
) -> None:
    replica = a_replica(service)
    replica.catch_up()
    question = a_question(world, service)
    with Sessions(service.engine).reading() as session:
        pool = Everybody(replica, session, question)
        number, stored = next(iter(pool.known.items()))
        somebody = replica.profile_ids[number]
        pool.ask(question, {somebody: Place(latitude=1.0, longitude=2.0)})
        moved = pool.known[number]
        pool.ask(question)

    assert stored is not None
    assert moved == replace(stored, latitude=1.0, longitude=2.0)
    assert pool.known[number] == stored
