"""StudentFit: how well students fit the challenges behind positions, with the usual evidence.

The score is that of a run for one named profile. Students of a cohort are mostly shown to their
university alone, so no eligibility of the public is asked: who may see the answer is decided by
whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from matchmaker.errors import IndexNotReady
from matchmaker.matching.candidates import Candidate
from matchmaker.models import Fit, PartnerKind, Reason
from matchmaker.services.alone import SearchAlone
from matchmaker.services.challenge_replica import HeldChallenge
from matchmaker.services.directions import DirectionService

#: Challenges that are held against all students in one look at the index.
AT_ONCE = 20


@dataclass(frozen=True, kw_only=True)
class Explained:
    """Why a student fits a challenge; positions in ``reason`` point into its sentences."""

    score: float
    fit: Fit
    reason: Reason
    sentences: tuple[str, ...]
    #: ISO 639-1 code of the challenge.
    language: str


@dataclass(frozen=True, kw_only=True)
class FitTable:
    """Scores of students for challenges.

    Attributes:
        rows: student -> row.
        columns: challenge -> column.
        values: shape (students, challenges), from 0 to 1; NaN where one of the two is not indexed.

    """

    rows: Mapping[UUID, int]
    columns: Mapping[UUID, int]
    values: NDArray[np.float64]

    @classmethod
    def of(cls, student_ids: Collection[UUID], challenge_ids: Collection[UUID]) -> FitTable:
        """Return a table without scores."""
        rows = {one: row for row, one in enumerate(dict.fromkeys(student_ids))}
        columns = {one: column for column, one in enumerate(dict.fromkeys(challenge_ids))}
        return cls(rows=rows, columns=columns, values=np.full((len(rows), len(columns)), np.nan))

    def get(self, student_id: UUID, challenge_id: UUID) -> float | None:
        """Return one score; None where one of the two is not indexed or not in the table."""
        row, column = self.rows.get(student_id), self.columns.get(challenge_id)
        if row is None or column is None or np.isnan(self.values[row, column]):
            return None
        return float(self.values[row, column])


def _nobody(_done: int, _all: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class StudentFit:
    """Scores of named students for named challenges."""

    directions: DirectionService

    def scores(
        self,
        student_ids: Collection[UUID],
        challenge_ids: Collection[UUID],
        *,
        progress: Callable[[int, int], None] = _nobody,
    ) -> FitTable:
        """Return the score of each student for each challenge; what is not indexed has none.

        Args:
            student_ids: the profiles.
            challenge_ids: the challenges.
            progress: hears how many challenges are done, and how many there are; what it raises
                ends the work.

        """
        table = FitTable.of(student_ids, challenge_ids)
        asked = sorted(table.columns) if student_ids else []
        for start in range(0, len(asked), AT_ONCE):
            part = asked[start : start + AT_ONCE]
            try:
                # A part at a time: meanwhile the index waits to move on.
                self.directions._answered(partial(self._fill, table, part))  # noqa: SLF001 - asked the same way
            except IndexNotReady:
                return FitTable.of(student_ids, challenge_ids)
            progress(start + len(part), len(asked))
        return table

    def _fill(self, table: FitTable, challenge_ids: Sequence[UUID], session: Session) -> None:
        candidates = self._candidates(table.rows)
        if not candidates:
            return
        search = SearchAlone(self.directions.matchmaking.replica, self.directions.remembered)
        policy = self.directions.matchmaking.policy
        for challenge in self._held(challenge_ids):
            question = self.directions._question(challenge, challenge.place)  # noqa: SLF001 - as above
            known, scores = search.fits_of(session, question, candidates, policy)
            rows = [table.rows[one.profile_id] for one in known]
            table.values[rows, table.columns[challenge.id]] = scores

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
