"""Where the tokens of a text stand in it: what the encoders share to tell token states."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from embeddings.protocols import Ids, TokenStates, Vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_WORD = re.compile(r"[^\W_]+")


def own_tokens(
    text: str, prompt: int, offsets: Iterable[tuple[int, int]], special: Iterable[int]
) -> tuple[Ids, Ids]:
    """Give the tokens that stand for something visible in a text.

    Args:
        text: without the prompt.
        prompt: length of the prompt that was read before it, in code points.
        offsets: begin and end of every token in prompt and text together.
        special: 1 for tokens that the model itself puts in, 0 for others.

    Returns:
        Which tokens, shape (n,), and their spans as :class:`TokenStates` has them, shape (n, 2).
    """
    places: list[int] = []
    spans: list[tuple[int, int]] = []
    reached = 0
    for place, ((begin, end), marked) in enumerate(zip(offsets, special, strict=True)):
        # The space before a word belongs to its token. A character that is written as several
        # tokens belongs to the first of them.
        start, stop = max(begin - prompt, reached), end - prompt
        while start < stop and text[start].isspace():
            start += 1
        if marked or start >= stop:
            continue
        places.append(place)
        spans.append((start, stop))
        reached = stop
    return np.array(places, dtype=np.int64), np.array(spans, dtype=np.int64).reshape(-1, 2)


def words_alone(
    texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors]
) -> list[TokenStates]:
    """Take every word for a token and encode it by itself, each distinct word once."""
    found = [list(_WORD.finditer(text)) for text in texts]
    row_of: dict[str, int] = {}
    for words in found:
        for word in words:
            row_of.setdefault(word[0], len(row_of))
    rows = encode(list(row_of))
    return [
        TokenStates(
            np.array([word.span() for word in words], dtype=np.int64).reshape(-1, 2),
            rows[[row_of[word[0]] for word in words]],
        )
        for words in found
    ]


def unit_states(spans: Ids, states: Vectors) -> TokenStates:
    """Give spans and states together, the states at unit length."""
    lengths = np.linalg.norm(states, axis=1, keepdims=True)
    return TokenStates(spans, (states / lengths).astype(np.float32, copy=False))
