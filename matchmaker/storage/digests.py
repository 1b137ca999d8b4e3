"""Who gets the weekly mail, and what may stand in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from matchmaker.models import (
    Account,
    Challenge,
    ChallengeState,
    Claim,
    Conditions,
    Introduction,
    IntroductionState,
    Match,
    MatchDecision,
    MatchRun,
    Membership,
    OutgoingMail,
    Profile,
    Standing,
    ToldChallenge,
    ToldList,
    ToldMatch,
    Visibility,
)


@dataclass(frozen=True, kw_only=True)
class WaitingAnswer:
    """An introduction that waits for somebody's answer."""

    introduction_id: UUID
    answer_by: datetime


#: Who wants the mail, and whose address is known to be theirs.
_READS = and_(
    Account.digest, Account.disabled_at.is_(None), Account.email_confirmed_at.is_not(None)
)


def readers(session: Session, after: UUID | None, most: int) -> Sequence[Account]:
    """Return those who want the mail, by id, and whose address is known to be theirs."""
    query = select(Account).where(_READS).order_by(Account.id).limit(most)
    if after is not None:
        query = query.where(Account.id > after)
    return session.scalars(query).all()


def is_written(session: Session, key: str) -> bool:
    """Return whether a mail has this key already."""
    found = session.scalar(select(OutgoingMail.id).where(OutgoingMail.idempotency_key == key))
    return found is not None


def profiles_of(session: Session, account_id: UUID) -> Sequence[tuple[UUID, str]]:
    """Return id and name of the live profiles that somebody owns and everybody may see."""
    rows = session.execute(
        select(Profile.id, Profile.name)
        .join(Claim, Claim.profile_id == Profile.id)
        .where(
            Claim.account_id == account_id,
            Profile.standing == Standing.LIVE,
            Profile.visibility == Visibility.PUBLIC,
        )
        .order_by(Profile.name, Profile.id)
    )
    return [(profile_id, name) for profile_id, name in rows]


def told(session: Session, account_id: UUID) -> set[UUID]:
    """Return the challenges that an earlier mail has shown."""
    query = select(ToldChallenge.challenge_id).where(ToldChallenge.account_id == account_id)
    return set(session.scalars(query))


def own(session: Session, account_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Return those of these challenges that are somebody's own, or a sample of the product."""
    organisations = select(Membership.organisation_id).where(Membership.account_id == account_id)
    query = select(Challenge.id).where(
        Challenge.id.in_(ids),
        or_(
            Challenge.sample,
            Challenge.account_id == account_id,
            Challenge.organisation_id.in_(organisations),
        ),
    )
    return set(session.scalars(query))


def own_open(session: Session, account_id: UUID, at: datetime) -> Sequence[Challenge]:
    """Return the open challenges that somebody owns, the oldest first.

    One of an organisation that no account owns is its members'.
    """
    organisations = select(Membership.organisation_id).where(Membership.account_id == account_id)
    query = (
        select(Challenge)
        .where(
            or_(
                Challenge.account_id == account_id,
                and_(Challenge.account_id.is_(None), Challenge.organisation_id.in_(organisations)),
            ),
            Challenge.state == ChallengeState.OPEN,
            or_(Challenge.expires_at.is_(None), Challenge.expires_at > at),
        )
        .order_by(Challenge.created_at, Challenge.id)
    )
    return session.scalars(query).all()


def told_of(session: Session, challenge: Challenge) -> Sequence[UUID]:
    """Return those readers of the mail to whom a challenge belongs."""
    query = select(Account.id).where(_READS).order_by(Account.id)
    if challenge.account_id is not None:
        return session.scalars(query.where(Account.id == challenge.account_id)).all()
    members = select(Membership.account_id).where(
        Membership.organisation_id == challenge.organisation_id
    )
    return session.scalars(query.where(Account.id.in_(members))).all()


def lists_known_by(session: Session, challenge_id: UUID) -> set[UUID]:
    """Return for whom it is written down whom lists had shown before their first mail."""
    query = select(ToldList.account_id).where(ToldList.challenge_id == challenge_id)
    return set(session.scalars(query))


def known_matches(session: Session, account_id: UUID, challenge_id: UUID) -> set[UUID]:
    """Return the partners whom the owner of a challenge was told of."""
    query = select(ToldMatch.profile_id).where(
        ToldMatch.account_id == account_id, ToldMatch.challenge_id == challenge_id
    )
    return set(session.scalars(query))


def listed(session: Session, challenge_id: UUID, before: datetime) -> set[UUID]:
    """Return everybody whom a list of a challenge has shown before a time."""
    query = (
        select(Match.profile_id)
        .join(MatchRun, MatchRun.id == Match.run_id)
        .where(MatchRun.challenge_id == challenge_id, MatchRun.created_at < before)
    )
    return set(session.scalars(query))


def decided(session: Session, challenge_id: UUID) -> set[UUID]:
    """Return everybody who was kept for a challenge, or dismissed."""
    query = select(MatchDecision.profile_id).where(MatchDecision.challenge_id == challenge_id)
    return set(session.scalars(query))


def newest_conditions(session: Session, challenge_id: UUID) -> Conditions:
    """Return what the newest list of a challenge was asked with."""
    kept = session.scalar(
        select(MatchRun.conditions)
        .where(MatchRun.challenge_id == challenge_id)
        .order_by(MatchRun.created_at.desc(), MatchRun.id)
        .limit(1)
    )
    return Conditions.from_json(kept) if kept else Conditions()


def waiting(session: Session, account_id: UUID, at: datetime) -> list[WaitingAnswer]:
    """Return the introductions that wait for somebody's answer, the most urgent first."""
    claimed = select(Claim.profile_id).where(Claim.account_id == account_id)
    organisations = select(Membership.organisation_id).where(Membership.account_id == account_id)
    rows = session.execute(
        select(Introduction.id, Introduction.answer_by)
        .join(Challenge, Challenge.id == Introduction.challenge_id)
        .where(
            Introduction.state == IntroductionState.OFFERED,
            Introduction.answer_by > at,
            or_(
                and_(Introduction.partner_answer.is_(None), Introduction.profile_id.in_(claimed)),
                and_(
                    Introduction.firm_answer.is_(None),
                    or_(
                        Challenge.account_id == account_id,
                        Challenge.organisation_id.in_(organisations),
                    ),
                ),
            ),
        )
        .order_by(Introduction.answer_by, Introduction.id)
    )
    return [
        WaitingAnswer(introduction_id=introduction_id, answer_by=answer_by)
        for introduction_id, answer_by in rows
        if answer_by is not None
    ]
