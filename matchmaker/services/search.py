"""From a question to a ranking: orders, eligibility, judgement. Writes nothing.

Eligibility is decided in SQL; the planner chooses how it meets the index. Few eligible
profiles are handed over (``among``); with many, the orders are searched first and checked
after, deeper until enough stand. Both give the same candidates.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from time import perf_counter
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from matchmaker.matching import candidates, folding, near_ties, ranking, reasons, scoring
from matchmaker.matching.candidates import Candidate
from matchmaker.matching.languages import unit
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.tally import tally
from matchmaker.matching.terms import query_terms, spoken
from matchmaker.models import Conditions, EvidencePassage, Facts, PartnerKind, Place, Reason
from matchmaker.services.places import places
from matchmaker.services.replica import KINDS, IndexReplica
from matchmaker.storage import eligibility, generations
from matchmaker.storage.eligibility import CandidateRow

#: Up to this many eligible profiles are handed to the index; more are searched and checked.
FEW = 150
#: Passages per order at first; four times as many each time that is not enough.
FIRST_DEPTH = 1_000
#: A challenge of more sentences is also asked block by block, so that none of it drowns.
BLOCK = 12

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
_KIND = {kind.value: kind for kind in KINDS}
_NOTHING: Ids = np.empty(0, dtype=np.int64)
#: A few families own most candidates.
_family = lru_cache(maxsize=10_000)(UUID)


@lru_cache(maxsize=10_000)
def _languages(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored))


@dataclass(frozen=True, kw_only=True)
class Question:
    """A challenge as it is asked."""

    sentences: Sequence[str]
    #: ISO 639-1.
    language: str
    #: What ``Encoder.encode_query_parts`` gave for the sentences, (1 + sentences, dimension).
    vectors: Floats
    place: Place
    conditions: Conditions
    today: date
    #: Breaks ties: the id of the challenge.
    seed: UUID


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One place in the list."""

    candidate: Candidate
    score: float
    reason: Reason
    #: Profiles that say the same and share the place.
    folded: Sequence[UUID]


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """What a search found."""

    #: Everybody who was scored, best first: for evaluation.
    ordered: Sequence[ranking.Scored]
    #: The list that is shown.
    matches: Sequence[Ranked]
    #: [[rule, number], ...] as ``MatchRun.funnel`` holds it.
    funnel: list[list[str | int]]
    #: Who was considered, by family: as ``MatchRun.tally`` holds it.
    tally: list[list[Any]]
    #: The index generation, and how far in the change log it was.
    generation: int
    position: int


def whole_and_blocks(vectors: Floats) -> Floats:
    """Return what is searched for: the whole challenge and, of a long one, each block.

    Args:
        vectors: corrected, as ``Question.vectors``.

    """
    sentences = vectors[1:]
    if len(sentences) <= BLOCK:
        return vectors[:1]
    blocks = [
        sentences[start : start + BLOCK].mean(axis=0) for start in range(0, len(sentences), BLOCK)
    ]
    return np.vstack([vectors[:1], unit(np.stack(blocks))])


@dataclass
class Stopwatch:
    """Milliseconds per stage."""

    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        start = perf_counter()
        yield
        self.stages[name] = self.stages.get(name, 0) + (perf_counter() - start) * 1000

    def rounded(self) -> dict[str, float]:
        """Return the stages and their sum, to a hundredth."""
        stages = {name: round(took, 2) for name, took in self.stages.items()}
        return {**stages, "total": round(sum(self.stages.values()), 2)}


