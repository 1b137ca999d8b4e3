"""How a measurement ends: kept as JSON, shown, and a failure when a limit is missed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.cli.terminal import print_json, tell

#: What measurements are kept in, below the folder they are run from.
RESULTS = Path("benchmarks/results")


def finish(
    document: dict[str, Any],
    kept: Path,
    print_tables: Callable[[dict[str, Any]], None],
    *,
    as_json: bool,
    no_limits: bool,
) -> None:
    """Keep and show a result; exit status 1 when one of its ``limits`` is missed.

    Args:
        document: what was measured.
        kept: file that gets it.
        print_tables: shows it to people.
        as_json: print it as one JSON document instead.
        no_limits: a missed limit is no failure.

    """
    keep(document, kept)
    if as_json:
        print_json(document)
    else:
        print_tables(document)
    tell(f"Kept as {kept}")
    if not no_limits and not all(limit["kept"] for limit in document["limits"]):
        raise SystemExit(1)


def keep(document: object, kept: Path) -> None:
    """Write a result as JSON; makes the folder."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
