"""Challenges and the vectors of their sentences."""

from __future__ import annotations

from uuid import uuid4

import numpy as np
import pytest

from matchmaker.errors import NotFound, StaleRevision
from matchmaker.models import Challenge
from matchmaker.storage import challenges, matches
from matchmaker.storage.database import Sessions
from tests.factories import NOW

VECTORS = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def challenge(sessions: Sessions) -> Challenge:
    """A challenge that is stored."""
    challenge = Challenge(text="Der er revner.", language="da", created_at=NOW, updated_at=NOW)
    with sessions.writing() as session:
        session.add(challenge)
    return challenge


def test_a_challenge_is_read_at_the_revision_the_caller_knows(
    sessions: Sessions, challenge: Challenge
) -> None:
    with sessions.reading() as session:
        assert challenges.get(session, challenge.id, 1).text == "Der er revner."
        with pytest.raises(StaleRevision) as stale:
            challenges.get(session, challenge.id, 2)
    assert (stale.value.expected, stale.value.actual) == (2, 1)


def test_what_does_not_exist_is_not_found(sessions: Sessions) -> None:
    with sessions.reading() as session:
        with pytest.raises(NotFound, match="challenge"):
            challenges.get(session, uuid4())
        with pytest.raises(NotFound, match="match run"):
            matches.get(session, uuid4())
        assert matches.of_challenge(session, uuid4()) == []


def test_vectors_are_kept_for_the_present_revision_and_their_encoder(
    sessions: Sessions, challenge: Challenge
) -> None:
    with sessions.writing() as session:
        stored = challenges.get(session, challenge.id)
        assert challenges.vectors(session, stored, "f", 3) is None
        challenges.keep_vectors(session, stored, "f", VECTORS)
    with sessions.writing() as session:
        stored = challenges.get(session, challenge.id)
        kept = challenges.vectors(session, stored, "f", 3)
        assert kept is not None
        np.testing.assert_array_equal(kept, VECTORS)
        assert challenges.vectors(session, stored, "another", 3) is None
        stored.title = "Revner"
    with sessions.writing() as session:
        stored = challenges.get(session, challenge.id)
        assert challenges.vectors(session, stored, "f", 3) is None
        challenges.keep_vectors(session, stored, "f", VECTORS[:1])
    with sessions.reading() as session:
        kept = challenges.vectors(session, challenges.get(session, challenge.id), "f", 3)
        assert kept is not None
        assert kept.shape == (1, 3)


def test_samples_come_by_title(sessions: Sessions, challenge: Challenge) -> None:
    with sessions.writing() as session:
        session.add_all(
            Challenge(
                title=title, text="x", language="da", sample=True, created_at=NOW, updated_at=NOW
            )
            for title in ("Rust", "Flow", "Revner")
        )
    with sessions.reading() as session:
        assert [one.title for one in challenges.samples(session)] == ["Flow", "Revner", "Rust"]
