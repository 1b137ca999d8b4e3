"""The optimising methods: most placed, and best total fit.

Both are sequences of aims, each taken as far as it goes without giving up anything of those
before. Answers that are equal in all of them are told apart by the published lots, so that no
name and no order of registration decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matchmaker.matching.assignment.board import Board
from matchmaker.matching.assignment.highs import HighsSolver
from matchmaker.matching.assignment.program import (
    Program,
    Vector,
    fit_value,
    lot_value,
    placed_value,
    preference_value,
    written,
)
from matchmaker.matching.assignment.solver import Aim, Progress, Reached, Solver, Watch
from matchmaker.matching.assignment.stable import LoadsUnknown, never, stable

#: Name of an aim -> what it counts.
AIMS: Mapping[str, Callable[[Board, Program], Vector]] = {
    "placed": placed_value,
    "preference": preference_value,
    "fit": fit_value,
    "lots": lot_value,
}

#: Most placed: as many as can be; then the least sum of places of wishes.
MOST_PLACED = ("placed", "preference")

#: Best total fit: the greatest sum of fit; then the wishes.
BEST_FIT = ("fit", "preference")

#: Seconds after which the best answer so far is given, with its gap.
SECONDS = 50.0


@dataclass(frozen=True, kw_only=True)
class Optimised:
    """Student -> position, and what is proven about it."""

    placed: Mapping[int, int]
    reached: tuple[Reached, ...]


def silent(_progress: Progress) -> None:
    """Tell nobody."""


def optimised(
    board: Board,
    aims: tuple[str, ...],
    *,
    solver: Solver | None = None,
    seconds: float = SECONDS,
    progress: Callable[[Progress], None] = silent,
    cancelled: Callable[[], bool] = never,
) -> Optimised:
    """Place students so that the first aim is reached best, then the second, and so on.

    Args:
        board: the round.
        aims: names in :data:`AIMS`.
        solver: HiGHS when none is given.
        seconds: how long to search at most. What was not proven by then has a gap.
        progress: hears how far it is, where it must be searched which teams begin.
        cancelled: asked again and again; True stops.

    Raises:
        Stopped: ``cancelled`` said so.

    """
    program = written(board)
    ties = [name for name in ("fit", "lots") if name not in aims]
    try:
        start = dict(stable(board, cancelled).placed)
    except LoadsUnknown:
        start = dict(board.decided)
    if not program.pairs:
        return Optimised(
            placed={}, reached=tuple(Reached(aim=name, value=0, bound=0) for name in aims)
        )
    solution = (solver or HighsSolver()).solve(
        program,
        [Aim(name=name, value=AIMS[name](board, program)) for name in aims],
        [Aim(name=name, value=AIMS[name](board, program)) for name in ties],
        start=program.columns_of(board, start),
        seconds=seconds,
        watch=Watch(progress=progress, cancelled=cancelled),
    )
    placed = dict(sorted(program.placed(solution.columns).items()))
    return Optimised(placed=placed, reached=solution.reached)
