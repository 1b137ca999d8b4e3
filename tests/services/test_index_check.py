"""The index compared with the profiles: each kind of difference is found and mended."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import func, select, update

from embeddings.indexes.exact import ExactIndex
from embeddings.protocols import Ids, Vectors
from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import IndexNotReady
from matchmaker.models import (
    Expert,
    IndexGeneration,
    IndexStamp,
    Passage,
)
from matchmaker.storage import generations
from matchmaker.storage.database import Sessions, downgrade, upgrade
from tests.factories import an_evidence
from tests.services.conftest import Start
from tests.services.encoders import DIMENSION, CountingEncoder
from tests.services.experts import passages, revise, some_experts


@pytest.fixture
def indexed(service: Matchmaker) -> list[Expert]:
    """Four experts who are indexed."""
    experts = [one for one in some_experts(4) if isinstance(one, Expert)]
    service.profiles.register_all(experts)
    service.indexing.sync()
    return experts


def mended(service: Matchmaker, differences: dict[str, int]) -> None:
    """Check that these differences are found, found again while mending, and gone after."""
    report = service.indexing.check()
    assert not report
    assert report.differences == differences
    assert service.indexing.check(repair=True).differences == differences
    assert service.indexing.check().differences == {}


def test_check_finds_nothing_where_all_is_right(service: Matchmaker, indexed: list[Expert]) -> None:
    report = service.indexing.check()
    assert report
    assert report.differences == {}


def test_check_finds_who_is_waiting(
    service: Matchmaker, sessions: Sessions, indexed: list[Expert]
) -> None:
    revise(sessions, indexed[0], summary="Newer.")
    mended(service, {"waiting": 1})


def test_check_finds_passages_that_say_something_else(
    service: Matchmaker, sessions: Sessions, indexed: list[Expert]
) -> None:
    service.matchmaking.replica.catch_up()
    with sessions.writing() as session:
        session.execute(
            update(Expert.__table__)
            .where(Expert.__table__.c.id == indexed[0].id)
            .values(title="Changed behind the back")
        )
        session.execute(
            update(Passage)
            .where(Passage.profile_id == indexed[1].id, Passage.position == 2)
            .values(text="x", text_hash="x")
        )
        item = an_evidence("Added behind the back.", title="")
        item.position = 9
        item.profile_id = indexed[2].id
        session.add(item)
    mended(service, {"wrong passages": 3})
    service.matchmaking.replica.catch_up()
    assert len(service.matchmaking.replica.index) == 13
    assert "Added behind the back." in passages(sessions)["Expert 2"]


def test_check_finds_passages_that_are_missing(
    service: Matchmaker, sessions: Sessions, indexed: list[Expert]
) -> None:
    with sessions.writing() as session:
        generation = generations.live(session)
        assert generation is not None
        generations.replace_passages(session, generation.id, indexed[0].id, [])
    mended(service, {"wrong passages": 1})


@pytest.mark.parametrize(
    "vector",
    [
        np.zeros(DIMENSION),
        np.full(DIMENSION, np.nan),
        np.full(DIMENSION, 0.5),
        np.eye(1, DIMENSION + 1)[0],
        np.eye(1, 3)[0],
    ],
    ids=["zeros", "not a number", "too long", "a number too many", "cut off"],
)
def test_check_finds_vectors_that_no_index_can_take(
    service: Matchmaker,
    sessions: Sessions,
    indexed: list[Expert],
    counting: CountingEncoder,
    vector: Vectors,
) -> None:
    counting.documents.clear()
    with sessions.writing() as session:
        session.execute(
            update(Passage)
            .where(Passage.profile_id == indexed[0].id, Passage.position <= 1)
            .values(vector=vector)
        )
    mended(service, {"bad vectors": 2})
    assert sorted(counting.documents) == ["First 0.", "Summary 0."]
    service.matchmaking.replica.catch_up()
    assert len(service.matchmaking.replica.index) == 12


class ForgetfulIndex(ExactIndex):
    """Loses the first vector it is given."""

    def upsert(self, ids: Ids, vectors: Vectors) -> None:
        super().upsert(ids[1:], vectors[1:])


def test_check_finds_an_index_that_loses_something(
    service: Matchmaker, indexed: list[Expert], start: Start
) -> None:
    forgetful = start(index=ForgetfulIndex)
    assert forgetful.indexing.check().differences == {"index": 1}
    assert service.indexing.check()


def test_check_counts_every_kind_of_difference_at_once(
    service: Matchmaker, sessions: Sessions, indexed: list[Expert]
) -> None:
    revise(sessions, indexed[0], summary="Newer.")
    with sessions.writing() as session:
        session.execute(
            update(Passage).where(Passage.profile_id == indexed[1].id).values(text_hash="x")
        )
        session.execute(
            update(Passage)
            .where(Passage.profile_id == indexed[2].id)
            .values(vector=np.zeros(DIMENSION))
        )
    mended(service, {"waiting": 1, "wrong passages": 1, "bad vectors": 3})


def test_there_is_nothing_to_check_before_the_first_index(service: Matchmaker) -> None:
    downgrade(service.engine, "base")
    upgrade(service.engine)
    with pytest.raises(IndexNotReady, match="matchmaker index rebuild"):
        service.indexing.check()


def test_a_new_way_of_composing_is_a_new_generation(
    service: Matchmaker, sessions: Sessions, indexed: list[Expert], counting: CountingEncoder
) -> None:
    counting.documents.clear()
    with sessions.writing() as session:
        session.execute(update(IndexGeneration).values(composer_version=0))
    assert not service.indexing.readiness().ready
    assert service.indexing.sync() == 4
    assert counting.documents == []
    assert service.indexing.readiness().ready
    with sessions.reading() as session:
        assert session.scalar(select(func.count()).select_from(IndexStamp)) == 4
