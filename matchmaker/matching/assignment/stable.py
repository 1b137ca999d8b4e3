"""Student-optimal stable placement: deferred acceptance, students proposing.

**What stable means here.** Positions stand under hosts, and both have capacities, as projects
stand under lecturers in student-project allocation (SPA-S; Abraham, Irving and Manlove 2007). A
student and a position *block* a placement when the student wants the position more than what they
have (or has nothing), is supervised (below), and the host gains by the swap:

* position and host have room, or the student is at that host already and would only move, where
  the host does not hold their present pair higher; or
* the position has room, the host is full, and the host ranks the student higher than somebody
  whom it holds anywhere; or
* the position is full, and the host ranks the student higher than somebody who is there.

A host may rank students for each position of its own; ranks are compared across its positions.
Whom a host ranks alike, the published lots tell apart (:mod:`.lots`); the answer is then stable
for the strict order, and so *weakly* stable for the order with ties: no two parties would both
be strictly better off. Which way ties fall can change how many are placed; finding the way that
places most is NP-hard and not tried.

**What is guaranteed.** With no team minimum and enough supervision: no pair blocks, and every
student has the best position that they have in any stable placement of the strict order.

**Supervision.** Supervisors rank nobody, so their seats are given out by lot: a student is
*supervised* when they are placed, or a seat could be had beside those who are placed and drew a
better lot. Students enter in the order of their lots; one for whom there is no seat waits, and
enters as soon as one becomes free. At the end nobody waits whose seat is held by a worse lot.
Where supervision binds, no pair blocks, and every student has the best position that they have
in any placement that is stable among those who entered.

**Teams.** With a minimum, a stable placement may not exist, and whether one does is NP-hard to
tell (Biro, Fleiner, Irving and Manlove 2010). So a team position that would begin below its
minimum is closed, the one that lacks most first, and the rest is placed anew; at the end each
closed one is tried again, and stays open if every team is then full. Guaranteed: no team
below its minimum, and the above among the positions that are open. Not guaranteed: that no group
as large as the minimum would rather begin a closed position; the result names closed positions.

**Locks and own places** come first and are never displaced; their seats count against capacities.
A team with somebody locked in it begins, whatever its minimum.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from matchmaker.matching.assignment.board import Board
from matchmaker.matching.assignment.lots import of_position
from matchmaker.matching.assignment.supervision import Seats


class LoadsUnknown(ValueError):
    """Pairs take up more or less than one place: what stable means is not defined then."""


class Stopped(Exception):
    """Somebody asked to stop."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """Student -> position, and the team positions that stayed closed."""

    placed: Mapping[int, int]
    closed: frozenset[int]


def never() -> bool:
    """Never ask to stop."""
    return False


def stable(board: Board, cancelled: Callable[[], bool] = never) -> Held:
    """Place students so that no pair blocks; see the module for what that means.

    Raises:
        LoadsUnknown: pairs of the round take up more or less than one place.
        Stopped: ``cancelled`` said so.

    """
    if any(load != 1 for load in board.asked.loads.values()):
        raise LoadsUnknown
    offers = _offers(board)
    closed: list[int] = []
    placed = _accepted(board, offers, frozenset(closed))
    while short := _short(board, placed):
        if cancelled():
            raise Stopped
        closed.append(short[0])
        placed = _accepted(board, offers, frozenset(closed))
    reopened = True
    while reopened:
        reopened = False
        for position in list(closed):
            if cancelled():
                raise Stopped
            fewer = frozenset(closed) - {position}
            tried = _accepted(board, offers, fewer)
            if position in tried.values() and not _short(board, tried):
                closed.remove(position)
                placed, reopened = tried, True
    return Held(placed=placed, closed=frozenset(closed))


def _short(board: Board, placed: Mapping[int, int]) -> list[int]:
    """Return the team positions below their minimum, the one that lacks most first."""
    # Somebody locked in makes a team begin.
    decided = set(board.decided.values())
    lacking = [
        (filled / board.positions[row].minimum, row)
        for row, filled in Counter(placed.values()).items()
        if filled < board.positions[row].minimum and row not in decided
    ]
    lacking.sort(
        key=lambda one: (one[0], of_position(board.asked.seed, board.positions[one[1]].id))
    )
    return [row for _, row in lacking]


#: What a position holds of a student, the one to go first before all others: rank and lot turned
#: round, then the student.
_Key = tuple[int, int, int]
#: Student -> wish by wish the position, and how it holds that student.
_Offers = tuple[tuple[tuple[int, _Key], ...], ...]


def _offers(board: Board) -> _Offers:
    """Return what every student will offer; worked out once, however often teams are tried."""
    lot = board.lot
    return tuple(
        tuple(
            (position, (-board.rank(position, student), -lot[student], student))
            for position in wishes
        )
        for student, wishes in enumerate(board.wishes)
    )


def _accepted(board: Board, offers: _Offers, closed: frozenset[int]) -> dict[int, int]:
    market = _Market(board=board, offers=offers, closed=closed)
    market.run()
    return market.placed()


@dataclass(kw_only=True)
class _Market:
    """One deferred acceptance: students propose down their wishes, hosts keep the best."""

    board: Board
    offers: _Offers
    closed: frozenset[int]
    _seats: Seats = field(init=False)
    _room: list[int] = field(init=False)
    _host_room: list[int] = field(init=False)
    #: Position -> those held, the one to go first on top.
    _held: list[list[_Key]] = field(init=False)
    #: Host -> how many it holds at all its positions.
    _at_host: list[int] = field(init=False)
    _next: list[int] = field(init=False)
    #: Choices of supervisors -> those who wait for a seat, by lot.
    _waiting: dict[tuple[int, ...], list[tuple[int, int]]] = field(init=False)

    def __post_init__(self) -> None:
        board = self.board
        self._seats = board.seats(board.decided)
        self._room = [
            0 if row in self.closed else one.capacity for row, one in enumerate(board.positions)
        ]
        self._host_room = [
            len(board.students) if capacity is None else capacity
            for capacity in board.host_capacity
        ]
        for position in board.decided.values():
            if position not in self.closed:
                self._room[position] -= 1
            self._host_room[board.host[position]] -= 1
        self._held = [[] for _ in board.positions]
        self._at_host = [0] * len(board.host_capacity)
        self._next = [0] * len(board.students)
        self._waiting = defaultdict(list)

    def run(self) -> None:
        for student in self.board.by_lot:
            if student in self.board.decided or not self.board.wishes[student]:
                continue
            if self._seats.take(student):
                self._propose(student)
            else:
                key = self.board.choices[student] or ()
                heapq.heappush(self._waiting[key], (self.board.lot[student], student))

    def placed(self) -> dict[int, int]:
        found = dict(self.board.decided)
        for position, held in enumerate(self._held):
            found |= {student: position for *_, student in held}
        return dict(sorted(found.items()))

    def _propose(self, student: int) -> None:
        """Let a student propose, then whoever that displaces; those who wait come after.

        Most of the time of a round is spent here, so what it needs is at hand.
        """
        all_offers, reached, all_held, room = self.offers, self._next, self._held, self._room
        host_of, at_host, host_room = self.board.host, self._at_host, self._host_room
        proposing: int | None = student
        while proposing is not None:
            offers, number = all_offers[proposing], reached[proposing]
            if number == len(offers):
                self._seats.leave(proposing)
                proposing = self._next_waiting()
                continue
            reached[proposing] = number + 1
            position, key = offers[number]
            held = all_held[position]
            if len(held) >= room[position]:
                proposing = heapq.heappushpop(held, key)[2]
                continue
            heapq.heappush(held, key)
            host = host_of[position]
            if at_host[host] < host_room[host]:
                at_host[host] += 1
                proposing = None
            else:
                proposing = heapq.heappop(self._with_worst(host))[2]

    def _with_worst(self, host: int) -> list[_Key]:
        """Return those held at whichever position of a host has the one to go first."""
        held = [self._held[row] for row in self.board.at_host[host] if self._held[row]]
        return min(held, key=lambda one: one[0])

    def _next_waiting(self) -> int | None:
        """Return whoever waits with the best lot and can have a seat now, seated."""
        for _, student in sorted(waiting[0] for waiting in self._waiting.values() if waiting):
            if self._seats.take(student):
                heapq.heappop(self._waiting[self.board.choices[student] or ()])
                return student
        return None
