"""SetEvaluation: a judged set in, measures of ranking quality out, by the search of every day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from uuid import uuid5

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from embeddings.protocols import Encoder
from matchmaker.errors import UnsupportedLanguage
from matchmaker.matching import ranking
from matchmaker.matching.languages import LanguageCorrection, drawn_to
from matchmaker.matching.measures import Interval
from matchmaker.matching.pairwise import PairCounts, compare, compare_order, pair_measures
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.ranks import rank_measures, strict
from matchmaker.matching.sentences import clean, split
from matchmaker.models import Conditions
from matchmaker.services.asking import Asking
from matchmaker.services.clock import Clock
from matchmaker.services.everybody import Everybody
from matchmaker.services.judged_set import JudgedPair, JudgedSet, SetQuery
from matchmaker.services.question import Question, Stopwatch
from matchmaker.services.recognition import nearest, recognise
from matchmaker.services.replica import IndexReplica
from matchmaker.services.search import Search
from matchmaker.services.set_index import NAMESPACE, id_of, passage_hashes
from matchmaker.storage import generations
from matchmaker.storage.database import Sessions

Scores: TypeAlias = NDArray[np.float64]
#: Called with the policy, the query and the score of each profile, in the order of the set.
Keep: TypeAlias = Callable[[str, str, Scores], None]
#: Below every score: who has nothing to be judged by comes last.
NOTHING = -1e6
_DECIMALS_OF_IDS = 5  # scores this near are equal where ids decide


@dataclass(frozen=True, kw_only=True)
class SetResult:
    """What one policy, or one baseline, reached on one set."""

    name: str
    measures: Mapping[str, Interval]
    #: Milliseconds of one ranking of everybody, without encoding, in the middle.
    milliseconds: float = 0.0
    #: Measures of each query, to compare policies pairwise.
    per_query: Mapping[str, Mapping[str, float]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class SetEvaluation:
    """Measures policies on judged sets that are indexed in one database."""

    sessions: Sessions
    clock: Clock
    encoder: Encoder
    #: Makes a replica with or without the language correction.
    make_replica: Callable[[bool], IndexReplica]
    voice: Encoder | None = None

    def evaluate(
        self,
        given: JudgedSet,
        policies: Sequence[MatchingPolicy],
        progress: Callable[[int, int], None] | None = None,
        keep: Keep | None = None,
    ) -> list[SetResult]:
        """Return the results of the policies and of the set's baselines.

        Args:
            given: the set; its profiles are indexed in the database of ``sessions``.
            policies: what is measured.
            progress: called with how many steps are done and how many there are.
            keep: gets every ranking, also of queries that nobody judged.

        Raises:
            IndexNotReady: the profiles are not indexed with this encoder.

        """
        judged = given.judgements.queries()
        asked = [one for one in given.queries if keep is not None or one.id in judged]
        total = len(asked) * (1 + len(policies))
        done = 0

        def step() -> None:
            nonlocal done
            done += 1
            if progress is not None:
                progress(done, total)

        questions: list[Question] = []
        for query in asked:
            questions.append(self.question(query))
            step()
        measured: dict[str, SetResult] = {}
        # One replica at a time: each holds all vectors.
        for corrected in sorted({policy.language_correction for policy in policies}):
            replica = self.replica(corrected, questions)
            for policy in policies:
                if policy.language_correction == corrected:
                    ranked = Ranked(self.sessions, replica, given, policy)
                    measured[policy.name] = ranked.measure(asked, questions, step, keep)
        baselines = []
        for baseline in given.baselines:
            measuring = Measuring(given)
            for query in given.queries:
                scores = baseline.scores(query.id)
                measuring.add(
                    query.id, np.array([scores.get(one, NOTHING) for one in given.profile_ids])
                )
            baselines.append(
                SetResult(
                    name=baseline.name,
                    measures=measuring.intervals(),
                    per_query=measuring.per_query,
                )
            )
        return [*(measured[policy.name] for policy in policies), *baselines]

    def replica(self, corrected: bool, questions: Sequence[Question]) -> IndexReplica:
        """Return a replica that knows how this set's queries are written.

        As an installation does that has been asked them before, see ``languages.drawn_to``.
        """
        replica = self.make_replica(corrected)
        replica.catch_up()
        asked: dict[str, list[NDArray[np.float32]]] = {}
        for question in questions:
            asked.setdefault(question.language, []).append(question.vectors[0])
        means = drawn_to(
            replica.query_correction.means, {one: np.stack(rows) for one, rows in asked.items()}
        )
        replica.query_correction = LanguageCorrection(means)
        heard: dict[str, list[NDArray[np.float32]]] = {}
        for question in questions:
            if question.voiced is not None:
                heard.setdefault(question.language, []).append(question.voiced[0])
        if replica.voice is not None and replica.voice.query_correction.means and heard:
            means = drawn_to(
                replica.voice.query_correction.means,
                {one: np.stack(rows) for one, rows in heard.items()},
            )
            replica.voice = replace(replica.voice, query_correction=LanguageCorrection(means))
        return replica

    def question(self, query: SetQuery) -> Question:
        """Encode a query."""
        text = clean(query.text)
        sentences = split(text) or (text or query.text,)
        language = query.language or language_of(text)
        vectors, voiced = Asking(self.encoder, self.voice).encode(sentences, language)
        return Question(
            sentences=sentences,
            language=language,
            vectors=vectors,
            voiced=voiced,
            place=query.place,
            conditions=Conditions(),
            today=self.clock().date(),
            seed=uuid5(NAMESPACE, query.id),
        )


def language_of(text: str) -> str:
    """Return the language of a query; refuses none, as a page would."""
    try:
        return recognise(text)
    except UnsupportedLanguage:
        return nearest(text)


@dataclass(frozen=True)
class Ranked:
    """All rankings of one policy."""

    sessions: Sessions
    replica: IndexReplica
    given: JudgedSet
    policy: MatchingPolicy

    def measure(
        self,
        queries: Sequence[SetQuery],
        questions: Sequence[Question],
        step: Callable[[], None],
        keep: Keep | None,
    ) -> SetResult:
        """Rank everybody for each query and measure the rankings."""
        measuring = Measuring(self.given)
        search = Search(self.replica)
        number_of = {id_of(one): number for number, one in enumerate(self.given.profile_ids)}
        times: list[float] = []
        with self.sessions.reading() as session:
            for query, _, pool in self.pools(session, queries, questions):
                watch = Stopwatch()
                with watch.stage("whole"), self.replica.lock.reading():
                    candidates, sums = search.sums(pool, self.policy)
                times.append(watch.stages["whole"])
                scores = np.full(len(number_of), NOTHING)
                scores[[number_of[one.profile_id] for one in candidates]] = sums
                scores = np.round(scores, ranking.DECIMALS)
                measuring.add(query.id, scores)
                if keep is not None:
                    keep(self.policy.name, query.id, scores)
                step()
        return SetResult(
            name=self.policy.name,
            measures=measuring.intervals(),
            milliseconds=round(float(np.median(times)), 1) if times else 0.0,
            per_query=measuring.per_query,
        )

    def pools(
        self, session: Session, queries: Sequence[SetQuery], questions: Sequence[Question]
    ) -> Iterator[tuple[SetQuery, Question, Everybody]]:
        """Give everybody for each query, without the passages that must not help it."""
        left_out = self._left_out(session)
        pool: Everybody | None = None
        for query, question in zip(queries, questions, strict=True):
            passages = left_out.get(query.id)
            with self.replica.without(session, passages) if passages else nullcontext():
                if pool is None:
                    pool = Everybody(self.replica, session, question)
                places = self.given.places.get(query.id, {})
                pool.ask(question, {id_of(one): place for one, place in places.items()})
                yield query, question, pool

    def _left_out(self, session: Session) -> dict[str, frozenset[int]]:
        """Return the passage ids that each query must not meet.

        A text that stands in a profile twice is one passage; it is left out only when it is left
        out everywhere.
        """
        wanted = {profile for pairs in self.given.left_out.values() for profile, _ in pairs}
        if not wanted:
            return {}
        ids = generations.ids_by_text(
            session, self.replica.generation, [id_of(one) for one in wanted]
        )
        passages_at: dict[tuple[str, int], set[int]] = {}
        uses_of: dict[int, set[tuple[str, int]]] = {}
        for profile in self.given.profiles():
            if profile.id not in wanted:
                continue
            for position, passage in enumerate(profile.passages):
                at = profile.id, position
                own = {ids[id_of(profile.id), one] for one in passage_hashes(passage)}
                passages_at[at] = own
                for one in own:
                    uses_of.setdefault(one, set()).add(at)
        return {
            query: frozenset(
                one for at in pairs for one in passages_at[at] if uses_of[one] <= pairs
            )
            for query, pairs in self.given.left_out.items()
        }


class Measuring:
    """Gathers what the judgements of one set say of the scores, query by query."""

    def __init__(self, given: JudgedSet) -> None:
        self._given = given
        self._number_of = {one: number for number, one in enumerate(given.profile_ids)}
        self._pairs: dict[str, list[JudgedPair]] = {}
        for pair in given.judgements.pairs:
            self._pairs.setdefault(pair.query, []).append(pair)
        self._orders_of: dict[str, list[str]] = {}
        for profile, grades in given.judgements.orders.items():
            for query in grades:
                self._orders_of.setdefault(query, []).append(profile)
        self._seed_of = {one.id: number for number, one in enumerate(given.queries)}
        self.per_query: dict[str, Mapping[str, float]] = {}
        self._counts: list[PairCounts] = []
        self._order_scores: dict[str, dict[str, float]] = {}

    def add(self, query: str, scores: Scores) -> None:
        """Take the scores of all profiles for a query, in the order of the set."""
        grades = self._given.judgements.grades.get(query)
        if self._given.ties_by_id:
            scores = strict(scores, _DECIMALS_OF_IDS, self._given.profile_ids)
        if grades:
            judged = np.array([self._number_of[one] for one in grades], dtype=np.int64)
            found = rank_measures(
                scores,
                judged,
                list(grades.values()),
                self._given.irrelevant_to,
                self._seed_of[query],
            )
            if found:
                self.per_query[query] = found
        if query in self._pairs:
            self._counts.append(
                compare(
                    (
                        float(scores[self._number_of[one.better]]),
                        float(scores[self._number_of[one.worse]]),
                        one.weight,
                    )
                    for one in self._pairs[query]
                )
            )
        for profile in self._orders_of.get(query, ()):
            own = self._order_scores.setdefault(profile, {})
            own[query] = float(scores[self._number_of[profile]])

    def intervals(self) -> dict[str, Interval]:
        """Return every measure that the judgements can give.

        Where there are pairs and orders, the orders go by names of their own.
        """
        measures: dict[str, Interval] = {}
        if self.per_query:
            for name in next(iter(self.per_query.values())):
                measures[name] = Interval.of([one[name] for one in self.per_query.values()])
        measures |= pair_measures(self._counts)
        orders = self._given.judgements.orders
        counts = [
            compare_order(orders[profile], scores) for profile, scores in self._order_scores.items()
        ]
        return {**measures, **pair_measures(counts, "orders" if self._counts else "pairwise")}
