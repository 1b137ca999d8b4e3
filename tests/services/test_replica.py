"""Replicas catch up, load again when they must, and say when they cannot."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

from embeddings.indexes.exact import ExactIndex
from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import IndexNotReady, ReplicaMoved
from matchmaker.models import Profile
from matchmaker.services import replica as replica_module
from matchmaker.services.replica import IndexReplica
from matchmaker.storage import change_log, generations
from matchmaker.storage.database import Sessions, downgrade, upgrade
from tests.databases import Place
from tests.factories import an_expert
from tests.services.conftest import Start
from tests.services.encoders import CountingEncoder
from tests.services.replicas import a_replica, assert_true


@pytest.fixture
def indexed(service: Matchmaker) -> list[Profile]:
    """Three experts who are indexed."""
    experts = [an_expert(summary=f"Welds {one}.", evidence=(f"Case {one}.",)) for one in range(3)]
    service.profiles.register_all(experts)
    service.indexing.sync()
    return experts


def test_a_replica_applies_what_is_new_and_does_not_load_again(
    service: Matchmaker, indexed: list[Profile]
) -> None:
    replica = a_replica(service)
    replica.catch_up()
    lexical, numbers = replica.lexical, dict(replica.number_of)
    segments = len(lexical._segments)
    service.profiles.register_all([an_expert(summary="New.")])
    service.indexing.sync()
    replica.catch_up()
    assert replica.number_of.items() >= numbers.items()
    assert len(lexical._segments) > segments
    assert_true(replica, service)


def test_nothing_new_costs_no_reading(
    service: Matchmaker, indexed: list[Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    replica = a_replica(service)
    replica.catch_up()
    monkeypatch.setattr(generations, "passages", lambda *_: pytest.fail("passages were read"))
    replica.catch_up()


def test_a_replica_that_is_too_far_behind_loads_again(
    service: Matchmaker, indexed: list[Profile]
) -> None:
    replica = a_replica(service)
    replica.catch_up()
    service.profiles.erase(indexed[0].id)
    service.profiles.erase(indexed[1].id)
    with Sessions(service.engine).writing() as session:
        change_log.trim(session, keep=1)
    assert_true(replica, service)
    assert len(replica.number_of) == 1


def test_a_replica_that_is_ahead_of_a_restored_backup_loads_again(
    service: Matchmaker, indexed: list[Profile], place: Place
) -> None:
    service.engine.dispose()
    backup = place.backup()
    replica = a_replica(service)
    service.profiles.erase(indexed[0].id)
    replica.catch_up()
    assert len(replica.index) == 4
    service.engine.dispose()
    place.restore(backup)
    assert_true(replica, service)
    assert len(replica.index) == 6


def test_a_load_that_fails_half_way_is_begun_again(
    service: Matchmaker, indexed: list[Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica_module, "_BATCH", 2)
    refusals = iter([False, True])

    class MoodyIndex(ExactIndex):
        def upsert(self, ids: Any, vectors: Any) -> None:
            if next(refusals, False):
                raise MemoryError
            super().upsert(ids, vectors)

    replica = a_replica(service, MoodyIndex)
    with pytest.raises(MemoryError):
        replica.catch_up()
    assert_true(replica, service)
    service.indexing.rebuild()
    refusals = iter([False, True])
    with pytest.raises(MemoryError):
        replica.catch_up()
    assert_true(replica, service)


def test_large_loads_come_in_batchs_that_end_between_profiles(
    service: Matchmaker, indexed: list[Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica_module, "_BATCH", 3)
    sizes: list[int] = []

    class WatchedIndex(ExactIndex):
        def upsert(self, ids: Any, vectors: Any) -> None:
            sizes.append(len(ids))
            super().upsert(ids, vectors)

    replica = a_replica(service, WatchedIndex)
    assert_true(replica, service)
    assert sizes == [4, 2]


def test_before_the_first_index_and_with_another_encoder_there_is_nothing_to_hold(
    service: Matchmaker, start: Start
) -> None:
    with pytest.raises(IndexNotReady, match="another encoder than hashing:32"):
        a_replica(start(CountingEncoder(32))).catch_up()
    downgrade(service.engine, "base")
    upgrade(service.engine)
    with pytest.raises(IndexNotReady, match="not been indexed"):
        a_replica(service).catch_up()


def test_a_replica_without_correction_holds_the_vectors_as_they_are(
    service: Matchmaker, indexed: list[Profile]
) -> None:
    plain = IndexReplica(
        Sessions(service.engine), service.indexing.encoder, ExactIndex, corrected=False
    )
    plain.catch_up()
    corrected = a_replica(service)
    corrected.catch_up()
    assert (plain.corrected, corrected.corrected) == (False, True)
    ids = np.array(sorted(plain.index.ids()), dtype=np.int64)
    with Sessions(service.engine).reading() as session:
        rows = {row[0]: row[4] for row in generations.passages(session, plain.generation)}
    np.testing.assert_array_equal(plain.index.vectors(ids), [rows[id_] for id_ in ids.tolist()])
    assert not np.allclose(plain.index.vectors(ids), corrected.index.vectors(ids))


def test_a_session_that_sees_something_else_than_the_replica_is_told(
    service: Matchmaker, indexed: list[Profile]
) -> None:
    replica = a_replica(service)
    sessions = Sessions(service.engine)
    with sessions.reading() as session, pytest.raises(ReplicaMoved):
        replica.check_current(session)
    replica.catch_up()
    with sessions.reading() as session:
        replica.check_current(session)
        service.profiles.erase(indexed[0].id)
        # This session still sees the state before.
        replica.check_current(session)
    with sessions.reading() as session, pytest.raises(ReplicaMoved):
        replica.check_current(session)


def test_many_threads_may_catch_up_while_others_write(
    service: Matchmaker, indexed: list[Profile]
) -> None:
    reloads: list[int] = []

    class WatchedIndex(ExactIndex):
        def clear(self) -> None:
            reloads.append(1)
            super().clear()

    replica = a_replica(service, WatchedIndex)
    replica.catch_up()
    done = threading.Event()
    errors: list[BaseException] = []

    def look() -> None:
        try:
            while not done.is_set():
                replica.catch_up()
                with replica.lock.reading():
                    assert len(replica.index) == len(replica.lexical)
                time.sleep(0.002)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(15):
        service.profiles.register_all([an_expert(summary=f"New {number}.")])
        service.indexing.sync()
        if number % 3 == 0:
            service.profiles.erase(service.profiles.page().items[0].id)
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(reloads) == 1
    assert_true(replica, service)
