"""The three methods behind one door."""

from __future__ import annotations

from collections.abc import Callable

from matchmaker.matching.assignment.board import laid_out
from matchmaker.matching.assignment.judging import judged
from matchmaker.matching.assignment.optimising import (
    BEST_FIT,
    MOST_PLACED,
    SECONDS,
    optimised,
    silent,
)
from matchmaker.matching.assignment.outcome import Method, Result
from matchmaker.matching.assignment.round import Round
from matchmaker.matching.assignment.solver import Progress
from matchmaker.matching.assignment.stable import never, stable

#: Optimising method -> its aims in order.
AIMS_OF = {Method.MOST_PLACED: MOST_PLACED, Method.BEST_FIT: BEST_FIT}


def answered(
    asked: Round,
    method: Method,
    *,
    seconds: float = SECONDS,
    progress: Callable[[Progress], None] = silent,
    cancelled: Callable[[], bool] = never,
) -> Result:
    """Answer a round by a method.

    Args:
        asked: the round.
        method: how.
        seconds: how long an optimising method may search.
        progress: hears how far it is.
        cancelled: asked again and again; True stops.

    Raises:
        RoundRefused: the round contradicts itself.
        LoadsUnknown: the stable method was asked about pairs of different load.
        Stopped: ``cancelled`` said so.

    """
    board = laid_out(asked)
    if method is Method.STABLE:
        return judged(board, stable(board, cancelled).placed, method=method)
    best = optimised(
        board, AIMS_OF[method], seconds=seconds, progress=progress, cancelled=cancelled
    )
    return judged(board, best.placed, method=method, reached=best.reached)
