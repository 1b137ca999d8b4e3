"""``matchmaker evaluate``: how well the ranking agrees with the judged challenges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from api.cli.commit import measured_commit
from api.cli.evaluate_encoders import POLICIES_COMPARED, compare, print_encoders
from api.cli.evaluate_set import evaluate_sets, sets_of
from api.cli.evaluate_tables import print_tables
from api.cli.results import RESULTS, finish
from api.cli.seed import Judged, folder_option, read_judged
from api.cli.service import open_service
from api.cli.terminal import progress_bar, tell
from api.schemas.seed import id_of
from matchmaker.bootstrap import Matchmaker
from matchmaker.config import Settings
from matchmaker.errors import InvalidInput
from matchmaker.matching.policy import DEFAULT_POLICY, POLICIES
from matchmaker.models import Place
from matchmaker.models.gazetteer import find_place
from matchmaker.services.evaluation import JudgedChallenge, PolicyResult
from matchmaker.services.public_sets import READERS

#: Raise it when fields of the result change their meaning.
FORMAT = 1
#: A Danish challenge must find English profiles at least this well, against an English one.
LEAST_SHARE = 0.95
#: In the order in which a table shows them: single voices first, what answers last.
_ORDER = tuple(POLICIES)
_OFF_TOPIC = "off-topic"
_ALL = "all"
_folder = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command()
@folder_option
@click.option(
    "--policy",
    "names",
    multiple=True,
    type=click.Choice([*_ORDER, _ALL]),
    help="Only this policy; may be given more than once.  [default: all, and with --layout or "
    "--set the one that answers]",
)
@click.option("--layout", type=_folder, help="Measure on the judged set in this folder instead.")
@click.option(
    "--set",
    "named",
    type=(click.Choice(list(READERS)), _folder),
    metavar="NAME FOLDER",
    help=f"Measure on a public set instead: {', '.join(READERS)}.",
)
@click.option(
    "--run",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that gets the whole ranking of every query, with --layout or --set.",
)
@click.option(
    "--forget-others",
    is_flag=True,
    help="Remove the indexed profiles of other sets, with --layout or --set.",
)
@click.option(
    "--encoder",
    "encoders",
    multiple=True,
    help="Compare this encoder with others, on the seed profiles; given once for each.",
)
@click.option("--no-limits", is_flag=True, help="Only report; a missed limit is no failure.")
@click.option(
    "--output",
    "kept",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that gets the result.  [default: benchmarks/results/evaluate-COMMIT.json, "
    "encoders-COMMIT.json with --encoder]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.pass_obj
def evaluate(
    settings: Settings,
    *,
    folder: Path,
    names: tuple[str, ...],
    layout: Path | None,
    named: tuple[str, Path] | None,
    run: Path | None,
    forget_others: bool,
    encoders: tuple[str, ...],
    no_limits: bool,
    kept: Path | None,
    as_json: bool,
) -> None:
    """Compare policies on the judged challenges of the seed data.

    Every challenge is asked in Danish and in English, and looked up among the profiles of each
    language and of both. Exit status 1 when Danish challenges find English profiles clearly
    worse than English ones do. Nothing is kept in the database.

    With --layout or --set the judged texts of a folder take their place; the layout is
    described in docs/how-to/evaluate-a-set.md.

    With --encoder, encoders are compared on the seed data, each on a database of its own; the
    database of the installation is not looked at.
    """
    if layout is not None or named is not None:
        if encoders:
            raise click.UsageError(
                "--encoder compares on the seed data; leave out --layout, --set."
            )
        if layout is not None and named is not None:
            raise click.UsageError("Give either --layout or --set.")
        chosen = _ORDER if _ALL in names else names or (DEFAULT_POLICY.name,)
        evaluate_sets(
            settings,
            sets_of(layout, named),
            [POLICIES[name] for name in dict.fromkeys(chosen)],
            run=run,
            kept=kept,
            as_json=as_json,
            forget=forget_others,
        )
        return
    if run is not None or forget_others:
        raise click.UsageError("--run and --forget-others go with --layout or --set.")
    judged = judged_challenges(read_judged(folder))
    if encoders:
        chosen = _ORDER if _ALL in names else names or POLICIES_COMPARED
        compared = compare(settings, encoders, folder, judged, chosen)
        kept = kept or RESULTS / f"encoders-{compared['commit']}.json"
        finish(compared, kept, print_encoders, as_json=as_json, no_limits=True)
        return
    service = open_service(settings)
    _check_loaded(service, judged)
    wordings = sum(len(challenge.wordings) for challenge in judged)
    tell(f"Encoding {wordings} wordings of {len(judged)} challenges ...")
    policies = [POLICIES[name] for name in _ORDER if _asked(name, names)]
    with progress_bar("Asking") as report:
        results = service.evaluation.evaluate(judged, policies, report)
    document = as_document(results, judged)
    kept = kept or RESULTS / f"evaluate-{document['commit']}.json"
    finish(document, kept, print_tables, as_json=as_json, no_limits=no_limits)


def _asked(name: str, names: Sequence[str]) -> bool:
    return not names or name in names or _ALL in names


def judged_challenges(given: Judged) -> list[JudgedChallenge]:
    """Return the challenges of a seed folder as the evaluation asks them."""
    challenges = []
    for record in given.challenges:
        wordings = [record]
        if record["key"] in given.translations:
            wordings.append(given.translations[record["key"]])
        challenges.append(
            JudgedChallenge(
                id=id_of(record["key"]),
                wordings={one["language"]: (one["title"], one["text"]) for one in wordings},
                place=find_place(record["municipality"] or "") or Place(),
                grades={
                    id_of(profile): grade for profile, grade in given.grades[record["key"]].items()
                },
                answerable=record["clarity"] != _OFF_TOPIC,
            )
        )
    return challenges


def _check_loaded(service: Matchmaker, judged: Sequence[JudgedChallenge]) -> None:
    missing = {profile for challenge in judged for profile in challenge.grades}
    offset, page = 0, 500
    while missing:
        found = service.profiles.page(offset=offset, limit=page).items
        if not found:
            raise InvalidInput(
                "database",
                f"{len(missing)} of the judged profiles are not in it; "
                "run `matchmaker seed load` first.",
            )
        missing -= {profile.id for profile in found}
        offset += page


def as_document(
    results: Sequence[PolicyResult], judged: Sequence[JudgedChallenge]
) -> dict[str, Any]:
    """Return what is kept of an evaluation; names no machine and no folder of one."""
    return {
        "format": FORMAT,
        "commit": measured_commit(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "encoder": results[0].encoder,
        "challenges": len(judged),
        "off_topic": sum(not challenge.answerable for challenge in judged),
        "judgements": sum(len(challenge.grades) for challenge in judged),
        "limits": _limits({result.policy: result for result in results}),
        "policies": [
            {
                "policy": result.policy,
                "version": POLICIES[result.policy].version,
                "pairs": {
                    pair: {
                        "challenges": found.challenges,
                        **{name: asdict(value) for name, value in found.measures.items()},
                    }
                    for pair, found in result.pairs.items()
                },
                "nobody_for_off_topic": result.nobody_for_off_topic,
                "nobody_for_answerable": result.nobody_for_answerable,
                "orderings": {
                    language: {
                        "profiles": found.profiles,
                        **{name: asdict(value) for name, value in found.measures.items()},
                    }
                    for language, found in result.orderings.items()
                },
                "relevant_by_fit": {
                    fit: {"share": share, "judged": number}
                    for fit, (share, number) in result.relevant_by_fit.items()
                },
            }
            for result in results
        ],
    }


def _limits(results: Mapping[str, PolicyResult]) -> list[dict[str, Any]]:
    """Return what the policy that answers has to reach; nothing when it was not asked for."""
    if DEFAULT_POLICY.name not in results:
        return []
    pairs = results[DEFAULT_POLICY.name].pairs
    if not {"da→en", "en→en"} <= pairs.keys():
        return []
    asked, own = (pairs[pair].measures["ndcg@10"].value for pair in ("da→en", "en→en"))
    share = asked / own if own else 0.0
    return [
        {
            "policy": DEFAULT_POLICY.name,
            "what": "nDCG@10 of da→en, as a share of en→en",
            "value": share,
            "least": LEAST_SHARE,
            "kept": share >= LEAST_SHARE,
        }
    ]
