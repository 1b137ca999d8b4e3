"""The round: what students, hosts and the university bring, as one frozen value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

#: One student at one position.
Pair = tuple[UUID, UUID]

#: Fit is counted in ten-thousandths, so that sums are exact.
FIT_UNIT = 10_000


@dataclass(frozen=True, kw_only=True)
class Student:
    """A student with their wishes.

    Args:
        id: whose.
        ranking: position -> rank; lower is better, equal ranks are a tie, gaps mean nothing. A
            position that is not named is not wanted.
        supervisors: who may supervise this student; None when no supervisor is needed.

    """

    id: UUID
    ranking: Mapping[UUID, int] = field(default_factory=dict)
    supervisors: frozenset[UUID] | None = None


@dataclass(frozen=True, kw_only=True)
class Position:
    """A position at a host.

    Args:
        id: which.
        host: the organisation that offers it.
        capacity: how many students at most.
        minimum: a team begins with so many students or not at all; 0 or 1 for no team.
        ranking: student -> rank, as the host sees it; lower is better. Whom it does not name
            comes after those it names, all alike. A host that ranks nobody leaves it empty.
        brought_by: the student who found this place; nobody else can have it, and they do.

    """

    id: UUID
    host: UUID
    capacity: int = 1
    minimum: int = 0
    ranking: Mapping[UUID, int] = field(default_factory=dict)
    brought_by: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Host:
    """An organisation; ``capacity`` is how many students it takes over all positions."""

    id: UUID
    capacity: int | None = None


@dataclass(frozen=True, kw_only=True)
class Supervisor:
    """A person at the university; ``capacity`` is how many students they can supervise."""

    id: UUID
    capacity: int


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A placement decided by hand; every re-run keeps it."""

    student: UUID
    position: UUID
    reason: str


class Flaw(StrEnum):
    """What makes a round contradict itself."""

    TWICE = "twice"
    UNKNOWN_POSITION = "unknown_position"
    UNKNOWN_STUDENT = "unknown_student"
    UNKNOWN_HOST = "unknown_host"
    UNKNOWN_SUPERVISOR = "unknown_supervisor"
    NEGATIVE_CAPACITY = "negative_capacity"
    MINIMUM_ABOVE_CAPACITY = "minimum_above_capacity"
    TWO_LOCKS = "two_locks"
    LOCK_FORBIDDEN = "lock_forbidden"
    LOCKS_ABOVE_POSITION = "locks_above_position"
    LOCKS_ABOVE_HOST = "locks_above_host"
    LOCKS_ABOVE_SUPERVISORS = "locks_above_supervisors"


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One contradiction, and what it is about: a student, position, host or supervisor."""

    flaw: Flaw
    about: UUID


@dataclass(frozen=True, kw_only=True)
class Round:
    """The question that the three methods answer.

    Args:
        students: who wants a place.
        positions: what there is.
        hosts: who offers it.
        supervisors: who can supervise.
        forbidden: pairs that must not be.
        locks: pairs that must be.
        fit: how well a student fits a position, in ten-thousandths; a pair that is missing has
            0. Pairs that the student did not rank are no wish, but are named as the next best.
        loads: how much of position and host a pair takes up, 1 where nothing is said. Only the
            optimising methods know loads: what stable means with them is not defined.
        seed: the published seed of the lots.

    """

    students: tuple[Student, ...]
    positions: tuple[Position, ...]
    hosts: tuple[Host, ...]
    supervisors: tuple[Supervisor, ...] = ()
    forbidden: frozenset[Pair] = frozenset()
    locks: tuple[Lock, ...] = ()
    fit: Mapping[Pair, int] = field(default_factory=dict)
    loads: Mapping[Pair, int] = field(default_factory=dict)
    seed: str = ""

    def decided(self) -> dict[UUID, UUID]:
        """Return student -> position for all that no method may change: own places and locks."""
        own = {
            position.brought_by: position.id
            for position in self.positions
            if position.brought_by is not None
        }
        return own | {lock.student: lock.position for lock in self.locks}


class RoundRefused(ValueError):
    """The round contradicts itself; ``problems`` says where."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(", ".join(f"{one.flaw} {one.about}" for one in problems))


