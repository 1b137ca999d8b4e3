"""Outgoing mail: write once per key, claim one at a time, count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound
from matchmaker.models.mail import MailState, OutgoingMail
from matchmaker.storage.dialects import insert_or


def get(session: Session, mail_id: UUID) -> OutgoingMail:
    """Return one mail.

    Raises:
        NotFound: there is none.

    """
    mail = session.get(OutgoingMail, mail_id)
    if mail is None:
        raise NotFound("mail", mail_id)
    return mail


def add_once(session: Session, row: dict[str, Any]) -> None:
    """Write a row by column name; quiet when its key is there already."""
    once = insert_or(session, OutgoingMail)
    session.execute(once.on_conflict_do_nothing(index_elements=["idempotency_key"]), row)


def _due(at: datetime) -> ColumnElement[bool]:
    """Return what may be sent now: waiting long enough, or left behind by a sender that died."""
    return or_(
        and_(OutgoingMail.state == MailState.WAITING, OutgoingMail.not_before <= at),
        and_(OutgoingMail.state == MailState.SENDING, OutgoingMail.claimed_until <= at),
    )


def any_due(session: Session, at: datetime) -> bool:
    """Return whether there is anything to send."""
    return session.scalar(select(OutgoingMail.id).where(_due(at)).limit(1)) is not None


def next_due(session: Session, at: datetime) -> OutgoingMail | None:
    """Return the mail that is due longest, locked until the transaction ends; None if none is.

    What another sender holds is passed over.
    """
    return session.scalar(
        select(OutgoingMail)
        .where(_due(at))
        .order_by(OutgoingMail.not_before, OutgoingMail.created_at, OutgoingMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def counts(session: Session) -> dict[MailState, int]:
    """Return how many mails are in each state."""
    query = select(OutgoingMail.state, func.count()).group_by(OutgoingMail.state)
    found = dict(session.execute(query).all())
    return {state: found.get(state, 0) for state in MailState}


def newest(session: Session, states: Sequence[MailState], limit: int) -> Sequence[OutgoingMail]:
    """Return the mails in these states, newest first."""
    return session.scalars(
        select(OutgoingMail)
        .where(OutgoingMail.state.in_(list(states)))
        .order_by(OutgoingMail.created_at.desc(), OutgoingMail.id)
        .limit(limit)
    ).all()
