"""``matchmaker export``: profiles as a table, JSON Lines or linked data."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.service import open_service
from api.cli.terminal import Group, progress_bar
from matchmaker.config import Settings
from matchmaker.models import ProfileKind, Visibility
from matchmaker.services.exporting import ExportFormat


@click.group("export", cls=Group)
def export() -> None:
    """Hand profiles out."""


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
