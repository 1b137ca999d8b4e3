"""Character order: words that are written alike, found by the letters they share.

Stems and compound parts find a word in the forms the glossary and the stemmers know. Product
names ("KRC4", "KRC-4"), rare compounds ("svejserobotcelle", "robotsvejsecelle") and slips of the
pen are known to neither; they are found by their character n-grams. Only words that need it are
looked up, so that words which merely look alike ("laser", "laserne", "lasten") do not count twice.
"""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

#: Lengths of the n-grams; a word is framed, so that its beginning and its end count.
SIZES = (3, 4)
#: Share of n-grams (cosine of the sets) from which two words are alike.
ALIKE_FROM = 0.6
#: Most words that one word is taken for: the most alike.
MOST_ALIKE = 8
#: Shorter words share n-grams by chance.
SHORTEST = 5
SHORTEST_WITH_FIGURE = 3
#: From this length on a word is most likely a compound, which others put together differently.
COMPOUND = 10
#: Most words of a challenge that are looked up.
MOST_WORDS = 24
_ROUNDING = 1e-9


def grams(word: str) -> list[str]:
    """Return the character n-grams of a word, each once; signs between letters are passed over.

    >>> grams("krc4")
    ['<kr', '<krc', 'c4>', 'krc', 'krc4', 'rc4', 'rc4>']
    """
    framed = f"<{''.join(filter(str.isalnum, word))}>"
    return sorted(
        {framed[at : at + size] for size in SIZES for at in range(len(framed) - size + 1)}
    )


class CharacterIndex:
    """Words by number, found by their n-grams. Only grows. Not locked: its owner does that."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._postings: dict[str, array[int]] = {}
        self._sizes = array("i")

    def __len__(self) -> int:
        """Return how many words are held."""
        return len(self._words)

    def add(self, words: Iterable[str]) -> None:
        """Add words that are not held yet."""
        for word in words:
            own = grams(word)
            for gram in own:
                self._postings.setdefault(gram, array("i")).append(len(self._words))
            self._words.append(word)
            self._sizes.append(len(own))

    def alike(self, word: str) -> dict[str, float]:
        """Return the words that are written like this one, with the cosine of their n-gram sets.

        At most ``MOST_ALIKE``, the most alike first; equal ones by the alphabet.
        """
        own = grams(word)
        found = [self._postings[gram] for gram in own if gram in self._postings]
        if not found:
            return {}
        numbers: NDArray[np.intc] = np.concatenate([np.asarray(one) for one in found])
        shared = np.bincount(numbers)
        # A word has at least as many n-grams as it shares, so that one with fewer in common than
        # this cannot reach the cosine: nearly all need not be looked at.
        worth = np.flatnonzero(shared >= ALIKE_FROM**2 * len(own) * (1 - _ROUNDING))
        sizes = np.asarray(self._sizes)[worth]
        cosines = shared[worth] / np.sqrt(sizes * float(len(own)))
        near = np.flatnonzero(cosines >= ALIKE_FROM).tolist()
        ranked = sorted((-round(float(cosines[one]), 6), self._words[worth[one]]) for one in near)
        return {one: -cosine for cosine, one in ranked[:MOST_ALIKE]}


def looked_up(words: Mapping[str, str], known: Container[str]) -> list[str]:
    """Return the words of a challenge that are worth looking up by their letters.

    Names and standards with figures in them, long words that are most likely compounds, and words
    that no passage holds; the longest first, for they say most.

    Args:
        words: word, as it is written, to its term.
        known: the terms that passages hold.

    """
    worth = [word for word, term in words.items() if _worth(word, term in known)]
    return sorted(worth, key=lambda word: (-len(word), word))[:MOST_WORDS]


def _worth(word: str, known: bool) -> bool:
    if any(map(str.isdigit, word)):
        return len(word) >= SHORTEST_WITH_FIGURE
    return len(word) >= (COMPOUND if known else SHORTEST)
