"""DirectionService: from a profile to challenges, and from a challenge to others like it.

The same machinery turned round. A run asks who fits one challenge; here it is asked which
challenges one profile fits, with the same score, and which challenges are like one another.
Nothing is kept, and no challenge whose vectors are kept is encoded again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from matchmaker.errors import IndexNotReady, ReplicaMoved
from matchmaker.matching import ranking, similarity
from matchmaker.matching.ranking import Scored
from matchmaker.matching.terms import query_terms
from matchmaker.models import Conditions, Fit, Place, Reason
from matchmaker.services.alone import Asked, SearchAlone
from matchmaker.services.challenge_replica import ChallengeReplica, HeldChallenge
from matchmaker.services.matchmaking import MOST_TRIES, MatchmakingService
from matchmaker.services.profiles import Page
from matchmaker.services.question import Question
from matchmaker.services.remembered import Remembered
from matchmaker.storage import challenges, eligibility, profiles

T = TypeVar("T")
Floats = similarity.Floats
#: Up to this many challenges are all judged for a profile.
ALL = 150
#: Of more, as many of those that are nearest in meaning.
NEAREST = 60


@dataclass(frozen=True, kw_only=True)
class AnsweredChallenge:
    """A challenge that a profile could help with."""

    challenge: HeldChallenge
    #: The score that the profile has in a run of this challenge.
    score: float
    fit: Fit
    #: As in that run; positions point into ``challenge.sentences``.
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class SimilarChallenge:
    """A challenge that says much the same as another one."""

    challenge: HeldChallenge
    #: Orders the list; not a share or a probability of anything.
    score: float
    #: Positions of sentences that say the same: in the other one, in this one.
    pairs: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class SimilarPage:
    """Some challenges like one, and the sentences of that one."""

    sentences: Sequence[str]
    language: str
    page: Page[SimilarChallenge]


@dataclass(frozen=True)
class DirectionService:
    """What leads from a profile or a challenge to challenges."""

    matchmaking: MatchmakingService
    challenges: ChallengeReplica
    remembered: Remembered[Asked] = field(default_factory=Remembered)
    rule: similarity.SimilarityRule = similarity.SIMILARITY

    def challenges_for(
        self, profile_id: UUID, *, offset: int = 0, limit: int = 20, public: bool = True
    ) -> Page[AnsweredChallenge]:
        """Return the challenges that a profile fits, best fit first.

        Only challenges that may be matched, and only where the profile is eligible. A challenge
        is returned when the profile alone would be an answer to it: when nobody fitted better,
        its run would still not say that nobody fits.

        Args:
            profile_id: the profile.
            offset: how many to pass over.
            limit: how many to return at most.
            public: leave out what only its own firm may see (``HeldChallenge.public``).

        Raises:
            NotFound: there is no such profile that the public may know of.
            IndexNotReady: the profiles are not indexed with this encoder.

        """
        with self.matchmaking.sessions.reading() as session:
            profiles.get(session, profile_id)

        def answer(session: Session) -> Page[AnsweredChallenge]:
            ordered = self._ordered(session, profile_id, public=public)
            fitting = [one for one in ordered if self._fits(one)]
            items = [self._explained(session, one) for one in fitting[offset : offset + limit]]
            return Page(items, len(fitting), offset, limit)

        return self._answered(answer)

    def similar(
        self, challenge_id: UUID, *, offset: int = 0, limit: int = 20, public: bool = True
    ) -> SimilarPage:
        """Return the challenges that are like one, whatever their language, most alike first.

        Open ones show peers with the same problem, closed ones what was solved before. Firms
        have no accounts yet, so a peer is seen by its challenge only. A challenge that is a
        draft or withdrawn is compared with nothing.

        Args:
            challenge_id: the challenge.
            offset: how many to pass over.
            limit: how many to return at most.
            public: leave out what only its own firm may see (``HeldChallenge.public``).

        Raises:
            NotFound: there is no such challenge.
            IndexNotReady: the profiles are not indexed with this encoder.

        """
        with self.matchmaking.sessions.reading() as session:
            asked = challenges.get(session, challenge_id)

        def answer(_session: Session) -> SimilarPage:
            at = self.challenges.position_of.get(challenge_id)
            if at is None:
                return SimilarPage((), asked.language, Page([], 0, offset, limit))
            cosines = self._cosines(at)
            alike = self._alike(at, cosines, public=public)
            usually = similarity.usual(cosines[1:], self.challenges.starts, at, self.rule)
            items = [
                self._compared(other, score, cosines, usually)
                for other, score in alike[offset : offset + limit]
            ]
            return SimilarPage(
                self.challenges.held[at].sentences,
                asked.language,
                Page(items, len(alike), offset, limit),
            )

        return self._answered(answer)

    def _answered(self, answer: Callable[[Session], T]) -> T:
        """Return an answer from one state of profiles and challenges."""
        self.challenges.catch_up()
        replica = self.matchmaking.replica
        for _ in range(MOST_TRIES):
            try:
                with (
                    self.matchmaking.sessions.reading() as session,
                    self.challenges.lock.reading(),
                    replica.lock.reading(),
                ):
                    replica.check_current(session)
                    return answer(session)
            except ReplicaMoved:
                replica.catch_up()
        raise IndexNotReady("The index is changing faster than it can be read.", retry_after=1)

    def _ordered(self, session: Session, profile_id: UUID, *, public: bool) -> list[Scored]:
        """Return the challenges with the score that the profile has in each, best first.

        ``row`` is the position in ``ChallengeReplica.held``.
        """
        search = SearchAlone(self.matchmaking.replica, self.remembered)
        held = self.challenges.held
        now = self.matchmaking.clock()
        open_ = [
            at
            for at, one in enumerate(held)
            if one.matchable and not one.over(now) and (one.public or not public)
        ]
        if not open_:
            return []
        anywhere = self._question(held[open_[0]], Place())
        candidates = search.candidates(session, anywhere, [profile_id])
        if not candidates:
            return []
        places = eligibility.reached(session, profile_id, [held[at].place for at in open_])
        reached = [at for at in open_ if held[at].place in places]
        scored = []
        for at in self._nearest(reached, profile_id):
            question = self._question(held[at], held[at].place)
            (one,) = search.scores(session, question, candidates, self.matchmaking.policy)
            scored.append(replace(one, row=at))
        return sorted(
            scored, key=lambda one: (-round(one.score, ranking.DECIMALS), held[one.row].id)
        )

    def _fits(self, scored: Scored) -> bool:
        """Return whether a profile scores what the best in a run of this challenge has to."""
        if round(scored.score, ranking.DECIMALS) < self.matchmaking.policy.floor:
            return False  # most end here, before what is needed is worked out
        challenge = self.challenges.held[scored.row]
        needed = SearchAlone(self.matchmaking.replica, self.remembered).needed(
            self._question(challenge, challenge.place), self.matchmaking.policy
        )
        return round(scored.score, ranking.DECIMALS) >= round(needed, ranking.DECIMALS)

    def _nearest(self, among: Sequence[int], profile_id: UUID) -> Sequence[int]:
        """Return the challenges that are judged: all, or of many the nearest in meaning."""
        if len(among) <= ALL:
            return among
        replica = self.matchmaking.replica
        passages = replica.passages_of[replica.number_of[profile_id]]
        cosines = self.challenges.rows(replica.query_correction).cosines(
            replica.index.vectors(passages)
        )
        near = similarity.of_passages(cosines, self.challenges.starts, self.matchmaking.policy)
        positions = np.asarray(among, dtype=np.int64)
        best = np.argsort(-near[positions], kind="stable")[:NEAREST]
        return [int(at) for at in positions[best]]

    def _explained(self, session: Session, scored: Scored) -> AnsweredChallenge:
        challenge = self.challenges.held[scored.row]
        policy = self.matchmaking.policy
        ranked = SearchAlone(self.matchmaking.replica, self.remembered).explained(
            session, self._question(challenge, challenge.place), scored.candidate, policy
        )
        return AnsweredChallenge(
            challenge=challenge,
            score=ranked.score,
            fit=policy.fit(ranked.score),
            reason=ranked.reason,
        )

    def _question(self, challenge: HeldChallenge, place: Place) -> Question:
        """Return a challenge as a run without conditions asks it."""
        return Question(
            sentences=challenge.sentences,
            language=challenge.language,
            vectors=challenge.vectors,
            voiced=challenge.voiced,
            place=place,
            conditions=Conditions(),
            today=self.matchmaking.clock().date(),
            seed=challenge.id,
        )

    def _alike(self, at: int, cosines: Floats, *, public: bool) -> list[tuple[int, float]]:
        """Return position and score of the challenges like one, most alike first."""
        replica = self.challenges
        one = replica.held[at]
        policy = self.matchmaking.policy
        now = self.matchmaking.clock()
        raw, best = replica.lexical.scores(query_terms("\n".join(one.sentences), one.language))
        lexical = replica.lexical.scaled(raw, policy.lexical_least * best)
        scores = similarity.of_challenges(
            cosines,
            replica.starts,
            replica.lexical.of(replica.numbers, lexical),
            [other.language for other in replica.held],
            at,
            policy,
            self.rule,
        )
        return [
            (other, float(scores[other]))
            for other in np.argsort(-scores, kind="stable").tolist()
            if scores[other] >= self.rule.floor
            and (not public or (replica.held[other].public and not replica.held[other].over(now)))
        ]

    def _compared(
        self, other: int, score: float, cosines: Floats, usually: Floats
    ) -> SimilarChallenge:
        replica = self.challenges
        first = int(replica.starts[other]) + 1
        theirs = slice(first, first + len(replica.held[other].sentences))
        return SimilarChallenge(
            challenge=replica.held[other],
            score=round(score, ranking.DECIMALS),
            pairs=similarity.corresponding(cosines[1:, theirs], usually, self.rule),
        )

    def _cosines(self, at: int) -> Floats:
        """Return the cosines of a challenge, whole and sentences, with every row."""
        correction = self.matchmaking.replica.query_correction
        one = self.challenges.held[at]
        queries = correction.apply(one.vectors, [one.language] * len(one.vectors))
        return self.challenges.rows(correction).cosines(queries)
