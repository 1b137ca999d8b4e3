"""The board: a round in rows and numbers, laid out the same whatever order it was given in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from matchmaker.matching.assignment.lots import of_pair, of_student
from matchmaker.matching.assignment.round import (
    Flaw,
    Position,
    Problem,
    Round,
    RoundRefused,
    Student,
    flaws,
)
from matchmaker.matching.assignment.supervision import Seats

#: Rank of a student whom the host did not name: after everybody it named.
UNNAMED = 1 << 31


@dataclass(frozen=True, kw_only=True)
class Board:
    """A round by row numbers: students, positions, hosts, supervisors in order of their ids.

    ``wishes[student]`` are the positions that student may have and wants, best first;
    ``places[student][position]`` is the place of the wish, 1 for the first: one more than the
    number of positions the student wants more, so that ties share a place and gaps vanish.
    """

    asked: Round
    students: tuple[Student, ...]
    positions: tuple[Position, ...]
    student_row: Mapping[UUID, int]
    position_row: Mapping[UUID, int]
    host: tuple[int, ...]
    host_capacity: tuple[int | None, ...]
    at_host: tuple[tuple[int, ...], ...]
    supervisor_ids: tuple[UUID, ...]
    supervisor_capacity: tuple[int, ...]
    choices: tuple[tuple[int, ...] | None, ...]
    wishes: tuple[tuple[int, ...], ...]
    places: tuple[Mapping[int, int], ...]
    #: Students by lot, the first first.
    by_lot: tuple[int, ...]
    #: The number of each student in that order.
    lot: tuple[int, ...]
    #: Student -> position for own places and locks.
    decided: Mapping[int, int]
    #: Position -> student -> rank, of those whom its host named.
    ranks: tuple[Mapping[int, int], ...]

    def rank(self, position: int, student: int) -> int:
        """Return the rank a host gave a student at a position."""
        return self.ranks[position].get(student, UNNAMED)

    def key(self, position: int, student: int) -> tuple[int, int]:
        """Return what orders students at a position and within a host: rank, then lot."""
        return self.rank(position, student), self.lot[student]

    def fit(self, student: int, position: int) -> int:
        """Return the fit of a pair in ten-thousandths."""
        pair = (self.students[student].id, self.positions[position].id)
        return self.asked.fit.get(pair, 0)

    def load(self, student: int, position: int) -> int:
        """Return how much a pair takes up."""
        pair = (self.students[student].id, self.positions[position].id)
        return self.asked.loads.get(pair, 1)

    def may(self, student: int, position: int) -> bool:
        """Tell whether a student may be at a position at all."""
        return _may(self.asked, self.students[student], self.positions[position])

    def seats(self, students: Iterable[int] = ()) -> Seats:
        """Return the seats of supervisors with these students seated, those first in the lots."""
        seats = Seats(capacity=self.supervisor_capacity, choices=self.choices)
        for student in sorted(students, key=self.lot.__getitem__):
            seats.take(student)
        return seats


def laid_out(asked: Round) -> Board:
    """Lay a round out.

    Raises:
        RoundRefused: it contradicts itself.

    """
    found = tuple(sorted(set(flaws(asked))))
    if found:
        raise RoundRefused(found)
    students = tuple(sorted(asked.students, key=lambda one: one.id.bytes))
    positions = tuple(sorted(asked.positions, key=lambda one: one.id.bytes))
    hosts = sorted(asked.hosts, key=lambda one: one.id.bytes)
    supervisors = sorted(asked.supervisors, key=lambda one: one.id.bytes)
    student_row = {one.id: row for row, one in enumerate(students)}
    position_row = {one.id: row for row, one in enumerate(positions)}
    host_row = {one.id: row for row, one in enumerate(hosts)}
    supervisor_row = {one.id: row for row, one in enumerate(supervisors)}
    at_host: list[list[int]] = [[] for _ in hosts]
    for row, position in enumerate(positions):
        at_host[host_row[position.host]].append(row)
    by_lot = sorted(
        range(len(students)), key=lambda row: (of_student(asked.seed, students[row].id), row)
    )
    lot = {student: number for number, student in enumerate(by_lot)}
    wishes = [_wishes(asked, student, positions, position_row) for student in students]
    board = Board(
        asked=asked,
        students=students,
        positions=positions,
        student_row=student_row,
        position_row=position_row,
        host=tuple(host_row[one.host] for one in positions),
        host_capacity=tuple(one.capacity for one in hosts),
        at_host=tuple(map(tuple, at_host)),
        supervisor_ids=tuple(one.id for one in supervisors),
        supervisor_capacity=tuple(one.capacity for one in supervisors),
        choices=tuple(
            None
            if one.supervisors is None
            else tuple(sorted(supervisor_row[named] for named in one.supervisors))
            for one in students
        ),
        wishes=tuple(wishes),
        places=tuple(
            _places(student, wanted, positions)
            for student, wanted in zip(students, wishes, strict=True)
        ),
        by_lot=tuple(by_lot),
        lot=tuple(lot[row] for row in range(len(students))),
        decided={
            student_row[student]: position_row[position]
            for student, position in asked.decided().items()
        },
        ranks=tuple(
            {student_row[named]: rank for named, rank in one.ranking.items()} for one in positions
        ),
    )
    seats = board.seats(board.decided)
    unseated = [
        row for row in board.decided if board.choices[row] is not None and row not in seats.of
    ]
    if unseated:
        about = sorted(students[row].id for row in unseated)
        raise RoundRefused(
            tuple(Problem(flaw=Flaw.LOCKS_ABOVE_SUPERVISORS, about=one) for one in about)
        )
    return board


def _may(asked: Round, student: Student, position: Position) -> bool:
    return (student.id, position.id) not in asked.forbidden and (
        position.brought_by is None or position.brought_by == student.id
    )


def _wishes(
    asked: Round,
    student: Student,
    positions: Sequence[Position],
    row_of: Mapping[UUID, int],
) -> tuple[int, ...]:
    wanted = [
        (rank, of_pair(asked.seed, student.id, position), row_of[position])
        for position, rank in student.ranking.items()
        if _may(asked, student, positions[row_of[position]])
    ]
    return tuple(row for *_, row in sorted(wanted))


def _places(
    student: Student, wanted: Sequence[int], positions: Sequence[Position]
) -> Mapping[int, int]:
    """Return the place of each wish among those that the student may have."""
    found: dict[int, int] = {}
    place, before = 0, None
    for number, row in enumerate(wanted, start=1):
        rank = student.ranking[positions[row].id]
        if rank != before:
            place, before = number, rank
        found[row] = place
    return found
