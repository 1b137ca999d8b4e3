"""Decisions of people about partners for a challenge, and conflicts they declare.

A decision belongs to challenge and profile, not to a run: asking again never overwrites it.
"""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, text_enum
from matchmaker.models.profile import Profile
from matchmaker.models.steering import Dismissal, DismissalReason


class MatchState(enum.StrEnum):
    """What people decided about a profile for a challenge."""

    PROPOSED = "proposed"
    SHORTLISTED = "shortlisted"
    DISMISSED = "dismissed"


class MatchDecision(Base, kw_only=True):
    """A profile that is kept for a challenge, or not wanted for it; without a row: proposed."""

    __tablename__ = "match_decisions"

    challenge_id: Mapped[UUID] = mapped_column(
        ForeignKey("challenges.id", ondelete="CASCADE"), primary_key=True
    )
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    state: Mapped[MatchState] = mapped_column(text_enum(MatchState))
    #: Why it is dismissed; None on the shortlist.
    reason: Mapped[DismissalReason | None] = mapped_column(text_enum(DismissalReason), default=None)
    #: A line of the decider's own; why it was added by hand.
    note: Mapped[str] = mapped_column(default="", repr=False)
    #: Whether people thought of it, where no run had it in its list.
    by_hand: Mapped[bool] = mapped_column(default=False)
    #: The account that decided; None when it is gone.
    decided_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), default=None, index=True
    )
    decided_at: Mapped[datetime]
    profile: Mapped[Profile] = relationship(init=False, repr=False, lazy="raise_on_sql")

    @property
    def dismissal(self) -> Dismissal | None:
        """What a run is told; None for what is on the shortlist."""
        if self.state is not MatchState.DISMISSED:
            return None
        return Dismissal(
            profile_id=self.profile_id,
            reason=self.reason or DismissalReason.OTHER,
            note=self.note,
        )


class DeclaredConflict(Base, kw_only=True):
    """Two profiles that shall not be brought together, whoever signs in for them.

    It is tied to the profiles and not to accounts, so that it outlives any address of theirs.
    """

    __tablename__ = "declared_conflicts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profiles.id", ondelete="CASCADE"))
    #: The other one; an organisation stands for its whole family.
    other_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), index=True
    )
    note: Mapped[str] = mapped_column(default="", repr=False)
    declared_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), default=None, index=True
    )
    declared_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("profile_id", "other_id"),)
