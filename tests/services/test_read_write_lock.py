"""Many may read at once; one who writes is alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from matchmaker.services.replica import ReadWriteLock


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