class Pool:
    """Who is looked at, gathered order by order; remembers who is eligible."""

    def __init__(self, replica: IndexReplica, session: Session, question: Question) -> None:
        self.replica = replica
        self.session = session
        self.question = question
        self.kinds = question.conditions.partner_kinds or KINDS
        self.known: dict[int, Candidate | None] = {}
        self.taken: set[int] = set()

    def everybody(self) -> Ids:
        """Ask for all who are eligible; return their passages."""
        question = self.question
        rows = eligibility.everybody(
            self.session, question.conditions, question.place, question.today
        )
        number_of = self.replica.number_of
        known = {
            row[0]: number for row in rows if (number := number_of.get(UUID(row[0]))) is not None
        }
        numbers = self._note(rows, known)
        return np.concatenate([_NOTHING, *(self.replica.passages_of[one] for one in numbers)])

    def take(
        self, orders: Sequence[Ids], policy: MatchingPolicy, kinds: Sequence[PartnerKind]
    ) -> list[list[bool]]:
        """Take from orders of passages what they contribute.

        Asks the database about few at first, and about more while an order lacks somebody.

        Returns:
            For each order whether it lacks somebody over all kinds, then of each kind.
        """
        numbers = [candidates.profile_order(order, self.replica.owner_of) for order in orders]
        slack = 1.25
        while True:
            asked = [
                candidates.shares(
                    order,
                    self.replica.kind_of,
                    depth=policy.depth,
                    depth_per_kind=policy.depth_per_kind,
                    kinds=[KINDS.index(kind) for kind in kinds],
                    slack=slack,
                )
                for order in numbers
            ]
            self._check(one for parts in asked for part in parts for one in part.looked.tolist())
            eligible = {one for one, candidate in self.known.items() if candidate is not None}
            given = [[part.eligible(eligible) for part in parts] for parts in asked]
            lacks = [
                [len(found) < part.wanted for part, found in zip(parts, got, strict=True)]
                for parts, got in zip(asked, given, strict=True)
            ]
            if not any(
                lack and len(part.looked) < part.whole
                for parts, lacking in zip(asked, lacks, strict=True)
                for part, lack in zip(parts, lacking, strict=True)
            ):
                self.taken.update(one for got in given for found in got for one in found)
                return lacks
            slack *= 4

    def _check(self, numbers: Iterable[int]) -> None:
        """Ask the database about those it was not asked about yet."""
        new = [number for number in dict.fromkeys(numbers) if number not in self.known]
        self.known.update(dict.fromkeys(new))
        if new:
            question = self.question
            number_of = {self.replica.profile_ids[number].hex: number for number in new}
            rows = eligibility.among(
                self.session, list(number_of), question.conditions, question.place, question.today
            )
            self._note(rows, number_of)

    def _note(self, rows: Sequence[CandidateRow], number_of: Mapping[str, int]) -> list[int]:
        """Note eligible profiles; return the numbers of those that are indexed."""
        numbers = []
        for hex_id, kind, family, latitude, longitude, languages in rows:
            number = number_of.get(hex_id)
            if number is None:
                continue
            numbers.append(number)
            self.known[number] = Candidate(
                profile_id=self.replica.profile_ids[number],
                partner_kind=_KIND[kind],
                family_id=_family(family) if family else None,
                latitude=latitude,
                longitude=longitude,
                working_languages=_languages(languages),
            )
        return numbers


@dataclass(frozen=True)
class _Words:
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
    #: First row of each profile, and the end.
    bounds: Ids
    features: scoring.PassageFeatures


@dataclass(frozen=True)
class _Judged:
    """Everybody who was scored, and the rows that their reasons are read from."""

    ordered: Sequence[ranking.Scored]
    #: Passage id of each row.
    passages: Ids
    #: First row of each profile, and the end.
    bounds: Ids
    combined: Floats
    similarities: Floats


