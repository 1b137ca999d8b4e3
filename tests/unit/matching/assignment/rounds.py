"""Random rounds, and everything that could be answered to a small one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random
from typing import TypeVar
from uuid import UUID

from hypothesis import strategies as st

from matchmaker.matching.assignment.board import Board, laid_out
from matchmaker.matching.assignment.keeping import breaches
from matchmaker.matching.assignment.round import (
    Host,
    Lock,
    Position,
    Round,
    RoundRefused,
    Student,
    Supervisor,
)

T = TypeVar("T")


def student(number: int) -> UUID:
    return UUID(int=number)


def position(number: int) -> UUID:
    return UUID(int=1_000 + number)


def host(number: int) -> UUID:
    return UUID(int=2_000 + number)


def supervisor(number: int) -> UUID:
    return UUID(int=3_000 + number)


@st.composite
def rounds(
    draw: st.DrawFn,
    *,
    students: int = 6,
    positions: int = 5,
    teams: bool = False,
    supervision: bool = False,
    decided: bool = False,
) -> Round:
    """Ties, gaps, hosts that rank nobody, capacities of nought, forbidden pairs, and as asked."""
    dice = Random(draw(st.integers(0, 2**32)))
    count = draw(st.integers(0, students))
    offered = draw(st.integers(0, positions))
    hosts = draw(st.integers(1, 3))
    guides = draw(st.integers(1, 3)) if supervision else 0
    everybody = [student(number) for number in range(count)]
    everything = [position(number) for number in range(offered)]
    asked = Round(
        students=tuple(
            Student(
                id=one,
                ranking={
                    wanted: dice.randint(1, 5)
                    for wanted in dice.sample(everything, dice.randint(0, offered))
                },
                supervisors=frozenset(
                    supervisor(number) for number in range(guides) if dice.random() < 0.6
                )
                if supervision and dice.random() < 0.9
                else None,
            )
            for one in everybody
        ),
        positions=tuple(
            Position(
                id=one,
                host=host(dice.randrange(hosts)),
                capacity=dice.choice([0, 1, 1, 2, 3]),
                ranking={}
                if dice.random() < 0.3
                else {
                    ranked: dice.randint(1, 4)
                    for ranked in dice.sample(everybody, dice.randint(0, count))
                },
            )
            for one in everything
        ),
        hosts=tuple(
            Host(id=host(number), capacity=dice.choice([None, None, 0, 1, 2, 3]))
            for number in range(hosts)
        ),
        supervisors=tuple(
            Supervisor(id=supervisor(number), capacity=dice.choice([0, 1, 1, 2]))
            for number in range(guides)
        ),
        forbidden=frozenset(
            (one, other) for one in everybody for other in everything if dice.random() < 0.1
        ),
        fit={
            (one, other): dice.randint(1, 100)
            for one in everybody
            for other in everything
            if dice.random() < 0.9
        },
        seed=draw(st.sampled_from(["", "spring", "autumn"])),
    )
    if teams:
        asked = replace(
            asked,
            positions=tuple(
                replace(one, minimum=dice.randint(2, one.capacity))
                if one.capacity > 1 and dice.random() < 0.7
                else one
                for one in asked.positions
            ),
        )
    return with_decisions(asked, dice) if decided else asked


def with_decisions(asked: Round, dice: Random) -> Round:
    """Lock and bring what can be locked and brought, one after the other."""
    for one in asked.students:
        at = dice.choice([*asked.positions, None, None])
        if at is None:
            continue
        tried = replace(
            asked, locks=(*asked.locks, Lock(student=one.id, position=at.id, reason="r"))
        )
        if dice.random() < 0.3:
            tried = replace(
                asked,
                positions=tuple(
                    replace(other, brought_by=one.id, minimum=0) if other.id == at.id else other
                    for other in asked.positions
                ),
            )
        try:
            laid_out(tried)
        except RoundRefused:
            continue
        asked = tried
    return asked


def shuffled(asked: Round, dice: Random) -> Round:
    """Return the same round, given in another order."""

    def turned(things: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(dice.sample(things, len(things)))

    def mixed(things: dict[T, int]) -> dict[T, int]:
        return dict(dice.sample(list(things.items()), len(things)))

    return replace(
        asked,
        students=turned(
            tuple(replace(one, ranking=mixed(dict(one.ranking))) for one in asked.students)
        ),
        positions=turned(
            tuple(replace(one, ranking=mixed(dict(one.ranking))) for one in asked.positions)
        ),
        hosts=turned(asked.hosts),
        supervisors=turned(asked.supervisors),
        locks=turned(asked.locks),
        fit=mixed(dict(asked.fit)),
    )


def every_placement(board: Board) -> Iterator[dict[int, int]]:
    """Yield every placement that keeps all limits and gives nobody what they did not wish."""
    ways: list[list[int | None]] = [
        [board.decided[row]] if row in board.decided else [None, *board.wishes[row]]
        for row in range(len(board.students))
    ]
    for chosen in product(*ways):
        placed = {row: at for row, at in enumerate(chosen) if at is not None}
        if not breaches(board, placed):
            yield placed
