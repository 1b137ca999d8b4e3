"""What an answer says: who is placed, who is not and why, and how well it serves everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from matchmaker.matching.assignment.blocking import BlockingPair
from matchmaker.matching.assignment.solver import Reached


class Method(StrEnum):
    """The three ways to answer a round."""

    STABLE = "stable"
    MOST_PLACED = "most_placed"
    BEST_FIT = "best_fit"


class Why(StrEnum):
    """Why a student does not have a position that they wanted."""

    #: The host ranked everybody who has it higher.
    PREFERRED = "preferred"
    #: The host ranked somebody who has it alike, and they drew a better lot.
    LOT = "lot"
    #: The method gave it to others, though the host or the lots did not put them first.
    GIVEN = "given"
    #: It had no place to give, or only such as were decided by hand.
    NO_SEATS = "no_seats"
    #: Too few for a team wanted it.
    NO_TEAM = "no_team"
    #: Nobody was left who could supervise.
    NO_SUPERVISOR = "no_supervisor"
    #: It had room; the method found less in it than in leaving it.
    LEFT = "left"


class Reason(StrEnum):
    """Why a student has no place at all."""

    NOTHING_WANTED = "nothing_wanted"
    NOT_ELIGIBLE = "not_eligible"
    OUTCOMPETED = "outcompeted"
    NO_CAPACITY = "no_capacity"


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A student with a place.

    ``place`` is that of the wish, 1 for the first; None when the student did not wish it.
    ``host_rank`` is what the host gave; None when it named them not.
    """

    student: UUID
    position: UUID
    supervisor: UUID | None
    place: int | None
    host_rank: int | None
    fit: int
    locked: bool


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A wish that was not met."""

    position: UUID
    place: int
    why: Why


@dataclass(frozen=True, kw_only=True)
class Unplaced:
    """A student without a place: why, wish by wish, and what is still free, best fit first."""

    student: UUID
    reason: Reason
    missed: tuple[Missed, ...]
    next_best: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class Measures:
    """How well an answer serves everybody.

    Args:
        placed: students with a place.
        unplaced: students without.
        by_place: place of the wish -> how many have it.
        not_wished: how many have a place that they did not wish.
        mean_place: mean place of the wishes that were met; None when none was.
        worst_place: the last place that anybody had to take.
        worst_served: who had to take it.
        fit: sum of fit, in ten-thousandths.
        blocking: pairs that would rather have one another.

    """

    placed: int
    unplaced: int
    by_place: Mapping[int, int]
    not_wished: int
    mean_place: float | None
    worst_place: int | None
    worst_served: tuple[UUID, ...]
    fit: int
    blocking: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """One answer to a round.

    ``reached`` says of each aim of an optimising method what was reached and what is proven;
    it is empty for the stable method. ``closed`` are team positions that did not begin.
    """

    method: Method
    seed: str
    placed: tuple[Placed, ...]
    unplaced: tuple[Unplaced, ...]
    blocking: tuple[BlockingPair, ...]
    closed: tuple[UUID, ...]
    measures: Measures
    reached: tuple[Reached, ...]

    def position_of(self) -> dict[UUID, UUID]:
        """Return student -> position."""
        return {one.student: one.position for one in self.placed}
