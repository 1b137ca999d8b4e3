"""Challenges and the vectors of their sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import String, bindparam, cast, func, select
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound, StaleRevision
from matchmaker.models import Challenge, ChallengeState, ChallengeVector
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


def samples(session: Session) -> Sequence[Challenge]:
    """Return the shipped examples by title."""
    return session.scalars(
        select(Challenge).where(Challenge.sample).order_by(Challenge.title, Challenge.id)
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
