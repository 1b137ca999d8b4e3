"""The round as an integer program: what may be chosen, and what limits it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matchmaker.matching.assignment.blocking import seated
from matchmaker.matching.assignment.board import Board
from matchmaker.matching.assignment.lots import LOTS, of_pair

Vector = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Program:
    """Columns between bounds, rows of sums between bounds.

    The first columns are the pairs, one each; then one per choice of supervisors and
    supervisor (how many students go that way), then one per team (whether it begins).

    Without teams and loads every limit is one of a flow: students flow from supervisors through
    positions to hosts. Each corner of what is allowed is then whole, so a linear solver is enough.
    """

    pairs: tuple[tuple[int, int], ...]
    #: Choice of supervisors and supervisor.
    ways: tuple[tuple[tuple[int, ...], int], ...]
    teams: tuple[int, ...]
    matrix: csr_array
    row_least: Vector
    row_most: Vector
    least: Vector
    most: Vector
    #: Whether the corners are whole by themselves.
    flow: bool
    #: Whether every pair takes up one place.
    unit: bool

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.least)

    def values(self, of_pairs: Sequence[float]) -> Vector:
        """Return an objective that counts pairs only."""
        found = np.zeros(self.columns)
        found[: len(of_pairs)] = of_pairs
        return found

    def placed(self, columns: Vector) -> dict[int, int]:
        """Return student -> position of a solution."""
        return {
            student: position
            for (student, position), value in zip(self.pairs, columns, strict=False)
            if value > 0.5
        }

    def columns_of(self, board: Board, placed: Mapping[int, int]) -> Vector:
        """Return the columns of a placement."""
        found = np.zeros(self.columns)
        at = {pair: column for column, pair in enumerate(self.pairs)}
        for pair in placed.items():
            found[at[pair]] = 1.0
        ways = {way: len(self.pairs) + number for number, way in enumerate(self.ways)}
        for student, supervisor in seated(board, placed).of.items():
            found[ways[board.choices[student] or (), supervisor]] += 1.0
        first = self.columns - len(self.teams)
        begun = set(placed.values())
        for number, position in enumerate(self.teams):
            found[first + number] = float(position in begun)
        return found

    def with_teams(self, begun: Iterable[int]) -> Program:
        """Return the program with it settled which teams begin: a flow, if loads are one."""
        least, most = self.least.copy(), self.most.copy()
        open_ = set(begun)
        first = self.columns - len(self.teams)
        for number, position in enumerate(self.teams):
            least[first + number] = most[first + number] = float(position in open_)
        return Program(
            pairs=self.pairs,
            ways=self.ways,
            teams=self.teams,
            matrix=self.matrix,
            row_least=self.row_least,
            row_most=self.row_most,
            least=least,
            most=most,
            flow=self.unit,
            unit=self.unit,
        )


@dataclass(kw_only=True)
class _Rows:
    """Rows as they are written down."""

    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def add(
        self, terms: Iterable[tuple[int, float]], *, least: float = -np.inf, most: float = np.inf
    ) -> None:
        number = len(self.least)
        for column, value in terms:
            self.row.append(number)
            self.column.append(column)
            self.value.append(value)
        self.least.append(least)
        self.most.append(most)


def written(board: Board) -> Program:
    """Write a round as a program."""
    pairs = tuple(_pairs(board))
    ways = _ways(board, pairs)
    teams = tuple(_teams(board, pairs))
    column_of_team = {
        position: len(pairs) + len(ways) + number for number, position in enumerate(teams)
    }
    rows = _Rows()
    _limit_students(pairs, rows)
    _limit_positions(board, pairs, column_of_team, rows)
    _limit_hosts(board, pairs, rows)
    _limit_supervisors(board, pairs, ways, rows)
    count = len(pairs) + len(ways) + len(teams)
    unit = all(board.load(*pair) == 1 for pair in pairs)
    least, most = np.zeros(count), np.ones(count)
    for number, (student, _) in enumerate(pairs):
        least[number] = float(student in board.decided)
    for number, (_, supervisor) in enumerate(ways):
        most[len(pairs) + number] = board.supervisor_capacity[supervisor]
    return Program(
        pairs=pairs,
        ways=tuple(ways),
        teams=teams,
        matrix=csr_array((rows.value, (rows.row, rows.column)), shape=(len(rows.least), count)),
        row_least=np.array(rows.least),
        row_most=np.array(rows.most),
        least=least,
        most=most,
        flow=unit and not teams,
        unit=unit,
    )


def _pairs(board: Board) -> Iterable[tuple[int, int]]:
    for student, wishes in enumerate(board.wishes):
        if student in board.decided:
            yield student, board.decided[student]
        else:
            yield from (
                (student, position)
                for position in wishes
                if board.positions[position].capacity > 0 and board.choices[student] != ()
            )


def _ways(board: Board, pairs: Sequence[tuple[int, int]]) -> list[tuple[tuple[int, ...], int]]:
    """Return choice of supervisors and supervisor, for every choice that students have."""
    choices = {board.choices[student] for student, _ in pairs}
    return [
        (choice, supervisor)
        for choice in sorted(one for one in choices if one is not None)
        for supervisor in choice
    ]


def _teams(board: Board, pairs: Sequence[tuple[int, int]]) -> list[int]:
    decided = set(board.decided.values())
    return [
        position
        for position in sorted({position for _, position in pairs})
        if board.positions[position].minimum > 1 and position not in decided
    ]


def _limit_students(pairs: Sequence[tuple[int, int]], rows: _Rows) -> None:
    of_student: dict[int, list[int]] = defaultdict(list)
    for column, (student, _) in enumerate(pairs):
        of_student[student].append(column)
    for columns in of_student.values():
        if len(columns) > 1:
            rows.add(((column, 1.0) for column in columns), most=1)


def _limit_positions(
    board: Board,
    pairs: Sequence[tuple[int, int]],
    column_of_team: Mapping[int, int],
    rows: _Rows,
) -> None:
    at: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for column, (student, position) in enumerate(pairs):
        at[position].append((column, float(board.load(student, position))))
    for position, terms in sorted(at.items()):
        one = board.positions[position]
        team = column_of_team.get(position)
        if team is None:
            rows.add(terms, most=one.capacity)
            continue
        rows.add([*terms, (team, -float(one.capacity))], most=0)
        rows.add([*((column, 1.0) for column, _ in terms), (team, -float(one.minimum))], least=0)
        # A pair takes place only if the team begins: says more than the sum, so less is searched.
        for column, _ in terms:
            rows.add([(column, 1.0), (team, -1.0)], most=0)


def _limit_hosts(board: Board, pairs: Sequence[tuple[int, int]], rows: _Rows) -> None:
    at: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for column, (student, position) in enumerate(pairs):
        at[board.host[position]].append((column, float(board.load(student, position))))
    for host, terms in sorted(at.items()):
        limit = board.host_capacity[host]
        offered = sum(board.positions[position].capacity for position in board.at_host[host])
        if limit is not None and limit < offered:
            rows.add(terms, most=limit)


def _limit_supervisors(
    board: Board,
    pairs: Sequence[tuple[int, int]],
    ways: Sequence[tuple[tuple[int, ...], int]],
    rows: _Rows,
) -> None:
    taught: dict[tuple[int, ...], list[tuple[int, float]]] = defaultdict(list)
    for column, (student, _) in enumerate(pairs):
        choice = board.choices[student]
        if choice is not None:
            taught[choice].append((column, 1.0))
    by_supervisor: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for number, (choice, supervisor) in enumerate(ways):
        taught[choice].append((len(pairs) + number, -1.0))
        by_supervisor[supervisor].append((len(pairs) + number, 1.0))
    for _, terms in sorted(taught.items()):
        rows.add(terms, most=0)
    for supervisor, terms in sorted(by_supervisor.items()):
        rows.add(terms, most=board.supervisor_capacity[supervisor])


def placed_value(_board: Board, program: Program) -> Vector:
    """Return the objective that counts who is placed."""
    return program.values([1.0] * len(program.pairs))


def preference_value(board: Board, program: Program) -> Vector:
    """Return the objective that counts wishes: of the longest list's length, one less per place.

    So the sum of it is greatest where, for a given number of placed, the sum of places is least.
    A locked pair that the student did not wish counts nothing.
    """
    longest = max((len(wishes) for wishes in board.wishes), default=0)
    return program.values(
        [
            float(longest + 1 - board.places[student].get(position, longest + 1))
            for student, position in program.pairs
        ]
    )


def fit_value(board: Board, program: Program) -> Vector:
    """Return the objective that counts fit, in ten-thousandths."""
    return program.values([float(board.fit(*pair)) for pair in program.pairs])


def lot_value(board: Board, program: Program) -> Vector:
    """Return the objective that tells equally good answers apart by the published lots."""
    seed = board.asked.seed
    return program.values(
        [
            float(LOTS - of_pair(seed, board.students[student].id, board.positions[position].id))
            for student, position in program.pairs
        ]
    )
