"""``matchmaker evaluate``: how well the ranking agrees with the judged challenges."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from api.cli.commit import measured_commit
from api.cli.evaluate_tables import print_tables
from api.cli.seed import Judged, folder_option, read_judged
from api.cli.service import open_service
from api.cli.terminal import print_json, progress_bar, tell
from api.schemas.seed import id_of
from matchmaker.bootstrap import Matchmaker
from matchmaker.config import Settings
from matchmaker.errors import InvalidInput
from matchmaker.matching.policy import DEFAULT_POLICY, POLICIES
from matchmaker.models import Place
from matchmaker.models.gazetteer import find_place
from matchmaker.services.evaluation import JudgedChallenge, PolicyResult

#: Raise it when fields of the result change their meaning.
FORMAT = 1
#: A Danish challenge must find English profiles at least this well, against an English one.
LEAST_SHARE = 0.95
#: In the order in which a table shows them: single voices first, what answers last.
_ORDER = ("lexical", "dense", "dense-uncorrected", "fused-uncorrected", "fused")
_OFF_TOPIC = "off-topic"
_RESULTS = Path("benchmarks/results")


@click.command()
@folder_option
@click.option(
    "--policy",
    "names",
    multiple=True,
    type=click.Choice(_ORDER),
    help="Only this policy; may be given more than once.",
)
@click.option("--no-limits", is_flag=True, help="Only report; a missed limit is no failure.")
@click.option(
    "--output",
    "kept",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that gets the result.  [default: benchmarks/results/evaluate-COMMIT.json]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
@click.pass_obj
def evaluate(
    settings: Settings,
    *,
    folder: Path,
    names: tuple[str, ...],
    no_limits: bool,
    kept: Path | None,
    as_json: bool,
) -> None:
    """Compare policies on the judged challenges of the seed data.

    Every challenge is asked in Danish and in English, and looked up among the profiles of each
    language and of both. Exit status 1 when Danish challenges find English profiles clearly
    worse than English ones do. Nothing is kept in the database.
    """
    judged = judged_challenges(read_judged(folder))
    service = open_service(settings)
    _check_loaded(service, judged)
    wordings = sum(len(challenge.wordings) for challenge in judged)
    tell(f"Encoding {wordings} wordings of {len(judged)} challenges ...")
    policies = [POLICIES[name] for name in _ORDER if name in (names or _ORDER)]
    with progress_bar("Asking") as report:
        results = service.evaluation.evaluate(judged, policies, report)
    document = as_document(results, judged)
    kept = kept or _RESULTS / f"evaluate-{document['commit']}.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if as_json:
        print_json(document)
    else:
        print_tables(document)
    tell(f"Kept as {kept}")
    if not no_limits and not all(limit["kept"] for limit in document["limits"]):
        raise SystemExit(1)


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
