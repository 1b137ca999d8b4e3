"""The judgements turned round: the challenges in the order in which one profile fits them.

Judged are profiles for a challenge; read the other way they are challenges for a profile. A
profile that was judged for three challenges or more is measured: whether the challenges that it
was graded high for stand first among all (nDCG@10), and how many pairs of its judged challenges
stand in the right order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.matching.measures import Interval, ndcg
from matchmaker.matching.orderings import pairs_in_order
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.services.alone import SearchAlone
from matchmaker.services.question import Question
from matchmaker.services.replica import IndexReplica

#: Fewer judged challenges say nothing about an order.
FEWEST = 3


@dataclass(frozen=True)
class Orderings:
    """Measures over profiles."""

    profiles: int
    #: "ndcg@10" over all challenges, and "pairs" over the judged ones.
    measures: Mapping[str, Interval]


class ProfileOrderings:
    """Gathers the scores of the judged profiles, challenge after challenge.

    Args:
        grades: challenge id to profile id to grade.

    """

    def __init__(self, grades: Mapping[UUID, Mapping[UUID, int]]) -> None:
        turned: dict[UUID, dict[UUID, int]] = defaultdict(dict)
        for challenge_id, of_challenge in grades.items():
            for profile_id, grade in of_challenge.items():
                turned[profile_id][challenge_id] = grade
        self._grades = {one: of_one for one, of_one in turned.items() if len(of_one) >= FEWEST}
        #: Language, then profile, then challenge.
        self._scores: dict[str, dict[UUID, dict[UUID, float]]] = {}

    def note(
        self,
        replica: IndexReplica,
        session: Session,
        question: Question,
        policy: MatchingPolicy,
    ) -> None:
        """Note the scores of one challenge in one language; the replica has caught up."""
        search = SearchAlone(replica)
        of_language = self._scores.setdefault(question.language, defaultdict(dict))
        with replica.lock.reading():
            candidates = search.candidates(session, question, self._grades)
            for one in search.scores(session, question, candidates, policy):
                of_language[one.candidate.profile_id][question.seed] = one.score

    def measured(self) -> dict[str, Orderings]:
        """Return the measures by language of the challenges."""
        return {language: self._measured(of) for language, of in sorted(self._scores.items())}

    def _measured(self, scores: Mapping[UUID, Mapping[UUID, float]]) -> Orderings:
        gains, pairs = [], []
        for profile_id, grades in self._grades.items():
            given = scores.get(profile_id, {})
            ordered = sorted(given, key=lambda one: (-given[one], one))
            if any(grades.values()):
                gains.append(ndcg(ordered, grades, 10))
            share = pairs_in_order(given, grades)
            if share is not None:
                pairs.append(share)
        return Orderings(len(pairs), {"ndcg@10": Interval.of(gains), "pairs": Interval.of(pairs)})
