"""What an answer says of itself: reasons, measures, what locks and changes did."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.assignment.answering import answered
from matchmaker.matching.assignment.board import laid_out
from matchmaker.matching.assignment.changes import Turn, difference, lifted
from matchmaker.matching.assignment.judging import judged
from matchmaker.matching.assignment.keeping import Limit, breaches
from matchmaker.matching.assignment.outcome import Method, Reason, Result, Unplaced, Why
from matchmaker.matching.assignment.round import (
    Flaw,
    Host,
    Lock,
    Position,
    Problem,
    Round,
    RoundRefused,
    Student,
    Supervisor,
)
from tests.unit.matching.assignment.rounds import host, position, rounds, student, supervisor

WHOLE = rounds(teams=True, supervision=True, decided=True)


def a_round(
    wishes: list[list[int]], capacities: list[int], orders: dict[int, list[int]] | None = None
) -> Round:
    """One host per position; ``orders`` says whom hosts put first."""
    return Round(
        students=tuple(
            Student(id=student(n), ranking={position(at): k for k, at in enumerate(one)})
            for n, one in enumerate(wishes)
        ),
        positions=tuple(
            Position(
                id=position(n),
                host=host(n),
                capacity=capacity,
                ranking={student(who): k for k, who in enumerate((orders or {}).get(n, []))},
            )
            for n, capacity in enumerate(capacities)
        ),
        hosts=tuple(Host(id=host(n)) for n in range(len(capacities))),
    )


def without_place(result: Result, number: int = 0) -> Unplaced:
    return next(one for one in result.unplaced if one.student == student(number))


def test_who_wanted_nothing_is_told_so() -> None:
    assert (
        without_place(answered(a_round([[]], [1]), Method.STABLE)).reason is Reason.NOTHING_WANTED
    )


def test_who_may_have_nothing_that_they_wanted_is_told_so() -> None:
    asked = replace(a_round([[0]], [1]), forbidden=frozenset({(student(0), position(0))}))
    found = without_place(answered(asked, Method.STABLE))
    assert found.reason is Reason.NOT_ELIGIBLE and found.missed == ()


@pytest.mark.parametrize("method", Method)
def test_who_stands_behind_others_is_told_whether_by_rank_or_by_lot(method: Method) -> None:
    asked = a_round([[0], [0]], [1], {0: [1, 0]})
    found = answered(asked, method).unplaced[0]
    assert found.reason is Reason.OUTCOMPETED
    if method is Method.STABLE:
        assert found.student == student(0) and found.missed[0].why is Why.PREFERRED
    alike = answered(a_round([[0], [0]], [1]), Method.STABLE).unplaced[0]
    assert alike.missed[0].why is Why.LOT


def test_a_method_that_passes_over_the_hosts_order_says_so() -> None:
    # Placing both means that the second choice of the host gets its place.
    asked = a_round([[0, 1], [0]], [1, 1], {0: [0, 1]})
    most = answered(asked, Method.MOST_PLACED)
    assert most.measures.placed == 2
    pair = most.blocking[0]
    assert (pair.student, pair.position, pair.instead_of) == (student(0), position(0), student(1))
    asked = replace(a_round([[0], [0]], [1], {0: [0, 1]}), fit={(student(1), position(0)): 5})
    assert without_place(answered(asked, Method.BEST_FIT)).missed[0].why is Why.GIVEN


def test_no_capacity_has_several_causes() -> None:
    shut = answered(a_round([[0]], [0]), Method.STABLE)
    assert without_place(shut).reason is Reason.NO_CAPACITY
    assert without_place(shut).missed[0].why is Why.NO_SEATS

    asked = a_round([[0]], [3])
    team = replace(asked, positions=(replace(asked.positions[0], minimum=2),))
    found = answered(team, Method.STABLE)
    assert without_place(found).missed[0].why is Why.NO_TEAM
    assert found.closed == (position(0),)

    alone = replace(asked, students=(replace(asked.students[0], supervisors=frozenset()),))
    found = answered(alone, Method.STABLE)
    assert without_place(found).missed[0].why is Why.NO_SUPERVISOR
    assert without_place(found).reason is Reason.NO_CAPACITY

    locked = replace(
        a_round([[0], [0]], [1]),
        locks=(Lock(student=student(1), position=position(0), reason="r"),),
    )
    assert without_place(answered(locked, Method.STABLE)).missed[0].why is Why.NO_SEATS


def test_what_the_best_fit_leaves_free_is_told() -> None:
    asked = a_round([[0], [0]], [2])
    board = laid_out(asked)
    assert without_place(judged(board, {1: 0}, method=Method.BEST_FIT)).missed[0].why is Why.LEFT


def test_pairs_of_greater_load_are_told_that_there_is_no_room() -> None:
    asked = replace(a_round([[0]], [1]), loads={(student(0), position(0)): 2})
    found = answered(asked, Method.MOST_PLACED)
    assert without_place(found).missed[0].why is Why.NO_SEATS


def test_the_next_best_is_free_and_may_be_had_and_fits_best_first() -> None:
    asked = a_round([[0], [0, 4]], [1, 1, 1, 0, 1], {0: [1]})
    asked = replace(
        asked,
        fit={
            (student(0), position(1)): 100,
            (student(0), position(2)): 300,
            (student(0), position(3)): 900,
            (student(0), position(4)): 200,
        },
        forbidden=frozenset({(student(0), position(4))}),
    )
    found = without_place(answered(asked, Method.STABLE))
    assert found.next_best == (position(2), position(1))


def test_supervisors_are_named_and_the_least_busy_comes_first() -> None:
    asked = a_round([[0]] * 4, [4])
    guides = (Supervisor(id=supervisor(0), capacity=2), Supervisor(id=supervisor(1), capacity=2))
    asked = replace(
        asked,
        supervisors=guides,
        students=tuple(
            replace(one, supervisors=frozenset({supervisor(0), supervisor(1)}))
            if n
            else replace(one, supervisors=frozenset({supervisor(0)}))
            for n, one in enumerate(asked.students)
        ),
    )
    for n in range(8):
        placed = answered(replace(asked, seed=str(n)), Method.STABLE).placed
        assert placed[0].supervisor == supervisor(0)
        assert sorted(one.supervisor or supervisor(9) for one in placed) == [
            supervisor(0),
            supervisor(0),
            supervisor(1),
            supervisor(1),
        ]


def test_measures_of_a_small_round() -> None:
    asked = a_round([[0, 1], [0, 1], [1, 0], []], [1, 1], {0: [0, 1, 2], 1: [1, 2, 0]})
    result = answered(asked, Method.STABLE)
    measures = result.measures
    assert (measures.placed, measures.unplaced) == (2, 2)
    assert measures.by_place == {1: 1, 2: 1}
    assert measures.mean_place == 1.5
    assert measures.worst_place == 2 and measures.worst_served == (student(1),)


def test_what_a_lock_cost_is_said_by_name() -> None:
    asked = a_round([[0], [1, 0]], [1, 1])
    lock = Lock(student=student(1), position=position(0), reason="lives next door")
    asked = replace(asked, locks=(lock,))
    result = answered(asked, Method.STABLE)
    cost = difference(result, answered(lifted(asked, lock), Method.STABLE))
    assert (cost.before.placed, cost.after.placed) == (1, 2)
    assert [(move.student, move.before, move.after, move.turn) for move in cost.moves] == [
        (student(0), None, position(0), Turn.BETTER),
        (student(1), position(0), position(1), Turn.BETTER),
    ]


def test_a_difference_names_who_lost_and_who_only_moved() -> None:
    asked = a_round([[0], [0, 1]], [1, 1], {0: [0, 1]})
    before = answered(asked, Method.STABLE)
    after = answered(
        replace(asked, locks=(Lock(student=student(1), position=position(0), reason="r"),)),
        Method.STABLE,
    )
    turns = {move.student: move.turn for move in difference(before, after).moves}
    assert turns == {student(0): Turn.WORSE, student(1): Turn.BETTER}
    assert difference(after, before).moves[1].turn is Turn.WORSE
    elsewhere = replace(asked, locks=(Lock(student=student(0), position=position(1), reason="r"),))
    moved = difference(before, answered(elsewhere, Method.STABLE)).moves
    assert moved[0].turn is Turn.OTHER


@given(WHOLE, st.sampled_from(Method))
def test_nobody_is_lost_and_locks_are_kept(asked: Round, method: Method) -> None:
    result = answered(asked, method)
    placed = {one.student for one in result.placed}
    unplaced = {one.student for one in result.unplaced}
    assert placed | unplaced == {one.id for one in asked.students}
    assert not placed & unplaced
    where = result.position_of()
    assert all(where[who] == at for who, at in asked.decided().items())
    assert not any(pair in asked.forbidden for pair in where.items())
    for one in result.unplaced:
        assert bool(one.missed) == (one.reason in {Reason.OUTCOMPETED, Reason.NO_CAPACITY})
    if method is not Method.BEST_FIT:
        assert all(missed.why is not Why.LEFT for one in result.unplaced for missed in one.missed)


def test_all_contradictions_are_named() -> None:
    base = a_round([[0], [0]], [1])
    base = replace(base, hosts=(Host(id=host(0), capacity=1),))

    def flaws(**changed: object) -> set[tuple[Flaw, object]]:
        with pytest.raises(RoundRefused) as refused:
            laid_out(replace(base, **changed))  # type: ignore[arg-type]
        assert str(refused.value)
        return {(one.flaw, one.about) for one in refused.value.problems}

    def lock(who: int, at: int = 0) -> Lock:
        return Lock(student=student(who), position=position(at), reason="r")

    one, two = base.students
    place = base.positions[0]
    assert flaws(students=(one, one)) == {(Flaw.TWICE, student(0))}
    assert flaws(students=(replace(one, ranking={position(7): 1}), two)) == {
        (Flaw.UNKNOWN_POSITION, position(7))
    }
    assert flaws(students=(replace(one, supervisors=frozenset({supervisor(1)})), two)) == {
        (Flaw.UNKNOWN_SUPERVISOR, supervisor(1))
    }
    assert flaws(positions=(replace(place, ranking={student(9): 1}),)) == {
        (Flaw.UNKNOWN_STUDENT, student(9))
    }
    assert flaws(positions=(replace(place, host=host(5)),)) == {(Flaw.UNKNOWN_HOST, host(5))}
    assert (Flaw.NEGATIVE_CAPACITY, position(0)) in flaws(positions=(replace(place, capacity=-1),))
    assert flaws(positions=(replace(place, minimum=2),)) == {
        (Flaw.MINIMUM_ABOVE_CAPACITY, position(0))
    }
    assert (Flaw.LOCKS_ABOVE_POSITION, position(0)) in flaws(locks=(lock(0), lock(1)))
    assert (Flaw.LOCKS_ABOVE_HOST, host(0)) in flaws(locks=(lock(0), lock(1)))
    assert flaws(locks=(lock(0), lock(0))) == {(Flaw.TWO_LOCKS, student(0))}
    assert flaws(locks=(lock(0),), forbidden=frozenset({(student(0), position(0))})) == {
        (Flaw.LOCK_FORBIDDEN, student(0))
    }
    own = replace(place, brought_by=student(1))
    assert (Flaw.LOCK_FORBIDDEN, student(0)) in flaws(positions=(own,), locks=(lock(0),))
    more = (*base.positions, Position(id=position(1), host=host(0), brought_by=student(0)))
    assert (Flaw.TWO_LOCKS, student(0)) in flaws(positions=more, locks=(lock(0),))
    twice = (own, Position(id=position(1), host=host(0), brought_by=student(1)))
    assert (Flaw.TWO_LOCKS, student(1)) in flaws(positions=twice)
    assert flaws(locks=(lock(8, 8),)) >= {
        (Flaw.UNKNOWN_STUDENT, student(8)),
        (Flaw.UNKNOWN_POSITION, position(8)),
    }
    alone = replace(one, supervisors=frozenset())
    assert flaws(students=(alone, two), locks=(lock(0),)) == {
        (Flaw.LOCKS_ABOVE_SUPERVISORS, student(0))
    }
    assert Problem(flaw=Flaw.TWICE, about=student(0)) < Problem(flaw=Flaw.TWO_LOCKS, about=host(0))


def test_a_placement_made_by_hand_is_told_all_it_breaks() -> None:
    asked = a_round([[0], [0], [1]], [1, 3])
    asked = replace(
        asked,
        hosts=(Host(id=host(0), capacity=1), Host(id=host(1))),
        positions=(asked.positions[0], replace(asked.positions[1], minimum=2)),
        students=(replace(asked.students[0], supervisors=frozenset()), *asked.students[1:]),
        forbidden=frozenset({(student(1), position(0))}),
        locks=(Lock(student=student(1), position=position(1), reason="r"),),
    )
    found = {(one.limit, one.about) for one in breaches(laid_out(asked), {0: 0, 1: 0, 2: 1})}
    assert found == {
        (Limit.FORBIDDEN, student(1)),
        (Limit.LOCK, student(1)),
        (Limit.POSITION, position(0)),
        (Limit.HOST, host(0)),
        (Limit.SUPERVISION, student(0)),
    }
    asked = replace(asked, locks=())
    assert (Limit.TEAM, position(1)) in {
        (one.limit, one.about) for one in breaches(laid_out(asked), {2: 1})
    }
