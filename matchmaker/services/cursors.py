"""Cursors: where a page of a long list ended, as a short text that says nothing else.

A page is asked for by what stood last on the one before, not by a number of rows to pass over:
it costs the same however far on it is, and nothing is missed when rows come and go meanwhile.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from matchmaker.errors import InvalidInput

T = TypeVar("T")


@dataclass(frozen=True)
class CursorPage(Generic[T]):
    """Some of many, and where the rest begins."""

    items: Sequence[T]
    #: Ask for the next page with it; None when this is the last one.
    next: str | None


def page_of(found: Sequence[T], limit: int, key: Callable[[T], Sequence[object]]) -> CursorPage[T]:
    """Return a page of at most ``limit`` rows, of which one more was read."""
    items = found[:limit]
    return CursorPage(items, write_cursor(key(items[-1])) if len(found) > limit else None)


def write_cursor(key: Sequence[object]) -> str:
    """Return the cursor behind a row with this key.

    >>> read_cursor(write_cursor(["a", 1, None]), (str, int, datetime))
    ['a', 1, None]
    """
    plain = [
        one.isoformat() if isinstance(one, datetime) else str(one) if isinstance(one, UUID) else one
        for one in key
    ]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def read_cursor(cursor: str, kinds: Sequence[type]) -> list[Any]:
    """Return the key that :func:`write_cursor` wrote.

    Raises:
        InvalidInput: it was not given out for such a list.

    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        plain = json.loads(text)
        return [_typed(one, kind) for one, kind in zip(plain, kinds, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        message = "Take the cursor from the page before, or leave it out to begin."
        raise InvalidInput("cursor", message) from None


def _typed(value: Any, kind: type) -> Any:
    if value is None or kind in {str, int, float}:
        if value is not None and not isinstance(value, kind):
            raise TypeError
        return value
    return datetime.fromisoformat(value) if kind is datetime else kind(value)
