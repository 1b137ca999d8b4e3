"""PlacementService: from the offer of a place to its end.

``by`` is the account that does it; None is the shell.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.models import (
    AssignmentRound,
    AuditAction,
    LinkPurpose,
    Placement,
    PlacementAction,
    PlacementParty,
    PlacementState,
    Position,
    Supervisor,
)
from matchmaker.models.facts import PlacementFacts
from matchmaker.services.clock import Clock
from matchmaker.services.cohorts import MOST_REASON, checked_line
from matchmaker.services.cursors import CursorPage, page_of, read_cursor
from matchmaker.services.followups import ask_afterwards
from matchmaker.services.placement_ledger import count_completed
from matchmaker.services.placement_mails import mail_agreed, mail_ended
from matchmaker.services.recording import Entry, record
from matchmaker.storage import assignment, cohort_lists, cohorts
from matchmaker.storage.database import Sessions
from matchmaker.storage.followups import spend_links

#: What coordinators do; all else is for the parties, or follows from something else.
_OF_COORDINATORS = frozenset(
    {PlacementAction.START, PlacementAction.COMPLETE, PlacementAction.BREAK_OFF}
)


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
            return viewed(session, assignment.placement(session, placement_id))

    def list(
        self, *, students: Collection[UUID] = (), hosts: Collection[UUID] = ()
    ) -> Sequence[PlacementView]:
        """Return the placements of these students or at these hosts, the latest first."""
        with self.sessions.reading() as session:
            return all_viewed(session, cohort_lists.own_placements(session, students, hosts))

    def page(
        self,
        *,
        students: Collection[UUID] = (),
        hosts: Collection[UUID] = (),
        cursor: str | None = None,
        limit: int = 20,
    ) -> CursorPage[PlacementView]:
        """Return some of what ``list`` returns.

        Raises:
            InvalidInput: the cursor is of another list.

        """
        after = read_cursor(cursor, (datetime, UUID)) if cursor else None
        with self.sessions.reading() as session:
            found = cohort_lists.own_placements(session, students, hosts, after=after, limit=limit)
            rows = page_of(found, limit, lambda one: (one.created_at, one.id))
            return CursorPage(all_viewed(session, rows.items), rows.next)

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
            return CursorPage(all_viewed(session, [one for one, _ in rows.items]), rows.next)

    def of_round(self, round_id: UUID) -> Sequence[PlacementView]:
        """Return the placements that came of a round, by name of the student."""
        with self.sessions.reading() as session:
            found = all_viewed(session, assignment.placements_of_round(session, round_id))
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
            placement = assignment.placement(session, placement_id, expected_revision, lock=True)
            self.take_agreement(session, placement, party, by=by)
        return placement

    def decline(
        self,
        placement_id: UUID,
        party: PlacementParty,
        reason: str,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> Placement:
        """Record that one party says no, and why; the place is free again, and all are told.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it is no longer on offer, or this party is not asked.
            InvalidInput: no reason.

        """
        with self.sessions.writing() as session:
            placement = assignment.placement(session, placement_id, expected_revision, lock=True)
            self.take_refusal(session, placement, party, reason, by=by)
        return placement

    def take_agreement(
        self,
        session: Session,
        placement: Placement,
        party: PlacementParty,
        *,
        by: UUID | None,
        by_link: bool = False,
    ) -> None:
        """Do what ``agree`` does within the running transaction."""
        known = party.value in placement.agreed
        placement.agree(party, at=self.clock())
        spend_links(session, placement.id, [LinkPurpose.PLACEMENT], party)
        told: dict[str, object] = {"party": party.value, "by_link": by_link}
        self._recorded(session, AuditAction.ACCEPT, placement.id, by, told)
        if placement.state is PlacementState.AGREED and not known:
            mail_agreed(session, placement, at=self.clock())

    def take_refusal(
        self,
        session: Session,
        placement: Placement,
        party: PlacementParty,
        reason: str,
        *,
        by: UUID | None,
        by_link: bool = False,
    ) -> None:
        """Do what ``decline`` does within the running transaction."""
        placement.decline(party, checked_line("reason", reason, MOST_REASON), at=self.clock())
        told: dict[str, object] = {"party": party.value, "by_link": by_link}
        self._recorded(session, AuditAction.DECLINE, placement.id, by, told)
        mail_ended(session, placement, at=self.clock(), but=party)

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

        Completed, student and host are asked how it was, and the ledger counts an internship.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: its state does not allow this, or only its parties can agree.
            InvalidInput: it is broken off without a reason.

        """
        with self.sessions.writing() as session:
            placement = assignment.placement(session, placement_id, expected_revision, lock=True)
            if action not in _OF_COORDINATORS:
                placement.refuse(action)
            placement.apply(action, at=self.clock())
            if action is PlacementAction.BREAK_OFF:
                placement.reason = checked_line("reason", reason, MOST_REASON)
                mail_ended(session, placement, at=self.clock(), but=PlacementParty.UNIVERSITY)
            if action is PlacementAction.COMPLETE:
                ask_afterwards(session, placement, at=self.clock())
                count_completed(session, placement, by=by, at=self.clock())
            told: dict[str, object] = {"state": placement.state.value}
            self._recorded(session, AuditAction.REVISE, placement_id, by, told)
        return placement

    def _recorded(
        self,
        session: Session,
        action: AuditAction,
        about: UUID,
        by: UUID | None,
        told: dict[str, object],
    ) -> None:
        entry = Entry(by=by, action=action, kind="placement", id=about, after=told)
        record(session, entry, at=self.clock())


def viewed(session: Session, placement: Placement) -> PlacementView:
    """Return a placement with the names that it is read by."""
    return all_viewed(session, [placement])[0]


def all_viewed(session: Session, placements: Sequence[Placement]) -> list[PlacementView]:
    """Return placements with the names that they are read by, in a few statements."""
    parties = assignment.all_parties(session, {one.id for one in placements})
    names = cohorts.names(session, {one for three in parties.values() for one in three})
    positions = {
        one.id: one for one in cohorts.positions(session, {one.position_id for one in placements})
    }
    rounds = {one: assignment.get(session, one) for one in {one.round_id for one in placements}}
    guiding = {one.supervisor_id for one in placements if one.supervisor_id is not None}
    supervisors = {one.id: one for one in cohorts.supervisors_named(session, guiding)}
    found = []
    for placement in placements:
        student, host, university = parties[placement.id]
        found.append(
            PlacementView(
                placement=placement,
                position=positions[placement.position_id],
                round=rounds[placement.round_id],
                student=names[student],
                host=names[host],
                university=names[university],
                supervisor=supervisors.get(placement.supervisor_id)
                if placement.supervisor_id
                else None,
            )
        )
    return found
