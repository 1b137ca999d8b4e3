"""Assignment rounds, and the placements that come of them."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models.base import Base, text_enum

#: How long the parties of a placement have to agree, and how long before the end they are
#: reminded, once.
AGREE_WITHIN, REMIND_BEFORE = timedelta(days=14), timedelta(days=5)


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
    """What one method answered to one input; never changed, so that it can be replayed.

    What its locks cost is added when somebody asks for it.
    """

    __tablename__ = "round_answers"
    __table_args__ = (UniqueConstraint("input_id", "method"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    input_id: Mapped[UUID] = mapped_column(ForeignKey("round_inputs.id", ondelete="CASCADE"))
    #: "stable", "most_placed" or "best_fit".
    method: Mapped[str]
    #: {"placed": {student: position}, "reached": [{"aim", "value", "bound"}]}
    document: Mapped[dict[str, Any]] = mapped_column(repr=False)
    at: Mapped[datetime]
    #: Lock by lock who would be placed where without it: [{"student": student, "placed":
    #: {student: position}}]; None until somebody asked.
    lock_costs: Mapped[list[dict[str, Any]] | None] = mapped_column(
        JSON(none_as_null=True), default=None, deferred=True, repr=False
    )


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
    #: By a party that does not want it; the place is free again.
    DECLINE = "decline"
    #: By the clock: not all had agreed in time.
    LAPSE = "lapse"
    #: By the student's leaving the cohort before all have agreed.
    LEAVE = "leave"
    START = "start"
    COMPLETE = "complete"
    BREAK_OFF = "break-off"


#: state -> action -> next state; what is not here is refused.
PLACEMENT_TRANSITIONS: dict[PlacementState, dict[PlacementAction, PlacementState]] = {
    PlacementState.OFFERED: {
        PlacementAction.AGREE: PlacementState.AGREED,
        PlacementAction.DECLINE: PlacementState.BROKEN_OFF,
        PlacementAction.LAPSE: PlacementState.BROKEN_OFF,
        PlacementAction.LEAVE: PlacementState.BROKEN_OFF,
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


class PlacementEnding(enum.StrEnum):
    """How a placement came to nothing."""

    #: A party said no to the offer.
    DECLINED = "declined"
    #: Not all had agreed when the time was over.
    LAPSED = "lapsed"
    #: The student left the cohort before all had agreed.
    LEFT = "left"
    #: The university ended it.
    BROKEN_OFF = "broken-off"


class JobStage(enum.StrEnum):
    """What a student was told after a placement."""

    OFFERED = "offered"
    ACCEPTED = "accepted"


#: In these somebody may be asked how it goes.
UNDER_WAY = frozenset({PlacementState.AGREED, PlacementState.RUNNING})


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
    #: Until when all have to agree; None for what was offered without a time.
    answer_by: Mapped[datetime | None] = mapped_column(default=None, index=True)
    #: When those who had not agreed were reminded.
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    #: Why it was broken off.
    reason: Mapped[str] = mapped_column(default="")
    #: How it came to nothing; None as long as it has not.
    ending: Mapped[PlacementEnding | None] = mapped_column(text_enum(PlacementEnding), default=None)
    #: Who said no.
    declined_by: Mapped[PlacementParty | None] = mapped_column(
        text_enum(PlacementParty), default=None
    )
    #: The job that came of it, as far as anybody has said.
    job: Mapped[JobStage | None] = mapped_column(text_enum(JobStage), default=None)
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

    @property
    def waits_for(self) -> tuple[PlacementParty, ...]:
        """Who has not agreed to what is on offer."""
        if self.state is not PlacementState.OFFERED:
            return ()
        return tuple(one for one in self.parties() if one.value not in self.agreed)

    def is_over(self, at: datetime) -> bool:
        """Return whether the time to agree is over."""
        return self.answer_by is not None and self.answer_by <= at

    def actions(self) -> tuple[PlacementAction, ...]:
        """Return what the present state allows people to do; the clock alone lets lapse."""
        allowed = PLACEMENT_TRANSITIONS[self.state]
        return tuple(one for one in allowed if one not in _BY_ITSELF)

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
        self.ending = _ENDINGS.get(action)

    def decline(self, party: PlacementParty, reason: str, *, at: datetime) -> None:
        """Record that one party says no, and why; nobody waits any more.

        Raises:
            TransitionNotAllowed: it is no longer on offer, or this party is not asked.

        """
        if party not in self.parties():
            self.refuse(PlacementAction.DECLINE)
        self.apply(PlacementAction.DECLINE, at=at)
        self.declined_by, self.reason = party, reason

    def remind(self, *, at: datetime) -> None:
        """Note that those who have not agreed were reminded."""
        self.reminded_at = self.updated_at = at

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


#: What follows from something else, and nobody chooses.
_BY_ITSELF = frozenset({PlacementAction.LAPSE, PlacementAction.LEAVE})
_ENDINGS = {
    PlacementAction.DECLINE: PlacementEnding.DECLINED,
    PlacementAction.LAPSE: PlacementEnding.LAPSED,
    PlacementAction.LEAVE: PlacementEnding.LEFT,
    PlacementAction.BREAK_OFF: PlacementEnding.BROKEN_OFF,
}
