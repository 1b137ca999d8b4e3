"""ThreadMessage: what the firm and the staff write to each other about a challenge."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, text_enum
from matchmaker.models.challenge import Side

#: Characters of one message.
MESSAGE_LENGTH = 2_000


class ThreadMessage(Base, kw_only=True):
    """One message in the thread of a challenge; both sides read all of it, and none is changed."""

    __tablename__ = "thread_messages"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    challenge_id: Mapped[UUID] = mapped_column(ForeignKey("challenges.id", ondelete="CASCADE"))
    #: Which side wrote it.
    side: Mapped[Side] = mapped_column(text_enum(Side))
    #: Who wrote it; None for a firm without an account, and for an account that is gone.
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), default=None, index=True
    )
    text: Mapped[str] = mapped_column(repr=False)
    written_at: Mapped[datetime]
    #: When the other side first had it before them; None as long as they have not.
    seen_at: Mapped[datetime | None] = mapped_column(default=None)

    __table_args__ = (
        Index("ix_thread_messages_challenge_id_written_at", "challenge_id", "written_at"),
    )
