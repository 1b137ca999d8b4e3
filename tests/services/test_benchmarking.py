"""The measuring itself: what is counted, what is compared with what, what is promised."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from embeddings.encoders.hashing import HashingEncoder
from embeddings.indexes.exact import ExactIndex
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.matching.passages import compose
from matchmaker.models import Challenge, MatchRun
from matchmaker.services import benchmarking
from matchmaker.services.benchmarking import IndexingFigures, RunFigures, Timing
from matchmaker.services.indexing import Indexer
from matchmaker.services.recognition import recognise
from matchmaker.services.synthetic import profiles
from matchmaker.storage.database import Sessions, upgrade
from tests.factories import NOW

ROUNDS = 4
WARM_UP = 1


@pytest.fixture
def figures(workshop: Matchmaker) -> RunFigures:
    workshop.matchmaking.replica.catch_up()
    exact = ExactIndex(workshop.matchmaking.encoder.spec)
    benchmarking.copy_vectors(workshop.matchmaking.replica.index, exact)
    return benchmarking.measure_runs(
        workshop.challenges, workshop.matchmaking, exact, rounds=ROUNDS, warm_up=WARM_UP
    )


def test_a_timing_is_summed_up_by_percentiles() -> None:
    timing = Timing.of([number / 1000 for number in range(101)])
    assert timing == Timing(times=101, p50_ms=50.0, p95_ms=95.0, p99_ms=99.0)
    assert Timing.of([]).times == 0


def test_the_challenges_are_two_lines_to_a_page_and_half_are_danish() -> None:
    texts = benchmarking.challenge_texts()
    lengths = sorted(len(text.split()) for text in texts)
    assert len(texts) == len(set(texts)) == 20
    assert lengths[0] < 30
    assert lengths[-1] > 300
    assert sorted(recognise(text) for text in texts) == ["da"] * 10 + ["en"] * 10


def test_every_run_is_whole_stored_and_of_a_challenge_never_asked_before(
    workshop: Matchmaker, figures: RunFigures
) -> None:
    with Sessions(workshop.engine).reading() as session:
        texts = session.scalars(select(Challenge.text)).all()
        runs = session.scalar(select(func.count()).select_from(MatchRun))
    assert len(texts) == len(set(texts)) == ROUNDS + WARM_UP
    assert runs == 2 * len(texts)  # each once more, with another condition
    assert figures.changed.times == ROUNDS
    assert figures.whole_run.times == figures.bare.times == figures.bare_sentences.times == ROUNDS


def test_the_ratio_is_that_of_the_medians_and_its_quartiles_rise(figures: RunFigures) -> None:
    assert figures.ratio == pytest.approx(figures.whole_run.p50_ms / figures.bare.p50_ms, rel=0.05)
    assert figures.ratio_sentences == pytest.approx(
        figures.whole_run.p50_ms / figures.bare_sentences.p50_ms, rel=0.05
    )
    assert list(figures.ratio_quartiles) == sorted(figures.ratio_quartiles)


def test_the_shares_of_the_stages_make_the_whole_run(figures: RunFigures) -> None:
    assert sum(figures.stages.values()) == pytest.approx(1, abs=0.01)
    assert {"submit", "encode", "dense", "write", "other"} <= set(figures.stages)
    assert "total" not in figures.stages
    assert figures.words > figures.sentences >= 1


def test_a_copied_index_holds_the_same_vectors(workshop: Matchmaker) -> None:
    workshop.matchmaking.replica.catch_up()
    index = workshop.matchmaking.replica.index
    copy = ExactIndex(index.spec)
    benchmarking.copy_vectors(index, copy)
    ids = np.array(sorted(index.ids()), dtype=np.int64)
    assert copy.ids() == index.ids()
    assert np.array_equal(copy.vectors(ids), index.vectors(ids))


def test_indexing_is_measured_on_profiles_that_wait_each_round_anew(
    settings: Settings, tmp_path: Path, encoder: HashingEncoder
) -> None:
    number = 10
    left: list[int] = []

    @contextmanager
    def waiting() -> Iterator[Indexer]:
        own = Settings(
            data_dir=tmp_path,
            database=f"sqlite:///{tmp_path / str(len(left))}.sqlite3",
            encoder="hashing:",
            indexing="off",
        )
        service = build(own, encoder=encoder)
        upgrade(service.engine)
        service.indexing.sync()
        service.profiles.register_all(list(profiles(number, today=NOW.date())))
        assert service.indexing.readiness().waiting == number
        yield service.indexing
        left.append(service.indexing.readiness().waiting)
        service.close()

    texts = [one.text for made in profiles(number, today=NOW.date()) for one in compose(made)]
    told: list[tuple[int, int]] = []
    found = benchmarking.measure_indexing(
        encoder, texts, waiting, rounds=2, progress=lambda done, total: told.append((done, total))
    )
    assert left == [0, 0]
    assert told == [(1, 2), (2, 2)]
    assert found.passages == len(texts)
    assert found.ratio == pytest.approx(found.indexer / found.bare_encoder, rel=0.05)


def _indexing(ratio: float) -> IndexingFigures:
    return IndexingFigures(
        passages=600, rounds=3, indexer=ratio * 100, bare_encoder=100.0, ratio=ratio
    )


def _runs(ratio: float, changed: float = 0.5) -> RunFigures:
    timing = Timing.of([0.1])
    return RunFigures(
        whole_run=timing,
        bare=timing,
        bare_sentences=timing,
        ratio=ratio,
        ratio_quartiles=(ratio, ratio, ratio),
        ratio_sentences=ratio,
        changed=timing,
        ratio_changed=changed,
        stages={},
        words=90,
        sentences=5,
        matches=20,
    )


@pytest.mark.parametrize(
    ("runs", "indexing", "errors", "kept"),
    [
        ({10_000: (1.5, 0.75)}, 0.9, 0, [True, True, True, True]),
        ({10_000: (1.51, 0.5)}, 0.9, 0, [False, True, True, True]),
        ({10_000: (1.4, 0.76)}, 0.9, 0, [True, False, True, True]),
        ({10_000: (1.4, 0.5)}, 0.89, 0, [True, True, False, True]),
        ({10_000: (1.4, 0.5)}, 0.95, 1, [True, True, True, False]),
        ({1_000: (4.0, 3.0), 100_000: (3.0, 1.51)}, 0.95, None, [True, False, True]),
    ],
    ids=[
        "just kept",
        "slow run",
        "slow change",
        "slow indexing",
        "an error",
        "1,000 is not limited, 100,000 is",
    ],
)
def test_a_limit_is_kept_or_missed(
    runs: dict[int, tuple[float, float]], indexing: float, errors: int | None, kept: list[bool]
) -> None:
    figures = {size: _runs(*ratios) for size, ratios in runs.items()}
    found = benchmarking.limits(figures, _indexing(indexing), errors)
    assert [limit.kept for limit in found] == kept


def test_the_machine_is_described_without_its_name_or_a_path() -> None:
    facts = benchmarking.machine_facts()
    assert facts["cores"] >= 1
    assert facts["libraries"]["numpy"] == np.__version__
    written = json.dumps(facts)
    assert platform.node() not in written
    assert "/" not in written
