"""From a question to a ranking: orders, eligibility, judgement. Writes nothing.

Eligibility is decided in SQL; the planner chooses how it meets the index. Few eligible
profiles are handed over (``among``); with many, the orders are searched first and checked
after, deeper until enough stand. Both give the same candidates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from matchmaker.matching import candidates, ranking, reasons, scoring
from matchmaker.matching.candidates import Candidate
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.terms import query_terms
from matchmaker.models import Conditions, EvidencePassage, Facts, PartnerKind, Place, Reason
from matchmaker.services.replica import IndexReplica
from matchmaker.storage import eligibility, generations
from matchmaker.storage.eligibility import CandidateRow

#: Up to this many eligible profiles are handed to the index; more are searched and checked.
FEW = 1_500
#: Passages per order at first; four times as many each time that is not enough.
FIRST_DEPTH = 400

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A challenge as it is asked."""

    sentences: Sequence[str]
    #: ISO 639-1.
    language: str
    #: Unit vectors of the sentences as the encoder gave them, (sentences, dimension).
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


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """What a search found."""

    #: Everybody who was scored, best first: for evaluation.
    ordered: Sequence[ranking.Scored]
    #: The list that is shown.
    matches: Sequence[Ranked]
    #: [[rule, number], ...] as ``MatchRun.funnel`` holds it.
    funnel: list[list[str | int]]


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


