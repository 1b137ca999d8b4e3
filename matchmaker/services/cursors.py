"""Cursors: where the next part of a list begins, as one word that callers hand back unread.

Unlike an offset it stays true while rows come and go, and far down a list costs no more than its
beginning.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from matchmaker.errors import InvalidInput

T = TypeVar("T")


@dataclass(frozen=True)
class Part(Generic[T]):
    """Some of many, in order."""

    items: Sequence[T]
    #: Hand it back for the next part; None at the end.
    next: str | None


def part_of(found: Sequence[T], limit: int, key: Callable[[T], Sequence[object]]) -> Part[T]:
    """Return a part of at most ``limit`` rows, of which one more was asked for."""
    items = found[:limit]
    return Part(items, written(key(items[-1])) if len(found) > limit else None)


def written(key: Sequence[object]) -> str:
    """Return the cursor of a row's place in the order.

    >>> read(written(["Ærø", 7]), str, int)
    ['Ærø', 7]
    """
    text = json.dumps([value if isinstance(value, int) else str(value) for value in key])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, *kinds: Callable[..., object]) -> list[object]:
    """Return the place that a cursor names.

    Raises:
        InvalidInput: it is none that this list gave.

    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        given = json.loads(text)
        if not isinstance(given, list) or len(given) != len(kinds):
            raise ValueError  # noqa: TRY301 - refused like every other
        return [kind(value) for kind, value in zip(kinds, given, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise InvalidInput("cursor", "This is no cursor of this list; begin without one.") from None
