"""Every deed of an introduction, killed before every single statement: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import Duplicate
from matchmaker.models import (
    Answer,
    AuditEntry,
    Conclusion,
    DeclineReason,
    Introduction,
    MailLink,
    OutgoingMail,
    Party,
)
from matchmaker.services.introduction_links import IntroductionLinks
from matchmaker.services.introduction_ticks import IntroductionTicks
from matchmaker.services.introductions import IntroductionService
from matchmaker.storage.database import Sessions
from tests.conftest import SteppingClock
from tests.parties import Parties, some_parties
from tests.services.mortal import AT_THE_END, Killed, MortalSessions

Deed = Callable[["Mortal", UUID], Any]


class Mortal:
    """The services of a process that can be killed."""

    def __init__(self, service: Matchmaker, clock: SteppingClock) -> None:
        self.sessions = MortalSessions(service.engine)
        self.service = IntroductionService(self.sessions, clock)
        self.links = IntroductionLinks(self.service)
        self.ticks = IntroductionTicks(self.service)
        self.parties: Parties = some_parties(service)
        self.clock = clock
        self.secret = ""

    def close(self) -> None:
        event.remove(self.sessions.engine, "before_cursor_execute", self.sessions._count)


@pytest.fixture
def mortal(workshop: Matchmaker, clock: SteppingClock) -> Iterator[Mortal]:
    made = Mortal(workshop, clock)
    yield made
    made.close()


def snapshot(mortal: Mortal) -> list[str]:
    """Return everything that an introduction writes."""
    with Sessions(mortal.sessions.engine).reading() as session:
        return [
            str(sorted(map(str, session.execute(select(kind.__table__)).all())))
            for kind in (Introduction, OutgoingMail, MailLink, AuditEntry)
        ]


def offered(mortal: Mortal, one: UUID) -> None:
    mortal.service.offer(one, by=None)
    mortal.secret = mortal.parties.secret(mortal.parties.partner)


def half(mortal: Mortal, one: UUID) -> None:
    offered(mortal, one)
    mortal.service.answer(one, Party.FIRM, Answer.ACCEPTED, by=None)


def accepted(mortal: Mortal, one: UUID) -> None:
    half(mortal, one)
    mortal.service.answer(one, Party.PARTNER, Answer.ACCEPTED, by=None)


def later(days: int) -> Deed:
    def go(mortal: Mortal, one: UUID) -> None:
        half(mortal, one)
        mortal.clock.now += timedelta(days=days)

    return go


def nothing(_mortal: Mortal, _one: UUID) -> None:
    """Leave the draft as it is."""


def declines(mortal: Mortal, one: UUID) -> Any:
    return mortal.service.answer(
        one, Party.PARTNER, Answer.DECLINED, by=None, reason=DeclineReason.NO_TIME
    )


#: What it is called -> what happened before, and the deed.
DEEDS: dict[str, tuple[Deed, Deed]] = {
    "revise": (nothing, lambda m, one: m.service.revise(one, by=None, firm_text="Other words.")),
    "offer": (nothing, lambda m, one: m.service.offer(one, by=None)),
    "first yes": (
        offered,
        lambda m, one: m.service.answer(one, Party.FIRM, Answer.ACCEPTED, by=None),
    ),
    "second yes": (
        half,
        lambda m, one: m.service.answer(one, Party.PARTNER, Answer.ACCEPTED, by=None),
    ),
    "second yes by link": (half, lambda m, _: m.links.answer(m.secret, Answer.ACCEPTED)),
    "no by link": (
        half,
        lambda m, _: m.links.answer(m.secret, Answer.DECLINED, reason=DeclineReason.NO_TIME),
    ),
    "no": (half, declines),
    "withdraw": (half, lambda m, one: m.service.withdraw(one, by=None)),
    "meeting": (
        accepted,
        lambda m, one: m.service.propose_meeting(
            one, by=None, starts_at=m.clock.now + timedelta(days=9)
        ),
    ),
    "met": (accepted, lambda m, one: m.service.meet(one, by=None)),
    "conclude": (accepted, lambda m, one: m.service.conclude(one, Conclusion.HELPED, by=None)),
    "remind": (later(8), lambda m, _: m.ticks.tick()),
    "expire": (later(15), lambda m, _: m.ticks.tick()),
}


@pytest.mark.parametrize("name", DEEDS)
def test_killed_before_any_statement_nothing_is_done(mortal: Mortal, name: str) -> None:
    before, deed = DEEDS[name]
    one = mortal.parties.drafted().id
    before(mortal, one)
    was, now = snapshot(mortal), mortal.clock.now
    statements = 0
    while True:
        statements += 1
        mortal.sessions.arm(statements)
        mortal.clock.now = now
        with pytest.raises(Killed):
            deed(mortal, one)
        assert snapshot(mortal) == was, f"half of it is stored, before statement {statements}"
        if mortal.sessions.lived:
            break
    assert statements > 3, "it was killed in the middle as well"

    mortal.sessions.arm(AT_THE_END, after_commit=True)
    with pytest.raises(Killed):
        deed(mortal, one)
    assert mortal.sessions.stored
    done = snapshot(mortal)
    assert done != was
    # Whoever does not know that it was done asks again, and nothing is done twice.
    try:
        deed(mortal, one)
    except Exception as error:  # noqa: BLE001 - which refusal it is belongs to other tests
        assert type(error).__module__ == "matchmaker.errors"
        assert snapshot(mortal) == done
    else:
        assert snapshot(mortal)[1] == done[1] or name == "meeting", "a mail was written twice"


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_is_one_transaction(mortal: Mortal, name: str) -> None:
    before, deed = DEEDS[name]
    one = mortal.parties.drafted().id
    before(mortal, one)
    begun = mortal.sessions.transactions

    deed(mortal, one)

    assert mortal.sessions.transactions == begun + 1


def test_a_draft_that_was_stored_unseen_is_found_when_it_is_asked_for_again(
    mortal: Mortal,
) -> None:
    where = mortal.parties.challenge_id, mortal.parties.profile_id
    was = snapshot(mortal)
    for statements in range(1, 8):
        mortal.sessions.arm(statements)
        with pytest.raises(Killed):
            mortal.service.draft(*where, by=None)
        assert snapshot(mortal) == was
    mortal.sessions.arm(AT_THE_END, after_commit=True)
    with pytest.raises(Killed):
        mortal.service.draft(*where, by=None)

    with pytest.raises(Duplicate) as refused:
        mortal.service.draft(*where, by=None)
    assert mortal.service.get(refused.value.existing_id).profile_id == where[1]
