"""Contests, and what the rankings of a person rested on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound
from matchmaker.models import Cohort, Contest, Match, MatchRun, RankingRecord

#: Rankings that a contest names, the latest first.
MOST_NAMED = 20


def get(session: Session, contest_id: UUID, *, lock: bool = False) -> Contest:
    """Return one contest; ``lock`` holds it until the transaction ends.

    Raises:
        NotFound: there is none.

    """
    found = session.get(Contest, contest_id, with_for_update={"of": Contest} if lock else None)
    if found is None:
        raise NotFound("contest", contest_id)
    return found


def university_of(session: Session, contest: Contest) -> UUID | None:
    """Return the university whose coordinators answer; None: staff alone."""
    if contest.cohort_id is None:
        return None
    return session.scalar(select(Cohort.university_id).where(Cohort.id == contest.cohort_id))


def waiting(session: Session, universities: Collection[UUID] | None) -> Sequence[Contest]:
    """Return the contests that nobody has answered, the oldest first.

    Args:
        session: to read with.
        universities: of their cohorts alone; None for all, those of no cohort too.

    """
    query = select(Contest).where(Contest.answered_at.is_(None))
    if universities is not None:
        query = query.join(Cohort, Cohort.id == Contest.cohort_id)
        query = query.where(Cohort.university_id.in_(universities))
    return session.scalars(query.order_by(Contest.made_at, Contest.id)).all()


def counted(session: Session) -> tuple[int, datetime | None]:
    """Return how many contests nobody has answered, and when the oldest was made."""
    row = session.execute(
        select(func.count(), func.min(Contest.made_at)).where(Contest.answered_at.is_(None))
    ).one()
    return row[0], row[1]


def of_profiles(session: Session, profile_ids: Collection[UUID]) -> Sequence[Contest]:
    """Return what these people contested, the latest first."""
    query = select(Contest).where(Contest.profile_id.in_(profile_ids))
    return session.scalars(query.order_by(Contest.made_at.desc(), Contest.id)).all()


def rankings_of(session: Session, profile_id: UUID, cohort_id: UUID) -> Sequence[RankingRecord]:
    """Return the rankings of a person in a cohort that were written down, the latest first."""
    query = select(RankingRecord).where(
        RankingRecord.profile_id == profile_id, RankingRecord.cohort_id == cohort_id
    )
    return session.scalars(
        query.order_by(RankingRecord.at.desc(), RankingRecord.id).limit(MOST_NAMED)
    ).all()


def matches_of(session: Session, profile_id: UUID) -> Sequence[tuple[Match, MatchRun]]:
    """Return the lists that a profile was ranked in, the latest first."""
    rows = session.execute(
        select(Match, MatchRun)
        .join(MatchRun, MatchRun.id == Match.run_id)
        .where(Match.profile_id == profile_id)
        .order_by(MatchRun.created_at.desc(), MatchRun.id)
        .limit(MOST_NAMED)
    )
    return [(match, run) for match, run in rows]
