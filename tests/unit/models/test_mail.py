"""A mail's states: which action leads where, and which is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models import MailState, MailTemplate, OutgoingMail
from matchmaker.models.mail import LEASE, TRANSITIONS, WANTED_VALUES, MailAction
from tests.factories import NOW


def a_row(state: MailState = MailState.WAITING) -> OutgoingMail:
    return OutgoingMail(
        idempotency_key="1",
        to="anna@example.dk",
        language="da",
        template=MailTemplate.SIGN_IN,
        values={"path": "/x"},
        state=state,
        attempts=1,
        created_at=NOW,
        not_before=NOW,
    )


def take(mail: OutgoingMail, action: MailAction) -> None:
    {
        MailAction.CLAIM: lambda: mail.claim(at=NOW),
        MailAction.DELIVER: lambda: mail.deliver(at=NOW),
        MailAction.POSTPONE: lambda: mail.fail("Refused RCPT 450", at=NOW),
        MailAction.GIVE_UP: lambda: mail.give_up("Expired"),
        MailAction.BOUNCE: lambda: mail.bounce("Refused RCPT 550"),
        MailAction.RETRY: lambda: mail.retry(at=NOW),
    }[action]()


@pytest.mark.parametrize("action", MailAction)
@pytest.mark.parametrize("state", MailState)
def test_the_table_decides_what_an_action_does(state: MailState, action: MailAction) -> None:
    mail = a_row(state)
    following = TRANSITIONS[state].get(action)
    if following is None:
        with pytest.raises(TransitionNotAllowed) as refused:
            take(mail, action)
        assert refused.value.allowed == mail.actions()
        assert mail.state is state
    else:
        take(mail, action)
        assert mail.state is following
    assert (mail.claimed_until is not None) == (
        action is MailAction.CLAIM and following is not None
    )


def test_a_claim_stands_for_one_attempt_until_its_lease_ends() -> None:
    mail = a_row()
    mail.claim(at=NOW)

    assert mail.is_claimed(2, at=NOW + LEASE - timedelta(seconds=1))
    assert not mail.is_claimed(2, at=NOW + LEASE)
    assert not mail.is_claimed(1, at=NOW)


def test_what_was_sent_and_then_bounced_has_no_words_left_to_be_sent_again() -> None:
    mail = a_row(MailState.SENDING)
    mail.deliver(at=NOW)
    mail.bounce("DeliveryReport 5.1.1")

    assert mail.actions() == (MailAction.BOUNCE,)
    with pytest.raises(TransitionNotAllowed):
        mail.retry(at=NOW)


def test_every_template_says_what_it_needs() -> None:
    assert set(WANTED_VALUES) == set(MailTemplate)


def test_neither_address_nor_link_is_in_the_words_of_an_error() -> None:
    assert "anna" not in repr(a_row())
    assert "/x" not in repr(a_row())
