"""ChallengeReplica: one process's copy of the challenges, to be searched in like profiles.

For a run a challenge is the question; the other way round the challenges are what is searched
in. Their vectors are kept in the database anyway, per encoder and revision; here they lie in
one matrix, and their words in a lexical order of their own. Before a question the replica
compares id and revision of every challenge (one query) and takes over what differs. A challenge
without kept vectors is encoded once, outside any transaction, and its vectors are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import Encoder
from matchmaker.errors import NotFound
from matchmaker.matching.corrected_rows import CorrectedRows
from matchmaker.matching.languages import LanguageCorrection
from matchmaker.matching.lexical import LexicalIndex
from matchmaker.matching.sentences import split
from matchmaker.matching.terms import passage_terms
from matchmaker.models import Challenge, ChallengeAction, ChallengeState, Place
from matchmaker.models.challenge import TRANSITIONS
from matchmaker.models.challenge_view import beginning
from matchmaker.models.contact_marks import without_contacts
from matchmaker.services.asking import Asking, Encoded
from matchmaker.services.indexing import SyncProgress
from matchmaker.services.replica import ReadWriteLock
from matchmaker.storage import challenges
from matchmaker.storage.database import Sessions

Floats = NDArray[np.float32]
#: A draft is not finished, and one that was withdrawn is nobody's business any more.
HELD_STATES = (ChallengeState.SUBMITTED, ChallengeState.OPEN, ChallengeState.CLOSED)
_BATCH = 16  # challenges encoded and kept at once


@dataclass(frozen=True, kw_only=True)
class ChallengeInShort:
    """A challenge without what only its firm may have."""

    #: None for a firm's own: who has the id may read, change and withdraw it.
    id: UUID | None
    title: str
    #: How the text begins.
    excerpt: str
    #: ISO 639-1.
    language: str
    state: ChallengeState
    sample: bool


@dataclass(frozen=True, kw_only=True)
class HeldChallenge:
    """A challenge as it is searched in."""

    id: UUID
    revision: int
    state: ChallengeState
    sample: bool
    #: Whether it belongs to an account or an organisation.
    owned: bool
    title: str
    text: str
    #: ISO 639-1.
    language: str
    place: Place
    confidential: bool
    #: When it has to be renewed; None for one without an end.
    expires_at: datetime | None
    sentences: tuple[str, ...]
    #: What ``Encoder.encode_query_parts`` gave for the sentences, (1 + sentences, dimension).
    vectors: Floats
    #: What the second voice gave for them; None where it does not read the language.
    voiced: Floats | None = None

    @property
    def matchable(self) -> bool:
        """Whether its state allows that it is matched."""
        return ChallengeAction.MATCH in TRANSITIONS[self.state]

    @property
    def public(self) -> bool:
        """Whether others than its firm may see that there is such a challenge, while it is open.

        As ``Challenge.is_public`` says it, but for the time: see ``over``.
        """
        open_ = self.state is ChallengeState.OPEN
        return self.sample or (open_ and not self.owned and not self.confidential)

    def over(self, at: datetime) -> bool:
        """Return whether it is open on paper only: nobody has renewed it in time."""
        open_ = self.state is ChallengeState.OPEN and not self.sample
        return open_ and self.expires_at is not None and self.expires_at <= at

    @property
    def shown_sentences(self) -> tuple[str, ...]:
        """The sentences as others may read them: without what reaches whoever wrote them."""
        return tuple(map(without_contacts, self.sentences))

    def in_short(self) -> ChallengeInShort:
        """Return what others than its firm may see: nothing that reaches whoever wrote it."""
        return ChallengeInShort(
            id=self.id if self.sample else None,
            title=without_contacts(self.title),
            excerpt=beginning(without_contacts(self.text)),
            language=self.language,
            state=self.state,
            sample=self.sample,
        )


class ChallengeReplica:
    """Challenges in memory: vectors in one matrix, words in a lexical order.

    ``lock`` is held for reading while anything but :meth:`catch_up` is used.

    Args:
        sessions: to read with, and to keep new vectors.
        encoder: whose vectors are held.
        voice: whose vectors are held beside them, of challenges in its language.

    """

    def __init__(self, sessions: Sessions, encoder: Encoder, voice: Encoder | None = None) -> None:
        self.lock = ReadWriteLock()
        self.lexical = LexicalIndex()
        #: In the order of the matrix.
        self.held: Sequence[HeldChallenge] = ()
        #: Position in ``held`` by id.
        self.position_of: Mapping[UUID, int] = {}
        #: First row of each challenge in the matrix: the whole; its sentences follow.
        self.starts: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        #: What the lexical order calls each challenge.
        self.numbers: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._sessions = sessions
        self._encoder = encoder
        self._asking = Asking(encoder, voice)
        self._catching_up = Lock()
        self._number_of: dict[UUID, int] = {}
        self._next = 0
        self._revisions: dict[str, int] = {}
        self._signature: str | None = None
        self._matrix: Floats = np.empty((0, encoder.spec.dimension), dtype=np.float32)
        self._rows: CorrectedRows | None = None

    def catch_up(self, progress: SyncProgress | None = None) -> None:
        """Take over what has changed since the last time.

        Args:
            progress: called with how many of the challenges without vectors are encoded.

        """
        with self._catching_up:
            with self._sessions.reading() as session:
                signature = challenges.signature(session, HELD_STATES)
                if signature == self._signature:
                    return
                present = challenges.revisions(session, HELD_STATES)
                changed = present.items() - self._revisions.items()
                wanted = [UUID(one) for one, _ in changed]
                found = self._asking.all_kept(session, wanted)
            gone = {UUID(one) for one in self._revisions.keys() - present.keys()}
            new = self._with_vectors(found, progress)
            terms = [passage_terms("\n".join(one.sentences), one.language) for one in new]
            with self.lock.writing():
                self._apply(gone, new, terms)
                self._revisions = {one.id.hex: one.revision for one in self.held}
                self._signature = signature

    def rows(self, correction: LanguageCorrection) -> CorrectedRows:
        """Return the matrix as it is compared under this correction of queries."""
        rows = self._rows
        if rows is None or rows.correction is not correction:
            languages = [one.language for one in self.held for _ in range(len(one.vectors))]
            rows = self._rows = CorrectedRows(self._matrix, languages, correction)
        return rows

    def _with_vectors(
        self,
        found: Sequence[tuple[Challenge, Encoded]],
        progress: SyncProgress | None,
    ) -> list[HeldChallenge]:
        """Return what is held of these challenges; encodes what has no vectors."""
        sentences = {one.id: split(one.text, one.title) for one, _ in found}
        # Vectors that were kept by a version that split the text elsewhere are no use.
        known = {
            one.id: Encoded(
                *(
                    each if each is not None and len(each) == 1 + len(sentences[one.id]) else None
                    for each in kept
                )
            )
            for one, kept in found
        }
        encoded = {
            one.id: self._asking.encode(sentences[one.id], one.language, known[one.id])
            for one, _ in found
            if self._asking.whole(known[one.id], one.language)
        }
        missing = [one for one, _ in found if one.id not in encoded]
        for start in range(0, len(missing), _BATCH):
            part = missing[start : start + _BATCH]
            for one in part:
                before = self._held(one.id)
                if before is not None and before.sentences == sentences[one.id]:
                    # Opened or closed, with its text as it was.
                    known[one.id] = Encoded(before.vectors, before.voiced)
                encoded[one.id] = self._asking.encode(
                    sentences[one.id], one.language, known[one.id]
                )
            self._keep(part, encoded)
            if progress is not None:
                progress(start + len(part), len(missing))
        return [
            HeldChallenge(
                id=one.id,
                revision=one.revision,
                state=one.state,
                sample=one.sample,
                owned=one.owned,
                title=one.title,
                text=one.text,
                language=one.language,
                place=one.place,
                confidential=one.confidential,
                expires_at=one.expires_at,
                sentences=sentences[one.id],
                vectors=encoded[one.id][0],
                voiced=encoded[one.id][1],
            )
            for one, _ in found
        ]

    def _held(self, challenge_id: UUID) -> HeldChallenge | None:
        at = self.position_of.get(challenge_id)
        return None if at is None else self.held[at]

    def _keep(
        self,
        part: Sequence[Challenge],
        encoded: Mapping[UUID, tuple[Floats, Floats | None]],
    ) -> None:
        with self._sessions.writing() as session:
            for one in part:
                try:
                    present = challenges.get(session, one.id)
                except NotFound:
                    continue  # gone since it was read
                if present.revision == one.revision:
                    self._asking.keep(session, one, encoded[one.id])

    def _apply(
        self, gone: set[UUID], new: Sequence[HeldChallenge], terms: Sequence[Sequence[str]]
    ) -> None:
        """Put new challenges in place of old ones; the caller keeps everybody else out."""
        renewed = gone | {one.id for one in new}
        self.lexical.remove([self._number_of.pop(id_) for id_ in renewed & self._number_of.keys()])
        for one in new:
            self._number_of[one.id] = self._next
            self._next += 1
        self.lexical.upsert(
            [self._number_of[one.id] for one in new],
            terms,
            [one.language for one in new],
        )
        held = [one for one in self.held if one.id not in renewed] + list(new)
        # By id, so that equal challenges stand alike whatever changes led here.
        held.sort(key=lambda one: one.id)
        bounds = np.cumsum([0, *(len(one.vectors) for one in held)], dtype=np.int64)
        empty = self._matrix[:0]
        self._matrix = np.concatenate([empty, *(one.vectors for one in held)])
        self.held = [
            # A view, or every vector would be in memory twice.
            replace(one, vectors=self._matrix[bounds[at] : bounds[at + 1]])
            for at, one in enumerate(held)
        ]
        self.position_of = {one.id: at for at, one in enumerate(self.held)}
        self.starts = bounds[:-1]
        self.numbers = np.array([self._number_of[one.id] for one in held], dtype=np.int64)
        self._rows = None
