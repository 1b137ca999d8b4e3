"""Blocking pairs: who would rather have one another than what the answer gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from matchmaker.matching.assignment.board import Board
from matchmaker.matching.assignment.supervision import Seats


class Gain(StrEnum):
    """Why the host would agree."""

    ROOM = "room"
    BETTER = "better"


@dataclass(frozen=True, kw_only=True)
class BlockingPair:
    """A student and a position that would both rather have one another.

    ``instead_of`` is the student whom the host would let go; nobody where there is room.
    """

    student: UUID
    position: UUID
    gain: Gain
    instead_of: UUID | None = None


@dataclass(kw_only=True)
class _Held:
    """Who is where, with the worst that could be let go."""

    board: Board
    at: Mapping[int, list[int]]
    at_host: Mapping[int, int]
    strict: bool
    _worst: dict[tuple[int, ...], tuple[tuple[int, int], int] | None] = field(default_factory=dict)

    def key(self, position: int, student: int) -> tuple[int, int]:
        rank, lot = self.board.key(position, student)
        return (rank, lot) if self.strict else (rank, 0)

    def worst(self, positions: tuple[int, ...]) -> tuple[tuple[int, int], int] | None:
        """Return key and student of the worst whom the host could let go there.

        Asked only for students who are not there themselves, so the answer is one for all.
        """
        if positions not in self._worst:
            free = [
                (self.key(position, student), student)
                for position in positions
                for student in self.at.get(position, ())
                if student not in self.board.decided
            ]
            self._worst[positions] = max(free, default=None)
        return self._worst[positions]

    def gain(self, student: int, position: int, present: int | None) -> tuple[Gain, int | None]:
        """Return what the host gains by the pair.

        Raises:
            LookupError: nothing.

        """
        board = self.board
        host = board.host[position]
        limit = board.host_capacity[host]
        key = self.key(position, student)
        if len(self.at.get(position, ())) < board.positions[position].capacity:
            if present is not None and board.host[present] == host:
                # The student would only move: it costs the host nothing but its own preference.
                if key <= self.key(present, student):
                    return Gain.ROOM, None
                raise LookupError
            if limit is None or self.at_host[host] < limit:
                return Gain.ROOM, None
            worst = self.worst(board.at_host[host])
        else:
            worst = self.worst((position,))
        if worst is None or not key < worst[0]:
            raise LookupError
        return Gain.BETTER, worst[1]


def blocking_pairs(
    board: Board, placed: Mapping[int, int], *, strict: bool = False
) -> tuple[BlockingPair, ...]:
    """Return all pairs that block a placement, as :mod:`.stable` defines it.

    Locked students keep their places and claim no others. A team position without a team does not
    block: one student alone can't begin it.

    Args:
        board: the round.
        placed: student -> position.
        strict: count the lots as preferences too; else only what students and hosts ranked.

    """
    return tuple(_found(board, placed, strict=strict))


def _found(board: Board, placed: Mapping[int, int], *, strict: bool) -> Iterator[BlockingPair]:
    at: dict[int, list[int]] = defaultdict(list)
    at_host: dict[int, int] = defaultdict(int)
    for student, position in placed.items():
        at[position].append(student)
        at_host[board.host[position]] += 1
    held = _Held(board=board, at=at, at_host=at_host, strict=strict)
    with_seat = supervised(board, placed)
    for student, wishes in enumerate(board.wishes):
        if student in board.decided or student not in with_seat:
            continue
        present = placed.get(student)
        places = (
            {position: number for number, position in enumerate(wishes, start=1)}
            if strict
            else board.places[student]
        )
        now = len(board.positions) + 1 if present is None else places.get(present, 0)
        for position in wishes:
            if places[position] >= now:
                break
            if board.positions[position].minimum > 1 and position not in at:
                continue
            try:
                gain, let_go = held.gain(student, position, present)
            except LookupError:
                continue
            yield BlockingPair(
                student=board.students[student].id,
                position=board.positions[position].id,
                gain=gain,
                instead_of=None if let_go is None else board.students[let_go].id,
            )


def seated(board: Board, placed: Mapping[int, int]) -> Seats:
    """Return the seats of supervisors with all who are placed: the decided first, then by lot."""
    seats = board.seats(board.decided)
    for student in board.by_lot:
        if student in placed and student not in board.decided:
            seats.take(student)
    return seats


def supervised(board: Board, placed: Mapping[int, int]) -> frozenset[int]:
    """Return those who are placed, or could have a seat beside all placed with a better lot."""
    seats = board.seats(board.decided)
    found = set(placed)
    for student in board.by_lot:
        if student in board.decided:
            continue
        if student in placed:
            seats.take(student)
        elif seats.could_take(student):
            found.add(student)
    return frozenset(found)
