"""Vectors by passage id, in whatever order they come and go."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.languages import unit
from matchmaker.services.voice_rows import VoiceRows

DIMENSION = 8
_IDS = st.lists(st.integers(0, 600), max_size=300, unique=True)


@given(st.lists(st.tuples(st.booleans(), _IDS), max_size=12), st.integers(0, 2**32))
def test_rows_are_those_of_a_dictionary_after_any_history(
    history: list[tuple[bool, list[int]]], seed: int
) -> None:
    rows, oracle = VoiceRows(DIMENSION), {}
    dice = np.random.default_rng(seed)
    for comes, some in history:
        ids = np.array(some, dtype=np.int64)
        if comes:
            vectors = unit(dice.normal(size=(len(ids), DIMENSION)).astype(np.float32))
            clear = dice.random(len(ids), dtype=np.float32)
            rows.upsert(ids, vectors, clear)
            oracle.update(zip(some, zip(vectors, clear.tolist(), strict=True), strict=True))
        else:
            rows.remove(ids)
            for one in some:
                oracle.pop(one, None)
    asked = np.array([*range(601), 5_000], dtype=np.int64)
    found, vectors, clear = rows.of(asked)
    assert asked[found].tolist() == sorted(oracle)
    assert rows.ids() == oracle.keys()
    for one, vector, how_clear in zip(found.tolist(), vectors, clear.tolist(), strict=True):
        np.testing.assert_allclose(vector, oracle[one][0], atol=1e-3)
        assert how_clear == oracle[one][1]


def test_rows_that_are_forgotten_make_room_for_others() -> None:
    rows = VoiceRows(DIMENSION)
    some = np.arange(200, dtype=np.int64)
    vectors = unit(np.ones((200, DIMENSION), dtype=np.float32))
    clear = np.ones(200, dtype=np.float32)
    for start in range(0, 10_000, 200):
        rows.upsert(some + start, vectors, clear)
        rows.remove(some + start)
    rows.upsert(some, vectors, clear)
    assert rows.capacity <= 256


def test_a_cleared_matrix_holds_nothing() -> None:
    rows = VoiceRows(DIMENSION)
    rows.upsert(np.array([3]), unit(np.ones((1, DIMENSION), dtype=np.float32)), np.ones(1))
    rows.clear()
    assert not rows.ids()
    assert not len(rows.of(np.array([3]))[0])
