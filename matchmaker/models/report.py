"""What a programme has come to: the arithmetic of reports, pure.

Storage reads sums and times, a service hands them over, and what comes back is what page, table,
PDF and API all show. Counts and money are whole numbers; only shares and waiting times are not.
"""

from __future__ import annotations

import enum
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from statistics import median
from uuid import UUID

from matchmaker.models.collaboration import CollaborationKind, CollaborationState
from matchmaker.models.money import Currency, Money
from matchmaker.models.municipalities import municipalities, regions, within
from matchmaker.models.outcome import Measure, OutcomeKind
from matchmaker.models.profile import PartnerKind
from matchmaker.models.programme import ProgrammeTarget

#: Not begun yet: nothing of it is counted.
_NOT_BEGUN = CollaborationState.PLANNED
_DAY = 86_400


class FunnelStep(enum.StrEnum):
    """What happens to a challenge on its way to an outcome, in order."""

    SUBMITTED = "submitted"
    OPENED = "opened"
    MATCHED = "matched"
    SHORTLISTED = "shortlisted"
    INTRODUCED = "introduced"
    ACCEPTED = "accepted"
    MET = "met"
    COLLABORATION = "collaboration"
    OUTCOME = "outcome"


@dataclass(frozen=True, kw_only=True)
class LedgerSum:
    """Lines of the ledger that are alike in all but their collaboration, added up."""

    kind: OutcomeKind
    currency: Currency | None
    municipality: str | None
    on_day: date
    #: Whether staff have confirmed them.
    confirmed: bool
    quantity: int
    #: Lines, less those that take one off.
    lines: int


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A collaboration, as far as it is counted."""

    firm_id: UUID
    kind: CollaborationKind
    state: CollaborationState
    municipality: str | None
    starts_on: date


@dataclass(frozen=True)
class Span:
    """A period, both days with it."""

    first_day: date
    last_day: date

    def holds(self, day: date) -> bool:
        """Return whether a day lies in it."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, kw_only=True)
class Rate:
    """In which currency sums are told, and whether the other one is changed into it."""

    currency: Currency
    #: Øre for 100 euro; None keeps them apart.
    ore_per_100_euro: int | None

    def sum_of(self, amounts: Mapping[Currency, int], currency: Currency) -> int:
        """Return an amount in a currency, in hundredths: of both at a stated rate, or its own."""
        if self.ore_per_100_euro is None:
            return amounts.get(currency, 0)
        return sum(
            Money(minor, one).in_currency(currency, self.ore_per_100_euro).minor
            for one, minor in amounts.items()
        )


@dataclass(frozen=True, kw_only=True)
class MeasureFigure:
    """How much there is of one measure."""

    measure: Measure
    #: Of money; None of what is counted.
    currency: Currency | None
    #: What counts; None for a mean of nothing.
    confirmed: int | None
    #: Reported, and not confirmed yet; 0 for a mean.
    waiting: int


@dataclass(frozen=True, kw_only=True)
class TargetFigure:
    """A target beside what was reached in its own period and area."""

    measure: Measure
    first_day: date
    last_day: date
    area: str | None
    currency: Currency | None
    target: int
    actual: int | None
    waiting: int

    @property
    def share(self) -> float | None:
        """What was reached of what was wanted: 1 is all of it; None when neither can be said."""
        return None if self.actual is None or not self.target else self.actual / self.target


@dataclass(frozen=True, kw_only=True)
class StepFigure:
    """How many challenges have come to one step."""

    step: FunnelStep
    #: Came to this step, or to a later one.
    reached: int
    #: Of those that came to the step before, and of all; None when there was none.
    of_previous: float | None
    of_all: float | None
    #: Challenges whose time from the step before is known, and that time in days.
    timed: int
    median_days: float | None
    p90_days: float | None


@dataclass(frozen=True, kw_only=True)
class AreaFigure:
    """What there is in a municipality or region."""

    #: LAU 1 or ISO 3166-2; None for what has no known place.
    code: str | None
    firms: int
    collaborations: int
    #: Confirmed lines of the ledger.
    lines: int


