"""A text too long for an encoder's window, in pieces that fit: nothing may be cut off silently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil

#: Tokens of a piece. Models of the size we use read 512; a prompt and two marks go off that, and
#: pieces of half a window say more clearly what they are about than full ones.
MOST_TOKENS = 480
#: Where a text may be divided, best first: between paragraphs, sentences, clauses, words.
_JOINTS = (
    r"\n\s*\n\s*",
    r"(?<=[.!?…])\s+|(?<=[.!?…][\"'»”)])\s+|\n",
    r"(?<=[,;:])\s+",
    r"\s+",
)
_RUN = re.compile(r"[^\W\d_]+|\d+|[^\s\w]|_")
_LETTERS, _DIGITS = 4, 2  # of a token at the least, in what is not a word of everyday


def tokens_at_most(text: str) -> int:
    """Return how many tokens a text has at most, give or take a word.

    A token is a started run of four letters, two digits, or one sign; scripts without spaces
    have a token for each character.

    >>> tokens_at_most("Rustfri svejsning, 304L")
    9
    """
    total = 0
    for run in _RUN.findall(text):
        if run.isdigit():
            total += ceil(len(run) / _DIGITS)
        elif run.isascii() or ord(max(run)) < 0x0530:
            total += ceil(len(run) / _LETTERS)
        else:
            total += len(run)
    return total


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
        if found and used + size <= even:
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
