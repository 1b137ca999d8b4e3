"""From a question to a ranking: orders, eligibility, judgement. Writes nothing.

Eligibility is decided in SQL; the planner chooses how it meets the index. Few eligible
profiles are handed over (``among``); with many, the orders are searched first and checked
after, deeper until enough stand. Both give the same candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from matchmaker.matching import folding, near_ties, ranking, reasons
from matchmaker.matching.candidates import Candidate
from matchmaker.matching.languages import unit
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.tally import tally
from matchmaker.models import EvidencePassage, Facts, PartnerKind, Reason
from matchmaker.services import steering
from matchmaker.services.judging import Judged, Judging, Words
from matchmaker.services.places import places
from matchmaker.services.pool import Pool
from matchmaker.services.question import Floats, Ids, Question, Stopwatch
from matchmaker.services.replica import KINDS
from matchmaker.storage import eligibility, generations

#: Up to this many eligible profiles are handed to the index; more are searched and checked.
FEW = 150
#: Passages per order at first; four times as many each time that is not enough.
FIRST_DEPTH = 1_000
#: A challenge of more sentences is also asked block by block, so that none of it drowns.
BLOCK = 12


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
    whole = steering.as_query(vectors[:1])
    if len(sentences) <= BLOCK:
        return whole
    blocks = [
        sentences[start : start + BLOCK].mean(axis=0) for start in range(0, len(sentences), BLOCK)
    ]
    return np.vstack([whole, unit(np.stack(blocks))])


@dataclass(frozen=True)
class Search(Judging):
    """Ranks the profiles of one replica."""

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
                pool = Pool(replica, session, question)
                funnel = eligibility.funnel(session, *pool.asked)
            asked = self.corrected(question, policy)
            with watch.stage("lexical"):
                words = self.words(question, policy)
            with watch.stage("steer"):
                vectors = steering.moved(replica, asked, question.conditions)
            self._fill(pool, vectors, words, policy, watch, funnel["eligible"] <= few)
            with watch.stage("judge"):
                judged = self.judge(pool, vectors, words, policy)
                judged = self._examples_stay(judged, pool, asked, words, policy)
                fitting = ranking.above_floor(judged.ordered, policy, self.needed(question, policy))
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
                matches = self.with_reasons(session, question, judged, shared, policy)
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

    def _fill(
        self,
        pool: Pool,
        vectors: Floats,
        words: Words,
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
        else:
            among = steering.among(self.replica, kinds, pool.held)
        lacking = self._deepen(pool, vectors, words, policy, watch, pool.kinds, among)
        for kind in KINDS:
            if kind in lacking:
                # A kind that is rare among the nearest is looked through by itself.
                alone = steering.among(self.replica, [kind], pool.held)
                only = replace(policy, depth=policy.depth_per_kind, depth_per_kind=0)
                self._deepen(pool, vectors, words, only, watch, (kind,), alone)

    def _deepen(
        self,
        pool: Pool,
        vectors: Floats,
        words: Words,
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
                if max(policy.lexical_weight, policy.lexical_weight_across) > 0:
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

    def _examples_stay(
        self, judged: Judged, pool: Pool, asked: Floats, words: Words, policy: MatchingPolicy
    ) -> Judged:
        """Give the examples the score that they have without pulling: they fit as they did."""
        numbers = map(self.replica.number_of.get, pool.question.conditions.more_like)
        pool.taken = {number for number in numbers if number is not None} & pool.taken
        if not pool.taken:
            return judged
        own = {
            one.candidate.profile_id: one for one in self.judge(pool, asked, words, policy).ordered
        }
        scored = [
            replace(one, score=alone.score, raw=alone.raw)
            if (alone := own.get(one.candidate.profile_id))
            else one
            for one in judged.ordered
        ]
        seed = pool.question.seed
        ordered = near_ties.drawn(
            ranking.in_order(scored, seed), seed, policy, pool.question.protection.load
        )
        return replace(judged, ordered=ordered)

    def with_reasons(
        self,
        session: Session,
        question: Question,
        judged: Judged,
        shared: Sequence[folding.Place],
        policy: MatchingPolicy,
    ) -> list[Ranked]:
        """Return those who are shown, each with what speaks for them and what is missing."""
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
