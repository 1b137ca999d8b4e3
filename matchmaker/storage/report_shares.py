"""Links that show the report of a programme."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.models import ReportShare


def of_programme(session: Session, programme_id: UUID) -> Sequence[ReportShare]:
    """Return the links of a programme, newest first; those that have ended too."""
    query = select(ReportShare).where(ReportShare.programme_id == programme_id)
    return session.scalars(query.order_by(ReportShare.created_at.desc(), ReportShare.id)).all()


def by_fingerprint(session: Session, fingerprint: str) -> ReportShare | None:
    """Return the link with this fingerprint, or None."""
    return session.scalar(select(ReportShare).where(ReportShare.fingerprint == fingerprint))


def used(session: Session, share_id: UUID, at: datetime) -> None:
    """Write down when a link was opened."""
    session.execute(
        update(ReportShare)
        .where(ReportShare.id == share_id)
        .values(last_used_at=at)
        .execution_options(synchronize_session=False)
    )
