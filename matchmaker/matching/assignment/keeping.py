"""Whether a placement keeps all limits of a round: asked of what was adjusted by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from matchmaker.matching.assignment.board import Board


class Limit(StrEnum):
    """What a placement can break."""

    FORBIDDEN = "forbidden"
    LOCK = "lock"
    POSITION = "position"
    HOST = "host"
    TEAM = "team"
    SUPERVISION = "supervision"


@dataclass(frozen=True, kw_only=True, order=True)
class Breach:
    """One limit that is broken, and the student, position or host that it is about."""

    limit: Limit
    about: UUID


def breaches(board: Board, placed: Mapping[int, int]) -> tuple[Breach, ...]:
    """Return all limits that a placement breaks, in order; student -> position."""
    return tuple(sorted(_found(board, placed)))


def _found(board: Board, placed: Mapping[int, int]) -> Iterator[Breach]:
    for student, position in placed.items():
        if not board.may(student, position):
            yield Breach(limit=Limit.FORBIDDEN, about=board.students[student].id)
    for student, position in board.decided.items():
        if placed.get(student) != position:
            yield Breach(limit=Limit.LOCK, about=board.students[student].id)
    yield from _capacities(board, placed)
    seats = board.seats(board.decided)
    for student in board.by_lot:
        if student in placed and student not in board.decided and not seats.take(student):
            yield Breach(limit=Limit.SUPERVISION, about=board.students[student].id)


def _capacities(board: Board, placed: Mapping[int, int]) -> Iterator[Breach]:
    taken: Counter[int] = Counter()
    at_host: Counter[UUID] = Counter()
    for student, position in placed.items():
        taken[position] += board.load(student, position)
        at_host[board.positions[position].host] += board.load(student, position)
    heads = Counter(placed.values())
    locked = set(board.decided.values())
    for row, offered in enumerate(board.positions):
        if taken[row] > offered.capacity:
            yield Breach(limit=Limit.POSITION, about=offered.id)
        if 0 < heads[row] < offered.minimum and row not in locked:
            yield Breach(limit=Limit.TEAM, about=offered.id)
    for host in board.asked.hosts:
        if host.capacity is not None and at_host[host.id] > host.capacity:
            yield Breach(limit=Limit.HOST, about=host.id)
