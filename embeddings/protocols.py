"""What an encoder, an index and a vector are: the only module of this package callers must know."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Vectors: TypeAlias = npt.NDArray[np.float32]
"""Unit-length rows, shape (n, dimension), float32."""

Ids: TypeAlias = npt.NDArray[np.int64]
"""Identifiers chosen by the caller, shape (n,), int64, zero or more."""

Progress: TypeAlias = Callable[[int], None]
"""Called with the number of texts just finished; the calls of one run add up to all texts."""

NO_ID = -1
"""Fills the places of a search result for which there was nothing left to find."""


@dataclass(frozen=True)
class EncoderSpec:
    """Everything that changes a vector: vectors compare only when their specs are equal.

    Attributes:
        name: the encoder as the registry spells it, e.g. ``"hashing:256"``.
        revision: hash of the weights, or version of the algorithm; never "latest".
        dimension: length of every row.
    """

    name: str
    revision: str
    dimension: int

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that stay the same between processes and machines."""
        text = f"{self.name}\n{self.revision}\n{self.dimension}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Neighbours(NamedTuple):
    """The answer to a search, one row per query.

    Two arrays instead of lists of hit objects: for 8 queries and 400 places the objects alone
    cost as much as the search among the 1,500 eligible.

    Attributes:
        ids: shape (queries, k), int64; ``NO_ID`` where nothing was left to find.
        similarities: shape (queries, k), float32, cosine from -1 to 1, falling along the row;
            minus infinity where nothing was left to find.
    """

    ids: Ids
    similarities: Vectors


class TokenStates(NamedTuple):
    """The tokens of one text as the encoder read them, in the order of the text.

    Attributes:
        spans: shape (tokens, 2), int64: where each token begins and ends in the text, counted in
            code points. No span is empty or begins with a space, and none reaches into the one
            before; what lies between two spans is no part of any token.
        states: shape (tokens, dimension), float32, unit-length rows.
    """

    spans: Ids
    states: Vectors


class Encoder(Protocol):
    """Turns text into unit-length rows. Same text and same spec: same row.

    "Same row" means within 1e-5 in every component: a text encoded in different company may be
    summed in a different order. Encoders may be used from several threads at once.
    """

    @property
    def spec(self) -> EncoderSpec:
        """What these vectors are, and with which others they may be compared."""
        ...

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode texts that will be searched in; shape (len(texts), dimension), also for none."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode texts that will be searched for; shape (len(texts), dimension), also for none."""
        ...

    def encode_query_parts(self, parts: Sequence[str]) -> Vectors:
        """Encode one long query that comes in parts, such as its sentences.

        Shape (1 + len(parts), dimension): first the whole query, then each part as it reads in
        the company of the others, where the model can tell ("late chunking", Günther et al. 2024,
        arXiv 2409.04701). Costs one pass over the text. No parts at all: shape (0, dimension).
        """
        ...

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenStates]:
        """Encode each token of each text, as it reads in the company of the others.

        For asking which words of two texts mean the same: the same reading for both sides, so
        that their states compare. A model that does not tell the states of its tokens takes
        every word for a token, read by itself. What goes beyond the longest input has no tokens;
        neither has a text without a visible character.
        """
        ...


class VectorIndex(Protocol):
    """Finds the nearest ids. Disposable: whoever owns the vectors can fill it again at any time.

    Every method may be called from several threads at once; a search sees each change wholly or
    not at all.
    """

    @property
    def spec(self) -> EncoderSpec:
        """The encoder whose vectors these are."""
        ...

    @property
    def shared(self) -> bool:
        """Whether all processes see this one index (a server), or each has its own (memory)."""
        ...

    @property
    def position(self) -> int:
        """How far in its owner's log of changes this index has come; 0 when new or cleared."""
        ...

    @position.setter
    def position(self, position: int) -> None: ...

    def upsert(self, ids: Ids, vectors: Vectors) -> None:
        """Add these vectors, in place of those already there under the same ids.

        Raises:
            InvalidIds: an id is negative or given twice, or there are not as many as vectors.
            InvalidVectors: not float32, not two-dimensional, not finite or not of unit length.
            DimensionMismatch: rows of another length than ``spec.dimension``.
        """
        ...

    def remove(self, ids: Ids) -> None:
        """Forget these ids; ids that are not there are passed over."""
        ...

    def search(self, queries: Vectors, k: int, among: Ids | None = None) -> Neighbours:
        """Find the ``k`` nearest ids to each query, nearest first, equal ones by rising id.

        Args:
            queries: unit-length rows, shape (n, dimension).
            k: how many places to fill, 1 or more.
            among: look only at these ids; unknown ones are passed over, none at all finds nothing.

        Raises:
            InvalidVectors: the queries are not unit-length float32 rows.
            DimensionMismatch: rows of another length than ``spec.dimension``.
            ValueError: ``k`` is below 1.
        """
        ...

    def vectors(self, ids: Ids) -> Vectors:
        """Hand back the stored rows in the order asked, shape (len(ids), dimension).

        Raises:
            UnknownIds: at least one id is not in the index.
        """
        ...

    def ids(self) -> frozenset[int]:
        """All ids in the index."""
        ...

    def clear(self) -> None:
        """Forget everything, and set ``position`` back to 0."""
        ...

    def __len__(self) -> int:
        """How many ids are in the index."""
        ...


class SharedIndex(VectorIndex, Protocol):
    """A ``VectorIndex`` that all processes see: ``shared`` is true, ``position`` outlives them."""

    def at(self, position: int) -> VectorIndex:
        """Return the same index for reading, as long as it stands at this position.

        Its methods that read raise ``IndexMoved`` once somebody has brought it elsewhere.
        """
        ...

    def advance(
        self, *, before: int, position: int, gone: Ids, come: Iterable[tuple[Ids, Vectors]]
    ) -> bool:
        """Apply a difference in one step, if the index still stands where it stood.

        Args:
            before: the position from which the difference leads on.
            position: the one it leads to.
            gone: ids to forget.
            come: ids and vectors to add or replace, in parts.

        Returns:
            False when somebody was faster; nothing has changed then.
        """
        ...

    def close(self) -> None:
        """Let go of connections; whoever goes on gets new ones."""
        ...
