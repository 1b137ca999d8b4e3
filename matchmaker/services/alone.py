"""One profile held against one challenge outside any list: the score that a run gives it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.matching.candidates import Candidate
from matchmaker.matching.folding import Place
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.ranking import Scored
from matchmaker.services.judging import Judged, Words
from matchmaker.services.pool import Pool
from matchmaker.services.question import Floats, Question
from matchmaker.services.remembered import Remembered
from matchmaker.services.search import Ranked, Search

#: Corrected vectors of a question, and the score of every passage by its words.
Asked = tuple[Floats, Words]


class NamedPool(Pool):
    """Profiles that are looked at because they are named."""

    def eligible(self, profile_ids: Iterable[UUID]) -> list[Candidate]:
        """Return those of these profiles that may be proposed, as the judgement knows them."""
        replica = self.replica
        numbers = [
            number
            for profile_id in profile_ids
            if (number := replica.number_of.get(profile_id)) is not None
            and len(replica.passages_of[number])
        ]
        self.check(numbers)
        return [one for number in numbers if (one := self.known[number]) is not None]

    def take_these(self, candidates: Sequence[Candidate]) -> None:
        """Look at these, whom the database has called eligible before."""
        self.known = {self.replica.number_of[one.profile_id]: one for one in candidates}
        self.taken = set(self.known)


@dataclass(frozen=True)
class SearchAlone(Search):
    """Judges profiles that are named, instead of looking for them.

    A score depends on profile and challenge alone, so this is the number that :meth:`rank`
    gives the same profile; the code is the same too. Whoever calls holds ``replica.lock``, has
    checked that the replica is current, and has asked the database who is eligible.
    """

    remembered: Remembered[Asked] = field(default_factory=Remembered)

    def candidates(
        self, session: Session, question: Question, profile_ids: Iterable[UUID]
    ) -> list[Candidate]:
        """Return those of these profiles that may be proposed."""
        return NamedPool(self.replica, session, question).eligible(profile_ids)

    def scores(
        self,
        session: Session,
        question: Question,
        candidates: Sequence[Candidate],
        policy: MatchingPolicy,
    ) -> Sequence[Scored]:
        """Return the score of each of these profiles, best first (near-ties by lot)."""
        return self._alone(session, question, candidates, policy).ordered

    def fits_of(
        self,
        session: Session,
        question: Question,
        candidates: Sequence[Candidate],
        policy: MatchingPolicy,
    ) -> tuple[Sequence[Candidate], Floats]:
        """Return each of these profiles with its score, in no order: many at once."""
        return self.fits(*self._looked(session, question, candidates, policy), policy)

    def explained(
        self, session: Session, question: Question, candidate: Candidate, policy: MatchingPolicy
    ) -> Ranked:
        """Return the score of one profile, with the reason for it."""
        judged = self._alone(session, question, [candidate], policy)
        places = [Place(one) for one in judged.ordered]
        (ranked,) = self.with_reasons(session, question, judged, places, policy)
        return ranked

    def judged(
        self, session: Session, question: Question, candidate: Candidate, policy: MatchingPolicy
    ) -> Judged:
        """Return the judgement of one profile, with the rows that its reason is read from."""
        return self._alone(session, question, [candidate], policy)

    def _alone(
        self,
        session: Session,
        question: Question,
        candidates: Sequence[Candidate],
        policy: MatchingPolicy,
    ) -> Judged:
        return self.judge(*self._looked(session, question, candidates, policy), policy)

    def _looked(
        self,
        session: Session,
        question: Question,
        candidates: Sequence[Candidate],
        policy: MatchingPolicy,
    ) -> tuple[Pool, Floats, Words]:
        def ask() -> tuple[Asked, int]:
            vectors = self.corrected(question, policy)
            words = self.words(question, policy)
            return (vectors, words), vectors.size + words.shared.size + words.alike.size

        vectors, words = self.remembered.asked(self.replica, question, policy, ask)
        pool = NamedPool(self.replica, session, question)
        pool.take_these(candidates)
        return pool, vectors, words
