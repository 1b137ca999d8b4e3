"""What is due with placements, and what their parties said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, exists, select, true, update
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound
from matchmaker.models import (
    AssignmentRound,
    Cohort,
    EvaluationState,
    LinkPurpose,
    MailLink,
    Placement,
    PlacementCheck,
    PlacementEnding,
    PlacementEvaluation,
    PlacementParty,
    PlacementState,
    Position,
    followup,
)
from matchmaker.models.placement import REMIND_BEFORE, UNDER_WAY
from matchmaker.storage import cohorts


def spend_links(
    session: Session,
    placement_id: UUID,
    purposes: Collection[LinkPurpose],
    party: PlacementParty | None = None,
) -> None:
    """Use up the links of a placement for these purposes, of one party or of all."""
    session.execute(
        update(MailLink)
        .where(
            MailLink.placement_id == placement_id,
            MailLink.purpose.in_(purposes),
            MailLink.used_at.is_(None),
            MailLink.placement_party == party if party else true(),
        )
        .values(used_at=MailLink.created_at)
        .execution_options(synchronize_session=False)
    )


def to_remind(session: Session, at: datetime, most: int) -> Sequence[UUID]:
    """Return offers whose parties have to be reminded, the most urgent first."""
    query = _offered().where(
        Placement.reminded_at.is_(None),
        Placement.answer_by <= at + REMIND_BEFORE,
        Placement.answer_by > at,
    )
    return session.scalars(query.limit(most)).all()


def to_lapse(session: Session, at: datetime, most: int) -> Sequence[UUID]:
    """Return offers whose time is over, the oldest first."""
    return session.scalars(_offered().where(Placement.answer_by <= at).limit(most)).all()


def _offered() -> Select[UUID]:
    return (
        select(Placement.id)
        .where(Placement.state == PlacementState.OFFERED)
        .order_by(Placement.answer_by, Placement.id)
    )


def to_check(session: Session, today: date, most: int) -> Sequence[UUID]:
    """Return placements that are half-way or beyond, not over, and were not asked about."""
    rows = session.execute(
        select(Placement.id, Position.starts_on, Position.ends_on)
        .join(Position, Position.id == Placement.position_id)
        .where(
            Placement.state.in_(UNDER_WAY),
            Position.starts_on <= today,
            Position.ends_on >= today,
            ~exists().where(PlacementCheck.placement_id == Placement.id),
        )
        .order_by(Position.ends_on, Placement.id)
    )
    due = [one for one, first, last in rows if halfway(first, last) <= today]
    return due[:most]


def to_remind_of_followups(session: Session, at: datetime, most: int) -> Sequence[UUID]:
    """Return placements with a party that was asked and is silent, the most urgent first."""
    soon = at + followup.REMIND_BEFORE
    checks = (
        select(PlacementCheck.placement_id, PlacementCheck.asked_at)
        .join(Placement, Placement.id == PlacementCheck.placement_id)
        .where(
            # Of what is over nobody asks how it goes.
            Placement.state.in_(UNDER_WAY),
            PlacementCheck.answered_at.is_(None),
            PlacementCheck.reminded_at.is_(None),
            PlacementCheck.asked_at > at - followup.CHECK_WITHIN,
            PlacementCheck.asked_at <= soon - followup.CHECK_WITHIN,
        )
        .order_by(PlacementCheck.asked_at, PlacementCheck.placement_id)
    )
    evaluations = (
        select(PlacementEvaluation.placement_id, PlacementEvaluation.asked_at)
        .where(
            PlacementEvaluation.state == EvaluationState.ASKED,
            PlacementEvaluation.reminded_at.is_(None),
            PlacementEvaluation.until > at,
            PlacementEvaluation.until <= soon,
        )
        .order_by(PlacementEvaluation.asked_at, PlacementEvaluation.placement_id)
    )
    found = [*session.execute(checks.limit(most)), *session.execute(evaluations.limit(most))]
    return list(dict.fromkeys(one for one, _ in sorted(found, key=lambda row: row[1])))[:most]


def halfway(first: date, last: date) -> date:
    """Return the day in the middle of a period.

    >>> halfway(date(2027, 2, 1), date(2027, 6, 30))
    datetime.date(2027, 4, 16)
    """
    return first + (last - first) / 2


def checks(session: Session, placement_id: UUID) -> Sequence[PlacementCheck]:
    """Return what the parties were asked half-way, and what they said."""
    query = select(PlacementCheck).where(PlacementCheck.placement_id == placement_id)
    order = list(PlacementParty)
    return sorted(session.scalars(query), key=lambda one: order.index(one.party))


def check(
    session: Session, placement_id: UUID, party: PlacementParty, *, lock: bool = False
) -> PlacementCheck:
    """Return what one party was asked half-way; ``lock`` holds it for the transaction.

    Raises:
        NotFound: it was not asked.

    """
    query = select(PlacementCheck).where(
        PlacementCheck.placement_id == placement_id, PlacementCheck.party == party
    )
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("placement check", placement_id)
    return found


def evaluations(session: Session, placement_id: UUID) -> dict[PlacementParty, PlacementEvaluation]:
    """Return what student and host were asked afterwards, and what they said."""
    query = select(PlacementEvaluation).where(PlacementEvaluation.placement_id == placement_id)
    return {one.party: one for one in session.scalars(query)}


def evaluation(
    session: Session, placement_id: UUID, party: PlacementParty, *, lock: bool = False
) -> PlacementEvaluation:
    """Return what one party was asked afterwards; ``lock`` holds it for the transaction.

    Raises:
        NotFound: it was not asked.

    """
    query = select(PlacementEvaluation).where(
        PlacementEvaluation.placement_id == placement_id, PlacementEvaluation.party == party
    )
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("placement evaluation", placement_id)
    return found


def _of_universities(query: Select[UUID], universities: Collection[UUID] | None) -> Select[UUID]:
    """Return the query for placements of these universities' cohorts alone; None: of all."""
    query = query.join(AssignmentRound, AssignmentRound.id == Placement.round_id)
    query = query.join(Cohort, Cohort.id == AssignmentRound.cohort_id)
    if universities is not None:
        query = query.where(Cohort.university_id.in_(universities))
    return query


