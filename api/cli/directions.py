"""``matchmaker challenges-for`` and ``matchmaker similar``: the other direction, in the shell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import click
from rich import box
from rich.table import Table
from rich.text import Text

from api.cli.answers import FIT_COLOURS
from api.cli.service import open_service
from api.cli.terminal import output, print_json
from matchmaker.config import Settings
from matchmaker.services.challenge_replica import HeldChallenge
from matchmaker.services.directions import AnsweredChallenge, SimilarChallenge, SimilarPage
from matchmaker.services.profiles import Page

_ID_LENGTH = 36  # so that an id stands on one line, to be copied

limit_option = click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=10,
    show_default=True,
    help="Most challenges to list.",
)
all_option = click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Those too that only their own firm may see; for who looks after the installation.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document for machines."
)


@click.command("challenges-for")
@click.argument("profile_id", type=click.UUID)
@limit_option
@all_option
@json_option
@click.pass_obj
def challenges_for(
    settings: Settings, *, profile_id: UUID, limit: int, everything: bool, as_json: bool
) -> None:
    """Print the challenges that a profile could help with, best fit first."""
    found = open_service(settings).directions.challenges_for(
        profile_id, limit=limit, public=not everything
    )
    if as_json:
        print_json(answered_as_json(found))
    elif found.items:
        output.print(_answered_table(found.items))
    else:
        output.print("No challenge fits this profile well enough.")


@click.command()
@click.argument("challenge_id", type=click.UUID)
@limit_option
@all_option
@json_option
@click.pass_obj
def similar(
    settings: Settings, *, challenge_id: UUID, limit: int, everything: bool, as_json: bool
) -> None:
    """Print the challenges that are like one, in any language, most alike first."""
    found = open_service(settings).directions.similar(
        challenge_id, limit=limit, public=not everything
    )
    if as_json:
        print_json(similar_as_json(found))
    elif found.page.items:
        output.print(_similar_table(found))
    else:
        output.print("No other challenge is like this one.")


def answered_as_json(found: Page[AnsweredChallenge]) -> dict[str, Any]:
    """Return what ``matchmaker challenges-for --json`` prints."""
    return {
        "total": found.total,
        "challenges": [
            {
                **_in_short(one.challenge),
                "fit": one.fit.value,
                "score": one.score,
                "evidence": [
                    {
                        "passage": passage.text,
                        "answers": one.challenge.sentences[passage.answers],
                    }
                    for passage in one.reason.evidence
                ],
            }
            for one in found.items
        ],
    }


def similar_as_json(found: SimilarPage) -> dict[str, Any]:
    """Return what ``matchmaker similar --json`` prints."""
    return {
        "total": found.page.total,
        "challenges": [
            {
                **_in_short(one.challenge),
                "score": one.score,
                "pairs": [
                    {"asked": mine, "similar": theirs} for mine, theirs in _sentences(found, one)
                ],
            }
            for one in found.page.items
        ],
    }


def _in_short(challenge: HeldChallenge) -> dict[str, Any]:
    # Who has a shell here has the database too, so the id is no secret.
    return {
        "id": str(challenge.id),
        "title": challenge.title,
        "language": challenge.language,
        "state": challenge.state.value,
        "sample": challenge.sample,
    }


def _sentences(found: SimilarPage, one: SimilarChallenge) -> list[tuple[str, str]]:
    return [(found.sentences[mine], one.challenge.sentences[theirs]) for mine, theirs in one.pairs]


def _answered_table(items: Sequence[AnsweredChallenge]) -> Table:
    table = _table("Challenge", "Fit", "Evidence that carries it, and what it answers")
    for one in items:
        evidence = Text("\n").join(
            Text(f"{passage.text}\n→ {one.challenge.sentences[passage.answers]}")
            for passage in one.reason.evidence
        )
        table.add_row(
            _name(one.challenge), Text(one.fit.value, style=FIT_COLOURS[one.fit]), evidence
        )
    return table


def _similar_table(found: SimilarPage) -> Table:
    table = _table("Challenge", "State", "Sentences that correspond")
    for one in found.page.items:
        pairs = Text("\n").join(
            Text(f"{mine}\n= {theirs}") for mine, theirs in _sentences(found, one)
        )
        table.add_row(_name(one.challenge), Text(one.challenge.state.value), pairs)
    return table


def _name(challenge: HeldChallenge) -> Text:
    name = Text(challenge.title or challenge.in_short().excerpt, style="bold")
    return name.append(f"\n{challenge.id}", style="not bold dim")


def _table(first: str, second: str, third: str) -> Table:
    table = Table(
        box=box.HORIZONTALS, show_lines=True, pad_edge=False, collapse_padding=True, expand=True
    )
    table.add_column(first, width=_ID_LENGTH, overflow="fold")
    table.add_column(second, no_wrap=True)
    table.add_column(third, ratio=1, overflow="fold")
    return table
