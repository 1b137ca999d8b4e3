"""The stable method keeps what it promises: nobody can do better by going behind its back."""

from __future__ import annotations

import warnings
from collections import defaultdict
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching.games import HospitalResident, StudentAllocation

from matchmaker.matching.assignment.answering import answered
from matchmaker.matching.assignment.blocking import blocking_pairs
from matchmaker.matching.assignment.board import Board, laid_out
from matchmaker.matching.assignment.keeping import breaches
from matchmaker.matching.assignment.outcome import Method
from matchmaker.matching.assignment.round import Host, Position, Round, Student
from matchmaker.matching.assignment.stable import LoadsUnknown, Stopped, stable
from tests.unit.matching.assignment.rounds import (
    every_placement,
    host,
    position,
    rounds,
    shuffled,
    student,
)

#: Everything that a round can have.
WHOLE = rounds(teams=True, supervision=True, decided=True)


def blocks(board: Board, placed: dict[int, int]) -> bool:
    """Say by the words of the definition whether a pair blocks; without supervision and teams.

    Lots count as preferences, of students and of hosts.
    """
    return any(
        gains(board, placed, row, at)
        for row, wishes in enumerate(board.wishes)
        if row not in board.decided
        for at in (wishes[: wishes.index(placed[row])] if row in placed else wishes)
    )


def gains(board: Board, placed: dict[int, int], row: int, at: int) -> bool:
    """Say whether a host would gain by a student who wants to come."""
    inside = [one for one, other in placed.items() if other == at]
    house = [(one, other) for one, other in placed.items() if board.host[other] == board.host[at]]
    limit = board.host_capacity[board.host[at]]
    me = board.key(at, row)
    if len(inside) >= board.positions[at].capacity:
        return any(me < board.key(at, one) for one in inside if one not in board.decided)
    if row in dict(house):
        return board.rank(at, row) <= board.rank(placed[row], row)
    if limit is None or len(house) < limit:
        return True
    return any(me < board.key(other, one) for one, other in house if one not in board.decided)


@given(rounds(decided=True))
def test_no_pair_blocks(asked: Round) -> None:
    board = laid_out(asked)
    placed = dict(stable(board).placed)
    assert not blocks(board, placed)
    assert not blocking_pairs(board, placed, strict=True)
    assert not blocking_pairs(board, placed)


@given(rounds(students=4, positions=3, decided=True))
@settings(max_examples=60, deadline=None)
def test_every_student_has_the_best_of_all_stable_placements(asked: Round) -> None:
    board = laid_out(asked)
    found = stable(board).placed
    for other in every_placement(board):
        if blocks(board, other):
            continue
        assert other.keys() == found.keys()
        for row, at in other.items():
            if row not in board.decided:
                wishes = board.wishes[row]
                assert wishes.index(found[row]) <= wishes.index(at)


@given(rounds(students=4, positions=3, decided=True), st.data())
def test_blocking_pairs_are_those_of_the_definition(asked: Round, data: st.DataObject) -> None:
    board = laid_out(asked)
    placed = data.draw(st.sampled_from(list(every_placement(board))))
    assert bool(blocking_pairs(board, placed, strict=True)) == blocks(board, placed)


@given(WHOLE)
def test_limits_are_kept_and_no_pair_blocks_with_teams_supervision_and_locks(asked: Round) -> None:
    board = laid_out(asked)
    held = stable(board)
    assert not breaches(board, held.placed)
    assert not blocking_pairs(board, held.placed, strict=True)
    assert not set(held.placed.values()) & held.closed


@given(rounds(students=4, positions=3, supervision=True))
@settings(max_examples=60, deadline=None)
def test_where_supervision_binds_nobody_who_entered_could_have_more(asked: Round) -> None:
    board = laid_out(asked)
    found = stable(board).placed
    # Among those with a seat, the round without supervision has the same answer.
    entered = {board.students[row].id for row in found}
    alone = replace(
        asked,
        students=tuple(
            replace(one, supervisors=None) for one in asked.students if one.id in entered
        ),
        positions=tuple(
            replace(
                one,
                ranking={who: rank for who, rank in one.ranking.items() if who in entered},
            )
            for one in asked.positions
        ),
    )
    again = laid_out(alone)
    named = {board.students[row].id: board.positions[at].id for row, at in found.items()}
    best = {
        again.students[row].id: again.positions[at].id for row, at in stable(again).placed.items()
    }
    assert best.keys() == named.keys()
    for who, at in best.items():
        wishes = board.wishes[board.student_row[who]]
        assert wishes.index(board.position_row[at]) <= wishes.index(board.position_row[named[who]])


@given(WHOLE, st.integers())
def test_the_order_in_which_a_round_is_given_never_matters(asked: Round, number: int) -> None:
    other = shuffled(asked, Random(number))
    assert answered(other, Method.STABLE) == answered(asked, Method.STABLE)


@given(WHOLE)
def test_a_closed_team_would_not_fill_if_it_were_opened(asked: Round) -> None:
    board = laid_out(asked)
    held = stable(board)
    for closed in held.closed:
        one = board.positions[closed]
        assert one.minimum > 1
        assert closed not in board.decided.values()


def test_the_seed_decides_between_students_whom_a_host_sees_alike() -> None:
    asked = Round(
        students=tuple(Student(id=student(n), ranking={position(0): 1}) for n in range(4)),
        positions=(Position(id=position(0), host=host(0)),),
        hosts=(Host(id=host(0)),),
    )
    winners = {
        answered(replace(asked, seed=f"lot {n}"), Method.STABLE).placed[0].student
        for n in range(60)
    }
    assert winners == {student(n) for n in range(4)}


