"""Many clients at once, each as fast as it is answered: challenge, match run, challenge, ...

Bounded in clients and in time, and it only ever talks to the loopback address.
"""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Barrier, Lock, Thread
from typing import Any

from api.cli.processes import LOOPBACK, ProcessFailed
from matchmaker.services.benchmarking import Timing, fresh_texts

MOST_CLIENTS = 256
MOST_SECONDS = 600
CHALLENGE = "challenge"
MATCH_RUN = "match-run"
_PATIENCE = 60.0  # seconds until a request counts as lost
_PAUSE = 0.2  # after an error, so that a server that is gone is not hammered


@dataclass(frozen=True, kw_only=True)
class LoadFigures:
    """How a server fared."""

    clients: int
    seconds: float
    requests: int
    #: Answers that were lost, refused or not what they should be.
    errors: int
    kinds_of_error: Mapping[str, int]
    requests_per_second: float
    runs_per_second: float
    #: By kind of request; only good answers count.
    timings: Mapping[str, Timing]


@dataclass
class _Tally:
    """What all clients found, under one lock."""

    lock: Lock = field(default_factory=Lock)
    seconds: dict[str, list[float]] = field(default_factory=lambda: {CHALLENGE: [], MATCH_RUN: []})
    errors: Counter[str] = field(default_factory=Counter)


class _Wrong(Exception):
    """An answer that is an error, in two or three words."""


class _Texts:
    """Challenges for all clients, never the same twice."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._texts = fresh_texts()

    def next(self) -> str:
        with self._lock:
            return next(self._texts)


def measure_load(
    port: int,
    *,
    clients: int,
    seconds: float,
    progress: Callable[[int, int], None] | None = None,
) -> LoadFigures:
    """Let clients ask a server on the loopback address for some time.

    Args:
        port: where it listens.
        clients: how many at once.
        seconds: how long they begin new requests; those under way are waited for.
        progress: called every second with seconds gone and in all.

    Raises:
        ValueError: more clients or seconds than this is made for.

    """
    if not (0 < clients <= MOST_CLIENTS and 0 < seconds <= MOST_SECONDS):
        message = f"at most {MOST_CLIENTS} clients and {MOST_SECONDS} seconds"
        raise ValueError(message)
    tally, texts, together = _Tally(), _Texts(), Barrier(clients + 1)

    def work() -> None:
        together.wait()
        _client(port, time.monotonic() + seconds, texts, tally)

    threads = [Thread(target=work, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    together.wait()
    start = time.monotonic()
    while alive := [thread for thread in threads if thread.is_alive()]:
        alive[0].join(1.0)
        if progress is not None:
            progress(min(round(time.monotonic() - start), round(seconds)), round(seconds))
    gone = time.monotonic() - start
    errors = sum(tally.errors.values())
    answered = {kind: len(taken) for kind, taken in tally.seconds.items()}
    return LoadFigures(
        clients=clients,
        seconds=round(gone, 2),
        requests=sum(answered.values()) + errors,
        errors=errors,
        kinds_of_error=dict(tally.errors.most_common()),
        requests_per_second=round(sum(answered.values()) / gone, 2),
        runs_per_second=round(answered[MATCH_RUN] / gone, 2),
        timings={kind: Timing.of(taken) for kind, taken in tally.seconds.items()},
    )


def first_answer(port: int) -> int:
    """Ask a server once; return how many matches it found.

    Raises:
        ProcessFailed: the answer is not what it should be.

    """
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=MOST_SECONDS)
    try:
        return len(_round(connection, next(fresh_texts()), _Tally())["matches"])
    except _Wrong as wrong:
        raise ProcessFailed(f"matchmaker serve: {wrong}.") from wrong
    finally:
        connection.close()


def _client(port: int, end: float, texts: _Texts, tally: _Tally) -> None:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE)
    while time.monotonic() < end:
        try:
            _round(connection, texts.next(), tally)
        except (_Wrong, OSError, http.client.HTTPException) as error:
            with tally.lock:
                tally.errors[str(error) if isinstance(error, _Wrong) else type(error).__name__] += 1
            connection.close()  # the next request opens it again
            time.sleep(_PAUSE)
    connection.close()


def _round(connection: http.client.HTTPConnection, text: str, tally: _Tally) -> dict[str, Any]:
    """Send a challenge and ask who can help; return the run."""
    challenge = _timed(connection, CHALLENGE, "/api/v1/challenges", {"text": text}, tally)
    address = f"/api/v1/challenges/{challenge['id']}/match-runs"
    return _timed(connection, MATCH_RUN, address, None, tally)


def _timed(
    connection: http.client.HTTPConnection,
    kind: str,
    address: str,
    body: Mapping[str, Any] | None,
    tally: _Tally,
) -> dict[str, Any]:
    """Post, check the answer, and note how long it took."""
    sent = b"" if body is None else json.dumps(body).encode()
    headers = {} if body is None else {"Content-Type": "application/json"}
    start = time.perf_counter()
    connection.request("POST", address, sent, headers)
    response = connection.getresponse()
    received = response.read()
    took = time.perf_counter() - start
    if response.status != 201:
        raise _Wrong(f"{kind}: status {response.status}")
    answer = _checked(kind, received)
    with tally.lock:
        tally.seconds[kind].append(took)
    return answer


def _checked(kind: str, received: bytes) -> dict[str, Any]:
    """Return the answer if it says what an answer of its kind must say."""
    try:
        answer = json.loads(received)
        whole = (
            isinstance(answer["matches"], list) and bool(answer["funnel"])
            if kind == MATCH_RUN
            else isinstance(answer["id"], str)
        )
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise _Wrong(f"{kind}: malformed")
    found: dict[str, Any] = answer
    return found
