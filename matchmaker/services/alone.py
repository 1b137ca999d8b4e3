"""One profile held against one challenge outside any list: the score that a run gives it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.matching.candidates import Candidate
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.ranking import Scored
from matchmaker.services.remembered import Remembered
from matchmaker.services.search import Question, Ranked, Search, Stopwatch, _Judged, _Pool


@dataclass(frozen=True)
class SearchAlone(Search):
    """Judges profiles that are named, instead of looking for them.

    A score depends on profile and challenge alone, so this is the number that :meth:`rank`
    gives the same profile; the code is the same too. Whoever calls holds ``replica.lock``, has
    checked that the replica is current, and has asked the database who is eligible.
    """

    remembered: Remembered = field(default_factory=Remembered)

    def candidates(
        self, session: Session, question: Question, profile_ids: Iterable[UUID]
    ) -> list[Candidate]:
        """Return those of these profiles that may be proposed, as the judgement knows them."""
        replica = self.replica
        pool = _Pool(replica, session, question)
        numbers = [
            number
            for profile_id in profile_ids
            if (number := replica.number_of.get(profile_id)) is not None
            and len(replica.passages_of[number])
        ]
        pool.check(numbers)
        return [one for number in numbers if (one := pool.known[number]) is not None]

    def scores(
        self,
        session: Session,
        question: Question,
        candidates: Sequence[Candidate],
        policy: MatchingPolicy,
    ) -> Sequence[Scored]:
        """Return the score of each of these profiles, best first."""
        return self._alone(session, question, candidates, policy).ordered

    def explained(
        self, session: Session, question: Question, candidate: Candidate, policy: MatchingPolicy
    ) -> Ranked:
        """Return the score of one profile, with the reason for it."""
        judged = self._alone(session, question, [candidate], policy)
        (ranked,) = self._with_reasons(session, question, judged, judged.ordered, policy)
        return ranked

    def _alone(
        self,
        session: Session,
        question: Question,
        candidates: Sequence[Candidate],
        policy: MatchingPolicy,
    ) -> _Judged:
        vectors, lexical = self.remembered.asked(
            self.replica, question, policy, lambda: self._asked(question, policy, Stopwatch())
        )
        pool = _Pool(self.replica, session, question)
        pool.known = {self.replica.number_of[one.profile_id]: one for one in candidates}
        pool.taken = set(pool.known)
        return self._judge(pool, vectors, lexical, policy)
