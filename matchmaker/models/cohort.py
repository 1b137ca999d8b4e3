"""Cohort: students of one programme who seek a place in one period, and who supervises them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base


class Cohort(Base, kw_only=True):
    """Students of one programme and period; its university places them."""

    __tablename__ = "cohorts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    #: The organisation whose members manage it.
    university_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[datetime]
    #: When those who wished for a position were shown to its host; None: hosts see nobody yet.
    proposed_at: Mapped[datetime | None] = mapped_column(default=None)
    revision: Mapped[int] = mapped_column(init=False)

    __mapper_args__ = {"version_id_col": revision}


class CohortStudent(Base, kw_only=True):
    """A student in a cohort; they take part in rounds while they consent and have not left."""

    __tablename__ = "cohort_students"

    cohort_id: Mapped[UUID] = mapped_column(
        ForeignKey("cohorts.id", ondelete="CASCADE"), primary_key=True
    )
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    joined_at: Mapped[datetime]
    #: When the student agreed that their data is used to place them.
    consented_at: Mapped[datetime | None] = mapped_column(default=None)
    left_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def takes_part(self) -> bool:
        """Whether rounds may place them."""
        return self.consented_at is not None and self.left_at is None


class Supervisor(Base, kw_only=True):
    """Somebody at the university who supervises students of a cohort, so many at most."""

    __tablename__ = "supervisors"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    cohort_id: Mapped[UUID] = mapped_column(
        ForeignKey("cohorts.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    email: Mapped[str] = mapped_column(repr=False)
    capacity: Mapped[int]
    revision: Mapped[int] = mapped_column(init=False)

    __mapper_args__ = {"version_id_col": revision}
