"""Texts in the cells of a table: none is a formula on the way out, none is lost on the way in.

A spreadsheet runs what begins like a formula. Such a text is written behind an apostrophe, as is
one whose blanks at the ends would be trimmed; reading takes that apostrophe away again.
"""

from __future__ import annotations

#: What a spreadsheet may take for a formula or a command when a cell begins with it.
TRIGGERS = ("=", "+", "-", "@", "\t", "\r")
_GUARD = "'"


def guarded(text: str) -> str:
    """Return the text as it may stand in a cell.

    >>> guarded("=1+1"), guarded("-5 °C"), guarded("'s-Hertogenbosch")
    ("'=1+1", "'-5 °C", "'s-Hertogenbosch")
    """
    return _GUARD + text if _needs_guard(text) else text


def restored(cell: str) -> str:
    """Return the text that a cell stands for, without blanks around it unless they were guarded.

    >>> restored("'=1+1"), restored("  Ida Berg "), restored("'s-Hertogenbosch")
    ('=1+1', 'Ida Berg', "'s-Hertogenbosch")
    """
    if cell.startswith(_GUARD) and _needs_guard(cell[1:]):
        return cell[1:]
    return cell.strip()


def _needs_guard(text: str) -> bool:
    if text.startswith(TRIGGERS) or text != text.strip():
        return True
    return text.startswith(_GUARD) and _needs_guard(text[1:])
