"""The optimising methods reach what brute force says can be reached."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.matching.assignment.answering import answered
from matchmaker.matching.assignment.board import Board, laid_out
from matchmaker.matching.assignment.keeping import breaches
from matchmaker.matching.assignment.optimising import BEST_FIT, MOST_PLACED, optimised
from matchmaker.matching.assignment.outcome import Method
from matchmaker.matching.assignment.round import Host, Position, Round, Student, Supervisor
from matchmaker.matching.assignment.solver import Progress
from matchmaker.matching.assignment.stable import Stopped
from tests.unit.matching.assignment.rounds import (
    every_placement,
    host,
    position,
    rounds,
    shuffled,
    student,
    supervisor,
)

SMALL = rounds(students=4, positions=3, teams=True, supervision=True, decided=True)
WHOLE = rounds(teams=True, supervision=True, decided=True)


def counted(board: Board, placed: dict[int, int]) -> dict[str, int]:
    """Count a placement by the words of the aims, not by the columns of the program."""
    longest = max((len(wishes) for wishes in board.wishes), default=0)
    return {
        "placed": len(placed),
        "preference": sum(
            longest + 1 - board.places[row].get(at, longest + 1) for row, at in placed.items()
        ),
        "fit": sum(board.fit(row, at) for row, at in placed.items()),
    }


def test_what_is_solved_before_the_search_begins_is_told() -> None:
    """HiGHS answers this round while it reads it in, and then hands out what it was begun with."""
    wishes: dict[int, dict[int, int]] = {1: {1: 4, 2: 3}, 2: {}, 4: {2: 5, 1: 2}, 6: {2: 1}}
    guides = {1: [1], 4: [1, 2]}
    asked = Round(
        students=tuple(
            Student(
                id=student(one),
                ranking={position(at): rank for at, rank in ranking.items()},
                supervisors=frozenset(map(supervisor, guides[one])) if one in guides else None,
            )
            for one, ranking in wishes.items()
        ),
        positions=(
            Position(id=position(1), host=host(0)),
            Position(id=position(2), host=host(0), capacity=3, minimum=2),
            Position(id=position(5), host=host(0), brought_by=student(2)),
        ),
        hosts=(Host(id=host(0), capacity=3),),
        supervisors=(
            Supervisor(id=supervisor(1), capacity=2),
            Supervisor(id=supervisor(2), capacity=1),
        ),
        fit={(student(4), position(1)): 15, (student(6), position(2)): 97},
    )
    reached = optimised(laid_out(asked), BEST_FIT).reached
    assert all(one.optimal for one in reached), reached


@pytest.mark.parametrize("aims", [MOST_PLACED, BEST_FIT])
@given(asked=SMALL)
@settings(max_examples=60, deadline=None)
def test_nothing_better_is_allowed(asked: Round, aims: tuple[str, ...]) -> None:
    board = laid_out(asked)
    found = optimised(board, aims)
    assert not breaches(board, found.placed)
    best = max(
        tuple(counted(board, placed)[name] for name in aims) for placed in every_placement(board)
    )
    reached = counted(board, dict(found.placed))
    assert tuple(reached[name] for name in aims) == best
    assert [one.value for one in found.reached] == list(best)
    assert all(one.optimal and one.gap == 0 for one in found.reached)


@given(asked=WHOLE, number=st.integers())
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_a_round_is_given_never_matters(asked: Round, number: int) -> None:
    other = shuffled(asked, Random(number))
    for method in (Method.MOST_PLACED, Method.BEST_FIT):
        assert answered(other, method) == answered(asked, method)


def two_places(loads: dict[int, int]) -> Round:
    """Three students, two places of size 2; how much room each student needs."""
    return Round(
        students=tuple(
            Student(id=student(n), ranking={position(0): 1, position(1): 2}) for n in range(3)
        ),
        positions=tuple(Position(id=position(n), host=host(0), capacity=2) for n in range(2)),
        hosts=(Host(id=host(0)),),
        loads={(student(n), position(at)): load for n, load in loads.items() for at in range(2)},
    )


def test_loads_count_against_capacities() -> None:
    found = optimised(laid_out(two_places({0: 2, 1: 1, 2: 1})), MOST_PLACED)
    assert len(found.placed) == 3
    assert found.placed[1] == found.placed[2] != found.placed[0]
    found = optimised(laid_out(two_places({0: 2, 1: 2, 2: 2})), MOST_PLACED)
    assert len(found.placed) == 2


def test_progress_is_told_and_a_stop_is_heard() -> None:
    asked = two_places({0: 2, 1: 2, 2: 1})
    told: list[Progress] = []
    optimised(laid_out(asked), MOST_PLACED, progress=told.append)
    assert {one.aim for one in told} <= set(MOST_PLACED)
    assert all(one.seconds >= 0 for one in told)
    for one in (asked, replace(asked, loads={})):
        with pytest.raises(Stopped):
            optimised(laid_out(one), MOST_PLACED, cancelled=lambda: True)


def test_lots_and_not_names_decide_between_equal_answers() -> None:
    asked = Round(
        students=tuple(Student(id=student(n), ranking={position(0): 1}) for n in range(4)),
        positions=(Position(id=position(0), host=host(0)),),
        hosts=(Host(id=host(0)),),
    )
    for method in (Method.MOST_PLACED, Method.BEST_FIT):
        winners = {
            answered(replace(asked, seed=f"lot {n}"), method).placed[0].student for n in range(60)
        }
        assert winners == {student(n) for n in range(4)}


def test_an_empty_round_has_an_answer() -> None:
    nobody = Round(students=(), positions=(), hosts=())
    for method in Method:
        result = answered(nobody, method)
        assert result.measures.placed == result.measures.unplaced == 0
        assert result.measures.mean_place is None
