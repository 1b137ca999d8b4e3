"""Everybody in a ranking: the candidates stand at its head, in the order of every day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.policy import POLICIES
from matchmaker.models import Conditions, Place
from matchmaker.services.everybody import Everybody
from matchmaker.services.replica import IndexReplica
from matchmaker.services.search import Question, Ranking, Search, Stopwatch
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
    service: Matchmaker, replica: IndexReplica, question: Question, policy: str
) -> Ranking:
    with Sessions(service.engine).reading() as session:
        pool = Everybody(replica, session, question)
        pool.ask(question)
        return Search(replica).rank(session, question, POLICIES[policy], Stopwatch(), pool=pool)


@pytest.mark.parametrize("name", ["fused", "dense", "lexical"])
def test_the_candidates_of_every_day_have_the_same_scores_in_the_same_order(
    service: Matchmaker, world: World, name: str
) -> None:
    replica = a_replica(service)
    replica.catch_up()
    policy = replace(POLICIES[name], depth=5, depth_per_kind=1)
    for _ in range(10):
        question = a_question(world, service)
        with Sessions(service.engine).reading() as session:
            production = Search(replica).rank(session, question, policy, Stopwatch(), few=0)
        everybody = of_everybody(service, replica, question, name)

        usual = [(one.candidate.profile_id, one.score) for one in production.ordered]
        candidates = {profile_id for profile_id, _ in usual}
        among_all = [(one.candidate.profile_id, one.score) for one in everybody.ordered]
        assert [one for one in among_all if one[0] in candidates] == usual
        assert len(among_all) == everybody.funnel[-4][1] > len(usual)
        if name == "dense" and len(question.sentences) == 1:
            assert among_all[0] == usual[0]


def test_what_is_left_out_counts_nowhere_and_comes_back(service: Matchmaker, world: World) -> None:
    replica = a_replica(service)
    replica.catch_up()
    before = holdings(replica)
    question = a_question(world, service)
    out = sorted(replica.index.ids())[::3]

    with Sessions(service.engine).reading() as session, replica.without(session, out):
        without = of_everybody(service, replica, question, "fused")
        assert set(out).isdisjoint(replica.index.ids())

    assert holdings(replica) == before
    # The same as an index that never held them: made of the rest alone.
    with Sessions(service.engine).writing() as session:
        marks = ", ".join(map(str, out))
        session.connection().exec_driver_sql(f"DELETE FROM passages WHERE id IN ({marks})")
    rest = a_replica(service)
    rest.catch_up()
    never = of_everybody(service, rest, question, "fused")
    assert {one.candidate.profile_id: one.score for one in without.ordered} == {
        one.candidate.profile_id: one.score for one in never.ordered
    }


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
