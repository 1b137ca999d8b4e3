"""``matchmaker fit``: the weights of the policy from judgements, as a new version of its file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from api.cli.commit import measured_commit
from api.cli.evaluate import judged_challenges
from api.cli.seed import folder_option, read_judged
from api.cli.service import open_service
from api.cli.set_databases import indexed
from api.cli.terminal import output, progress_bar, tell
from matchmaker.config import Settings
from matchmaker.matching.aside import FITTED as ASIDES
from matchmaker.matching.calibration import PROMISED
from matchmaker.matching.policy import DEFAULT_POLICY
from matchmaker.matching.projection import FITTED as PROJECTION
from matchmaker.services import fitting, judged_lists
from matchmaker.services.public_sets import READERS
from matchmaker.services.set_evaluation import SetEvaluation

#: The file that is shipped and read at every start.
SHIPPED = Path("matchmaker/matching/fitted_policy.json")


@click.command()
@folder_option
@click.option(
    "--set",
    "named",
    type=(click.Choice(list(READERS)), click.Path(path_type=Path, file_okay=False, exists=True)),
    multiple=True,
    metavar="NAME FOLDER",
    help="Fit to this public set as well, with the weight of the project's own; may be repeated.",
)
@click.option(
    "--decisions",
    is_flag=True,
    help="Learn as well from what was decided about partners here, and what came of it.",
)
@click.option(
    "--output",
    "kept",
    type=click.Path(path_type=Path, dir_okay=False),
    default=SHIPPED,
    show_default=True,
    help="File that gets the policy.",
)
@click.pass_obj
def fit(
    settings: Settings,
    *,
    folder: Path,
    named: tuple[tuple[str, Path], ...],
    decisions: bool,
    kept: Path,
) -> None:
    """Fit the weights of the policy to the judged challenges.

    Learns the projection of questions, tries a few values of each weight, none below zero, and
    keeps those that put the judged profiles in the best order; then sets score, fit words and
    floor so that each word means a stated share of relevant profiles. Says what that is worth on
    challenges it did not see. The files it writes are read at the next start, as a new version of
    the policy.
    """
    judged = judged_challenges(read_judged(folder))
    service = open_service(settings)
    if decisions:
        judged += service.judgements.judged_challenges()
    asides = judged_lists.encoded_asides(service.matchmaking.encoder)
    with progress_bar("Measuring everybody") as report:
        own = judged_lists.of_challenges(service.evaluation, judged, asides, DEFAULT_POLICY, report)
    others = []
    encoders = service.matchmaking.encoder, service.matchmaking.voice
    for name, path in named:
        for given in READERS[name](path):
            with indexed(settings, encoders, given) as of_set:
                one = of_set.evaluation
                evaluation = SetEvaluation(
                    one.sessions, one.clock, one.encoder, one.make_replica, one.voice
                )
                with progress_bar(f"Measuring {given.name}") as report:
                    others.append(judged_lists.of_set(evaluation, given, DEFAULT_POLICY, report))
    with progress_bar("Trying weights") as report:
        found = fitting.fit(
            own, others, DEFAULT_POLICY, service.matchmaking.encoder.spec.fingerprint, report
        )
    document = fitting.document(
        found,
        DEFAULT_POLICY.version + 1,
        {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": measured_commit(),
            "encoder": service.matchmaking.encoder.spec.name,
            "challenges": len(judged),
            "judgements": sum(len(one.grades) for one in judged),
            "other sets": [name for name, _ in named] + ["decisions"] * decisions,
        },
    )
    kept.parent.mkdir(parents=True, exist_ok=True)
    found.projection.save(kept.with_name(PROJECTION))
    asides.save(kept.with_name(ASIDES))
    kept.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    _print(found)
    tell(f"Kept as {kept}")


def _print(found: fitting.Fitted) -> None:
    values = Table("weight", "value", title="Fitted")
    for name, value in fitting.document(found, 0, {})["values"].items():
        values.add_row(name, str(value))
    words = Table("fit word", "promised", "relevant", "judged", "held out", "judged")
    for word, share in PROMISED.items():
        seen, unseen = found.reliability[word], found.held_out_reliability[word]
        words.add_row(
            word,
            f"{share:.0%}",
            f"{seen[0]:.1%}",
            str(seen[1]),
            f"{unseen[0]:.1%}",
            str(unseen[1]),
        )
    output.print(values, words)
    before, after = found.quality
    tell(f"nDCG@10 {before:.4f} before, {after:.4f} fitted, {found.held_out:.4f} held out")
