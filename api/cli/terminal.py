"""How the shell looks: one red line for an error, progress, JSON for machines."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
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

from embeddings.errors import EmbeddingError
from matchmaker.errors import MatchmakerError

#: For people; what machines read goes to standard output alone.
console = Console(stderr=True, highlight=False)
output = Console(highlight=False, soft_wrap=False)

#: Work that takes less than this many seconds shows no progress.
PATIENCE = 1.0
#: Without a terminal, a line is written after so many seconds or so large a share.
_LINE_SECONDS = 10.0
_LINE_SHARE = 0.1


class Group(click.Group):
    """A command group whose known errors are one red line and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (MatchmakerError, EmbeddingError) as error:
            _tell_error(type(error).__name__, str(error))
        except BrokenPipeError:
            _forget_readers()
        except OSError as error:  # a file or folder that can't be read or written
            where = f"{error.filename}: " if error.filename else ""
            _tell_error(type(error).__name__, f"{where}{error.strerror or error}.")
        return ctx.exit(1)


def _tell_error(name: str, words: str) -> None:
    console.print(f"[bold red]{name}:[/] ", end="")
    console.print(" ".join(words.split()), style="red", markup=False, soft_wrap=True)


def _forget_readers() -> None:
    """Send what is still to be written nowhere: the reader of a pipe has left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def tell(words: str) -> None:
    """Write one line about what is going on."""
    console.print(words, style="dim", markup=False, soft_wrap=True)


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far long work is; call what is handed out with (done, total).

    A bar on a terminal, a plain line now and then elsewhere, nothing for what is quickly done.
    """
    shown = _Bar(words) if console.is_terminal else _Lines(words)
    try:
        yield shown.report
    finally:
        shown.close()


class _Bar:
    """A bar that appears when the work turns out to be long."""

    def __init__(self, words: str) -> None:
        self._began = monotonic()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._bar.add_task(words, total=None)

    def report(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)
        if done < total and monotonic() - self._began >= PATIENCE:
            self._bar.start()

    def close(self) -> None:
        if self._bar.live.is_started:
            self._bar.stop()


class _Lines:
    """Lines for a log: at the start, after every tenth, and whenever long nothing was said."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._began = self._last = monotonic()
        self._share = 0.0
        self._said = False

    def report(self, done: int, total: int) -> None:
        now = monotonic()
        if not total or now - self._began < PATIENCE:
            return
        share = done / total
        # The total may grow while work goes on: the end is worth a line only after others.
        due = (
            share >= self._share + _LINE_SHARE and now - self._last >= PATIENCE
        ) or now - self._last >= _LINE_SECONDS
        if (due and share < 1) or (share >= 1 > self._share and self._said):
            tell(f"{self._words}: {done} of {total} ({share:.0%})")
            self._last, self._share, self._said = now, share, True

    def close(self) -> None:
        """Nothing is left to do: every line stands by itself."""


def print_json(value: object) -> None:
    """Write one JSON document to standard output: UTF-8, whatever the terminal speaks."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2).encode())
