"""Gathering: from what is stored now to the frozen question of a round.

Nobody and nothing is dropped without a word: whatever can't take part is a notice, with the reason.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from matchmaker.matching.assignment import round as asking
from matchmaker.models import (
    AssignmentRound,
    Cohort,
    CohortStudent,
    HostVetting,
    Placement,
    Position,
    PositionState,
    RoundLock,
    Standing,
)
from matchmaker.services.student_fit import StudentFit
from matchmaker.storage import assignment, cohorts

#: Positions beside their wishes for which a student's fit is kept: the best ones.
MOST_UNWISHED = 20


class NoticeKind(enum.StrEnum):
    """What does not take part in a round, and why."""

    NOT_CONSENTED = "not-consented"
    LEFT = "left"
    WITHDRAWN = "withdrawn"
    NOTHING_WANTED = "nothing-wanted"
    WISH_CLOSED = "wish-closed"
    WISH_NOT_SHOWN = "wish-not-shown"
    LOCK_WITHOUT_STUDENT = "lock-without-student"
    LOCK_WITHOUT_POSITION = "lock-without-position"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing that a coordinator has to know before they trust an answer."""

    kind: NoticeKind
    student_id: UUID
    position_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """A round as it would be asked now."""

    asked: asking.Round
    notices: tuple[Notice, ...]
    #: Position -> challenge, of those that came of one.
    challenges: Mapping[UUID, UUID]


def gathered(session: Session, round_: AssignmentRound) -> Gathered:
    """Read a round from the tables, without fit."""
    return _Gathering(session, round_).gather()


def with_fit(found: Gathered, fit: StudentFit, progress: Callable[[int, int], None]) -> Gathered:
    """Return the round with the fit of its pairs: of all wishes, and of the best others.

    Args:
        found: the round.
        fit: knows the scores.
        progress: hears how many challenges are measured, and how many there are; what it raises
            ends the work.

    """
    students = found.asked.students
    scores = fit.scores(
        [one.id for one in students], set(found.challenges.values()), progress=progress
    )
    # By id, so that equal scores stand in an order that nobody chose.
    positions = sorted(found.challenges)
    columns = [scores.columns[found.challenges[one]] for one in positions]
    column_of = {one: column for column, one in enumerate(positions)}
    counted: dict[tuple[UUID, UUID], int] = {}
    for student in students:
        of_student = scores.values[scores.rows[student.id], columns]
        known = ~np.isnan(of_student)
        values = np.rint(np.where(known, of_student, 0.0) * asking.FIT_UNIT).astype(np.int64)
        wished = [at for one in student.ranking if (at := column_of.get(one)) is not None]
        others = known.copy()
        others[wished] = False
        best = np.argsort(-values, kind="stable")
        best = best[others[best]][:MOST_UNWISHED]
        for at in (*(one for one in wished if known[one]), *best.tolist()):
            counted[student.id, positions[at]] = int(values[at])
    return replace(found, asked=replace(found.asked, fit=counted))


