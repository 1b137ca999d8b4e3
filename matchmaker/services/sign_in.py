"""SignInService: by password, by mail link, with a second factor; and what a session still opens.

Every refusal is the same ``SignInRefused``: neither words nor time tell who has an account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import LinkSpent, SignInRefused
from matchmaker.models import Account, AuditAction, EndedSession, LinkPurpose, MailLink
from matchmaker.models.account import normal_email
from matchmaker.models.facts import Viewer
from matchmaker.services.clock import Clock
from matchmaker.services.mail_links import mail_link, make_link, opened, use
from matchmaker.services.passwords import Passwords, checked_password
from matchmaker.services.recording import Entry, record
from matchmaker.services.second_factor import code_fits
from matchmaker.services.vault import Vault
from matchmaker.storage import accounts
from matchmaker.storage.database import Sessions

#: A session is over so long after the sign-in, and so long after its last request.
LIFETIME, IDLE = timedelta(hours=12), timedelta(hours=2)
#: What is older than this opens nothing any more and is deleted.
_KEPT = timedelta(days=30)
#: "Last seen" is written at most so often.
_SEEN_EVERY = timedelta(minutes=10)


@dataclass(frozen=True)
class SignInService:
    """Who somebody is."""

    sessions: Sessions
    clock: Clock
    passwords: Passwords
    vault: Vault

    def by_password(self, email: str, password: str) -> Account:
        """Return the account that an e-mail address and a password open.

        When it ``has_totp``, this is half of a sign-in: ``with_code`` is the other half.

        Raises:
            SignInRefused: they do not fit, or there were too many attempts, or it is disabled.

        """
        email = normal_email(email)
        with self.sessions.reading() as session:
            found = accounts.by_email(session, email)
        kept = found.password_hash if found else None
        # Outside of any transaction: it is slow on purpose.
        fits = self.passwords.fits(password, kept)
        renewed = self.passwords.hash(password) if self._outdated(fits, kept) else None
        now = self.clock()
        with self.sessions.writing() as session:
            account = accounts.by_email(session, email)
            if account is None or not account.enabled or account.locked(now):
                account = None
            elif not fits or account.password_hash != kept:
                self._failed(session, account, now)
                account = None
            elif renewed:
                account.password_hash = renewed
            if account is not None and not account.has_totp:
                self._succeeded(session, account, now, "password")
        if account is None:
            raise SignInRefused
        return account

    def _outdated(self, fits: bool, kept: str | None) -> bool:
        return fits and kept is not None and self.passwords.outdated(kept)

    def with_code(self, account_id: UUID, epoch: int, code: str) -> Account:
        """Return the account after the second factor: a one-time code or a recovery code.

        Args:
            account_id: from the first half.
            epoch: ``session_epoch`` of the account at the first half.
            code: as it was typed.

        Raises:
            SignInRefused: it does not fit, was used already, or there were too many attempts.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            account: Account | None = accounts.get(session, account_id)
            if (
                account is None
                or not account.enabled
                or account.session_epoch != epoch
                or account.locked(now)
            ):
                account = None
            elif not code_fits(account, code, now, self.vault):
                self._failed(session, account, now)
                account = None
            else:
                self._succeeded(session, account, now, "second factor")
        if account is None:
            raise SignInRefused
        return account

    def request_link(self, email: str) -> None:
        """Mail a sign-in link if the address has an account; the caller never learns which."""
        self._request(LinkPurpose.SIGN_IN, email)

    def request_reset(self, email: str) -> None:
        """Mail a link to a new password if the address has an account."""
        self._request(LinkPurpose.RESET, email)

    def _request(self, purpose: LinkPurpose, email: str) -> None:
        now = self.clock()
        with self.sessions.writing() as session:
            accounts.forget_before(session, now - _KEPT)
            account = accounts.by_email(session, normal_email(email))
            if account is None or not account.enabled:
                return
            accounts.spend_links(session, account.id, [purpose])
            link, path = make_link(session, purpose, account.email, at=now, account=account)
            mail_link(session, link, path, account.language, at=now)

    def peek(self, secret: str, purpose: LinkPurpose) -> MailLink:
        """Return what a link would open; opening its page changes nothing.

        Raises:
            LinkSpent: it opens nothing.

        """
        with self.sessions.reading() as session:
            return opened(session, secret, purpose, self.clock())

    def by_link(self, secret: str) -> Account:
        """Return the account that a mailed sign-in link opens, and use the link up.

        Wrong passwords of others do not stand in its way. With ``has_totp`` it is half of a
        sign-in.

        Raises:
            LinkSpent: it opens nothing.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            link = use(session, secret, LinkPurpose.SIGN_IN, now)
            account = self._of_link(session, link, now)
            if not account.has_totp:
                self._succeeded(session, account, now, "mail link")
        return account

    def reset(self, secret: str, password: str) -> Account:
        """Set a new password by a mailed link; every session and link before it ends.

        Raises:
            LinkSpent: the link opens nothing.
            InvalidInput: the password is not taken; the link still works.

        """
        link = self.peek(secret, LinkPurpose.RESET)
        kept = self.passwords.hash(checked_password(password, link.email))
        now = self.clock()
        with self.sessions.writing() as session:
            account = self._of_link(session, use(session, secret, LinkPurpose.RESET, now), now)
            account.password_hash = kept
            account.failed_attempts, account.locked_until = 0, None
            account.sign_out_everywhere()
            accounts.spend_links(session, account.id, [LinkPurpose.SIGN_IN, LinkPurpose.RESET])
            _write_down(session, account, AuditAction.CHANGE_PASSWORD, now, {"by": "mail link"})
        return account

    def _of_link(self, session: Session, link: MailLink, now: datetime) -> Account:
        if link.account_id is None:
            raise LinkSpent
        account = accounts.get(session, link.account_id)
        if not account.enabled or account.email != link.email:
            raise LinkSpent
        account.email_confirmed_at = account.email_confirmed_at or now
        return account

    def _failed(self, session: Session, account: Account, now: datetime) -> None:
        account.failed(now)
        if account.locked_until is not None:
            until = account.locked_until.isoformat()
            _write_down(session, account, AuditAction.LOCK, now, {"until": until})

    def _succeeded(self, session: Session, account: Account, now: datetime, how: str) -> None:
        account.succeeded(now)
        _write_down(session, account, AuditAction.SIGN_IN, now, {"by": how})

    def viewer(self, account_id: UUID, epoch: int, session_id: UUID) -> tuple[Account, Viewer]:
        """Return who a session belongs to.

        Raises:
            SignInRefused: it was signed out of, here or everywhere, or the account is disabled.

        """
        with self.sessions.reading() as session:
            account = session.get(Account, account_id)
            if (
                account is None
                or not account.enabled
                or account.session_epoch != epoch
                or accounts.ended(session, session_id)
            ):
                raise SignInRefused
            viewer = viewer_of(session, account)
        self._seen(account)
        return account, viewer

    def _seen(self, account: Account) -> None:
        now = self.clock()
        if account.last_seen_at is not None and now - account.last_seen_at < _SEEN_EVERY:
            return
        with self.sessions.writing() as session:
            accounts.seen(session, account.id, now)

    def sign_out(self, session_id: UUID) -> None:
        """End one session; copies of its cookie open nothing from now on."""
        now = self.clock()
        with self.sessions.writing() as session:
            accounts.forget_before(session, now - _KEPT)
            if not accounts.ended(session, session_id):
                session.add(EndedSession(session_id=session_id, ended_at=now))


def viewer_of(session: Session, account: Account) -> Viewer:
    """Return what permission depends on in an account."""
    found = accounts.belongings(session, account.id)
    return Viewer(
        account_id=account.id,
        role=account.role,
        organisations=found["organisations"],
        claimed=found["claimed"],
        delegated=found["delegated"],
    )


def _write_down(
    session: Session, account: Account, action: AuditAction, at: datetime, after: dict[str, str]
) -> None:
    entry = Entry(by=account.id, action=action, kind="account", id=account.id, after=after)
    record(session, entry, at=at)
