"""What the optimising methods ask of a solver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from matchmaker.matching.assignment.program import Program, Vector


@dataclass(frozen=True, kw_only=True)
class Aim:
    """One aim of a method, of which as much as possible is wanted."""

    name: str
    value: Vector


@dataclass(frozen=True, kw_only=True)
class Reached:
    """How much of an aim was reached, and what is proven about it.

    ``bound`` is proven: no answer that is as good in the aims before has more.
    """

    aim: str
    value: int
    bound: int

    @property
    def optimal(self) -> bool:
        """Whether no better answer exists."""
        return self.value == self.bound

    @property
    def gap(self) -> float:
        """How far the bound lies above the value, as a share of the bound."""
        return 0.0 if self.optimal else (self.bound - self.value) / abs(self.bound or 1)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a solver is: the aim it works on, the best so far, what is proven possible."""

    aim: str
    value: float | None
    bound: float | None
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Solution:
    """The columns of the best answer, and what is proven of each aim in turn."""

    columns: Vector
    reached: tuple[Reached, ...]


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Who looks on: hears of progress, and may ask to stop."""

    progress: Callable[[Progress], None]
    cancelled: Callable[[], bool]


class Solver(Protocol):
    """Finds the best columns of a program."""

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
        """Return the answer best in the first aim, among those in the second, and so on.

        Args:
            program: what is allowed.
            aims: whole numbers per column; the first comes before all others.
            ties: tell answers apart that are equal in all aims; nothing is proven about them
                where it must be searched which teams begin.
            start: an answer that is allowed, to begin with and to fall back on.
            seconds: how long to search at most, all aims together.
            watch: hears of progress and may stop it.

        Raises:
            Stopped: the watch said so.

        """
        ...
