"""One thread for what takes long: in order, each key once, and no deed spoils the next."""

from __future__ import annotations

import logging
from threading import Event

import pytest

from matchmaker.services.background import BackgroundWorker


def test_deeds_are_done_one_after_another() -> None:
    worker, done = BackgroundWorker(), []

    for number in range(5):
        assert worker.put(number, lambda number=number: done.append(number))

    assert worker.wait()
    assert done == [0, 1, 2, 3, 4]


def test_a_key_waits_or_is_at_work_once() -> None:
    worker, go, done = BackgroundWorker(), Event(), []

    assert worker.put("index", lambda: (go.wait(5), done.append(1)))
    assert not worker.put("index", lambda: done.append(2))
    assert worker.has("index")
    go.set()

    assert worker.wait()
    assert done == [1]
    assert not worker.has("index")
    assert worker.put("index", lambda: done.append(3))
    assert worker.wait()


def test_a_deed_that_fails_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    worker, done = BackgroundWorker(), []

    def fail() -> None:
        raise ValueError("Ane Holm, 9220")

    with caplog.at_level(logging.ERROR):
        worker.put(1, fail)
        worker.put(2, lambda: done.append(2))
        assert worker.wait()

    assert done == [2]
    assert "ValueError" in caplog.text
    assert "Ane Holm" not in caplog.text


def test_closing_forgets_what_waits_and_takes_no_more() -> None:
    worker, go, done = BackgroundWorker(), Event(), []
    began = Event()
    worker.put(1, lambda: (began.set(), go.wait(5), done.append(1)))
    worker.put(2, lambda: done.append(2))
    assert began.wait(5)
    go.set()
    worker.close()

    assert 2 not in done
    assert not worker.put(3, lambda: done.append(3))
