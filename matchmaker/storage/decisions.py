"""What people decided about partners for a challenge, and declared conflicts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.models import (
    Account,
    Challenge,
    DeclaredConflict,
    Introduction,
    Match,
    MatchDecision,
    MatchRun,
    Profile,
    ProfileKind,
    Standing,
    Visibility,
)
from matchmaker.storage import profiles
from matchmaker.storage.concealing import conceal
from matchmaker.storage.database import MOST_VARIABLES


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


def everything(session: Session) -> Sequence[MatchDecision]:
    """Return every decision there is."""
    return session.scalars(select(MatchDecision)).all()


def introduced(session: Session) -> Sequence[Introduction]:
    """Return every introduction that both were asked about, oldest first."""
    return session.scalars(
        select(Introduction)
        .where(Introduction.offered_at.is_not(None))
        .order_by(Introduction.offered_at, Introduction.id)
    ).all()


def challenges(session: Session, ids: Iterable[UUID]) -> Sequence[Challenge]:
    """Return these challenges, oldest first."""
    found: list[Challenge] = []
    rest = iter(ids)
    while part := list(islice(rest, MOST_VARIABLES)):
        found.extend(session.scalars(select(Challenge).where(Challenge.id.in_(part))))
    return sorted(found, key=lambda one: (one.created_at, one.id))


def told(session: Session, kinds: Collection[ProfileKind]) -> Sequence[Profile]:
    """Return the public profiles of these kinds as the public sees them, by id."""
    ids = session.scalars(
        select(Profile.id)
        .where(
            Profile.kind.in_(list(kinds)),
            Profile.visibility == Visibility.PUBLIC,
            Profile.standing == Standing.LIVE,
        )
        .order_by(Profile.id)
    ).all()
    found = profiles.with_evidence(session, ids)
    for one in found:
        conceal(one, Visibility.PUBLIC)
    return sorted(found, key=lambda one: one.id)


def asker_names(session: Session, challenge: Challenge) -> tuple[str, ...]:
    """Return what whoever stands behind a challenge is called."""
    account = session.get(Account, challenge.account_id) if challenge.account_id else None
    house = session.get(Profile, challenge.organisation_id) if challenge.organisation_id else None
    return tuple(one.name for one in (account, house) if one is not None and one.name)
