"""One vector index for several processes: everybody sees everybody's changes, and no draft."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embeddings.registry import make_index
from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import IndexNotReady, ReplicaMoved
from matchmaker.models import PartnerKind, Profile
from matchmaker.services import shared_rows
from matchmaker.services.replica import DraftRow, IndexReplica
from matchmaker.services.shared_rows import SharedRows, feed
from matchmaker.storage import generations
from matchmaker.storage.database import Sessions
from tests.databases import EMPTY, Place, only_postgresql
from tests.factories import an_expert
from tests.services.conftest import open_on
from tests.services.replicas import a_replica, assert_true

pytestmark = only_postgresql


@pytest.fixture
def shared(folder: Path, place: Place) -> Iterator[Matchmaker]:
    """A service whose index is in its database, with three experts."""
    service = open_on(folder, index_name=place.url)
    service.profiles.register_all(
        [an_expert(summary=f"Welds {one}.", evidence=(f"Case {one}.",)) for one in range(3)]
    )
    service.indexing.sync()
    yield service
    service.close()


def another(folder: Path, place: Place) -> Matchmaker:
    return open_on(folder, index_name=place.url)


def replica_of(service: Matchmaker) -> IndexReplica:
    return service.matchmaking.replica


def test_the_indexer_feeds_it_and_a_replica_finds_it_fed(
    shared: Matchmaker, folder: Path, place: Place
) -> None:
    index = make_index(place.url, shared.indexing.encoder.spec)
    with Sessions(shared.engine).reading() as session:
        live = generations.position(session)
        assert live is not None
        assert index.ids() == generations.passage_ids(session, live[0])
        assert index.position == live[4]
    assert_true(replica_of(shared), shared)
    assert shared.indexing.check()


def test_two_processes_see_each_other_s_changes(
    shared: Matchmaker, folder: Path, place: Place
) -> None:
    shared.matchmaking.run(shared.challenges.submit(text="Welds 1. Case 1.", language="en").id)
    child = subprocess.run(
        [sys.executable, "-m", "tests.services.sharing_process", str(folder), place.url],
        input="Lasers cut glass.",
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    seen, made = json.loads(child.stdout)
    assert set(seen) >= {"Welds 0.", "Welds 1.", "Welds 2."}
    challenge = shared.challenges.submit(text="Lasers cut glass.", language="en")
    run = shared.matchmaking.run(challenge.id)
    assert str(run.matches[0].profile_id) == made
    assert_true(replica_of(shared), shared)


def test_it_answers_as_an_index_in_memory_does(shared: Matchmaker) -> None:
    served, own = replica_of(shared), a_replica(shared)
    for replica in (served, own):
        replica.catch_up()
    ids = np.array(sorted(own.index.ids()), dtype=np.int64)
    queries = own.index.vectors(ids)
    for among in (None, ids[::2]):
        found = [one.index.search(queries, 4, among) for one in (served, own)]
        np.testing.assert_array_equal(found[0].ids, found[1].ids)
        np.testing.assert_array_equal(found[0].similarities, found[1].similarities)


def test_what_another_one_wrote_meanwhile_is_caught_up_with(
    shared: Matchmaker, folder: Path, place: Place
) -> None:
    replica = replica_of(shared)
    replica.catch_up()
    other = another(folder, place)
    new = an_expert(summary="Lasers cut glass.")
    other.profiles.register_all([new])
    other.indexing.sync()
    query = replica.index.spec.dimension
    with pytest.raises(ReplicaMoved):
        replica.index.search(np.eye(1, query, dtype=np.float32), 1)
    with pytest.raises(ReplicaMoved):
        replica.index.ids()
    assert_true(replica, shared)
    other.close()


def test_who_finds_it_behind_brings_it_up_to_date(shared: Matchmaker, place: Place) -> None:
    replica = replica_of(shared)
    replica.catch_up()
    index = make_index(place.url, shared.indexing.encoder.spec)
    shared.profiles.erase(shared.profiles.page().items[0].id)  # nobody feeds it after that
    assert len(index) == 6
    assert_true(replica, shared)
    assert len(index) == 4
    index.clear()
    assert_true(replica, shared)
    assert len(index) == 4


def test_of_a_restored_backup_nothing_is_kept(shared: Matchmaker, place: Place) -> None:
    index = make_index(place.url, shared.indexing.encoder.spec)
    wrong = np.eye(1, index.spec.dimension, dtype=np.float32)
    ids = np.array(sorted(index.ids()), dtype=np.int64)
    right = index.vectors(ids)
    index.upsert(ids[:1], wrong)
    index.position += 100
    feed(Sessions(shared.engine), index)
    np.testing.assert_array_equal(index.vectors(ids), right)


def test_a_new_generation_takes_the_place_of_the_old(shared: Matchmaker) -> None:
    replica = replica_of(shared)
    replica.catch_up()
    shared.indexing.rebuild()
    assert_true(replica, shared)
    assert shared.indexing.check()


def test_without_an_index_there_is_nothing_to_feed(folder: Path, place: Place) -> None:
    place.hold(EMPTY)
    service = another(folder, place)
    index = make_index(place.url, service.indexing.encoder.spec)
    feed(Sessions(service.engine), index)
    assert index.position == 0
    with pytest.raises(IndexNotReady):
        replica_of(service).catch_up()
    service.close()


def test_one_who_is_always_too_late_gives_up(
    shared: Matchmaker, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index(place.url, shared.indexing.encoder.spec)
    index.clear()
    monkeypatch.setattr(type(index), "advance", lambda *_, **__: False)
    with pytest.raises(ReplicaMoved):
        feed(Sessions(shared.engine), index)


def test_a_draft_is_seen_by_nobody_else(shared: Matchmaker, place: Place) -> None:
    replica = replica_of(shared)
    replica.catch_up()
    index = make_index(place.url, shared.indexing.encoder.spec)
    profile: Profile = shared.profiles.page().items[0]
    old = replica.passages_of[replica.number_of[profile.id]]
    before = (index.ids(), index.position)
    vector = np.eye(1, index.spec.dimension, 3, dtype=np.float32)[0]
    row = DraftRow(
        language="en", terms="laser", vector=vector, voiced=None, kind=None, year=None,
        evidence_id=None,
    )  # fmt: skip
    with (
        Sessions(shared.engine).reading() as session,
        replica.standing_in(session, profile.id, PartnerKind.EXPERT, [row]),
    ):
        assert (index.ids(), index.position) == before
        (draft,) = replica.passages_of[replica.number_of[profile.id]].tolist()
        corrected = replica.corrected_documents(vector[np.newaxis], ["en"])
        np.testing.assert_array_equal(replica.index.vectors(np.array([draft])), corrected)
        assert len(replica.index) == len(before[0]) - len(old) + 1
        everybody = replica.index.search(corrected, 10)
        assert everybody.ids[0, 0] == draft
        assert not set(old.tolist()) - {draft} & set(everybody.ids[0].tolist())
        among = replica.index.search(corrected, 2, np.array([draft, *old.tolist()]))
        assert among.ids[0].tolist() == [draft, -1]
    assert_true(replica, shared)


def test_those_who_search_while_others_write_all_get_an_answer(
    shared: Matchmaker, folder: Path, place: Place
) -> None:
    challenge = shared.challenges.submit(text="Welds 1. Case 1.", language="en")
    errors: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                shared.matchmaking.run(challenge.id)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    other = another(folder, place)
    for number in range(8):
        other.profiles.register_all([an_expert(summary=f"New {number}.")])
        other.indexing.sync()
    done.set()
    asking.join()
    assert errors == []
    assert_true(replica_of(shared), shared)
    other.close()


def test_large_feeds_come_in_parts(
    shared: Matchmaker, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_rows, "_BATCH", 4)
    index = make_index(place.url, shared.indexing.encoder.spec)
    index.clear()
    feed(Sessions(shared.engine), index)
    assert len(index) == 6
    assert isinstance(replica_of(shared).index, SharedRows)
