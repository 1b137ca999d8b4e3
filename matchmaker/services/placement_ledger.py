"""What a placement leaves in the ledger: an internship once it is completed, and a job after it.

The ledger belongs to collaborations. A placement of a challenge for which student and firm were
introduced goes on in the collaboration that this began; any other one is a collaboration of its
own, with host and student and without an introduction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, TransitionNotAllowed
from matchmaker.models import (
    Account,
    AuditAction,
    Collaboration,
    CollaborationAction,
    CollaborationKind,
    JobStage,
    Organisation,
    OutcomeKind,
    Placement,
    PlacementState,
    Position,
)
from matchmaker.models.facts import STAFF
from matchmaker.models.municipalities import municipality_at
from matchmaker.models.place import Place
from matchmaker.services.clock import Clock
from matchmaker.services.collaborations import TITLE_LENGTH
from matchmaker.services.outcomes import LedgerLine, NewLine, OutcomeService, write_line
from matchmaker.services.recording import Entry, record
from matchmaker.storage import assignment, cohorts, outcomes
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class PlacementLedger:
    """What the ledger says of one placement."""

    #: None as long as nothing is counted.
    collaboration: Collaboration | None
    lines: Sequence[LedgerLine] = ()

    @property
    def job(self) -> LedgerLine | None:
        """The line of the job, unless it was taken off."""
        of_job = (one for one in self.lines if one.outcome.kind is OutcomeKind.JOB and one.stands)
        return next(of_job, None)


@dataclass(frozen=True)
class PlacementLedgerService:
    """Records a job, and reads what is counted."""

    sessions: Sessions
    clock: Clock
    outcomes: OutcomeService

    def read(self, placement_id: UUID) -> PlacementLedger:
        """Return what the ledger says of a placement.

        Raises:
            NotFound: there is no such placement.

        """
        with self.sessions.reading() as session:
            assignment.placement(session, placement_id)
            collaboration = outcomes.of_placement(session, placement_id)
        if collaboration is None:
            return PlacementLedger(collaboration=None)
        return PlacementLedger(
            collaboration=collaboration, lines=self.outcomes.ledger(collaboration.id)
        )

    def record_job(
        self,
        placement_id: UUID,
        stage: JobStage,
        *,
        on_day: date | None = None,
        evidence: str = "",
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> Placement:
        """Record that the student was offered a job, or has accepted it.

        The first word of it writes one line; that an offer was accepted later writes no second
        one. Without a day it was today. What staff say counts at once, what others say when staff
        confirm it.

        Raises:
            NotFound: there is no such placement.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it is not completed, or an offer is recorded after its acceptance.
            Duplicate: it is recorded already.
            InvalidInput: a day before it began or still to come, or evidence that is too long.

        """
        now = self.clock()
        day = now.date() if on_day is None else on_day
        with self.sessions.writing() as session:
            placement = assignment.placement(session, placement_id, expected_revision, lock=True)
            if placement.state is not PlacementState.COMPLETED:
                raise TransitionNotAllowed("placement", placement.state, "record-job", ())
            collaboration = collaboration_of(session, placement, by=by, at=now)
            standing = outcomes.standing(session, collaboration.id, OutcomeKind.JOB)
            if standing is not None and placement.job is stage:
                raise Duplicate("outcome", standing.id)
            if standing is not None and stage is JobStage.OFFERED:
                raise TransitionNotAllowed("job", JobStage.ACCEPTED, "offer", ())
            if standing is None:
                write_line(
                    session,
                    collaboration,
                    NewLine(kind=OutcomeKind.JOB, on_day=day, evidence=evidence),
                    by=by,
                    counts=_is_staff(session, by),
                    at=now,
                )
            placement.job, placement.updated_at = stage, now
            told = {"job": stage.value, "on_day": day.isoformat()}
            entry = Entry(
                by=by, action=AuditAction.REVISE, kind="placement", id=placement_id, after=told
            )
            record(session, entry, at=now)
        return placement


def count_completed(
    session: Session, placement: Placement, *, by: UUID | None, at: datetime
) -> None:
    """Write the internship of a completed placement into the ledger, once."""
    collaboration = collaboration_of(session, placement, by=by, at=at)
    if outcomes.standing(session, collaboration.id, OutcomeKind.INTERNSHIP) is None:
        write_line(
            session,
            collaboration,
            NewLine(
                kind=OutcomeKind.INTERNSHIP,
                on_day=at.date(),
                evidence=f"Placement {placement.id}, completed",
            ),
            by=by,
            counts=_is_staff(session, by),
            at=at,
        )


def collaboration_of(
    session: Session, placement: Placement, *, by: UUID | None, at: datetime
) -> Collaboration:
    """Return the collaboration of a placement, begun now when there is none.

    It is that of the introduction which brought the student to the firm's challenge, if any.
    """
    found = outcomes.of_placement(session, placement.id)
    if found is not None:
        return found
    position = cohorts.position(session, placement.position_id)
    if position.challenge_id is not None:
        found = outcomes.between(session, position.challenge_id, placement.student_id)
    if found is None:
        found = _begun(session, placement, position, at)
        session.add(found)
    if CollaborationAction.START in found.actions():
        found.apply(CollaborationAction.START, at=at)
    if (
        found.kind is CollaborationKind.PLACEMENT
        and CollaborationAction.COMPLETE in found.actions()
    ):
        found.apply(CollaborationAction.COMPLETE, at=at)
    # Planned for later, it has begun all the same: nothing comes of what is still to begin.
    found.starts_on = min(found.starts_on, at.date())
    found.placement_id, found.updated_at = placement.id, at
    session.flush()
    told = {"placement": str(placement.id), "state": found.state.value}
    entry = Entry(by=by, action=AuditAction.CREATE, kind="collaboration", id=found.id, after=told)
    record(session, entry, at=at)
    return found


def _begun(
    session: Session, placement: Placement, position: Position, at: datetime
) -> Collaboration:
    introduction = (
        outcomes.introduced(session, position.challenge_id, placement.student_id)
        if position.challenge_id
        else None
    )
    host = session.get(Organisation, position.host_id)
    today = at.date()
    return Collaboration(
        introduction_id=introduction.id if introduction else None,
        challenge_id=position.challenge_id,
        partner_id=placement.student_id,
        organisation_id=position.host_id,
        kind=CollaborationKind.PLACEMENT,
        title=position.title[:TITLE_LENGTH],
        municipality=_municipality(host.place) if host else None,
        # Whoever began early began when it was agreed.
        starts_on=min(position.starts_on, today),
        ends_on=today if position.starts_on > today else min(position.ends_on, today),
        created_at=at,
        updated_at=at,
    )


def _municipality(place: Place) -> str | None:
    if place.municipality is not None or place.country != "DK":
        return place.municipality
    if place.latitude is None or place.longitude is None:
        return None
    return municipality_at(place.latitude, place.longitude)


def _is_staff(session: Session, by: UUID | None) -> bool:
    account = session.get(Account, by) if by else None
    return by is None or (account is not None and account.role in STAFF)