def waiting_for_help(
    session: Session, universities: Collection[UUID] | None
) -> Sequence[PlacementCheck]:
    """Return checks that ask for help and that nobody has seen to, the oldest first."""
    placements = _of_universities(select(Placement.id), universities)
    return session.scalars(
        select(PlacementCheck)
        .where(
            PlacementCheck.needs_help,
            PlacementCheck.helped_at.is_(None),
            PlacementCheck.placement_id.in_(placements),
        )
        .order_by(PlacementCheck.answered_at, PlacementCheck.id)
    ).all()


def to_moderate(
    session: Session, universities: Collection[UUID] | None
) -> Sequence[PlacementEvaluation]:
    """Return what was said and nobody has looked at, the oldest first."""
    placements = _of_universities(select(Placement.id), universities)
    return session.scalars(
        select(PlacementEvaluation)
        .where(
            PlacementEvaluation.state == EvaluationState.GIVEN,
            PlacementEvaluation.placement_id.in_(placements),
        )
        .order_by(PlacementEvaluation.given_at, PlacementEvaluation.id)
    ).all()


def waiting_for_agreement(
    session: Session, universities: Collection[UUID] | None
) -> Sequence[Placement]:
    """Return what is offered and not agreed by all, the most urgent first."""
    ids = _of_universities(_offered(), universities)
    found = {one.id: one for one in session.scalars(select(Placement).where(Placement.id.in_(ids)))}
    return [found[one] for one in session.scalars(ids)]


def lost(session: Session, universities: Collection[UUID] | None) -> Sequence[Placement]:
    """Return the last placement of each student who lost it and has none since, latest first."""
    ids = _of_universities(select(Placement.id), universities).where(
        Placement.state == PlacementState.BROKEN_OFF,
        # Whoever left the cohort seeks none from it.
        Placement.ending.is_distinct_from(PlacementEnding.LEFT),
    )
    ended = session.scalars(
        select(Placement)
        .where(Placement.id.in_(ids))
        .order_by(Placement.updated_at.desc(), Placement.id)
    ).all()
    placed = {
        one.student_id
        for one in cohorts.live_placements(session, students={one.student_id for one in ended})
    }
    found: dict[UUID, Placement] = {}
    for one in ended:
        if one.student_id not in placed:
            found.setdefault(one.student_id, one)
    return list(found.values())
