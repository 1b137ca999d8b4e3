"""Expert: a person with evidence of what they can do."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.profile import PartnerKind, Profile, ProfileKind


class Expert(Profile, kw_only=True):
    """A person; ``capacity`` and ``on_leave_until`` protect them from overload."""

    __tablename__ = "experts"

    id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, default_factory=uuid4
    )
    title: Mapped[str] = mapped_column(default="")
    #: Where they work, in words.
    affiliation: Mapped[str] = mapped_column(default="")
    #: How many introductions may be open at once. Indexed for those who take none.
    capacity: Mapped[int] = mapped_column(default=3, index=True)
    on_leave_until: Mapped[date | None] = mapped_column(default=None)

    __mapper_args__ = {"polymorphic_identity": ProfileKind.EXPERT}

    def __post_init__(self) -> None:
        """Open the expert to proposals from the day after a leave."""
        super().__post_init__()
        leave = self.on_leave_until
        self.proposable_from = leave + timedelta(days=1) if leave else None

    def _partner_kind(self) -> PartnerKind:
        return PartnerKind.EXPERT
