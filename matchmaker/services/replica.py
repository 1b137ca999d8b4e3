"""IndexReplica: one process's copy of the live passages, kept true by the change log.

The database is the truth. Before a search the replica compares its position with the log's
(one query) and applies the difference: for each profile named, all old passages go, the
current ones come. One that is new, too far behind, or of another generation reloads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Lock
from typing import Any, TypeVar, cast
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from embeddings.protocols import Encoder, EncoderSpec, SharedIndex, VectorIndex
from matchmaker.errors import IndexNotReady, ReplicaMoved
from matchmaker.matching.languages import LanguageCorrection
from matchmaker.matching.lexical import LexicalIndex
from matchmaker.matching.passages import COMPOSER_VERSION
from matchmaker.matching.scoring import EVIDENCE_KINDS
from matchmaker.matching.voice import clearness, fingerprint
from matchmaker.models import EvidenceKind, PartnerKind
from matchmaker.services.shared_rows import SharedRows, feed
from matchmaker.services.voice_rows import HeldVoice, VoiceRows
from matchmaker.storage import change_log, generations, voices
from matchmaker.storage.database import Sessions

#: Partner kinds by their code.
KINDS = tuple(PartnerKind)
_Number = TypeVar("_Number", bound=np.integer[Any])
_BATCH = 5_000  # passages handed to the indexes at once


class ReadWriteLock:
    """Many may read at once; one who writes waits for them and keeps others out."""

    def __init__(self) -> None:
        self._changed = Condition(Lock())
        self._readers = 0
        self._writing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold off writers."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writing)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold off everybody else."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writing)
            self._writing = True
            self._changed.wait_for(lambda: self._readers == 0)
        try:
            yield
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()


@dataclass(frozen=True, kw_only=True)
class DraftRow:
    """One passage of a profile that is being written."""

    language: str
    #: Stemmed words, space separated.
    terms: str
    vector: NDArray[np.float32]
    #: By the voice, of an English passage; None of others, and where none is heard.
    voiced: NDArray[np.float32] | None
    #: Kind, year and id of the evidence it is of; None for summary and description.
    kind: EvidenceKind | None
    year: int | None
    evidence_id: UUID | None


class IndexReplica:
    """Passages in memory: vectors, words, and who they belong to.

    Profiles are called by small numbers here, so that arrays can be indexed by them.

    Args:
        sessions: to read with.
        encoder: whose vectors are searched; its spec must fit the live generation.
        make_index: makes the empty vector index.
        corrected: whether the self-language correction is applied; a shared index has it.
        voice: second encoder that has read the English passages, if any; likewise.
        make_own: makes the index in memory of what is laid over a shared one.

    """

    def __init__(
        self,
        sessions: Sessions,
        encoder: Encoder,
        make_index: Callable[[EncoderSpec], VectorIndex],
        *,
        corrected: bool = True,
        voice: Encoder | None = None,
        make_own: Callable[[EncoderSpec], VectorIndex] | None = None,
    ) -> None:
        self.lock = ReadWriteLock()
        self.lexical = LexicalIndex()
        self.generation = 0
        self.position = 0
        self.query_correction = LanguageCorrection({})
        self._document_correction = LanguageCorrection({})
        self._sessions = sessions
        self._encoder = encoder
        self._make_index = make_index
        self._make_own = make_own or make_index
        self._index: VectorIndex | None = None
        self._voice = voice
        #: What the second voice has read; None without one, and before the first catching up.
        self.voice: HeldVoice | None = None
        self._corrected = corrected
        #: Profile ids by profile number, and the other way.
        self.profile_ids: list[UUID] = []
        self.number_of: dict[UUID, int] = {}
        #: Profile number by passage id; -1 where there is none.
        self.owner_of: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        #: Passage ids by profile number, in the order they were composed.
        self.passages_of: list[NDArray[np.int64]] = []
        #: What evidence each passage is, as a place in ``EVIDENCE_KINDS``, and of which year;
        #: -1 and 0 where it is none, or none is known. By passage id.
        self.evidence_of: NDArray[np.int8] = np.empty(0, dtype=np.int8)
        self.year_of: NDArray[np.int16] = np.empty(0, dtype=np.int16)
        #: First passage of the item of evidence that each passage belongs to, by passage id.
        self.item_of: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._kinds: list[int] = []
        self._kind_of: NDArray[np.int8] | None = None

    @property
    def index(self) -> VectorIndex:
        """The vector index, made when first needed."""
        if self._index is None:
            made = self._make_index(self._encoder.spec)
            if made.shared:
                made = SharedRows(cast("SharedIndex", made), self._make_own(self._encoder.spec))
            self._index = made
        return self._index

    @property
    def fingerprint(self) -> str:
        """Which encoder the vectors are of."""
        return self._encoder.spec.fingerprint

    @property
    def corrected(self) -> bool:
        """Whether the self-language correction is applied."""
        return self._corrected

    @property
    def kind_of(self) -> NDArray[np.int8]:
        """Place in ``KINDS`` by profile number: a hint, eligibility is asked of the database."""
        if self._kind_of is None or len(self._kind_of) != len(self._kinds):
            self._kind_of = np.array(self._kinds, dtype=np.int8)
        return self._kind_of

    def passages_of_kinds(self, kinds: Collection[PartnerKind]) -> NDArray[np.int64]:
        """Return the passages of all profiles that are of these kinds, as far as is known."""
        codes = [KINDS.index(kind) for kind in kinds]
        numbers = np.flatnonzero(np.isin(self.kind_of, codes)).tolist()
        empty = [np.empty(0, dtype=np.int64)]
        return np.concatenate(empty + [self.passages_of[number] for number in numbers])

    def close(self) -> None:
        """Let go of what is outside of this process."""
        if isinstance(self._index, SharedRows):
            self._index.index.close()

    def catch_up(self) -> None:
        """Apply what is new in the change log.

        Raises:
            IndexNotReady: no live generation fits the encoder.

        """
        with self._sessions.reading() as session:
            behind = self._live(session) != (self.generation, self.position)
        if behind:
            self._catch_up()
        if isinstance(self.index, SharedRows):
            feed(self._sessions, self.index.index)

    def _catch_up(self) -> None:
        # Read again inside the lock: one who had to wait would look at an older state than
        # the replica has by now, and take the log for that of a restored backup.
        with self.lock.writing(), self._sessions.reading() as session:
            generation, position = self._live(session)
            if generation != self.generation or self._too_far_behind(session, position):
                self._reload(session, generation)
            elif position > self.position:
                self._apply(session, change_log.after(session, self.position))
            self.position = self.index.position = position

    def check_current(self, session: Session) -> None:
        """Make sure that a session sees what the replica holds.

        Raises:
            ReplicaMoved: the database has moved on; catch up and ask again.

        """
        if self._live(session) != (self.generation, self.position):
            raise ReplicaMoved

    def _live(self, session: Session) -> tuple[int, int]:
        live = generations.position(session)
        if live is None:
            raise IndexNotReady("The profiles have not been indexed yet.")
        generation, *made_by, position = live
        spec = self._encoder.spec
        voice = fingerprint(self._voice.spec.fingerprint) if self._voice is not None else None
        if made_by != [spec.fingerprint, COMPOSER_VERSION, voice]:
            raise IndexNotReady(f"The index was built with another encoder than {spec.name}.")
        return generation, position

    def _too_far_behind(self, session: Session, position: int) -> bool:
        # A log that is behind us is that of a restored backup; one that begins after our next
        # line has been trimmed.
        return position < self.position or change_log.first_position(session) > self.position + 1

    def _reload(self, session: Session, generation: int) -> None:
        self._forget()
        self.index.clear()
        self.lexical.clear()
        means = {
            side: generations.language_means(session, generation, side) if self._corrected else {}
            for side in ("query", "document")
        }
        self.query_correction = LanguageCorrection(means["query"])
        self._document_correction = LanguageCorrection(means["document"])
        self.voice = self._voice_of(session, generation)
        self._add(generations.passages(session, generation))
        self.generation = generation

    def _voice_of(self, session: Session, generation: int) -> HeldVoice | None:
        """Return what is kept of the second voice beside its rows, which are still to come."""
        if self._voice is None:
            return None
        query, document = (
            LanguageCorrection(
                generations.language_means(session, generation, side) if self._corrected else {}
            )
            for side in voices.SIDES
        )
        return HeldVoice(
            rows=VoiceRows(self._voice.spec.dimension),
            query_correction=query,
            document_correction=document,
            scale=voices.scale(session, generation),
        )

    @contextmanager
    def without(self, session: Session, passages: Collection[int]) -> Iterator[None]:
        """Look as if these passages had never been indexed; for measuring, in one thread.

        Args:
            session: to read with.
            passages: their ids.

        """
        owners = {int(self.owner_of[one]) for one in passages}
        profile_ids = [self.profile_ids[number] for number in sorted(owners)]
        with self.lock.writing():
            self._apply(session, profile_ids, frozenset(passages))
        try:
            yield
        finally:
            with self.lock.writing():
                self._apply(session, profile_ids)
                self.index.position = self.position

    @contextmanager
    def standing_in(
        self, session: Session, profile_id: UUID, kind: PartnerKind, rows: Sequence[DraftRow]
    ) -> Iterator[None]:
        """Look as if these were the passages of a profile. Whoever calls holds the write lock.

        Args:
            session: sees what the replica holds.
            profile_id: the profile.
            kind: its partner kind.
            rows: its passages, in the order they were composed.

        """
        number = self._number(profile_id)
        old = self.passages_of[number]
        self.index.remove(old)
        self.lexical.remove(old.tolist())
        if self.voice is not None:
            self.voice.rows.remove(old)
        self.owner_of[old] = -1
        free = np.flatnonzero(self.owner_of < 0)[: len(rows)].tolist()
        free += range(len(self.owner_of), len(self.owner_of) + len(rows) - len(free))
        try:
            self._add(
                (
                    id_,
                    profile_id,
                    row.language,
                    row.terms,
                    row.vector,
                    kind,
                    row.kind,
                    row.year,
                    row.evidence_id,
                    row.voiced,
                )
                for id_, row in zip(free, rows, strict=True)
            )
            yield
        finally:
            self._apply(session, [profile_id])
            self.index.position = self.position

    def corrected_documents(
        self, vectors: NDArray[np.float32], languages: Sequence[str]
    ) -> NDArray[np.float32]:
        """Return vectors of passages as the index holds them: without their language's mean."""
        return self._document_correction.apply(vectors, languages)

    def _apply(
        self,
        session: Session,
        profile_ids: Iterable[UUID],
        without: frozenset[int] = frozenset(),
    ) -> None:
        profile_ids = list(profile_ids)
        for profile_id in profile_ids:
            number = self.number_of.get(profile_id)
            if number is None:
                continue
            old = self.passages_of[number]
            self.index.remove(old)
            self.lexical.remove(old.tolist())
            if self.voice is not None:
                self.voice.rows.remove(old)
            self.owner_of[old] = -1
            self.passages_of[number] = np.empty(0, dtype=np.int64)
        rows = generations.passages(session, self.generation, profile_ids)
        self._add(row for row in rows if row[0] not in without)

    def _add(self, rows: Iterable[generations.PassageRow]) -> None:
        batch: list[generations.PassageRow] = []
        for row in rows:
            # A batch ends between profiles, so that each profile's passages arrive together.
            if len(batch) >= _BATCH and row[1] != batch[-1][1]:
                self._add_batch(batch)
                batch = []
            batch.append(row)
        if batch:
            self._add_batch(batch)

    def _add_batch(self, rows: list[generations.PassageRow]) -> None:
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        vectors = np.stack([row[4] for row in rows]).astype(np.float32)
        languages = [row[2] for row in rows]
        vectors = self._document_correction.apply(vectors, languages)
        self.index.upsert(ids, vectors)
        self.lexical.upsert(
            ids.tolist(), [row[3].split(" ") if row[3] else [] for row in rows], languages
        )
        self._add_voiced(ids, rows)
        most = int(ids.max()) + 1
        if most > len(self.owner_of):
            room = max(most, 2 * len(self.owner_of))
            self.owner_of = _grown(self.owner_of, room, -1)
            self.evidence_of = _grown(self.evidence_of, room, -1)
            self.year_of = _grown(self.year_of, room, 0)
            self.item_of = _grown(self.item_of, room, -1)
        self.evidence_of[ids] = [EVIDENCE_KINDS.index(row[6]) if row[6] else -1 for row in rows]
        self.year_of[ids] = [row[7] or 0 for row in rows]
        first_of: dict[UUID, int] = {}
        self.item_of[ids] = [
            first_of.setdefault(row[8], row[0]) if row[8] is not None else row[0] for row in rows
        ]
        start = 0
        for end in range(1, len(rows) + 1):
            if end < len(rows) and rows[end][1] == rows[start][1]:
                continue
            number = self._number(rows[start][1])
            self.owner_of[ids[start:end]] = number
            self.passages_of[number] = ids[start:end]
            self._kinds[number] = KINDS.index(rows[start][5])
            self._kind_of = None
            start = end

    def _add_voiced(self, ids: NDArray[np.int64], rows: list[generations.PassageRow]) -> None:
        if self.voice is None:
            return
        voiced = [(at, row[9]) for at, row in enumerate(rows) if row[9] is not None]
        if voiced:
            vectors = np.stack([vector for _, vector in voiced])
            languages = [rows[at][2] for at, _ in voiced]
            vectors = self.voice.document_correction.apply(vectors, languages)
            terms = [rows[at][3].split(" ") for at, _ in voiced]
            clear = np.fromiter(map(clearness, terms, languages), dtype=np.float32)
            self.voice.rows.upsert(ids[[at for at, _ in voiced]], vectors, clear)

    def _number(self, profile_id: UUID) -> int:
        number = self.number_of.get(profile_id)
        if number is None:
            number = len(self.profile_ids)
            self.number_of[profile_id] = number
            self.profile_ids.append(profile_id)
            self.passages_of.append(np.empty(0, dtype=np.int64))
            self._kinds.append(0)
        return number

    def _forget(self) -> None:
        # Of no generation until all of it is loaded: a load that fails is begun again.
        self.generation = self.position = 0
        self.voice = None
        self.profile_ids, self.number_of, self.passages_of, self._kinds = [], {}, [], []
        self._kind_of = None
        self.owner_of = np.full(1024, -1, dtype=np.int32)
        self.evidence_of = np.full(1024, -1, dtype=np.int8)
        self.year_of = np.zeros(1024, dtype=np.int16)
        self.item_of = np.full(1024, -1, dtype=np.int64)


def _grown(values: NDArray[_Number], room: int, empty: int) -> NDArray[_Number]:
    grown = np.full(room, empty, dtype=values.dtype)
    grown[: len(values)] = values
    return grown
