"""Challenges and the vectors of their sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import String, bindparam, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound, StaleRevision
from matchmaker.models import Account, Challenge, ChallengeState, ChallengeVector, Side
from matchmaker.storage.database import MOST_VARIABLES
from matchmaker.storage.dialects import hex_id, insert_or

_VECTORS = select(ChallengeVector.vectors).where(
    ChallengeVector.challenge_id == bindparam("id"),
    ChallengeVector.fingerprint == bindparam("fingerprint"),
    ChallengeVector.challenge_revision == bindparam("revision"),
)


def get(session: Session, challenge_id: UUID, expected_revision: int | None = None) -> Challenge:
    """Return one challenge.

    Raises:
        NotFound: there is none.
        StaleRevision: it is not at the expected revision.

    """
    challenge = session.get(Challenge, challenge_id)
    if challenge is None:
        raise NotFound("challenge", challenge_id)
    if expected_revision is not None and challenge.revision != expected_revision:
        raise StaleRevision(expected_revision, challenge.revision)
    return challenge


def is_there(session: Session, organisation_id: UUID, title: str, created_at: datetime) -> bool:
    """Return whether an organisation has a challenge of this title and moment."""
    query = select(Challenge.id).where(
        Challenge.organisation_id == organisation_id,
        Challenge.title == title,
        Challenge.created_at == created_at,
    )
    return session.scalar(query) is not None


def samples(session: Session) -> Sequence[Challenge]:
    """Return the shipped examples by title."""
    return session.scalars(
        select(Challenge).where(Challenge.sample).order_by(Challenge.title, Challenge.id)
    ).all()


def of_owner(
    session: Session, account_id: UUID, organisations: Collection[UUID]
) -> Sequence[Challenge]:
    """Return the challenges of an account and of its organisations, newest change first."""
    theirs = or_(
        Challenge.account_id == account_id, Challenge.organisation_id.in_(list(organisations))
    )
    return session.scalars(
        select(Challenge)
        .where(theirs, ~Challenge.sample)
        .order_by(Challenge.updated_at.desc(), Challenge.id)
    ).all()


#: What is in the queue of the staff: those of an account or organisation, handed in.
_IN_QUEUE = (
    Challenge.state == ChallengeState.SUBMITTED,
    or_(Challenge.account_id.is_not(None), Challenge.organisation_id.is_not(None)),
    ~Challenge.sample,
)


def in_queue(
    session: Session, side: Side | None, after: Sequence[object] | None, limit: int
) -> tuple[Sequence[Challenge], bool]:
    """Return submitted challenges, the longest waiting first, and whether there are more.

    Args:
        session: to read with.
        side: only those that wait for this side; None for all.
        after: time and id of the last one of the part before.
        limit: how many to return at most.

    """
    query = select(Challenge).where(*_IN_QUEUE)
    if side is not None:
        query = query.where(Challenge.waits_for == side)
    if after is not None:
        query = query.where(tuple_(Challenge.created_at, Challenge.id) > tuple(after))
    query = query.order_by(Challenge.created_at, Challenge.id).limit(limit + 1)
    found = session.scalars(query).all()
    return found[:limit], len(found) > limit


def queue_counts(session: Session) -> dict[Side, int]:
    """Return how many submitted challenges wait for each side."""
    query = (
        select(Challenge.waits_for, func.count()).where(*_IN_QUEUE).group_by(Challenge.waits_for)
    )
    counts = {side: number for side, number in session.execute(query) if side is not None}
    return {side: counts.get(side, 0) for side in Side}


def open_until(session: Session, until: datetime, limit: int) -> Sequence[Challenge]:
    """Return open challenges whose time is up by then, the earliest first."""
    return session.scalars(
        select(Challenge)
        .where(
            Challenge.state == ChallengeState.OPEN,
            Challenge.expires_at.is_not(None),
            Challenge.expires_at <= until,
        )
        .order_by(Challenge.expires_at, Challenge.id)
        .limit(limit)
    ).all()


def to_remind(session: Session, until: datetime, limit: int) -> Sequence[tuple[Challenge, Account]]:
    """Return challenges whose time is nearly up, with whom to ask; those asked are left out."""
    rows = session.execute(
        select(Challenge, Account)
        .join(Account, Account.id == Challenge.account_id)
        .where(
            Challenge.state == ChallengeState.OPEN,
            Challenge.expires_at <= until,
            Challenge.reminded_at.is_(None),
            Account.disabled_at.is_(None),
        )
        .order_by(Challenge.expires_at, Challenge.id)
        .limit(limit)
    )
    return [(challenge, account) for challenge, account in rows]


def old_drafts(session: Session, before: datetime, limit: int) -> Sequence[Challenge]:
    """Return drafts of nobody that were last changed before then."""
    return session.scalars(
        select(Challenge)
        .where(
            Challenge.state == ChallengeState.DRAFT,
            Challenge.account_id.is_(None),
            Challenge.organisation_id.is_(None),
            Challenge.updated_at < before,
        )
        .order_by(Challenge.updated_at, Challenge.id)
        .limit(limit)
    ).all()


def signature(session: Session, states: Iterable[ChallengeState]) -> str | None:
    """Return a text that changes with every challenge in these states; None when there are none.

    Every id with its revision, put together by the database: for 5,000 challenges that is ten
    times as quick as reading the rows. The same state may be written in another order.
    """
    one = hex_id(Challenge.id).concat(":").concat(cast(Challenge.revision, String))
    query = select(func.aggregate_strings(one, " "))
    return session.scalar(query.where(Challenge.state.in_(list(states))))


def revisions(session: Session, states: Iterable[ChallengeState]) -> dict[str, int]:
    """Return the revision of each challenge in these states, by id in hexadecimal."""
    query = select(hex_id(Challenge.id), Challenge.revision)
    return dict(session.execute(query.where(Challenge.state.in_(list(states)))).all())


def with_vectors(
    session: Session, ids: Sequence[UUID], fingerprint: str, dimension: int
) -> list[tuple[Challenge, NDArray[np.float32] | None]]:
    """Return these challenges, each with the kept vectors of its present revision or None.

    Args:
        session: to read with.
        ids: of the challenges; one that is not there is passed over.
        fingerprint: encoder that made the vectors.
        dimension: length of a row.

    """
    found: list[tuple[Challenge, NDArray[np.float32] | None]] = []
    for start in range(0, len(ids), MOST_VARIABLES):
        part = ids[start : start + MOST_VARIABLES]
        kept = {
            (challenge_id, revision): stored.reshape(-1, dimension)
            for challenge_id, revision, stored in session.execute(
                select(
                    ChallengeVector.challenge_id,
                    ChallengeVector.challenge_revision,
                    ChallengeVector.vectors,
                ).where(
                    ChallengeVector.fingerprint == fingerprint,
                    ChallengeVector.challenge_id.in_(part),
                )
            )
        }
        rows = session.scalars(select(Challenge).where(Challenge.id.in_(part)))
        found.extend((one, kept.get((one.id, one.revision))) for one in rows)
    return found


def vectors(
    session: Session, challenge: Challenge, fingerprint: str, dimension: int
) -> NDArray[np.float32] | None:
    """Return the kept vectors of the present revision, shape (sentences, dimension), or None."""
    kept = session.scalar(
        _VECTORS,
        {"id": challenge.id, "fingerprint": fingerprint, "revision": challenge.revision},
    )
    return None if kept is None else kept.reshape(-1, dimension)


def asked(
    session: Session, fingerprint: str, dimension: int, limit: int = 2_000
) -> dict[str, NDArray[np.float32]]:
    """Return the vectors of the newest whole challenges by language, each (n, dimension)."""
    rows = session.execute(
        select(Challenge.language, ChallengeVector.vectors)
        .join(Challenge, Challenge.id == ChallengeVector.challenge_id)
        .where(ChallengeVector.fingerprint == fingerprint)
        .order_by(Challenge.created_at.desc(), Challenge.id)
        .limit(limit)
    )
    found: dict[str, list[NDArray[np.float32]]] = {}
    for language, flat in rows:
        found.setdefault(language, []).append(flat.reshape(-1, dimension)[0])
    return {language: np.stack(vectors) for language, vectors in found.items()}


def keep_vectors(
    session: Session, challenge: Challenge, fingerprint: str, vectors: NDArray[np.float32]
) -> None:
    """Keep the vectors of this revision in place of older ones."""
    statement = insert_or(session, ChallengeVector)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["challenge_id", "fingerprint"],
            set_={
                "challenge_revision": statement.excluded.challenge_revision,
                "vectors": statement.excluded.vectors,
            },
        ),
        {
            "challenge_id": challenge.id,
            "fingerprint": fingerprint,
            "challenge_revision": challenge.revision,
            "vectors": vectors.ravel(),
        },
    )