@dataclass(frozen=True, kw_only=True)
class KindFigure:
    """Collaborations of one kind, by state."""

    kind: CollaborationKind
    running: int
    completed: int
    broken_off: int

    @property
    def begun(self) -> int:
        """All of them."""
        return self.running + self.completed + self.broken_off


@dataclass(frozen=True, kw_only=True)
class DemandFigure:
    """What firms of one industry asked for, and whether somebody answers it."""

    #: NACE division, two figures; None when the firm did not say.
    industry: str | None
    challenges: int
    matched: int
    #: Matched, and nobody fits well enough in the newest list.
    nobody: int
    #: Somebody of the list was introduced, and both said yes.
    accepted: int


@dataclass(frozen=True, kw_only=True)
class SupplyFigure:
    """Whom there is of one partner kind, and whether anybody needs them."""

    partner_kind: PartnerKind
    #: Live profiles.
    profiles: int
    #: Of them in at least one list of the period, and introduced at least once.
    shown: int
    introduced: int

    @property
    def unneeded(self) -> int:
        """Live profiles that no list has shown."""
        return self.profiles - self.shown


Journey = Mapping[FunnelStep, datetime]


def measures(
    sums: Sequence[LedgerSum], begun: Sequence[Begun], span: Span, rate: Rate
) -> list[MeasureFigure]:
    """Return every measure in a period, everywhere.

    Money is one row in the currency of the programme when it states a rate; otherwise one for
    each currency that occurs, the programme's first.
    """
    found = []
    for measure in Measure:
        for currency in _currencies(measure, sums, span, rate):
            confirmed, waiting = _counted(measure, sums, begun, span, None, rate, currency)
            found.append(
                MeasureFigure(
                    measure=measure, currency=currency, confirmed=confirmed, waiting=waiting
                )
            )
    return found


def targets(
    given: Sequence[ProgrammeTarget], sums: Sequence[LedgerSum], begun: Sequence[Begun], rate: Rate
) -> list[TargetFigure]:
    """Return each target beside what was reached in its period and area."""
    found = []
    for one in given:
        span = Span(one.first_day, one.last_day)
        actual, waiting = _counted(one.measure, sums, begun, span, one.area, rate, one.currency)
        found.append(
            TargetFigure(
                measure=one.measure,
                first_day=one.first_day,
                last_day=one.last_day,
                area=one.area,
                currency=one.currency,
                target=one.quantity,
                actual=actual,
                waiting=waiting,
            )
        )
    return found


def funnel(journeys: Sequence[Journey]) -> list[StepFigure]:
    """Return how many challenges came how far, and how long each step took.

    Whoever came to a later step is counted at the earlier ones too, also where nobody wrote
    that down. A step that was taken before the one it follows waited no days.
    """
    steps = tuple(FunnelStep)
    reached = [
        sum(any(later in one for later in steps[place:]) for one in journeys)
        for place in range(len(steps))
    ]
    found = []
    for place, step in enumerate(steps):
        before = steps[place - 1] if place else None
        waits = sorted(
            max(0.0, (one[step] - one[before]).total_seconds() / _DAY)
            for one in journeys
            if before is not None and step in one and before in one
        )
        found.append(
            StepFigure(
                step=step,
                reached=reached[place],
                of_previous=_share(reached[place], reached[place - 1]) if place else None,
                of_all=_share(reached[place], reached[0]),
                timed=len(waits),
                median_days=round(median(waits), 1) if waits else None,
                p90_days=round(percentile_90(waits), 1) if waits else None,
            )
        )
    return found


def percentile_90(ordered: Sequence[float]) -> float:
    """Return the smallest value that at least nine tenths of all are not above (nearest rank).

    >>> percentile_90([1, 2, 3, 4, 5, 6, 7, 8, 9, 50])
    9
    """
    return ordered[math.ceil(0.9 * len(ordered)) - 1]


