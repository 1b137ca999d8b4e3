"""Judged lists: everybody as measured for what people judged, before any weight.

What ``matchmaker fit`` learns from: the project's own challenges, and sets that others judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import Encoder
from matchmaker.matching import scoring
from matchmaker.matching.aside import Asides, reference_asides
from matchmaker.matching.fitting import Judged
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.models import Place
from matchmaker.services.evaluation import LANGUAGES, EvaluationService, JudgedChallenge
from matchmaker.services.everybody import Everybody
from matchmaker.services.judged_set import JudgedSet
from matchmaker.services.judging import Looked
from matchmaker.services.replica import IndexReplica
from matchmaker.services.search import Search
from matchmaker.services.set_evaluation import Ranked, SetEvaluation
from matchmaker.services.set_index import id_of
from matchmaker.storage import profiles

Progress = Callable[[int, int], None]


def encoded_asides(encoder: Encoder) -> Asides:
    """Encode the questions that no cluster answers."""
    languages = [one for one, texts in reference_asides().items() for _ in texts]
    texts = [text for texts in reference_asides().values() for text in texts]
    return Asides(encoder.spec.fingerprint, encoder.encode_queries(texts), languages)


def of_challenges(
    evaluation: EvaluationService,
    judged: Sequence[JudgedChallenge],
    asides: Asides,
    policy: MatchingPolicy,
    progress: Progress | None = None,
) -> list[Judged]:
    """Measure everybody for every wording of the judged challenges.

    Args:
        evaluation: encodes and reads.
        judged: the challenges with their grades.
        asides: questions that no cluster answers.
        policy: says how features are scaled.
        progress: called with how many challenges are done and how many there are.

    """
    replica = evaluation.make_replica(policy.language_correction)
    replica.catch_up()
    search = Search(replica)
    measured = replace(policy, projected=False)
    space = _space(replica)
    found: list[Judged] = []
    with evaluation.sessions.reading() as session:
        language_of = profiles.languages(session)
        pool: Everybody | None = None
        for number, challenge in enumerate(judged, start=1):
            for language, wording in challenge.wordings.items():
                question = evaluation.question(challenge, language, wording)
                if pool is None:
                    pool = Everybody(replica, session, question)
                pool.ask(question)
                looked = search.look(pool, measured)
                spoken = np.array(
                    [language_of.get(one.profile_id, "") for one in looked.candidates]
                )
                found.append(
                    _judged(
                        looked,
                        space,
                        search.corrected(question, measured),
                        question.place,
                        measured,
                        challenge.grades,
                        [
                            *(spoken == one for one in LANGUAGES),
                            np.full(len(spoken), fill_value=True),
                        ],
                        str(challenge.id),
                        aside=asides.near(
                            search.corrected(question, measured)[0], replica.query_correction
                        ),
                        answerable=challenge.answerable,
                    )
                )
            if progress is not None:
                progress(number, len(judged))
    return found


def of_set(
    evaluation: SetEvaluation,
    given: JudgedSet,
    policy: MatchingPolicy,
    progress: Progress | None = None,
) -> list[Judged]:
    """Measure everybody for every judged query of a set that has grades."""
    grades = given.judgements.grades
    queries = [one for one in given.queries if one.id in grades]
    questions = [evaluation.question(one) for one in queries]
    replica = evaluation.replica(policy.language_correction, questions)
    search = Search(replica)
    measured = replace(policy, projected=False)
    space = _space(replica)
    found: list[Judged] = []
    ranked = Ranked(evaluation.sessions, replica, given, measured)
    with evaluation.sessions.reading() as session:
        for query, question, pool in ranked.pools(session, queries, questions):
            looked = search.look(pool, measured)
            of_query = {id_of(one): round(grade) for one, grade in grades[query.id].items()}
            found.append(
                _judged(
                    looked,
                    space,
                    search.corrected(question, measured),
                    question.place,
                    measured,
                    of_query,
                    [np.full(len(looked.candidates), fill_value=True)],
                    query.id,
                    aside=0.0,
                    answerable=True,
                )
            )
            if progress is not None:
                progress(len(found), len(queries))
    return found


@dataclass(frozen=True)
class _Space:
    """All passages of a replica: ids in order, and their corrected vectors."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


def _space(replica: IndexReplica) -> _Space:
    ids = np.sort(np.fromiter(replica.index.ids(), dtype=np.int64))
    return _Space(ids, replica.index.vectors(ids))


def _judged(
    looked: Looked,
    space: _Space,
    question: NDArray[np.float32],
    place: Place,
    policy: MatchingPolicy,
    grades: Mapping[UUID, int],
    lists: Sequence[NDArray[np.bool_]],
    challenge: str,
    *,
    aside: float,
    answerable: bool,
) -> Judged:
    everybody = looked.candidates
    return Judged(
        # The similarities with each sentence are not weighed, and are most of the memory.
        features=replace(looked.features, similarities=np.empty((0, 0), dtype=np.float32)),
        space=space.vectors,
        rows=np.searchsorted(space.ids, looked.passages),
        question=question,
        bounds=looked.bounds,
        items=looked.items,
        nearness=scoring.nearness(
            [one.latitude for one in everybody],
            [one.longitude for one in everybody],
            place.latitude,
            place.longitude,
            policy,
        ),
        grades=np.array([grades.get(one.profile_id, -1) for one in everybody], dtype=np.int64),
        lists=np.stack(lists),
        challenge=challenge,
        aside=aside,
        answerable=answerable,
    )
