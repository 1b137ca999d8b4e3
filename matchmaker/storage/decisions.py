"""What people decided about partners for a challenge, and declared conflicts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.models import DeclaredConflict, Match, MatchDecision, MatchRun


def of_challenge(session: Session, challenge_id: UUID) -> Sequence[MatchDecision]:
    """Return the decisions of a challenge with their profiles, oldest first."""
    return session.scalars(
        select(MatchDecision)
        .where(MatchDecision.challenge_id == challenge_id)
        .options(joinedload(MatchDecision.profile))
        .order_by(MatchDecision.decided_at, MatchDecision.profile_id)
    ).all()


def get(session: Session, challenge_id: UUID, profile_id: UUID) -> MatchDecision | None:
    """Return what was decided about one profile; None when nothing was."""
    return session.get(MatchDecision, (challenge_id, profile_id))


def was_matched(session: Session, challenge_id: UUID, profile_id: UUID) -> bool:
    """Return whether some run of the challenge had the profile in its list."""
    found = session.scalar(
        select(Match.id)
        .join(MatchRun, MatchRun.id == Match.run_id)
        .where(MatchRun.challenge_id == challenge_id, Match.profile_id == profile_id)
        .limit(1)
    )
    return found is not None


def conflicts_of(session: Session, profile_id: UUID) -> Sequence[DeclaredConflict]:
    """Return the declared conflicts of a profile, whichever side declared them."""
    return session.scalars(
        select(DeclaredConflict)
        .where(
            or_(DeclaredConflict.profile_id == profile_id, DeclaredConflict.other_id == profile_id)
        )
        .order_by(DeclaredConflict.declared_at, DeclaredConflict.id)
    ).all()
