"""A text too long for an encoder's window, in pieces that fit: nothing may be cut off silently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil

#: Tokens of a piece. Models of the size we use read 512; a prompt and two marks go off that. A text
#: is not divided before it must: two pieces of one text would count as two things shown.
MOST_TOKENS = 500
#: Where a text may be divided, best first: between paragraphs, sentences, clauses, words.
_JOINTS = (
    r"\n\s*\n\s*",
    r"(?<=[.!?…])\s+|(?<=[.!?…][\"'»”)])\s+|\n",
    r"(?<=[,;:])\s+",
    r"\s+",
)
_CHARACTERS = 3.6
_OTHER_SCRIPTS = "\u0530"  # after Latin, Greek and Cyrillic


def tokens_at_most(text: str) -> int:
    """Return how many tokens a text has at most, but for a few texts full of figures and codes.

    A token of a multilingual model is four and a half characters of Danish or English on average,
    and hardly ever less than ``_CHARACTERS``; scripts without spaces have one for each character.

    >>> tokens_at_most("Rustfri svejsning, 304L")
    7
    """
    dense = sum(one >= _OTHER_SCRIPTS for one in text)
    return dense + ceil((len(text) - dense) / _CHARACTERS)


def pieces(text: str, most: int = MOST_TOKENS) -> list[str]:
    """Return the text in as few pieces of at most ``most`` tokens as its sentences allow.

    Divided between sentences; a sentence that is too long by itself between clauses, then
    words, then characters. Only white space is lost between the pieces.
    """
    text = text.strip()
    if tokens_at_most(text) <= most:
        return [text] if text else []
    parts = list(_parts(text, most, 0))
    sizes = [tokens_at_most(part) for part in parts]
    # As many pieces as are needed, of about the same size.
    even = max(ceil(sum(sizes) / ceil(sum(sizes) / most)), *sizes)
    found: list[str] = []
    used = 0
    for part, size in zip(parts, sizes, strict=True):
        # The space between two parts is counted too: it may be one token more than both.
        if found and used + size <= even and tokens_at_most(f"{found[-1]} {part}") <= most:
            found[-1] += " " + part
            used += size
        else:
            found.append(part)
            used = size
    return found


def _parts(text: str, most: int, joint: int) -> Iterator[str]:
    """Give parts that fit, divided at the best joints that make them fit."""
    if tokens_at_most(text) <= most:
        if text:
            yield text
    elif joint == len(_JOINTS):
        for start in range(0, len(text), most):
            yield text[start : start + most]
    else:
        for part in re.split(_JOINTS[joint], text):
            # Sentences are taken one by one even where paragraphs would fit: pieces even out.
            yield from _parts(part.strip(), most, joint + 1)
