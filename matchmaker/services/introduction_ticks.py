"""What time does to introductions: one reminder, then the end. For a command that runs often."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import AuditAction, Introduction
from matchmaker.models.introduction import IntroductionAction
from matchmaker.services.introduction_mails import mail_end, mail_offer
from matchmaker.services.introductions import IntroductionService
from matchmaker.services.recording import Entry, record
from matchmaker.storage import introductions

#: Most of each sort in one go; the next go takes the rest.
MOST_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Ticked:
    """How many introductions time has changed."""

    reminded: int
    expired: int
    #: Of challenges that have ended and profiles that take part no more.
    withdrawn: int


@dataclass(frozen=True)
class IntroductionTicks:
    """Reminds, ends, tidies up. Twice changes nothing; killed, the next time goes on."""

    introductions: IntroductionService

    def tick(self, *, most: int = MOST_AT_ONCE) -> Ticked:
        """Do all that is due, each introduction in a transaction of its own."""
        service = self.introductions
        now = service.clock()
        with service.sessions.reading() as session:
            orphans = introductions.orphaned(session, most)
            over = introductions.to_expire(session, now, most)
            due = introductions.to_remind(session, now, most)
        return Ticked(
            withdrawn=sum(self._withdraw(one) for one in orphans),
            expired=sum(self._expire(one) for one in over),
            reminded=sum(self._remind(one) for one in due),
        )

    def _withdraw(self, introduction_id: UUID) -> bool:
        with self.introductions.sessions.writing() as session:
            one = introductions.get(session, introduction_id, lock=True)
            if IntroductionAction.WITHDRAW not in one.actions():
                return False
            self.introductions.end_by_withdrawal(session, one, by=None)
            return True

    def _expire(self, introduction_id: UUID) -> bool:
        now = self.introductions.clock()
        with self.introductions.sessions.writing() as session:
            one = introductions.get(session, introduction_id, lock=True)
            # Somebody may have answered since it was looked for.
            if IntroductionAction.EXPIRE not in one.actions() or not one.is_over(now):
                return False
            one.expire(at=now)
            introductions.spend_links(session, one.id)
            mail_end(session, one, at=now)
            self._recorded(session, one, AuditAction.EXPIRE)
            return True

    def _remind(self, introduction_id: UUID) -> bool:
        now = self.introductions.clock()
        with self.introductions.sessions.writing() as session:
            one = introductions.get(session, introduction_id, lock=True)
            if IntroductionAction.REMIND not in one.actions() or one.is_over(now):
                return False
            one.remind(at=now)
            for party in one.waits_for:
                mail_offer(session, one, party, at=now, reminder=True)
            self._recorded(session, one, AuditAction.REMIND)
            return True

    def _recorded(self, session: Session, one: Introduction, action: AuditAction) -> None:
        entry = Entry(
            by=None,
            action=action,
            kind="introduction",
            id=one.id,
            after={"state": one.state.value, "waits_for": [str(who) for who in one.waits_for]},
        )
        record(session, entry, at=self.introductions.clock())
