"""Collaboration: what a firm and a partner do together after they were introduced."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models.base import Base, text_enum


class CollaborationKind(enum.StrEnum):
    """What they do."""

    DEMONSTRATION_PROJECT = "demonstration-project"
    SPARRING_WEEK = "sparring-week"
    TECHNOLOGY_SCREENING = "technology-screening"
    RESEARCH_PROJECT = "research-project"
    MATERIALS_PROJECT = "materials-project"
    TESTING = "testing"
    PLACEMENT = "placement"
    EU_APPLICATION = "eu-application"
    TRAINING = "training"
    OTHER = "other"


class CollaborationState(enum.StrEnum):
    """Where it is on its way."""

    PLANNED = "planned"
    RUNNING = "running"
    COMPLETED = "completed"
    BROKEN_OFF = "broken-off"


class CollaborationAction(enum.StrEnum):
    """What can be done with it."""

    REVISE = "revise"
    START = "start"
    COMPLETE = "complete"
    BREAK_OFF = "break-off"
    #: Writing a line in its ledger. Patents are granted and firms hire long after the end.
    RECORD = "record"


#: state -> action -> next state; what is not here is refused.
TRANSITIONS: dict[CollaborationState, dict[CollaborationAction, CollaborationState]] = {
    CollaborationState.PLANNED: {
        CollaborationAction.REVISE: CollaborationState.PLANNED,
        CollaborationAction.START: CollaborationState.RUNNING,
        CollaborationAction.BREAK_OFF: CollaborationState.BROKEN_OFF,
    },
    CollaborationState.RUNNING: {
        CollaborationAction.REVISE: CollaborationState.RUNNING,
        CollaborationAction.COMPLETE: CollaborationState.COMPLETED,
        CollaborationAction.BREAK_OFF: CollaborationState.BROKEN_OFF,
        CollaborationAction.RECORD: CollaborationState.RUNNING,
    },
    CollaborationState.COMPLETED: {
        CollaborationAction.REVISE: CollaborationState.COMPLETED,
        CollaborationAction.RECORD: CollaborationState.COMPLETED,
    },
    CollaborationState.BROKEN_OFF: {
        CollaborationAction.RECORD: CollaborationState.BROKEN_OFF,
    },
}


class Collaboration(Base, kw_only=True):
    """One thing that two do together, begun by an introduction or by a placement."""

    __tablename__ = "collaborations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    #: No foreign keys: the ledger outlives introduction, challenge, placement and firm when they
    #: are erased. None for a placement that began without one.
    introduction_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    challenge_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    #: The placement whose results are in its ledger, if any.
    placement_id: Mapped[UUID | None] = mapped_column(default=None, unique=True, index=True)
    #: None when the profile is erased.
    partner_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("profiles.id", ondelete="SET NULL"), index=True
    )
    #: Whose challenge it was: its account, and its organisation.
    account_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    programme_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("programmes.id"), default=None, index=True
    )
    kind: Mapped[CollaborationKind] = mapped_column(text_enum(CollaborationKind))
    title: Mapped[str]
    #: Where it counts (LAU 1); None when nobody knows where the firm is.
    municipality: Mapped[str | None] = mapped_column(default=None)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None] = mapped_column(default=None)
    state: Mapped[CollaborationState] = mapped_column(
        text_enum(CollaborationState), default=CollaborationState.PLANNED
    )
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(init=False)

    __table_args__ = (Index("ix_collaborations_created_at", "created_at", "id"),)
    __mapper_args__ = {"version_id_col": revision}

    @property
    def firm_id(self) -> UUID:
        """What tells one firm from another: organisation, account, challenge, or itself."""
        return self.organisation_id or self.account_id or self.challenge_id or self.id

    def actions(self) -> tuple[CollaborationAction, ...]:
        """Return what the present state allows."""
        return tuple(TRANSITIONS[self.state])

    def apply(self, action: CollaborationAction, *, at: datetime) -> None:
        """Take the action.

        Raises:
            TransitionNotAllowed: the present state does not allow it.

        """
        following = TRANSITIONS[self.state].get(action)
        if following is None:
            raise TransitionNotAllowed("collaboration", self.state, action, self.actions())
        self.state = following
        self.updated_at = at
