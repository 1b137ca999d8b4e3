"""Several people do something with introductions at the same moment, each in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import LinkSpent, Protected, TransitionNotAllowed
from matchmaker.models import (
    Answer,
    Conclusion,
    DeclineReason,
    Expert,
    IntroductionState,
    Party,
    Role,
)
from matchmaker.models.facts import Viewer
from matchmaker.storage.database import Sessions
from tests.parties import WELDING, Parties, some_parties

REFUSED = (LinkSpent, Protected, TransitionNotAllowed)


@pytest.fixture
def parties(workshop: Matchmaker) -> Parties:
    """A firm, a partner and staff."""
    return some_parties(workshop)


def at_once(*deeds: Callable[[], object]) -> Sequence[bool]:
    """Do all of these at the same moment; return which were done and not refused."""
    barrier = Barrier(len(deeds))

    def one(deed: Callable[[], object]) -> bool:
        barrier.wait()
        try:
            deed()
        except REFUSED:
            return False
        return True

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


def test_two_yeses_at_once_are_two_yeses_and_one_mail_to_each(parties: Parties) -> None:
    links = parties.service.introduction_links
    for _ in range(5):
        one = parties.offered()
        secrets = parties.secret(parties.firm), parties.secret(parties.partner)

        assert at_once(*(lambda it=it: links.answer(it, Answer.ACCEPTED) for it in secrets)) == [
            True,
            True,
        ]

        found = parties.service.introductions.get(one.id)
        assert found.state is IntroductionState.ACCEPTED
        told = [mail.to for mail in parties.mails(f"introduction:{one.id}:accepted")]
        assert sorted(told) == ["firm@example.dk", "partner@example.dk"]
        parties.service.introductions.meet(one.id, by=None)
        parties.service.introductions.conclude(one.id, Conclusion.HELPED, by=None)


def test_the_same_link_pressed_twice_at_once_answers_once(parties: Parties) -> None:
    parties.offered()
    secret = parties.secret(parties.partner)
    links = parties.service.introduction_links

    done = at_once(*[lambda: links.answer(secret, Answer.ACCEPTED)] * 4)

    assert sum(done) == 1


def test_yes_and_no_at_once_never_pass_a_name(parties: Parties) -> None:
    service = parties.service.introductions
    for _ in range(5):
        one = parties.offered()
        service.answer(one.id, Party.FIRM, Answer.ACCEPTED, by=None)

        done = at_once(
            lambda one=one: service.answer(one.id, Party.PARTNER, Answer.ACCEPTED, by=None),
            lambda one=one: service.answer(
                one.id, Party.FIRM, Answer.DECLINED, by=None, reason=DeclineReason.OTHER
            ),
        )

        assert sum(done) == 1
        told = parties.mails(f"introduction:{one.id}:accepted")
        state = service.get(one.id).state
        assert (state is IntroductionState.ACCEPTED) == bool(told)
        if state is IntroductionState.ACCEPTED:
            service.conclude(one.id, Conclusion.NOT_PURSUED, by=None)


def test_two_offers_at_once_do_not_both_take_the_last_place(parties: Parties) -> None:
    with Sessions(parties.service.engine).writing() as session:
        session.get_one(Expert, parties.profile_id).capacity = 1
    firm = Viewer(account_id=parties.firm.id, role=Role.FIRM)
    service = parties.service.introductions
    drafts = [
        service.draft(
            parties.service.challenges.submit(text=WELDING, by=firm).id, parties.profile_id, by=None
        )
        for _ in range(4)
    ]

    done = at_once(*(lambda one=one: service.offer(one.id, by=None) for one in drafts))

    assert sum(done) == 1
