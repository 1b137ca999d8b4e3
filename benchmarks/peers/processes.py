"""The runner's end of a peer's process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

_ROOT = Path(__file__).parents[2]
#: Nobody fetches anything, and nobody reports to anybody.
_ALONE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "TOKENIZERS_PARALLELISM": "true",
}


class PeerFailed(click.ClickException):
    """A peer's process ended before its work was done."""


class PeerProcess:
    """A peer that waits for commands."""

    def __init__(
        self, name: str, *, corpus: Path, model: Path, data_dir: Path, folder: Path
    ) -> None:
        """Start it; it opens its peer at once and alone, so ask ``open`` next."""
        self.name = name
        folder.mkdir()
        job = folder / "job.json"
        job.write_text(
            json.dumps(
                {
                    "peer": name,
                    "corpus": str(corpus),
                    "model": str(model),
                    "data_dir": str(data_dir),
                    "folder": str(folder),
                }
            ),
            encoding="utf-8",
        )
        self._log = folder / "log.txt"
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.peers.worker", str(job)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=_ROOT,
                env={**os.environ, **_ALONE, "PYTHONPATH": str(_ROOT)},
                text=True,
                encoding="utf-8",
            )

    def ask(self, what: str, **details: object) -> Any:
        """Send a command and wait for its answer.

        Raises:
            PeerFailed: the process ended; the message is the last line it wrote.

        """
        if self._process.stdin is None or self._process.stdout is None:
            raise PeerFailed(f"{self.name} has no pipes.")
        try:
            self._process.stdin.write(json.dumps({"do": what, **details}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            words = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise PeerFailed(f"{self.name} failed: {words[-1] if words else 'without a word'}")
        return json.loads(line)

    def close(self) -> None:
        """Let it come to its end."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def closing_all() -> Iterator[list[PeerProcess]]:
    """Give a list for processes; all of them are closed at the end."""
    started: list[PeerProcess] = []
    try:
        yield started
    finally:
        for one in started:
            one.close()
