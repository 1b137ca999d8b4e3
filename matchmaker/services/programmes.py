"""ProgrammeService: programmes with their targets, and the report of what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, InvalidInput
from matchmaker.models import AuditAction, Currency, Programme, ProgrammeTarget
from matchmaker.models import report as figures
from matchmaker.models.municipalities import is_area
from matchmaker.models.outcome import MOST_MINOR
from matchmaker.models.report import (
    AreaFigure,
    DemandFigure,
    KindFigure,
    MeasureFigure,
    Rate,
    Span,
    StepFigure,
    SupplyFigure,
    TargetFigure,
)
from matchmaker.services.clock import Clock
from matchmaker.services.exposure import ExposureReport, ExposureService
from matchmaker.services.recording import Entry, record
from matchmaker.storage import reports
from matchmaker.storage.database import Sessions

NAME_LENGTH, MOST_TARGETS = 80, 200
#: A rate outside of this is a slip: 100 euro are worth some 746 kroner.
RATES = (50_000, 100_000)
_FIELDS = (
    "name",
    "funder",
    "starts_on",
    "ends_on",
    "currency",
    "ore_per_100_euro",
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that page, table, PDF and API show of a programme."""

    programme: Programme
    span: Span
    made_at: datetime
    measures: Sequence[MeasureFigure]
    targets: Sequence[TargetFigure]
    #: Of all challenges that were written in the period, whichever programme counts them later.
    funnel: Sequence[StepFigure]
    municipalities: Sequence[AreaFigure]
    regions: Sequence[AreaFigure]
    kinds: Sequence[KindFigure]
    demand: Sequence[DemandFigure]
    supply: Sequence[SupplyFigure]
    #: Id and title of challenges that nobody answers; id and name of whom no list has shown.
    unanswered: Sequence[tuple[UUID, str]]
    unneeded: Sequence[tuple[UUID, str]]
    exposure: ExposureReport

    @property
    def rate(self) -> Rate:
        """How the two currencies are told."""
        return rate_of(self.programme)


