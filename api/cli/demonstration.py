"""``matchmaker seed demonstration``: a made-up programme whose report can be looked at."""

from __future__ import annotations

import json
from pathlib import Path

import click
import marshmallow as ma

from api.cli.service import open_service
from api.cli.terminal import progress_bar, tell
from api.schemas.demonstration import DemonstrationSchema
from matchmaker.config import Settings
from matchmaker.errors import InvalidInput
from matchmaker.services.demonstration import Demonstration


def read(file: Path) -> Demonstration:
    """Return the demonstration of a file.

    Raises:
        InvalidInput: it can't be read, is no JSON, or has records that can't stand.

    """
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(file.name, f"can't be read ({error}).") from None
    try:
        loaded: Demonstration = DemonstrationSchema().load(given)
    except ma.ValidationError as error:
        raise InvalidInput(file.name, json.dumps(error.messages)) from None
    return loaded


@click.command("demonstration")
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("seed_data/demonstration.json"),
    show_default=True,
    help="File with the demonstration.",
)
@click.pass_obj
def demonstration(settings: Settings, file: Path) -> None:
    """Load a made-up programme, so that its report shows what one looks like.

    45 firms that do not exist, what they asked, with whom they worked and what came of it. Not
    for a database in use: its challenges are counted in the funnels of other programmes too.
    """
    given = read(file)
    service = open_service(settings)
    with progress_bar("Living through it") as report:
        programme = service.demonstration().load(given, report)
    tell(f"{programme.name} is there: /programmes/{programme.id}")
