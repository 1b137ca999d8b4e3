"""EvaluationService: judged challenges in, measures of ranking quality out.

The ranking comes from the same search as production. A language pair asks the challenges in
one language and looks at the profiles in the other: the list over all profiles is read with
the rest left out, so a profile that is pushed down by its language is pushed down here too
within its pair, and "both" shows what the asker really sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from embeddings.protocols import Encoder
from matchmaker.matching.measures import Interval, ndcg, recall, reciprocal_rank
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.sentences import split
from matchmaker.models import Conditions, Place
from matchmaker.services.asking import Asking
from matchmaker.services.clock import Clock
from matchmaker.services.orderings import Orderings, ProfileOrderings
from matchmaker.services.question import Question, Stopwatch
from matchmaker.services.replica import IndexReplica
from matchmaker.services.search import Search
from matchmaker.storage import profiles
from matchmaker.storage.database import Sessions

#: Both languages of the pool together.
BOTH = "both"
LANGUAGES = ("da", "en")


@dataclass(frozen=True, kw_only=True)
class JudgedChallenge:
    """A challenge with graded profiles, in one or more languages that say the same."""

    id: UUID
    #: ISO 639-1 to (title, text).
    wordings: Mapping[str, tuple[str, str]]
    place: Place
    #: Profile id to grade, 0 to 3; nobody else is relevant.
    grades: Mapping[UUID, int]
    #: Whether a cluster can answer it at all.
    answerable: bool = True


@dataclass(frozen=True)
class PairResult:
    """Measures of one pair of challenge language and profile language."""

    challenges: int
    measures: Mapping[str, Interval]
    #: nDCG@10 of each challenge, to compare policies pairwise.
    per_challenge: Mapping[UUID, float] = field(repr=False)


@dataclass(frozen=True)
class PolicyResult:
    """What one policy reached."""

    policy: str
    encoder: str
    #: "da→en" and so on.
    pairs: Mapping[str, PairResult]
    #: Share of the challenges without an answer that got none.
    nobody_for_off_topic: float
    #: Share of the answerable challenges that got an empty list.
    nobody_for_answerable: float
    #: Share of shown matches with grade 2 or more, by fit word, among those judged.
    relevant_by_fit: Mapping[str, tuple[float, int]]
    #: The other direction, by challenge language: the challenges in the order of one profile.
    orderings: Mapping[str, Orderings]


@dataclass(frozen=True)
class EvaluationService:
    """Measures policies on judged challenges."""

    sessions: Sessions
    clock: Clock
    encoder: Encoder
    #: Makes a replica with or without the language correction.
    make_replica: Callable[[bool], IndexReplica]
    voice: Encoder | None = None

    @property
    def asking(self) -> Asking:
        """What turns challenges into vectors."""
        return Asking(self.encoder, self.voice)

    def evaluate(
        self,
        judged: Sequence[JudgedChallenge],
        policies: Sequence[MatchingPolicy],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[PolicyResult]:
        """Return the result of each policy.

        Raises:
            IndexNotReady: the profiles are not indexed with this encoder.

        """
        replicas = {
            corrected: self.make_replica(corrected)
            for corrected in {policy.language_correction for policy in policies}
        }
        for replica in replicas.values():
            replica.catch_up()
        questions = {
            (challenge.id, language): self.question(challenge, language, wording)
            for challenge in judged
            for language, wording in challenge.wordings.items()
        }
        with self.sessions.reading() as session:
            language_of = profiles.languages(session)
        total = len(policies) * len(questions)
        results = []
        for number, policy in enumerate(policies):
            search = Search(replicas[policy.language_correction])

            def done(count: int, before: int = number * len(questions)) -> None:
                if progress is not None:
                    progress(before + count, total)

            results.append(self._of_policy(search, policy, judged, questions, language_of, done))
        return results

    def question(
        self, challenge: JudgedChallenge, language: str, wording: tuple[str, str]
    ) -> Question:
        """Encode one wording of a challenge."""
        title, text = wording
        sentences = split(text, title)
        vectors, voiced = self.asking.encode(sentences, language)
        return Question(
            sentences=sentences,
            language=language,
            vectors=vectors,
            voiced=voiced,
            place=challenge.place,
            conditions=Conditions(),
            today=self.clock().date(),
            seed=challenge.id,
        )

    def _of_policy(
        self,
        search: Search,
        policy: MatchingPolicy,
        judged: Sequence[JudgedChallenge],
        questions: Mapping[tuple[UUID, str], Question],
        language_of: Mapping[UUID, str],
        done: Callable[[int], None],
    ) -> PolicyResult:
        by_pair: dict[str, dict[UUID, dict[str, float]]] = {}
        by_fit: dict[str, list[bool]] = {}
        nobody: dict[bool, list[bool]] = {True: [], False: []}
        challenges = {challenge.id: challenge for challenge in judged}
        profile_orderings = ProfileOrderings({one.id: one.grades for one in judged})
        for count, ((challenge_id, language), question) in enumerate(questions.items(), start=1):
            challenge = challenges[challenge_id]
            with self.sessions.reading() as session:
                ranking = search.rank(session, question, policy, Stopwatch())
                profile_orderings.note(search.replica, session, question, policy)
            nobody[challenge.answerable].append(not ranking.matches)
            for match in ranking.matches:
                grade = challenge.grades.get(match.candidate.profile_id)
                if grade is not None:
                    by_fit.setdefault(policy.fit(match.score).value, []).append(grade >= 2)
            order = [one.candidate.profile_id for one in ranking.ordered]
            if challenge.answerable:
                for target in (*LANGUAGES, BOTH):
                    measured = _measure(order, challenge.grades, target, language_of)
                    if measured:
                        by_pair.setdefault(f"{language}→{target}", {})[challenge_id] = measured
            done(count)
        return PolicyResult(
            policy=policy.name,
            encoder=self.encoder.spec.name,
            pairs={pair: _summary(values) for pair, values in sorted(by_pair.items())},
            nobody_for_off_topic=_share(nobody[False]),
            nobody_for_answerable=_share(nobody[True]),
            relevant_by_fit={fit: (_share(hits), len(hits)) for fit, hits in by_fit.items()},
            orderings=profile_orderings.measured(),
        )


def _measure(
    order: Sequence[UUID], grades: Mapping[UUID, int], target: str, language_of: Mapping[UUID, str]
) -> dict[str, float]:
    """Return the measures within one profile language; nothing when nobody there is relevant."""

    def belongs(profile_id: UUID) -> bool:
        return target == BOTH or language_of.get(profile_id) == target

    wanted = {one: grade for one, grade in grades.items() if belongs(one)}
    if max(wanted.values(), default=0) == 0:
        return {}
    ranked = [one for one in order if belongs(one)]
    return {
        "ndcg@10": ndcg(ranked, wanted, 10),
        "recall@50": recall(ranked, wanted, 50),
        "mrr": reciprocal_rank(ranked, wanted),
    }


def _summary(values: Mapping[UUID, Mapping[str, float]]) -> PairResult:
    names = next(iter(values.values()))
    return PairResult(
        challenges=len(values),
        measures={name: Interval.of([one[name] for one in values.values()]) for name in names},
        per_challenge={challenge: one["ndcg@10"] for challenge, one in values.items()},
    )


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
