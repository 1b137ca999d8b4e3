"""PreviewService: which challenges a profile would match as it is being written.

The judgement is that of a run for one named profile. The passages of the draft stand in the
replica for those of the stored profile while they are judged, so that words weigh as they would;
nothing is stored, and before the replica is let go it holds what it held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from matchmaker.errors import IndexNotReady, NotFound, ReplicaMoved
from matchmaker.matching import ranking, reasons, similarity
from matchmaker.matching.candidates import Candidate
from matchmaker.matching.passages import PassageText, compose
from matchmaker.matching.terms import passage_terms
from matchmaker.matching.voice import LANGUAGES, as_read
from matchmaker.models import Fit, Place, Profile, distance_km
from matchmaker.models.snapshot import evidence_of, field_values, snapshot_of
from matchmaker.services.alone import SearchAlone
from matchmaker.services.challenge_replica import HeldChallenge
from matchmaker.services.directions import DirectionService
from matchmaker.services.matchmaking import MOST_TRIES
from matchmaker.services.profile_changes import apply
from matchmaker.services.profile_checks import KINDS, checked_whole
from matchmaker.services.question import Floats, Question
from matchmaker.services.remembered import Remembered
from matchmaker.services.replica import DraftRow
from matchmaker.storage import generations, profiles

#: Challenges that are judged: those nearest in meaning to the draft and to the stored profile.
NEAREST = 20


@dataclass(frozen=True, kw_only=True)
class PreviewedChallenge:
    """A challenge that the draft would match, or that only the stored profile matches."""

    challenge: HeldChallenge
    #: Of the draft; None when it would not match.
    score: float | None
    fit: Fit | None
    #: The passage that would carry it, and the item it is of.
    passage: str | None
    evidence_id: UUID | None
    #: Score of the stored profile; None when it does not match.
    before: float | None


@dataclass(frozen=True)
class _Answer:
    score: float
    passage: PassageText


@dataclass(frozen=True)
class PreviewService:
    """Answers the open challenges for a profile that is being written."""

    directions: DirectionService

    def preview(
        self,
        profile_id: UUID,
        fields: Mapping[str, Any],
        evidence: Sequence[Mapping[str, Any]] | None = None,
        *,
        public: bool = True,
    ) -> list[PreviewedChallenge]:
        """Return what a profile would match with these changes, best first.

        What only the stored profile matches comes last. Runs wait while the draft is judged.

        Args:
            profile_id: the stored profile.
            fields: changes, as ``CurationService.revise`` takes them.
            evidence: all items, as ``CurationService.revise`` takes them; None for the same.
            public: leave out challenges that only their own firm may see.

        Raises:
            NotFound: there is no such profile.
            InvalidInput: a value can't stand.
            IndexNotReady: the profiles are not indexed with this encoder.

        """
        matchmaking = self.directions.matchmaking
        with matchmaking.sessions.reading() as session:
            stored = profiles.find(session, profile_id)
            if stored is None:
                raise NotFound("profile", profile_id)
            present, draft = _copy(stored), _copy(stored)
        apply(draft, fields, evidence, matchmaking.clock)
        checked_whole(draft)
        told = [(one, compose(one)) for one in (present, draft)]
        vectors, voiced = self._vectors([one for _, passages in told for one in passages])
        self.directions.challenges.catch_up()
        replica = matchmaking.replica
        for _ in range(MOST_TRIES):
            replica.catch_up()
            try:
                with (
                    matchmaking.sessions.reading() as session,
                    self.directions.challenges.lock.reading(),
                    replica.lock.writing(),
                ):
                    replica.check_current(session)
                    near = self._nearest(told, vectors, public=public)
                    try:
                        before, now = (
                            self._answers(session, one, passages, (vectors, voiced), near)
                            for one, passages in told
                        )
                    finally:
                        # The stored passages are back, but at other places of the lexical order.
                        self.directions.remembered.clear()
                    return self._told(near, before, now)
            except ReplicaMoved:
                continue
        raise IndexNotReady("The index is changing faster than it can be read.", retry_after=1)

    def _vectors(
        self, passages: Sequence[PassageText]
    ) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Return vectors by text hash: those kept, and the rest encoded, outside any lock.

        The second ones are the voice's, of the passages that it reads.
        """
        texts = {one.text_hash: one.text for one in passages}
        matchmaking = self.directions.matchmaking
        encoder = matchmaking.encoder
        with matchmaking.sessions.reading() as session:
            known = generations.known_vectors(session, encoder.spec.fingerprint, texts)
        missing = [one for one in texts if one not in known]
        new = encoder.encode_documents([texts[one] for one in missing])
        vectors = {**known, **dict(zip(missing, new, strict=True))}
        if matchmaking.voice is None:
            return vectors, {}
        read = {
            one.text_hash: as_read(one.text, one.language)
            for one in passages
            if one.language in LANGUAGES
        }
        heard = matchmaking.voice.encode_documents(list(read.values()))
        return vectors, dict(zip(read, heard, strict=True))

    def _nearest(
        self,
        told: Sequence[tuple[Profile, Sequence[PassageText]]],
        vectors: Mapping[str, Floats],
        *,
        public: bool,
    ) -> list[HeldChallenge]:
        """Return the challenges that are judged, the nearest in meaning first."""
        replica, policy = self.directions.matchmaking.replica, self.directions.matchmaking.policy
        held = self.directions.challenges.held
        open_ = [at for at, one in enumerate(held) if one.matchable and (one.public or not public)]
        if not open_:
            return []
        rows = self.directions.challenges.rows(replica.query_correction)
        best = np.full(len(held), -1, dtype=np.float32)
        for _, passages in told:
            if passages:
                corrected = replica.corrected_documents(
                    np.stack([vectors[one.text_hash] for one in passages]),
                    [one.language for one in passages],
                )
                cosines = rows.cosines(corrected)
                near = similarity.of_passages(cosines, self.directions.challenges.starts, policy)
                best = np.maximum(best, near)
        open_.sort(key=lambda at: -float(best[at]))
        return [held[at] for at in open_[:NEAREST]]

    def _answers(
        self,
        session: Session,
        profile: Profile,
        passages: Sequence[PassageText],
        vectors: tuple[Mapping[str, Floats], Mapping[str, Floats]],
        challenges: Sequence[HeldChallenge],
    ) -> dict[UUID, _Answer]:
        """Return score and carrying passage for each challenge that a profile answers."""
        matchmaking = self.directions.matchmaking
        policy, today = matchmaking.policy, matchmaking.clock().date()
        if not passages or not _available(profile, today):
            return {}
        kinds = {item.id: (item.kind, item.year) for item in profile.evidence}
        rows = [
            DraftRow(
                language=one.language,
                terms=" ".join(passage_terms(one.text, one.language)),
                vector=vectors[0][one.text_hash],
                voiced=vectors[1].get(one.text_hash),
                kind=kinds[one.evidence_id][0] if one.evidence_id else None,
                year=kinds[one.evidence_id][1] if one.evidence_id else None,
                evidence_id=one.evidence_id,
            )
            for one in passages
        ]
        candidate = _candidate(profile)
        found: dict[UUID, _Answer] = {}
        replica = matchmaking.replica
        with replica.standing_in(session, profile.id, profile.partner_kind, rows):
            # Words of a question are remembered for the passages that the replica holds.
            search = SearchAlone(replica, Remembered())
            for one in challenges:
                if not _reaches(profile, one.place):
                    continue
                question = self._question(one, today)
                judged = search.judged(session, question, candidate, policy)
                (scored,) = judged.ordered
                least = round(search.needed(question, policy), ranking.DECIMALS)
                if round(scored.score, ranking.DECIMALS) >= least:
                    carriers = reasons.carriers(
                        judged.combined, judged.similarities, policy.answered_from
                    )
                    row = carriers[0].row if carriers else int(np.argmax(judged.combined))
                    score = round(scored.score, ranking.DECIMALS)
                    found[one.id] = _Answer(score, passages[row])
        return found

    def _question(self, challenge: HeldChallenge, today: date) -> Question:
        return replace(self.directions._question(challenge, challenge.place), today=today)  # noqa: SLF001 - asked the same way

    def _told(
        self,
        challenges: Sequence[HeldChallenge],
        before: Mapping[UUID, _Answer],
        now: Mapping[UUID, _Answer],
    ) -> list[PreviewedChallenge]:
        policy = self.directions.matchmaking.policy
        told = []
        for one in challenges:
            was, answer = before.get(one.id), now.get(one.id)
            if was is None and answer is None:
                continue
            told.append(
                PreviewedChallenge(
                    challenge=one,
                    score=answer.score if answer else None,
                    fit=policy.fit(answer.score) if answer else None,
                    passage=answer.passage.text if answer else None,
                    evidence_id=answer.passage.evidence_id if answer else None,
                    before=was.score if was else None,
                )
            )
        return sorted(
            told, key=lambda one: (one.score is None, -(one.score or 0), one.challenge.id)
        )


