"""Introductions: one, those of a challenge or an account, those that are due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true, tuple_, update
from sqlalchemy.orm import Session, joinedload

from matchmaker.errors import NotFound, StaleRevision
from matchmaker.models import (
    Account,
    Challenge,
    ChallengeState,
    Claim,
    Introduction,
    IntroductionState,
    MailLink,
    Match,
    MatchRun,
    Membership,
    Party,
    Profile,
    Standing,
)
from matchmaker.models.facts import Viewer
from matchmaker.models.introduction import OPEN, REMIND_BEFORE

#: States in which a challenge and a profile are being brought together.
RUNNING = frozenset({IntroductionState.DRAFTED, *OPEN})
_WHOLE = (joinedload(Introduction.challenge), joinedload(Introduction.profile))


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """Whom a party is written to: their address, and what they are called."""

    email: str
    name: str
    #: "da" or "en"; None when nobody has said.
    language: str | None
    account: Account | None


def get(
    session: Session,
    introduction_id: UUID,
    expected_revision: int | None = None,
    *,
    lock: bool = False,
) -> Introduction:
    """Return one introduction with its challenge and profile.

    Args:
        session: to read with.
        introduction_id: which.
        expected_revision: as the caller read it.
        lock: hold it until the transaction ends; SQLite has one writer anyway.

    Raises:
        NotFound: there is none.
        StaleRevision: it is not at the expected revision.

    """
    query = select(Introduction).where(Introduction.id == introduction_id).options(*_WHOLE)
    if lock:
        query = query.with_for_update(of=Introduction)
    found = session.scalar(query)
    if found is None:
        raise NotFound("introduction", introduction_id)
    if expected_revision is not None and found.revision != expected_revision:
        raise StaleRevision(expected_revision, found.revision)
    return found


def of_challenge(session: Session, challenge_id: UUID) -> Sequence[Introduction]:
    """Return the introductions of a challenge, oldest first."""
    return session.scalars(
        select(Introduction)
        .where(Introduction.challenge_id == challenge_id)
        .options(*_WHOLE)
        .order_by(Introduction.created_at, Introduction.id)
    ).all()


def running(session: Session, challenge_id: UUID, profile_id: UUID) -> UUID | None:
    """Return the introduction that brings these two together now, if there is one."""
    return session.scalar(
        select(Introduction.id).where(
            Introduction.challenge_id == challenge_id,
            Introduction.profile_id == profile_id,
            Introduction.state.in_(list(RUNNING)),
        )
    )


def page(
    session: Session,
    viewer: Viewer,
    *,
    states: Collection[IntroductionState] = (),
    limit: int,
    after: Sequence[object] | None = None,
) -> Sequence[Introduction]:
    """Return the introductions that somebody may know of, those changed last first.

    Args:
        session: to read with.
        viewer: staff see all, others those that they are a party of once they are offered.
        states: only these; all when empty.
        limit: at most so many.
        after: moment of change and id of the last one of the page before.

    """
    query = select(Introduction).join(Challenge, Challenge.id == Introduction.challenge_id)
    if not viewer.is_staff:
        query = query.where(
            Introduction.offered_at.is_not(None),
            or_(
                Challenge.account_id == viewer.account_id,
                Challenge.organisation_id.in_(list(viewer.organisations)),
                Introduction.profile_id.in_(list(viewer.claimed | viewer.delegated)),
            ),
        )
    if states:
        query = query.where(Introduction.state.in_(list(states)))
    if after is not None:
        query = query.where(tuple_(Introduction.updated_at, Introduction.id) < tuple_(*after))
    query = query.order_by(Introduction.updated_at.desc(), Introduction.id.desc()).limit(limit)
    return session.scalars(query.options(*_WHOLE)).all()


def counts(session: Session) -> dict[IntroductionState, int]:
    """Return how many introductions are in each state."""
    query = select(Introduction.state, func.count()).group_by(Introduction.state)
    found = dict(session.execute(query).all())
    return {state: found.get(state, 0) for state in IntroductionState}


def to_remind(session: Session, at: datetime, most: int) -> Sequence[UUID]:
    """Return those whose parties have to be reminded, the most urgent first."""
    return _due(
        session,
        most,
        Introduction.reminded_at.is_(None),
        Introduction.answer_by <= at + REMIND_BEFORE,
        Introduction.answer_by > at,
    )


def to_expire(session: Session, at: datetime, most: int) -> Sequence[UUID]:
    """Return those whose time to answer is over, the oldest first."""
    return _due(session, most, Introduction.answer_by <= at)


def _due(session: Session, most: int, *conditions: ColumnElement[bool]) -> Sequence[UUID]:
    return session.scalars(
        select(Introduction.id)
        .where(Introduction.state == IntroductionState.OFFERED, *conditions)
        .order_by(Introduction.answer_by, Introduction.id)
        .limit(most)
    ).all()


def orphaned(session: Session, most: int) -> Sequence[UUID]:
    """Return drafts and offers whose challenge has ended, or whose partner takes part no more."""
    return session.scalars(
        select(Introduction.id)
        .join(Challenge, Challenge.id == Introduction.challenge_id)
        .join(Profile, Profile.id == Introduction.profile_id)
        .where(
            Introduction.state.in_([IntroductionState.DRAFTED, IntroductionState.OFFERED]),
            or_(
                Challenge.state.in_([ChallengeState.CLOSED, ChallengeState.WITHDRAWN]),
                Profile.standing != Standing.LIVE,
            ),
        )
        .order_by(Introduction.created_at, Introduction.id)
        .limit(most)
    ).all()


def spend_links(session: Session, introduction_id: UUID, party: Party | None = None) -> None:
    """Use up every link that answers an introduction, for one party or for both."""
    session.execute(
        update(MailLink)
        .where(
            MailLink.introduction_id == introduction_id,
            MailLink.used_at.is_(None),
            MailLink.party == party if party else true(),
        )
        .values(used_at=MailLink.created_at)
        .execution_options(synchronize_session=False)
    )


def lock_profile(session: Session, profile_id: UUID) -> None:
    """Let nobody else offer anything to this profile before the transaction ends."""
    session.execute(select(Profile.id).where(Profile.id == profile_id).with_for_update())


def lock_challenge(session: Session, challenge_id: UUID) -> None:
    """Let nobody else draft anything for this challenge before the transaction ends."""
    session.execute(select(Challenge.id).where(Challenge.id == challenge_id).with_for_update())


def match_of(
    session: Session, challenge_id: UUID, profile_id: UUID
) -> tuple[Match, MatchRun] | None:
    """Return the newest match of a profile for a challenge, with its run; None without one."""
    row = session.execute(
        select(Match, MatchRun)
        .join(MatchRun, MatchRun.id == Match.run_id)
        .where(MatchRun.challenge_id == challenge_id, Match.profile_id == profile_id)
        .order_by(MatchRun.created_at.desc(), MatchRun.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def firm(session: Session, introduction: Introduction) -> Addressee | None:
    """Return whom the firm is written to; None when nobody is known."""
    challenge = introduction.challenge
    account = session.get(Account, challenge.account_id) if challenge.account_id else None
    if account is None and challenge.organisation_id is not None:
        # The member who has been there longest, as long as they may sign in.
        account = session.scalar(
            select(Account)
            .join(Membership, Membership.account_id == Account.id)
            .where(
                Membership.organisation_id == challenge.organisation_id,
                Account.disabled_at.is_(None),
            )
            .order_by(Membership.since, Account.id)
            .limit(1)
        )
    names = organisation_names(session, [challenge.organisation_id])
    name = names.get(challenge.organisation_id, "") if challenge.organisation_id else ""
    return _addressee(introduction.firm_email, account, name)


def partner(session: Session, introduction: Introduction) -> Addressee | None:
    """Return whom the partner is written to: the owner of the profile, or whom staff named."""
    account = session.scalar(
        select(Account)
        .join(Claim, Claim.account_id == Account.id)
        .where(Claim.profile_id == introduction.profile_id)
    )
    return _addressee(introduction.partner_email, account, introduction.profile.name)


def organisation_names(session: Session, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of organisations by id."""
    wanted = [one for one in ids if one is not None]
    return dict(
        session.execute(select(Profile.id, Profile.name).where(Profile.id.in_(wanted))).all()
    )


def _addressee(email: str | None, account: Account | None, name: str) -> Addressee | None:
    if account is not None and account.enabled:
        return Addressee(
            email=account.email,
            name=name or account.name,
            language=account.language,
            account=account,
        )
    if email is None:
        return None
    return Addressee(email=email, name=name, language=None, account=None)