def coverage(sums: Iterable[LedgerSum], begun: Iterable[Begun], span: Span) -> list[AreaFigure]:
    """Return every municipality, by code, and what has no known place behind them, if any."""
    sums = [one for one in sums if one.confirmed and span.holds(one.on_day)]
    begun = [one for one in begun if _is_begun(one, span)]
    found = [_area(code, sums, begun, partial(operator.eq, code)) for code in municipalities()]
    nowhere = _area(None, sums, begun, lambda place: place not in municipalities())
    return [*found, nowhere] if nowhere.collaborations or nowhere.lines else found


def by_region(sums: Iterable[LedgerSum], begun: Iterable[Begun], span: Span) -> list[AreaFigure]:
    """Return the five regions."""
    sums = [one for one in sums if one.confirmed and span.holds(one.on_day)]
    begun = [one for one in begun if _is_begun(one, span)]
    return [_area(code, sums, begun, partial(_lies_in, code)) for code in regions()]


def by_kind(begun: Iterable[Begun], span: Span) -> list[KindFigure]:
    """Return the collaborations of a period by kind; kinds without any are left out."""
    begun = [one for one in begun if _is_begun(one, span)]

    def count(kind: CollaborationKind, state: CollaborationState) -> int:
        return sum(one.kind is kind and one.state is state for one in begun)

    found = [
        KindFigure(
            kind=kind,
            running=count(kind, CollaborationState.RUNNING),
            completed=count(kind, CollaborationState.COMPLETED),
            broken_off=count(kind, CollaborationState.BROKEN_OFF),
        )
        for kind in CollaborationKind
    ]
    return [one for one in found if one.begun]


def _is_begun(one: Begun, span: Span) -> bool:
    return one.state is not _NOT_BEGUN and span.holds(one.starts_on)


def _area(
    code: str | None,
    sums: Sequence[LedgerSum],
    begun: Sequence[Begun],
    belongs: Callable[[str | None], bool],
) -> AreaFigure:
    there = [one for one in begun if belongs(one.municipality)]
    return AreaFigure(
        code=code,
        firms=len({one.firm_id for one in there}),
        collaborations=len(there),
        lines=sum(one.lines for one in sums if belongs(one.municipality)),
    )


def _lies_in(area: str, municipality: str | None) -> bool:
    return within(municipality, area)


def _currencies(
    measure: Measure, sums: Sequence[LedgerSum], span: Span, rate: Rate
) -> list[Currency | None]:
    if not measure.is_money:
        return [None]
    if rate.ore_per_100_euro is not None:
        return [rate.currency]
    there = {one.currency for one in sums if one.kind == measure.value and span.holds(one.on_day)}
    return [rate.currency, *(one for one in Currency if one in there - {rate.currency})]


def _counted(
    measure: Measure,
    sums: Sequence[LedgerSum],
    begun: Sequence[Begun],
    span: Span,
    area: str | None,
    rate: Rate,
    currency: Currency | None,
) -> tuple[int | None, int]:
    """Return what is confirmed of a measure, and what waits for it."""
    if measure in {Measure.FIRMS, Measure.COLLABORATIONS}:
        there = [one for one in begun if _is_begun(one, span) and within(one.municipality, area)]
        if measure is Measure.COLLABORATIONS:
            return len(there), 0
        return len({one.firm_id for one in there}), 0
    mine = [
        one
        for one in sums
        if one.kind == measure.value and span.holds(one.on_day) and within(one.municipality, area)
    ]
    if measure is Measure.SATISFACTION:
        scores = [one for one in mine if one.confirmed]
        answers = sum(one.lines for one in scores)
        total = 100 * sum(one.quantity for one in scores)
        return ((2 * total + answers) // (2 * answers) if answers else None), 0
    parts = [[one for one in mine if one.confirmed is confirmed] for confirmed in (True, False)]
    if currency is not None:
        confirmed, waiting = (rate.sum_of(_amounts(part), currency) for part in parts)
    else:
        confirmed, waiting = (sum(one.quantity for one in part) for part in parts)
    return confirmed, waiting


def _amounts(sums: Iterable[LedgerSum]) -> dict[Currency, int]:
    found: dict[Currency, int] = {}
    for one in sums:
        if one.currency is not None:
            found[one.currency] = found.get(one.currency, 0) + one.quantity
    return found


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
