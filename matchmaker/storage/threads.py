"""Threads of challenges: messages, and what has not been seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from matchmaker.models import Account, Side, ThreadMessage


def of_challenge(session: Session, challenge_id: UUID) -> Sequence[ThreadMessage]:
    """Return the messages of a challenge, oldest first."""
    return session.scalars(
        select(ThreadMessage)
        .where(ThreadMessage.challenge_id == challenge_id)
        .order_by(ThreadMessage.written_at, ThreadMessage.id)
    ).all()


def mark_seen(session: Session, challenge_id: UUID, by: Side, at: datetime) -> None:
    """Note that a side has now seen what the other wrote; what it saw before stays as noted."""
    session.execute(
        update(ThreadMessage)
        .where(
            ThreadMessage.challenge_id == challenge_id,
            ThreadMessage.side != by,
            ThreadMessage.seen_at.is_(None),
        )
        .values(seen_at=at)
    )


def unseen(session: Session, ids: Collection[UUID], by: Side) -> dict[UUID, int]:
    """Return how many messages of each challenge this side has not seen; those of none are out."""
    query = (
        select(ThreadMessage.challenge_id, func.count())
        .where(
            ThreadMessage.challenge_id.in_(list(ids)),
            ThreadMessage.side != by,
            ThreadMessage.seen_at.is_(None),
        )
        .group_by(ThreadMessage.challenge_id)
    )
    return dict(session.execute(query).all())


def last_of_staff(session: Session, challenge_id: UUID) -> Account | None:
    """Return who of the staff wrote last and can still be written to, if anybody."""
    return session.scalar(
        select(Account)
        .join(ThreadMessage, ThreadMessage.account_id == Account.id)
        .where(
            ThreadMessage.challenge_id == challenge_id,
            ThreadMessage.side == Side.STAFF,
            Account.disabled_at.is_(None),
        )
        .order_by(ThreadMessage.written_at.desc())
        .limit(1)
    )
