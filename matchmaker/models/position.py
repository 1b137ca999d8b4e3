"""Position: what a host offers students, and who said that they may see it."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models.base import Base, text_enum


class WorkPlace(enum.StrEnum):
    """Where the work is done."""

    ON_SITE = "on-site"
    REMOTE = "remote"
    BOTH = "both"


class PositionState(enum.StrEnum):
    """Where a position is on its way."""

    OFFERED = "offered"
    CLOSED = "closed"


class PositionAction(enum.StrEnum):
    """What can be done with a position."""

    CLOSE = "close"
    REOPEN = "reopen"


#: state -> action -> next state; what is not here is refused.
POSITION_TRANSITIONS: dict[PositionState, dict[PositionAction, PositionState]] = {
    PositionState.OFFERED: {PositionAction.CLOSE: PositionState.CLOSED},
    PositionState.CLOSED: {PositionAction.REOPEN: PositionState.OFFERED},
}


class Position(Base, kw_only=True):
    """Places for students at one host, of one kind."""

    __tablename__ = "positions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    #: The organisation that takes the students.
    host_id: Mapped[UUID] = mapped_column(ForeignKey("profiles.id", ondelete="CASCADE"), index=True)
    #: The challenge that it came from, if any.
    challenge_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("challenges.id", ondelete="SET NULL"), default=None, index=True
    )
    title: Mapped[str]
    #: What the student would do, would learn, and has to bring.
    tasks: Mapped[str]
    learning: Mapped[str] = mapped_column(default="")
    requirements: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    #: How many students at most.
    places: Mapped[int] = mapped_column(default=1)
    #: So many begin together or none; 0 when it takes no team.
    team_minimum: Mapped[int] = mapped_column(default=0)
    work_place: Mapped[WorkPlace] = mapped_column(text_enum(WorkPlace), default=WorkPlace.ON_SITE)
    #: The student who found this place; nobody else is shown it.
    brought_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), default=None, index=True
    )
    state: Mapped[PositionState] = mapped_column(
        text_enum(PositionState), default=PositionState.OFFERED
    )
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(init=False)

    __mapper_args__ = {"version_id_col": revision}

    def apply(self, action: PositionAction, *, at: datetime) -> None:
        """Take the action.

        Raises:
            TransitionNotAllowed: the present state does not allow it.

        """
        allowed = POSITION_TRANSITIONS[self.state]
        if action not in allowed:
            raise TransitionNotAllowed("position", self.state, action, tuple(allowed))
        self.state = allowed[action]
        self.updated_at = at


class PositionApproval(Base, kw_only=True):
    """What a university said of a position for one of its cohorts."""

    __tablename__ = "position_approvals"

    position_id: Mapped[UUID] = mapped_column(
        ForeignKey("positions.id", ondelete="CASCADE"), primary_key=True
    )
    cohort_id: Mapped[UUID] = mapped_column(
        ForeignKey("cohorts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    approved: Mapped[bool]
    #: Why not; empty when it was approved.
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[UUID | None] = mapped_column(default=None)
    at: Mapped[datetime]


class HostVetting(Base, kw_only=True):
    """That a host was looked at once: the organisation exists, the contact is of it."""

    __tablename__ = "host_vettings"

    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True
    )
    #: How many students over all positions; None for no limit of its own.
    capacity: Mapped[int | None] = mapped_column(default=None)
    by_id: Mapped[UUID | None] = mapped_column(default=None)
    vetted_at: Mapped[datetime]


class StudentPreference(Base, kw_only=True):
    """One wish of a student: lower ranks are better, equal ones a tie."""

    __tablename__ = "student_preferences"

    cohort_id: Mapped[UUID] = mapped_column(
        ForeignKey("cohorts.id", ondelete="CASCADE"), primary_key=True
    )
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position_id: Mapped[UUID] = mapped_column(
        ForeignKey("positions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    rank: Mapped[int]
    at: Mapped[datetime]


class HostPreference(Base, kw_only=True):
    """How a host ranks a student for a position; whom it does not name comes after all named."""

    __tablename__ = "host_preferences"

    position_id: Mapped[UUID] = mapped_column(
        ForeignKey("positions.id", ondelete="CASCADE"), primary_key=True
    )
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    rank: Mapped[int]
    at: Mapped[datetime]


class InterestMark(Base, kw_only=True):
    """A student's quiet word that a position interests them; the firm is not told."""

    __tablename__ = "interest_marks"

    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True
    )
    position_id: Mapped[UUID] = mapped_column(
        ForeignKey("positions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]
