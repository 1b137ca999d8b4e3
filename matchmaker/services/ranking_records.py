"""Each ranking of a person that somebody acted on, written down with its inputs and its method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import Profile, RankingPurpose, RankingRecord

#: What belongs to the method; all else that a score is made from is an input.
_METHOD = frozenset({"method", "policy", "policy_version", "encoder"})


def log_positions(
    session: Session,
    cohort_id: UUID,
    student_id: UUID,
    scores: Mapping[UUID, float | None],
    basis: Mapping[str, object],
    at: datetime,
) -> None:
    """Write down in which order positions were shown to a student who numbered them.

    Args:
        session: of the deed.
        cohort_id: whose positions.
        student_id: to whom.
        scores: position -> score, in the order as shown; None came of no challenge.
        basis: what scores are made by, see ``StudentFit.basis``.
        at: now.

    """
    ranks = {
        str(position): {"rank": rank, "score": score}
        for rank, (position, score) in enumerate(scores.items(), start=1)
    }
    _add(session, cohort_id, student_id, RankingPurpose.POSITIONS_FOR_STUDENT, ranks, basis, at)


def log_students(
    session: Session,
    position_id: UUID,
    order: Sequence[tuple[UUID, UUID, float | None]],
    basis: Mapping[str, object],
    at: datetime,
) -> None:
    """Write down in which order students were shown to a host that numbered them.

    Args:
        session: of the deed.
        position_id: for which position.
        order: cohort, student and score, in the order as shown.
        basis: what scores are made by, see ``StudentFit.basis``.
        at: now.

    """
    for rank, (cohort_id, student_id, score) in enumerate(order, start=1):
        ranks = {str(position_id): {"rank": rank, "of": len(order), "score": score}}
        _add(session, cohort_id, student_id, RankingPurpose.STUDENTS_FOR_POSITION, ranks, basis, at)


def _add(
    session: Session,
    cohort_id: UUID,
    student_id: UUID,
    purpose: RankingPurpose,
    ranks: Mapping[str, object],
    basis: Mapping[str, object],
    at: datetime,
) -> None:
    profile = session.get(Profile, student_id)
    inputs = {name: value for name, value in basis.items() if name not in _METHOD}
    session.add(
        RankingRecord(
            profile_id=student_id,
            cohort_id=cohort_id,
            purpose=purpose,
            inputs={**inputs, "profile_revision": profile.revision if profile else None},
            method={name: value for name, value in basis.items() if name in _METHOD},
            ranks=dict(ranks),
            at=at,
        )
    )
