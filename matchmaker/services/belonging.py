"""BelongingService: who is a member of what, who owns a profile, who may edit it for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, InvalidInput, LinkSpent, NotFound
from matchmaker.models import (
    Account,
    AuditAction,
    Claim,
    Delegation,
    LinkPurpose,
    Membership,
    Organisation,
    Profile,
    Role,
)
from matchmaker.models.account import normal_email
from matchmaker.services.accounts import checked_email
from matchmaker.services.clock import Clock
from matchmaker.services.mail_links import mail_link, make_link, use
from matchmaker.services.recording import Entry, record
from matchmaker.storage import accounts, sealing
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """What belongs to an account: profile id -> name."""

    organisations: Mapping[UUID, str]
    claimed: Mapping[UUID, str]
    delegated: Mapping[UUID, str]


@dataclass(frozen=True, kw_only=True)
class ProfilePeople:
    """Who looks after a profile."""

    #: None when nobody owns it.
    owner: Account | None
    #: Who may edit it for the owner, and since when; the first first.
    delegates: Sequence[tuple[Account, datetime]]


@dataclass(frozen=True)
class BelongingService:
    """What ties accounts to profiles. ``by`` is the account that does it; None is the shell."""

    sessions: Sessions
    clock: Clock

    def of(self, account_id: UUID) -> Belongings:
        """Return what belongs to an account.

        Raises:
            NotFound: there is no such account.

        """
        with self.sessions.reading() as session:
            accounts.get(session, account_id)
            found = accounts.belongings(session, account_id)
            names = accounts.names(session, frozenset().union(*found.values()))
        ordered = {
            what: {one: name for one, name in names.items() if one in ids}
            for what, ids in found.items()
        }
        return Belongings(**ordered)

    def people(self, profile_id: UUID) -> ProfilePeople:
        """Return who looks after a profile.

        Raises:
            NotFound: there is no such profile.

        """
        with self.sessions.reading() as session:
            _profile(session, profile_id)
            owner, delegates = accounts.people_of(session, profile_id)
        return ProfilePeople(owner=owner, delegates=delegates)

    def join(self, account_id: UUID, organisation_id: UUID, *, by: UUID | None) -> None:
        """Make an account a member of an organisation; twice is as good as once.

        Raises:
            NotFound: there is no such account or organisation.

        """
        with self.sessions.writing() as session:
            accounts.get(session, account_id)
            if session.get(Organisation, organisation_id) is None:
                raise NotFound("organisation", organisation_id)
            if session.get(Membership, (account_id, organisation_id)) is None:
                session.add(
                    Membership(
                        account_id=account_id, organisation_id=organisation_id, since=self.clock()
                    )
                )
                self._tied(session, AuditAction.JOIN, account_id, organisation_id, by)

    def leave(self, account_id: UUID, organisation_id: UUID, *, by: UUID | None) -> None:
        """End a membership.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.writing() as session:
            membership = session.get(Membership, (account_id, organisation_id))
            if membership is None:
                raise NotFound("membership", organisation_id)
            session.delete(membership)
            self._tied(session, AuditAction.LEAVE, account_id, organisation_id, by)

    def delegate(self, profile_id: UUID, email: str, *, by: UUID | None) -> Account:
        """Let an account edit a profile for its owner; twice is as good as once.

        Raises:
            NotFound: there is no such profile.
            InvalidInput: no account has this address.

        """
        with self.sessions.writing() as session:
            _profile(session, profile_id)
            account = accounts.by_email(session, normal_email(email))
            if account is None or not account.enabled:
                raise InvalidInput("email", "No account has this e-mail address.")
            if session.get(Delegation, (account.id, profile_id)) is None:
                session.add(
                    Delegation(account_id=account.id, profile_id=profile_id, since=self.clock())
                )
                self._tied(session, AuditAction.DELEGATE, account.id, profile_id, by)
        return account

    def end_delegation(self, profile_id: UUID, account_id: UUID, *, by: UUID | None) -> None:
        """Take the right to edit a profile back.

        Raises:
            NotFound: there is no such delegation.

        """
        with self.sessions.writing() as session:
            delegation = session.get(Delegation, (account_id, profile_id))
            if delegation is None:
                raise NotFound("delegation", account_id)
            session.delete(delegation)
            self._tied(session, AuditAction.END_DELEGATION, account_id, profile_id, by)

    def invite(
        self, profile_id: UUID, email: str, *, by: UUID | None, language: str = "da"
    ) -> None:
        """Mail a link that makes the reader of an address the owner of a profile.

        Whoever calls this vouches for the address: it is theirs whose profile it is.

        Raises:
            NotFound: there is no such profile.
            Duplicate: somebody owns it already.
            InvalidInput: it is no e-mail address.

        """
        address, now = checked_email(email), self.clock()
        with self.sessions.writing() as session:
            profile = _profile(session, profile_id)
            _refuse_owned(session, profile_id)
            link, path = make_link(
                session, LinkPurpose.CLAIM, address, at=now, profile_id=profile_id
            )
            mail_link(session, link, path, language, at=now, profile=profile.name)
            entry = Entry(
                by=by,
                action=AuditAction.DELEGATE,
                kind="profile",
                id=profile_id,
                after=sealing.seal(session, profile_id, {"invited": address}),
            )
            record(session, entry, at=now)

    def claim(self, secret: str) -> Account:
        """Make the reader of a mailed link the owner of its profile; they get an account if needed.

        Returns:
            Their account, to be signed in; with ``has_totp`` the code is still asked for.

        Raises:
            LinkSpent: the link opens nothing, or their account is disabled.
            Duplicate: somebody owns the profile meanwhile.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            link = use(session, secret, LinkPurpose.CLAIM, now)
            if link.profile_id is None:
                raise LinkSpent
            _refuse_owned(session, link.profile_id)
            account = accounts.by_email(session, link.email)
            if account is None:
                account = Account(email=link.email, role=Role.PARTNER, created_at=now)
                session.add(account)
                session.flush()
                record(
                    session,
                    Entry(
                        by=None,
                        action=AuditAction.CREATE,
                        kind="account",
                        id=account.id,
                        after={"email": link.email, "role": account.role.value},
                    ),
                    at=now,
                )
            elif not account.enabled:
                raise LinkSpent
            account.email_confirmed_at = account.email_confirmed_at or now
            session.add(Claim(profile_id=link.profile_id, account_id=account.id, claimed_at=now))
            self._tied(session, AuditAction.CLAIM, account.id, link.profile_id, account.id)
        return account

    def _tied(
        self,
        session: Session,
        action: AuditAction,
        account_id: UUID,
        profile_id: UUID,
        by: UUID | None,
    ) -> None:
        entry = Entry(
            by=by,
            action=action,
            kind="profile",
            id=profile_id,
            after={"account_id": str(account_id)},
        )
        record(session, entry, at=self.clock())


def _profile(session: Session, profile_id: UUID) -> Profile:
    profile = session.get(Profile, profile_id)
    if profile is None:
        raise NotFound("profile", profile_id)
    return profile


def _refuse_owned(session: Session, profile_id: UUID) -> None:
    claim = session.get(Claim, profile_id)
    if claim is not None:
        raise Duplicate("claim", profile_id)
