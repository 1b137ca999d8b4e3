"""SharedRows: what one replica sees of a vector index that all processes share.

Nobody has to keep such an index true: the indexer brings it up to date after it has written, and
whoever finds it behind before a search does the same. The difference is one of ids, because an id
of a passage never names another one: what the database has and the index lacks comes, what the
index has and the database lacks goes. It is applied in one step, and only where it leads on from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from embeddings.errors import IndexMoved
from embeddings.protocols import NO_ID, EncoderSpec, Neighbours, SharedIndex, VectorIndex
from matchmaker.errors import ReplicaMoved
from matchmaker.matching.languages import LanguageCorrection
from matchmaker.storage import generations
from matchmaker.storage.database import Sessions

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
_BATCH = 5_000  # vectors handed over at once
_TRIES = 10


def feed(sessions: Sessions, index: VectorIndex) -> None:
    """Bring a shared index up to date; quiet with one that is not shared.

    Args:
        sessions: to read with.
        index: of the encoder whose generation is live; of another one it is left as it is.

    Raises:
        ReplicaMoved: others bring it up to date all the time.

    """
    if not index.shared:
        return
    shared = cast("SharedIndex", index)
    for _ in range(_TRIES):
        # Asked before the database: it is never fed with what is not committed, so that a log
        # that ends before it can only be that of a restored backup.
        before = shared.position
        with sessions.reading() as session:
            live = generations.position(session)
            if live is None or live[1] != shared.spec.fingerprint or live[4] == before:
                return
            generation, position = live[0], live[4]
            held, wanted = shared.ids(), generations.passage_ids(session, generation)
            # What a restored backup has forgotten may have had the same ids.
            stays = held & wanted if position > before else frozenset[int]()
            come = _vectors(session, generation, sorted(wanted - stays))
            if shared.advance(
                before=before, position=position, gone=_array(held - stays), come=come
            ):
                return
    raise ReplicaMoved


def _vectors(session: Session, generation: int, ids: list[int]) -> Iterator[tuple[Ids, Floats]]:
    """Return the vectors of these passages without the mean of their language."""
    correction = LanguageCorrection(generations.language_means(session, generation, "document"))
    for start in range(0, len(ids), _BATCH):
        rows = generations.vectors(session, ids[start : start + _BATCH])
        languages, vectors = [row[1] for row in rows], np.stack([row[2] for row in rows])
        corrected = correction.apply(vectors.astype(np.float32), languages)
        yield np.array([row[0] for row in rows], dtype=np.int64), corrected


def _array(ids: frozenset[int]) -> Ids:
    return np.fromiter(ids, dtype=np.int64, count=len(ids))


class SharedRows:
    """A shared index at one position, with drafts laid over it that nobody else sees.

    It is a ``VectorIndex`` for one replica: changes are kept here and forgotten when the
    replica says where it stands, because by then the shared one has them from the database.

    Args:
        shared: the index.
        own: makes an empty index in memory, for what is laid over.

    """

    def __init__(self, shared: SharedIndex, own: VectorIndex) -> None:
        self.index = shared
        self._own = own
        self._hidden: set[int] = set()
        self._position = 0
        self._size: int | None = None
        self._loading = False

    @property
    def spec(self) -> EncoderSpec:
        """The encoder whose vectors these are."""
        return self.index.spec

    @property
    def shared(self) -> bool:
        """Always."""
        return True

    @property
    def position(self) -> int:
        """Where the replica stands."""
        return self._position

    @position.setter
    def position(self, position: int) -> None:
        self._own.clear()
        self._hidden.clear()
        self._position, self._size, self._loading = position, None, False

    def clear(self) -> None:
        """Begin a load: what comes until the position is set is in the shared index already."""
        self.position = 0
        self._loading = True

    def upsert(self, ids: Ids, vectors: Floats) -> None:
        """Lay these rows over those of the shared index."""
        if not self._loading:
            self._hidden.update(ids.tolist())
            self._own.upsert(ids, vectors)

    def remove(self, ids: Ids) -> None:
        """Hide these rows."""
        self._hidden.update(ids.tolist())
        self._own.remove(ids)

    def search(self, queries: Floats, k: int, among: Ids | None = None) -> Neighbours:
        """Find the nearest, in the shared index and in what is laid over it.

        Raises:
            ReplicaMoved: the shared index stands elsewhere.

        """
        here = self.index.at(self._position)
        hidden = np.array(sorted(self._hidden), dtype=np.int64)
        if among is not None:
            among = np.asarray(among, dtype=np.int64)
            theirs = among[~np.isin(among, hidden)]
            found = self._asked(here, queries, k, theirs)
        else:
            found = self._asked(here, queries, k + len(hidden), None)
        if not len(hidden):
            return found
        own = self._own.search(queries, k, among)
        similarities = np.where(np.isin(found.ids, hidden), -np.inf, found.similarities)
        ids = np.where(np.isin(found.ids, hidden), NO_ID, found.ids)
        ids, similarities = np.hstack([ids, own.ids]), np.hstack([similarities, own.similarities])
        order = np.lexsort((ids, -similarities), axis=1)[:, :k]
        return Neighbours(
            np.take_along_axis(ids, order, axis=1),
            np.take_along_axis(similarities, order, axis=1).astype(np.float32),
        )

    def vectors(self, ids: Ids) -> Floats:
        """Return the rows in the order asked.

        Raises:
            ReplicaMoved: the shared index stands elsewhere.

        """
        ids = np.asarray(ids, dtype=np.int64)
        own = np.isin(ids, np.array(sorted(self._own.ids()), dtype=np.int64))
        rows = np.empty((len(ids), self.spec.dimension), dtype=np.float32)
        rows[own] = self._own.vectors(ids[own])
        try:
            rows[~own] = self.index.at(self._position).vectors(ids[~own])
        except IndexMoved as error:
            raise ReplicaMoved from error
        return rows

    def ids(self) -> frozenset[int]:
        """All ids.

        Raises:
            ReplicaMoved: the shared index stands elsewhere.

        """
        try:
            held = self.index.at(self._position).ids()
        except IndexMoved as error:
            raise ReplicaMoved from error
        return (held - self._hidden) | self._own.ids()

    def __len__(self) -> int:
        """How many ids there are; counted once for each position."""
        if self._hidden:
            return len(self.ids())
        if self._size is None:
            try:
                self._size = len(self.index.at(self._position))
            except IndexMoved as error:
                raise ReplicaMoved from error
        return self._size

    @staticmethod
    def _asked(here: VectorIndex, queries: Floats, k: int, among: Ids | None) -> Neighbours:
        try:
            return here.search(queries, k, among)
        except IndexMoved as error:
            raise ReplicaMoved from error
