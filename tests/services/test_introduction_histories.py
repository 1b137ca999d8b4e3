"""Random histories of introductions: two parties, staff, time, capacity, and crashes.

Whatever happens in whatever order: contact details pass with two yeses only, no partner has more
on the table than they can take, nothing that was done is lost, nothing is mailed twice, and a
program that opens every link changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import build
from matchmaker.errors import Duplicate, LinkSpent, Protected, TransitionNotAllowed
from matchmaker.models import (
    Answer,
    Conclusion,
    DeclineReason,
    Expert,
    Introduction,
    IntroductionState,
    MailTemplate,
    OutgoingMail,
    Party,
)
from matchmaker.models.introduction import OPEN
from matchmaker.services.introduction_links import IntroductionLinks
from matchmaker.services.introduction_ticks import IntroductionTicks
from matchmaker.services.introductions import IntroductionService
from tests.conftest import WORKSHOP, SteppingClock, settings_in
from tests.databases import Place
from tests.factories import NOW
from tests.parties import WELDING, Parties, some_parties
from tests.services.mortal import Killed, MortalSessions

EMAIL = {Party.FIRM: "firm@example.dk", Party.PARTNER: "partner@example.dk"}
REFUSED = (TransitionNotAllowed, Protected, Duplicate, LinkSpent)
#: How many introductions the expert of these histories has open at most.
CAPACITY = 2
PARTIES, YES_OR_NO = st.sampled_from(Party), st.sampled_from(Answer)


@dataclass
class Known:
    """What the history says of one introduction."""

    state: IntroductionState = IntroductionState.DRAFTED
    yes: set[Party] = field(default_factory=set)


class Histories(RuleBasedStateMachine):
    """Every deed of staff, parties and time, in any order."""

    introductions: Bundle[UUID] = Bundle("introductions")
    new_place: Callable[[], Place]

    @initialize()
    def begin(self) -> None:
        self.place = type(self).new_place()
        self.place.hold(WORKSHOP)
        self.clock = SteppingClock(NOW)
        options = replace(settings_in(self.place.folder), index="exact:")
        self.app = build(options, encoder=HashingEncoder(256), clock=self.clock)
        self.parties: Parties = some_parties(self.app)
        firm = self.parties.viewer(self.parties.firm)
        self.challenges = [self.parties.challenge_id] + [
            self.app.challenges.submit(text=f"{WELDING} {number}", by=firm).id
            for number in range(3)
        ]
        self.sessions = MortalSessions(self.app.engine)
        with self.sessions.writing() as session:
            session.get_one(Expert, self.parties.profile_id).capacity = CAPACITY
        self.service = IntroductionService(self.sessions, self.clock)
        self.links = IntroductionLinks(self.service)
        self.ticks = IntroductionTicks(self.service)
        self.known: dict[UUID, Known] = {}

    def teardown(self) -> None:
        if hasattr(self, "app"):
            self.app.close()
            self.place.close()

    def deed(self, act: Callable[[], Any]) -> bool:
        """Do something; return whether it was done, neither refused nor cut off before."""
        try:
            act()
        except REFUSED:
            return False
        except Killed:
            return self.sessions.stored
        return True

    @rule(target=introductions, number=st.integers(0, 3))
    def draft(self, number: int) -> Any:
        drafted: list[Introduction] = []
        where = self.challenges[number], self.parties.profile_id
        if self.deed(lambda: drafted.append(self.service.draft(*where, by=None))) and not drafted:
            # Stored, and nobody was told its id.
            drafted += [one for key, one in self.stored().items() if key not in self.known]
        self.known.update({one.id: Known() for one in drafted})
        return drafted[0].id if drafted else next(iter(self.known), UUID(int=0))

    @rule(one=introductions)
    def offer(self, one: UUID) -> None:
        if one in self.known and self.deed(lambda: self.service.offer(one, by=None)):
            assert self.known[one].state is IntroductionState.DRAFTED
            self.known[one].state = IntroductionState.OFFERED

    @rule(one=introductions, party=PARTIES, answer=YES_OR_NO)
    def answer(self, one: UUID, party: Party, answer: Answer) -> None:
        reason = DeclineReason.NO_TIME if answer is Answer.DECLINED else None
        if one in self.known and self.deed(
            lambda: self.service.answer(one, party, answer, by=None, reason=reason)
        ):
            self.said(one, party, answer)

    @rule(mail=st.integers(0, 30), answer=YES_OR_NO)
    def answer_by_link(self, mail: int, answer: Answer) -> None:
        offers = self.offers()
        if not offers:
            return
        path, party, one = offers[mail % len(offers)]
        reason = DeclineReason.WRONG_SIZE if answer is Answer.DECLINED else None
        if self.deed(lambda: self.links.answer(path, answer, reason=reason)):
            self.said(one, party, answer)
            with pytest.raises(LinkSpent):
                self.links.answer(path, answer, reason=reason)

    def said(self, one: UUID, party: Party, answer: Answer) -> None:
        known = self.known[one]
        assert known.state is IntroductionState.OFFERED
        if answer is Answer.DECLINED:
            known.state = IntroductionState.DECLINED
            return
        assert party not in known.yes
        known.yes.add(party)
        if known.yes == set(Party):
            known.state = IntroductionState.ACCEPTED

    @rule(one=introductions)
    def withdraw(self, one: UUID) -> None:
        if one in self.known and self.deed(lambda: self.service.withdraw(one, by=None)):
            assert self.known[one].yes != set(Party)
            self.known[one].state = IntroductionState.WITHDRAWN

    @rule(one=introductions)
    def propose_a_meeting(self, one: UUID) -> None:
        starts = self.clock.now + timedelta(days=2)
        if one in self.known and self.deed(
            lambda: self.service.propose_meeting(one, by=None, starts_at=starts)
        ):
            assert self.known[one].yes == set(Party)

    @rule(one=introductions)
    def meet(self, one: UUID) -> None:
        if one in self.known and self.deed(lambda: self.service.meet(one, by=None)):
            assert self.known[one].state is IntroductionState.ACCEPTED
            self.known[one].state = IntroductionState.MET

    @rule(one=introductions)
    def conclude(self, one: UUID) -> None:
        if one in self.known and self.deed(
            lambda: self.service.conclude(one, Conclusion.HELPED, by=None)
        ):
            assert self.known[one].yes == set(Party)
            self.known[one].state = IntroductionState.CONCLUDED

    @rule(days=st.sampled_from([0, 1, 6, 8, 15]))
    def time_goes_on(self, days: int) -> None:
        self.clock.now += timedelta(days=days)

    @rule()
    def tick(self) -> None:
        # Killed half-way, it has done some whole ones; what it did is read from the database.
        with suppress(Killed):
            self.ticks.tick()
        stored = self.stored()
        for one, known in self.known.items():
            if stored[one].state is IntroductionState.EXPIRED:
                assert known.state in {IntroductionState.OFFERED, IntroductionState.EXPIRED}
                answer_by = stored[one].answer_by
                assert answer_by is not None
                assert answer_by <= self.clock.now
                known.state = IntroductionState.EXPIRED

    @rule(statements=st.integers(1, 30), after_commit=st.booleans())
    def the_next_deed_is_cut_off(self, statements: int, after_commit: bool) -> None:
        self.sessions.arm(statements, after_commit=after_commit)

    @rule()
    def a_scanner_opens_every_link(self) -> None:
        before = {one.id: one.revision for one in self.stored().values()}
        for path, *_ in self.offers():
            with suppress(LinkSpent):
                assert not self.links.peek(path).contacts
        assert {one.id: one.revision for one in self.stored().values()} == before

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "known"):
            stored = self.stored()
            assert set(stored) == set(self.known)
            for one, known in self.known.items():
                assert stored[one].state is known.state
                said = {who for who in Party if stored[one].answer_of(who) is Answer.ACCEPTED}
                # Who has said yes and then no is not among them any more.
                declined = known.state is IntroductionState.DECLINED
                assert said <= known.yes if declined else said == known.yes

    @invariant()
    def nobody_has_more_than_they_can_take(self) -> None:
        if hasattr(self, "known"):
            assert sum(one.state in OPEN for one in self.stored().values()) <= CAPACITY

    @invariant()
    def names_pass_with_two_yeses_only(self) -> None:
        if not hasattr(self, "known"):
            return
        both = {one for one, known in self.known.items() if known.yes == set(Party)}
        for mail in self.mails():
            one = UUID(mail.idempotency_key.split(":")[1])
            other = EMAIL[Party.PARTNER if mail.to == EMAIL[Party.FIRM] else Party.FIRM]
            assert one in both or other not in str(mail.values)
        viewers = [self.parties.viewer(who) for who in (self.parties.firm, self.parties.partner)]
        for viewer in viewers:
            for seen in self.service.page(viewer, limit=100).items:
                passed = seen.introduction.id in both
                assert bool(seen.contacts) == passed
                if Party.PARTNER in seen.parties:
                    assert (seen.challenge.requester is not None) == passed

    @invariant()
    def nothing_is_mailed_twice_and_nothing_that_is_due_is_missing(self) -> None:
        if not hasattr(self, "known"):
            return
        counted = Counter(
            (
                mail.idempotency_key.split(":")[1],
                mail.template,
                mail.values.get("reminder"),
                mail.to,
            )
            for mail in self.mails()
            if mail.template is not MailTemplate.INTRODUCTION_MEETING
        )
        assert set(counted.values()) <= {1}
        for one, known in self.known.items():
            told = sum(
                key[1] is MailTemplate.INTRODUCTION_ACCEPTED and key[0] == str(one)
                for key in counted
            )
            assert told == (2 if known.yes == set(Party) else 0)

    def stored(self) -> dict[UUID, Introduction]:
        with self.sessions.reading() as session:
            return {one.id: one for one in session.scalars(select(Introduction))}

    def mails(self) -> list[OutgoingMail]:
        with self.sessions.reading() as session:
            query = select(OutgoingMail).where(OutgoingMail.idempotency_key.like("introduction:%"))
            return list(session.scalars(query.order_by(OutgoingMail.created_at)))

    def offers(self) -> list[tuple[str, Party, UUID]]:
        """Return secret, party and introduction of every link that was mailed."""
        return [
            (str(mail.values["path"]).rpartition("/")[2], Party(key[-1]), UUID(key[1]))
            for mail in self.mails()
            if mail.template is MailTemplate.INTRODUCTION_OFFER
            for key in [mail.idempotency_key.split(":")]
        ]


def test_any_history_keeps_what_is_promised(new_place: Callable[[], Place]) -> None:
    Histories.new_place = staticmethod(new_place)  # type: ignore[assignment]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Histories,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
