"""What is new in the lists of somebody's own challenges since the mail before.

For the first mail that is whom no list has shown yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, TransitionNotAllowed
from matchmaker.models import Challenge, Fit, MatchRun, ToldList, ToldMatch
from matchmaker.services.matchmaking import MatchmakingService
from matchmaker.storage import digests
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class NewMatches:
    """Partners who are new for one challenge, best fit first; never none."""

    challenge: Challenge
    profile_ids: Sequence[UUID]
    #: How well the best of them fits.
    fit: Fit


def new_matches(
    sessions: Sessions,
    matchmaking: MatchmakingService,
    account_id: UUID,
    at: datetime,
    lists: dict[UUID, MatchRun | None],
) -> Sequence[NewMatches]:
    """Ask again for the open challenges of an account; return where somebody is new.

    The new list is kept, so that whoever follows the mail sees it. What was in lists before is
    written down first: killed at any point, the next mail tells what this one did not.

    Args:
        sessions: of the database.
        matchmaking: makes the new lists.
        account_id: whose challenges; those of their organisations that no account owns too.
        at: when the mails of this week were begun.
        lists: by challenge, what was asked for an earlier reader; what is asked now is added.
            Colleagues share one list.

    Raises:
        IndexNotReady: the profiles are not indexed with this encoder.

    """
    with sessions.reading() as session:
        owned = digests.own_open(session, account_id, at)
    found = []
    for challenge in owned:
        known = _known(sessions, account_id, challenge, at)
        if challenge.id not in lists:
            lists[challenge.id] = _asked(sessions, matchmaking, challenge.id)
        run = lists[challenge.id]
        new = [one for one in run.matches if one.profile_id not in known] if run else []
        if new:
            ids = [one.profile_id for one in new]
            found.append(NewMatches(challenge=challenge, profile_ids=ids, fit=new[0].fit))
    return found


def remember(session: Session, account_id: UUID, found: Sequence[NewMatches], at: datetime) -> None:
    """Write down that somebody is told, with the mail that tells it."""
    for one in found:
        there = digests.known_matches(session, account_id, one.challenge.id)
        _write(session, account_id, one.challenge.id, set(one.profile_ids) - there, at)


def _known(sessions: Sessions, account_id: UUID, challenge: Challenge, at: datetime) -> set[UUID]:
    with sessions.writing() as session:
        # For colleagues as well: the list that is asked for the first of them is new to all.
        first = set(digests.told_of(session, challenge))
        first -= digests.lists_known_by(session, challenge.id)
        listed = digests.listed(session, challenge.id, at) if first else set()
        for one in sorted(first):
            session.add(ToldList(account_id=one, challenge_id=challenge.id, told_at=at))
            _write(session, one, challenge.id, listed, at)
        session.flush()
        known = digests.known_matches(session, account_id, challenge.id)
        return known | digests.decided(session, challenge.id)


def _write(
    session: Session, account_id: UUID, challenge_id: UUID, ids: set[UUID], at: datetime
) -> None:
    session.add_all(
        ToldMatch(account_id=account_id, challenge_id=challenge_id, profile_id=one, told_at=at)
        for one in sorted(ids)
    )


def _asked(
    sessions: Sessions, matchmaking: MatchmakingService, challenge_id: UUID
) -> MatchRun | None:
    """Return a new list, asked as the newest one was; None when the challenge has ended since."""
    with sessions.reading() as session:
        conditions = digests.newest_conditions(session, challenge_id)
    try:
        return matchmaking.run(challenge_id, conditions=conditions)
    except InvalidInput:
        # A profile that a condition names is gone.
        return matchmaking.run(challenge_id)
    except TransitionNotAllowed:
        return None
