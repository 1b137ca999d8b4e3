"""Assignment rounds, what they were asked and answered, locks, and placements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound, StaleRevision
from matchmaker.models import (
    AssignmentRound,
    Cohort,
    ForbiddenPair,
    Placement,
    PlacementState,
    Position,
    RoundAnswer,
    RoundInput,
    RoundLock,
    RoundRun,
    RoundState,
)


def get(
    session: Session, round_id: UUID, expected_revision: int | None = None, *, lock: bool = False
) -> AssignmentRound:
    """Return one round; locked, nobody else starts its run meanwhile.

    Raises:
        NotFound: there is none.
        StaleRevision: it is not at the expected revision.

    """
    found = session.get(AssignmentRound, round_id, with_for_update=lock or None)
    if found is None:
        raise NotFound("assignment round", round_id)
    if expected_revision is not None and found.revision != expected_revision:
        raise StaleRevision(expected_revision, found.revision)
    return found


def of_cohort(session: Session, cohort_id: UUID) -> Sequence[AssignmentRound]:
    """Return the rounds of a cohort, the first first."""
    query = select(AssignmentRound).where(AssignmentRound.cohort_id == cohort_id)
    return session.scalars(query.order_by(AssignmentRound.number)).all()


def open_rounds(session: Session, cohort_id: UUID) -> Sequence[AssignmentRound]:
    """Return the rounds of a cohort that are neither published nor cancelled."""
    return [one for one in of_cohort(session, cohort_id) if one.state is RoundState.OPEN]


def next_number(session: Session, cohort_id: UUID) -> int:
    """Return the number of the next round of a cohort."""
    query = select(func.max(AssignmentRound.number)).where(AssignmentRound.cohort_id == cohort_id)
    return (session.scalar(query) or 0) + 1


def run_of(session: Session, round_id: UUID) -> RoundRun | None:
    """Return how far the latest run of a round is; None when it was never run."""
    return session.get(RoundRun, round_id)


def inputs(session: Session, round_id: UUID, most: int) -> Sequence[RoundInput]:
    """Return the last that a round was asked, the latest first; each is megabytes."""
    query = select(RoundInput).where(RoundInput.round_id == round_id)
    return session.scalars(query.order_by(RoundInput.at.desc(), RoundInput.id).limit(most)).all()


def input_of(session: Session, answer_id: UUID | None) -> RoundInput | None:
    """Return what an answer was given to."""
    query = select(RoundInput).join(RoundAnswer, RoundAnswer.input_id == RoundInput.id)
    return session.scalar(query.where(RoundAnswer.id == answer_id))


def input_stamped(session: Session, round_id: UUID, stamp: str) -> RoundInput | None:
    """Return the input of a round with a stamp."""
    return session.scalar(
        select(RoundInput).where(RoundInput.round_id == round_id, RoundInput.stamp == stamp)
    )


def answers(session: Session, input_id: UUID) -> dict[str, RoundAnswer]:
    """Return the answers to an input, by method."""
    query = select(RoundAnswer).where(RoundAnswer.input_id == input_id)
    return {one.method: one for one in session.scalars(query)}


def locks(session: Session, round_id: UUID) -> Sequence[RoundLock]:
    """Return the locks of a round, the oldest first."""
    query = select(RoundLock).where(RoundLock.round_id == round_id)
    return session.scalars(query.order_by(RoundLock.at, RoundLock.id)).all()


def forbidden(session: Session, cohort_id: UUID) -> Sequence[ForbiddenPair]:
    """Return the pairs of a cohort that must not be."""
    query = select(ForbiddenPair).where(ForbiddenPair.cohort_id == cohort_id)
    return session.scalars(query.order_by(ForbiddenPair.at)).all()


def live_in_cohort(session: Session, cohort_id: UUID, student_id: UUID) -> Sequence[Placement]:
    """Return a student's placements of a cohort's rounds that were not broken off, locked."""
    query = (
        select(Placement)
        .join(AssignmentRound, AssignmentRound.id == Placement.round_id)
        .where(
            AssignmentRound.cohort_id == cohort_id,
            Placement.student_id == student_id,
            Placement.state != PlacementState.BROKEN_OFF,
        )
    )
    return session.scalars(query.order_by(Placement.id).with_for_update(of=Placement)).all()


def placement(
    session: Session,
    placement_id: UUID,
    expected_revision: int | None = None,
    *,
    lock: bool = False,
) -> Placement:
    """Return one placement; ``lock`` holds it until the transaction ends.

    Raises:
        NotFound: there is none.
        StaleRevision: it is not at the expected revision.

    """
    found = session.get(
        Placement, placement_id, with_for_update={"of": Placement} if lock else None
    )
    if found is None:
        raise NotFound("placement", placement_id)
    if expected_revision is not None and found.revision != expected_revision:
        raise StaleRevision(expected_revision, found.revision)
    return found


def placements(session: Session, ids: Collection[UUID]) -> Sequence[Placement]:
    """Return these placements."""
    return session.scalars(select(Placement).where(Placement.id.in_(ids))).all()


def placements_of_round(session: Session, round_id: UUID) -> Sequence[Placement]:
    """Return the placements that came of a round."""
    query = select(Placement).where(Placement.round_id == round_id)
    return session.scalars(query.order_by(Placement.id)).all()


def all_parties(
    session: Session, placement_ids: Collection[UUID]
) -> dict[UUID, tuple[UUID, UUID, UUID]]:
    """Return placement -> student, host and university, of those that are there."""
    rows = session.execute(
        select(Placement.id, Placement.student_id, Position.host_id, Cohort.university_id)
        .join(Position, Position.id == Placement.position_id)
        .join(AssignmentRound, AssignmentRound.id == Placement.round_id)
        .join(Cohort, Cohort.id == AssignmentRound.cohort_id)
        .where(Placement.id.in_(placement_ids))
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def parties_of(session: Session, placement_id: UUID) -> tuple[UUID, UUID, UUID]:
    """Return student, host and university of a placement.

    Raises:
        NotFound: there is none.

    """
    found = all_parties(session, [placement_id])
    if placement_id not in found:
        raise NotFound("placement", placement_id)
    return found[placement_id]
