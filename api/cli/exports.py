"""``matchmaker export``: profiles as a table, JSON Lines or linked data; judgements as a set."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.service import open_service
from api.cli.terminal import Group, progress_bar, tell
from matchmaker.config import Settings
from matchmaker.models import ProfileKind, Visibility
from matchmaker.services.exporting import ExportFormat


@click.group("export", cls=Group)
def export() -> None:
    """Hand profiles and judgements out."""


@export.command("profiles")
@click.option(
    "--format",
    "format_",
    type=click.Choice([one.value for one in ExportFormat]),
    default=ExportFormat.JSONL.value,
    show_default=True,
    help="How they are written: a table, lines of JSON, or linked data.",
)
@click.option(
    "--kind",
    type=click.Choice([one.value for one in ProfileKind]),
    help="Only these; a table holds one kind.",
)
@click.option(
    "--viewer",
    type=click.Choice([one.value for one in Visibility]),
    default=Visibility.PUBLIC.value,
    show_default=True,
    help="Whose sight: staff see what is hidden, and people who have not confirmed.",
)
@click.option(
    "--output",
    "-o",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; standard output without it.",
)
@click.pass_obj
def profiles(
    settings: Settings, *, format_: str, kind: str | None, viewer: str, path: Path | None
) -> None:
    """Write profiles so that `import preview` can read them again."""
    with progress_bar("Writing") as report:
        pieces = open_service(settings).exports.profiles(
            ExportFormat(format_),
            kind=ProfileKind(kind) if kind else None,
            viewer=Visibility(viewer),
            progress=report,
        )
        if path is None:
            for piece in pieces:
                click.echo(piece.encode(), nl=False)
            return
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)


@export.command("judgements")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--texts",
    is_flag=True,
    help="With the words of challenges and profiles, for `evaluate --layout`; then without "
    "confidential challenges and without persons.",
)
@click.pass_obj
def judgements(settings: Settings, *, folder: Path, texts: bool) -> None:
    """Write what was decided about partners, and what came of it, as graded judgements.

    `qrels.tsv` in FOLDER holds ids and grades from 0 to 3, nothing else. A no for lack of time
    says nothing about the fit and is no judgement; docs/how-to/from-challenge-to-outcome.md has
    the whole table.
    """
    done = open_service(settings).judgements.export(folder, texts=texts)
    tell(f"{done.judgements} judgements of {done.challenges} challenges in {folder}")
