"""A challenge on its way: what each state allows."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models import Challenge, ChallengeAction, ChallengeState, Place
from tests.factories import NOW

#: Written out once more, so that no change of the table passes unseen: state, action, next.
ALLOWED = {
    ("draft", "revise"): "draft",
    ("draft", "brief"): "draft",
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "revise"): "submitted",
    ("submitted", "brief"): "submitted",
    ("submitted", "match"): "submitted",
    ("submitted", "ask"): "submitted",
    ("submitted", "answer"): "submitted",
    ("submitted", "close"): "closed",
    ("submitted", "open"): "open",
    ("submitted", "withdraw"): "withdrawn",
    ("open", "brief"): "open",
    ("open", "match"): "open",
    ("open", "ask"): "open",
    ("open", "answer"): "open",
    ("open", "renew"): "open",
    ("open", "expire"): "expired",
    ("open", "close"): "closed",
    ("open", "withdraw"): "withdrawn",
    ("expired", "renew"): "open",
    ("expired", "close"): "closed",
    ("expired", "withdraw"): "withdrawn",
}


def a_challenge(state: ChallengeState = ChallengeState.SUBMITTED, **values: object) -> Challenge:
    return Challenge(
        text="Der kommer revner i sømmen.",
        language="da",
        state=state,
        created_at=NOW,
        updated_at=NOW,
        **values,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("state", "action"),
    list(product(ChallengeState, ChallengeAction)),
    ids=lambda one: one.value,
)
def test_every_action_in_every_state_is_allowed_or_refused_in_words(
    state: ChallengeState, action: ChallengeAction
) -> None:
    challenge = a_challenge(state)
    later = NOW + timedelta(hours=1)
    following = ALLOWED.get((state.value, action.value))
    if following is not None:
        assert action in challenge.actions()
        challenge.apply(action, at=later)
        assert (challenge.state, challenge.updated_at) == (following, later)
        return
    with pytest.raises(TransitionNotAllowed) as refused:
        challenge.apply(action, at=later)
    assert refused.value.allowed == challenge.actions()
    assert (refused.value.state, refused.value.action) == (state, action)
    assert (challenge.state, challenge.updated_at) == (state, NOW)


def test_checking_an_action_changes_nothing() -> None:
    challenge = a_challenge()
    assert challenge.check(ChallengeAction.OPEN) is ChallengeState.OPEN
    assert challenge.state is ChallengeState.SUBMITTED


def test_nothing_can_be_done_with_a_withdrawn_challenge() -> None:
    challenge = a_challenge(ChallengeState.WITHDRAWN)
    assert challenge.actions() == ()
    with pytest.raises(TransitionNotAllowed, match="allowed: nothing"):
        challenge.check(ChallengeAction.MATCH)


@pytest.mark.parametrize(
    ("done", "waits_for"),
    [
        (["submit"], "staff"),
        (["submit", "ask"], "firm"),
        (["submit", "ask", "revise"], "firm"),
        (["submit", "ask", "answer"], "staff"),
        (["submit", "open"], None),
        (["submit", "open", "expire"], "firm"),
        (["submit", "open", "expire", "renew"], None),
        (["submit", "ask", "close"], None),
        (["submit", "ask", "withdraw"], None),
    ],
)
def test_it_says_who_it_waits_for(done: list[str], waits_for: str | None) -> None:
    challenge = a_challenge(ChallengeState.DRAFT)
    for action in done:
        challenge.apply(ChallengeAction(action), at=NOW)

    assert challenge.waits_for == waits_for


def test_an_open_one_is_over_when_its_time_is_whether_or_not_anybody_noted_it() -> None:
    challenge = a_challenge(ChallengeState.OPEN, expires_at=NOW)

    assert challenge.is_over(at=NOW)
    assert not challenge.is_over(at=NOW - timedelta(seconds=1))
    assert a_challenge(ChallengeState.EXPIRED).is_over(at=NOW)
    assert not a_challenge(ChallengeState.OPEN).is_over(at=NOW)


@pytest.mark.parametrize(
    ("state", "values", "public"),
    [
        ("submitted", {}, False),
        ("submitted", {"sample": True}, True),
        ("open", {}, True),
        ("open", {"account_id": uuid4()}, False),
        ("open", {"organisation_id": uuid4()}, False),
        ("open", {"confidential": True}, False),
        ("open", {"expires_at": NOW}, False),
        ("closed", {}, False),
    ],
)
def test_others_see_what_was_opened_by_nobody_in_particular(
    state: str, values: dict[str, object], *, public: bool
) -> None:
    assert a_challenge(ChallengeState(state), **values).is_public(at=NOW) is public


def test_its_place_is_where_the_firm_is() -> None:
    where = {"city": "Aalborg", "postcode": "9000", "municipality": "851"}
    challenge = a_challenge(**where, latitude=57.05, longitude=9.92)
    assert challenge.place == Place(**where, latitude=57.05, longitude=9.92)