@dataclass(frozen=True)
class ProgrammeService:
    """What staff do with programmes."""

    sessions: Sessions
    clock: Clock

    def create(
        self,
        *,
        by: UUID | None,
        name: str,
        starts_on: date,
        ends_on: date,
        funder: str = "",
        currency: Currency = Currency.EUR,
        ore_per_100_euro: int | None = None,
        fictional: bool = False,
    ) -> Programme:
        """Store a new programme.

        Raises:
            Duplicate: one has this name.
            InvalidInput: a value that can't stand.

        """
        now = self.clock()
        programme = Programme(
            name=_checked_name(name),
            funder=_checked_funder(funder),
            starts_on=starts_on,
            ends_on=ends_on,
            currency=currency,
            ore_per_100_euro=ore_per_100_euro,
            fictional=fictional,
            created_at=now,
            updated_at=now,
        )
        _check(programme)
        with self.sessions.writing() as session:
            _check_name_is_free(session, programme)
            session.add(programme)
            session.flush()
            _record(session, programme, AuditAction.CREATE, by, now, None, _told(programme))
        return programme

    def revise(
        self, programme_id: UUID, *, expected_revision: int, by: UUID | None, **changes: Any
    ) -> Programme:
        """Change fields of a programme; takes what ``create`` takes.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            Duplicate: another one has this name.
            InvalidInput: a value that can't stand.

        """
        now = self.clock()
        unknown = set(changes) - set(_FIELDS)
        if unknown:
            raise InvalidInput(min(unknown), "This can't be changed.")
        if "name" in changes:
            changes["name"] = _checked_name(changes["name"])
        if "funder" in changes:
            changes["funder"] = _checked_funder(changes["funder"])
        with self.sessions.writing() as session:
            programme = reports.programme(session, programme_id, expected_revision)
            before = _told(programme)
            for name, value in changes.items():
                setattr(programme, name, value)
            _check(programme)
            with session.no_autoflush:
                _check_name_is_free(session, programme)
            programme.updated_at = now
            after = _told(programme)
            _record(session, programme, AuditAction.REVISE, by, now, before, after)
        return programme

    def set_targets(
        self,
        programme_id: UUID,
        given: Sequence[Mapping[str, Any]],
        *,
        expected_revision: int,
        by: UUID | None,
    ) -> Programme:
        """Replace all targets.

        Args:
            programme_id: the programme.
            given: measure, quantity, and, where wanted, first_day, last_day (of the programme
                when left out), area and currency of each.
            expected_revision: the one that the caller read.
            by: the account; None for the shell.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            InvalidInput: a value that can't stand.

        """
        now = self.clock()
        if len(given) > MOST_TARGETS:
            raise InvalidInput("targets", f"Use at most {MOST_TARGETS} targets.")
        with self.sessions.writing() as session:
            programme = reports.programme(session, programme_id, expected_revision)
            before = len(programme.targets)
            programme.targets = [
                _target(programme, position, one) for position, one in enumerate(given)
            ]
            programme.updated_at = now
            _record(
                session,
                programme,
                AuditAction.REVISE,
                by,
                now,
                {"targets": before},
                {"targets": len(given)},
            )
        return programme

    def get(self, programme_id: UUID) -> Programme:
        """Return one programme with its targets.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return reports.programme(session, programme_id)

    def all(self) -> Sequence[Programme]:
        """Return all programmes, those that end last first."""
        with self.sessions.reading() as session:
            return reports.programmes(session)

    def report(
        self, programme_id: UUID, first_day: date | None = None, last_day: date | None = None
    ) -> Report:
        """Add up what came of a programme in a period, of all of it when none is given.

        Targets are held against their own periods and areas; those that do not touch the period
        of the report are left out.

        Raises:
            NotFound: there is no such programme.
            InvalidInput: the period ends before it begins.

        """
        now = self.clock()
        with self.sessions.reading() as session:
            programme = reports.programme(session, programme_id)
            span = Span(first_day or programme.starts_on, last_day or programme.ends_on)
            if span.last_day < span.first_day:
                message = f"The period ends before {span.first_day}, when it begins."
                raise InvalidInput("last_day", message)
            since, until = _midnight(span.first_day), _after(span.last_day)
            sums, begun = reports.sums(session, programme_id), reports.begun(session, programme_id)
            rate = rate_of(programme)
            touched = [
                one
                for one in programme.targets
                if one.first_day <= span.last_day and one.last_day >= span.first_day
            ]
            return Report(
                programme=programme,
                span=span,
                made_at=now,
                measures=figures.measures(sums, begun, span, rate),
                targets=figures.targets(touched, sums, begun, rate),
                funnel=figures.funnel(reports.journeys(session, since, until)),
                municipalities=figures.coverage(sums, begun, span),
                regions=figures.by_region(sums, begun, span),
                kinds=figures.by_kind(begun, span),
                demand=reports.demand(session, since, until),
                supply=reports.supply(session, since, until),
                unanswered=reports.unanswered(session, since, until),
                unneeded=reports.unneeded(session, since, until),
                exposure=ExposureService(self.sessions).report(span.first_day, span.last_day),
            )


def rate_of(programme: Programme) -> Rate:
    """Return how a programme tells its two currencies."""
    return Rate(currency=programme.currency, ore_per_100_euro=programme.ore_per_100_euro)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _after(day: date) -> datetime:
    # There is no day after the last one that a date can name.
    return _midnight(day + timedelta(1)) if day < date.max else datetime.max.replace(tzinfo=UTC)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise InvalidInput("name", f"Use 1 to {NAME_LENGTH} characters.")
    return name


def _checked_funder(funder: str) -> str:
    funder = " ".join(funder.split())
    if len(funder) > NAME_LENGTH:
        raise InvalidInput("funder", f"Use at most {NAME_LENGTH} characters.")
    return funder


def _check(programme: Programme) -> None:
    if programme.ends_on < programme.starts_on:
        message = f"It ends before {programme.starts_on}, when it begins."
        raise InvalidInput("ends_on", message)
    rate = programme.ore_per_100_euro
    if rate is not None and not RATES[0] <= rate <= RATES[1]:
        raise InvalidInput("ore_per_100_euro", "Give the øre that 100 euro are worth: 74600.")


def _check_name_is_free(session: Session, programme: Programme) -> None:
    other = reports.programme_named(session, programme.name)
    if other is not None and other.id != programme.id:
        raise Duplicate("programme", other.id)


def _target(programme: Programme, position: int, given: Mapping[str, Any]) -> ProgrammeTarget:
    where = f"targets/{position}"
    target = ProgrammeTarget(
        position=position,
        measure=given["measure"],
        first_day=given.get("first_day") or programme.starts_on,
        last_day=given.get("last_day") or programme.ends_on,
        area=given.get("area") or None,
        quantity=given["quantity"],
        currency=given.get("currency"),
    )
    if target.measure.is_money != (target.currency is not None):
        message = "Amounts have a currency, and nothing else has."
        raise InvalidInput(f"{where}/currency", message)
    if target.last_day < target.first_day:
        raise InvalidInput(f"{where}/last_day", "It ends before it begins.")
    if target.area is not None and not is_area(target.area):
        message = "Use the code of a municipality (851) or region (DK-81)."
        raise InvalidInput(f"{where}/area", message)
    if not 0 < target.quantity <= MOST_MINOR:
        raise InvalidInput(f"{where}/quantity", f"Use a whole number from 1 to {MOST_MINOR}.")
    return target


def _told(programme: Programme) -> dict[str, Any]:
    return {
        "name": programme.name,
        "funder": programme.funder,
        "starts_on": programme.starts_on.isoformat(),
        "ends_on": programme.ends_on.isoformat(),
        "currency": programme.currency.value,
        "ore_per_100_euro": programme.ore_per_100_euro,
    }


def _record(
    session: Session,
    programme: Programme,
    action: AuditAction,
    by: UUID | None,
    now: datetime,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> None:
    if before is not None:
        changed = [name for name in after if after[name] != before[name]]
        before = {name: before[name] for name in changed}
        after = {name: after[name] for name in changed}
    entry = Entry(
        by=by, action=action, kind="programme", id=programme.id, before=before, after=after
    )
    record(session, entry, at=now)
