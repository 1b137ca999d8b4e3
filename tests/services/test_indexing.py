"""The indexer: level-triggered, resumable, harmless to run twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from embeddings.protocols import Vectors
from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import IndexNotReady
from matchmaker.models import (
    GenerationState,
    LanguageMean,
)
from matchmaker.services import indexing
from matchmaker.storage import change_log, profiles
from matchmaker.storage.database import Sessions, downgrade, upgrade
from tests.factories import NOW, an_expert
from tests.services.conftest import Start
from tests.services.encoders import DIMENSION, CountingEncoder
from tests.services.experts import generation_states, passages, revise, some_experts


def test_waiting_profiles_are_indexed_once(
    service: Matchmaker, sessions: Sessions, counting: CountingEncoder
) -> None:
    service.profiles.register_all(some_experts(3))
    assert service.indexing.readiness().waiting == 3
    assert service.indexing.sync() == 3
    assert passages(sessions)["Expert 1"] == ["Summary 1.", "First 1.", "Second 1."]
    assert len(counting.documents) == 9
    assert service.indexing.sync() == 0
    assert len(counting.documents) == 9
    assert service.indexing.readiness().waiting == 0


def test_only_what_changed_is_encoded_again(
    service: Matchmaker, sessions: Sessions, counting: CountingEncoder
) -> None:
    experts = some_experts(3)
    service.profiles.register_all(experts)
    service.indexing.sync()
    counting.documents.clear()
    revise(sessions, experts[0], summary="Something new.")
    revise(sessions, experts[1], capacity=9)
    assert service.indexing.sync() == 2
    assert counting.documents == ["Something new."]
    assert passages(sessions)["Expert 0"] == ["Something new.", "First 0.", "Second 0."]


def test_equal_texts_are_encoded_once(service: Matchmaker, counting: CountingEncoder) -> None:
    service.profiles.register_all([an_expert(f"E{n}", evidence=("Same.",)) for n in range(5)])
    service.indexing.sync()
    assert sorted(counting.documents) == ["Same.", "Works with small manufacturers."]


def test_many_profiles_are_indexed_in_batches_with_progress(
    service: Matchmaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 4)
    service.profiles.register_all(some_experts(10))
    seen: list[tuple[int, int]] = []
    assert service.indexing.sync(lambda done, total: seen.append((done, total))) == 10
    done = [one for one, _ in seen]
    assert done == sorted(done)
    assert all(one <= total for one, total in seen)
    assert seen[-1] == (30, 30)
    assert service.indexing.check()


def test_a_profile_without_any_text_has_no_passages_and_does_not_wait(service: Matchmaker) -> None:
    service.profiles.register_all([an_expert(summary="")])
    assert service.indexing.sync() == 1
    assert service.indexing.readiness().waiting == 0
    assert service.indexing.check()


def test_evidence_that_its_owner_excludes_leaves_the_index(
    service: Matchmaker, sessions: Sessions
) -> None:
    (expert,) = some_experts(1)
    service.profiles.register_all([expert])
    service.indexing.sync()
    with sessions.writing() as session:
        stored = profiles.find(session, expert.id)
        assert stored is not None
        stored.evidence[0].excluded = True
        stored.revise(at=NOW + timedelta(hours=1))
    service.indexing.sync()
    assert passages(sessions)["Expert 0"] == ["Summary 0.", "Second 0."]


def test_the_first_sync_on_an_empty_installation_builds_a_generation(
    service: Matchmaker, sessions: Sessions, counting: CountingEncoder
) -> None:
    downgrade(service.engine, "base")
    upgrade(service.engine)
    readiness = service.indexing.readiness()
    assert (readiness.ready, readiness.generation) == (False, None)
    assert readiness.reason == "The profiles have not been indexed yet."
    service.profiles.register_all(some_experts(2))
    assert service.indexing.sync() == 2
    readiness = service.indexing.readiness()
    assert readiness.ready
    assert readiness.reason is None
    assert readiness.position == 2
    assert readiness.encoder == f"hashing:{DIMENSION}"
    assert generation_states(sessions) == [GenerationState.LIVE]
    with sessions.reading() as session:
        sides = session.execute(
            select(LanguageMean.side, func.count()).group_by(LanguageMean.side)
        ).all()
    assert dict(sides) == {"query": 5, "document": 5}


def test_a_rebuild_uses_the_vectors_it_knows_while_the_old_generation_answers(
    service: Matchmaker, sessions: Sessions, counting: CountingEncoder, start: Start
) -> None:
    service.profiles.register_all(some_experts(3))
    service.indexing.sync()
    counting.documents.clear()
    before = service.indexing.readiness().generation
    assert service.indexing.rebuild() == 3
    assert counting.documents == []
    after = service.indexing.readiness()
    assert after.generation != before
    assert after.ready
    assert generation_states(sessions) == [GenerationState.LIVE]
    assert service.indexing.check()


def test_another_encoder_builds_beside_and_the_old_one_answers_until_it_is_done(
    service: Matchmaker, sessions: Sessions, start: Start
) -> None:
    service.profiles.register_all(some_experts(3))
    service.indexing.sync()
    other = CountingEncoder(32)
    new = start(other)
    assert not new.indexing.readiness().ready
    assert "another encoder than hashing:32" in str(new.indexing.readiness().reason)
    with pytest.raises(IndexNotReady):
        new.indexing.check()
    states: list[list[GenerationState]] = []

    def meanwhile() -> None:
        states.append(generation_states(sessions))
        service.matchmaking.replica.catch_up()
        assert len(service.matchmaking.replica.index) == 9

    other.during_documents = meanwhile
    assert new.indexing.sync() == 3
    assert states == [[GenerationState.LIVE, GenerationState.BUILDING]]
    assert new.indexing.check()
    assert not service.indexing.readiness().ready


def test_a_half_built_generation_is_resumed_without_encoding_again(
    service: Matchmaker, sessions: Sessions, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    service.profiles.register_all(some_experts(6))
    service.indexing.sync()

    class Interrupted(Exception):
        pass

    class FailingEncoder(CountingEncoder):
        def encode_documents(self, texts: object, progress: object = None) -> Vectors:
            if len(self.documents) >= 12:
                raise Interrupted
            return super().encode_documents(texts, progress)  # type: ignore[arg-type]

    first = FailingEncoder(32)
    with pytest.raises(Interrupted):
        start(first).indexing.rebuild()
    assert len(first.documents) == 12
    assert generation_states(sessions) == [GenerationState.LIVE, GenerationState.BUILDING]
    second = CountingEncoder(32)
    resumed = start(second)
    assert resumed.indexing.rebuild() == 2
    assert len(second.documents) == 6
    assert not set(first.documents) & set(second.documents)
    assert generation_states(sessions) == [GenerationState.LIVE]
    assert resumed.indexing.check()
    assert len(passages(sessions)) == 6


def test_a_profile_that_changes_while_it_is_encoded_is_indexed_again(
    service: Matchmaker, sessions: Sessions, counting: CountingEncoder
) -> None:
    (expert,) = some_experts(1)
    service.profiles.register_all([expert])
    counting.during_documents = lambda: revise(sessions, expert, summary="Newer.")
    assert service.indexing.sync() == 2
    assert passages(sessions)["Expert 0"][0] == "Newer."
    assert service.indexing.readiness().waiting == 0


def test_what_changes_while_a_generation_is_built_is_in_it_when_it_answers(
    service: Matchmaker, sessions: Sessions, start: Start
) -> None:
    experts = some_experts(2)
    service.profiles.register_all(experts)
    other = CountingEncoder(32)
    other.during_documents = lambda: service.profiles.register_all(some_experts(2, start=7))
    assert start(other).indexing.rebuild() == 4
    assert set(passages(sessions)) == {"Expert 0", "Expert 1", "Expert 7", "Expert 8"}


def test_a_profile_that_is_erased_while_it_is_encoded_is_forgotten(
    service: Matchmaker, sessions: Sessions, counting: CountingEncoder
) -> None:
    gone, kept = some_experts(2)
    service.profiles.register_all([gone, kept])
    counting.during_documents = lambda: service.profiles.erase(gone.id)
    assert service.indexing.sync() == 1
    assert list(passages(sessions)) == ["Expert 1"]
    assert service.indexing.check()


def test_a_slow_indexer_does_not_overwrite_what_a_faster_one_has_written(
    service: Matchmaker, sessions: Sessions, counting: CountingEncoder, start: Start
) -> None:
    (expert,) = some_experts(1)
    service.profiles.register_all([expert])
    faster = start()

    def meanwhile() -> None:
        revise(sessions, expert, summary="Newer.")
        assert faster.indexing.sync() == 1

    counting.during_documents = meanwhile
    assert service.indexing.sync() == 0
    assert passages(sessions)["Expert 0"] == ["Newer.", "First 0.", "Second 0."]
    with sessions.reading() as session:
        assert change_log.last_position(session) == 1


def test_an_indexer_whose_generation_was_dropped_goes_on_with_the_new_one(
    service: Matchmaker, sessions: Sessions, counting: CountingEncoder, start: Start
) -> None:
    service.profiles.register_all(some_experts(3))
    other = start()
    counting.during_documents = lambda: other.indexing.rebuild()
    assert service.indexing.sync() == 0
    assert len(passages(sessions)) == 3
    service.profiles.register_all(some_experts(1, start=9))
    assert service.indexing.sync() == 1
    assert service.indexing.check()


def test_a_rebuild_that_another_one_overtook_ends_well(
    service: Matchmaker, sessions: Sessions, start: Start
) -> None:
    service.profiles.register_all(some_experts(3))
    slow, fast = CountingEncoder(32), CountingEncoder(48)
    last = start(fast)
    slow.during_documents = lambda: last.indexing.rebuild()
    assert start(slow).indexing.rebuild() == 3
    assert generation_states(sessions) == [GenerationState.LIVE]
    assert start(CountingEncoder(32)).indexing.check()


@pytest.mark.parametrize("fresh", [False, True], ids=["a live generation", "an empty installation"])
def test_several_indexers_at_once_do_what_one_does(
    service: Matchmaker, start: Start, monkeypatch: pytest.MonkeyPatch, fresh: bool
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 3)
    if fresh:
        downgrade(service.engine, "base")
        upgrade(service.engine)
    service.profiles.register_all(some_experts(20))
    services = [start() for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda one: one.indexing.sync(), services))
    sessions = Sessions(service.engine)
    found = passages(sessions)
    assert len(found) == 20
    assert all(len(texts) == 3 for texts in found.values())
    assert generation_states(sessions) == [GenerationState.LIVE]
    assert service.indexing.check()


def test_the_log_is_trimmed_while_indexing(
    service: Matchmaker, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "LOG_LENGTH", 5)
    service.profiles.register_all(some_experts(20))
    service.indexing.sync()
    with sessions.reading() as session:
        assert change_log.last_position(session) - change_log.first_position(session) == 4


class InterruptedSessions(Sessions):
    """Lets something happen before the second unit of work: the swap of a rebuild of nothing."""

    def __init__(self, service: Matchmaker, meanwhile: Callable[[], object]) -> None:
        super().__init__(service.engine)
        self.waits = iter([lambda: None, meanwhile])

    @contextmanager
    def writing(self) -> Iterator[Session]:
        next(self.waits, lambda: None)()
        with super().writing() as session:
            yield session


def test_one_who_is_registered_just_before_the_swap_is_in_the_new_generation(
    service: Matchmaker, start: Start
) -> None:
    other = start()
    sessions = InterruptedSessions(service, lambda: other.profiles.register_all(some_experts(2)))
    assert replace(service.indexing, sessions=sessions).rebuild() == 2
    assert service.indexing.readiness().waiting == 0
    assert service.indexing.check()


def test_a_generation_that_is_dropped_just_before_the_swap_is_begun_again(
    service: Matchmaker, start: Start
) -> None:
    other = start(CountingEncoder(32))
    sessions = InterruptedSessions(service, other.indexing.rebuild)
    replace(service.indexing, sessions=sessions).rebuild()
    assert generation_states(sessions) == [GenerationState.LIVE]
    assert service.indexing.readiness().ready
