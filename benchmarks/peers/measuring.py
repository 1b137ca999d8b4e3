"""Runs all peers on one corpus: opened and indexed one after the other, then timed in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.peers.corpus import Corpus
from benchmarks.peers.processes import PeerProcess, closing_all
from benchmarks.peers.protocol import OURS

#: What every peer is asked for when it is timed: enough for recall@50.
DEPTH = 50
#: What it is asked for when its quality is measured: enough to leave out the profiles of one
#: language and still have fifty.
QUALITY_DEPTH = 1_000
#: Queries in a portion: peers take turns portion by portion, so that a machine that is busy for
#: some seconds is busy for all of them.
PORTION = 25
_MB = 1_000_000


@dataclass(frozen=True)
class Latency:
    """Milliseconds of one query asked alone; each query counts with its middle round."""

    queries: int
    p50_ms: float
    p95_ms: float

    @classmethod
    def of(cls, rounds: Sequence[Sequence[float | None]]) -> Latency:
        """Sum up, for each round, the time of each query; None where it was not accepted."""
        middle = [
            median(known)
            for times in zip(*rounds, strict=True)
            if (known := [one for one in times if one is not None])
        ]
        if not middle:
            return cls(0, 0.0, 0.0)
        p50, p95 = np.percentile(middle, (50, 95)).round(2).tolist()
        return cls(len(middle), p50, p95)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one peer did on one corpus."""

    peer: str
    #: Importing the libraries, reading the model or making the database.
    seconds_to_open: float
    seconds_to_index: float
    peak_mb: int
    latency: Latency
    #: Of the whole stored run, for the one peer that stores.
    stored: Latency | None
    #: For each query the ids in order.
    rankings: Sequence[Sequence[str]]


@dataclass(frozen=True)
class _Turn:
    """What is timed: a peer's ranking, or its stored answer."""

    process: PeerProcess
    stored: bool


def measure(
    corpus: Corpus,
    peers: Sequence[str],
    *,
    model: Path,
    data_dir: Path,
    folder: Path,
    rounds: int,
    tell: Callable[[str], None],
) -> list[Measured]:
    """Return what each peer did.

    Args:
        corpus: what is indexed and asked.
        peers: names, in the order in which they begin.
        model: the bundled encoder as a sentence-transformers folder.
        data_dir: where the built encoder lies.
        folder: for files, empty.
        rounds: how often every query is timed; 0 leaves the times out.
        tell: called with a line after each step of each peer.

    Raises:
        PeerFailed: a peer's process ended before its work was done.

    """
    written = folder / "corpus.json"
    corpus.save(written)
    opened: dict[str, float] = {}
    indexed: dict[str, float] = {}
    rankings: dict[str, list[list[str]]] = {}
    with closing_all() as processes:
        for name in peers:
            process = PeerProcess(
                name, corpus=written, model=model, data_dir=data_dir, folder=folder / name
            )
            processes.append(process)
            opened[name] = process.ask("open")
            indexed[name] = process.ask("index")
            rankings[name] = process.ask("rank", depth=QUALITY_DEPTH)
            tell(
                f"{corpus.name}: {name}: opened in {opened[name]:.1f} s, "
                f"{len(corpus.profiles)} profiles indexed in {indexed[name]:.1f} s"
            )
        times = _in_turn(corpus, processes, rounds, tell)
        peaks = {one.name: one.ask("peak") for one in processes}
    return [
        Measured(
            peer=name,
            seconds_to_open=round(opened[name], 2),
            seconds_to_index=round(indexed[name], 2),
            peak_mb=round(peaks[name] / _MB),
            latency=Latency.of(times[name, False]),
            stored=Latency.of(times[name, True]) if (name, True) in times else None,
            rankings=rankings[name],
        )
        for name in peers
    ]


def _in_turn(
    corpus: Corpus,
    processes: Sequence[PeerProcess],
    rounds: int,
    tell: Callable[[str], None],
) -> Mapping[tuple[str, bool], list[list[float | None]]]:
    """Return milliseconds by (peer, stored or not), round and query."""
    turns = [_Turn(one, stored=False) for one in processes]
    turns += [_Turn(one, stored=True) for one in processes if one.name == OURS]
    times: dict[tuple[str, bool], list[list[float | None]]] = {
        (turn.process.name, turn.stored): [] for turn in turns
    }
    for number in range(rounds):
        for of_turn in times.values():
            of_turn.append([])
        for first in range(0, len(corpus.queries), PORTION):
            details: dict[str, Any] = {"first": first, "end": first + PORTION, "depth": DEPTH}
            for turn in turns:
                found = turn.process.ask("time", stored=turn.stored, **details)
                times[turn.process.name, turn.stored][-1].extend(found)
            turns.append(turns.pop(0))  # nobody always follows the same neighbour
        tell(f"{corpus.name}: round {number + 1} of {rounds} timed")
    return times
