"""Sign-in by an OpenID Connect provider: which account somebody has who was signed in elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.errors import SignInRefused
from matchmaker.models import Account, AuditAction, ExternalIdentity
from matchmaker.models.account import normal_email
from matchmaker.services.clock import Clock
from matchmaker.services.recording import Entry, record
from matchmaker.storage import accounts
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a provider vouches for, read from a checked ID token."""

    issuer: str
    subject: str
    email: str | None
    #: Whether the provider itself made sure that the address is theirs.
    email_verified: bool


@dataclass(frozen=True)
class ProviderSignInService:
    """Finds the account; never makes one, because a role is given by an administrator."""

    sessions: Sessions
    clock: Clock

    def by_identity(self, identity: Identity) -> Account:
        """Return the account of an identity; the first time it is found by a verified address.

        When it ``has_totp``, this is half of a sign-in: ``SignInService.with_code`` is the other.

        Raises:
            SignInRefused: no account has this identity or this address, or the provider did not
                verify the address, or the account is disabled.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            known = session.get(ExternalIdentity, (identity.issuer, identity.subject))
            if known is not None:
                account: Account | None = accounts.get(session, known.account_id)
            else:
                account = self._linked(session, identity, now)
            if account is not None and account.enabled and not account.has_totp:
                account.succeeded(now)
                _write_down(session, account, AuditAction.SIGN_IN, now, {"by": "provider"})
        if account is None or not account.enabled:
            raise SignInRefused
        return account

    def _linked(self, session: Session, identity: Identity, now: datetime) -> Account | None:
        if not identity.email_verified or not identity.email:
            return None
        account = accounts.by_email(session, normal_email(identity.email))
        if account is None or not account.enabled:
            return None
        session.add(
            ExternalIdentity(
                issuer=identity.issuer,
                subject=identity.subject,
                account_id=account.id,
                linked_at=now,
            )
        )
        if account.email_confirmed_at is None:
            # Nobody had shown yet that the address is theirs: a password set before could be a
            # stranger's, who would share the account from now on.
            account.email_confirmed_at = now
            account.password_hash = None
            account.sign_out_everywhere()
        after = {"external_identity": identity.issuer}
        _write_down(session, account, AuditAction.REVISE, now, after)
        return account


def _write_down(
    session: Session, account: Account, action: AuditAction, at: datetime, after: dict[str, str]
) -> None:
    entry = Entry(by=account.id, action=action, kind="account", id=account.id, after=after)
    record(session, entry, at=at)
