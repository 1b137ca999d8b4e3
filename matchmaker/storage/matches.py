"""Match runs and their matches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, joinedload, make_transient_to_detached, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from matchmaker.errors import NotFound
from matchmaker.models import (
    OWN_TEXTS,
    Activity,
    Base,
    Evidence,
    Expert,
    Facts,
    FoldedProfile,
    Match,
    MatchRun,
    Organisation,
    Profile,
    Reason,
    Student,
    Visibility,
)
from matchmaker.models.protection import Protection
from matchmaker.storage.bulk import insert_rows
from matchmaker.storage.concealing import conceal, empty_fields

#: What is left of a profile that is no longer shown.
_LEFT = {
    "id",
    "kind",
    "partner_kind",
    "fictional",
    "visibility",
    "field_visibility",
    "standing",
    "merged_into_id",
    "revision",
    "updated_at",
}
_NO_REASON = Reason(evidence=(), uncovered=(), facts=Facts()).as_json()


def get(session: Session, run_id: UUID) -> MatchRun:
    """Return one run with its matches and their profiles (without evidence).

    A profile that is public no more comes without name and text, its match without reason
    (``Match.shown`` is false): what was shown once need not be shown for ever.

    Raises:
        NotFound: there is none.

    """
    matches = selectinload(MatchRun.matches)
    profiles = matches.selectinload(Match.profile)
    run = session.scalar(
        select(MatchRun)
        .where(MatchRun.id == run_id)
        .options(
            profiles,
            profiles.selectin_polymorphic([Expert, Organisation, Student, Activity]),
            matches.selectinload(Match.folded).options(joinedload(FoldedProfile.profile)),
        )
    )
    if run is None:
        raise NotFound("match run", run_id)
    for match in run.matches:
        known = [one for one in match.folded if one.profile.public]
        set_committed_value(match, "folded", known)
        if not match.shown:
            set_committed_value(match, "reason_json", _NO_REASON)
            _empty(match.profile)
        conceal(match.profile, Visibility.PUBLIC)
    _conceal_reasons(session, run)
    return run


def protection_of(session: Session, run_id: UUID) -> Protection:
    """Return whom the rules of protection left out of a run when it was made."""
    return Protection.from_json(
        session.scalar(select(MatchRun.protection).where(MatchRun.id == run_id))
    )


def _conceal_reasons(session: Session, run: MatchRun) -> None:
    """Take out of the reasons what has been hidden from the public since the run."""
    reasons = {match.id: match.reason for match in run.matches}
    shown = [one.evidence_id for why in reasons.values() for one in why.evidence]
    hidden = set(
        session.scalars(
            select(Evidence.id).where(
                Evidence.id.in_({one for one in shown if one is not None}),
                Evidence.visibility != Visibility.PUBLIC,
            )
        )
    )
    for match in run.matches:
        # A passage without evidence is of the texts, and it is not known of which.
        texts = match.profile.hidden_fields(Visibility.PUBLIC) & OWN_TEXTS
        kept = tuple(
            one
            for one in reasons[match.id].evidence
            if one.evidence_id not in hidden and not (texts and one.evidence_id is None)
        )
        if kept != reasons[match.id].evidence:
            why = replace(reasons[match.id], evidence=kept).as_json()
            set_committed_value(match, "reason_json", why)


def keep(session: Session, run: MatchRun) -> None:
    """Write a new run with its matches, straight into the tables.

    What is handed in is afterwards as one that was read: the unit of work does the same for these
    rows, which have nothing to be put in order, in three times the time.
    """
    for match in run.matches:
        match.run_id = run.id
        for one in match.folded:
            one.match_id = match.id
    folded = [one for match in run.matches for one in match.folded]
    written: Sequence[tuple[type[Base], Sequence[Base]]] = (
        (MatchRun, [run]),
        (Match, run.matches),
        (FoldedProfile, folded),
    )
    for kind, entities in written:
        insert_rows(session, kind, [_row(entity) for entity in entities])
        for entity in entities:
            make_transient_to_detached(entity)


def _row(entity: Base) -> dict[str, Any]:
    """Return the columns of a new entity; what it has by default becomes its own."""
    row = {}
    for attribute in entity.__mapper__.column_attrs:
        value = row[attribute.columns[0].name] = getattr(entity, attribute.key)
        if attribute.key not in entity.__dict__:
            set_committed_value(entity, attribute.key, value)
    return row


def keep_reasons(session: Session, reasons: Mapping[UUID, dict[str, Any]]) -> None:
    """Keep these reasons in place of the present ones; matches that are gone are passed over."""
    if reasons:
        table = Match.metadata.tables[Match.__tablename__]
        session.connection().execute(
            update(table).where(table.c.id == bindparam("match")).values(reason=bindparam("why")),
            [{"match": match_id, "why": reason} for match_id, reason in reasons.items()],
        )


def _empty(profile: Profile) -> None:
    """Take the words and facts out of a profile as it was read; what is stored stays."""
    names = {attribute.key for attribute in profile.__mapper__.column_attrs}
    empty_fields(profile, names - _LEFT)


def of_challenge(session: Session, challenge_id: UUID) -> Sequence[MatchRun]:
    """Return the runs of a challenge, newest first, without matches."""
    return session.scalars(
        select(MatchRun)
        .where(MatchRun.challenge_id == challenge_id)
        .order_by(MatchRun.created_at.desc(), MatchRun.id)
    ).all()
