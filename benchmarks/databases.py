"""A match run on SQLite, PostgreSQL and with pgvector: ``python -m benchmarks.databases URL``.

URL names a PostgreSQL server's empty database. The same synthetic profiles are made in SQLite and
copied over (``matchmaker db copy``); then each challenge is asked of all three in turn, so that a
machine that is busy for a while is busy for all. Also measured: how many small writes a second
each database takes from one and from four threads. Prints one JSON document.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any

from matchmaker import bootstrap
from matchmaker.bootstrap import Matchmaker
from matchmaker.config import Settings
from matchmaker.services.benchmarking import Timing, challenge_texts, machine_facts
from matchmaker.services.synthetic import profiles
from matchmaker.services.synthetic_index import FragmentVectors, fill

PROFILES = 10_000
RUNS = 30
WRITES = 200


def main() -> None:
    """Measure and print."""
    url, *rest = sys.argv[1:]
    size = int(rest[0]) if rest else PROFILES
    of_day = Settings.from_environment()
    encoder, voice = bootstrap.make_encoders(of_day)

    def opened(**changes: Any) -> Matchmaker:
        settings = replace(of_day, indexing="off", rate_limits="off", **changes)
        bootstrap.prepare_database(settings)
        return bootstrap.build(settings, encoder=encoder, voice=voice)

    with tempfile.TemporaryDirectory() as folder:
        file = f"sqlite:///{Path(folder).absolute() / 'profiles.sqlite3'}"
        service = opened(database=file)
        filled = fill(
            service.profiles.sessions,
            service.indexing,
            FragmentVectors(encoder),
            profiles(size, today=datetime.now(UTC).date()),
            voiced=None if voice is None else FragmentVectors(voice),
        )
        service.close()
        copying = _seconds(lambda: bootstrap.copy_database(replace(of_day, database=file), url))
        services = {
            "sqlite + faiss": opened(database=file, index="faiss:"),
            "postgresql + faiss": opened(database=url, index="faiss:"),
            "postgresql + pgvector": opened(database=url, index=url),
        }
        loading = {name: _seconds(one.warm_up) for name, one in services.items()}
        document = {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine_facts(),
            "profiles": filled.profiles,
            "passages": filled.passages,
            "seconds_to_copy": copying,
            "seconds_to_load": loading,
            "match_run": _runs(services),
            "writes_a_second": {
                name: {threads: _writes(services[name], threads) for threads in (1, 4)}
                for name in ("sqlite + faiss", "postgresql + faiss")
            },
        }
        for one in services.values():
            one.close()
    print(json.dumps(document, indent=2, ensure_ascii=False))


def _runs(services: dict[str, Matchmaker]) -> dict[str, Any]:
    """Ask every service the same challenges, in turn."""
    seconds: dict[str, list[float]] = defaultdict(list)
    stages: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number, text in enumerate(islice(cycle(challenge_texts()), RUNS + 3)):
        for name, service in services.items():
            challenge = service.challenges.submit(text=f"{text} ({number})")
            start = perf_counter()
            run = service.matchmaking.run(challenge.id)
            if number >= 3:  # the first ones warm up
                seconds[name].append(perf_counter() - start)
                for stage, took in run.timings_ms.items():
                    stages[name][stage].append(took)
    return {
        name: {
            **asdict(Timing.of(took)),
            "stages_p50_ms": {
                stage: round(sorted(each)[len(each) // 2], 1)
                for stage, each in stages[name].items()
            },
        }
        for name, took in seconds.items()
    }


def _writes(service: Matchmaker, threads: int) -> float:
    """Return how many challenges a second are submitted: one small unit of work each."""

    def write(number: int) -> None:
        service.challenges.submit(text=f"It cracks when we weld it, case {number}.", language="en")

    with ThreadPoolExecutor(threads) as workers:
        return round(WRITES / _seconds(lambda: list(workers.map(write, range(WRITES)))), 1)


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return round(perf_counter() - start, 2)


if __name__ == "__main__":
    main()
