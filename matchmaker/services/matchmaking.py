"""MatchmakingService: run a challenge, keep the run, replay it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.orm.attributes import set_committed_value

from embeddings.protocols import Encoder
from matchmaker.errors import IndexNotReady, InvalidInput, ReplicaMoved, TransitionNotAllowed
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.sentences import split
from matchmaker.models import (
    ChallengeAction,
    ChallengeState,
    Conditions,
    FoldedProfile,
    Match,
    MatchRun,
    Place,
)
from matchmaker.models.challenge import TRANSITIONS
from matchmaker.services import steering
from matchmaker.services.asking import NOTHING, Asking
from matchmaker.services.clock import Clock
from matchmaker.services.question import Question, Stopwatch
from matchmaker.services.replica import IndexReplica
from matchmaker.services.search import Ranking, Search
from matchmaker.storage import challenges, matches, profiles, protection
from matchmaker.storage.database import Sessions

#: How often a search is begun again because profiles were indexed meanwhile.
MOST_TRIES = 10


#: What can be done with a challenge whose time is up.
_AFTER_EXPIRY = tuple(TRANSITIONS[ChallengeState.EXPIRED])


@dataclass(frozen=True)
class Replay:
    """A stored run and the same question asked again."""

    stored: Sequence[tuple[UUID, float]]
    again: Sequence[tuple[UUID, float]]
    #: Whether encoder, generation and change log stand where they stood.
    index_unchanged: bool

    @property
    def same(self) -> bool:
        """Whether both lists name the same profiles in the same order with the same scores."""
        return self.stored == self.again


@dataclass(frozen=True)
class MatchmakingService:
    """What answers a challenge."""

    sessions: Sessions
    clock: Clock
    encoder: Encoder
    replica: IndexReplica
    policies: Mapping[str, MatchingPolicy]
    #: Name of the policy that answers.
    policy_name: str
    #: Reads English as well.
    voice: Encoder | None = None

    @property
    def asking(self) -> Asking:
        """What turns challenges into vectors."""
        return Asking(self.encoder, self.voice)

    @property
    def policy(self) -> MatchingPolicy:
        """The policy that answers."""
        return self.policies[self.policy_name]

    def run(self, challenge_id: UUID, *, conditions: Conditions | None = None) -> MatchRun:
        """Rank the profiles for a challenge and keep the run.

        A run without matches means that nobody fits well enough: a result, not an error.

        Raises:
            NotFound: there is no such challenge.
            InvalidInput: a condition makes no sense; names its field.
            TransitionNotAllowed: the challenge is not to be matched in its state.
            IndexNotReady: the profiles are not indexed with this encoder.

        """
        conditions = conditions or Conditions()
        now, watch = self.clock(), Stopwatch()
        asking = self.asking
        with watch.stage("read"), self.sessions.reading() as session:
            challenge = challenges.get(session, challenge_id)
            challenge.check(ChallengeAction.MATCH)
            if challenge.is_over(at=self.clock()):
                raise TransitionNotAllowed(
                    "challenge", ChallengeState.EXPIRED, ChallengeAction.MATCH, _AFTER_EXPIRY
                )
            conditions = steering.checked(session, conditions)
            protected = protection.of_challenge(session, challenge, now)
            sentences = split(challenge.text, challenge.title)
            kept = asking.kept(session, challenge, sentences)
        known = asking.whole(kept, challenge.language)
        with nullcontext() if known else watch.stage("encode"):
            encoded = asking.encode(sentences, challenge.language, kept)
        question = Question(
            sentences=sentences,
            language=challenge.language,
            vectors=encoded[0],
            voiced=encoded[1],
            place=challenge.place,
            conditions=conditions,
            today=now.date(),
            seed=challenge.id,
            protection=protected,
        )
        found = self._rank(question, self.policy, watch)
        run = MatchRun(
            challenge_id=challenge.id,
            challenge_revision=challenge.revision,
            sentences=list(sentences),
            language=challenge.language,
            conditions=conditions.as_json(),
            policy_name=self.policy.name,
            policy_version=self.policy.version,
            weights=self.policy.as_json(),
            encoder_fingerprint=self.encoder.spec.fingerprint,
            generation_id=found.generation,
            log_position=found.position,
            place=asdict(challenge.place),
            protection=protected.as_json(),
            funnel=found.funnel,
            tally=found.tally,
            timings_ms=watch.rounded(),
            created_at=now,
            matches=self._matches(found, self.policy),
        )
        with watch.stage("write"), self.sessions.writing() as session:
            ids = [match.profile_id for match in run.matches]
            ids += [one.profile_id for match in run.matches for one in match.folded]
            by_id = {
                profile.id: profile for profile in profiles.complete(session, ids) if profile.public
            }
            # Somebody may have been erased or hidden since the search.
            run.matches = [match for match in run.matches if match.profile_id in by_id]
            for match in run.matches:
                match.folded = [one for one in match.folded if one.profile_id in by_id]
            matches.keep(session, run)
            asking.keep(session, challenge, encoded, kept)
        for match in run.matches:
            set_committed_value(match, "profile", by_id[match.profile_id])
            for one in match.folded:
                set_committed_value(one, "profile", by_id[one.profile_id])
        # What is kept cannot hold the time of its own writing; what is handed back can.
        set_committed_value(run, "timings_ms", watch.rounded())
        return run

    def check(self, conditions: Conditions) -> Conditions:
        """Return the conditions as a run asks them: terms trimmed, each value once.

        Raises:
            InvalidInput: a condition makes no sense; names its field.

        """
        with self.sessions.reading() as session:
            return steering.checked(session, conditions)

    def get_run(self, run_id: UUID) -> MatchRun:
        """Return a kept run with its matches and their profiles.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return matches.get(session, run_id)

    def runs_of(self, challenge_id: UUID) -> Sequence[MatchRun]:
        """Return the runs of a challenge, newest first, without matches.

        Raises:
            NotFound: there is no such challenge.

        """
        with self.sessions.reading() as session:
            challenges.get(session, challenge_id)
            return matches.of_challenge(session, challenge_id)

    def replay(self, run_id: UUID) -> Replay:
        """Ask again exactly what a kept run asked, with the policy it names; keeps nothing.

        While the index holds what it held then (``Replay.index_unchanged``), the list is the
        same; otherwise it shows what has changed since.

        Raises:
            NotFound: there is no such run.
            InvalidInput: its policy is not known any more in that version.
            IndexNotReady: the profiles are not indexed with this encoder.

        """
        run = self.get_run(run_id)
        policy = self.policies.get(run.policy_name)
        if policy is None or policy.as_json() != run.weights:
            raise InvalidInput(
                "policy", f"{run.policy_name} version {run.policy_version} is not known any more."
            )
        spec = self.encoder.spec
        with self.sessions.reading() as session:
            challenge = challenges.get(session, run.challenge_id)
            protected = matches.protection_of(session, run.id)
            kept = NOTHING
            if challenge.revision == run.challenge_revision:
                kept = self.asking.kept(session, challenge, run.sentences)
        vectors, voiced = self.asking.encode(run.sentences, run.language, kept)
        question = Question(
            sentences=run.sentences,
            language=run.language,
            vectors=vectors,
            voiced=voiced,
            place=Place(**run.place),
            conditions=Conditions.from_json(run.conditions),
            today=run.created_at.date(),
            seed=run.challenge_id,
            protection=protected,
        )
        found = self._rank(question, policy, Stopwatch())
        return Replay(
            stored=[(match.profile_id, match.score) for match in run.matches],
            again=[(one.candidate.profile_id, one.score) for one in found.matches],
            index_unchanged=(run.encoder_fingerprint, run.generation_id, run.log_position)
            == (spec.fingerprint, found.generation, found.position),
        )

    def _rank(self, question: Question, policy: MatchingPolicy, watch: Stopwatch) -> Ranking:
        search = Search(self.replica)
        for _ in range(MOST_TRIES):
            try:
                with self.sessions.reading() as session:
                    return search.rank(session, question, policy, watch)
            except ReplicaMoved:
                with watch.stage("catch-up"):
                    self.replica.catch_up()
        raise IndexNotReady("The index is changing faster than it can be read.", retry_after=1)

    @staticmethod
    def _matches(ranking: Ranking, policy: MatchingPolicy) -> list[Match]:
        return [
            Match(
                profile_id=one.candidate.profile_id,
                rank=rank,
                score=one.score,
                fit=policy.fit(one.score),
                reason_json=one.reason.as_json(),
                folded=[
                    FoldedProfile(profile_id=profile_id, position=position)
                    for position, profile_id in enumerate(one.folded)
                ],
            )
            for rank, one in enumerate(ranking.matches, start=1)
        ]
