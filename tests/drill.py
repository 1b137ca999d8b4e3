"""How long a drill lasts: a little in every run of the tests, for long by ``make drill``."""

from __future__ import annotations

import os

#: Set by ``make drill``.
LONG = "DRILL" in os.environ


def repeats(usual: int, *, drilled: int) -> int:
    """Return how often something is tried."""
    return drilled if LONG else usual
