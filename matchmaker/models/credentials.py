"""What opens an account besides a password: mail links and API tokens, kept as hashes."""

from __future__ import annotations

import enum
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, text_enum
from matchmaker.models.introduction import Party
from matchmaker.models.placement import PlacementParty


class LinkPurpose(enum.StrEnum):
    """What a mail link is for; a link for one is none for another."""

    SIGN_IN = "sign-in"
    RESET = "reset"
    CONFIRM_EMAIL = "confirm-email"
    CLAIM = "claim"
    #: The owner says that all of a profile is right.
    CONFIRM_PROFILE = "confirm-profile"
    #: The owner is asked no more.
    UNSUBSCRIBE = "unsubscribe"
    #: No weekly mail any more.
    UNSUBSCRIBE_DIGEST = "unsubscribe-digest"
    #: A challenge that was written without an account becomes the reader's.
    KEEP_CHALLENGE = "keep-challenge"
    #: The firm says that a challenge is still to be answered.
    RENEW_CHALLENGE = "renew-challenge"
    #: A party answers the offer of an introduction.
    INTRODUCTION = "introduction"
    #: A party agrees to a placement, or declines it.
    PLACEMENT = "placement"
    #: A party says half-way how a placement goes.
    PLACEMENT_CHECK = "placement-check"
    #: Student or host say afterwards how a placement was.
    PLACEMENT_EVALUATION = "placement-evaluation"


class Scope(enum.StrEnum):
    """What an API token may be used for."""

    READ = "read"
    WRITE = "write"


def fingerprint(secret: str) -> str:
    """Return the SHA-256 of a secret with 256 random bits, which needs no slow hash.

    >>> len(fingerprint("mm_example"))
    64
    """
    return sha256(secret.encode()).hexdigest()


class MailLink(Base, kw_only=True):
    """A secret that was mailed; it works once and not for long."""

    __tablename__ = "mail_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    fingerprint: Mapped[str] = mapped_column(unique=True, repr=False)
    purpose: Mapped[LinkPurpose] = mapped_column(text_enum(LinkPurpose))
    #: Whom it signs in; None when the address has no account yet.
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), default=None, index=True
    )
    #: Address it was sent to, as ``normal_email`` writes it.
    email: Mapped[str]
    #: The profile that is claimed.
    profile_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), default=None, index=True
    )
    #: The challenge that is kept or renewed.
    challenge_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("challenges.id", ondelete="CASCADE"), default=None, index=True
    )
    #: The introduction that is answered, and for which party.
    introduction_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("introductions.id", ondelete="CASCADE"), default=None, index=True
    )
    party: Mapped[Party | None] = mapped_column(text_enum(Party), default=None)
    #: The placement that is agreed or spoken of, and for which party.
    placement_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("placements.id", ondelete="CASCADE"), default=None, index=True
    )
    placement_party: Mapped[PlacementParty | None] = mapped_column(
        text_enum(PlacementParty), default=None
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)

    def works(self, purpose: LinkPurpose, at: datetime) -> bool:
        """Return whether it still opens anything."""
        return self.purpose is purpose and self.used_at is None and at < self.expires_at


class ApiToken(Base, kw_only=True):
    """A secret that a program signs in with in place of its owner."""

    __tablename__ = "api_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(unique=True, repr=False)
    #: Members of ``Scope``.
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)

    def works(self, at: datetime) -> bool:
        """Return whether it still opens anything."""
        return self.revoked_at is None and at < self.expires_at


class EndedSession(Base, kw_only=True):
    """A session that was signed out of: a copy of its cookie opens nothing either."""

    __tablename__ = "ended_sessions"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(index=True)
