"""Challenges and the vectors of their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Executable, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound, StaleRevision
from matchmaker.models import Challenge, ChallengeVector

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


def vectors(
    session: Session, challenge: Challenge, fingerprint: str, dimension: int
) -> NDArray[np.float32] | None:
    """Return the kept vectors of the present revision, shape (sentences, dimension), or None."""
    kept = session.scalar(
        _VECTORS,
        {"id": challenge.id, "fingerprint": fingerprint, "revision": challenge.revision},
    )
    return None if kept is None else kept.reshape(-1, dimension)


def keep_vectors(
    session: Session, challenge: Challenge, fingerprint: str, vectors: NDArray[np.float32]
) -> None:
    """Keep the vectors of this revision in place of older ones."""
    session.execute(
        _keep_vectors(session.get_bind().dialect.name),
        {
            "challenge_id": challenge.id,
            "fingerprint": fingerprint,
            "challenge_revision": challenge.revision,
            "vectors": vectors.ravel(),
        },
    )


@cache
def _keep_vectors(dialect: str) -> Executable:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(ChallengeVector)
    return statement.on_conflict_do_update(
        index_elements=["challenge_id", "fingerprint"],
        set_={
            "challenge_revision": statement.excluded.challenge_revision,
            "vectors": statement.excluded.vectors,
        },
    )
