"""``matchmaker evaluate --layout`` and ``--set``: policies on judged sets of any origin."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from api.cli.evaluate_set_tables import print_set
from api.cli.results import keep
from api.cli.run_file import beside, writing_runs
from api.cli.set_databases import forget_others, indexed, name_of
from api.cli.terminal import print_json, progress_bar, tell
from embeddings.protocols import Encoder
from matchmaker.bootstrap import make_encoders, prepare_encoders
from matchmaker.config import Settings
from matchmaker.errors import InvalidInput
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.services.judged_set import JudgedSet
from matchmaker.services.layout import Unknown, read_layout
from matchmaker.services.public_sets import READERS
from matchmaker.services.set_evaluation import SetEvaluation, SetResult

_NAMED = 3  # unknown places that are named


def sets_of(layout: Path | None, named: tuple[str, Path] | None) -> list[JudgedSet]:
    """Read what the options name.

    Raises:
        InvalidInput: names file, line and field of the first mistake.

    """
    if named is not None:
        return READERS[named[0]](named[1])
    assert layout is not None  # noqa: S101 - one of the two is given
    unknown = Unknown()
    given = read_layout(layout, unknown)
    if unknown.places:
        some = ", ".join(repr(one) for one in dict.fromkeys(unknown.places[: 50 * _NAMED]))
        tell(f"{len(unknown.places)} records have a place that is not known: {some[:200]}")
    return [given]


def evaluate_sets(
    settings: Settings,
    sets: Sequence[JudgedSet],
    policies: Sequence[MatchingPolicy],
    *,
    run: Path | None,
    kept: Path | None,
    as_json: bool,
    forget: bool,
) -> None:
    """Measure policies on judged sets, and show what was found.

    Args:
        settings: of this installation; its own database is not touched.
        sets: what is measured on.
        policies: what is measured.
        run: file that gets the rankings of all queries.
        kept: file that gets the result.
        as_json: print the result as JSON.
        forget: remove the databases of other sets.

    """
    for given in sets:
        if run is None and not given.judgements.queries():
            raise InvalidInput(
                given.name, "nobody is judged; write qrels.tsv, pairs.tsv or orders.tsv."
            )
    prepare_encoders(settings, tell)
    encoder, voice = make_encoders(settings)
    documents = []
    for given in sets:
        path = beside(run, given.name) if run is not None and len(sets) > 1 else run
        found = _evaluate(settings, (encoder, voice), given, policies, path)
        documents += found
        if not as_json:
            print_set(found)
    document = documents[0] if len(documents) == 1 else documents
    if as_json:
        print_json(document)
    if kept is not None:
        keep(document, kept)
        tell(f"Kept as {kept}")
    if forget:
        removed = forget_others(settings, {name_of(given, encoder) for given in sets})
        tell(f"{removed} databases of other sets removed.")


def _evaluate(
    settings: Settings,
    encoders: tuple[Encoder, Encoder | None],
    given: JudgedSet,
    policies: Sequence[MatchingPolicy],
    run: Path | None,
) -> list[dict[str, Any]]:
    names = [policy.name for policy in policies]
    with indexed(settings, encoders, given) as service:
        of_day = service.evaluation
        evaluation = SetEvaluation(
            of_day.sessions, of_day.clock, of_day.encoder, of_day.make_replica, of_day.voice
        )
        runs = writing_runs(run, names, given.profile_ids) if run is not None else nullcontext()
        with progress_bar(f"Asking {given.name}") as report, runs as writer:
            results = evaluation.evaluate(given, policies, report, writer)
    judged = given.judgements.queries()
    silent = sum(query.id not in judged for query in given.queries)
    if silent:
        tell(f"{silent} of {len(given.queries)} queries are judged for nobody: not measured.")
    policies_found, baselines = results[: len(policies)], results[len(policies) :]
    return [
        {
            "set": given.name,
            "policy": result.name,
            "encoder": encoders[0].spec.name,
            "voice": encoders[1].spec.name if encoders[1] is not None else None,
            "queries": len(given.queries),
            "queries_judged": len(given.queries) - silent,
            "queries_with_relevant": len(result.per_query),
            "profiles": len(given.profile_ids),
            "milliseconds_per_query": result.milliseconds,
            "measures": _measures(result),
            "baselines": [
                {"name": baseline.name, "measures": _measures(baseline)} for baseline in baselines
            ],
        }
        for result in policies_found
    ]


def _measures(result: SetResult) -> dict[str, dict[str, float]]:
    return {name: asdict(value) for name, value in result.measures.items()}
