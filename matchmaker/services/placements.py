"""PlacementService: from the offer of a place to its end.

``by`` is the account that does it; None is the shell.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import (
    AssignmentRound,
    AuditAction,
    Placement,
    PlacementAction,
    PlacementParty,
    Position,
    Supervisor,
)
from matchmaker.models.facts import PlacementFacts
from matchmaker.services.clock import Clock
from matchmaker.services.cohorts import MOST_REASON, checked_line
from matchmaker.services.cursors import CursorPage, page_of, read_cursor
from matchmaker.services.recording import Entry, record
from matchmaker.storage import assignment, cohort_lists, cohorts
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class PlacementView:
    """A placement with the names that it is read by."""

    placement: Placement
    position: Position
    round: AssignmentRound
    student: str
    host: str
    university: str
    supervisor: Supervisor | None


@dataclass(frozen=True)
class PlacementService:
    """What the parties of a placement do."""

    sessions: Sessions
    clock: Clock

    def facts(self, placement_id: UUID) -> PlacementFacts:
        """Return what permission depends on.

        Raises:
            NotFound: there is no such placement.

        """
        with self.sessions.reading() as session:
            student, host, university = assignment.parties_of(session, placement_id)
        return PlacementFacts(
            id=placement_id, student_id=student, host_id=host, university_id=university
        )

    def view(self, placement_id: UUID) -> PlacementView:
        """Return one placement.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return _viewed(session, assignment.placement(session, placement_id))

    def list(
        self, *, students: Collection[UUID] = (), hosts: Collection[UUID] = ()
    ) -> Sequence[PlacementView]:
        """Return the placements of these students or at these hosts, the latest first."""
        with self.sessions.reading() as session:
            found = assignment.placements_of(session, students=students, hosts=hosts)
            return [_viewed(session, one) for one in found]

    def page_of_round(
        self, round_id: UUID, *, cursor: str | None = None, limit: int = 20
    ) -> CursorPage[PlacementView]:
        """Return some placements that came of a round, by name of the student.

        Raises:
            InvalidInput: the cursor is of another list.

        """
        after = read_cursor(cursor, (str, UUID)) if cursor else None
        with self.sessions.reading() as session:
            found = cohort_lists.placements_of_round(session, round_id, after=after, limit=limit)
            rows = page_of(found, limit, lambda one: (one[1], one[0].id))
            return CursorPage([_viewed(session, one) for one, _ in rows.items], rows.next)

    def of_round(self, round_id: UUID) -> Sequence[PlacementView]:
        """Return the placements that came of a round, by name of the student."""
        with self.sessions.reading() as session:
            found = [
                _viewed(session, one) for one in assignment.placements_of_round(session, round_id)
            ]
        return sorted(found, key=lambda one: (one.student.casefold(), one.placement.id))

    def agree(
        self,
        placement_id: UUID,
        party: PlacementParty,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> Placement:
        """Record that one party agrees; with the last one it is agreed.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it is no longer on offer, or this party is not asked.

        """
        with self.sessions.writing() as session:
            placement = assignment.placement(session, placement_id, expected_revision)
            placement.agree(party, at=self.clock())
            self._recorded(session, AuditAction.CONFIRM, placement_id, by, party=party.value)
        return placement

    def apply(
        self,
        placement_id: UUID,
        action: PlacementAction,
        *,
        by: UUID | None,
        reason: str = "",
        expected_revision: int | None = None,
    ) -> Placement:
        """Start, complete or break off a placement; the place is free again after a break.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: its state does not allow this, or only its parties can agree.
            InvalidInput: it is broken off without a reason.

        """
        with self.sessions.writing() as session:
            placement = assignment.placement(session, placement_id, expected_revision)
            if action is PlacementAction.AGREE:
                # Not by one for all: each party agrees for itself.
                placement.refuse(action)
            placement.apply(action, at=self.clock())
            if action is PlacementAction.BREAK_OFF:
                placement.reason = checked_line("reason", reason, MOST_REASON)
            self._recorded(session, AuditAction.REVISE, placement_id, by, state=placement.state)
        return placement

    def _recorded(
        self,
        session: Session,
        action: AuditAction,
        about: UUID,
        by: UUID | None,
        **told: str,
    ) -> None:
        entry = Entry(by=by, action=action, kind="placement", id=about, after=told)
        record(session, entry, at=self.clock())


def _viewed(session: Session, placement: Placement) -> PlacementView:
    position = cohorts.position(session, placement.position_id)
    everybody = assignment.parties_of(session, placement.id)
    names = cohorts.names(session, set(everybody))
    student, host, university = (names[one] for one in everybody)
    return PlacementView(
        placement=placement,
        position=position,
        round=assignment.get(session, placement.round_id),
        student=student,
        host=host,
        university=university,
        supervisor=None
        if placement.supervisor_id is None
        else session.get(Supervisor, placement.supervisor_id),
    )
