"""Accounts, what belongs to them, and what opens them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Label, Select, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound, StaleRevision
from matchmaker.models import (
    Account,
    ApiToken,
    Claim,
    Delegation,
    EndedSession,
    LinkPurpose,
    MailLink,
    Membership,
    Profile,
    Role,
)


def get(session: Session, account_id: UUID, expected_revision: int | None = None) -> Account:
    """Return one account.

    Raises:
        NotFound: there is none.
        StaleRevision: it is not at the expected revision.

    """
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("account", account_id)
    if expected_revision is not None and account.revision != expected_revision:
        raise StaleRevision(expected_revision, account.revision)
    return account


def by_email(session: Session, email: str) -> Account | None:
    """Return the account with this address (as ``normal_email`` writes it), or None."""
    return session.scalar(select(Account).where(Account.email == email))


def page(
    session: Session, *, role: Role | None, text: str | None, offset: int, limit: int
) -> tuple[Sequence[Account], int]:
    """Return accounts by e-mail, and how many there are in all.

    Args:
        session: to read with.
        role: only those with this role.
        text: part of the address or the name, in any case.
        offset: how many to pass over.
        limit: how many to return at most.

    """

    def narrowed(query: Select[Any]) -> Select[Any]:
        if role is not None:
            query = query.where(Account.role == role)
        if text:
            part = text.casefold()
            query = query.where(
                or_(
                    Account.email.contains(part, autoescape=True),
                    func.lower(Account.name).contains(part, autoescape=True),
                )
            )
        return query

    total = session.scalar(narrowed(select(func.count()).select_from(Account))) or 0
    rows = session.scalars(
        narrowed(select(Account)).order_by(Account.email).offset(offset).limit(limit)
    )
    return rows.all(), total


def other_administrators(session: Session, account: Account) -> int:
    """Return how many others could manage accounts if this one could not."""
    query = (
        select(func.count())
        .select_from(Account)
        .where(
            Account.role == Role.ADMINISTRATOR,
            Account.disabled_at.is_(None),
            Account.id != account.id,
        )
    )
    return session.scalar(query) or 0


def belongings(session: Session, account_id: UUID) -> dict[str, frozenset[UUID]]:
    """Return organisations, claimed and delegated profiles of an account, as ``Viewer`` has them.

    One query: this is read in every request of somebody who is signed in.
    """
    rows = session.execute(
        select(Membership.organisation_id, _word("organisations"))
        .where(Membership.account_id == account_id)
        .union_all(
            select(Claim.profile_id, _word("claimed")).where(Claim.account_id == account_id),
            select(Delegation.profile_id, _word("delegated")).where(
                Delegation.account_id == account_id
            ),
        )
    )
    found: dict[str, set[UUID]] = {"organisations": set(), "claimed": set(), "delegated": set()}
    for profile_id, name in rows:
        found[name].add(profile_id)
    return {name: frozenset(ids) for name, ids in found.items()}


def _word(word: str) -> Label[str]:
    return literal(word).label("what")


def names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of profiles by id, whoever may see them."""
    query = select(Profile.id, Profile.name).where(Profile.id.in_(list(ids)))
    return dict(session.execute(query.order_by(Profile.name)).all())


def called(session: Session, ids: Iterable[UUID]) -> Sequence[tuple[UUID, str, str, Role]]:
    """Return id, name, address and role of these accounts."""
    query = select(Account.id, Account.name, Account.email, Account.role)
    rows = session.execute(query.where(Account.id.in_(list(ids))))
    return [(id_, name, email, role) for id_, name, email, role in rows]


def claimed_among(session: Session, profile_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these profiles somebody owns."""
    return set(session.scalars(select(Claim.profile_id).where(Claim.profile_id.in_(profile_ids))))


def people_of(
    session: Session, profile_id: UUID
) -> tuple[Account | None, Sequence[tuple[Account, datetime]]]:
    """Return the owner of a profile, and who edits it for them, the first first."""
    owner = session.scalar(
        select(Account)
        .join(Claim, Claim.account_id == Account.id)
        .where(Claim.profile_id == profile_id)
    )
    rows = session.execute(
        select(Account, Delegation.since)
        .join(Delegation, Delegation.account_id == Account.id)
        .where(Delegation.profile_id == profile_id)
        .order_by(Delegation.since, Account.id)
    )
    return owner, [(account, since) for account, since in rows]


def emails(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the addresses of accounts by id."""
    query = select(Account.id, Account.email).where(Account.id.in_(list(ids)))
    return dict(session.execute(query).all())


def link(session: Session, fingerprint: str) -> MailLink | None:
    """Return the mail link with this fingerprint, or None."""
    return session.scalar(select(MailLink).where(MailLink.fingerprint == fingerprint))


def use_link(session: Session, found: MailLink, at: datetime) -> bool:
    """Use a link up; return False when somebody was faster."""
    used = session.execute(
        update(MailLink)
        .where(MailLink.id == found.id, MailLink.used_at.is_(None))
        .values(used_at=at)
        .execution_options(synchronize_session="fetch")
    )
    assert isinstance(used, CursorResult)  # noqa: S101 - an UPDATE always is
    return used.rowcount == 1


def spend_links(session: Session, account_id: UUID, purposes: Iterable[LinkPurpose]) -> None:
    """Use up every link of an account with one of these purposes."""
    session.execute(
        update(MailLink)
        .where(
            MailLink.account_id == account_id,
            MailLink.purpose.in_(list(purposes)),
            MailLink.used_at.is_(None),
        )
        .values(used_at=MailLink.created_at)
        .execution_options(synchronize_session=False)
    )


def token_by_fingerprint(session: Session, fingerprint: str) -> ApiToken | None:
    """Return the API token with this fingerprint, or None."""
    return session.scalar(select(ApiToken).where(ApiToken.fingerprint == fingerprint))


def tokens_of(session: Session, account_id: UUID) -> Sequence[ApiToken]:
    """Return the API tokens of an account, newest first; the revoked ones too."""
    query = select(ApiToken).where(ApiToken.account_id == account_id)
    return session.scalars(query.order_by(ApiToken.created_at.desc(), ApiToken.id)).all()


def ended(session: Session, session_id: UUID) -> bool:
    """Return whether a session was signed out of."""
    return session.get(EndedSession, session_id) is not None


def seen(session: Session, account_id: UUID, at: datetime) -> None:
    """Write down when somebody was here; that is no change of the account, so no revision."""
    session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(last_seen_at=at)
        .execution_options(synchronize_session=False)
    )


def used(session: Session, token_id: UUID, at: datetime) -> None:
    """Write down when a token was used."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id)
        .values(last_used_at=at)
        .execution_options(synchronize_session=False)
    )


def forget_before(session: Session, before: datetime) -> None:
    """Delete what has no use any more: old ended sessions and old links."""
    session.execute(delete(EndedSession).where(EndedSession.ended_at < before))
    session.execute(delete(MailLink).where(MailLink.expires_at < before))
