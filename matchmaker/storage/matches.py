"""Match runs and their matches."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matchmaker.errors import NotFound
from matchmaker.models import Activity, Expert, Match, MatchRun, Organisation, Student


def get(session: Session, run_id: UUID) -> MatchRun:
    """Return one run with its matches and their profiles (without evidence).

    Raises:
        NotFound: there is none.

    """
    profiles = selectinload(MatchRun.matches).selectinload(Match.profile)
    run = session.scalar(
        select(MatchRun)
        .where(MatchRun.id == run_id)
        .options(
            profiles,
            profiles.selectin_polymorphic([Expert, Organisation, Student, Activity]),
        )
    )
    if run is None:
        raise NotFound("match run", run_id)
    return run


def of_challenge(session: Session, challenge_id: UUID) -> Sequence[MatchRun]:
    """Return the runs of a challenge, newest first, without matches."""
    return session.scalars(
        select(MatchRun)
        .where(MatchRun.challenge_id == challenge_id)
        .order_by(MatchRun.created_at.desc(), MatchRun.id)
    ).all()
