"""Searches that accounts keep."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.models import SavedFilter


def of_account(session: Session, account_id: UUID | None) -> Sequence[SavedFilter]:
    """Return the searches of an account, by name."""
    return session.scalars(
        select(SavedFilter)
        .where(SavedFilter.account_id.is_not_distinct_from(account_id))
        .order_by(SavedFilter.name, SavedFilter.id)
    ).all()


def named(session: Session, account_id: UUID | None, name: str) -> SavedFilter | None:
    """Return the search that an account keeps under a name, or None."""
    return session.scalar(
        select(SavedFilter).where(
            SavedFilter.account_id.is_not_distinct_from(account_id), SavedFilter.name == name
        )
    )
