"""What a weekly mail has told, so that the next one tells what is new."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base


class ToldChallenge(Base, kw_only=True):
    """A challenge that a weekly mail has shown to somebody; it is not shown again."""

    __tablename__ = "told_challenges"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    challenge_id: Mapped[UUID] = mapped_column(
        ForeignKey("challenges.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    told_at: Mapped[datetime]


class ToldMatch(Base, kw_only=True):
    """A partner whom somebody knows of for a challenge of theirs, from a list or a weekly mail."""

    __tablename__ = "told_matches"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    challenge_id: Mapped[UUID] = mapped_column(
        ForeignKey("challenges.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    told_at: Mapped[datetime]


class ToldList(Base, kw_only=True):
    """That whom the lists of a challenge had shown before a reader's first mail is written down."""

    __tablename__ = "told_lists"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    challenge_id: Mapped[UUID] = mapped_column(
        ForeignKey("challenges.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    told_at: Mapped[datetime]
