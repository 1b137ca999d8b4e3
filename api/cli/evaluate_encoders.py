"""``matchmaker evaluate --encoder``: the same judged challenges for several encoders.

Each encoder gets a database of its own in a temporary folder of the data directory, with the seed
profiles encoded by it. What is compared is the order: the score scale of a policy was chosen for
the cosines of one encoder, so all of them are put on a wide one, on which nobody ends up at 0 or 1
and so in a tie.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from rich import box
from rich.table import Table

from api.cli import seed
from api.cli.commit import measured_commit
from api.cli.processes import run_command
from api.cli.terminal import output, progress_bar, tell
from embeddings.protocols import Encoder
from embeddings.registry import make_encoder, prepare_encoder
from matchmaker.bootstrap import build, prepare_database
from matchmaker.config import Settings
from matchmaker.matching.passages import compose
from matchmaker.matching.policy import POLICIES, MatchingPolicy
from matchmaker.matching.sentences import split
from matchmaker.services.benchmarking import Timing, challenge_texts, machine_facts
from matchmaker.services.evaluation import JudgedChallenge, PolicyResult

#: Raise it when fields of the result change their meaning.
FORMAT = 1
#: What is compared when nothing is said: meaning alone, and what answers.
POLICIES_COMPARED = ("dense", "fused")
_PAIRS = ("da→da", "da→en", "en→da", "en→en", "da→both", "en→both")
_MIDPOINT, _SPREAD = 0.5, 0.25  # cosines of all encoders lie within four spreads of it
_WARM_UP = 5
_MB = 1_000_000


def compare(
    settings: Settings,
    names: Sequence[str],
    folder: Path,
    judged: Sequence[JudgedChallenge],
    policies: Sequence[str],
) -> dict[str, Any]:
    """Measure encoders one after another; return a document that names no machine or folder.

    Raises:
        EncoderUnavailable: one of them can't be had; nothing was measured.

    """
    for name in names:
        prepare_encoder(name, settings.data_dir, tell)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    facts = machine_facts()  # how busy the machine is before this begins
    compared = [_on_a_wide_scale(POLICIES[name]) for name in policies]
    with tempfile.TemporaryDirectory(prefix="encoders-", dir=settings.data_dir) as temporary:
        measured = []
        for number, name in enumerate(names):
            database = Path(temporary).absolute() / f"{number}.sqlite3"
            # Alone: what another one adds is not its own.
            own = replace(
                settings,
                encoder=name,
                voice="",
                database=f"sqlite:///{database}",
                indexing="off",
            )
            measured.append(_measure(own, folder, judged, compared))
    return {
        "format": FORMAT,
        "commit": measured_commit(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "challenges": len(judged),
        "judgements": sum(len(challenge.grades) for challenge in judged),
        "encoders": measured,
    }


def _on_a_wide_scale(policy: MatchingPolicy) -> MatchingPolicy:
    # No lots among near ties either: they are part of an answer, not of what an encoder knows.
    return replace(policy, midpoint=_MIDPOINT, spread=_SPREAD, near_tie=0.0)


def _measure(
    settings: Settings,
    folder: Path,
    judged: Sequence[JudgedChallenge],
    policies: Sequence[MatchingPolicy],
) -> dict[str, Any]:
    encoder = make_encoder(settings.encoder, settings.data_dir, settings.encoder_threads)
    name = encoder.spec.name
    prepare_database(settings)
    with closing(build(settings, encoder=encoder)) as service:
        profiles = seed.read(folder).profiles
        passages = sum(len(compose(profile)) for profile in profiles)
        service.profiles.register_all(profiles)
        with progress_bar(f"Indexing {passages} passages by {name}") as report:
            start = perf_counter()
            service.indexing.sync(report)
            seconds = perf_counter() - start
        with progress_bar(f"Asking by {name}") as report:
            results = service.evaluation.evaluate(judged, policies, report)
        wait, work = _queries(encoder, judged)
    start_up = run_command(settings, "match", challenge_texts()[0], "--json")
    json.loads(start_up.answer)  # it is an answer
    return {
        "encoder": name,
        "revision": encoder.spec.revision,
        "dimension": encoder.spec.dimension,
        "policies": {result.policy: _pairs(result) for result in results},
        "query": asdict(wait),
        "query_processor": asdict(work),
        "passages": passages,
        "passages_per_second": round(passages / seconds, 1),
        "cold_start": {
            "seconds": round(start_up.seconds, 2),
            "peak_mb": round(start_up.peak_bytes / _MB),
        },
    }


def _queries(encoder: Encoder, judged: Sequence[JudgedChallenge]) -> tuple[Timing, Timing]:
    """Time every wording of every challenge, encoded whole with its sentences as parts.

    Returns the wait, and the processor time of all threads, which a busy machine changes less.
    """
    asked = [
        split(text, title) for challenge in judged for title, text in challenge.wordings.values()
    ]
    for parts in asked[:_WARM_UP]:
        encoder.encode_query_parts(parts)
    taken = [_seconds(encoder.encode_query_parts, parts) for parts in asked]
    return Timing.of([wait for wait, _ in taken]), Timing.of([work for _, work in taken])


def _seconds(work: Callable[[Sequence[str]], object], given: Sequence[str]) -> tuple[float, float]:
    start, started = perf_counter(), process_time()
    work(given)
    return perf_counter() - start, process_time() - started


def _pairs(result: PolicyResult) -> dict[str, Any]:
    return {
        pair: {
            "challenges": found.challenges,
            **{name: asdict(value) for name, value in found.measures.items()},
        }
        for pair, found in result.pairs.items()
    }


def print_encoders(document: dict[str, Any]) -> None:
    """Write the result of a comparison to standard output."""
    output.print(
        f"{document['challenges']} challenges, {document['judgements']} judgements. "
        "da→en: challenges in Danish among profiles in English.",
        markup=False,
    )
    encoders = document["encoders"]
    for policy in encoders[0]["policies"]:
        table = _table(f"nDCG@10, policy {policy}", *_PAIRS)
        for one in encoders:
            pairs = one["policies"][policy]
            found = [pairs[pair]["ndcg@10"]["value"] if pair in pairs else None for pair in _PAIRS]
            cells = ("–" if value is None else f"{value:.3f}" for value in found)
            table.add_row(one["encoder"], *cells)
        output.print(table)
    costs = _table("Costs", *("numbers", "query ms", "CPU ms", "passages/s", "start s", "peak MB"))
    for one in encoders:
        costs.add_row(
            one["encoder"],
            str(one["dimension"]),
            f"{one['query']['p50_ms']:.1f}",
            f"{one['query_processor']['p50_ms']:.1f}",
            f"{one['passages_per_second']:.0f}",
            f"{one['cold_start']['seconds']:.1f}",
            str(one["cold_start"]["peak_mb"]),
        )
    output.print(costs)


def _table(title: str, *headings: str) -> Table:
    table = Table(
        title=f"\n{title}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        collapse_padding=True,
    )
    table.add_column("encoder", overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table
