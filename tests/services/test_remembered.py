"""What a challenge asks of the index is remembered exactly while it would be the same."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.policy import DEFAULT_POLICY
from matchmaker.models import Conditions, Place
from matchmaker.services.question import Question
from matchmaker.services.remembered import Remembered
from tests.services.worlds import TODAY


def a_question(number: int = 1, sentence: str = "Revner i sømmen.") -> Question:
    return Question(
        sentences=(sentence,),
        language="da",
        vectors=np.ones((2, 4), dtype=np.float32),
        place=Place(),
        conditions=Conditions(),
        today=TODAY,
        seed=UUID(int=number),
    )


class Counted:
    """Answers with ten numbers, and counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> tuple[object, int]:
        self.times += 1
        return object(), 10


@pytest.fixture
def ask() -> Counted:
    return Counted()


def test_the_same_question_is_asked_once(service: Matchmaker, ask: Counted) -> None:
    remembered, replica = Remembered[object](), service.matchmaking.replica
    first = remembered.asked(replica, a_question(), DEFAULT_POLICY, ask)
    again = remembered.asked(replica, a_question(), DEFAULT_POLICY, ask)
    assert again is first
    assert ask.times == 1


def test_another_text_policy_or_state_of_the_index_is_asked_again(
    service: Matchmaker, ask: Counted
) -> None:
    remembered, replica = Remembered[object](), service.matchmaking.replica
    remembered.asked(replica, a_question(), DEFAULT_POLICY, ask)
    remembered.asked(replica, a_question(sentence="Rust."), DEFAULT_POLICY, ask)
    remembered.asked(
        replica, replace(a_question(sentence="Rust."), language="en"), DEFAULT_POLICY, ask
    )
    remembered.asked(replica, a_question(), replace(DEFAULT_POLICY), ask)
    replica.position += 1
    remembered.asked(replica, a_question(), DEFAULT_POLICY, ask)
    assert ask.times == 5


def test_the_longest_unused_is_forgotten_when_there_is_too_much(
    service: Matchmaker, ask: Counted
) -> None:
    remembered, replica = Remembered[object](most_numbers=25), service.matchmaking.replica

    def asked(number: int) -> int:
        before = ask.times
        remembered.asked(replica, a_question(number), DEFAULT_POLICY, ask)
        return ask.times - before

    assert [asked(number) for number in (1, 2, 1, 3, 1, 2)] == [1, 1, 0, 1, 0, 1]
