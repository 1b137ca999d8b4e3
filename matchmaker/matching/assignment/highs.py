"""The solver of the optimising methods: HiGHS, open source, in this process."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np
from scipy.sparse import csr_array, vstack

from matchmaker.matching.assignment.program import Program, Vector
from matchmaker.matching.assignment.solver import Aim, Progress, Reached, Solution, Watch
from matchmaker.matching.assignment.stable import Stopped

#: Sums are whole numbers; what lies nearer to one than this is one.
NEARLY = 1e-4

#: Seconds between two words of progress.
EVERY = 0.5


class _Quiet(highspy.Highs):
    """HiGHS that writes nothing to the terminal, not even its name."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # highspy types its methods only in part

    def enableCallbacks(self) -> None:  # noqa: N802
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]  # as above


@dataclass(frozen=True, kw_only=True)
class HighsSolver:
    """Linear where the corners are whole, branch and bound where teams or loads are.

    One thread and one seed, so that the same program gives the same answer.
    """

    def solve(
        self,
        program: Program,
        aims: Sequence[Aim],
        ties: Sequence[Aim],
        *,
        start: Vector,
        seconds: float,
        watch: Watch,
    ) -> Solution:
        """See :class:`~.solver.Solver`."""
        if program.flow:
            columns, reached = _linear(program, [*aims, *ties], watch)
            return Solution(columns=columns, reached=reached[: len(aims)])
        columns, reached = _searched(program, aims, start, seconds, watch)
        if program.unit:
            # Which teams begin is settled; the rest is a flow, told apart to the last lot.
            columns, polished = _linear(_settled(program, columns), [*aims, *ties], watch)
            reached = tuple(
                replace(one, value=better.value, bound=max(one.bound, better.value))
                for one, better in zip(reached, polished, strict=False)
            )
        return Solution(columns=columns, reached=reached)


def _linear(
    program: Program, aims: Sequence[Aim], watch: Watch
) -> tuple[Vector, tuple[Reached, ...]]:
    """Take each aim in turn to its best corner, and stay on the face where it is best.

    Whatever has a price at the optimum is held where it is: by complementary slackness that is
    exactly the face of all equally good answers, and every corner of it is whole again.
    """
    highs = _prepared(program, watch, whole=False)
    everything = np.arange(program.columns, dtype=np.int32)
    least, most = program.least.copy(), program.most.copy()
    reached: list[Reached] = []
    columns = program.least
    for aim in aims:
        highs.changeColsCost(len(everything), everything, aim.value)
        _run(highs, watch, aim.name)
        solution = highs.getSolution()
        columns = np.rint(np.array(solution.col_value))
        priced = np.abs(np.array(solution.col_dual)) > 0.5
        least[priced] = most[priced] = columns[priced]
        highs.changeColsBounds(len(everything), everything, least, most)
        activity = np.rint(program.matrix @ columns)
        for row in np.flatnonzero(np.abs(np.array(solution.row_dual)) > 0.5):
            highs.changeRowBounds(int(row), float(activity[row]), float(activity[row]))
        value = round(float(aim.value @ columns))
        reached.append(Reached(aim=aim.name, value=value, bound=value))
    return columns, tuple(reached)


