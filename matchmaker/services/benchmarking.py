"""Measuring: what a match run costs beside the bare work it cannot do without. Prints nothing.

Bare work is encoding the challenge, by every encoder that reads its language, and one exact
search by the first of them. Both are timed in the same loop, round
by round in turn, so that a machine that is busy for a while is busy for both; the ratio then
holds where single times do not.
"""

from __future__ import annotations

import csv
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from itertools import count, cycle
from time import perf_counter, sleep
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np

from embeddings.protocols import Encoder, VectorIndex
from matchmaker.matching.sentences import split
from matchmaker.matching.voice import LANGUAGES, as_read
from matchmaker.models import Conditions, PartnerKind
from matchmaker.services.challenges import ChallengeService
from matchmaker.services.indexing import Indexer
from matchmaker.services.matchmaking import MatchmakingService

#: Called with how many steps are done and how many there are.
Progress: TypeAlias = Callable[[int, int], None]

#: A whole run may cost this many times the bare work, by number of profiles: three sources,
#: place, folding, evidence.
MOST_TIMES_BARE = {10_000: 1.5, 100_000: 3.0}
#: A changed condition may cost this share of what a whole run may: nothing is encoded again.
CHANGED_SHARE = 0.5
#: Indexing must reach this share of the encoder's own speed.
LEAST_INDEXING = 0.9
#: The size at which the server is measured.
LIMITED_SIZE = 10_000
#: What is asked of a challenge that has been answered, in turn.
CHANGES = (
    Conditions(place_weight=2.0),
    Conditions(excluded_terms=("laser",)),
    Conditions(partner_kinds=(PartnerKind.EXPERT, PartnerKind.INSTITUTE)),
)

#: Threads of numeric libraries wait for more work in a busy loop before they sleep, and would
#: slow down whatever is measured next. A pause of this many seconds gives all the same start.
PAUSE = 0.05

_NEIGHBOURS = 100  # found by the one search of the bare work
_COPIED = 50_000  # vectors handed from index to index at once
_LIBRARIES = (
    *("numpy", "onnxruntime", "tokenizers", "faiss-cpu", "sqlalchemy"),
    *("flask", "marshmallow", "waitress"),
)


@dataclass(frozen=True)
class Timing:
    """How long something took, over many times."""

    times: int
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timing:
        """Sum up single times in seconds."""
        if not seconds:
            return cls(0, 0.0, 0.0, 0.0)
        p50, p95, p99 = np.percentile(np.array(seconds) * 1000, (50, 95, 99))
        return cls(len(seconds), *(round(float(each), 2) for each in (p50, p95, p99)))


@dataclass(frozen=True, kw_only=True)
class RunFigures:
    """A whole run, challenge text to stored ranking, beside the bare work."""

    whole_run: Timing
    #: The text as one query, and one exact search.
    bare: Timing
    #: The text's sentences as queries, and one exact search with all of them.
    bare_sentences: Timing
    #: p50 of the whole run over p50 of the bare work.
    ratio: float
    #: Quartiles of the ratios round by round.
    ratio_quartiles: tuple[float, float, float]
    ratio_sentences: float
    #: The same challenge with another condition, to the stored ranking.
    changed: Timing
    #: p50 of that over p50 of the bare work.
    ratio_changed: float
    #: Share of each stage in the time of all runs.
    stages: Mapping[str, float]
    #: What was asked and answered, in the middle.
    words: float
    sentences: float
    matches: float


