"""Indexer: brings passages and stamps up to date; the only writer of passages.

Level-triggered: it looks at what is waiting, composes from current state, encodes outside
any transaction, and writes with a stamp that only moves forward. Running twice, crashing
half-way, two at once, a late slow one: all harmless.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from embeddings.protocols import Encoder, EncoderSpec, VectorIndex
from matchmaker.errors import IndexNotReady
from matchmaker.matching.passages import COMPOSER_VERSION, PassageText, compose
from matchmaker.matching.terms import passage_terms
from matchmaker.matching.voice import LANGUAGE, LANGUAGES, as_read, fingerprint, scale_of
from matchmaker.models import GenerationState, IndexGeneration, Profile
from matchmaker.services.clock import Clock
from matchmaker.services.reference_texts import ReferenceVectors
from matchmaker.services.replica import IndexReplica
from matchmaker.services.shared_rows import feed
from matchmaker.storage import challenges, change_log, generations, profiles, voices
from matchmaker.storage.database import Sessions

#: Called with how many passages are encoded and how many are known to be needed.
SyncProgress: TypeAlias = Callable[[int, int], None]

#: Profiles per transaction: some 400 passages, two seconds of encoding.
BATCH = 64
#: Lines of the change log that are kept; a replica further behind reloads.
LOG_LENGTH = 10_000
_UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """Whether the service can match, and how far the index is."""

    ready: bool
    #: Why not, in one sentence.
    reason: str | None
    encoder: str
    generation: int | None
    position: int
    #: Profiles that changed since they were indexed.
    waiting: int
    oldest_waiting: datetime | None


@dataclass(frozen=True)
class IndexReport:
    """What ``check`` found: a count for each kind of difference; empty means all is right."""

    differences: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether all is right."""
        return not self.differences


class _GenerationDropped(Exception):
    """Another indexer has let its own generation answer and dropped the one at work."""