def _searched(
    program: Program, aims: Sequence[Aim], start: Vector, seconds: float, watch: Watch
) -> tuple[Vector, tuple[Reached, ...]]:
    """Search for the best of each aim in turn, giving up nothing of those before.

    Where every pair takes up one place, only whether a team begins has to be searched: for any
    choice of teams the rest is a flow, whose best answers are whole. The last aim is then left
    with parts of students in it, for the caller to settle.
    """
    reached: list[Reached] = []
    columns = start
    spent = 0.0
    for number, aim in enumerate(aims):
        held = _holding(program, aims[:number], reached)
        highs = _prepared(held, watch, whole=True, spent=spent, aim=aim.name)
        everything = np.arange(program.columns, dtype=np.int32)
        highs.changeColsCost(len(everything), everything, aim.value)
        highs.setSolution(len(everything), everything, columns)
        highs.setOptionValue("time_limit", max(seconds - spent, 0.1))
        _run(highs, watch, aim.name)
        info = highs.getInfo()
        told = float(aim.value @ np.array(highs.getSolution().col_value))
        if abs(told - info.objective_function_value) > 0.5:
            # HiGHS 1.16.0, where reading in solves it all: told is what the search began with.
            highs.clearSolver()
            _run(highs, watch, aim.name)
            info = highs.getInfo()
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            found = np.array(highs.getSolution().col_value)
            if not program.unit:
                found = np.rint(found)
            elif number + 1 < len(aims):
                found, _ = _linear(_settled(program, found), aims[: number + 1], watch)
            if aim.value @ found >= aim.value @ columns - NEARLY:
                columns = found
        value = round(float(aim.value @ columns))
        most = float(aim.value[aim.value > 0].sum())
        proven = info.mip_dual_bound if math.isfinite(info.mip_dual_bound) else most
        reached.append(
            Reached(aim=aim.name, value=value, bound=max(value, math.floor(proven + NEARLY)))
        )
        spent += highs.getRunTime()
    return columns, tuple(reached)


def _settled(program: Program, columns: Vector) -> Program:
    """Return the program with those teams beginning that begin in an answer."""
    first = program.columns - len(program.teams)
    begun = zip(program.teams, columns[first:], strict=True)
    return program.with_teams(position for position, value in begun if value > 0.5)


def _holding(program: Program, aims: Sequence[Aim], reached: Sequence[Reached]) -> Program:
    """Return the program in which the aims so far stay as good as they are."""
    if not aims:
        return program
    # Parts of a whole number would be given up for the next aim where students have parts.
    spared = NEARLY if program.unit else 0.5
    kept = csr_array(np.array([aim.value for aim in aims]))
    return replace(
        program,
        matrix=csr_array(vstack([program.matrix, kept])),
        row_least=np.concatenate([program.row_least, [one.value - spared for one in reached]]),
        row_most=np.concatenate([program.row_most, np.full(len(aims), np.inf)]),
    )


def _prepared(
    program: Program, watch: Watch, *, whole: bool, spent: float = 0.0, aim: str = ""
) -> highspy.Highs:
    """Return HiGHS with the program read in, listening to whoever watches."""
    highs = _Quiet()
    lp = highspy.HighsLp()
    lp.num_col_ = program.columns
    lp.num_row_ = len(program.row_least)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.zeros(program.columns)
    lp.col_lower_ = program.least
    lp.col_upper_ = program.most
    lp.row_lower_ = program.row_least
    lp.row_upper_ = program.row_most
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.matrix.indptr
    lp.a_matrix_.index_ = program.matrix.indices
    lp.a_matrix_.value_ = program.matrix.data
    if whole:
        parts = program.columns - len(program.teams) if program.unit else 0
        lp.integrality_ = [highspy.HighsVarType.kContinuous] * parts + [
            highspy.HighsVarType.kInteger
        ] * (program.columns - parts)
    highs.passModel(lp)
    for option, value in (
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.5),
        # Only simplex ends in a corner.
        ("solver", "simplex"),
    ):
        highs.setOptionValue(option, value)

    def stop(event: highspy.HighsCallbackEvent) -> None:
        if watch.cancelled():
            event.interrupt()

    told = [-EVERY]

    def tell(event: highspy.HighsCallbackEvent) -> None:
        out = event.data_out
        if out.running_time - told[0] >= EVERY:
            told[0] = out.running_time
            watch.progress(
                Progress(
                    aim=aim,
                    value=_finite(out.mip_primal_bound),
                    bound=_finite(out.mip_dual_bound),
                    seconds=spent + out.running_time,
                )
            )
        stop(event)

    highs.cbSimplexInterrupt += stop
    # HiGHS asks here often, whether or not it writes to the terminal.
    highs.cbMipInterrupt += tell
    return highs


def _run(highs: highspy.Highs, watch: Watch, aim: str) -> None:
    if watch.cancelled():
        raise Stopped
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInterrupt or watch.cancelled():
        raise Stopped
    allowed = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit)
    if status not in allowed:
        raise ArithmeticError(f"{aim}: {highs.modelStatusToString(status)}")


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
