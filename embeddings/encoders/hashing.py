"""Words and character n-grams hashed into signed buckets: no model, no weights, NumPy only.

Deterministic and meaningful: texts that share words, or parts of words, come near each other, so a
test can say which one must win. It knows no synonyms and no second language, and is not for users.

Source of the technique: Weinberger et al., Feature Hashing for Large Scale Multitask
Learning, ICML 2009.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoders.tokens import words_alone
from embeddings.protocols import EncoderSpec, Progress, TokenStates, Vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEFAULT_DIMENSION = 256
ALGORITHM = "1"
"""Raise whenever a vector changes: stored vectors must not be compared with new ones."""

_WORD = re.compile(r"[^\W_]+")
_GRAM_SIZES = (3, 4)
_WORD_WEIGHT = 1.0
# A word of eight letters has about fifteen n-grams: together they weigh as much as the word.
_GRAM_WEIGHT = 0.25
_SHORT = 1_000


class HashingEncoder:
    """Encodes documents and queries alike into ``dimension`` buckets.

    A text without a single letter or digit becomes the first axis, so that it is a vector as any
    other.
    """

    def __init__(self, dimension: int = DEFAULT_DIMENSION) -> None:
        """Make an encoder with this many buckets; fewer means more words fall together."""
        self._spec = EncoderSpec(f"hashing:{dimension}", ALGORITHM, dimension)

    @property
    def spec(self) -> EncoderSpec:
        """Name with the dimension, version of the algorithm, dimension."""
        return self._spec

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode texts to search in, shape (len(texts), dimension)."""
        rows = np.zeros((len(texts), self._spec.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            # What is short is often encoded again, as the reference texts are with every index.
            row[:] = (_known if len(text) <= _SHORT else _row)(text, self._spec.dimension)
            if progress is not None:
                progress(1)
        return rows

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to search for: the same as documents."""
        return self.encode_documents(texts)

    def encode_query_parts(self, parts: Sequence[str]) -> Vectors:
        """Encode a query and each of its parts, shape (1 + len(parts), dimension)."""
        return self.encode_queries([" ".join(parts), *parts] if parts else [])

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenStates]:
        """Encode every word of each text by itself: there is no company to read it in."""
        return words_alone(texts, self.encode_documents)


def _row(text: str, dimension: int) -> Vectors:
    """Return the vector of a text."""
    row = np.zeros(dimension, dtype=np.float32)
    counts = Counter(
        feature
        for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower())
        for feature in _features(word)
    )
    buckets = [(number >> 1) % dimension for number, _ in counts]
    shares = [
        (weight if number & 1 else -weight) * (1.0 if count == 1 else 1.0 + math.log(count))
        for (number, weight), count in counts.items()
    ]
    # One after the other, in this order: sums of float32 depend on it.
    np.add.at(row, buckets, np.asarray(shares, dtype=np.float32))
    length = float(np.linalg.norm(row))
    if length > 0.0:
        row /= length
    else:
        row[0] = 1.0
    return row


_known = lru_cache(maxsize=1 << 14)(_row)


@lru_cache(maxsize=1 << 15)
def _features(word: str) -> tuple[tuple[int, float], ...]:
    """List the word itself and its n-grams, each as a stable number and a weight."""
    return (
        (_stable_hash(f"w{word}"), _WORD_WEIGHT),
        *((_stable_hash(f"g{gram}"), _GRAM_WEIGHT) for gram in _grams(word)),
    )


def _grams(word: str) -> Iterator[str]:
    fenced = f"<{word}>"
    for size in _GRAM_SIZES:
        for start in range(len(fenced) - size + 1):
            yield fenced[start : start + size]


def _stable_hash(feature: str) -> int:
    # hash() differs from process to process; this does not.
    return int.from_bytes(
        hashlib.blake2b(feature.encode(errors="replace"), digest_size=8).digest(), "big"
    )
