"""The arithmetic of reports, against numbers worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from matchmaker.models import (
    CollaborationKind,
    CollaborationState,
    Currency,
    Measure,
    Money,
    OutcomeKind,
    ProgrammeTarget,
)
from matchmaker.models.municipalities import municipalities, municipality_at, regions, within
from matchmaker.models.report import (
    Begun,
    FunnelStep,
    LedgerSum,
    Rate,
    Span,
    by_kind,
    by_region,
    coverage,
    funnel,
    measures,
    percentile_90,
    targets,
)

YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))
APART = Rate(currency=Currency.EUR, ore_per_100_euro=None)
AT_746 = Rate(currency=Currency.EUR, ore_per_100_euro=74_600)
MAY = date(2026, 5, 2)


def line(
    kind: OutcomeKind,
    quantity: int,
    *,
    currency: Currency | None = None,
    municipality: str | None = "851",
    on_day: date = MAY,
    confirmed: bool = True,
    lines: int = 1,
) -> LedgerSum:
    return LedgerSum(
        kind=kind,
        currency=currency,
        municipality=municipality,
        on_day=on_day,
        confirmed=confirmed,
        quantity=quantity,
        lines=lines,
    )


def begun(
    firm: int,
    *,
    municipality: str | None = "851",
    starts_on: date = MAY,
    state: CollaborationState = CollaborationState.RUNNING,
    kind: CollaborationKind = CollaborationKind.TRAINING,
) -> Begun:
    return Begun(
        firm_id=UUID(int=firm),
        kind=kind,
        state=state,
        municipality=municipality,
        starts_on=starts_on,
    )


def confirmed(found: list[object]) -> dict[Measure, int | None]:
    return {one.measure: one.confirmed for one in found}  # type: ignore[attr-defined]  # figures


def test_lines_count_in_their_period_only_and_those_that_wait_stand_apart() -> None:
    sums = [
        line(OutcomeKind.JOB, 2),
        line(OutcomeKind.JOB, 3, on_day=date(2026, 12, 31)),
        line(OutcomeKind.JOB, 40, on_day=date(2027, 1, 1)),
        line(OutcomeKind.JOB, 500, on_day=date(2025, 12, 31)),
        line(OutcomeKind.JOB, 6, confirmed=False),
        line(OutcomeKind.INTERNSHIP, 7),
    ]

    found = {one.measure: one for one in measures(sums, [], YEAR, APART)}

    assert (found[Measure.JOB].confirmed, found[Measure.JOB].waiting) == (5, 6)
    assert (found[Measure.INTERNSHIP].confirmed, found[Measure.INTERNSHIP].waiting) == (7, 0)
    assert found[Measure.IDEA_TESTED].confirmed == 0


def test_firms_count_once_and_plans_not_at_all() -> None:
    there = [
        begun(1),
        begun(1, starts_on=date(2026, 8, 1)),
        begun(2, state=CollaborationState.BROKEN_OFF),
        begun(3, state=CollaborationState.PLANNED),
        begun(4, starts_on=date(2025, 12, 31)),
    ]

    found = confirmed(list(measures([], there, YEAR, APART)))

    assert (found[Measure.FIRMS], found[Measure.COLLABORATIONS]) == (2, 3)


def test_two_currencies_are_kept_apart_without_a_rate() -> None:
    sums = [
        line(OutcomeKind.INVESTMENT, 100_00, currency=Currency.EUR),
        line(OutcomeKind.INVESTMENT, 746_00, currency=Currency.DKK),
    ]

    found = [one for one in measures(sums, [], YEAR, APART) if one.measure is Measure.INVESTMENT]

    assert [(one.currency, one.confirmed) for one in found] == [
        (Currency.EUR, 100_00),
        (Currency.DKK, 746_00),
    ]


def test_two_currencies_are_one_sum_at_a_stated_rate() -> None:
    sums = [
        line(OutcomeKind.INVESTMENT, 100_00, currency=Currency.EUR),
        line(OutcomeKind.INVESTMENT, 746_00, currency=Currency.DKK),
        line(OutcomeKind.INVESTMENT, 373, currency=Currency.DKK, confirmed=False),
    ]

    (found,) = [
        one for one in measures(sums, [], YEAR, AT_746) if one.measure is Measure.INVESTMENT
    ]

    assert (found.currency, found.confirmed, found.waiting) == (Currency.EUR, 200_00, 50)


@pytest.mark.parametrize(
    ("minor", "currency", "wanted", "expected"),
    [
        (100_00, Currency.EUR, Currency.DKK, 746_00),
        (1, Currency.EUR, Currency.DKK, 7),  # 7.46 øre
        (746, Currency.DKK, Currency.EUR, 100),
        (373, Currency.DKK, Currency.EUR, 50),
        (-373, Currency.DKK, Currency.EUR, -50),
        (5, Currency.DKK, Currency.EUR, 1),  # 0.67 cents
        (3, Currency.DKK, Currency.EUR, 0),  # 0.40 cents
        (343_472_500, Currency.EUR, Currency.EUR, 343_472_500),
    ],
)
def test_money_is_changed_in_whole_hundredths(
    minor: int, currency: Currency, wanted: Currency, expected: int
) -> None:
    assert Money(minor, currency).in_currency(wanted, 74_600) == Money(expected, wanted)


def test_satisfaction_is_a_mean_that_a_counter_line_takes_out_again() -> None:
    sums = [
        line(OutcomeKind.SATISFACTION, 5 + 4, lines=2),
        line(OutcomeKind.SATISFACTION, 1, lines=1, on_day=date(2026, 6, 1)),
        line(OutcomeKind.SATISFACTION, -1, lines=-1, on_day=date(2026, 6, 1)),
        line(OutcomeKind.SATISFACTION, 4, municipality="101"),
    ]

    assert confirmed(list(measures(sums, [], YEAR, APART)))[Measure.SATISFACTION] == 433
    assert confirmed(list(measures([], [], YEAR, APART)))[Measure.SATISFACTION] is None


def target(measure: Measure, quantity: int, **values: object) -> ProgrammeTarget:
    given: dict[str, object] = {"first_day": YEAR.first_day, "last_day": YEAR.last_day}
    return ProgrammeTarget(position=0, measure=measure, quantity=quantity, **{**given, **values})  # type: ignore[arg-type]  # as the test says


def test_a_target_counts_in_its_own_period_and_area() -> None:
    sums = [
        line(OutcomeKind.JOB, 2, municipality="851"),  # Aalborg, North Jutland
        line(OutcomeKind.JOB, 3, municipality="787"),  # Thisted, North Jutland
        line(OutcomeKind.JOB, 4, municipality="101"),  # Copenhagen
        line(OutcomeKind.JOB, 5, municipality=None),
        line(OutcomeKind.JOB, 60, municipality="851", on_day=date(2026, 7, 1)),
    ]
    half = {"last_day": date(2026, 6, 30)}
    given = [
        target(Measure.JOB, 100),
        target(Measure.JOB, 10, area="DK-81", **half),
        target(Measure.JOB, 4, area="851", **half),
        target(Measure.SATISFACTION, 400),
    ]

    found = targets(given, sums, [], APART)

    assert [one.actual for one in found] == [74, 5, 2, None]
    assert [one.share for one in found] == [0.74, 0.5, 0.5, None]


def test_a_target_of_money_is_held_against_its_own_currency() -> None:
    sums = [
        line(OutcomeKind.TURNOVER, 100_00, currency=Currency.EUR),
        line(OutcomeKind.TURNOVER, 746_00, currency=Currency.DKK),
    ]
    given = [target(Measure.TURNOVER, 1000_00, currency=Currency.DKK)]

    assert [one.actual for one in targets(given, sums, [], APART)] == [746_00]
    assert [one.actual for one in targets(given, sums, [], AT_746)] == [1492_00]


def test_the_funnel_by_hand() -> None:
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)

    def at(**after_days: float) -> dict[FunnelStep, datetime]:
        return {FunnelStep(name): start + timedelta(days=n) for name, n in after_days.items()}

    journeys = [
        at(submitted=0, opened=1, matched=1, introduced=11),
        at(submitted=0, opened=3),
        at(submitted=0, opened=2, matched=1),  # matched before it was opened: no wait
        at(submitted=0),
    ]

    found = {one.step: one for one in funnel(journeys)}

    assert [one.reached for one in found.values()] == [4, 3, 2, 1, 1, 0, 0, 0, 0]
    opened = found[FunnelStep.OPENED]
    assert (opened.of_previous, opened.of_all) == (0.75, 0.75)
    assert (opened.timed, opened.median_days, opened.p90_days) == (3, 2.0, 3.0)
    assert found[FunnelStep.MATCHED].median_days == 0.0
    # Nobody wrote down the shortlist: it is counted, and no wait is known on either side of it.
    assert found[FunnelStep.SHORTLISTED].timed == found[FunnelStep.INTRODUCED].timed == 0
    assert found[FunnelStep.INTRODUCED].median_days is None
    assert found[FunnelStep.MET].of_previous is None
    assert found[FunnelStep.SUBMITTED].of_previous is None
    assert [one.reached for one in funnel([])] == [0] * 9


@pytest.mark.parametrize(
    ("values", "expected"), [([4.0], 4.0), ([1, 2], 2), (list(range(1, 21)), 18)]
)
def test_nearest_rank(values: list[float], expected: float) -> None:
    assert percentile_90(values) == expected


def test_every_municipality_is_on_the_map_and_what_has_no_place_behind_it() -> None:
    sums = [line(OutcomeKind.JOB, 2, lines=1), line(OutcomeKind.JOB, 2, confirmed=False)]
    there = [begun(1), begun(1), begun(2, municipality=None)]

    found = {one.code: one for one in coverage(sums, there, YEAR)}

    assert len(found) == 99
    assert (found["851"].firms, found["851"].collaborations, found["851"].lines) == (1, 2, 1)
    assert (found[None].firms, found[None].lines) == (1, 0)
    assert found["101"].collaborations == 0
    assert None not in {one.code for one in coverage([], [], YEAR)}
    north = next(one for one in by_region(sums, there, YEAR) if one.code == "DK-81")
    assert (north.firms, north.collaborations, north.lines) == (1, 2, 1)


def test_collaborations_by_kind() -> None:
    there = [
        begun(1),
        begun(2, state=CollaborationState.COMPLETED),
        begun(3, kind=CollaborationKind.PLACEMENT, state=CollaborationState.BROKEN_OFF),
        begun(4, kind=CollaborationKind.OTHER, state=CollaborationState.PLANNED),
    ]

    found = by_kind(there, YEAR)

    assert [(one.kind, one.running, one.completed, one.broken_off) for one in found] == [
        (CollaborationKind.PLACEMENT, 0, 0, 1),
        (CollaborationKind.TRAINING, 1, 1, 0),
    ]


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        (57.048, 9.920, "851"),  # Aalborg
        (55.680, 12.523, "147"),  # Frederiksberg lies in the middle of Copenhagen
        (55.676, 12.568, "101"),
        (55.100, 14.700, "400"),  # Bornholm is drawn elsewhere
        (55.320, 15.190, "400"),  # Christiansø
        (57.725, 10.580, "813"),  # Skagen
        (54.770, 11.870, "376"),  # Lolland-Falster, its south
    ],
)
def test_a_point_lies_in_its_municipality(latitude: float, longitude: float, code: str) -> None:
    assert municipality_at(latitude, longitude) == code


def test_municipalities_and_their_regions() -> None:
    assert len(municipalities()) == 98
    assert len(regions()) == 5
    assert {one.region for one in municipalities().values()} == set(regions())
    assert not within("999", "DK-81")
