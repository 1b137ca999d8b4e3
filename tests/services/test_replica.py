"""Replicas: after any history each holds what the database holds, and nothing else."""

from __future__ import annotations

import random
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.faiss import FaissIndex
from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import IndexNotReady
from matchmaker.models import Profile
from matchmaker.services import replica as replica_module
from matchmaker.services.replica import IndexReplica, ReadWriteLock, ReplicaMoved
from matchmaker.storage import change_log, generations, profiles
from matchmaker.storage.database import Sessions, downgrade, upgrade
from tests.factories import NOW, a_student, an_activity, an_evidence, an_expert, an_organisation
from tests.services.conftest import Start, open_on
from tests.services.encoders import CountingEncoder

WORDS = ["weld", "crack", "laser", "robot", "steel", "svejs", "revne", "robotter"]
QUERIES = [{"weld": 1.0}, {"crack": 2.0, "laser": 1.0, "revn": 1.0}, {"robot": 1.0, "steel": 1.0}]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
MAKERS = [an_expert, an_organisation, a_student, an_activity]


def a_replica(service: Matchmaker, index: Any = ExactIndex) -> IndexReplica:
    return IndexReplica(Sessions(service.engine), service.indexing.encoder, index)


def holdings(replica: IndexReplica) -> dict[str, Any]:
    """Return everything a replica answers from, in terms that have no history."""
    ids = np.array(sorted(replica.index.ids()), dtype=np.int64)
    owners = {int(id_): replica.profile_ids[replica.owner_of[id_]] for id_ in ids}
    lexical = replica.lexical
    return {
        "at": (replica.generation, replica.position, replica.index.position),
        "owners": owners,
        "passages": {
            replica.profile_ids[number]: passages.tolist()
            for number, passages in enumerate(replica.passages_of)
            if len(passages)
        },
        "nobody else": {int(one) for one in np.flatnonzero(replica.owner_of >= 0)} == set(owners),
        "kinds": {
            profile_id: int(replica.kind_of[number])
            for profile_id, number in replica.number_of.items()
            if len(replica.passages_of[number])
        },
        "vectors": replica.index.vectors(ids).tobytes(),
        "words": [
            [
                lexical.of(ids, scores).tolist()
                for scores in (
                    lexical.scores(query)[0],
                    lexical.scaled(lexical.scores(query)[0], 0.1),
                )
            ]
            for query in QUERIES
        ],
        "scale": [lexical.scores(query)[1] for query in QUERIES],
        "best": [lexical.best(lexical.scores(query)[0], 5).tolist() for query in QUERIES],
        "size": (len(replica.index), len(lexical)),
        "correction": {
            language: mean.tobytes() for language, mean in replica.query_correction.means.items()
        },
    }


def assert_true(replica: IndexReplica, service: Matchmaker) -> None:
    """Check a replica against the database and against one that has no past."""
    replica.catch_up()
    with Sessions(service.engine).reading() as session:
        live = generations.live(session)
        assert live is not None
        rows = list(generations.passages(session, live.id))
        position = change_log.last_position(session)
    found = holdings(replica)
    assert found["owners"] == {row[0]: row[1] for row in rows}
    assert found["at"] == (live.id, position, position)
    assert found["nobody else"]
    fresh = a_replica(service)
    fresh.catch_up()
    assert found == holdings(fresh)


class Histories(RuleBasedStateMachine):
    """Writes, erasures, indexing, restarts, trims, new generations and backups in any order."""

    prepared: Path

    known = Bundle("known")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        shutil.copy(self.prepared / "matchmaker.sqlite3", self.folder.name)
        self.service = open_on(Path(self.folder.name))
        self.sessions = Sessions(self.service.engine)
        self.replicas = [a_replica(self.service), a_replica(self.service, FaissIndex)]
        self.stored: set[UUID] = set()
        self.backup: tuple[Path, set[UUID]] | None = None

    @initialize()
    def look(self) -> None:
        for one in self.replicas:
            one.catch_up()

    @rule(
        target=known,
        maker=st.sampled_from(MAKERS),
        summary=TEXTS | st.just(""),
        evidence=st.lists(TEXTS, max_size=3),
        language=st.sampled_from(["da", "en"]),
    )
    def register(self, maker: Any, summary: str, evidence: list[str], language: str) -> UUID:
        profile = maker(summary=summary, evidence=tuple(evidence), language=language)
        self.service.profiles.register_all([profile])
        self.stored.add(profile.id)
        return profile.id

    @rule(one=known, summary=TEXTS, country=st.sampled_from(["DK", "SE"]))
    def revise(self, one: UUID, summary: str, country: str) -> None:
        if one in self.stored:
            with self.sessions.writing() as session:
                profile = profiles.find(session, one)
                assert profile is not None
                profile.revise(at=NOW, summary=summary, country=country)

    @rule(one=known, evidence=st.lists(TEXTS, max_size=3))
    def replace_evidence(self, one: UUID, evidence: list[str]) -> None:
        if one in self.stored:
            with self.sessions.writing() as session:
                profile = profiles.find(session, one)
                assert profile is not None
                profile.replace_evidence(
                    [an_evidence(text, title="") for text in evidence],
                    at=self.service.indexing.clock(),
                )

    @rule(one=consumes(known))
    def erase(self, one: UUID) -> None:
        if one in self.stored:
            self.service.profiles.erase(one)
            self.stored.remove(one)

    @rule()
    def sync(self) -> None:
        self.service.indexing.sync()

    @rule()
    def rebuild(self) -> None:
        self.service.indexing.rebuild()

    @rule(keep=st.integers(1, 4))
    def trim(self, keep: int) -> None:
        with self.sessions.writing() as session:
            change_log.trim(session, keep=keep)

    @rule(number=st.integers(0, 1))
    def catch_up(self, number: int) -> None:
        self.replicas[number].catch_up()

    @rule(number=st.integers(0, 1))
    def restart(self, number: int) -> None:
        self.replicas[number] = a_replica(self.service, [ExactIndex, FaissIndex][number])

    @rule()
    def make_backup(self) -> None:
        path = Path(self.folder.name) / "backup.sqlite3"
        path.unlink(missing_ok=True)
        live = Path(self.folder.name) / "matchmaker.sqlite3"
        with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(path)) as copy:
            source.backup(copy)
        self.backup = (path, set(self.stored))

    @rule()
    def restore_backup(self) -> None:
        if self.backup is None:
            return
        self.service.engine.dispose()
        live = Path(self.folder.name) / "matchmaker.sqlite3"
        for ending in ("-wal", "-shm"):
            Path(f"{live}{ending}").unlink(missing_ok=True)
        shutil.copy(self.backup[0], live)
        self.stored = set(self.backup[1])
        # They look before anything is written: a log that has caught up again hides the change.
        for one in self.replicas:
            one.catch_up()

    @invariant()
    def positions_never_pass_the_log(self) -> None:
        with self.sessions.reading() as session:
            last = change_log.last_position(session)
        assert all(one.position <= last for one in self.replicas)

    def teardown(self) -> None:
        try:
            self.service.indexing.sync()
            for one in self.replicas:
                assert_true(one, self.service)
            held = set(self.replicas[0].number_of) & {
                profile_id
                for profile_id, number in self.replicas[0].number_of.items()
                if len(self.replicas[0].passages_of[number])
            }
            assert held <= self.stored
            assert self.service.indexing.check()
        finally:
            self.service.close()
            self.folder.cleanup()


