"""Match runs and their matches."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from matchmaker.errors import NotFound
from matchmaker.models import (
    Activity,
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

#: What is left of a profile that is no longer shown.
_LEFT = {"id", "kind", "partner_kind", "fictional", "visibility", "revision", "updated_at"}
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
        known = [one for one in match.folded if one.profile.visibility is Visibility.PUBLIC]
        set_committed_value(match, "folded", known)
        if not match.shown:
            set_committed_value(match, "reason_json", _NO_REASON)
            _empty(match.profile)
    return run


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
    for name in (attribute.key for attribute in profile.__mapper__.column_attrs):
        value = getattr(profile, name)
        if name not in _LEFT and not isinstance(value, enum.Enum):
            empty = type(value)() if isinstance(value, str | list) else None
            set_committed_value(profile, name, empty)


def of_challenge(session: Session, challenge_id: UUID) -> Sequence[MatchRun]:
    """Return the runs of a challenge, newest first, without matches."""
    return session.scalars(
        select(MatchRun)
        .where(MatchRun.challenge_id == challenge_id)
        .order_by(MatchRun.created_at.desc(), MatchRun.id)
    ).all()
