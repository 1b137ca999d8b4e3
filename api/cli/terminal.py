"""How the shell looks: progress bars, one red line for an error, tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from embeddings.errors import EmbeddingError
from matchmaker.errors import MatchmakerError
from matchmaker.models import MatchRun

#: For people; what machines read goes to standard output alone.
console = Console(stderr=True, highlight=False)
output = Console(highlight=False, soft_wrap=False)


class Group(click.Group):
    """A command group whose known errors are one red line and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (MatchmakerError, EmbeddingError) as error:
            console.print(f"[bold red]{type(error).__name__}:[/] ", end="")
            console.print(" ".join(str(error).split()), style="red", markup=False)
            ctx.exit(1)
        except BrokenPipeError:  # the reader of a pipe has left
            sys.stderr.close()
            ctx.exit(1)


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar; call what is handed out with (done, total)."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=False) as bar:
        task = bar.add_task(words, total=None)

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield report


def print_json(value: object) -> None:
    """Write one JSON document to standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_matches(run: MatchRun) -> None:
    """Write the ranked partners as a table."""
    if not run.matches:
        output.print("Nobody fits well enough. How many each rule left out:")
        for rule, number in run.funnel:
            output.print(f"  {rule}: {number}", markup=False)
        output.print("One more sentence about material, process or machine often helps.")
        return
    table = Table(show_lines=True, pad_edge=False)
    for heading in ("#", "Partner", "Where", "Fit", "The sentence that carries the match"):
        table.add_column(heading, overflow="fold")
    for match in run.matches:
        profile, reason = match.profile, match.reason
        where = ", ".join(filter(None, (profile.city, profile.country)))
        if reason.facts.distance_km is not None:
            where += f"\n{reason.facts.distance_km} km"
        mark = " (fictional)" if profile.fictional else ""
        table.add_row(
            str(match.rank),
            f"{profile.name}{mark}\n{profile.partner_kind}",
            where,
            match.fit.value,
            "\n".join(passage.text for passage in reason.evidence),
        )
    output.print(table)


def run_as_json(run: MatchRun) -> dict[str, Any]:
    """Return a run as ``matchmaker match --json`` prints it."""
    return {
        "language": run.language,
        "matches": [
            {
                "rank": match.rank,
                "kind": match.profile.partner_kind.value,
                "id": str(match.profile_id),
                "name": match.profile.name,
                "place": match.profile.city,
                "fit": match.fit.value,
                "score": match.score,
                "evidence": [
                    {"passage": passage.text, "answers": run.sentences[passage.answers]}
                    for passage in match.reason.evidence
                ],
                "uncovered": [run.sentences[position] for position in match.reason.uncovered],
            }
            for match in run.matches
        ],
        "funnel": [{"rule": rule, "number": number} for rule, number in run.funnel],
        "timings_ms": run.timings_ms,
    }
