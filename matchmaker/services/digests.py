"""DigestService: once a week, what is new for somebody; nothing when nothing is.

A challenge is told of once: when its profile fits it well enough to be an answer to it
(``DirectionService``). For a challenge of one's own each new partner is told of once, when a list
asked again has them over the floor (``new_matches``); one that belongs to an organisation and to no
account is told to each of its members. An introduction that waits for an answer is
told of until it is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from matchmaker.errors import LinkSpent
from matchmaker.models import Account, LinkPurpose, MailTemplate, MatchRun, ToldChallenge
from matchmaker.services.clock import Clock
from matchmaker.services.directions import AnsweredChallenge, DirectionService
from matchmaker.services.mail_links import make_link, opened
from matchmaker.services.mailing import NewMail, queue
from matchmaker.services.new_matches import NewMatches, new_matches, remember
from matchmaker.storage import accounts, digests
from matchmaker.storage.database import Sessions
from matchmaker.storage.digests import WaitingAnswer

#: Most challenges in one mail; the others come next week.
MOST_CHALLENGES = 5
#: How many of the best that fit a profile are looked at for what is new.
_LOOKED_AT = 50
#: Characters of a challenge that stand in the mail.
_SHORT = 160
#: Accounts that are read at a time.
_AT_ONCE = 100


@dataclass(frozen=True)
class _New:
    profile_id: UUID
    profile: str
    challenge: AnsweredChallenge


@dataclass(frozen=True)
class DigestService:
    """Writes the weekly mails, and takes back the wish to get them."""

    sessions: Sessions
    clock: Clock
    directions: DirectionService

    def write(self) -> int:
        """Write this week's mail to everybody for whom there is something; return how many.

        Asked again in the same week it writes to nobody twice.

        Raises:
            IndexNotReady: the profiles are not indexed with this encoder.

        """
        now, written, after = self.clock(), 0, None
        lists: dict[UUID, MatchRun | None] = {}
        while True:
            with self.sessions.reading() as session:
                readers = digests.readers(session, after, _AT_ONCE)
            if not readers:
                return written
            written += sum(self._write(account, now, lists) for account in readers)
            after = readers[-1].id

    def peek(self, secret: str) -> Account:
        """Return whom a link frees from the mail; opening its page changes nothing.

        Raises:
            LinkSpent: it opens nothing.

        """
        with self.sessions.reading() as session:
            link = opened(session, secret, LinkPurpose.UNSUBSCRIBE_DIGEST, self.clock())
            return _account(session.get(Account, link.account_id) if link.account_id else None)

    def unsubscribe(self, secret: str) -> Account:
        """Send this mail no more; twice is as good as once.

        Raises:
            LinkSpent: it opens nothing.

        """
        with self.sessions.writing() as session:
            link = opened(session, secret, LinkPurpose.UNSUBSCRIBE_DIGEST, self.clock())
            account = _account(session.get(Account, link.account_id) if link.account_id else None)
            account.digest = False
            return account

    def _write(self, account: Account, now: datetime, lists: dict[UUID, MatchRun | None]) -> bool:
        year, week, _ = now.isocalendar()
        key = f"{MailTemplate.DIGEST}:{account.id}:{year}-{week:02}"
        with self.sessions.reading() as session:
            if digests.is_written(session, key):
                return False
        # Judging takes longer than a transaction may.
        new = self._new(account.id)
        matching = new_matches(self.sessions, self.directions.matchmaking, account.id, now, lists)
        matching = matching[:MOST_CHALLENGES]
        with self.sessions.writing() as session:
            current = accounts.get(session, account.id)
            waiting = digests.waiting(session, account.id, now)
            if (
                not (new or matching or waiting)
                or not current.digest
                or digests.is_written(session, key)
            ):
                return False
            _, unsubscribe_path = make_link(
                session, LinkPurpose.UNSUBSCRIBE_DIGEST, current.email, at=now, account=current
            )
            mail = NewMail(
                to=current.email,
                language=current.language,
                template=MailTemplate.DIGEST.value,
                values={
                    "challenges": [_challenge(one) for one in new],
                    "matches": [_matches(one) for one in matching],
                    "introductions": [_introduction(one) for one in waiting],
                    "path": "/introductions",
                    "unsubscribe_path": unsubscribe_path,
                },
                key=key,
            )
            queue(session, mail, at=now)
            session.add_all(
                ToldChallenge(
                    account_id=account.id, challenge_id=one.challenge.challenge.id, told_at=now
                )
                for one in new
            )
            remember(session, account.id, matching, now)
        return True

    def _new(self, account_id: UUID) -> Sequence[_New]:
        """Return what fits the profiles of an account and was not told before, best fit first."""
        with self.sessions.reading() as session:
            owned = digests.profiles_of(session, account_id)
        found = [
            _New(profile_id, name, one)
            for profile_id, name in owned
            for one in self.directions.challenges_for(profile_id, limit=_LOOKED_AT).items
        ]
        ids = {one.challenge.challenge.id for one in found}
        with self.sessions.reading() as session:
            left_out = digests.told(session, account_id) | digests.own(session, account_id, ids)
        best: dict[UUID, _New] = {}
        for one in sorted(found, key=lambda one: -one.challenge.score):
            if one.challenge.challenge.id not in left_out:
                best.setdefault(one.challenge.challenge.id, one)
        return list(best.values())[:MOST_CHALLENGES]


def _account(account: Account | None) -> Account:
    if account is None or not account.enabled:
        raise LinkSpent
    return account


def _shortened(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _SHORT else words[: _SHORT - 1].rstrip() + "…"


def _matches(new: NewMatches) -> dict[str, str | int]:
    # Names are on the page: a mail lies in more places than its reader knows.
    return {
        "words": _shortened(new.challenge.title or new.challenge.text),
        "count": len(new.profile_ids),
        "fit": new.fit.value,
        "path": f"/challenges/{new.challenge.id}",
    }


def _challenge(new: _New) -> dict[str, str]:
    held = new.challenge.challenge
    return {
        "words": _shortened(held.title or held.sentences[0]),
        "profile": " ".join(new.profile.split()),
        "fit": new.challenge.fit.value,
        "path": f"/profiles/{new.profile_id}/challenges",
    }


def _introduction(waiting: WaitingAnswer) -> dict[str, str]:
    return {"until": waiting.answer_by.isoformat()}
