"""What is asked about a placement: half-way how it goes, afterwards how it was."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models.base import Base, text_enum
from matchmaker.models.placement import PlacementParty

#: How long student and host have to say how it was. What both have said is shown at once after
#: it is looked at; what one has said alone, when this time is over.
EVALUATE_WITHIN = timedelta(days=28)
#: How long what is asked half-way can be answered by the link in its mail.
CHECK_WITHIN = timedelta(days=28)
#: Who has said nothing so long before the link ends is reminded, once.
REMIND_BEFORE = timedelta(days=14)
#: Least and most of a score.
SCORES = (1, 5)
#: Who is asked half-way, and who afterwards.
CHECKED = (PlacementParty.STUDENT, PlacementParty.HOST, PlacementParty.SUPERVISOR)
EVALUATING = (PlacementParty.STUDENT, PlacementParty.HOST)


class Going(enum.StrEnum):
    """How a placement goes."""

    WELL = "well"
    PARTLY = "partly"
    BADLY = "badly"


class PlacementCheck(Base, kw_only=True):
    """What one party says half-way; each is asked once."""

    __tablename__ = "placement_checks"
    __table_args__ = (UniqueConstraint("placement_id", "party"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placements.id", ondelete="CASCADE"))
    party: Mapped[PlacementParty] = mapped_column(text_enum(PlacementParty))
    asked_at: Mapped[datetime]
    #: When the party, still silent, was reminded.
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    going: Mapped[Going | None] = mapped_column(text_enum(Going), default=None)
    #: A line of their own.
    note: Mapped[str] = mapped_column(default="", repr=False)
    needs_help: Mapped[bool] = mapped_column(default=False)
    #: When a coordinator has seen to it, who, and what they did.
    helped_at: Mapped[datetime | None] = mapped_column(default=None)
    helped_by_id: Mapped[UUID | None] = mapped_column(default=None)
    help_note: Mapped[str] = mapped_column(default="", repr=False)

    @property
    def until(self) -> datetime:
        """Until when the link in the mail takes an answer."""
        return self.asked_at + CHECK_WITHIN

    def is_to_remind(self, at: datetime) -> bool:
        """Return whether the party is silent, was not reminded, and has little time left."""
        return self.answered_at is None and _is_due(self, at)

    @property
    def waits_for_help(self) -> bool:
        """Whether somebody asked for help and nobody has seen to it."""
        return self.needs_help and self.helped_at is None

    def answer(self, going: Going, note: str, *, needs_help: bool, at: datetime) -> None:
        """Write down what the party says.

        Raises:
            TransitionNotAllowed: it has said so already.

        """
        if self.answered_at is not None:
            raise TransitionNotAllowed("placement check", "answered", "answer", ())
        self.going, self.note, self.needs_help, self.answered_at = going, note, needs_help, at

    def help(self, note: str, *, by: UUID | None, at: datetime) -> None:
        """Write down what was done.

        Raises:
            TransitionNotAllowed: nobody waits for help.

        """
        if not self.waits_for_help:
            raise TransitionNotAllowed("placement check", "settled", "help", ())
        self.help_note, self.helped_by_id, self.helped_at = note, by, at


class EvaluationQuestion(enum.StrEnum):
    """What both are asked, each in words of their own."""

    #: Whether it was what they had agreed.
    AS_AGREED = "as-agreed"
    #: Whether the student learnt what they came for; whether the work was of use to the host.
    USEFUL = "useful"
    #: How they worked together.
    TOGETHER = "together"
    #: Whether they would do it again.
    AGAIN = "again"


class EvaluationState(enum.StrEnum):
    """Where what somebody says afterwards is on its way."""

    ASKED = "asked"
    #: Said, and not looked at yet.
    GIVEN = "given"
    RELEASED = "released"
    HELD_BACK = "held-back"


class EvaluationAction(enum.StrEnum):
    """What can be done with it."""

    GIVE = "give"
    RELEASE = "release"
    HOLD_BACK = "hold-back"


#: state -> action -> next state; what is not here is refused.
EVALUATION_TRANSITIONS: dict[EvaluationState, dict[EvaluationAction, EvaluationState]] = {
    EvaluationState.ASKED: {EvaluationAction.GIVE: EvaluationState.GIVEN},
    EvaluationState.GIVEN: {
        EvaluationAction.RELEASE: EvaluationState.RELEASED,
        EvaluationAction.HOLD_BACK: EvaluationState.HELD_BACK,
    },
    # Whoever looked at it may think better of it.
    EvaluationState.RELEASED: {EvaluationAction.HOLD_BACK: EvaluationState.HELD_BACK},
    EvaluationState.HELD_BACK: {EvaluationAction.RELEASE: EvaluationState.RELEASED},
}


class PlacementEvaluation(Base, kw_only=True):
    """What student or host say afterwards; looked at before the other one reads it."""

    __tablename__ = "placement_evaluations"
    __table_args__ = (UniqueConstraint("placement_id", "party"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placements.id", ondelete="CASCADE"))
    party: Mapped[PlacementParty] = mapped_column(text_enum(PlacementParty))
    asked_at: Mapped[datetime]
    #: Until when it can be given.
    until: Mapped[datetime]
    #: When the party, still silent, was reminded.
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    given_at: Mapped[datetime | None] = mapped_column(default=None)
    #: EvaluationQuestion -> 1 to 5.
    scores: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, repr=False)
    text: Mapped[str] = mapped_column(default="", repr=False)
    state: Mapped[EvaluationState] = mapped_column(
        text_enum(EvaluationState), default=EvaluationState.ASKED
    )
    moderated_at: Mapped[datetime | None] = mapped_column(default=None)
    moderated_by_id: Mapped[UUID | None] = mapped_column(default=None)
    #: Why it is released or held back; those who look at such texts and who wrote it read it.
    moderation: Mapped[str] = mapped_column(default="", repr=False)

    def actions(self) -> tuple[EvaluationAction, ...]:
        """Return what the present state allows."""
        return tuple(EVALUATION_TRANSITIONS[self.state])

    def can_be_given(self, at: datetime) -> bool:
        """Return whether the party can still say how it was."""
        return self.state is EvaluationState.ASKED and at < self.until

    def is_to_remind(self, at: datetime) -> bool:
        """Return whether the party is silent, was not reminded, and has little time left."""
        return self.state is EvaluationState.ASKED and _is_due(self, at)

    def give(self, scores: Mapping[EvaluationQuestion, int], text: str, *, at: datetime) -> None:
        """Write down what the party says.

        Raises:
            TransitionNotAllowed: it has said so already, or the time is over.

        """
        if at >= self.until:
            raise TransitionNotAllowed("placement evaluation", "over", EvaluationAction.GIVE, ())
        self._apply(EvaluationAction.GIVE)
        self.scores = {question.value: score for question, score in scores.items()}
        self.text, self.given_at = text, at

    def moderate(
        self, action: EvaluationAction, reason: str, *, by: UUID | None, at: datetime
    ) -> None:
        """Release it or hold it back.

        Raises:
            TransitionNotAllowed: it is not given yet, or is so already.

        """
        if action is EvaluationAction.GIVE:
            raise TransitionNotAllowed("placement evaluation", self.state, action, self.actions())
        self._apply(action)
        self.moderation, self.moderated_by_id, self.moderated_at = reason, by, at

    def is_shown(self, other: PlacementEvaluation | None, at: datetime) -> bool:
        """Return whether the other party reads it: released, and not before it has spoken too."""
        both = other is not None and other.given_at is not None
        return self.state is EvaluationState.RELEASED and (both or at >= self.until)

    def _apply(self, action: EvaluationAction) -> None:
        following = EVALUATION_TRANSITIONS[self.state].get(action)
        if following is None:
            raise TransitionNotAllowed("placement evaluation", self.state, action, self.actions())
        self.state = following


def _is_due(asked: PlacementCheck | PlacementEvaluation, at: datetime) -> bool:
    in_time = asked.until - REMIND_BEFORE <= at < asked.until
    return asked.reminded_at is None and in_time
