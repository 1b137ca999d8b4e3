"""FittingService: what judgements say of everybody, and the policy that fits them best."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import Encoder
from matchmaker.matching import fitting, scoring
from matchmaker.matching.aside import Asides, reference_asides
from matchmaker.matching.fitting import Judged
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.projection import Projection, learned
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
#: Parts into which the challenges are dealt to see what a fit is worth on others.
FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A fitted policy and what it is worth.

    Attributes:
        policy: the weights, the scale of the score and the fit words.
        quality: mean nDCG@10 on the judgements it was fitted to, before and after.
        held_out: the same on challenges that a fit to the others did not see.
        reliability: share of relevant matches by fit word, and how many were judged; each
            challenge under a projection that was learned from others.
        held_out_reliability: the same where the fit words were set by others too.
        projection: the map of questions that the weights and fit words belong to.

    """

    policy: MatchingPolicy
    quality: tuple[float, float]
    held_out: float
    reliability: Mapping[str, tuple[float, int]]
    held_out_reliability: Mapping[str, tuple[float, int]]
    projection: Projection


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


def fit(
    own: Sequence[Judged],
    others: Sequence[Sequence[Judged]],
    start: MatchingPolicy,
    fingerprint: str,
    progress: Progress | None = None,
) -> Fitted:
    """Fit projection and weights, the latter to other sets as well, and then the fit words.

    The projection is learned from the project's judgements. What it makes of the challenges that
    it learned from is better than what it makes of others, so everything that follows from the
    scores is measured on challenges whose projection was learned without them.

    Args:
        own: the project's judgements, with challenges that nobody can answer among them.
        others: judgements of other sets; each set weighs as much as the project's own.
        start: the policy that stands.
        fingerprint: of the encoder whose vectors these are.
        progress: called with how many steps were taken and how many there are.

    """

    def project(lists: Sequence[Judged]) -> Projection:
        lessons = [one.lesson(start) for one in lists if one.answerable]
        return Projection(fingerprint, *learned(lessons, start.whole_share))

    steps = FOLDS + sum(map(len, fitting.TRIED.values())) * 2
    # Challenges are dealt out, not wordings: a translation of what was seen is no test.
    fold_of = {name: number % FOLDS for number, name in enumerate(_shuffled(own))}
    unseen: list[Judged] = []
    for fold in range(FOLDS):
        projection = project([one for one in own if fold_of[one.challenge] != fold])
        unseen += [one.under(projection) for one in own if fold_of[one.challenge] == fold]
        if progress is not None:
            progress(fold + 1, steps)
    whole = project(own)
    sets = [unseen, *([one.under(whole) for one in lists] for lists in others)]

    def measure(policy: MatchingPolicy) -> float:
        return sum(fitting.quality(one, policy) for one in sets) / len(sets)

    def report(tried: int, _: int) -> None:
        if progress is not None:
            progress(FOLDS + tried, steps)

    projected = replace(start, projected=True)
    best = fitting.calibrated(unseen, fitting.weights(projected, measure, report))
    counts: dict[str, list[tuple[float, int]]] = {}
    for fold in range(FOLDS):
        policy = fitting.calibrated([one for one in unseen if fold_of[one.challenge] != fold], best)
        tested = [one for one in unseen if fold_of[one.challenge] == fold]
        for word, one in fitting.reliability(tested, policy).items():
            counts.setdefault(word.value, []).append((one.share, one.judged))
    return Fitted(
        policy=best,
        quality=(
            fitting.quality(own, replace(start, projected=False)),
            fitting.quality([one.under(whole) for one in own], best),
        ),
        held_out=fitting.quality(unseen, best),
        reliability={
            word.value: (one.share, one.judged)
            for word, one in fitting.reliability(unseen, best).items()
        },
        held_out_reliability={word: _together(parts) for word, parts in counts.items()},
        projection=whole,
    )


def _shuffled(judged: Sequence[Judged]) -> list[str]:
    names = sorted({one.challenge for one in judged})
    return [names[place] for place in np.random.default_rng(20261122).permutation(len(names))]


def _together(parts: Sequence[tuple[float, int]]) -> tuple[float, int]:
    count = sum(number for _, number in parts)
    share = sum(share * number for share, number in parts) / count if count else 0.0
    return round(share, 3), count


def document(fitted: Fitted, version: int, fitted_by: Mapping[str, Any]) -> dict[str, Any]:
    """Return the policy file: name, version, the values that were fitted, and the run."""
    policy = fitted.policy
    return {
        "name": policy.name,
        "version": version,
        "values": {
            **{name: getattr(policy, name) for name in fitting.TRIED},
            "midpoint": policy.midpoint,
            "spread": policy.spread,
            "fit_from": {word.value: least for word, least in policy.fit_from.items()},
            "aside_weight": policy.aside_weight,
            "aside_usual": policy.aside_usual,
            "aside_margin": policy.aside_margin,
            "answer_from": policy.answer_from,
            "projected": policy.projected,
        },
        "fitted": {
            **fitted_by,
            "ndcg@10": {
                "before": round(fitted.quality[0], 4),
                "after": round(fitted.quality[1], 4),
                "held out": round(fitted.held_out, 4),
            },
            "relevant by fit word": fitted.reliability,
            "relevant by fit word, held out": fitted.held_out_reliability,
        },
    }
