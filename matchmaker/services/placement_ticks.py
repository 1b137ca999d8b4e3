"""What time does to placements: one reminder, then the end; half-way a question to each party.

Who is asked half-way or afterwards, and stays silent, is reminded once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import (
    AuditAction,
    Placement,
    PlacementAction,
    PlacementState,
)
from matchmaker.services.followups import ask_halfway, remind_silent
from matchmaker.services.introduction_ticks import MOST_AT_ONCE
from matchmaker.services.placement_mails import mail_ended, mail_offer
from matchmaker.services.placements import PlacementService
from matchmaker.services.recording import Entry, record
from matchmaker.storage import assignment, followups


@dataclass(frozen=True, kw_only=True)
class PlacementsTicked:
    """With how many placements time has done something."""

    reminded: int
    lapsed: int
    #: Whose parties were asked how it goes.
    asked: int
    #: Of whose parties some were silent about how it goes or was, and were asked again.
    asked_again: int


@dataclass(frozen=True)
class PlacementTicks:
    """Reminds, ends, asks. Twice changes nothing; killed, the next time goes on."""

    placements: PlacementService

    def tick(self, *, most: int = MOST_AT_ONCE) -> PlacementsTicked:
        """Do all that is due, each placement in a transaction of its own."""
        now = self.placements.clock()
        with self.placements.sessions.reading() as session:
            over = followups.to_lapse(session, now, most)
            due = followups.to_remind(session, now, most)
            halfway = followups.to_check(session, now.date(), most)
            silent = followups.to_remind_of_followups(session, now, most)
        return PlacementsTicked(
            lapsed=sum(self._each(one, self._lapse) for one in over),
            reminded=sum(self._each(one, self._remind) for one in due),
            asked=sum(self._each(one, self._ask) for one in halfway),
            asked_again=sum(self._each(one, self._ask_again) for one in silent),
        )

    def _each(self, placement_id: UUID, deed: Callable[[Session, Placement], bool]) -> bool:
        with self.placements.sessions.writing() as session:
            return deed(session, assignment.placement(session, placement_id, lock=True))

    def _lapse(self, session: Session, one: Placement) -> bool:
        now = self.placements.clock()
        # The last party may have agreed since it was looked for.
        if one.state is not PlacementState.OFFERED or not one.is_over(now):
            return False
        one.apply(PlacementAction.LAPSE, at=now)
        mail_ended(session, one, at=now)
        self._recorded(session, one, AuditAction.EXPIRE)
        return True

    def _remind(self, session: Session, one: Placement) -> bool:
        now = self.placements.clock()
        if one.state is not PlacementState.OFFERED or one.is_over(now) or one.reminded_at:
            return False
        one.remind(at=now)
        mail_offer(session, one, at=now, reminder=True)
        self._recorded(session, one, AuditAction.REMIND)
        return True

    def _ask(self, session: Session, one: Placement) -> bool:
        if followups.checks(session, one.id):
            return False
        ask_halfway(session, one, at=self.placements.clock())
        self._recorded(session, one, AuditAction.ASK)
        return True

    def _ask_again(self, session: Session, one: Placement) -> bool:
        if not remind_silent(session, one, at=self.placements.clock()):
            return False
        self._recorded(session, one, AuditAction.REMIND)
        return True

    def _recorded(self, session: Session, one: Placement, action: AuditAction) -> None:
        entry = Entry(
            by=None,
            action=action,
            kind="placement",
            id=one.id,
            after={"state": one.state.value, "waits_for": [str(who) for who in one.waits_for]},
        )
        record(session, entry, at=self.placements.clock())
