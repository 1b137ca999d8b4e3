"""One part of a list that is in memory already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def page_of(rows: Sequence[object], *, offset: int, limit: int) -> dict[str, Any]:
    """Return the part of the rows as every list answers it.

    >>> page_of("abcd", offset=1, limit=2)
    {'items': 'bc', 'total': 4, 'offset': 1, 'limit': 2}
    """
    return {
        "items": rows[offset : offset + limit],
        "total": len(rows),
        "offset": offset,
        "limit": limit,
    }
