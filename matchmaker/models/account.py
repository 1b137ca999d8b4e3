"""Account: a person who signs in, what they belong to and whose profile they may edit."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, true
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, text_enum

#: So many wrong passwords in a row are a person who forgot; more are somebody who guesses.
MOST_FAILURES = 10
#: Waiting time after the failure that reaches the limit; it doubles with each one after that.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=12)


class Role(enum.StrEnum):
    """What somebody is here for."""

    FIRM = "firm"
    PARTNER = "partner"
    UNIVERSITY = "university"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


class Account(Base, kw_only=True):
    """A person who signs in. Secrets are hashes, but for the shared one of TOTP."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    #: As ``normal_email`` writes it.
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(text_enum(Role))
    #: Argon2id with its parameters in it; None for somebody who signs in by mail only.
    password_hash: Mapped[str | None] = mapped_column(default=None, repr=False)
    #: Shared secret of the one-time codes (base32); it counts once it is confirmed.
    totp_secret: Mapped[str | None] = mapped_column(default=None, repr=False)
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    #: Number of the 30 seconds whose code was used last: each code counts once.
    totp_last_step: Mapped[int | None] = mapped_column(default=None)
    #: SHA-256 of each recovery code that is left.
    recovery_codes: Mapped[list[str]] = mapped_column(default_factory=list, repr=False)
    #: ISO 639-1 code of the language they are written to in.
    language: Mapped[str] = mapped_column(default="da")
    #: Whether they get the weekly mail when there is something in it.
    digest: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None] = mapped_column(default=None)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    disabled_at: Mapped[datetime | None] = mapped_column(default=None)
    #: Wrong passwords and codes since the last sign-in.
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(default=None)
    #: Sessions name the epoch they began in; raising it signs out everywhere.
    session_epoch: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(init=False)

    __mapper_args__ = {"version_id_col": revision}

    @property
    def enabled(self) -> bool:
        """Whether this person may sign in at all."""
        return self.disabled_at is None

    @property
    def has_totp(self) -> bool:
        """Whether a one-time code is asked for at sign-in."""
        return self.totp_secret is not None and self.totp_confirmed_at is not None

    def locked(self, at: datetime) -> bool:
        """Return whether passwords are not even looked at for now."""
        return self.locked_until is not None and at < self.locked_until

    def failed(self, at: datetime) -> None:
        """Count a wrong password or code; from the tenth on each costs twice the wait."""
        self.failed_attempts += 1
        over = self.failed_attempts - MOST_FAILURES
        if over >= 0:
            # 2^10 minutes are more than the longest wait already.
            self.locked_until = at + min(FIRST_WAIT * 2 ** min(over, 10), LONGEST_WAIT)

    def succeeded(self, at: datetime) -> None:
        """Forget the failures before a sign-in."""
        self.failed_attempts = 0
        self.locked_until = None
        self.last_seen_at = at

    def sign_out_everywhere(self) -> None:
        """End every session of this account."""
        self.session_epoch += 1


def normal_email(text: str) -> str:
    """Return an e-mail address as it is compared: without blanks around it, in small letters.

    >>> normal_email("  Ida.Berg@Example.DK ")
    'ida.berg@example.dk'
    """
    return text.strip().casefold()


class Membership(Base, kw_only=True):
    """An account that belongs to an organisation."""

    __tablename__ = "memberships"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime]


class Claim(Base, kw_only=True):
    """The account that owns a profile: one at most."""

    __tablename__ = "claims"

    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    claimed_at: Mapped[datetime]
    #: Whether the owner is asked by mail now and then if all is right; they can unsubscribe.
    reminded: Mapped[bool] = mapped_column(default=True, server_default=true())
    #: When they were last asked.
    asked_at: Mapped[datetime | None] = mapped_column(default=None)


class Delegation(Base, kw_only=True):
    """An account that may edit a profile for its owner."""

    __tablename__ = "delegations"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime]
