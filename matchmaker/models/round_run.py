"""How far the methods are with a round: one line, kept up to date while they are at work."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, text_enum


class RunState(enum.StrEnum):
    """Where asking the methods is."""

    RUNNING = "running"
    #: Somebody asked to stop, and the methods have not heard it yet.
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class RunFailure(enum.StrEnum):
    """Why no answer was kept."""

    #: Students, wishes, locks or the round itself changed in a way that the run could not keep.
    OVERTAKEN = "overtaken"
    #: What is stored contradicts itself by now.
    CONTRADICTED = "contradicted"
    #: The process was shut down.
    INTERRUPTED = "interrupted"
    #: Something that nobody foresaw; the log has more.
    BROKEN = "broken"


#: States in which somebody should be at work.
UNDER_WAY = frozenset({RunState.RUNNING, RunState.STOPPING})


class RoundRun(Base, kw_only=True):
    """The latest run of a round; the answers themselves are kept elsewhere, all at once."""

    __tablename__ = "round_runs"

    round_id: Mapped[UUID] = mapped_column(
        ForeignKey("assignment_rounds.id", ondelete="CASCADE"), primary_key=True
    )
    #: Another one for every run, so that a lost one can't go on in the place of the next.
    token: Mapped[UUID] = mapped_column(default_factory=uuid4)
    #: Revision of the round that was asked; another one means that the round was changed.
    asked_revision: Mapped[int]
    state: Mapped[RunState] = mapped_column(text_enum(RunState), default=RunState.RUNNING)
    failure: Mapped[RunFailure | None] = mapped_column(text_enum(RunFailure), default=None)
    #: The method whose locks are weighed; None when all methods are asked.
    weighs: Mapped[str | None] = mapped_column(default=None)
    #: Then: how many of its locks are weighed, and how many there are; None before the first.
    weighed: Mapped[int | None] = mapped_column(default=None)
    to_weigh: Mapped[int | None] = mapped_column(default=None)
    #: The method at work; None before the first. "stable", "most_placed" or "best_fit".
    method: Mapped[str | None] = mapped_column(default=None)
    #: What an optimising method works on, the best so far, and what is proven possible.
    aim: Mapped[str] = mapped_column(default="")
    value: Mapped[float | None] = mapped_column(default=None)
    bound: Mapped[float | None] = mapped_column(default=None)
    #: Highest memory of the process at the end, in mebibytes; None while it runs.
    peak_memory_mb: Mapped[int | None] = mapped_column(default=None)
    by_id: Mapped[UUID | None] = mapped_column(default=None)
    started_at: Mapped[datetime]
    #: When somebody at work last said so.
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def under_way(self) -> bool:
        """Whether somebody should be at work."""
        return self.state in UNDER_WAY

    @property
    def seconds(self) -> float:
        """How long it took, so far or in all."""
        return ((self.ended_at or self.seen_at) - self.started_at).total_seconds()

    def end(self, state: RunState, *, at: datetime, failure: RunFailure | None = None) -> None:
        """Say that nobody is at work any more."""
        self.state, self.failure, self.ended_at = state, failure, at
