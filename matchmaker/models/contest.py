"""Contest: somebody who was ranked asks a person to look at it; and what the ranking rested on."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models.base import Base, text_enum

#: Within so long somebody should have answered.
ANSWER_WITHIN = timedelta(days=14)
#: Characters of what is asked, and of what is answered.
CONTEST_LENGTH = 2_000


class ContestAbout(enum.StrEnum):
    """What is contested."""

    #: What a round gave a student.
    RESULT = "result"
    #: Where a position stands for a student, or the reason that is named.
    ORDER = "order"
    #: How a profile is ranked for challenges.
    RANKING = "ranking"


class ContestVerdict(enum.StrEnum):
    """What came of it."""

    #: Something was, or will be, done differently.
    CHANGED = "changed"
    #: It stays as it was, and the answer says why.
    KEPT = "kept"


class Contest(Base, kw_only=True):
    """A request that a person has to answer; neither request nor answer is changed afterwards."""

    __tablename__ = "contests"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    #: Who was ranked.
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), index=True
    )
    about: Mapped[ContestAbout] = mapped_column(text_enum(ContestAbout))
    #: The cohort whose university answers; without one, staff do.
    cohort_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("cohorts.id", ondelete="CASCADE"), default=None, index=True
    )
    round_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("assignment_rounds.id", ondelete="SET NULL"), default=None, index=True
    )
    position_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("positions.id", ondelete="SET NULL"), default=None, index=True
    )
    text: Mapped[str] = mapped_column(repr=False)
    #: Inputs and method of what is contested, as they were when it was.
    basis: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, repr=False)
    made_by_id: Mapped[UUID | None] = mapped_column(default=None)
    made_at: Mapped[datetime]
    verdict: Mapped[ContestVerdict | None] = mapped_column(text_enum(ContestVerdict), default=None)
    answer: Mapped[str] = mapped_column(default="", repr=False)
    answered_by_id: Mapped[UUID | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)

    __table_args__ = (Index("ix_contests_answered_at_made_at", "answered_at", "made_at"),)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to answer it."""
        return self.answered_at is None

    @property
    def answer_by(self) -> datetime:
        """When it should be answered; it can be answered afterwards too."""
        return self.made_at + ANSWER_WITHIN

    def is_overdue(self, at: datetime) -> bool:
        """Return whether it waits longer than it should."""
        return self.is_open and at >= self.answer_by

    def close(self, verdict: ContestVerdict, answer: str, *, by: UUID | None, at: datetime) -> None:
        """Write down the answer.

        Raises:
            TransitionNotAllowed: it was answered already.

        """
        if not self.is_open:
            raise TransitionNotAllowed("contest", "answered", "answer", ())
        self.verdict, self.answer = verdict, answer
        self.answered_by_id, self.answered_at = by, at


class RankingPurpose(enum.StrEnum):
    """What a person was ranked for."""

    #: Positions, in the order in which they were shown to a student who numbered them.
    POSITIONS_FOR_STUDENT = "positions-for-student"
    #: A student among those who were proposed to the host of a position.
    STUDENTS_FOR_POSITION = "students-for-position"


class RankingRecord(Base, kw_only=True):
    """One ranking of a person, with what it rested on and by which method; never changed."""

    __tablename__ = "ranking_records"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), index=True
    )
    cohort_id: Mapped[UUID] = mapped_column(
        ForeignKey("cohorts.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[RankingPurpose] = mapped_column(text_enum(RankingPurpose))
    #: What the order was made from: revision of the profile, challenges, generation of the index.
    inputs: Mapped[dict[str, Any]] = mapped_column(repr=False)
    #: Policy and encoder.
    method: Mapped[dict[str, Any]]
    #: Position -> {"rank", "score"}.
    ranks: Mapped[dict[str, Any]] = mapped_column(repr=False)
    at: Mapped[datetime]
