"""An introduction's states: which action leads where, and which is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models import (
    Answer,
    Conclusion,
    DeclineReason,
    Introduction,
    IntroductionAction,
    IntroductionState,
    Party,
)
from matchmaker.models.introduction import ANSWER_WITHIN, TRANSITIONS
from tests.factories import NOW, an_introduction

SOON, OVER = NOW + timedelta(days=1), NOW + ANSWER_WITHIN


def in_state(state: IntroductionState) -> Introduction:
    """Return an introduction in a state; the partner has said yes where somebody may answer."""
    return an_introduction(
        state=state,
        offered_at=NOW,
        answer_by=OVER,
        partner_answer=Answer.ACCEPTED,
        partner_answered_at=NOW,
    )


DEEDS: dict[IntroductionAction, Callable[[Introduction], None]] = {
    IntroductionAction.REVISE: lambda one: one.revise(firm_text="a", partner_text="b", at=SOON),
    IntroductionAction.OFFER: lambda one: one.offer(at=SOON),
    IntroductionAction.ACCEPT: lambda one: one.accept(Party.FIRM, at=SOON),
    IntroductionAction.DECLINE: lambda one: one.decline(Party.FIRM, DeclineReason.NO_TIME, at=SOON),
    IntroductionAction.REMIND: lambda one: one.remind(at=SOON),
    IntroductionAction.EXPIRE: lambda one: one.expire(at=OVER),
    IntroductionAction.WITHDRAW: lambda one: one.withdraw(at=SOON),
    IntroductionAction.PROPOSE_MEETING: lambda one: one.propose_meeting(
        starts_at=OVER, minutes=30, place="", at=SOON
    ),
    IntroductionAction.MEET: lambda one: one.meet(at=SOON),
    IntroductionAction.CONCLUDE: lambda one: one.conclude(Conclusion.HELPED, at=SOON),
}


@pytest.mark.parametrize("action", IntroductionAction)
@pytest.mark.parametrize("state", IntroductionState)
def test_the_table_decides_what_an_action_does(
    state: IntroductionState, action: IntroductionAction
) -> None:
    one = in_state(state)
    following = TRANSITIONS[state].get(action)
    if following is None:
        with pytest.raises(TransitionNotAllowed) as refused:
            DEEDS[action](one)
        assert refused.value.allowed == one.actions()
        assert (one.state, one.updated_at) == (state, NOW)
    else:
        DEEDS[action](one)
        assert one.state is following
        assert one.updated_at > NOW


def test_it_is_accepted_by_the_second_yes_only() -> None:
    one = an_introduction()
    one.offer(at=NOW)
    assert one.waits_for == (Party.FIRM, Party.PARTNER)

    one.accept(Party.PARTNER, at=SOON)
    assert (one.state, one.contacts_passed) == (IntroductionState.OFFERED, False)
    assert one.waits_for == (Party.FIRM,)
    with pytest.raises(TransitionNotAllowed):
        one.accept(Party.PARTNER, at=SOON)

    one.accept(Party.FIRM, at=SOON)
    assert (one.state, one.contacts_passed) == (IntroductionState.ACCEPTED, True)
    assert (one.accepted_at, one.waits_for) == (SOON, ())


def test_who_said_yes_may_still_say_no_while_the_other_is_waited_for() -> None:
    one = in_state(IntroductionState.OFFERED)

    one.decline(Party.PARTNER, DeclineReason.WRONG_SIZE, "Too big for me.", at=SOON)

    assert one.state is IntroductionState.DECLINED
    assert (one.declined_by, one.decline_reason) == (Party.PARTNER, DeclineReason.WRONG_SIZE)
    assert (one.partner_answer, one.ended_at) == (Answer.DECLINED, SOON)


def test_answers_end_with_the_time_and_expiry_begins_there() -> None:
    one = in_state(IntroductionState.OFFERED)

    with pytest.raises(TransitionNotAllowed):
        one.expire(at=OVER - timedelta(seconds=1))
    for answer in (IntroductionAction.ACCEPT, IntroductionAction.DECLINE):
        with pytest.raises(TransitionNotAllowed):
            if answer is IntroductionAction.ACCEPT:
                one.accept(Party.FIRM, at=OVER)
            else:
                one.decline(Party.FIRM, DeclineReason.OTHER, at=OVER)
    one.expire(at=OVER)
    assert (one.state, one.ended_at) == (IntroductionState.EXPIRED, OVER)


def test_there_is_one_reminder() -> None:
    one = in_state(IntroductionState.OFFERED)
    one.remind(at=SOON)

    assert IntroductionAction.REMIND not in one.actions()
    with pytest.raises(TransitionNotAllowed):
        one.remind(at=SOON)


def test_neither_address_nor_words_are_in_the_repr() -> None:
    one = an_introduction(partner_email="anna@example.dk", decline_note="My wife is ill.")

    assert not any(word in repr(one) for word in ("anna", "wife", "welded", "North Jutland"))
