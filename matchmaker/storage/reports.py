"""What reports add up, as sums and first times: one row for many things, never a text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Exists, Integer, Select, Subquery, case, cast, exists, func, select
from sqlalchemy.orm import Session, aliased, selectinload

from matchmaker.errors import NotFound, StaleRevision
from matchmaker.models import (
    Challenge,
    ChallengeState,
    Collaboration,
    CollaborationState,
    Introduction,
    Match,
    MatchDecision,
    MatchRun,
    MatchState,
    Outcome,
    OutcomeConfirmation,
    PartnerKind,
    Profile,
    Programme,
    Standing,
)
from matchmaker.models.report import (
    Begun,
    DemandFigure,
    FunnelStep,
    Journey,
    LedgerSum,
    SupplyFigure,
)

#: Most challenges and profiles that a report names.
MOST_NAMED = 20


def programme(
    session: Session, programme_id: UUID, expected_revision: int | None = None
) -> Programme:
    """Return one programme with its targets.

    Raises:
        NotFound: there is none.
        StaleRevision: it is not at the expected revision.

    """
    found = session.scalar(
        select(Programme)
        .where(Programme.id == programme_id)
        .options(selectinload(Programme.targets))
    )
    if found is None:
        raise NotFound("programme", programme_id)
    if expected_revision is not None and found.revision != expected_revision:
        raise StaleRevision(expected_revision, found.revision)
    return found


def programmes(session: Session) -> Sequence[Programme]:
    """Return all programmes with their targets, those that end last first."""
    return session.scalars(
        select(Programme)
        .options(selectinload(Programme.targets))
        .order_by(Programme.ends_on.desc(), Programme.name)
    ).all()


def programme_named(session: Session, name: str) -> Programme | None:
    """Return the programme with this name, if any."""
    return session.scalar(select(Programme).where(Programme.name == name))


def sums(session: Session, programme_id: UUID) -> list[LedgerSum]:
    """Return the ledger of a programme, added up by kind, currency, place, day and standing."""
    confirmed = OutcomeConfirmation.outcome_id.is_not(None)
    lines = func.sum(case((Outcome.reverses_id.is_(None), 1), else_=-1))
    grouped = (
        Outcome.kind,
        Outcome.currency,
        Collaboration.municipality,
        Outcome.on_day,
        confirmed,
    )
    rows = session.execute(
        select(*grouped, func.sum(Outcome.quantity), lines)
        .join(Collaboration, Collaboration.id == Outcome.collaboration_id)
        .outerjoin(OutcomeConfirmation, OutcomeConfirmation.outcome_id == Outcome.id)
        .where(Collaboration.programme_id == programme_id)
        .group_by(*grouped)
    )
    return [
        LedgerSum(
            kind=kind,
            currency=currency,
            municipality=municipality,
            on_day=on_day,
            confirmed=bool(is_confirmed),
            quantity=int(quantity),
            lines=int(number),
        )
        for kind, currency, municipality, on_day, is_confirmed, quantity, number in rows
    ]


def begun(session: Session, programme_id: UUID) -> list[Begun]:
    """Return the collaborations of a programme."""
    firm = func.coalesce(
        Collaboration.organisation_id,
        Collaboration.account_id,
        Collaboration.challenge_id,
        Collaboration.id,
    )
    rows = session.execute(
        select(
            firm,
            Collaboration.kind,
            Collaboration.state,
            Collaboration.municipality,
            Collaboration.starts_on,
        ).where(Collaboration.programme_id == programme_id)
    )
    return [
        Begun(firm_id=firm_id, kind=kind, state=state, municipality=place, starts_on=day)
        for firm_id, kind, state, place, day in rows
    ]


def journeys(session: Session, since: datetime, until: datetime) -> list[Journey]:
    """Return when each challenge that was written in a period first came to each step.

    Drafts and the samples of the product are left out.
    """
    runs = _first(select(MatchRun.challenge_id, func.min(MatchRun.created_at).label("matched")))
    kept = _first(
        select(
            MatchDecision.challenge_id, func.min(MatchDecision.decided_at).label("shortlisted")
        ).where(MatchDecision.state == MatchState.SHORTLISTED)
    )
    introduced = _first(
        select(
            Introduction.challenge_id,
            func.min(Introduction.offered_at).label("introduced"),
            func.min(Introduction.accepted_at).label("accepted"),
            func.min(Introduction.met_at).label("met"),
        )
    )
    together = _first(
        select(
            Collaboration.challenge_id, func.min(Collaboration.created_at).label("collaboration")
        ).where(Collaboration.state != CollaborationState.PLANNED)
    )
    counter = aliased(Outcome)
    came = _first(
        select(Collaboration.challenge_id, func.min(Outcome.on_day).label("outcome"))
        .join(Outcome, Outcome.collaboration_id == Collaboration.id)
        .join(OutcomeConfirmation, OutcomeConfirmation.outcome_id == Outcome.id)
        .where(Outcome.reverses_id.is_(None), ~exists().where(counter.reverses_id == Outcome.id))
    )
    query = select(
        Challenge.created_at.label("submitted"),
        Challenge.opened_at.label("opened"),
        runs.c.matched,
        kept.c.shortlisted,
        introduced.c.introduced,
        introduced.c.accepted,
        introduced.c.met,
        together.c.collaboration,
        came.c.outcome,
    ).where(
        Challenge.state != ChallengeState.DRAFT,
        ~Challenge.sample,
        Challenge.created_at >= since,
        Challenge.created_at < until,
    )
    for part in (runs, kept, introduced, together, came):
        query = query.outerjoin(part, part.c.challenge_id == Challenge.id)
    found: list[Journey] = []
    for row in session.execute(query).mappings():
        # A day has no time: it is taken for its noon.
        times = {
            FunnelStep(name): value
            if isinstance(value, datetime)
            else datetime.combine(value, time(12), tzinfo=UTC)
            for name, value in row.items()
            if value is not None
        }
        found.append(times)
    return found


def _first(query: Select[*tuple[Any, ...]]) -> Subquery:
    return query.group_by(*list(query.selected_columns)[:1]).subquery()


def _newest_run() -> Select[UUID]:
    return (
        select(MatchRun.id)
        .where(MatchRun.challenge_id == Challenge.id)
        .order_by(MatchRun.created_at.desc(), MatchRun.id.desc())
        .limit(1)
        .correlate(Challenge)
    )


def _asked(since: datetime, until: datetime) -> Subquery:
    """Return each challenge of a period with what came of asking for it."""
    newest = _newest_run().scalar_subquery()
    listed = exists().where(Match.run_id == newest).correlate(Challenge)
    accepted = exists().where(
        Introduction.challenge_id == Challenge.id, Introduction.accepted_at.is_not(None)
    )
    return (
        select(
            Challenge.id,
            Challenge.title,
            Challenge.created_at,
            func.substr(Challenge.industry_code, 1, 2).label("industry"),
            newest.is_not(None).label("matched"),
            listed.label("listed"),
            accepted.label("accepted"),
        )
        .where(
            Challenge.state.not_in([ChallengeState.DRAFT, ChallengeState.WITHDRAWN]),
            ~Challenge.sample,
            Challenge.created_at >= since,
            Challenge.created_at < until,
        )
        .subquery()
    )


def demand(session: Session, since: datetime, until: datetime) -> list[DemandFigure]:
    """Return what was asked for by industry, the most asked for first, unsaid ones last."""
    asked = _asked(since, until).c
    nobody = cast(asked.matched, Integer) * (1 - cast(asked.listed, Integer))
    rows = session.execute(
        select(
            asked.industry,
            func.count(),
            func.sum(cast(asked.matched, Integer)),
            func.sum(nobody),
            func.sum(cast(asked.accepted, Integer)),
        ).group_by(asked.industry)
    )
    found = [
        DemandFigure(
            industry=industry,
            challenges=challenges,
            matched=int(matched),
            nobody=int(alone),
            accepted=int(accepted),
        )
        for industry, challenges, matched, alone, accepted in rows
    ]
    return sorted(
        found, key=lambda one: (one.industry is None, -one.challenges, one.industry or "")
    )


def unanswered(session: Session, since: datetime, until: datetime) -> list[tuple[UUID, str]]:
    """Return id and title of challenges whose newest list is empty, the newest first."""
    asked = _asked(since, until).c
    rows = session.execute(
        select(asked.id, asked.title)
        .where(asked.matched, ~asked.listed)
        .order_by(asked.created_at.desc(), asked.id)
        .limit(MOST_NAMED)
    )
    return [(challenge_id, title) for challenge_id, title in rows]


def supply(session: Session, since: datetime, until: datetime) -> list[SupplyFigure]:
    """Return whom there is by partner kind, and how many of them a list has shown."""
    introduced = exists().where(
        Introduction.profile_id == Profile.id,
        Introduction.offered_at >= since,
        Introduction.offered_at < until,
    )
    rows = session.execute(
        select(
            Profile.partner_kind,
            func.count(),
            func.sum(case((_shown(since, until), 1), else_=0)),
            func.sum(case((introduced, 1), else_=0)),
        )
        .where(Profile.standing == Standing.LIVE)
        .group_by(Profile.partner_kind)
    )
    found = {
        kind: SupplyFigure(
            partner_kind=kind, profiles=profiles, shown=int(seen), introduced=int(met)
        )
        for kind, profiles, seen, met in rows
    }
    return [found[kind] for kind in PartnerKind if kind in found]


def unneeded(session: Session, since: datetime, until: datetime) -> list[tuple[UUID, str]]:
    """Return id and name of live profiles that no list has shown, those there longest first."""
    rows = session.execute(
        select(Profile.id, Profile.name)
        .where(Profile.standing == Standing.LIVE, ~_shown(since, until))
        .order_by(Profile.updated_at, Profile.id)
        .limit(MOST_NAMED)
    )
    return [(profile_id, name) for profile_id, name in rows]


def _shown(since: datetime, until: datetime) -> Exists:
    return (
        select(Match.id)
        .join(MatchRun, MatchRun.id == Match.run_id)
        .where(
            Match.profile_id == Profile.id,
            MatchRun.created_at >= since,
            MatchRun.created_at < until,
        )
        .exists()
    )
