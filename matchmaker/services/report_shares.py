"""ReportShareService: links that show the report of one programme without an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, LinkSpent, NotFound
from matchmaker.models import AuditAction, ReportShare
from matchmaker.models.credentials import fingerprint
from matchmaker.services.clock import Clock
from matchmaker.services.programmes import NAME_LENGTH, ProgrammeService, Report
from matchmaker.services.recording import Entry, record
from matchmaker.storage import report_shares, reports
from matchmaker.storage.database import Sessions

#: Days that a link works, as asked for.
DAYS = (1, 366)
#: Links of one programme that work at a time.
MOST_SHARES = 20
#: "Last opened" is written at most so often.
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class ReportShareService:
    """Makes links to reports, takes them back, and opens them."""

    sessions: Sessions
    clock: Clock
    programmes: ProgrammeService

    def create(
        self, programme_id: UUID, *, name: str, by: UUID | None, days: int = 90
    ) -> tuple[ReportShare, str]:
        """Make a link; return it with its secret, which is shown this once.

        Args:
            programme_id: whose report it shows.
            name: whom it is for.
            by: the account; None for the shell.
            days: how long it works.

        Raises:
            NotFound: there is no such programme.
            InvalidInput: no name, too long, or too many links.

        """
        name = " ".join(name.split())
        if not 0 < len(name) <= NAME_LENGTH:
            raise InvalidInput("name", f"Use 1 to {NAME_LENGTH} characters.")
        least, most = DAYS
        if not least <= days <= most:
            raise InvalidInput("days", f"Use {least} to {most} days.")
        secret, now = token_urlsafe(32), self.clock()
        with self.sessions.writing() as session:
            reports.programme(session, programme_id)
            present = report_shares.of_programme(session, programme_id)
            if sum(one.works(now) for one in present) >= MOST_SHARES:
                raise InvalidInput("name", "There are too many links; end one first.")
            share = ReportShare(
                programme_id=programme_id,
                name=name,
                fingerprint=fingerprint(secret),
                created_by_id=by,
                created_at=now,
                expires_at=now + timedelta(days=days),
            )
            session.add(share)
            session.flush()
            _record(session, share, AuditAction.SHARE, by, now)
        return share, secret

    def all_of(self, programme_id: UUID) -> Sequence[ReportShare]:
        """Return the links of a programme, newest first; those that have ended too.

        Raises:
            NotFound: there is no such programme.

        """
        with self.sessions.reading() as session:
            reports.programme(session, programme_id)
            return report_shares.of_programme(session, programme_id)

    def end(self, programme_id: UUID, share_id: UUID, *, by: UUID | None) -> ReportShare:
        """Let a link open nothing any more; twice is as good as once.

        Raises:
            NotFound: this programme has no such link.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            share = session.get(ReportShare, share_id)
            if share is None or share.programme_id != programme_id:
                raise NotFound("link", share_id)
            if share.revoked_at is None:
                share.revoked_at = now
                _record(session, share, AuditAction.END_SHARE, by, now)
        return share

    def report(
        self, secret: str, first_day: date | None = None, last_day: date | None = None
    ) -> Report:
        """Return the report that a link shows: figures alone, no challenge and no profile by name.

        Raises:
            LinkSpent: it opens nothing, or nothing any more.
            InvalidInput: the period ends before it begins.

        """
        now = self.clock()
        with self.sessions.reading() as session:
            share = report_shares.by_fingerprint(session, fingerprint(secret))
            if share is None or not share.works(now):
                raise LinkSpent
        report = self.programmes.report(share.programme_id, first_day, last_day)
        if share.last_used_at is None or now - share.last_used_at >= _USED_EVERY:
            with self.sessions.writing() as session:
                report_shares.used(session, share.id, now)
        return replace(report, unanswered=(), unneeded=())


def _record(
    session: Session, share: ReportShare, action: AuditAction, by: UUID | None, at: datetime
) -> None:
    after = {"link": share.name, "expires_at": share.expires_at.isoformat()}
    entry = Entry(by=by, action=action, kind="programme", id=share.programme_id, after=after)
    record(session, entry, at=at)
