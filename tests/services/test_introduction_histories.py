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
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import build
from matchmaker.errors import Duplicate, LinkSpent, Protected, TransitionNotAllowed
from matchmaker.models import (
    Answer,
    AuditEntry,
    Conclusion,
    DeclineReason,
    Expert,
    Introduction,
    IntroductionState,
    MailLink,
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
#: More often yes: a no ends a history early.
YES_OR_NO = st.sampled_from([Answer.ACCEPTED, Answer.ACCEPTED, Answer.ACCEPTED, Answer.DECLINED])
_BOTH_ASKED = (
    *(IntroductionState.OFFERED, IntroductionState.ACCEPTED, IntroductionState.MET),
    *(IntroductionState.CONCLUDED, IntroductionState.DECLINED, IntroductionState.EXPIRED),
)
#: Kind of mail -> state -> how many of it there are at least.
DUE = {
    MailTemplate.INTRODUCTION_OFFER: dict.fromkeys(_BOTH_ASKED, 2),
    MailTemplate.INTRODUCTION_ENDED: {
        IntroductionState.EXPIRED: 2,
        IntroductionState.DECLINED: 1,
    },
}
#: What can happen, what makes a history longer more often.
HAPPENS = [
    *(("draft", "offer", "answer") * 3),
    *(("link", "time", "tick") * 2),
    *("withdraw", "meeting", "meet", "conclude", "scanner"),
]


@dataclass
class Known:
    """What the history says of one introduction."""

    state: IntroductionState = IntroductionState.DRAFTED
    yes: set[Party] = field(default_factory=set)


class Histories(RuleBasedStateMachine):
    """Every deed of staff, parties and time, in any order."""

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
        self.seen: tuple[Any, ...] = ()
        for number in range(2):
            self.draft(number)
        self.offer(0)

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

    @rule(
        what=st.sampled_from(HAPPENS),
        which=st.integers(0, 7),
        # Mostly whoever has not answered yet.
        party=st.sampled_from([None, None, *Party]),
        answer=YES_OR_NO,
        days=st.sampled_from([1, 1, 6, 8, 15]),
        killed=st.one_of(st.none(), st.none(), st.tuples(st.integers(1, 30), st.booleans())),
    )
    def something_happens(
        self,
        what: str,
        which: int,
        party: Party | None,
        answer: Answer,
        days: int,
        killed: tuple[int, bool] | None,
    ) -> None:
        """Do one thing, and perhaps be killed in it.

        One rule for all: of several, Hypothesis would leave some out of each history, and few
        would come as far as two yeses.
        """
        if killed is not None:
            self.sessions.arm(killed[0], after_commit=killed[1])
        happens: dict[str, Callable[[], Any]] = {
            "draft": lambda: self.draft(which),
            "offer": lambda: self.offer(which),
            "answer": lambda: self.answer(which, party, answer),
            "link": lambda: self.answer_by_link(which, answer),
            "withdraw": lambda: self.withdraw(which),
            "meeting": lambda: self.propose_a_meeting(which),
            "meet": lambda: self.meet(which),
            "conclude": lambda: self.conclude(which),
            "time": lambda: self.time_goes_on(days),
            "tick": self.tick,
            "scanner": self.a_scanner_opens_every_link,
        }
        happens[what]()
        self.sessions.left = None

    def pick(self, which: int, *states: IntroductionState) -> UUID | None:
        """Return one of those in a state, or when there is none one that is in another."""
        found = [one for one, known in self.known.items() if known.state in states]
        found = found or list(self.known)
        return found[which % len(found)] if found else None

    def draft(self, number: int) -> None:
        drafted: list[Introduction] = []
        where = self.challenges[number % 4], self.parties.profile_id
        if self.deed(lambda: drafted.append(self.service.draft(*where, by=None))) and not drafted:
            # Stored, and nobody was told its id.
            drafted += [one for key, one in self.stored().items() if key not in self.known]
        self.known.update({one.id: Known() for one in drafted})

    def offer(self, which: int) -> None:
        one = self.pick(which, IntroductionState.DRAFTED)
        if one and self.deed(lambda: self.service.offer(one, by=None)):
            assert self.known[one].state is IntroductionState.DRAFTED
            self.known[one].state = IntroductionState.OFFERED

    def answer(self, which: int, asked: Party | None, answer: Answer) -> None:
        one = self.pick(which, IntroductionState.OFFERED)
        waits = [who for who in Party if one and who not in self.known[one].yes] or [*Party]
        party = asked or waits[0]
        reason = DeclineReason.NO_TIME if answer is Answer.DECLINED else None
        if one and self.deed(
            lambda: self.service.answer(one, party, answer, by=None, reason=reason)
        ):
            self.said(one, party, answer)

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
        answer_by = self.stored()[one].answer_by
        assert answer_by is not None
        assert self.clock.now <= answer_by, "an answer after the time was over"
        if answer is Answer.DECLINED:
            known.state = IntroductionState.DECLINED
            return
        assert party not in known.yes
        known.yes.add(party)
        if known.yes == set(Party):
            known.state = IntroductionState.ACCEPTED

    def withdraw(self, which: int) -> None:
        one = self.pick(which)
        if one and self.deed(lambda: self.service.withdraw(one, by=None)):
            assert self.known[one].yes != set(Party)
            self.known[one].state = IntroductionState.WITHDRAWN

    def propose_a_meeting(self, which: int) -> None:
        one = self.pick(which, IntroductionState.ACCEPTED)
        starts = self.clock.now + timedelta(days=2)
        if one and self.deed(lambda: self.service.propose_meeting(one, by=None, starts_at=starts)):
            assert self.known[one].yes == set(Party)

    def meet(self, which: int) -> None:
        one = self.pick(which, IntroductionState.ACCEPTED)
        if one and self.deed(lambda: self.service.meet(one, by=None)):
            assert self.known[one].state is IntroductionState.ACCEPTED
            self.known[one].state = IntroductionState.MET

    def conclude(self, which: int) -> None:
        one = self.pick(which, IntroductionState.ACCEPTED, IntroductionState.MET)
        if one and self.deed(lambda: self.service.conclude(one, Conclusion.HELPED, by=None)):
            assert self.known[one].yes == set(Party)
            self.known[one].state = IntroductionState.CONCLUDED

    def time_goes_on(self, days: int) -> None:
        self.clock.now += timedelta(days=days)

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

    def a_scanner_opens_every_link(self) -> None:
        before = {one.id: one.revision for one in self.stored().values()}
        for path, *_ in self.offers():
            with suppress(LinkSpent):
                assert not self.links.peek(path).contacts
        assert {one.id: one.revision for one in self.stored().values()} == before

    @invariant()
    def promises_are_kept(self) -> None:
        """Look at everything whenever anything was written."""
        if not hasattr(self, "known"):
            return
        written = self.written()
        if written != self.seen:
            self.seen = written
            self.nothing_is_lost()
            self.nobody_has_more_than_they_can_take()
            self.names_pass_with_two_yeses_only()
            self.nothing_is_mailed_twice_and_nothing_that_is_due_is_missing()

    def written(self) -> tuple[Any, ...]:
        """Return what changes with every write, in one statement."""
        tables = (OutgoingMail, MailLink, AuditEntry)
        counts = [select(func.count()).select_from(one).scalar_subquery() for one in tables]
        with self.sessions.reading() as session:
            return tuple(
                session.execute(
                    select(func.count(), func.sum(Introduction.revision), *counts)
                ).one()
            )

    def nothing_is_lost(self) -> None:
        stored = self.stored()
        assert set(stored) == set(self.known)
        for one, known in self.known.items():
            assert stored[one].state is known.state
            said = {who for who in Party if stored[one].answer_of(who) is Answer.ACCEPTED}
            # Who has said yes and then no is not among them any more.
            declined = known.state is IntroductionState.DECLINED
            assert said <= known.yes if declined else said == known.yes

    def nobody_has_more_than_they_can_take(self) -> None:
        assert sum(one.state in OPEN for one in self.stored().values()) <= CAPACITY

    def names_pass_with_two_yeses_only(self) -> None:
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

    def nothing_is_mailed_twice_and_nothing_that_is_due_is_missing(self) -> None:
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
        told = Counter((one, template) for one, template, *_ in counted)
        for one, known in self.known.items():
            for template, due in DUE.items():
                number = due.get(known.state)
                assert number is None or told[str(one), template] >= number, (known, template)
            accepted = told[str(one), MailTemplate.INTRODUCTION_ACCEPTED]
            assert accepted == (2 if known.yes == set(Party) else 0)

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
            max_examples=10,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
