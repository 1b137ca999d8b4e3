"""A challenge on its way: what each state allows."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models import Challenge, ChallengeAction, ChallengeState, Place
from tests.factories import NOW

#: Written out once more, so that no change of the table passes unseen: state, action, next.
ALLOWED = {
    ("draft", "revise"): "draft",
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "revise"): "submitted",
    ("submitted", "match"): "submitted",
    ("submitted", "open"): "open",
    ("submitted", "withdraw"): "withdrawn",
    ("open", "match"): "open",
    ("open", "close"): "closed",
    ("open", "withdraw"): "withdrawn",
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


def test_its_place_is_where_the_firm_is() -> None:
    where = {"city": "Aalborg", "postcode": "9000", "municipality": "851"}
    challenge = a_challenge(**where, latitude=57.05, longitude=9.92)
    assert challenge.place == Place(**where, latitude=57.05, longitude=9.92)
