"""OwnAccountService: what the owner of an account changes: password and e-mail address."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from matchmaker.errors import Duplicate, InvalidInput, NotPermitted
from matchmaker.models import Account, AuditAction, LinkPurpose
from matchmaker.services.accounts import checked_email, write_down
from matchmaker.services.clock import Clock
from matchmaker.services.mail_links import mail_link, make_link, use
from matchmaker.services.passwords import Passwords, checked_password
from matchmaker.storage import accounts
from matchmaker.storage.database import Sessions


@dataclass(frozen=True)
class OwnAccountService:
    """What somebody who is signed in does with their own account."""

    sessions: Sessions
    clock: Clock
    passwords: Passwords

    def change_password(self, account_id: UUID, *, present: str | None, new: str) -> Account:
        """Set a new password; every other session ends.

        Args:
            account_id: whose.
            present: the password until now; None for somebody who has none yet.
            new: the password from now on.

        Raises:
            InvalidInput: the present one does not fit, or the new one is not taken.

        """
        with self.sessions.reading() as session:
            kept = accounts.get(session, account_id)
        wrong = InvalidInput("present", "This is not your present password.")
        if kept.locked(self.clock()):
            raise wrong
        fits = kept.password_hash is None or self.passwords.fits(present or "", kept.password_hash)
        hashed = self.passwords.hash(checked_password(new, kept.email)) if fits else None
        now = self.clock()
        with self.sessions.writing() as session:
            account = accounts.get(session, account_id)
            if hashed is None or account.password_hash != kept.password_hash:
                account.failed(now)
            else:
                account.password_hash = hashed
                account.sign_out_everywhere()
                accounts.spend_links(session, account.id, [LinkPurpose.SIGN_IN, LinkPurpose.RESET])
                write_down(session, account, AuditAction.CHANGE_PASSWORD, now, by=account_id)
        if hashed is None:
            raise wrong
        return account

    def request_email(self, account_id: UUID, email: str) -> None:
        """Mail a link to a new address; the address changes when it is opened.

        An address that has an account already gets no mail, and nobody is told.

        Raises:
            InvalidInput: it is no e-mail address.

        """
        address, now = checked_email(email), self.clock()
        with self.sessions.writing() as session:
            account = accounts.get(session, account_id)
            if accounts.by_email(session, address) is None:
                purpose = LinkPurpose.CONFIRM_EMAIL
                accounts.spend_links(session, account.id, [purpose])
                link, path = make_link(session, purpose, address, at=now, account=account)
                mail_link(session, link, path, account.language, at=now)

    def confirm_email(self, account_id: UUID, secret: str) -> Account:
        """Change the address of an account to the one that a link was mailed to.

        Raises:
            LinkSpent: the link opens nothing.
            NotPermitted: it belongs to another account.
            Duplicate: the address has got an account meanwhile.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            link = use(session, secret, LinkPurpose.CONFIRM_EMAIL, now)
            if link.account_id != account_id:
                raise NotPermitted("confirm another account's address")
            account = accounts.get(session, account_id)
            existing = accounts.by_email(session, link.email)
            if existing is not None and existing.id != account.id:
                raise Duplicate("account", existing.id)
            before = {"email": account.email}
            account.email, account.email_confirmed_at = link.email, now
            write_down(
                session,
                account,
                AuditAction.REVISE,
                now,
                by=account_id,
                before=before,
                after={"email": link.email},
            )
        return account
