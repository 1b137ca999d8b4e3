"""Assignment rounds, and the placements that come of them."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models.base import Base, text_enum


class RoundState(enum.StrEnum):
    """Where an assignment round is on its way."""

    OPEN = "open"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class RoundAction(enum.StrEnum):
    """What can be done with an assignment round."""

    ADJUST = "adjust"
    PUBLISH = "publish"
    CANCEL = "cancel"


#: state -> action -> next state; what is not here is refused.
ROUND_TRANSITIONS: dict[RoundState, dict[RoundAction, RoundState]] = {
    RoundState.OPEN: {
        RoundAction.ADJUST: RoundState.OPEN,
        RoundAction.PUBLISH: RoundState.PUBLISHED,
        RoundAction.CANCEL: RoundState.CANCELLED,
    },
    RoundState.PUBLISHED: {},
    RoundState.CANCELLED: {},
}


class AssignmentRound(Base, kw_only=True):
    """One round of a cohort: what the methods were asked, and what was published."""

    __tablename__ = "assignment_rounds"
    __table_args__ = (UniqueConstraint("cohort_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id", ondelete="CASCADE"))
    #: 1 for the first; each further one takes what was left.
    number: Mapped[int]
    #: Of the lots; published with the round.
    seed: Mapped[str]
    state: Mapped[RoundState] = mapped_column(text_enum(RoundState), default=RoundState.OPEN)
    #: The answer that was published.
    published_answer_id: Mapped[UUID | None] = mapped_column(default=None)
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(init=False)

    __mapper_args__ = {"version_id_col": revision}

    def check(self, action: RoundAction) -> None:
        """Refuse an action.

        Raises:
            TransitionNotAllowed: the present state does not allow it.

        """
        allowed = ROUND_TRANSITIONS[self.state]
        if action not in allowed:
            raise TransitionNotAllowed("assignment round", self.state, action, tuple(allowed))

    def apply(self, action: RoundAction, *, at: datetime) -> None:
        """Take the action.

        Raises:
            TransitionNotAllowed: the present state does not allow it.

        """
        self.check(action)
        self.state = ROUND_TRANSITIONS[self.state][action]
        self.updated_at = at


class RoundInput(Base, kw_only=True):
    """What the methods of a round were asked, frozen; kept once for each different input."""

    __tablename__ = "round_inputs"
    __table_args__ = (UniqueConstraint("round_id", "stamp"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("assignment_rounds.id", ondelete="CASCADE"))
    #: SHA-256 of the document.
    stamp: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(repr=False)
    at: Mapped[datetime]


class RoundAnswer(Base, kw_only=True):
    """What one method answered to one input; never changed, so that it can be replayed."""

    __tablename__ = "round_answers"
    __table_args__ = (UniqueConstraint("input_id", "method"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    input_id: Mapped[UUID] = mapped_column(ForeignKey("round_inputs.id", ondelete="CASCADE"))
    #: "stable", "most_placed" or "best_fit".
    method: Mapped[str]
    #: {"placed": {student: position}, "reached": [{"aim", "value", "bound"}]}
    document: Mapped[dict[str, Any]] = mapped_column(repr=False)
    at: Mapped[datetime]


class RoundLock(Base, kw_only=True):
    """A pair that somebody decided by hand; every run of the round keeps it."""

    __tablename__ = "round_locks"
    __table_args__ = (UniqueConstraint("round_id", "student_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("assignment_rounds.id", ondelete="CASCADE"))
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), index=True
    )
    position_id: Mapped[UUID] = mapped_column(
        ForeignKey("positions.id", ondelete="CASCADE"), index=True
    )
    reason: Mapped[str]
    by_id: Mapped[UUID | None] = mapped_column(default=None)
    at: Mapped[datetime]


class ForbiddenPair(Base, kw_only=True):
    """A pair that must not be, with the reason; it holds for all rounds of the cohort."""

    __tablename__ = "forbidden_pairs"

    cohort_id: Mapped[UUID] = mapped_column(
        ForeignKey("cohorts.id", ondelete="CASCADE"), primary_key=True
    )
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position_id: Mapped[UUID] = mapped_column(
        ForeignKey("positions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reason: Mapped[str]
    by_id: Mapped[UUID | None] = mapped_column(default=None)
    at: Mapped[datetime]


class PlacementState(enum.StrEnum):
    """Where a placement is on its way."""

    OFFERED = "offered"
    AGREED = "agreed"
    RUNNING = "running"
    COMPLETED = "completed"
    BROKEN_OFF = "broken-off"


class PlacementAction(enum.StrEnum):
    """What can be done with a placement."""

    AGREE = "agree"
    START = "start"
    COMPLETE = "complete"
    BREAK_OFF = "break-off"


#: state -> action -> next state; what is not here is refused.
PLACEMENT_TRANSITIONS: dict[PlacementState, dict[PlacementAction, PlacementState]] = {
    PlacementState.OFFERED: {
        PlacementAction.AGREE: PlacementState.AGREED,
        PlacementAction.BREAK_OFF: PlacementState.BROKEN_OFF,
    },
    PlacementState.AGREED: {
        PlacementAction.START: PlacementState.RUNNING,
        PlacementAction.BREAK_OFF: PlacementState.BROKEN_OFF,
    },
    PlacementState.RUNNING: {
        PlacementAction.COMPLETE: PlacementState.COMPLETED,
        PlacementAction.BREAK_OFF: PlacementState.BROKEN_OFF,
    },
    PlacementState.COMPLETED: {},
    PlacementState.BROKEN_OFF: {},
}


class PlacementParty(enum.StrEnum):
    """Who has to agree to a placement."""

    STUDENT = "student"
    HOST = "host"
    SUPERVISOR = "supervisor"
    UNIVERSITY = "university"


class Placement(Base, kw_only=True):
    """A student at a host. It is agreed once all who have to agree have done so."""

    __tablename__ = "placements"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    round_id: Mapped[UUID] = mapped_column(
        ForeignKey("assignment_rounds.id", ondelete="CASCADE"), index=True
    )
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), index=True
    )
    position_id: Mapped[UUID] = mapped_column(
        ForeignKey("positions.id", ondelete="CASCADE"), index=True
    )
    supervisor_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("supervisors.id", ondelete="SET NULL"), default=None, index=True
    )
    state: Mapped[PlacementState] = mapped_column(
        text_enum(PlacementState), default=PlacementState.OFFERED
    )
    #: PlacementParty -> when it agreed, in ISO 8601.
    agreed: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    #: Why it was broken off.
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(init=False)

    __mapper_args__ = {"version_id_col": revision}

    @property
    def live(self) -> bool:
        """Whether the student has this place, and the place this student."""
        return self.state is not PlacementState.BROKEN_OFF

    def parties(self) -> tuple[PlacementParty, ...]:
        """Return who has to agree."""
        return tuple(
            one
            for one in PlacementParty
            if one is not PlacementParty.SUPERVISOR or self.supervisor_id is not None
        )

    def actions(self) -> tuple[PlacementAction, ...]:
        """Return what the present state allows."""
        return tuple(PLACEMENT_TRANSITIONS[self.state])

    def refuse(self, action: PlacementAction) -> None:
        """Refuse an action, whatever the state allows.

        Raises:
            TransitionNotAllowed: always; it names what else is possible.

        """
        others = tuple(one for one in self.actions() if one is not action)
        raise TransitionNotAllowed("placement", self.state, action, others)

    def apply(self, action: PlacementAction, *, at: datetime) -> None:
        """Take the action.

        Raises:
            TransitionNotAllowed: the present state does not allow it.

        """
        following = PLACEMENT_TRANSITIONS[self.state].get(action)
        if following is None:
            raise TransitionNotAllowed("placement", self.state, action, self.actions())
        self.state = following
        self.updated_at = at

    def agree(self, party: PlacementParty, *, at: datetime) -> None:
        """Record that one party agrees; with the last it is agreed. Twice is as good as once.

        Raises:
            TransitionNotAllowed: it is no longer on offer, or this party is not asked.

        """
        if party.value in self.agreed:
            return
        if self.state is not PlacementState.OFFERED or party not in self.parties():
            raise TransitionNotAllowed(
                "placement", self.state, PlacementAction.AGREE, self.actions()
            )
        # A new dict: changes inside one are not seen.
        self.agreed = {**self.agreed, party.value: at.isoformat()}
        self.updated_at = at
        if all(one.value in self.agreed for one in self.parties()):
            self.apply(PlacementAction.AGREE, at=at)