@dataclass(frozen=True)
class Indexer:
    """What keeps the index true."""

    sessions: Sessions
    clock: Clock
    encoder: Encoder
    #: Makes a fresh replica, to compare with.
    make_replica: Callable[[], IndexReplica]
    #: Reads the passages in its languages as well.
    voice: Encoder | None = None
    #: Makes or opens the vector index that searches ask; one that is shared is fed from here.
    open_index: Callable[[EncoderSpec], VectorIndex] | None = None

    def sync(self, progress: SyncProgress | None = None) -> int:
        """Index every waiting profile; without a fitting live generation, build one.

        Returns:
            How many profiles were indexed.

        """
        with self.sessions.reading() as session:
            live = generations.live(session)
        if live is None or not self._fits(live):
            return self.rebuild(progress)
        try:
            indexed = self._sync(live.id, progress)
        except _GenerationDropped:
            return self.sync(progress)
        self._feed()
        return indexed

    def rebuild(self, progress: SyncProgress | None = None) -> int:
        """Fill a new generation beside the present one, then let it answer.

        Goes on with one that was left unfinished; vectors are used again where encoder and
        text agree.

        Returns:
            How many profiles were indexed.

        """
        generation = self._building()
        try:
            indexed = self._sync(generation.id, progress)
            while True:
                with self.sessions.writing() as session:
                    change_log.lock(session)
                    if not generations.exists(session, generation.id):
                        raise _GenerationDropped  # noqa: TRY301 - begun again below
                    waiting, _ = generations.backlog(session, generation.id)
                    if not waiting:
                        generations.make_live(session, generation.id, self.clock())
                        generations.drop_others(session, generation.id)
                        break
                indexed += self._sync(generation.id, progress)
        except _GenerationDropped:
            return self.sync(progress)
        self._feed()
        return indexed

    def _feed(self) -> None:
        """Let those who search a shared index find there what was written just now."""
        if self.open_index is not None:
            feed(self.sessions, self.open_index(self.encoder.spec))

    def readiness(self) -> Readiness:
        """Return whether the service can match, and how far the index is."""
        with self.sessions.reading() as session:
            live = generations.live(session)
            waiting, oldest = generations.backlog(session, live.id if live else 0)
            position = change_log.last_position(session)
        reason = None
        if live is None:
            reason = "The profiles have not been indexed yet."
        elif not self._fits(live):
            reason = f"The index was built with another encoder than {self.encoder.spec.name}."
        return Readiness(
            ready=reason is None,
            reason=reason,
            encoder=self.encoder.spec.name,
            generation=live.id if live else None,
            position=position,
            waiting=waiting,
            oldest_waiting=oldest,
        )

    def check(self, *, repair: bool = False) -> IndexReport:
        """Compare profiles, passages and a fresh replica; optionally mend what differs.

        Differences: "waiting" (changed since indexed), "wrong passages" (text is not what the
        profile says now), "bad vectors" (not of unit length, so that no replica can load them, or
        of the voice where it has no business, or missing where it has), "index" (ids that the
        database and the index do not share).

        Raises:
            IndexNotReady: there is nothing to compare with.

        """
        with self.sessions.reading() as session:
            live = generations.live(session)
            if live is None or not self._fits(live):
                raise IndexNotReady("There is no index of this encoder.")
            found = Counter({"waiting": generations.backlog(session, live.id)[0]})
            wrong = self._wrong_profiles(session, live.id)
            found["wrong passages"] = len(wrong)
            rows = generations.passages(session, live.id)
            bad, voiced = [], set()
            for row in rows:
                if not (_is_good(self.encoder, row[4]) and self._is_heard(row[2], row[9])):
                    bad.append(row[1])
                if row[9] is not None:
                    voiced.add(row[0])
            found["bad vectors"] = len(bad)
            stored = generations.passage_ids(session, live.id)
        if not bad:
            replica = self.make_replica()
            replica.catch_up()
            found["index"] = len(stored ^ replica.index.ids())
            if replica.voice is not None:
                found["index"] += len(voiced ^ replica.voice.rows.ids())
        if repair and +found:
            with self.sessions.writing() as session:
                generations.forget_stamps(session, live.id, [*wrong, *set(bad)])
            self._sync(live.id, None)
        return IndexReport(dict(+found))

    def _fits(self, generation: IndexGeneration) -> bool:
        return (
            generation.fingerprint,
            generation.composer_version,
            generation.voice_fingerprint,
        ) == (self.encoder.spec.fingerprint, COMPOSER_VERSION, self._voice_fingerprint or None)

    @property
    def _voice_fingerprint(self) -> str:
        """What the voice's vectors are known by; empty without a voice."""
        return "" if self.voice is None else fingerprint(self.voice.spec.fingerprint)

    def _is_heard(self, language: str, vector: NDArray[np.float32] | None) -> bool:
        """Return whether the voice has read what it should, and nothing else."""
        if self.voice is None or language not in LANGUAGES:
            return vector is None
        return vector is not None and _is_good(self.voice, vector)

    def _building(self) -> IndexGeneration:
        spec, voice = self.encoder.spec, self._voice_fingerprint or None
        with self.sessions.reading() as session:
            generation = generations.building(session, spec.fingerprint, COMPOSER_VERSION, voice)
        if generation is not None:
            return generation
        means, scale = self._means()
        generation = IndexGeneration(
            encoder_name=spec.name,
            fingerprint=spec.fingerprint,
            dimension=spec.dimension,
            composer_version=COMPOSER_VERSION,
            voice_fingerprint=voice,
            voice_scale=scale,
            state=GenerationState.BUILDING,
            created_at=self.clock(),
        )
        with self.sessions.writing() as session:
            # Another indexer may have begun one while this one encoded the reference sentences.
            begun = generations.building(session, spec.fingerprint, COMPOSER_VERSION, voice)
            if begun is not None:
                return begun
            session.add(generation)
            session.flush()
            for side, by_language in means.items():
                generations.keep_language_means(session, generation.id, side, by_language)
        return generation

    def _means(self) -> tuple[dict[str, dict[str, NDArray[np.float32]]], float | None]:
        """Return where languages lie, by side, and the scale of the voice's cosines."""
        read = ReferenceVectors.by(self.encoder)
        means = {
            "query": read.query_means(self._asked(self.encoder, self.encoder.spec.fingerprint)),
            "document": read.document_means(),
        }
        if self.voice is None:
            return means, None
        heard = ReferenceVectors.by(self.voice, LANGUAGES, as_read)
        asked = {
            language: vectors
            for language, vectors in self._asked(self.voice, self._voice_fingerprint).items()
            if language in LANGUAGES
        }
        query, document = heard.query_means(asked), heard.document_means()
        scale = scale_of(
            read.cosines(LANGUAGE, means["query"], means["document"]),
            heard.cosines(LANGUAGE, query, document),
        )
        means |= dict(zip(voices.SIDES, (query, document), strict=True))
        return means, scale

    def _asked(self, encoder: Encoder, known_by: str) -> dict[str, NDArray[np.float32]]:
        """Return what was asked here, as this encoder read it."""
        with self.sessions.reading() as session:
            return challenges.asked(session, known_by, encoder.spec.dimension)

    def _sync(self, generation_id: int, progress: SyncProgress | None) -> int:
        indexed = encoded = 0
        while True:
            with self.sessions.reading() as session:
                waiting, _ = generations.backlog(session, generation_id)
                ids = generations.waiting(session, generation_id, BATCH)
                batch = profiles.with_evidence(session, ids)
            if not batch:
                return indexed
            composed = {profile.id: compose(profile) for profile in batch}
            rest = max(waiting - len(batch), 0) * sum(map(len, composed.values())) // len(batch)
            total = encoded + sum(map(len, composed.values())) + rest

            def report(done: int, before: int = encoded, total: int = total) -> None:
                if progress is not None:
                    progress(before + done, total)

            vectors = self._vectors(composed, report)
            voiced = self._voiced(composed)
            encoded += sum(map(len, composed.values()))
            report(0, encoded)
            indexed += self._write(generation_id, batch, composed, vectors, voiced)

    def _vectors(
        self, composed: Mapping[UUID, Sequence[PassageText]], report: Callable[[int], None]
    ) -> Mapping[str, NDArray[np.float32]]:
        """Return a vector for every text hash: those known, and the rest encoded."""
        texts = {
            passage.text_hash: passage.text
            for passages in composed.values()
            for passage in passages
        }
        with self.sessions.reading() as session:
            known = generations.known_vectors(session, self.encoder.spec.fingerprint, texts)
        vectors = {text: vector for text, vector in known.items() if _is_good(self.encoder, vector)}
        missing = [text_hash for text_hash in texts if text_hash not in vectors]
        done = len(texts) - len(missing)

        def finished(number: int) -> None:
            nonlocal done
            done += number
            report(done)

        new = self.encoder.encode_documents([texts[one] for one in missing], finished)
        return {**vectors, **dict(zip(missing, new, strict=True))}

    def _voiced(
        self, composed: Mapping[UUID, Sequence[PassageText]]
    ) -> Mapping[tuple[str, str], NDArray[np.float32]]:
        """Return the voice's vectors by text hash and language, if there is a voice."""
        if self.voice is None:
            return {}
        texts = {
            (passage.text_hash, passage.language): passage.text
            for passages in composed.values()
            for passage in passages
            if passage.language in LANGUAGES
        }
        with self.sessions.reading() as session:
            known = voices.known_vectors(
                session, self._voice_fingerprint, [text_hash for text_hash, _ in texts]
            )
        voiced = {one: vector for one, vector in known.items() if _is_good(self.voice, vector)}
        missing = [one for one in texts if one not in voiced]
        new = self.voice.encode_documents([as_read(texts[one], one[1]) for one in missing])
        return {**voiced, **dict(zip(missing, new, strict=True))}

    def _write(
        self,
        generation_id: int,
        batch: Sequence[Profile],
        composed: Mapping[UUID, Sequence[PassageText]],
        vectors: Mapping[str, NDArray[np.float32]],
        voiced: Mapping[tuple[str, str], NDArray[np.float32]],
    ) -> int:
        rows = {
            profile.id: [
                {
                    "generation_id": generation_id,
                    "profile_id": profile.id,
                    "position": position,
                    "evidence_id": passage.evidence_id,
                    "evidence_kind": passage.evidence_kind,
                    "text": passage.text,
                    "text_hash": passage.text_hash,
                    "terms": " ".join(passage_terms(passage.text, passage.language)),
                    "language": passage.language,
                    "visibility": profile.visibility,
                    "vector": vectors[passage.text_hash],
                    "voice_vector": voiced.get((passage.text_hash, passage.language)),
                }
                for position, passage in enumerate(composed[profile.id])
            ]
            for profile in batch
        }
        written: list[UUID] = []
        with self.sessions.writing() as session:
            if not generations.exists(session, generation_id):
                raise _GenerationDropped
            present = profiles.existing(session, rows)
            for profile in batch:
                # No stamp moves for one that was erased meanwhile, or that somebody faster
                # has indexed at this revision or a newer one.
                if profile.id in present and generations.stamp_forward(
                    session, generation_id, profile.id, profile.revision
                ):
                    generations.replace_passages(
                        session, generation_id, profile.id, rows[profile.id]
                    )
                    written.append(profile.id)
            change_log.append(session, written)
            change_log.trim(session, keep=LOG_LENGTH)
        return len(written)

    def _wrong_profiles(self, session: Session, generation_id: int) -> list[UUID]:
        """Return up-to-date profiles whose passages are not what they say now."""
        stored = generations.text_hashes(session, generation_id)
        stamps = generations.stamps(session, generation_id)
        wrong: list[UUID] = []
        ids = sorted(stamps)
        for start in range(0, len(ids), 500):
            for profile in profiles.with_evidence(session, ids[start : start + 500]):
                hashes = [passage.text_hash for passage in compose(profile)]
                current = stamps[profile.id] == profile.revision
                if current and stored.get(profile.id, []) != hashes:
                    wrong.append(profile.id)
            session.expunge_all()
        return wrong


def _is_good(encoder: Encoder, vector: NDArray[np.float32]) -> bool:
    """Return whether a stored vector can be compared: whole, finite and of length one."""
    whole = vector.size == encoder.spec.dimension
    return whole and bool(abs(np.linalg.norm(vector) - 1) <= _UNIT_TOLERANCE)