def a_team(minimum: int, wanting: int) -> Round:
    """Several students want a team first and an ordinary place second."""
    return Round(
        students=tuple(
            Student(id=student(n), ranking={position(0): 1, position(1): 2}) for n in range(wanting)
        ),
        positions=(
            Position(id=position(0), host=host(0), capacity=4, minimum=minimum),
            Position(id=position(1), host=host(1), capacity=9),
        ),
        hosts=(Host(id=host(0)), Host(id=host(1))),
    )


def test_a_team_begins_when_enough_want_it_and_not_before() -> None:
    held = stable(laid_out(a_team(3, 3)))
    assert set(held.placed.values()) == {0} and not held.closed
    held = stable(laid_out(a_team(3, 2)))
    assert set(held.placed.values()) == {1} and held.closed == {0}


def test_a_team_that_closed_too_early_opens_again() -> None:
    # Two teams of two want the same student; closing the emptier one fills the other.
    asked = Round(
        students=(
            Student(id=student(0), ranking={position(0): 1, position(1): 2}),
            Student(id=student(1), ranking={position(1): 1}),
        ),
        positions=(
            Position(id=position(0), host=host(0), capacity=2, minimum=2),
            Position(id=position(1), host=host(0), capacity=2, minimum=2),
        ),
        hosts=(Host(id=host(0)),),
    )
    for n in range(12):
        held = stable(laid_out(replace(asked, seed=str(n))))
        assert held.placed == {0: 1, 1: 1} and held.closed == {0}


def test_what_stable_means_with_loads_is_not_defined() -> None:
    asked = replace(a_team(0, 2), loads={(student(0), position(1)): 2})
    with pytest.raises(LoadsUnknown):
        stable(laid_out(asked))


def test_it_stops_when_asked() -> None:
    with pytest.raises(Stopped):
        stable(laid_out(a_team(3, 2)), cancelled=lambda: True)


Full = st.tuples(st.integers(1, 7), st.integers(1, 5), st.integers(1, 3), st.integers(0, 2**32))


@given(Full)
@settings(deadline=None)
def test_an_independent_solver_gives_the_same_answer(shape: tuple[int, int, int, int]) -> None:
    """``matching`` accepts strict, mutual preferences and nonzero capacities."""
    count, offered, houses, number = shape
    dice = Random(number)
    names = {n: f"s{n}" for n in range(count)}
    house_of = {n: n % houses for n in range(offered)}
    wishes = {n: dice.sample(range(offered), dice.randint(1, offered)) for n in range(count)}
    known = {at for one in wishes.values() for at in one}
    house_of = {at: house for at, house in house_of.items() if at in known}
    order = {
        house: dice.sample(
            [n for n in range(count) if any(house_of[at] == house for at in wishes[n])],
            sum(any(house_of[at] == house for at in wishes[n]) for n in range(count)),
        )
        for house in set(house_of.values())
    }
    room = {at: dice.randint(1, 3) for at in house_of}
    # It wants a supervisor to have room for the greatest project and for no more than all.
    house_room = {
        house: dice.randint(
            max(room[at] for at in house_of if house_of[at] == house),
            sum(room[at] for at in house_of if house_of[at] == house),
        )
        for house in order
    }
    asked = Round(
        students=tuple(
            Student(id=student(n), ranking={position(at): k for k, at in enumerate(one)})
            for n, one in wishes.items()
        ),
        positions=tuple(
            Position(
                id=position(at),
                host=host(house),
                capacity=room[at],
                ranking={student(n): k for k, n in enumerate(order[house]) if at in wishes[n]},
            )
            for at, house in house_of.items()
        ),
        hosts=tuple(Host(id=host(house), capacity=limit) for house, limit in house_room.items()),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = StudentAllocation.create_from_dictionaries(
            {names[n]: [f"p{at}" for at in one] for n, one in wishes.items()},
            {f"h{house}": [names[n] for n in those] for house, those in order.items()},
            {f"p{at}": f"h{house}" for at, house in house_of.items()},
            {f"p{at}": limit for at, limit in room.items()},
            {f"h{house}": limit for house, limit in house_room.items()},
        ).solve(optimal="student")
    expected = {
        student(int(one.name[1:])): position(int(project.name[1:]))
        for project, those in theirs.items()
        for one in those
    }
    assert answered(asked, Method.STABLE).position_of() == expected


def test_the_published_answers_of_two_small_rounds() -> None:
    """The examples in the documents of ``matching``, solved again by it and by us."""
    wishes = {
        "A": ["C"],
        "S": ["C", "M"],
        "D": ["C", "M", "G"],
        "J": ["C", "G", "M"],
        "L": ["M", "C", "G"],
    }
    order = {
        "M": ["D", "L", "S", "J"],
        "C": ["D", "A", "S", "L", "J"],
        "G": ["D", "J", "L"],
    }
    ids: dict[str, UUID] = defaultdict()
    for number, name in enumerate([*wishes, *order]):
        ids[name] = UUID(int=number)
    asked = Round(
        students=tuple(
            Student(id=ids[one], ranking={ids[at]: k for k, at in enumerate(those)})
            for one, those in wishes.items()
        ),
        positions=tuple(
            Position(
                id=ids[one],
                host=ids[one],
                capacity=2,
                ranking={ids[who]: k for k, who in enumerate(those)},
            )
            for one, those in order.items()
        ),
        hosts=tuple(Host(id=ids[one]) for one in order),
    )
    found = answered(asked, Method.STABLE).position_of()
    expected = {"L": "M", "S": "M", "D": "C", "A": "C", "J": "G"}
    assert found == {ids[one]: ids[at] for one, at in expected.items()}
    theirs = HospitalResident.create_from_dictionaries(
        wishes, order, dict.fromkeys(order, 2)
    ).solve()
    assert {one.name: at.name for at, those in theirs.items() for one in those} == expected
