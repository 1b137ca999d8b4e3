"""What the contract does not show: room, waiting, and the words of errors."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from embeddings.errors import IndexUnavailable, SpecMismatch, UnknownIds
from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.locking import ReadWriteLock
from embeddings.indexes.ordering import SUM_ORDER, products
from embeddings.protocols import EncoderSpec, Vectors

SPEC = EncoderSpec("hand-made", "1", 16)


def some_rows(count: int, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, 16)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def test_exact_does_not_grow_for_ever_when_the_same_ids_change() -> None:
    index = ExactIndex(SPEC)
    for turn in range(200):
        index.upsert(np.arange(10), some_rows(10, turn))
    assert len(index._state.matrix) <= 40  # noqa: SLF001  # memory has no public face
    np.testing.assert_array_equal(index.vectors(np.arange(10)), some_rows(10, 199))


def test_exact_seldom_moves_everything_when_ids_come_one_by_one() -> None:
    index = ExactIndex(SPEC)
    matrices: list[Vectors] = []
    for number, row in enumerate(some_rows(500)):
        index.upsert(np.array([number]), row[np.newaxis])
        if not matrices or matrices[-1] is not index._state.matrix:  # noqa: SLF001  # as below
            matrices.append(index._state.matrix)  # noqa: SLF001  # as below
    assert len(matrices) < 12


def test_exact_gives_room_back_when_most_is_removed() -> None:
    index = ExactIndex(SPEC)
    rows = some_rows(100)
    index.upsert(np.arange(100), rows)
    index.remove(np.arange(10, 100))
    assert len(index._state.matrix) == 10  # noqa: SLF001  # memory has no public face
    np.testing.assert_array_equal(index.vectors(np.arange(10)), rows[:10])


@pytest.mark.parametrize("count", [0, 1, 3, 8, 9])
@pytest.mark.parametrize("length", [1, 511, 513, 1_300])
def test_products_are_the_same_however_many_queries_and_rows(count: int, length: int) -> None:
    queries, matrix = some_rows(count, 1), some_rows(length, 2)
    expected = queries.astype(np.float64) @ matrix.T.astype(np.float64)
    found = products(queries, matrix)
    assert found.shape == (count, length)
    np.testing.assert_allclose(found, expected, atol=SUM_ORDER / 10)
    some = np.arange(length)[::3]
    np.testing.assert_allclose(products(queries, matrix, some), expected[:, some], atol=1e-6)


def test_readers_are_inside_together() -> None:
    lock = ReadWriteLock()
    together = threading.Barrier(2, timeout=5)

    def read() -> None:
        with lock.reading():
            together.wait()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not together.broken


def test_a_waiting_writer_goes_before_new_readers_and_is_alone() -> None:
    lock = ReadWriteLock()
    events: list[str] = []
    first_is_in, first_may_go = threading.Event(), threading.Event()

    def read_first() -> None:
        with lock.reading():
            first_is_in.set()
            first_may_go.wait(timeout=5)
            events.append("first reader")

    def write() -> None:
        with lock.writing():
            events.append("writer")

    def read_later() -> None:
        with lock.reading():
            events.append("later reader")

    threads = [threading.Thread(target=task) for task in (read_first, write, read_later)]
    threads[0].start()
    first_is_in.wait(timeout=5)
    threads[1].start()
    while not lock._waiting_writers:  # noqa: SLF001  # the moment has no other sign
        pass
    threads[2].start()
    first_may_go.set()
    for thread in threads:
        thread.join()
    assert events == ["first reader", "writer", "later reader"]


def test_errors_say_what_to_change() -> None:
    many = UnknownIds(range(1, 8))
    assert str(many).startswith("Not in the index: 1, 2, 3, 4, 5 and 2 more. Add them")
    assert many.ids == tuple(range(1, 8))
    assert "Rebuild the index" in str(SpecMismatch(expected="abc", actual="def"))
    assert "is not available: no server. Start it" in str(
        IndexUnavailable("postgresql://", "no server", "Start it.")
    )