def flaws(asked: Round) -> Iterator[Problem]:
    """Yield what is wrong with the names, numbers and locks of a round, supervision apart."""
    yield from _names(asked)
    yield from _numbers(asked)
    yield from _locks(asked)


def _names(asked: Round) -> Iterator[Problem]:
    students = {one.id for one in asked.students}
    positions = {one.id for one in asked.positions}
    hosts = {one.id for one in asked.hosts}
    supervisors = {one.id for one in asked.supervisors}
    for group in (asked.students, asked.positions, asked.hosts, asked.supervisors):
        for about, times in Counter(one.id for one in group).items():
            if times > 1:
                yield Problem(flaw=Flaw.TWICE, about=about)
    named = (
        (Flaw.UNKNOWN_POSITION, positions, _named_positions(asked)),
        (Flaw.UNKNOWN_STUDENT, students, _named_students(asked)),
        (Flaw.UNKNOWN_HOST, hosts, (one.host for one in asked.positions)),
        (
            Flaw.UNKNOWN_SUPERVISOR,
            supervisors,
            (named for one in asked.students for named in one.supervisors or ()),
        ),
    )
    for flaw, known, those in named:
        for about in those:
            if about not in known:
                yield Problem(flaw=flaw, about=about)


def _named_positions(asked: Round) -> Iterator[UUID]:
    for student in asked.students:
        yield from student.ranking
    for lock in asked.locks:
        yield lock.position


def _named_students(asked: Round) -> Iterator[UUID]:
    for position in asked.positions:
        yield from position.ranking
        if position.brought_by is not None:
            yield position.brought_by
    for lock in asked.locks:
        yield lock.student


def _numbers(asked: Round) -> Iterator[Problem]:
    capacities = [
        *((one.id, one.capacity) for one in asked.positions),
        *((one.id, one.capacity) for one in asked.hosts),
        *((one.id, one.capacity) for one in asked.supervisors),
    ]
    for about, capacity in capacities:
        if capacity is not None and capacity < 0:
            yield Problem(flaw=Flaw.NEGATIVE_CAPACITY, about=about)
    for position in asked.positions:
        # A capacity of nought closes a position, whatever team it was meant for.
        if position.minimum > position.capacity > 0:
            yield Problem(flaw=Flaw.MINIMUM_ABOVE_CAPACITY, about=position.id)


def _locks(asked: Round) -> Iterator[Problem]:
    own = {one.brought_by: one.id for one in asked.positions if one.brought_by is not None}
    brought = {one.id: one.brought_by for one in asked.positions if one.brought_by is not None}
    for student, times in Counter(one.student for one in asked.locks).items():
        if times > 1:
            yield Problem(flaw=Flaw.TWO_LOCKS, about=student)
    for student, times in Counter(brought.values()).items():
        if times > 1:
            yield Problem(flaw=Flaw.TWO_LOCKS, about=student)
    for lock in asked.locks:
        if own.get(lock.student, lock.position) != lock.position:
            yield Problem(flaw=Flaw.TWO_LOCKS, about=lock.student)
        if brought.get(lock.position, lock.student) != lock.student:
            yield Problem(flaw=Flaw.LOCK_FORBIDDEN, about=lock.student)
    decided = asked.decided()
    for pair in decided.items():
        if pair in asked.forbidden:
            yield Problem(flaw=Flaw.LOCK_FORBIDDEN, about=pair[0])
    yield from _too_many(asked, decided)


def _too_many(asked: Round, decided: Mapping[UUID, UUID]) -> Iterator[Problem]:
    host_of = {one.id: one.host for one in asked.positions}
    at_position: Counter[UUID] = Counter()
    at_host: Counter[UUID] = Counter()
    for pair in decided.items():
        load = asked.loads.get(pair, 1)
        at_position[pair[1]] += load
        if pair[1] in host_of:
            at_host[host_of[pair[1]]] += load
    for position in asked.positions:
        if at_position[position.id] > max(position.capacity, 0):
            yield Problem(flaw=Flaw.LOCKS_ABOVE_POSITION, about=position.id)
    for host in asked.hosts:
        if host.capacity is not None and at_host[host.id] > max(host.capacity, 0):
            yield Problem(flaw=Flaw.LOCKS_ABOVE_HOST, about=host.id)
