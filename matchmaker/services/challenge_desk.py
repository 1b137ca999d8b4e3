"""ChallengeDesk: what staff do with challenges, and what time does with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, LinkSpent
from matchmaker.models import (
    Account,
    AuditAction,
    Challenge,
    ChallengeAction,
    ClosingReason,
    LinkPurpose,
    Profile,
    Requester,
    Side,
)
from matchmaker.models.challenge import TRANSITIONS
from matchmaker.services.challenge_warnings import warnings_in
from matchmaker.services.clock import Clock
from matchmaker.services.cursors import CursorPage, read_cursor, write_cursor
from matchmaker.services.mail_links import mail_link, make_link, opened, use
from matchmaker.services.recording import Entry, record
from matchmaker.services.threads import called
from matchmaker.storage import challenges, threads
from matchmaker.storage.database import Sessions

#: Most challenges that are reminded of, expired or forgotten at a time.
MOST_AT_ONCE = 500
#: How long a draft without an account is kept after its last change.
DRAFT_KEPT = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class WaitingChallenge:
    """A challenge in the queue of the staff."""

    challenge: Challenge
    #: Messages of the firm that the staff have not had before them.
    unseen: int
    #: How many warnings its words give.
    warnings: int


@dataclass(frozen=True, kw_only=True)
class Elapsed:
    """What time has done to challenges."""

    expired: int
    reminded: int
    #: Drafts of nobody that were deleted.
    forgotten: int


@dataclass(frozen=True)
class ChallengeDesk:
    """Check, open, close, renew."""

    sessions: Sessions
    clock: Clock
    #: Days that a challenge stays open.
    open_days: int
    #: Days before its end in which the firm is asked whether to renew it.
    reminder_days: int

    def counts(self) -> Mapping[Side, int]:
        """Return how many submitted challenges wait for each side."""
        with self.sessions.reading() as session:
            return challenges.queue_counts(session)

    def queue(
        self, *, waits_for: Side | None = Side.STAFF, cursor: str | None = None, limit: int = 20
    ) -> CursorPage[WaitingChallenge]:
        """Return a part of the submitted challenges, the longest waiting first.

        Those of nobody are not among them: their address is a promise.

        Raises:
            InvalidInput: the cursor is not one of this queue.

        """
        after = read_cursor(cursor, (datetime, UUID)) if cursor else None
        with self.sessions.reading() as session:
            found, more = challenges.in_queue(session, waits_for, after, limit)
            unseen = threads.unseen(session, [one.id for one in found], Side.STAFF)
        items = [
            WaitingChallenge(
                challenge=one,
                unseen=unseen.get(one.id, 0),
                warnings=len(warnings_in(one)),
            )
            for one in found
        ]
        last = found[-1] if more else None
        return CursorPage(items, write_cursor((last.created_at, last.id)) if last else None)

    def requester(self, challenge: Challenge) -> Requester | None:
        """Return whose a challenge is; None for one of nobody."""
        if not challenge.owned:
            return None
        with self.sessions.reading() as session:
            return requester_of(session, challenge)

    def accept_warnings(self, challenge_id: UUID, *, expected_revision: int) -> Challenge:
        """Note that the firm leaves its words as they are, whatever they give away.

        Raises:
            NotFound: there is no such challenge.
            StaleRevision: somebody changed it meanwhile.

        """
        with self.sessions.writing() as session:
            challenge = challenges.get(session, challenge_id, expected_revision)
            challenge.warnings_accepted = True
            challenge.updated_at = self.clock()
        return challenge

    def open(
        self,
        challenge_id: UUID,
        *,
        by: UUID,
        expected_revision: int,
        despite_warnings: bool = False,
    ) -> Challenge:
        """Open a challenge that was checked: from now on it is shown where it may be.

        Args:
            challenge_id: the challenge.
            by: who opens it.
            expected_revision: as it was checked.
            despite_warnings: although its words may give something away that the firm has not
                said it leaves.

        Raises:
            NotFound: there is no such challenge.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: its state does not allow it.
            InvalidInput: there are warnings, and nobody said that it is opened despite them.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            challenge = challenges.get(session, challenge_id, expected_revision)
            challenge.check(ChallengeAction.OPEN)
            if warnings_in(challenge) and not (challenge.warnings_accepted or despite_warnings):
                raise InvalidInput(
                    "despite_warnings",
                    "Look at the warnings, or say that it is opened despite them.",
                )
            challenge.apply(ChallengeAction.OPEN, at=now)
            challenge.opened_at = challenge.opened_at or now
            self._begin(challenge, now)
            _write_down(session, challenge, AuditAction.OPEN, by, now)
        return challenge

    def close(
        self, challenge_id: UUID, reason: ClosingReason, *, by: UUID, expected_revision: int
    ) -> Challenge:
        """Close a challenge for a reason; it is matched no more.

        Raises:
            NotFound: there is no such challenge.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: its state does not allow it.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            challenge = challenges.get(session, challenge_id, expected_revision)
            challenge.apply(ChallengeAction.CLOSE, at=now)
            challenge.closed_at, challenge.closing_reason = now, reason
            _write_down(session, challenge, AuditAction.CLOSE, by, now, reason=reason.value)
        return challenge

    def renew(self, challenge_id: UUID, *, by: UUID | None) -> Challenge:
        """Keep a challenge open for as long again, or open one again that had expired.

        Raises:
            NotFound: there is no such challenge.
            TransitionNotAllowed: its state does not allow it.

        """
        with self.sessions.writing() as session:
            challenge = challenges.get(session, challenge_id)
            self._renew(session, challenge, by)
        return challenge

    def peek_renewal(self, secret: str) -> Challenge:
        """Return the challenge that a mailed link renews; nothing is changed by that.

        Raises:
            LinkSpent: it opens nothing, or the challenge can't be renewed any more.

        """
        with self.sessions.reading() as session:
            link = opened(session, secret, LinkPurpose.RENEW_CHALLENGE, self.clock())
            return _renewable(session, link.challenge_id, link.account_id)

    def renew_by_link(self, secret: str) -> Challenge:
        """Renew the challenge of a mailed link, and use the link up.

        Raises:
            LinkSpent: it opens nothing, or the challenge can't be renewed any more.

        """
        with self.sessions.writing() as session:
            link = use(session, secret, LinkPurpose.RENEW_CHALLENGE, self.clock())
            challenge = _renewable(session, link.challenge_id, link.account_id)
            self._renew(session, challenge, link.account_id)
        return challenge

    def elapse(self, *, most: int = MOST_AT_ONCE) -> Elapsed:
        """Expire what nobody renewed, ask about what soon expires, forget old drafts of nobody.

        Run it daily; twice is as good as once.
        """
        now = self.clock()
        with self.sessions.writing() as session:
            over = challenges.open_until(session, now, most)
            for challenge in over:
                challenge.apply(ChallengeAction.EXPIRE, at=now)
                _write_down(session, challenge, AuditAction.EXPIRE, None, now)
        with self.sessions.writing() as session:
            until = now + timedelta(days=self.reminder_days)
            due = challenges.to_remind(session, until, most)
            for challenge, account in due:
                self._remind(session, challenge, account, now)
        with self.sessions.writing() as session:
            old = challenges.old_drafts(session, now - DRAFT_KEPT, most)
            for draft in old:
                session.delete(draft)
        return Elapsed(expired=len(over), reminded=len(due), forgotten=len(old))

    def _begin(self, challenge: Challenge, now: datetime) -> None:
        challenge.expires_at = now + timedelta(days=self.open_days)
        challenge.reminded_at = None

    def _renew(self, session: Session, challenge: Challenge, by: UUID | None) -> None:
        now = self.clock()
        challenge.apply(ChallengeAction.RENEW, at=now)
        self._begin(challenge, now)
        _write_down(session, challenge, AuditAction.RENEW, by, now)

    def _remind(
        self, session: Session, challenge: Challenge, account: Account, now: datetime
    ) -> None:
        challenge.reminded_at = now
        link, path = make_link(
            session,
            LinkPurpose.RENEW_CHALLENGE,
            account.email,
            at=now,
            account=account,
            challenge_id=challenge.id,
        )
        mail_link(session, link, path, account.language, at=now, challenge=called(challenge))


def requester_of(session: Session, challenge: Challenge) -> Requester:
    """Return whose a challenge is, as far as it is still known."""
    account = session.get(Account, challenge.account_id) if challenge.account_id else None
    firm = session.get(Profile, challenge.organisation_id) if challenge.organisation_id else None
    return Requester(
        firm=firm.name if firm else "",
        person=account.name if account else "",
        email=account.email if account else "",
    )


def _renewable(session: Session, challenge_id: UUID | None, account_id: UUID | None) -> Challenge:
    challenge = session.get(Challenge, challenge_id) if challenge_id else None
    account = session.get(Account, account_id) if account_id else None
    if (
        challenge is None
        or account is None
        or not account.enabled
        or challenge.account_id != account.id
        or ChallengeAction.RENEW not in TRANSITIONS[challenge.state]
    ):
        raise LinkSpent
    return challenge


def _write_down(
    session: Session,
    challenge: Challenge,
    action: AuditAction,
    by: UUID | None,
    at: datetime,
    **more: str,
) -> None:
    entry = Entry(by=by, action=action, kind="challenge", id=challenge.id, after=more or None)
    record(session, entry, at=at)
