"""Match runs and their matches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
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


def keep_reasons(session: Session, reasons: Mapping[UUID, dict[str, Any]]) -> None:
    """Keep these reasons in place of the present ones; matches that are gone are passed over."""
    if reasons:
        table = Match.metadata.tables[Match.__tablename__]
        session.connection().execute(
            update(table).where(table.c.id == bindparam("match")).values(reason=bindparam("why")),
            [{"match": match_id, "why": reason} for match_id, reason in reasons.items()],
        )


def of_challenge(session: Session, challenge_id: UUID) -> Sequence[MatchRun]:
    """Return the runs of a challenge, newest first, without matches."""
    return session.scalars(
        select(MatchRun)
        .where(MatchRun.challenge_id == challenge_id)
        .order_by(MatchRun.created_at.desc(), MatchRun.id)
    ).all()