class _Gathering:
    """Reads the tables once and puts the round together."""

    def __init__(self, session: Session, round_: AssignmentRound) -> None:
        self.session = session
        self.round = round_
        self.cohort: Cohort = cohorts.get(session, round_.cohort_id)
        self.notices: list[Notice] = []
        self.students = self._students()
        self.seeking = frozenset(self.students)
        self.all_positions = {
            one.id: one for one in cohorts.positions_in_period(session, self.cohort)
        }
        approvals = cohorts.approvals(session, self.cohort.id)
        self.open = {
            one.id: one
            for one in self.all_positions.values()
            if one.state is PositionState.OFFERED
            and one.id in approvals
            and approvals[one.id].approved
        }
        hosts = {one.host_id for one in self.open.values()}
        self.vetted = cohorts.vettings(session, hosts)
        # Of all cohorts and of earlier rounds: a place is taken whoever took it.
        at_hosts = cohorts.positions_of_hosts(session, hosts)
        self.host_of = {one.id: one.host_id for one in at_hosts}
        self.supervisors = cohorts.supervisors_of(session, self.cohort.id)
        self.taken = cohorts.live_placements(
            session,
            positions=self.host_of.keys(),
            supervisors=[one.id for one in self.supervisors],
        )

        self.taken_at = Counter(one.position_id for one in self.taken)

    def gather(self) -> Gathered:
        wishes = self._wishes()
        locks = self._locks()
        guides = self._guides()
        ranks: dict[UUID, dict[UUID, int]] = defaultdict(dict)
        for rank in cohorts.host_ranks(self.session, self.open.keys()):
            if rank.student_id in self.seeking:
                ranks[rank.position_id][rank.student_id] = rank.rank
        asked = asking.Round(
            students=tuple(
                asking.Student(
                    id=one,
                    ranking=wishes.get(one, {}),
                    supervisors=frozenset(guide.id for guide in guides) if guides else None,
                )
                for one in self.students
            ),
            positions=tuple(self._position(one, ranks[one.id]) for one in self.open.values()),
            hosts=self._hosts(),
            supervisors=guides,
            forbidden=frozenset(
                (one.student_id, one.position_id)
                for one in assignment.forbidden(self.session, self.cohort.id)
            ),
            locks=locks,
            seed=self.round.seed,
        )
        return Gathered(
            asked=asked,
            notices=tuple(self.notices),
            challenges={
                one.id: one.challenge_id
                for one in self.open.values()
                if one.challenge_id is not None
            },
        )

    def _students(self) -> list[UUID]:
        """Return who takes part: consenting, still there, and without a place."""
        members = cohorts.students_of(self.session, self.cohort.id)
        ids = [one.student_id for one in members]
        placed = {one.student_id for one in cohorts.live_placements(self.session, students=ids)}
        standings = cohorts.standings(self.session, self.cohort.id)
        found = []
        for one in members:
            if one.student_id in placed:
                continue
            kind = _missing(one, standings.get(one.student_id))
            if kind is None:
                found.append(one.student_id)
            else:
                self.notices.append(Notice(kind=kind, student_id=one.student_id))
        return found

    def _wishes(self) -> dict[UUID, dict[UUID, int]]:
        found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
        for student, position, rank in cohorts.wish_rows(self.session, self.cohort.id):
            if student not in self.seeking:
                continue
            if position in self.open:
                found[student][position] = rank
                continue
            stored = self.all_positions.get(position)
            closed = stored is not None and stored.state is PositionState.CLOSED
            self.notices.append(
                Notice(
                    kind=NoticeKind.WISH_CLOSED if closed else NoticeKind.WISH_NOT_SHOWN,
                    student_id=student,
                    position_id=position,
                )
            )
        brought = {one.brought_by_id for one in self.open.values()}
        for student in self.students:
            if not found.get(student) and student not in brought:
                self.notices.append(Notice(kind=NoticeKind.NOTHING_WANTED, student_id=student))
        return found

    def _locks(self) -> tuple[asking.Lock, ...]:
        found = []
        for lock in assignment.locks(self.session, self.round.id):
            if lock.student_id not in self.seeking:
                self._void(NoticeKind.LOCK_WITHOUT_STUDENT, lock)
            elif lock.position_id not in self.open:
                self._void(NoticeKind.LOCK_WITHOUT_POSITION, lock)
            else:
                found.append(
                    asking.Lock(
                        student=lock.student_id, position=lock.position_id, reason=lock.reason
                    )
                )
        return tuple(found)

    def _void(self, kind: NoticeKind, lock: RoundLock) -> None:
        self.notices.append(
            Notice(kind=kind, student_id=lock.student_id, position_id=lock.position_id)
        )

    def _position(self, position: Position, ranks: Mapping[UUID, int]) -> asking.Position:
        taken = self.taken_at[position.id]
        left = max(position.places - taken, 0)
        brought = position.brought_by_id if position.brought_by_id in self.seeking else None
        return asking.Position(
            id=position.id,
            host=position.host_id,
            # Brought by somebody who is placed or gone: nobody else's.
            capacity=0 if position.brought_by_id is not None and brought is None else left,
            # A team that began may be joined by one more.
            minimum=0 if taken else position.team_minimum,
            ranking=ranks,
            brought_by=brought,
        )

    def _hosts(self) -> tuple[asking.Host, ...]:
        taken = Counter(
            self.host_of[one.position_id] for one in self.taken if one.position_id in self.host_of
        )
        vetted: Mapping[UUID, HostVetting] = self.vetted
        limits = {
            host: vetted[host].capacity if host in vetted else None
            for host in {one.host_id for one in self.open.values()}
        }
        return tuple(
            asking.Host(id=host, capacity=None if limit is None else max(limit - taken[host], 0))
            for host, limit in sorted(limits.items())
        )

    def _guides(self) -> tuple[asking.Supervisor, ...]:
        placements: Sequence[Placement] = self.taken
        busy = Counter(one.supervisor_id for one in placements)
        return tuple(
            asking.Supervisor(id=one.id, capacity=max(one.capacity - busy[one.id], 0))
            for one in self.supervisors
        )


def _missing(member: CohortStudent, standing: Standing | None) -> NoticeKind | None:
    """Return why a student does not take part; None when they do."""
    if member.left_at is not None:
        return NoticeKind.LEFT
    if standing in {None, Standing.WITHDRAWN, Standing.MERGED}:
        return NoticeKind.WITHDRAWN
    return None if member.takes_part else NoticeKind.NOT_CONSENTED
