"""Which state of the code a measurement belongs to."""

from __future__ import annotations

import subprocess
from pathlib import Path

UNCOMMITTED = "uncommitted"


def measured_commit() -> str:
    """Return the first twelve digits of the commit, or "uncommitted".

    That is so when code has changed since, and when there is no repository.
    """
    try:
        changed = _git("status", "--porcelain", "--untracked-files=no")
        return UNCOMMITTED if changed else _git("rev-parse", "--short=12", "HEAD")
    except (OSError, subprocess.CalledProcessError):
        return UNCOMMITTED


def _git(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - fixed words
        ["git", "-C", str(Path(__file__).parent), *arguments],  # noqa: S607 - wherever git is
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()
