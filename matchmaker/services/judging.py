"""Judging: scores and order of everybody who is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matchmaker.matching import near_ties, ranking, scoring
from matchmaker.matching.aside import fitted_asides, margin
from matchmaker.matching.candidates import Candidate
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.projection import fitted_projection
from matchmaker.matching.terms import query_terms, spoken
from matchmaker.services.hearing import heard
from matchmaker.services.pool import Pool
from matchmaker.services.question import NO_IDS, Floats, Ids, Question
from matchmaker.services.replica import IndexReplica


@dataclass(frozen=True)
class Words:
    """Scores over the slots of the lexical index, on the scale of their language."""

    #: By the words that passage and challenge share.
    shared: Floats
    #: By words that are written alike.
    alike: Floats


@dataclass(frozen=True, kw_only=True)
class Looked:
    """Everybody who is looked at, and what is measured of them before any weight."""

    candidates: Sequence[Candidate]
    #: Passage id of each row.
    passages: Ids
    #: Number of the item of evidence that each row belongs to.
    items: Ids
    #: First row of each profile, and the end.
    bounds: Ids
    features: scoring.PassageFeatures


@dataclass(frozen=True)
class Judged:
    """Everybody who was scored, and the rows that their reasons are read from."""

    ordered: Sequence[ranking.Scored]
    #: Passage id of each row.
    passages: Ids
    #: First row of each profile, and the end.
    bounds: Ids
    combined: Floats
    similarities: Floats


@dataclass(frozen=True)
class Judging:
    """Judges the profiles of one replica. Whoever calls holds ``replica.lock``."""

    replica: IndexReplica

    def look(self, pool: Pool, policy: MatchingPolicy) -> Looked:
        """Measure everybody in the pool for its question, without judging them.

        Args:
            pool: who is looked at, and the question.
            policy: says how small a scale of shared words may be.

        """
        question = pool.question
        return self.features(
            pool, self.corrected(question, policy), self.words(question, policy), policy
        )

    def corrected(self, question: Question, policy: MatchingPolicy) -> Floats:
        """Return the vectors of a question without where its language lies, and projected."""
        languages = [question.language] * len(question.vectors)
        vectors = self.replica.query_correction.apply(question.vectors, languages)
        if policy.projected:
            vectors = fitted_projection().apply(vectors, self.replica.fingerprint)
        return vectors

    def needed(self, question: Question, policy: MatchingPolicy) -> float:
        """Return what the best candidate must score for anybody to fit."""
        aside = self.aside(question, policy)
        if aside is None:
            return policy.answer_from
        says = sum(map(len, (spoken(one, question.language) for one in question.sentences)))
        least = np.array([aside + margin(says, policy)], dtype=np.float32)
        return max(float(scoring.score(least, policy, aside)[0]), policy.floor)

    def aside(self, question: Question, policy: MatchingPolicy) -> float | None:
        """Return how near a challenge is to questions that no cluster answers; None if unknown."""
        asides = fitted_asides()
        if asides.fingerprint != self.replica.fingerprint or not policy.language_correction:
            return None
        correction = self.replica.query_correction
        (whole,) = correction.apply(question.vectors[:1], [question.language])
        return asides.near(whole, correction)

    def words(self, question: Question, policy: MatchingPolicy) -> Words:
        """Score every passage by the words it shares with the challenge."""
        text = "\n".join(question.sentences)
        lexical = self.replica.lexical

        def scaled(terms: Mapping[str, float]) -> Floats:
            raw, best = lexical.scores(terms)
            return lexical.scaled(raw, policy.lexical_least * best)

        shared = scaled(query_terms(text, question.language))
        if policy.character_weight <= 0:
            return Words(shared, np.zeros_like(shared))
        return Words(shared, scaled(lexical.alike(spoken(text, question.language))))

    def judge(self, pool: Pool, vectors: Floats, words: Words, policy: MatchingPolicy) -> Judged:
        """Score and order everybody in the pool.

        Args:
            pool: who is looked at.
            vectors: corrected, and moved as the asker steers.
            words: scores by words.
            policy: weighs.

        """
        question = pool.question
        looked = self.features(pool, vectors, words, policy)
        passages, bounds, candidates_ = looked.passages, looked.bounds, looked.candidates
        if not candidates_:
            return Judged((), passages, bounds, looked.features.whole, looked.features.similarities)
        combined, content, raw = self._sums(looked, question, policy)
        # A near partner stands higher, but fits no better: fit words and floor are of the content.
        totals = scoring.score(content, policy, self.aside(question, policy)).tolist()
        scored = [
            ranking.Scored(candidate=candidate, score=total, raw=float(raw[row]), row=row)
            for row, (candidate, total) in enumerate(zip(candidates_, totals, strict=True))
        ]
        ordered = ranking.in_order(scored, question.seed)
        ordered = near_ties.drawn(ordered, question.seed, policy, question.protection.load)
        return Judged(ordered, passages, bounds, combined, looked.features.similarities)

    def fits(
        self, pool: Pool, vectors: Floats, words: Words, policy: MatchingPolicy
    ) -> tuple[Sequence[Candidate], Floats]:
        """Return everybody in the pool with ``Scored.score``, in no order and without a list.

        Args:
            pool: who is looked at.
            vectors: corrected, and moved as the asker steers.
            words: scores by words.
            policy: weighs.

        """
        looked = self.features(pool, vectors, words, policy)
        if not looked.candidates:
            return (), np.empty(0, np.float32)
        _, content, _ = self._sums(looked, pool.question, policy)
        return looked.candidates, scoring.score(content, policy, self.aside(pool.question, policy))

    def sums(self, pool: Pool, policy: MatchingPolicy) -> tuple[Sequence[Candidate], Floats]:
        """Return everybody in the pool with ``Scored.raw``, in no order and without a list.

        What a list takes beyond its scores grows with the square of those in it.

        Args:
            pool: who is looked at, and the question.
            policy: how they are judged.

        """
        looked = self.look(pool, policy)
        if not looked.candidates:
            return (), np.empty(0, np.float32)
        return looked.candidates, self._sums(looked, pool.question, policy)[2]

    def _sums(
        self, looked: Looked, question: Question, policy: MatchingPolicy
    ) -> tuple[Floats, Floats, Floats]:
        """Return the weighted sum of each passage, of each profile, and that with its nearness."""
        passages, bounds, candidates_ = looked.passages, looked.bounds, looked.candidates
        combined = scoring.combined(looked.features, policy)
        if policy.weighs_evidence:
            combined *= scoring.evidence_factors(
                self.replica.evidence_of[passages],
                self.replica.year_of[passages],
                question.today.year,
                policy,
            )
        content = scoring.pooled(combined, bounds, policy.pooling, looked.items)
        raw = content
        asked = question.conditions.place_weight
        place_weight = policy.place_weight * (1.0 if asked is None else asked)
        if place_weight > 0:
            raw = content + np.float32(place_weight) * scoring.nearness(
                [one.latitude for one in candidates_],
                [one.longitude for one in candidates_],
                question.place.latitude,
                question.place.longitude,
                policy,
            )
        return combined, content, raw

    def features(self, pool: Pool, vectors: Floats, words: Words, policy: MatchingPolicy) -> Looked:
        """Measure the passages of everybody in the pool."""
        replica = self.replica
        # In the order of their ids: neither the plan nor the past of this replica may show.
        numbers = sorted(
            (number for number in pool.taken if pool.known[number] is not None),
            key=lambda number: replica.profile_ids[number].int,
        )
        passages = [replica.passages_of[number] for number in numbers]
        ids = np.concatenate([NO_IDS, *passages])
        rows = replica.index.vectors(ids)
        features = scoring.passage_features(
            rows,
            vectors[0],
            vectors[1:],
            replica.lexical.of(ids, words.shared),
            replica.lexical.of(ids, words.alike),
            ~replica.lexical.in_group(ids, pool.question.language),
        )
        if pool.question.voiced is not None:
            asked = self.corrected(pool.question, policy)[:1]
            features = heard(replica, pool.question, ids, np.vecdot(rows, asked), features)
        return Looked(
            candidates=[one for number in numbers if (one := pool.known[number]) is not None],
            passages=ids,
            items=replica.item_of[ids],
            bounds=np.cumsum([0, *map(len, passages)], dtype=np.int64),
            features=features,
        )
