"""Owners who have not said for long that all of their profile is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.errors import LinkSpent
from matchmaker.models import Account, Claim, Profile, Standing


def due(session: Session, before: datetime, most: int) -> Sequence[tuple[Claim, Account, Profile]]:
    """Return who has to be asked, those who were owners for longest first.

    Args:
        session: to read with.
        before: neither confirmed, nor claimed, nor asked since.
        most: how many at most.

    """
    query = (
        select(Claim, Account, Profile)
        .join(Account, Account.id == Claim.account_id)
        .join(Profile, Profile.id == Claim.profile_id)
        .where(
            Claim.reminded,
            Claim.claimed_at < before,
            or_(Claim.asked_at.is_(None), Claim.asked_at < before),
            or_(Profile.confirmed_at.is_(None), Profile.confirmed_at < before),
            Profile.standing == Standing.LIVE,
            Account.disabled_at.is_(None),
        )
        .order_by(Claim.claimed_at, Claim.profile_id)
        .limit(most)
    )
    return [(claim, account, profile) for claim, account, profile in session.execute(query)]


def claim_of(session: Session, profile_id: UUID) -> Claim:
    """Return the claim of a profile.

    Raises:
        LinkSpent: nobody owns it any more.

    """
    claim = session.get(Claim, profile_id)
    if claim is None:
        raise LinkSpent
    return claim
