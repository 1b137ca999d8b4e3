"""Replicas to look into: everything one answers from, in terms that have no history."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from embeddings.indexes.exact import ExactIndex
from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.voice import LANGUAGES
from matchmaker.services.replica import IndexReplica
from matchmaker.services.voice_rows import HeldVoice
from matchmaker.storage import change_log, generations
from matchmaker.storage.database import Sessions
from tests.factories import a_student, an_activity, an_expert, an_organisation

WORDS = ["weld", "crack", "laser", "robot", "steel", "svejs", "revne", "robotter"]
QUERIES = [{"weld": 1.0}, {"crack": 2.0, "laser": 1.0, "revn": 1.0}, {"robot": 1.0, "steel": 1.0}]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
MAKERS = [an_expert, an_organisation, a_student, an_activity]


def a_replica(service: Matchmaker, index: Any = ExactIndex) -> IndexReplica:
    return IndexReplica(
        Sessions(service.engine), service.indexing.encoder, index, voice=service.indexing.voice
    )


def holdings(replica: IndexReplica) -> dict[str, Any]:
    """Return everything a replica answers from, in terms that have no history."""
    ids = np.array(sorted(replica.index.ids()), dtype=np.int64)
    owners = {int(id_): replica.profile_ids[replica.owner_of[id_]] for id_ in ids}
    lexical = replica.lexical
    return {
        "at": (replica.generation, replica.position, replica.index.position),
        "owners": owners,
        "passages": {
            replica.profile_ids[number]: passages.tolist()
            for number, passages in enumerate(replica.passages_of)
            if len(passages)
        },
        "nobody else": {int(one) for one in np.flatnonzero(replica.owner_of >= 0)} == set(owners),
        "kinds": {
            profile_id: int(replica.kind_of[number])
            for profile_id, number in replica.number_of.items()
            if len(replica.passages_of[number])
        },
        "vectors": replica.index.vectors(ids).tobytes(),
        "voice": None if replica.voice is None else _heard(replica.voice, ids),
        "words": [
            [
                lexical.of(ids, scores).tolist()
                for scores in (
                    lexical.scores(query)[0],
                    lexical.scaled(lexical.scores(query)[0], 0.1),
                )
            ]
            for query in QUERIES
        ],
        "scale": [lexical.scores(query)[1] for query in QUERIES],
        "best": [lexical.best(lexical.scores(query)[0], 5).tolist() for query in QUERIES],
        "size": (len(replica.index), len(lexical)),
        "correction": {
            language: mean.tobytes() for language, mean in replica.query_correction.means.items()
        },
    }


def _heard(voice: HeldVoice, ids: NDArray[np.int64]) -> dict[str, Any]:
    rows, vectors, clear = voice.rows.of(ids)
    assert voice.rows.ids() == set(ids[rows].tolist())
    means = voice.query_correction.means, voice.document_correction.means
    return {
        "rows": dict(zip(ids[rows].tolist(), map(np.ndarray.tobytes, vectors), strict=True)),
        "clear": dict(zip(ids[rows].tolist(), clear.tolist(), strict=True)),
        "means": [{language: one.tobytes() for language, one in side.items()} for side in means],
        "scale": voice.scale,
    }


def assert_true(replica: IndexReplica, service: Matchmaker) -> None:
    """Check a replica against the database and against one that has no past."""
    replica.catch_up()
    with Sessions(service.engine).reading() as session:
        live = generations.live(session)
        assert live is not None
        rows = list(generations.passages(session, live.id))
        position = change_log.last_position(session)
    found = holdings(replica)
    assert found["owners"] == {row[0]: row[1] for row in rows}
    assert found["at"] == (live.id, position, position)
    assert found["nobody else"]
    if service.indexing.voice is not None:
        assert set(found["voice"]["rows"]) == {row[0] for row in rows if row[2] in LANGUAGES}
    fresh = a_replica(service)
    fresh.catch_up()
    assert found == holdings(fresh)
