"""``matchmaker bench``: what a match run costs, measured on this machine, kept as JSON."""

from __future__ import annotations

import gc
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import click

from api.cli import load
from api.cli.bench_tables import print_tables
from api.cli.commit import measured_commit
from api.cli.processes import Finished, run_command, serving
from api.cli.results import RESULTS, finish
from api.cli.terminal import progress_bar, tell
from embeddings.registry import make_index
from matchmaker import bootstrap
from matchmaker.bootstrap import Matchmaker, build, prepare_database
from matchmaker.config import Settings
from matchmaker.matching.passages import compose
from matchmaker.matching.voice import LANGUAGES, as_read
from matchmaker.services import benchmarking
from matchmaker.services.indexing import Indexer
from matchmaker.services.synthetic import profiles
from matchmaker.services.synthetic_index import FragmentVectors, fill
from matchmaker.services.synthetic_texts import fragments

#: Raise it when fields of the result change their meaning.
FORMAT = 1
_INDEXED_PROFILES = 100  # some 600 passages, encoded for real
_LARGEST = 1_000_000
_MB = 1_000_000


def _sizes(_ctx: click.Context, _parameter: click.Parameter, text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(sorted({int(size) for size in text.split(",")}))
    except ValueError:
        raise click.BadParameter("write whole numbers with commas between.") from None
    if sizes[0] < 1 or sizes[-1] > _LARGEST:
        raise click.BadParameter(f"use sizes from 1 to {_LARGEST}.")
    return sizes


@click.command()
@click.option(
    "--sizes",
    default="1000,10000",
    show_default=True,
    callback=_sizes,
    help="How many synthetic profiles, one measurement each.",
)
@click.option(
    "--starts",
    type=click.IntRange(1, 100),
    default=3,
    show_default=True,
    help="Cold starts per size.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1, 10_000),
    default=60,
    show_default=True,
    help="Match runs per size.",
)
@click.option(
    "--clients",
    type=click.IntRange(1, load.MOST_CLIENTS),
    default=32,
    show_default=True,
    help="Clients that ask the server at once.",
)
@click.option(
    "--seconds",
    type=click.IntRange(0, load.MOST_SECONDS),
    default=60,
    show_default=True,
    help="How long they ask; 0 leaves the server out.",
)
@click.option("--no-limits", is_flag=True, help="Only report; a missed limit is no failure.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    default=RESULTS,
    show_default=True,
    help="Folder that gets the result as bench-COMMIT.json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.pass_obj
def bench(
    settings: Settings,
    sizes: tuple[int, ...],
    starts: int,
    rounds: int,
    clients: int,
    seconds: int,
    no_limits: bool,
    results: Path,
    as_json: bool,
) -> None:
    """Measure match runs, indexing, cold start and a server under load.

    Works on databases of synthetic profiles in a temporary folder of the data directory; the
    database of this installation is not touched. See benchmarks/README.md for what the
    figures mean. Exit status 1 when a limit is missed.
    """
    bootstrap.prepare_encoders(settings, tell)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=settings.data_dir) as folder:
        document = _Bench(settings, Path(folder)).measure(sizes, starts, rounds, clients, seconds)
    kept = results / f"bench-{document['commit']}.json"
    finish(document, kept, print_tables, as_json=as_json, no_limits=no_limits)


class _Bench:
    """One measurement, from an empty folder to a document."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = replace(settings, indexing="off", rate_limits="off")
        self._folder = folder
        self._today = datetime.now(UTC).date()
        self._encoder, self._voice = bootstrap.make_encoders(settings)
        self._numbers = count()

    def measure(
        self, sizes: Sequence[int], starts: int, rounds: int, clients: int, seconds: int
    ) -> dict[str, Any]:
        """Measure everything, the small before the large."""
        facts = benchmarking.machine_facts()
        indexing = self._indexing()
        with progress_bar("Encoding the fragments") as report:
            vectors = FragmentVectors(self._encoder, _summed(report, len(fragments())))
        voiced = None if self._voice is None else FragmentVectors(self._voice)
        loaded_size = benchmarking.LIMITED_SIZE if benchmarking.LIMITED_SIZE in sizes else sizes[-1]
        runs: dict[int, benchmarking.RunFigures] = {}
        measured: list[dict[str, Any]] = []
        server = None
        for size in sizes:
            database = self._folder / f"{size}.sqlite3"
            stored = self._fill(database, size, vectors, voiced)
            runs[size], seconds_to_load = self._runs(database, size, rounds)
            gc.collect()  # the indexes of this size, before other processes fill theirs
            measured.append(
                {
                    "profiles": size,
                    **stored,
                    "seconds_to_load": seconds_to_load,
                    **asdict(runs[size]),
                    "cold_start": self._cold_start(database, size, starts),
                }
            )
            if seconds and size == loaded_size:
                server = {"profiles": size, **self._server(database, clients, seconds)}
            _delete(database)
        errors = server["load"]["errors"] if server else None
        return {
            "format": FORMAT,
            "commit": measured_commit(),
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": facts,
            "settings": {
                "encoder": self._encoder.spec.name,
                "encoder_revision": self._encoder.spec.revision,
                "encoder_threads": self._settings.encoder_threads,
                "voice": None if self._voice is None else self._voice.spec.name,
                "index": self._settings.index,
                "threads": self._settings.threads,
            },
            "limits": [asdict(one) for one in benchmarking.limits(runs, indexing, errors)],
            "indexing": asdict(indexing),
            "sizes": measured,
            "server": server,
        }

    def _service(self, database: Path) -> Matchmaker:
        settings = self._on(database)
        prepare_database(settings)
        return build(settings, encoder=self._encoder, voice=self._voice)

    def _on(self, database: Path) -> Settings:
        return replace(self._settings, database=f"sqlite:///{database.absolute()}")

    def _indexing(self) -> benchmarking.IndexingFigures:
        given = profiles(_INDEXED_PROFILES, today=self._today)
        passages = [passage for profile in given for passage in compose(profile)]
        voice = self._voice
        read = [as_read(one.text, one.language) for one in passages if one.language in LANGUAGES]
        with progress_bar("Indexing, beside the encoder alone") as report:
            return benchmarking.measure_indexing(
                self._encoder,
                [one.text for one in passages],
                self._waiting,
                heard=(voice, read) if voice else None,
                progress=report,
            )

    @contextmanager
    def _waiting(self) -> Iterator[Indexer]:
        database = self._folder / f"indexing-{next(self._numbers)}.sqlite3"
        with closing(self._service(database)) as service:
            service.indexing.sync()  # of nothing: the generation is there
            service.profiles.register_all(list(profiles(_INDEXED_PROFILES, today=self._today)))
            yield service.indexing
        _delete(database)

    def _fill(
        self,
        database: Path,
        size: int,
        vectors: FragmentVectors,
        voiced: FragmentVectors | None,
    ) -> dict[str, Any]:
        start = perf_counter()
        with (
            closing(self._service(database)) as service,
            progress_bar(f"Making {size} profiles") as report,
        ):
            filled = fill(
                service.profiles.sessions,
                service.indexing,
                vectors,
                profiles(size, today=self._today),
                voiced=voiced,
                progress=_summed(report, size),
            )
        return {
            "passages": filled.passages,
            "database_mb": round(database.stat().st_size / _MB, 1),
            "seconds_to_make": round(perf_counter() - start, 1),
        }

    def _runs(
        self, database: Path, size: int, rounds: int
    ) -> tuple[benchmarking.RunFigures, float]:
        with closing(self._service(database)) as service:
            replica = service.matchmaking.replica
            start = perf_counter()
            replica.catch_up()
            seconds_to_load = round(perf_counter() - start, 2)
            exact = make_index("exact:", self._encoder.spec)
            benchmarking.copy_vectors(replica.index, exact)
            with progress_bar(f"Match runs at {size} profiles") as report:
                figures = benchmarking.measure_runs(
                    service.challenges, service.matchmaking, exact, rounds=rounds, progress=report
                )
        return figures, seconds_to_load

    def _cold_start(self, database: Path, size: int, times: int) -> dict[str, Any]:
        text = benchmarking.challenge_texts()[0]
        starts: list[Finished] = []
        with progress_bar(f"Cold start at {size} profiles") as report:
            for number in range(times):
                starts.append(run_command(self._on(database), "match", text, "--json"))
                json.loads(starts[-1].answer)  # it is an answer
                report(number + 1, times)
        return {
            "starts": times,
            "seconds_p50": round(median(one.seconds for one in starts), 2),
            "seconds_most": round(max(one.seconds for one in starts), 2),
            "peak_mb": round(max(one.peak_bytes for one in starts) / _MB),
        }

    def _server(self, database: Path, clients: int, seconds: int) -> dict[str, Any]:
        with serving(self._on(database)) as server:
            start = perf_counter()
            first = load.first_answer(server.port)
            to_first = server.seconds_to_ready + perf_counter() - start
            with progress_bar(f"{clients} clients") as report:
                figures = load.measure_load(
                    server.port, clients=clients, seconds=seconds, progress=report
                )
        return {
            "seconds_to_ready": round(server.seconds_to_ready, 2),
            "seconds_to_first_answer": round(to_first, 2),
            "matches_in_first_answer": first,
            "peak_mb": round(server.peak_bytes / _MB),
            "load": asdict(figures),
        }


def _summed(report: Callable[[int, int], None], total: int) -> Callable[[int], None]:
    """Turn (done, total) into what is called with the number just finished."""
    done = 0

    def finished(number: int) -> None:
        nonlocal done
        done += number
        report(done, total)

    return finished


def _delete(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
