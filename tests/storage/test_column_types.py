"""Column types: what goes in comes out, on a database that knows neither zones nor arrays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError

from matchmaker.models import (
    Expert,
    GenerationState,
    IndexGeneration,
    LanguageMean,
    PartnerKind,
    Visibility,
)
from matchmaker.models.base import UtcDateTime, VectorBytes
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_expert

DIALECT = sqlite.dialect()


def test_a_time_without_a_zone_is_refused(sessions: Sessions) -> None:
    with pytest.raises(StatementError, match="naive datetime"), sessions.writing() as session:
        session.add(an_expert(updated_at=datetime(2026, 11, 22)))


def test_a_time_comes_back_in_utc(sessions: Sessions) -> None:
    there = datetime(2026, 11, 22, 10, tzinfo=timezone(timedelta(hours=1)))
    with sessions.writing() as session:
        session.add(expert := an_expert(updated_at=there))
    with sessions.reading() as session:
        stored = session.get_one(Expert, expert.id)
    assert stored.updated_at == there
    assert stored.updated_at.tzinfo is UTC
    assert stored.updated_at.hour == 9


def test_a_database_that_knows_zones_is_read_in_utc_too() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=2)))
    found = UtcDateTime().process_result_value(there, postgresql.dialect())
    assert found == NOW
    assert found is not None
    assert found.tzinfo is UTC


def test_nothing_stays_nothing(sessions: Sessions) -> None:
    assert UtcDateTime().process_bind_param(None, DIALECT) is None
    assert UtcDateTime().process_result_value(None, DIALECT) is None
    assert VectorBytes().process_bind_param(None, DIALECT) is None
    assert VectorBytes().process_result_value(None, DIALECT) is None


def test_a_vector_comes_back_to_the_last_bit_and_cannot_be_written(sessions: Sessions) -> None:
    vector = np.array([0.1, -2.5, 1e-30, np.pi], dtype=np.float32)
    generation = IndexGeneration(
        encoder_name="x", fingerprint="f", dimension=4, composer_version=1, created_at=NOW
    )
    with sessions.writing() as session:
        session.add(generation)
        session.flush()
        # Every second number of a larger array: not in a row in memory.
        mean = LanguageMean(
            generation_id=generation.id,
            side="query",
            language="da",
            vector=np.repeat(vector, 2)[::2],
        )
        session.add(mean)
    with sessions.reading() as session:
        stored = session.get_one(LanguageMean, (generation.id, "query", "da"))
        raw = session.scalar(text("SELECT vector FROM language_means"))
    np.testing.assert_array_equal(stored.vector, vector)
    assert not stored.vector.flags.writeable
    assert raw == vector.astype("<f4").tobytes()


def test_states_are_stored_as_their_words(sessions: Sessions) -> None:
    with sessions.writing() as session:
        session.add(expert := an_expert(visibility=Visibility.MEMBERS))
    with sessions.reading() as session:
        raw = session.execute(text("SELECT kind, partner_kind, visibility FROM profiles")).one()
        stored = session.get_one(Expert, expert.id)
    assert raw == ("expert", "expert", "members")
    assert stored.partner_kind is PartnerKind.EXPERT
    assert GenerationState("live") is GenerationState.LIVE