def test_after_any_history_every_replica_equals_the_database(prepared: Path) -> None:
    Histories.prepared = prepared
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            # Twenty steps can be read as they are; making them fewer would take minutes.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


@pytest.mark.parametrize("index", [ExactIndex, FaissIndex])
def test_a_long_history_of_many_profiles_ends_true(service: Matchmaker, index: Any) -> None:
    dice = random.Random(11)

    def text() -> str:
        return " ".join(dice.choices(WORDS, k=4))

    replica = a_replica(service, index)
    stored: list[Profile] = []
    for step in range(40):
        new = [
            dice.choice(MAKERS)(
                summary=text(), evidence=tuple(text() for _ in range(dice.randint(0, 4)))
            )
            for _ in range(dice.randint(0, 5))
        ]
        service.profiles.register_all(new)
        stored += new
        for profile in dice.sample(stored, min(len(stored), 2)):
            service.profiles.erase(profile.id)
            stored.remove(profile)
        service.indexing.sync()
        if step % 3 == 0:
            replica.catch_up()
    assert_true(replica, service)


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
    service: Matchmaker, indexed: list[Profile], folder: Path
) -> None:
    live, backup = folder / "matchmaker.sqlite3", folder / "backup.sqlite3"
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(backup)) as copy:
        source.backup(copy)
    replica = a_replica(service)
    service.profiles.erase(indexed[0].id)
    replica.catch_up()
    assert len(replica.index) == 4
    service.engine.dispose()
    for ending in ("-wal", "-shm"):
        Path(f"{live}{ending}").unlink(missing_ok=True)
    shutil.copy(backup, live)
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


@pytest.fixture
def lock() -> Iterator[ReadWriteLock]:
    """A lock that nobody holds before and after."""
    lock = ReadWriteLock()
    yield lock
    with lock.writing():
        pass


def test_readers_read_together_and_a_writer_is_alone(lock: ReadWriteLock) -> None:
    together = threading.Barrier(2, timeout=5)
    trace: list[str] = []

    def read() -> None:
        with lock.reading():
            together.wait()

    def write() -> None:
        with lock.writing():
            trace.append("writes")
            time.sleep(0.02)
            trace.append("wrote")

    threads = [threading.Thread(target=one) for one in (read, read, write, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert trace == ["writes", "wrote"] * 2


def test_a_writer_waits_for_readers_and_keeps_new_ones_out(lock: ReadWriteLock) -> None:
    inside, leave, trace = threading.Event(), threading.Event(), []

    def read_long() -> None:
        with lock.reading():
            inside.set()
            leave.wait(5)
            trace.append("first reader")

    def write() -> None:
        with lock.writing():
            trace.append("writer")

    def read_late() -> None:
        with lock.reading():
            trace.append("late reader")

    first, writer = threading.Thread(target=read_long), threading.Thread(target=write)
    first.start()
    inside.wait(5)
    writer.start()
    while not lock._writing:
        time.sleep(0.001)
    late = threading.Thread(target=read_late)
    late.start()
    time.sleep(0.02)
    assert trace == []
    leave.set()
    for thread in (first, writer, late):
        thread.join(5)
    assert trace == ["first reader", "writer", "late reader"]


def test_a_lock_is_free_again_after_an_error(lock: ReadWriteLock) -> None:
    with pytest.raises(ZeroDivisionError), lock.writing():
        _ = 1 / 0
    with pytest.raises(ZeroDivisionError), lock.reading():
        _ = 1 / 0