def _copy(profile: Profile) -> Profile:
    """Return a profile like a stored one that no session knows."""
    stored = snapshot_of(profile)
    values = field_values(profile, stored)
    items = evidence_of(stored)
    derived: dict[str, Any] = {"family_id": profile.family_id}
    if "family_type" in profile.__mapper__.columns:
        derived["family_type"] = profile.family_type  # type: ignore[attr-defined]
    return KINDS[profile.kind](
        id=profile.id, evidence=items, updated_at=profile.updated_at, **values, **derived
    )


def _candidate(profile: Profile) -> Candidate:
    return Candidate(
        profile_id=profile.id,
        partner_kind=profile.partner_kind,
        family_id=profile.family_id,
        latitude=profile.latitude,
        longitude=profile.longitude,
        working_languages=tuple(profile.working_languages),
    )


def _available(profile: Profile, today: date) -> bool:
    begins, ends = profile.proposable_from, profile.proposable_until
    return (
        profile.public and (begins is None or begins <= today) and (ends is None or ends >= today)
    )


def _reaches(profile: Profile, place: Place) -> bool:
    known = (profile.latitude, profile.longitude, place.latitude, place.longitude)
    if profile.can_travel_km is None or any(one is None for one in known):
        return True
    return distance_km(*known) <= profile.can_travel_km  # type: ignore[arg-type]  # none is None
