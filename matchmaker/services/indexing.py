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

from embeddings.protocols import Encoder
from matchmaker.errors import IndexNotReady
from matchmaker.matching.languages import (
    drawn_to,
    reference_challenges,
    reference_documents,
    reference_queries,
)
from matchmaker.matching.passages import COMPOSER_VERSION, PassageText, compose
from matchmaker.matching.sentences import split
from matchmaker.matching.terms import passage_terms
from matchmaker.models import GenerationState, IndexGeneration, Profile
from matchmaker.services.clock import Clock
from matchmaker.services.replica import IndexReplica
from matchmaker.storage import challenges, change_log, generations, profiles
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
            return self._sync(live.id, progress)
        except _GenerationDropped:
            return self.sync(progress)

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
                        return indexed
                indexed += self._sync(generation.id, progress)
        except _GenerationDropped:
            return self.sync(progress)

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
        profile says now), "bad vectors" (not of unit length; no replica can load them), "index"
        (ids that the database and the index do not share).

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
            bad = [row[1] for row in rows if not self._is_good(row[4])]
            found["bad vectors"] = len(bad)
            stored = generations.passage_ids(session, live.id)
        if not bad:
            replica = self.make_replica()
            replica.catch_up()
            found["index"] = len(stored ^ replica.index.ids())
        if repair and +found:
            with self.sessions.writing() as session:
                generations.forget_stamps(session, live.id, [*wrong, *set(bad)])
            self._sync(live.id, None)
        return IndexReport(dict(+found))

    def _fits(self, generation: IndexGeneration) -> bool:
        return (generation.fingerprint, generation.composer_version) == (
            self.encoder.spec.fingerprint,
            COMPOSER_VERSION,
        )

    def _is_good(self, vector: NDArray[np.float32]) -> bool:
        """Return whether a stored vector can be searched: whole, finite and of length one."""
        whole = vector.size == self.encoder.spec.dimension
        return whole and bool(abs(np.linalg.norm(vector) - 1) <= _UNIT_TOLERANCE)

    def _means_of_queries(self) -> dict[str, NDArray[np.float32]]:
        """Return where the queries of each language lie, by references and what was asked here."""
        whole = self.encoder.encode_query_parts
        reference = {
            language: np.mean([whole(parts)[0] for parts in texts], axis=0)
            for language, texts in reference_queries().items()
        }
        written = {
            language: np.stack([whole(split(text, title))[0] for title, text in texts])
            for language, texts in reference_challenges().items()
        }
        spec = self.encoder.spec
        with self.sessions.reading() as session:
            asked = challenges.asked(session, spec.fingerprint, spec.dimension)
        return drawn_to(drawn_to(reference, written), asked)

    def _building(self) -> IndexGeneration:
        spec = self.encoder.spec
        with self.sessions.reading() as session:
            generation = generations.building(session, spec.fingerprint, COMPOSER_VERSION)
        if generation is not None:
            return generation
        means = {
            "query": self._means_of_queries(),
            "document": {
                language: self.encoder.encode_documents(texts).mean(axis=0)
                for language, texts in reference_documents().items()
            },
        }
        generation = IndexGeneration(
            encoder_name=spec.name,
            fingerprint=spec.fingerprint,
            dimension=spec.dimension,
            composer_version=COMPOSER_VERSION,
            state=GenerationState.BUILDING,
            created_at=self.clock(),
        )
        with self.sessions.writing() as session:
            # Another indexer may have begun one while this one encoded the reference sentences.
            begun = generations.building(session, spec.fingerprint, COMPOSER_VERSION)
            if begun is not None:
                return begun
            session.add(generation)
            session.flush()
            for side, by_language in means.items():
                generations.keep_language_means(session, generation.id, side, by_language)
        return generation

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
            encoded += sum(map(len, composed.values()))
            report(0, encoded)
            indexed += self._write(generation_id, batch, composed, vectors)

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
        vectors = {text: vector for text, vector in known.items() if self._is_good(vector)}
        missing = [text_hash for text_hash in texts if text_hash not in vectors]
        done = len(texts) - len(missing)

        def finished(number: int) -> None:
            nonlocal done
            done += number
            report(done)

        new = self.encoder.encode_documents([texts[one] for one in missing], finished)
        return {**vectors, **dict(zip(missing, new, strict=True))}

    def _write(
        self,
        generation_id: int,
        batch: Sequence[Profile],
        composed: Mapping[UUID, Sequence[PassageText]],
        vectors: Mapping[str, NDArray[np.float32]],
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
