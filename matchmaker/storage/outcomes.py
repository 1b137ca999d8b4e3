"""Collaborations and the lines of their ledger; sums for reports are in ``storage.reports``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text, tuple_
from sqlalchemy.orm import Session, aliased

from matchmaker.errors import NotFound, StaleRevision
from matchmaker.models import (
    Challenge,
    Collaboration,
    CollaborationState,
    Introduction,
    Outcome,
    OutcomeConfirmation,
    OutcomeKind,
    Profile,
)
from matchmaker.models.facts import Viewer
from matchmaker.models.introduction import CONTACTS_PASSED
from matchmaker.storage import sealing

#: Any number, the same everywhere: names the advisory lock on PostgreSQL.
_LOCK = 7_305_147


def get(
    session: Session, collaboration_id: UUID, expected_revision: int | None = None
) -> Collaboration:
    """Return one collaboration.

    Raises:
        NotFound: there is none.
        StaleRevision: it is not at the expected revision.

    """
    found = session.get(Collaboration, collaboration_id)
    if found is None:
        raise NotFound("collaboration", collaboration_id)
    if expected_revision is not None and found.revision != expected_revision:
        raise StaleRevision(expected_revision, found.revision)
    return found


def of_placement(session: Session, placement_id: UUID) -> Collaboration | None:
    """Return the collaboration whose ledger counts a placement, if any."""
    return session.scalar(select(Collaboration).where(Collaboration.placement_id == placement_id))


def between(session: Session, challenge_id: UUID, profile_id: UUID) -> Collaboration | None:
    """Return what a challenge and a partner began and have not broken off, the latest first."""
    return session.scalar(
        select(Collaboration)
        .where(
            Collaboration.challenge_id == challenge_id,
            Collaboration.partner_id == profile_id,
            Collaboration.placement_id.is_(None),
            Collaboration.state != CollaborationState.BROKEN_OFF,
        )
        .order_by(Collaboration.created_at.desc(), Collaboration.id)
        .limit(1)
    )


def introduced(session: Session, challenge_id: UUID, profile_id: UUID) -> Introduction | None:
    """Return the introduction that passed the contacts of a challenge and a partner, if any."""
    return session.scalar(
        select(Introduction)
        .where(
            Introduction.challenge_id == challenge_id,
            Introduction.profile_id == profile_id,
            Introduction.state.in_(list(CONTACTS_PASSED)),
        )
        .order_by(Introduction.created_at.desc(), Introduction.id)
        .limit(1)
    )


def standing(session: Session, collaboration_id: UUID, kind: OutcomeKind) -> Outcome | None:
    """Return a line of this kind that was not taken off, if there is one."""
    counter = aliased(Outcome)
    return session.scalar(
        select(Outcome)
        .where(
            Outcome.collaboration_id == collaboration_id,
            Outcome.kind == kind,
            Outcome.reverses_id.is_(None),
            ~exists().where(counter.reverses_id == Outcome.id),
        )
        .order_by(Outcome.number)
        .limit(1)
    )


def beginning(session: Session, introduction_id: UUID) -> tuple[Introduction, Challenge]:
    """Return an introduction with its challenge.

    Raises:
        NotFound: there is none.

    """
    row = session.execute(
        select(Introduction, Challenge)
        .join(Challenge, Challenge.id == Introduction.challenge_id)
        .where(Introduction.id == introduction_id)
    ).one_or_none()
    if row is None:
        raise NotFound("introduction", introduction_id)
    return row[0], row[1]


def _seen_by(viewer: Viewer | None) -> ColumnElement[bool] | None:
    """Return the condition for what somebody is a part of; None for all."""
    if viewer is None or viewer.is_staff:
        return None
    return or_(
        Collaboration.account_id == viewer.account_id,
        Collaboration.organisation_id.in_(list(viewer.organisations)),
        Collaboration.partner_id.in_(list(viewer.claimed)),
    )


def page(
    session: Session,
    *,
    viewer: Viewer | None,
    programme_id: UUID | None,
    introduction_id: UUID | None,
    state: CollaborationState | None,
    after: Sequence[Any] | None,
    limit: int,
) -> Sequence[Collaboration]:
    """Return collaborations, the newest first, one more than asked for when there are more.

    Args:
        session: to read with.
        viewer: only what they are a part of, staff all; None for all.
        programme_id: only of this programme.
        introduction_id: only what this introduction began.
        state: only in this state.
        after: ``created_at`` and id of the last one before.
        limit: how many.

    """
    query = select(Collaboration).order_by(Collaboration.created_at.desc(), Collaboration.id.desc())
    seen = _seen_by(viewer)
    if seen is not None:
        query = query.where(seen)
    if programme_id is not None:
        query = query.where(Collaboration.programme_id == programme_id)
    if introduction_id is not None:
        query = query.where(Collaboration.introduction_id == introduction_id)
    if state is not None:
        query = query.where(Collaboration.state == state)
    if after is not None:
        key = tuple_(Collaboration.created_at, Collaboration.id)
        query = query.where(key < tuple_(*after))
    return session.scalars(query.limit(limit + 1)).all()


def partner_names(session: Session, found: Sequence[Collaboration]) -> dict[UUID, str]:
    """Return the names of the partners by profile id."""
    wanted = {one.partner_id for one in found if one.partner_id}
    rows = session.execute(select(Profile.id, Profile.name).where(Profile.id.in_(wanted)))
    return dict(rows.all())


def firm_name(session: Session, collaboration: Collaboration) -> str:
    """Return the name of the organisation whose challenge it was; empty when nobody knows."""
    if collaboration.organisation_id is None:
        return ""
    query = select(Profile.name).where(Profile.id == collaboration.organisation_id)
    return session.scalar(query) or ""


def next_number(session: Session) -> int:
    """Return the number of the next line, which is this transaction's alone.

    SQLite has one writer anyway; on PostgreSQL others wait until the transaction ends.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    return (session.scalar(select(func.max(Outcome.number))) or 0) + 1


