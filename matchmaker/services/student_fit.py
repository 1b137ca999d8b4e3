"""StudentFit: how well students fit the challenges behind positions, with the usual evidence.

The score is that of a run for one named profile. Students of a cohort are mostly shown to their
university alone, so no eligibility of the public is asked: who may see the answer is decided by
whoever asks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import IndexNotReady
from matchmaker.matching.candidates import Candidate
from matchmaker.models import Fit, PartnerKind, Reason
from matchmaker.services.alone import SearchAlone
from matchmaker.services.challenge_replica import HeldChallenge
from matchmaker.services.directions import DirectionService


@dataclass(frozen=True, kw_only=True)
class Explained:
    """Why a student fits a challenge; positions in ``reason`` point into its sentences."""

    score: float
    fit: Fit
    reason: Reason
    sentences: tuple[str, ...]
    #: ISO 639-1 code of the challenge.
    language: str


@dataclass(frozen=True)
class StudentFit:
    """Scores of named students for named challenges."""

    directions: DirectionService

    def scores(
        self, student_ids: Collection[UUID], challenge_ids: Collection[UUID]
    ) -> Mapping[tuple[UUID, UUID], float]:
        """Return the score of each student for each challenge; what is not indexed is left out."""
        if not student_ids or not challenge_ids:
            return {}
        policy = self.directions.matchmaking.policy

        def answer(session: Session) -> dict[tuple[UUID, UUID], float]:
            search = SearchAlone(self.directions.matchmaking.replica, self.directions.remembered)
            candidates = self._candidates(student_ids)
            if not candidates:
                return {}
            found = {}
            for challenge in self._held(challenge_ids):
                question = self.directions._question(challenge, challenge.place)  # noqa: SLF001 - asked the same way
                for scored in search.scores(session, question, candidates, policy):
                    found[scored.candidate.profile_id, challenge.id] = scored.score
            return found

        try:
            return self.directions._answered(answer)  # noqa: SLF001 - as above
        except IndexNotReady:
            return {}

    def explained(self, student_id: UUID, challenge_id: UUID) -> Explained | None:
        """Return why a student fits a challenge; None when one of them is not indexed."""
        return self.explained_all([student_id], challenge_id).get(student_id)

    def explained_all(
        self, student_ids: Collection[UUID], challenge_id: UUID
    ) -> Mapping[UUID, Explained]:
        """Return why each of these students fits a challenge; what is not indexed is left out."""
        if not student_ids:
            return {}
        policy = self.directions.matchmaking.policy

        def answer(session: Session) -> dict[UUID, Explained]:
            search = SearchAlone(self.directions.matchmaking.replica, self.directions.remembered)
            held = self._held([challenge_id])
            if not held:
                return {}
            question = self.directions._question(held[0], held[0].place)  # noqa: SLF001 - as above
            found = {}
            for candidate in self._candidates(student_ids):
                ranked = search.explained(session, question, candidate, policy)
                found[candidate.profile_id] = Explained(
                    score=ranked.score,
                    fit=policy.fit(ranked.score),
                    reason=ranked.reason,
                    sentences=tuple(held[0].sentences),
                    language=held[0].language,
                )
            return found

        try:
            return self.directions._answered(answer)  # noqa: SLF001 - as above
        except IndexNotReady:
            return {}

    def basis(self) -> dict[str, object]:
        """Return by which method and state of the index a score is made, as it is written down."""
        matchmaking = self.directions.matchmaking
        replica = matchmaking.replica
        return {
            "method": "fit",
            "policy": matchmaking.policy.name,
            "policy_version": matchmaking.policy.version,
            "encoder": matchmaking.encoder.spec.fingerprint,
            "generation": replica.generation,
            "log_position": replica.position,
        }

    def _held(self, challenge_ids: Collection[UUID]) -> list[HeldChallenge]:
        challenges = self.directions.challenges
        return [
            challenges.held[at]
            for one in sorted(set(challenge_ids))
            if (at := challenges.position_of.get(one)) is not None
        ]

    def _candidates(self, student_ids: Collection[UUID]) -> list[Candidate]:
        replica = self.directions.matchmaking.replica
        return [
            Candidate(profile_id=one, partner_kind=PartnerKind.STUDENT, family_id=None)
            for one in sorted(set(student_ids))
            if (number := replica.number_of.get(one)) is not None
            and len(replica.passages_of[number])
        ]