@dataclass(frozen=True)
class Search:
    """Ranks the profiles of one replica."""

    replica: IndexReplica

    def rank(
        self,
        session: Session,
        question: Question,
        policy: MatchingPolicy,
        watch: Stopwatch,
        *,
        few: int = FEW,
        pool: Pool | None = None,
    ) -> Ranking:
        """Return the ranking of one question. The replica has caught up.

        Args:
            session: to read with.
            question: what is asked.
            policy: how it is judged.
            watch: gets the time of each stage.
            few: up to how many eligible profiles are handed to the index.
            pool: who is looked at, in place of what the orders bring.

        Raises:
            ReplicaMoved: the database has moved on since the replica caught up.

        """
        replica = self.replica
        if policy.language_correction != replica.corrected:
            message = f"policy {policy.name} needs another replica"
            raise ValueError(message)
        with replica.lock.reading():
            # The session sees one state of the database from here on; the replica must hold it.
            with watch.stage("read"):
                replica.check_current(session)
            with watch.stage("eligibility"):
                funnel = eligibility.funnel(
                    session, question.conditions, question.place, question.today
                )
            languages = [question.language] * len(question.vectors)
            vectors = replica.query_correction.apply(question.vectors, languages)
            with watch.stage("lexical"):
                words = self._words(question, policy)
            if pool is None:
                pool = Pool(replica, session, question)
                self._fill(pool, vectors, words, policy, watch, funnel["eligible"] <= few)
            with watch.stage("judge"):
                judged = self._judge(pool, vectors, words, policy)
            with watch.stage("judge"):
                fitting = ranking.above_floor(judged.ordered, policy)
                shared = places(
                    session,
                    replica,
                    fitting,
                    judged.passages,
                    judged.bounds,
                    judged.combined,
                    policy,
                )
            with watch.stage("reasons"):
                matches = self._with_reasons(session, question, judged, shared, policy)
            generation, position = replica.generation, replica.position
        steps: list[list[str | int]] = [[rule, number] for rule, number in funnel.items()]
        steps.append(["considered", len(judged.ordered)])
        steps.append(["above-floor", len(fitting)])
        steps.append(["folded", len(fitting) - len(shared)])
        steps.append(["matched", len(matches)])
        return Ranking(
            ordered=judged.ordered,
            matches=matches,
            funnel=steps,
            tally=tally(judged.ordered, [place.scored for place in shared]),
            generation=generation,
            position=position,
        )

    def _words(self, question: Question, policy: MatchingPolicy) -> _Words:
        """Score every passage by the words it shares with the challenge."""
        text = "\n".join(question.sentences)
        lexical = self.replica.lexical

        def scaled(terms: Mapping[str, float]) -> Floats:
            raw, best = lexical.scores(terms)
            return lexical.scaled(raw, policy.lexical_least * best)

        shared = scaled(query_terms(text, question.language))
        if policy.character_weight <= 0:
            return _Words(shared, np.zeros_like(shared))
        return _Words(shared, scaled(lexical.alike(spoken(text, question.language))))

    def _fill(
        self,
        pool: Pool,
        vectors: Floats,
        words: _Words,
        policy: MatchingPolicy,
        watch: Stopwatch,
        hand_over: bool,
    ) -> None:
        """Take the candidates of every order: nearness in meaning, shared words."""
        kinds = pool.question.conditions.partner_kinds
        among = None
        if hand_over:
            with watch.stage("eligibility"):
                among = pool.everybody()
        elif kinds:
            among = self.replica.passages_of_kinds(kinds)
        lacking = self._deepen(pool, vectors, words, policy, watch, pool.kinds, among)
        for kind in KINDS:
            if kind in lacking:
                # A kind that is rare among the nearest is looked through by itself.
                alone = self.replica.passages_of_kinds([kind])
                only = replace(policy, depth=policy.depth_per_kind, depth_per_kind=0)
                self._deepen(pool, vectors, words, only, watch, (kind,), alone)

    def _deepen(
        self,
        pool: Pool,
        vectors: Floats,
        words: _Words,
        policy: MatchingPolicy,
        watch: Stopwatch,
        kinds: Sequence[PartnerKind],
        among: Ids | None,
    ) -> set[PartnerKind]:
        """Search deeper until every order gives its share or ends; return kinds still lacking."""
        index = self.replica.index
        most = len(index) if among is None else len(among)
        queries = whole_and_blocks(vectors)
        depth = min(FIRST_DEPTH, most)
        while depth:
            orders: list[Ids] = []
            if policy.dense_weight > 0:
                with watch.stage("dense"):
                    orders.extend(index.search(queries, depth, among).ids)
            with watch.stage("lexical"):
                if policy.lexical_weight > 0:
                    orders.append(self.replica.lexical.best(words.shared, depth, among))
                if policy.character_weight > 0:
                    orders.append(self.replica.lexical.best(words.alike, depth, among))
            with watch.stage("eligibility"):
                lacks = pool.take(orders, policy, kinds)
            # An order that has come to its end lacks nothing that a deeper one could give.
            open_ended = [
                lacking
                for order, lacking in zip(orders, lacks, strict=True)
                if np.count_nonzero(order >= 0) == depth < most
            ]
            if not any(overall for overall, *_ in open_ended):
                of_kinds = [of_kind for _, *of_kind in open_ended]
                return {
                    kind
                    for lacking in of_kinds
                    for kind, lack in zip(kinds, lacking, strict=True)
                    if lack
                }
            depth = min(4 * depth, most)
        return set()

    def _judge(self, pool: Pool, vectors: Floats, words: _Words, policy: MatchingPolicy) -> _Judged:
        question = pool.question
        looked = self.features(pool, vectors, words)
        passages, bounds, candidates_ = looked.passages, looked.bounds, looked.candidates
        if not candidates_:
            return _Judged(
                (), passages, bounds, looked.features.whole, looked.features.similarities
            )
        combined = scoring.combined(looked.features, policy)
        if policy.weighs_evidence:
            combined *= scoring.evidence_factors(
                self.replica.evidence_of[passages],
                self.replica.year_of[passages],
                question.today.year,
                policy,
            )
        raw = scoring.pooled(combined, bounds, policy.pooling)
        if policy.place_weight > 0:
            raw += policy.place_weight * scoring.nearness(
                [one.latitude for one in candidates_],
                [one.longitude for one in candidates_],
                question.place.latitude,
                question.place.longitude,
                policy,
            )
        totals = scoring.score(raw, policy).tolist()
        scored = [
            ranking.Scored(candidate=candidate, score=total, raw=float(raw[row]), row=row)
            for row, (candidate, total) in enumerate(zip(candidates_, totals, strict=True))
        ]
        ordered = ranking.in_order(scored, question.seed)
        ordered = near_ties.drawn(ordered, question.seed, policy)
        return _Judged(ordered, passages, bounds, combined, looked.features.similarities)

    def features(self, pool: Pool, vectors: Floats, words: _Words) -> Looked:
        """Measure the passages of everybody in the pool."""
        replica = self.replica
        # In the order of their ids: neither the plan nor the past of this replica may show.
        numbers = sorted(
            (number for number in pool.taken if pool.known[number] is not None),
            key=replica.profile_ids.__getitem__,
        )
        passages = [replica.passages_of[number] for number in numbers]
        ids = np.concatenate([_NOTHING, *passages])
        return Looked(
            candidates=[one for number in numbers if (one := pool.known[number]) is not None],
            passages=ids,
            bounds=np.cumsum([0, *map(len, passages)], dtype=np.int64),
            features=scoring.passage_features(
                replica.index.vectors(ids),
                vectors[0],
                vectors[1:],
                replica.lexical.of(ids, words.shared),
                replica.lexical.of(ids, words.alike),
            ),
        )

    def _with_reasons(
        self,
        session: Session,
        question: Question,
        judged: _Judged,
        shared: Sequence[folding.Place],
        policy: MatchingPolicy,
    ) -> list[Ranked]:
        shown = ranking.slate(
            [place.scored for place in shared], policy.slate, question.conditions.limit
        )
        folded = {place.scored.row: place.folded for place in shared}
        carried = []
        for one in shown:
            rows = slice(int(judged.bounds[one.row]), int(judged.bounds[one.row + 1]))
            carried.append(
                (
                    one,
                    rows,
                    reasons.carriers(
                        judged.combined[rows], judged.similarities[rows], policy.answered_from
                    ),
                )
            )
        wanted = [
            int(judged.passages[rows.start + carrier.row])
            for _, rows, carriers in carried
            for carrier in carriers
        ]
        texts = generations.passage_texts(session, wanted)
        matches = []
        for one, rows, carriers in carried:
            evidence = []
            for carrier in carriers:
                text, language, evidence_id = texts[int(judged.passages[rows.start + carrier.row])]
                evidence.append(
                    EvidencePassage(
                        text=text,
                        language=language,
                        evidence_id=evidence_id,
                        answers=carrier.answers,
                    )
                )
            answered = {carrier.answers for carrier in carriers}
            matches.append(
                Ranked(
                    candidate=one.candidate,
                    score=round(one.score, ranking.DECIMALS),
                    reason=Reason(
                        evidence=tuple(evidence),
                        uncovered=reasons.uncovered(
                            judged.similarities[rows], policy.answered_from, answered
                        ),
                        facts=Facts(
                            distance_km=reasons.distance(one.candidate, question.place),
                            speaks_challenge_language=(
                                question.language in one.candidate.working_languages
                            ),
                        ),
                    ),
                    folded=[other.candidate.profile_id for other in folded[one.row]],
                )
            )
        return matches
