"""What a change did: two results of nearly the same round, held against each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from matchmaker.matching.assignment.outcome import Measures, Result
from matchmaker.matching.assignment.round import Lock, Round


class Turn(StrEnum):
    """How a student fares by a change."""

    BETTER = "better"
    WORSE = "worse"
    #: Another place, wished as much, or not comparable because one of the two was not wished.
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Move:
    """A student whose place is another one; None for no place."""

    student: UUID
    before: UUID | None
    after: UUID | None
    turn: Turn


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What a change did to everybody: measures before and after, and who moved."""

    before: Measures
    after: Measures
    moves: tuple[Move, ...]


@dataclass(frozen=True, kw_only=True)
class LockCost:
    """What a lock costs: ``without`` says how all would fare if it were lifted."""

    lock: Lock
    without: Difference


def difference(before: Result, after: Result) -> Difference:
    """Say what differs; students in only one of the two count as without a place in the other."""
    had = {one.student: one for one in before.placed}
    has = {one.student: one for one in after.placed}
    moves = []
    for student in sorted(had.keys() | has.keys()):
        old, new = had.get(student), has.get(student)
        at_old = None if old is None else old.position
        at_new = None if new is None else new.position
        if at_old == at_new:
            continue
        moves.append(
            Move(
                student=student,
                before=at_old,
                after=at_new,
                turn=_turn(
                    None if old is None else old.place,
                    None if new is None else new.place,
                    gone=new is None,
                    come=old is None,
                ),
            )
        )
    return Difference(before=before.measures, after=after.measures, moves=tuple(moves))


def lifted(asked: Round, lock: Lock) -> Round:
    """Return the same round without a lock: what a method answers to it is what the lock costs."""
    return replace(asked, locks=tuple(one for one in asked.locks if one != lock))


def _turn(old: int | None, new: int | None, *, gone: bool, come: bool) -> Turn:
    if gone or come:
        return Turn.WORSE if gone else Turn.BETTER
    if old is None or new is None or old == new:
        return Turn.OTHER
    return Turn.BETTER if new < old else Turn.WORSE