@dataclass(frozen=True, kw_only=True)
class Words:
    """What people wrote into a line of the ledger."""

    evidence: str = ""
    reason: str = ""
    #: Whether there were any that nobody can read any more.
    erased: bool = False


def seal_words(session: Session, new: Outcome, words: Words) -> None:
    """Put words into a line that is not written yet."""
    new.sealed_evidence = sealing.seal_text(session, new.id, words.evidence)
    new.sealed_reason = sealing.seal_text(session, new.id, words.reason)


def words_of(session: Session, found: Sequence[Outcome]) -> dict[UUID, Words]:
    """Return the words of lines by id; of those without any too."""
    sealed = [one.id for one in found if one.sealed_evidence or one.sealed_reason]
    keys = sealing.keys_of(session, sealed)
    words = dict.fromkeys((one.id for one in found), Words())
    words.update(dict.fromkeys(sealed, Words(erased=True)))
    for one in found:
        if key := keys.get(one.id):
            words[one.id] = Words(
                evidence=sealing.open_text(one.sealed_evidence, key, one.id),
                reason=sealing.open_text(one.sealed_reason, key, one.id),
            )
    return words


def line(session: Session, outcome_id: UUID) -> Outcome:
    """Return one line.

    Raises:
        NotFound: there is none.

    """
    found = session.get(Outcome, outcome_id)
    if found is None:
        raise NotFound("outcome", outcome_id)
    return found


def lines(
    session: Session, collaboration_id: UUID
) -> Sequence[tuple[Outcome, OutcomeConfirmation | None]]:
    """Return the lines of a collaboration as they were written, each with its confirmation."""
    rows = session.execute(
        select(Outcome, OutcomeConfirmation)
        .outerjoin(OutcomeConfirmation, OutcomeConfirmation.outcome_id == Outcome.id)
        .where(Outcome.collaboration_id == collaboration_id)
        .order_by(Outcome.number)
    )
    return [(one, confirmation) for one, confirmation in rows]


def reversal_of(session: Session, outcome_id: UUID) -> Outcome | None:
    """Return the line that takes this one off, if any."""
    return session.scalar(select(Outcome).where(Outcome.reverses_id == outcome_id))


def following(session: Session, outcome_id: UUID) -> Sequence[Outcome]:
    """Return the lines that go on from this one and stand."""
    counter = aliased(Outcome)
    return session.scalars(
        select(Outcome).where(
            Outcome.follows_id == outcome_id,
            ~exists().where(counter.reverses_id == Outcome.id),
        )
    ).all()


def waiting(
    session: Session, *, after: int | None, limit: int
) -> Sequence[tuple[Outcome, Collaboration]]:
    """Return lines that stand and nobody has confirmed, in order, one more when there are more."""
    counter = aliased(Outcome)
    query = (
        select(Outcome, Collaboration)
        .join(Collaboration, Collaboration.id == Outcome.collaboration_id)
        .outerjoin(OutcomeConfirmation, OutcomeConfirmation.outcome_id == Outcome.id)
        .where(
            OutcomeConfirmation.outcome_id.is_(None),
            Outcome.reverses_id.is_(None),
            ~exists().where(counter.reverses_id == Outcome.id),
        )
        .order_by(Outcome.number)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(and_(Outcome.number > after))
    return [(one, collaboration) for one, collaboration in session.execute(query)]


def confirm(session: Session, outcome_id: UUID, by: UUID | None, at: datetime) -> bool:
    """Write that a line is confirmed; return whether that is new."""
    if session.get(OutcomeConfirmation, outcome_id) is not None:
        return False
    session.add(OutcomeConfirmation(outcome_id=outcome_id, confirmed_by_id=by, confirmed_at=at))
    session.flush()
    return True
