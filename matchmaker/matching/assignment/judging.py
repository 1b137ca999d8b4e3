"""From a bare placement to a result that explains itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from uuid import UUID

from matchmaker.matching.assignment.blocking import blocking_pairs, seated, supervised
from matchmaker.matching.assignment.board import UNNAMED, Board
from matchmaker.matching.assignment.lots import of_pair
from matchmaker.matching.assignment.outcome import (
    Measures,
    Method,
    Missed,
    Placed,
    Reason,
    Result,
    Unplaced,
    Why,
)
from matchmaker.matching.assignment.solver import Reached

#: How many free positions are named to a student without a place.
NEXT_BEST = 3


def judged(
    board: Board, placed: Mapping[int, int], *, method: Method, reached: tuple[Reached, ...] = ()
) -> Result:
    """Explain a placement.

    Args:
        board: the round.
        placed: student -> position.
        method: what made it.
        reached: what an optimising method proved of it.

    """
    found = tuple(_placed(board, placed))
    missing = _Missing(board, placed)
    unplaced = tuple(
        missing.explained(student)
        for student in range(len(board.students))
        if student not in placed
    )
    blocking = blocking_pairs(board, placed)
    begun = set(placed.values())
    return Result(
        method=method,
        seed=board.asked.seed,
        placed=found,
        unplaced=unplaced,
        blocking=blocking,
        closed=tuple(
            position.id
            for row, position in enumerate(board.positions)
            if position.minimum > 1 and position.capacity and row not in begun
        ),
        measures=_measured(found, len(unplaced), len(blocking)),
        reached=reached,
    )


def _placed(board: Board, placed: Mapping[int, int]) -> list[Placed]:
    seats = seated(board, placed)
    found = []
    for student, position in sorted(placed.items()):
        supervisor = seats.of.get(student)
        rank = board.rank(position, student)
        found.append(
            Placed(
                student=board.students[student].id,
                position=board.positions[position].id,
                supervisor=None if supervisor is None else board.supervisor_ids[supervisor],
                place=board.places[student].get(position),
                host_rank=None if rank == UNNAMED else rank,
                fit=board.fit(student, position),
                locked=student in board.decided,
            )
        )
    return found


class _Missing:
    """Explains why students have no place."""

    def __init__(self, board: Board, placed: Mapping[int, int]) -> None:
        self.board = board
        self.at: dict[int, list[int]] = defaultdict(list)
        self.load: Counter[int] = Counter()
        self.host_load: Counter[int] = Counter()
        for student, position in placed.items():
            self.at[position].append(student)
            load = board.load(student, position)
            self.load[position] += load
            self.host_load[board.host[position]] += load
        self.supervised = supervised(board, placed)
        self.seats = seated(board, placed)
        #: Of those without a place: how well positions fit, and which.
        self.fitting: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for (whose, which), fit in board.asked.fit.items():
            me, row = board.student_row.get(whose), board.position_row.get(which)
            if me is not None and row is not None and me not in placed:
                self.fitting[me].append((fit, row))

    def explained(self, student: int) -> Unplaced:
        board = self.board
        missed = tuple(
            Missed(
                position=board.positions[position].id,
                place=board.places[student][position],
                why=self._why(student, position),
            )
            for position in board.wishes[student]
        )
        whys = {one.why for one in missed}
        if not board.students[student].ranking:
            reason = Reason.NOTHING_WANTED
        elif not missed:
            reason = Reason.NOT_ELIGIBLE
        elif whys & {Why.PREFERRED, Why.LOT, Why.GIVEN}:
            reason = Reason.OUTCOMPETED
        else:
            reason = Reason.NO_CAPACITY
        return Unplaced(
            student=board.students[student].id,
            reason=reason,
            missed=missed,
            next_best=self._next_best(student),
        )

    def _why(self, student: int, position: int) -> Why:
        board = self.board
        if self._shut(position):
            return Why.NO_SEATS
        if student not in self.supervised:
            return Why.NO_SUPERVISOR
        if board.positions[position].minimum > 1 and position not in self.at:
            return Why.NO_TEAM
        load = board.load(student, position)
        if self._room(position, load):
            return Why.LEFT if self.seats.could_take(student) else Why.NO_SUPERVISOR
        if self.load[position] + load > board.positions[position].capacity:
            rows: tuple[int, ...] = (position,)
        else:
            rows = board.at_host[board.host[position]]
        return self._beaten(student, position, rows)

    def _beaten(self, student: int, position: int, rows: tuple[int, ...]) -> Why:
        """Compare a student with the worst of those who are there."""
        board = self.board
        others = [
            board.key(row, other)
            for row in rows
            for other in self.at[row]
            if other not in board.decided
        ]
        if not others:
            # Pairs of greater load: what is left is too little for this one.
            return Why.NO_SEATS
        worst = max(others)
        rank, lot = board.key(position, student)
        if rank > worst[0]:
            return Why.PREFERRED
        return Why.LOT if rank == worst[0] and lot > worst[1] else Why.GIVEN

    def _shut(self, position: int) -> bool:
        """Tell whether a position has nothing that any method could give."""
        board = self.board
        decided = [
            (one, row)
            for one, row in board.decided.items()
            if board.host[row] == board.host[position]
        ]
        here = sum(board.load(one, row) for one, row in decided if row == position)
        limit = board.host_capacity[board.host[position]]
        taken = sum(board.load(one, row) for one, row in decided)
        return here >= board.positions[position].capacity or (limit is not None and taken >= limit)

    def _room(self, position: int, load: int) -> bool:
        board = self.board
        host = board.host[position]
        limit = board.host_capacity[host]
        return self.load[position] + load <= board.positions[position].capacity and (
            limit is None or self.host_load[host] + load <= limit
        )

    def _next_best(self, student: int) -> tuple[UUID, ...]:
        """Return positions that are free and not wished, the best fit first."""
        board = self.board
        me = board.students[student].id
        free = [
            (-fit, of_pair(board.asked.seed, me, board.positions[position].id), position)
            for fit, position in self.fitting.get(student, ())
            if position not in board.places[student]
            and board.may(student, position)
            and self._room(position, board.load(student, position))
            and (board.positions[position].minimum <= 1 or position in self.at)
        ]
        return tuple(board.positions[row].id for *_, row in sorted(free)[:NEXT_BEST])


def _measured(placed: tuple[Placed, ...], unplaced: int, blocking: int) -> Measures:
    met = [one.place for one in placed if one.place is not None]
    worst = max(met, default=None)
    return Measures(
        placed=len(placed),
        unplaced=unplaced,
        by_place=dict(sorted(Counter(met).items())),
        not_wished=len(placed) - len(met),
        mean_place=sum(met) / len(met) if met else None,
        worst_place=worst,
        worst_served=tuple(one.student for one in placed if worst and one.place == worst),
        fit=sum(one.fit for one in placed),
        blocking=blocking,
    )