@dataclass(frozen=True, kw_only=True)
class IndexingFigures:
    """Passages per second, in the middle of the rounds."""

    passages: int
    rounds: int
    indexer: float
    bare_encoder: float
    ratio: float


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One thing that was promised."""

    name: str
    limit: float
    measured: float
    kept: bool


@cache
def challenge_texts() -> tuple[str, ...]:
    """Return the fixed challenges: two lines to a page, half Danish and half English."""
    source = resources.files(__package__).joinpath("benchmark_challenges.tsv")
    lines = source.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(row["text"] for row in rows)


def fresh_texts() -> Iterator[str]:
    """Give the fixed challenges round and round, each time with another number at the end.

    >>> texts = fresh_texts()
    >>> first = [next(texts) for _ in range(40)]
    >>> len(set(first))
    40
    """
    for number, text in zip(count(1), cycle(challenge_texts())):
        yield f"{text} ({number})"


def copy_vectors(source: VectorIndex, target: VectorIndex) -> None:
    """Fill an index with the vectors of another."""
    ids = np.array(sorted(source.ids()), dtype=np.int64)
    for start in range(0, len(ids), _COPIED):
        some = ids[start : start + _COPIED]
        target.upsert(some, source.vectors(some))


def measure_runs(
    challenges: ChallengeService,
    matchmaking: MatchmakingService,
    exact: VectorIndex,
    *,
    rounds: int,
    warm_up: int = 5,
    progress: Progress | None = None,
) -> RunFigures:
    """Time whole runs and bare work in turn.

    Args:
        challenges: takes the texts.
        matchmaking: answers them; its replica is loaded.
        exact: holds the same vectors, for the bare work.
        rounds: how often each is timed.
        warm_up: rounds before that do not count.
        progress: called after each round.

    """
    voice = matchmaking.voice
    texts = fresh_texts()
    whole: list[float] = []
    bare: list[float] = []
    bare_sentences: list[float] = []
    changed: list[float] = []
    stages: dict[str, float] = {}
    asked: list[tuple[int, int, int]] = []
    for number in range(-warm_up, rounds):
        text = next(texts)
        sleep(PAUSE)
        start = perf_counter()
        challenge = challenges.submit(text=text)
        submitted = perf_counter()
        run = matchmaking.run(challenge.id)
        end = perf_counter()
        again = _changed_seconds(matchmaking, challenge.id, CHANGES[number % len(CHANGES)])
        heard = voice if challenge.language in LANGUAGES else None
        alone = _bare_seconds(matchmaking.encoder, heard, exact, [text], challenge.language)
        in_sentences = _bare_seconds(
            matchmaking.encoder, heard, exact, split(text), challenge.language
        )
        if number < 0:
            continue
        whole.append(end - start)
        bare.append(alone)
        bare_sentences.append(in_sentences)
        changed.append(again)
        _add_stages(stages, submitted - start, end - start, run.timings_ms)
        asked.append((len(text.split()), len(run.sentences), len(run.matches)))
        if progress is not None:
            progress(number + 1, rounds)
    quartiles = np.percentile(np.array(whole) / np.array(bare), (25, 50, 75)).round(3)
    words, sentences, matches = np.median(np.array(asked), axis=0).tolist()
    return RunFigures(
        whole_run=Timing.of(whole),
        bare=Timing.of(bare),
        bare_sentences=Timing.of(bare_sentences),
        ratio=_ratio(whole, bare),
        ratio_quartiles=(float(quartiles[0]), float(quartiles[1]), float(quartiles[2])),
        ratio_sentences=_ratio(whole, bare_sentences),
        changed=Timing.of(changed),
        ratio_changed=_ratio(changed, bare),
        stages={name: round(took / sum(whole), 4) for name, took in stages.items()},
        words=words,
        sentences=sentences,
        matches=matches,
    )


def _bare_seconds(
    encoder: Encoder,
    voice: Encoder | None,
    exact: VectorIndex,
    queries: Sequence[str],
    language: str,
) -> float:
    sleep(PAUSE)
    read = [as_read(one, language) for one in queries] if voice is not None else []
    start = perf_counter()
    vectors = encoder.encode_queries(queries)
    if voice is not None:
        voice.encode_queries(read)
    exact.search(vectors, _NEIGHBOURS)
    return perf_counter() - start


def _changed_seconds(
    matchmaking: MatchmakingService, challenge_id: UUID, conditions: Conditions
) -> float:
    sleep(PAUSE)
    start = perf_counter()
    matchmaking.run(challenge_id, conditions=conditions)
    return perf_counter() - start


def _add_stages(
    stages: dict[str, float], submitting: float, whole: float, timings_ms: Mapping[str, float]
) -> None:
    """Add the seconds of one run to each stage; what no stage accounts for is "other"."""
    seconds = {name: took / 1000 for name, took in timings_ms.items() if name != "total"}
    seconds = {"submit": submitting, **seconds}
    seconds["other"] = whole - sum(seconds.values())
    for name, took in seconds.items():
        stages[name] = stages.get(name, 0.0) + took


def _ratio(seconds: Sequence[float], others: Sequence[float]) -> float:
    return round(float(np.median(seconds) / np.median(others)), 3)


def measure_indexing(
    encoder: Encoder,
    texts: Sequence[str],
    waiting: Callable[[], AbstractContextManager[Indexer]],
    *,
    heard: tuple[Encoder, Sequence[str]] | None = None,
    rounds: int = 3,
    progress: Progress | None = None,
) -> IndexingFigures:
    """Time the encoder alone and the indexer with all it does, in turn.

    Args:
        encoder: encodes the texts bare.
        texts: the passages of the profiles that wait.
        waiting: opens an indexer for whom the profiles of these texts wait, with a live
            generation and no vector known yet.
        heard: the indexer's voice, and those of the texts that it reads as well.
        rounds: how often each is timed.
        progress: called after each round.

    """
    bare: list[float] = []
    indexed: list[float] = []
    encoder.encode_documents(texts[:32])
    for number in range(rounds):
        start = perf_counter()
        encoder.encode_documents(texts)
        if heard is not None:
            voice, read = heard
            voice.encode_documents(read)
        bare.append(perf_counter() - start)
        with waiting() as indexer:
            start = perf_counter()
            indexer.sync()
            indexed.append(perf_counter() - start)
        if progress is not None:
            progress(number + 1, rounds)
    return IndexingFigures(
        passages=len(texts),
        rounds=rounds,
        indexer=round(len(texts) / float(np.median(indexed)), 1),
        bare_encoder=round(len(texts) / float(np.median(bare)), 1),
        ratio=_ratio(bare, indexed),
    )


def limits(
    runs: Mapping[int, RunFigures], indexing: IndexingFigures, errors: int | None
) -> list[Limit]:
    """Compare with what was promised.

    Args:
        runs: figures by number of profiles; ``MOST_TIMES_BARE`` says for which there are limits.
        indexing: figures of the indexer.
        errors: of the clients, None when there were no clients.

    """
    found = []
    for size, most in MOST_TIMES_BARE.items():
        if size not in runs:
            continue
        for what, limit, ratio in (
            ("whole run", most, runs[size].ratio),
            ("changed condition", CHANGED_SHARE * most, runs[size].ratio_changed),
        ):
            name = f"{what} at {size} profiles over bare work, at most"
            found.append(Limit(name=name, limit=limit, measured=ratio, kept=ratio <= limit))
    share = indexing.ratio
    name = "indexing over the bare encoder's speed, at least"
    found.append(
        Limit(name=name, limit=LEAST_INDEXING, measured=share, kept=share >= LEAST_INDEXING)
    )
    if errors is not None:
        name = "errors of the clients, at most"
        found.append(Limit(name=name, limit=0, measured=errors, kept=not errors))
    return found


def machine_facts() -> dict[str, Any]:
    """Return what the figures depend on: no names, no paths."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "architecture": platform.machine(),
        "system": platform.system(),
        "memory_gb": round(pages * size / 1e9, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
    }
