"""Who supervises whom: seats of supervisors, given out so that the most students can have one.

The sets of students who can all be supervised at once are the independent sets of a matroid (a
transversal matroid): if one more student can be supervised beside others, no order in which those
others were seated stands in the way. Seats are moved along augmenting paths to make room.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Seats:
    """Supervisors and who sits with them, by row number.

    Args:
        capacity: seats of each supervisor.
        choices: for each student the supervisors who may take them; None when they need nobody.

    """

    capacity: Sequence[int]
    choices: Sequence[tuple[int, ...] | None]
    #: student -> supervisor.
    of: dict[int, int] = field(default_factory=dict)
    _with: dict[int, set[int]] = field(default_factory=dict)
    #: Supervisor -> seats that are free.
    _free: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._free = list(self.capacity)

    def take(self, student: int) -> bool:
        """Give a student a seat, moving others if that makes room; False when none can be had."""
        choices = self.choices[student]
        if choices is None:
            return True
        if choices:
            free = self._freest(choices)
            if self._free[free] > 0:
                self._seat(student, free)
                return True
        found = self._path(choices)
        if found is None:
            return False
        free, reached = found
        # From the free seat back: each supervisor on the way hands one student on.
        while (step := reached[free]) is not None:
            before, moved = step
            self._seat(moved, free)
            free = before
        self._seat(student, free)
        return True

    def leave(self, student: int) -> None:
        """Take the seat of a student away; nothing happens to one without."""
        supervisor = self.of.pop(student, None)
        if supervisor is not None:
            self._with[supervisor].discard(student)
            self._free[supervisor] += 1

    def could_take(self, student: int) -> bool:
        """Tell whether a seat could be had, without giving it."""
        choices = self.choices[student]
        return choices is None or self._path(choices) is not None

    def _path(
        self, choices: Sequence[int]
    ) -> tuple[int, Mapping[int, tuple[int, int] | None]] | None:
        """Find the nearest supervisor with a free seat, the least busy first."""
        reached: dict[int, tuple[int, int] | None] = dict.fromkeys(self._by_room(choices))
        waiting = deque(reached)
        while waiting:
            supervisor = waiting.popleft()
            if self._free[supervisor] > 0:
                return supervisor, reached
            for student in sorted(self._with.get(supervisor, ())):
                for other in self._by_room(self.choices[student] or ()):
                    if other not in reached:
                        reached[other] = (supervisor, student)
                        waiting.append(other)
        return None

    def _freest(self, supervisors: Sequence[int]) -> int:
        """Return the supervisor with the most free seats, the first of equals."""
        return max(supervisors, key=lambda one: (self._free[one], -one))

    def _by_room(self, supervisors: Sequence[int]) -> list[int]:
        return sorted(supervisors, key=lambda one: (-self._free[one], one))

    def _seat(self, student: int, supervisor: int) -> None:
        self.leave(student)
        self.of[student] = supervisor
        self._with.setdefault(supervisor, set()).add(student)
        self._free[supervisor] -= 1
