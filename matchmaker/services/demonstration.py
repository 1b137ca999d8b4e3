"""DemonstrationService: a made-up programme, lived through by the services on its own days.

What it writes is marked: the programme and its firms are fictional, and only staff see the firms.
Introductions are written as history, so that nobody gets a mail about them; everything else is
done by the services that do it in life, each with a clock that stands on the day of the deed.

What happened to a challenge is written as a whole or not at all, so that a load that was killed
goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, IndexNotReady
from matchmaker.models import (
    Challenge,
    ChallengeAction,
    ChallengeState,
    ClosingReason,
    Collaboration,
    CollaborationAction,
    CollaborationState,
    Conclusion,
    Introduction,
    MatchDecision,
    MatchState,
    Organisation,
    Outcome,
    OutcomeKind,
    Party,
    Programme,
    Role,
)
from matchmaker.models.facts import Viewer
from matchmaker.services.challenges import ChallengeService
from matchmaker.services.clock import Clock
from matchmaker.services.collaborations import CollaborationService
from matchmaker.services.matchmaking import MatchmakingService
from matchmaker.services.outcomes import OutcomeService
from matchmaker.services.profiles import ProfileService
from matchmaker.services.programmes import ProgrammeService
from matchmaker.storage import challenges, reports
from matchmaker.storage.database import Sessions, WithinOne

#: When in the day deeds happen, one after the other.
_MORNING, _NOON = time(9, tzinfo=UTC), time(12, tzinfo=UTC)
#: Nobody signs in as a firm of a demonstration; it is only who says something.
_REPORTER = UUID("5b0f1a5e-6d0c-4d0e-9c39-00000000d3f0")
_DONE = {
    CollaborationState.COMPLETED: CollaborationAction.COMPLETE,
    CollaborationState.BROKEN_OFF: CollaborationAction.BREAK_OFF,
}

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Demonstration:
    """A programme, who takes part in it, and what happened to each challenge."""

    #: As ``ProgrammeService.create`` takes it, and its targets as ``set_targets`` does.
    programme: Record
    targets: Sequence[Record]
    #: Firms and partners.
    profiles: Sequence[Organisation]
    #: Firm and partner by id, texts, the day of each step, collaboration and outcomes.
    journeys: Sequence[Record]


@dataclass(frozen=True)
class DemonstrationService:
    """Loads a demonstration, once and whole."""

    sessions: Sessions
    profiles: ProfileService
    challenges: ChallengeService
    matchmaking: MatchmakingService
    collaborations: CollaborationService
    outcomes: OutcomeService
    programmes: ProgrammeService

    def load(
        self, given: Demonstration, progress: Callable[[int, int], None] | None = None
    ) -> Programme:
        """Write a demonstration, or what is missing of one that was killed on the way.

        Args:
            given: what is to be shown.
            progress: told how many of how many journeys are written.

        Raises:
            Duplicate: all of it is there already, or a programme that is not made up has its name.
            InvalidInput: a value that the services do not take.

        """
        with self.sessions.reading() as session:
            there = reports.programme_named(session, given.programme["name"])
            missing = [one for one in given.journeys if not self._is_there(session, one)]
        if there is not None and not (there.fictional and missing):
            raise Duplicate("programme", there.id)
        self.profiles.register_all(given.profiles)
        programme_id = there.id if there is not None else self._programme(given)
        done = len(given.journeys) - len(missing)
        for number, journey in enumerate(missing, start=done + 1):
            with self.sessions.writing() as session:
                self._within(session).live(journey, programme_id)
            if progress is not None:
                progress(number, len(given.journeys))
        return self.programmes.get(programme_id)

    def _within(self, session: Session) -> DemonstrationService:
        """Return the same with all services in one running transaction."""
        one = WithinOne(session)
        return replace(
            self,
            sessions=one,
            challenges=replace(self.challenges, sessions=one),
            matchmaking=replace(self.matchmaking, sessions=one),
            collaborations=replace(self.collaborations, sessions=one),
            outcomes=replace(self.outcomes, sessions=one),
            programmes=replace(self.programmes, sessions=one),
        )

    def _is_there(self, session: Session, journey: Record) -> bool:
        """Return whether a journey is written: its challenge is there with all that followed."""
        return challenges.is_there(
            session, journey["firm"].id, journey["title"], self._at(journey["submitted"])()
        )

    def _programme(self, given: Demonstration) -> UUID:
        with self.sessions.writing() as session:
            clock = self._at(given.programme["starts_on"])
            service = replace(self._within(session).programmes, clock=clock)
            made = service.create(**given.programme, fictional=True, by=None)
            service.set_targets(made.id, given.targets, expected_revision=made.revision, by=None)
        return made.id

    def live(self, journey: Record, programme_id: UUID) -> None:
        """Write what happened to one challenge, step by step."""
        challenge = self._ask(journey)
        if "opened" in journey:
            self._open(challenge.id, journey["opened"])
        introduction = self._introduce(challenge.id, journey)
        if introduction is not None and "collaboration" in journey:
            self._work(introduction, journey, programme_id)
        last = max(day for day in journey.values() if isinstance(day, date))
        self._close(challenge.id, last, solved="collaboration" in journey)

    def _ask(self, journey: Record) -> Challenge:
        service = replace(self.challenges, clock=self._at(journey["submitted"]))
        firm: Organisation = journey["firm"]
        asked = service.submit(
            text=journey["text"],
            title=journey["title"],
            language=firm.language,
            place=firm.postcode,
            industry_code=journey["industry_code"],
        )
        # Nobody signs in for the firm, and yet the challenge is its own.
        with self.sessions.writing() as session:
            challenge = challenges.get(session, asked.id)
            challenge.organisation_id = firm.id
        return challenge

    def _open(self, challenge_id: UUID, day: date) -> None:
        at = datetime.combine(day, _MORNING)
        with self.sessions.writing() as session:
            challenge = challenges.get(session, challenge_id)
            challenge.apply(ChallengeAction.OPEN, at=at)
            challenge.opened_at = at
        try:
            replace(self.matchmaking, clock=lambda: at + timedelta(hours=1)).run(challenge_id)
        except IndexNotReady:
            return  # the steps after it say that there was a list

    def _introduce(self, challenge_id: UUID, journey: Record) -> Introduction | None:
        if "shortlisted" not in journey:
            return None
        partner: Organisation = journey["partner"]
        at = datetime.combine(journey["shortlisted"], _NOON)
        with self.sessions.writing() as session:
            session.add(
                MatchDecision(
                    challenge_id=challenge_id,
                    profile_id=partner.id,
                    state=MatchState.SHORTLISTED,
                    by_hand=True,
                    decided_at=at,
                )
            )
            if "introduced" not in journey:
                return None
            offered = datetime.combine(journey["introduced"], _NOON)
            one = Introduction(
                challenge_id=challenge_id,
                profile_id=partner.id,
                language="da",
                firm_text=partner.summary,
                partner_text=journey["text"],
                created_at=offered,
                updated_at=offered,
            )
            one.offer(at=offered)
            _answer(one, journey)
            session.add(one)
        return one

    def _work(self, introduction: Introduction, journey: Record, programme_id: UUID) -> None:
        given: Record = journey["collaboration"]
        begun_at = self._at(given["starts_on"])
        service = replace(self.collaborations, clock=begun_at)
        begun = service.begin(
            introduction.id,
            by=None,
            kind=given["kind"],
            title=given["title"],
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            programme_id=programme_id,
        )
        begun = service.act(
            begun.id, CollaborationAction.START, expected_revision=begun.revision, by=None
        )
        written: dict[OutcomeKind, Outcome] = {}
        for line in journey["outcomes"]:
            written[line["kind"]] = self._write(begun, line, written)
        action = _DONE.get(given["state"])
        if action is not None:
            service = replace(service, clock=self._at(given["ends_on"]))
            service.act(begun.id, action, expected_revision=begun.revision, by=None)

    def _write(
        self, begun: Collaboration, line: Record, before: Mapping[OutcomeKind, Outcome]
    ) -> Outcome:
        service = replace(self.outcomes, clock=self._at(line["on_day"]))
        by = Viewer(account_id=_REPORTER, role=Role.FIRM) if line["waiting"] else None
        follows = before[line["follows"]].id if line["follows"] else None
        outcome = service.record(
            begun.id,
            by=by,
            kind=line["kind"],
            on_day=line["on_day"],
            quantity=line["quantity"],
            currency=line["currency"],
            evidence=line["evidence"],
            follows_id=follows,
        ).outcome
        if line["reversed"]:
            service.reverse(outcome.id, by=None, reason=line["reversed"])
        return outcome

    def _close(self, challenge_id: UUID, day: date, *, solved: bool) -> None:
        at = datetime.combine(day, time(15, tzinfo=UTC))
        with self.sessions.writing() as session:
            challenge = challenges.get(session, challenge_id)
            # What nobody opened stays with whoever has to open it in life, but not for ever.
            if challenge.state in {ChallengeState.SUBMITTED, ChallengeState.OPEN}:
                challenge.apply(ChallengeAction.CLOSE, at=at)
                challenge.closed_at = at
                challenge.closing_reason = (
                    ClosingReason.SOLVED if solved else ClosingReason.NO_PARTNER
                )

    @staticmethod
    def _at(day: date) -> Clock:
        moment = datetime.combine(day, _NOON)
        return lambda: moment


def _answer(one: Introduction, journey: Record) -> None:
    """Let both say yes, meet and conclude on their days."""
    if "accepted" not in journey:
        one.withdraw(at=datetime.combine(journey["introduced"], time(16, tzinfo=UTC)))
        return
    at = datetime.combine(journey["accepted"], _MORNING)
    for party in Party:
        one.accept(party, at=at)
    if "met" in journey:
        met = datetime.combine(journey["met"], _NOON)
        one.meet(at=met)
        ended = Conclusion.COLLABORATION if "collaboration" in journey else Conclusion.NOT_PURSUED
        one.conclude(ended, at=met + timedelta(hours=2))