class _Pool:
    """Who is looked at, gathered order by order; remembers who is eligible."""

    def __init__(self, replica: IndexReplica, session: Session, question: Question) -> None:
        self.replica = replica
        self.session = session
        self.question = question
        self.kinds: tuple[PartnerKind, ...] = question.conditions.partner_kinds or tuple(
            PartnerKind
        )
        self.known: dict[int, Candidate | None] = {}
        self.taken: dict[int, None] = {}

    def add_rows(self, rows: Sequence[CandidateRow]) -> list[int]:
        """Note eligible profiles; return the numbers of those that are indexed."""
        numbers = []
        for profile_id, kind, family, languages, latitude, longitude in rows:
            number = self.replica.number_of.get(profile_id)
            if number is None:
                continue
            numbers.append(number)
            self.known[number] = Candidate(
                profile_id=profile_id,
                partner_kind=PartnerKind(kind),
                family_id=family,
                languages=tuple(languages),
                latitude=latitude,
                longitude=longitude,
            )
        return numbers

    def check(self, numbers: Sequence[int]) -> None:
        """Ask SQL about the profiles it was not asked about yet."""
        new = [number for number in dict.fromkeys(numbers) if number not in self.known]
        if not new:
            return
        self.known.update(dict.fromkeys(new))
        question = self.question
        ids = [self.replica.profile_ids[number] for number in new]
        self.add_rows(
            eligibility.among(
                self.session, ids, question.conditions, question.place, question.today
            )
        )

    def everybody(self, conditions: Conditions | None = None) -> Ids:
        """Return the passages of all eligible profiles."""
        question = self.question
        rows = eligibility.everybody(
            self.session, conditions or question.conditions, question.place, question.today
        )
        numbers = self.add_rows(rows)
        return self.passages(numbers)

    def passages(self, numbers: Sequence[int]) -> Ids:
        """Return the passages of profiles, profile after profile."""
        if not numbers:
            return np.empty(0, dtype=np.int64)
        return np.concatenate([self.replica.passages_of[number] for number in numbers])

    def take(self, order: Ids, policy: MatchingPolicy) -> candidates.Shortage:
        """Take from one order of passages what it contributes; return what it lacks."""
        numbers = candidates.profile_order(order, self.replica.owner_of).tolist()
        self.check(numbers)
        eligible = {
            number: candidate.partner_kind
            for number in numbers
            if (candidate := self.known[number]) is not None
        }
        taken, shortage = candidates.first_eligible(
            numbers,
            eligible,
            depth=policy.depth,
            depth_per_kind=policy.depth_per_kind,
            kinds=self.kinds,
        )
        self.taken.update(dict.fromkeys(taken))
        return shortage


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
    ) -> Ranking:
        """Return the ranking of one question. The replica has caught up.

        Args:
            session: to read with.
            question: what is asked.
            policy: how it is judged.
            watch: gets the time of each stage.
            few: up to how many eligible profiles are handed to the index.
        """
        replica = self.replica
        with replica.lock.reading():
            with watch.stage("eligibility"):
                funnel = eligibility.funnel(
                    session, question.conditions, question.place, question.today
                )
            languages = [question.language] * len(question.sentences)
            sentences = replica.query_correction.apply(question.vectors, languages)
            lengths = np.array([len(sentence.split()) for sentence in question.sentences])
            whole = scoring.whole_vector(sentences, lengths)
            terms = query_terms("\n".join(question.sentences), question.language)
            pool = _Pool(replica, session, question)
            with watch.stage("lexical"):
                lexical = replica.lexical.scores(terms)
            self._fill(pool, sentences, whole, lexical, policy, watch, funnel["eligible"] <= few)
            with watch.stage("judge"):
                judged = self._judge(pool, sentences, whole, lexical, terms, policy)
        with watch.stage("reasons"):
            matches = self._with_reasons(session, question, judged, policy)
        steps: list[list[str | int]] = [[rule, number] for rule, number in funnel.items()]
        steps.append(["considered", len(judged.ordered)])
        steps.append(["above-floor", len(ranking.above_floor(judged.ordered, policy))])
        steps.append(["matched", len(matches)])
        return Ranking(ordered=judged.ordered, matches=matches, funnel=steps)

    def _fill(
        self,
        pool: _Pool,
        sentences: Floats,
        whole: Floats,
        lexical: Floats,
        policy: MatchingPolicy,
        watch: Stopwatch,
        hand_over: bool,  # noqa: FBT001 - the planner's choice
    ) -> None:
        """Take the candidates of every order: the whole, each sentence, the shared words."""
        index, lexical_index = self.replica.index, self.replica.lexical
        queries = whole[None, :] if len(sentences) == 1 else np.vstack([whole[None, :], sentences])
        dense = policy.dense_weight > 0 and len(index) > 0

        def orders(depth: int, among: Ids | None) -> Iterator[Ids]:
            if dense:
                with watch.stage("dense"):
                    found = index.search(queries, depth, among)
                yield from found.ids
            if policy.lexical_weight > 0:
                with watch.stage("lexical"):
                    order = lexical_index.best(lexical, depth, among)
                yield order

        if hand_over:
            with watch.stage("eligibility"):
                among = pool.everybody()
            for order in orders(max(len(among), 1), among):
                pool.take(order, policy)
            return
        depth = FIRST_DEPTH
        while True:
            overall = False
            kinds: set[PartnerKind] = set()
            for order in orders(depth, None):
                with watch.stage("eligibility"):
                    shortage = pool.take(order, policy)
                # An order that has come to its end lacks nothing that a deeper search could give.
                if np.count_nonzero(order >= 0) >= min(depth, len(index)):
                    overall |= shortage.overall
                    kinds |= shortage.kinds
            if not overall or depth >= len(index):
                break
            depth *= 4
        for kind in sorted(kinds) if depth < len(index) else ():
            # A kind that is rare among the nearest is looked through whole.
            with watch.stage("eligibility"):
                among = pool.everybody(pool.question.conditions.only(kind))
            for order in orders(max(len(among), 1), among):
                pool.take(order, policy)

    def _judge(
        self,
        pool: _Pool,
        sentences: Floats,
        whole: Floats,
        lexical: Floats,
        terms: Mapping[str, float],
        policy: MatchingPolicy,
    ) -> _Judged:
        replica = self.replica
        # In number order, so that the sums below do not depend on the plan.
        numbers = sorted(pool.taken)
        ids = pool.passages(numbers)
        sizes = np.array([len(replica.passages_of[number]) for number in numbers], dtype=np.int64)
        bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        if not len(ids):
            return _Judged((), ids, bounds, np.empty(0, np.float32), np.empty((0, 0), np.float32))
        scores = scoring.passage_scores(
            replica.index.vectors(ids),
            sentences,
            whole,
            replica.lexical.scores_of(ids, lexical),
            replica.lexical.best_possible(terms),
            policy,
        )
        combined = scores.combined(policy)
        totals = scoring.pooled(combined, bounds, policy.pooled_passages)
        scored = []
        for row, (number, total) in enumerate(zip(numbers, totals.tolist(), strict=True)):
            candidate = pool.known[number]
            if candidate is not None:
                scored.append(ranking.Scored(candidate=candidate, score=total, row=row))
        ordered = ranking.in_order(scored, pool.question.seed)
        return _Judged(ordered, ids, bounds, combined, scores.similarities)

    def _with_reasons(
        self, session: Session, question: Question, judged: _Judged, policy: MatchingPolicy
    ) -> list[Ranked]:
        shown = ranking.slate(
            ranking.above_floor(judged.ordered, policy), policy.slate, question.conditions.limit
        )
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
            candidate = one.candidate
            matches.append(
                Ranked(
                    candidate=candidate,
                    score=round(one.score, ranking.DECIMALS),
                    reason=Reason(
                        evidence=tuple(evidence),
                        uncovered=reasons.uncovered(
                            judged.similarities[rows], policy.answered_from, answered
                        ),
                        facts=Facts(
                            distance_km=reasons.distance(candidate, question.place),
                            speaks_challenge_language=question.language in candidate.languages,
                        ),
                    ),
                )
            )
        return matches
