"""What a round was asked and answered, read back from what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput
from matchmaker.matching.assignment.board import laid_out
from matchmaker.matching.assignment.changes import Difference
from matchmaker.matching.assignment.outcome import Method, Placed, Result, Unplaced
from matchmaker.matching.assignment.round import Flaw, Problem, Round, RoundRefused
from matchmaker.models import AssignmentRound, Cohort, RoundLock
from matchmaker.services.gathering import Gathered, Notice
from matchmaker.storage import cohorts

#: What a coordinator is told when a round contradicts itself.
SENTENCES = {
    Flaw.LOCKS_ABOVE_POSITION: "More students are locked to a position than it has places.",
    Flaw.LOCKS_ABOVE_HOST: "More students are locked to a host than it takes.",
    Flaw.LOCKS_ABOVE_SUPERVISORS: "Nobody has room to supervise all who are locked.",
    Flaw.LOCK_FORBIDDEN: "A locked pair is one that must not be.",
    Flaw.TWO_LOCKS: "A student is locked to two places, or brings a place of their own.",
}
OTHERWISE = "What is stored of this round contradicts itself."


@dataclass(frozen=True, kw_only=True)
class MethodAnswer:
    """What one method answered, and what differs from its answer to the input before."""

    answer_id: UUID
    result: Result
    since: Difference | None


@dataclass(frozen=True, kw_only=True)
class RoundView:
    """A round as a coordinator sees it."""

    round: AssignmentRound
    cohort: Cohort
    #: Of the latest input; None before the first run.
    stamp: str | None
    #: Whether the latest input is still what is stored.
    current: bool
    notices: Sequence[Notice]
    problems: Sequence[Problem]
    locks: Sequence[RoundLock]
    answers: Mapping[Method, MethodAnswer]
    #: Names of students, hosts and supervisors, titles of positions.
    names: Mapping[UUID, str]
    #: Students and positions of the round as it would be asked now.
    students: Sequence[UUID]
    positions: Sequence[UUID]


@dataclass(frozen=True, kw_only=True)
class StudentOutcome:
    """What a published round says of one student: their place, or why there is none."""

    round: AssignmentRound
    method: Method
    answer: Placed | Unplaced
    #: Titles of positions.
    names: Mapping[UUID, str]

    @property
    def unplaced(self) -> Unplaced | None:
        """Why the student has no place; None when they have one."""
        return self.answer if isinstance(self.answer, Unplaced) else None


def refuse_contradiction(asked: Round) -> None:
    """Refuse a round that contradicts itself, in words."""
    try:
        laid_out(asked)
    except RoundRefused as refused:
        raise InvalidInput("round", SENTENCES.get(refused.problems[0].flaw, OTHERWISE)) from refused


def names_of(
    session: Session,
    found: Gathered,
    locks: Sequence[RoundLock],
    questions: Sequence[Round],
) -> dict[UUID, str]:
    """Return names of all whom a round, its notices, locks and answers speak of."""
    people = {one.id for one in found.asked.students}
    places = {one.id for one in found.asked.positions}
    people |= {one.student_id for one in found.notices} | {one.student_id for one in locks}
    places |= {one.position_id for one in found.notices if one.position_id}
    places |= {one.position_id for one in locks}
    guides = {one.id for one in found.asked.supervisors}
    hosts = {one.id for one in found.asked.hosts}
    for question in questions:
        people |= {student.id for student in question.students}
        places |= {position.id for position in question.positions}
        hosts |= {host.id for host in question.hosts}
        guides |= {guide.id for guide in question.supervisors}
    names = cohorts.names(session, people | hosts)
    titles = {one.id: one.title for one in cohorts.positions(session, places)}
    named = {one.id: one.name for one in cohorts.supervisors_named(session, guides)}
    return names | titles | named
