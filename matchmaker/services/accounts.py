"""AccountService: make accounts, change one's own, and what administrators do with all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, InvalidInput, NotPermitted
from matchmaker.models import Account, AuditAction, LinkPurpose, Role
from matchmaker.models.account import normal_email
from matchmaker.services.clock import Clock
from matchmaker.services.mail_links import mail_link, make_link
from matchmaker.services.mailing import checked_address
from matchmaker.services.passwords import Passwords, checked_password
from matchmaker.services.profiles import Page
from matchmaker.services.recording import Entry, record
from matchmaker.storage import accounts
from matchmaker.storage.database import Sessions

NAME_LENGTH = 120
LANGUAGES = ("da", "en")


@dataclass(frozen=True)
class Created:
    """A new account; ``path`` is its one-time sign-in link when it has no password."""

    account: Account
    path: str | None


@dataclass(frozen=True)
class AccountService:
    """What is done with accounts, by their owners and by administrators.

    ``by`` is the account that does it, for the audit log; None is the shell.
    """

    sessions: Sessions
    clock: Clock
    passwords: Passwords

    def create(
        self,
        *,
        email: str,
        role: Role,
        name: str = "",
        language: str = "da",
        password: str | None = None,
        by: UUID | None = None,
        send: bool = False,
    ) -> Created:
        """Make an account.

        Args:
            email: where mail reaches its owner.
            role: what they are here for.
            name: what they are called.
            language: in which they are written to, ``da`` or ``en``.
            password: None makes a one-time sign-in link in its place.
            by: who makes it.
            send: mail the link to its owner.

        Raises:
            InvalidInput: an address, name, language or password that is not taken.
            Duplicate: the address has an account.

        """
        address = checked_email(email)
        kept = self.passwords.hash(checked_password(password, address)) if password else None
        now = self.clock()
        account = Account(
            email=address,
            role=role,
            name=checked_name(name),
            language=checked_language(language),
            password_hash=kept,
            created_at=now,
        )
        path = None
        with self.sessions.writing() as session:
            existing = accounts.by_email(session, address)
            if existing is not None:
                raise Duplicate("account", existing.id)
            session.add(account)
            session.flush()
            after = {"email": address, "role": role.value}
            write_down(session, account, AuditAction.CREATE, now, by=by, after=after)
            if password is None:
                path = self._link(session, account, LinkPurpose.SIGN_IN, now, send=send)
        return Created(account, path)

    def _link(
        self, session: Session, account: Account, purpose: LinkPurpose, now: datetime, *, send: bool
    ) -> str:
        link, path = make_link(session, purpose, account.email, at=now, account=account)
        if send:
            mail_link(session, link, path, account.language, at=now)
        return path

    def reset_path(self, email: str, *, by: UUID | None = None) -> str:
        """Return a one-time path to a new password, for somebody whose mail does not arrive.

        Raises:
            InvalidInput: no account has this address.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            account = self._known(session, email)
            path = self._link(session, account, LinkPurpose.RESET, now, send=False)
            after = {"reset": "link made"}
            write_down(session, account, AuditAction.CHANGE_PASSWORD, now, by=by, after=after)
        return path

    def _known(self, session: Session, email: str) -> Account:
        account = accounts.by_email(session, normal_email(email))
        if account is None:
            raise InvalidInput("email", "No account has this e-mail address.")
        return account

    def get(self, account_id: UUID) -> Account:
        """Return one account.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return accounts.get(session, account_id)

    def by_email(self, email: str) -> Account:
        """Return the account with an address.

        Raises:
            InvalidInput: no account has it.

        """
        with self.sessions.reading() as session:
            return self._known(session, email)

    def page(
        self, *, role: Role | None = None, text: str | None = None, offset: int = 0, limit: int = 20
    ) -> Page[Account]:
        """Return accounts by e-mail address."""
        with self.sessions.reading() as session:
            items, total = accounts.page(session, role=role, text=text, offset=offset, limit=limit)
        return Page(items, total, offset, limit)

    def revise(
        self,
        account_id: UUID,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
        name: str | None = None,
        language: str | None = None,
        digest: bool | None = None,
    ) -> Account:
        """Change name, language or the wish for a weekly mail; None leaves one as it is.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            InvalidInput: a value that is not taken.

        """
        values: dict[str, Any] = {}
        if name is not None:
            values["name"] = checked_name(name)
        if language is not None:
            values["language"] = checked_language(language)
        if digest is not None:
            values["digest"] = digest
        return self._change(account_id, AuditAction.REVISE, values, by, expected_revision)

    def change_role(
        self,
        account_id: UUID,
        role: Role,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> Account:
        """Give an account another role; its sessions go on with it.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            NotPermitted: nobody would be left to manage accounts.

        """
        return self._change(
            account_id, AuditAction.CHANGE_ROLE, {"role": role}, by, expected_revision
        )

    def disable(
        self, account_id: UUID, *, by: UUID | None, expected_revision: int | None = None
    ) -> Account:
        """Shut an account: its sessions, links and tokens open nothing any more.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            NotPermitted: nobody would be left to manage accounts.

        """
        values = {"disabled_at": self.clock()}
        return self._change(account_id, AuditAction.DISABLE, values, by, expected_revision)

    def enable(
        self, account_id: UUID, *, by: UUID | None, expected_revision: int | None = None
    ) -> Account:
        """Open a shut account again; its owner signs in anew.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.

        """
        values = {"disabled_at": None}
        return self._change(account_id, AuditAction.ENABLE, values, by, expected_revision)

    def manage(
        self,
        account_id: UUID,
        *,
        by: UUID | None,
        expected_revision: int,
        role: Role | None = None,
        disabled: bool | None = None,
    ) -> Account:
        """Change role or state in one go; None leaves one as it is.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            NotPermitted: nobody would be left to manage accounts.

        """
        account = self.get(account_id)
        if role is not None:
            account = self.change_role(account_id, role, by=by, expected_revision=expected_revision)
            expected_revision = account.revision
        if disabled is None or disabled is not account.enabled:
            return account
        change = self.disable if disabled else self.enable
        return change(account_id, by=by, expected_revision=expected_revision)

    def _change(
        self,
        account_id: UUID,
        action: AuditAction,
        values: dict[str, Any],
        by: UUID | None,
        expected_revision: int | None,
    ) -> Account:
        now = self.clock()
        with self.sessions.writing() as session:
            account = accounts.get(session, account_id, expected_revision)
            before = {name: getattr(account, name) for name in values}
            if before == values:
                return account
            manages = account.role is Role.ADMINISTRATOR and account.enabled
            for name, value in values.items():
                setattr(account, name, value)
            still = account.role is Role.ADMINISTRATOR and account.enabled
            if manages and not still and not accounts.other_administrators(session, account):
                raise NotPermitted("leave nobody who manages accounts")
            if action in {AuditAction.DISABLE, AuditAction.ENABLE}:
                account.sign_out_everywhere()
                accounts.spend_links(session, account.id, LinkPurpose)
            write_down(
                session,
                account,
                action,
                now,
                by=by,
                before=_plain(before),
                after=_plain(values),
            )
        return account

    def sign_out_everywhere(self, account_id: UUID, *, by: UUID | None) -> Account:
        """End every session and link of an account; tokens of programs go on.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.writing() as session:
            account = accounts.get(session, account_id)
            account.sign_out_everywhere()
            accounts.spend_links(session, account.id, [LinkPurpose.SIGN_IN, LinkPurpose.RESET])
            write_down(session, account, AuditAction.SIGN_OUT_EVERYWHERE, self.clock(), by=by)
        return account


def checked_email(text: str) -> str:
    """Return an address as it is kept.

    Raises:
        InvalidInput: it is no single e-mail address.

    """
    try:
        return checked_address(normal_email(text))
    except InvalidInput as error:
        raise InvalidInput("email", error.reason) from None


def checked_name(text: str) -> str:
    """Return a name on one line.

    Raises:
        InvalidInput: it is too long.

    """
    name = " ".join(text.split())
    if len(name) > NAME_LENGTH:
        raise InvalidInput("name", f"Use at most {NAME_LENGTH} characters.")
    return name


def checked_language(text: str) -> str:
    """Return a language that we write in.

    Raises:
        InvalidInput: it is another one.

    """
    if text not in LANGUAGES:
        raise InvalidInput("language", f"Use one of {', '.join(LANGUAGES)}.")
    return text


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def write_down(
    session: Session,
    account: Account,
    action: AuditAction,
    at: datetime,
    *,
    by: UUID | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one entry of the audit log about an account."""
    entry = Entry(by=by, action=action, kind="account", id=account.id, before=before, after=after)
    record(session, entry, at=at)
