"""A report as tables: each figure in words for people and plain for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from api.report.words import (
    area_name,
    day,
    days,
    industry_name,
    percent,
    plain,
    quantity,
    whole,
    word,
)
from matchmaker.models import Currency, Exposure, Measure
from matchmaker.models.report import AreaFigure, MeasureFigure, TargetFigure
from matchmaker.services.programmes import Report


@dataclass(frozen=True)
class Cell:
    """One figure."""

    #: As a person reads it, and as a program does; empty when there is none.
    text: str
    value: str
    #: EUR, DKK, days, share; empty for a count.
    unit: str = ""


@dataclass(frozen=True)
class Row:
    """What it is about, and its figures."""

    subject: str
    cells: Sequence[Cell]
    #: Length of its bar in a chart, 0 to 100.
    bar: float = 0.0


@dataclass(frozen=True)
class Table:
    """One table of a report."""

    #: Name in addresses and in the file.
    key: str
    heading: str
    #: What the rows are, then what the figures are.
    subject: str
    columns: Sequence[str]
    rows: Sequence[Row]


def tables(report: Report) -> list[Table]:
    """Return all tables of a report that have rows, in order."""
    found = [
        _targets(report),
        _measures(report),
        _kinds(report),
        _funnel(report),
        _regions(report),
        municipalities(report),
        _demand(report),
        _supply(report),
        _exposure(report),
    ]
    return [one for one in found if one.rows]


def _count(number: int) -> Cell:
    return Cell(whole(number), str(number))


def _share(share: float | None) -> Cell:
    return Cell(percent(share), "" if share is None else f"{share:.4f}", "share")


def _time(number: float | None) -> Cell:
    return Cell(days(number), "" if number is None else f"{number:.1f}", "days")


def _quantity(measure: Measure, number: int | None, currency: Currency | None) -> Cell:
    text = quantity(measure, number, currency)
    return Cell(text, plain(measure, number, money=currency is not None), currency or "")


def _waiting(one: MeasureFigure | TargetFigure) -> Cell:
    # A mean is of what is confirmed: nothing waits for it, and 0.00 would read as a score.
    waiting = None if one.measure is Measure.SATISFACTION else one.waiting
    return _quantity(one.measure, waiting, one.currency)


def _targets(report: Report) -> Table:
    rows = []
    for one in report.targets:
        where = area_name(one.area) if one.area else gettext("everywhere")
        period = f"{day(one.first_day)} – {day(one.last_day)}"
        rows.append(
            Row(
                f"{word(one.measure)}, {where}, {period}",
                [
                    _quantity(one.measure, one.target, one.currency),
                    _quantity(one.measure, one.actual, one.currency),
                    _share(one.share),
                    _waiting(one),
                ],
                100 * min(one.share or 0.0, 1.0),
            )
        )
    return Table(
        "targets",
        gettext("Target and actual"),
        gettext("Target"),
        [gettext("Wanted"), gettext("Confirmed"), gettext("Reached"), gettext("Waiting")],
        rows,
    )


def _measures(report: Report) -> Table:
    return Table(
        "measures",
        gettext("What came of it"),
        gettext("Measure"),
        [gettext("Confirmed"), gettext("Waiting")],
        [
            Row(
                word(one.measure),
                [
                    _quantity(one.measure, one.confirmed, one.currency),
                    _waiting(one),
                ],
            )
            for one in report.measures
        ],
    )


def _kinds(report: Report) -> Table:
    longest = max((one.begun for one in report.kinds), default=0)
    return Table(
        "kinds",
        gettext("Collaborations by kind"),
        gettext("Kind"),
        [gettext("Begun"), gettext("Running"), gettext("Completed"), gettext("Broken off")],
        [
            Row(
                word(one.kind),
                [_count(n) for n in (one.begun, one.running, one.completed, one.broken_off)],
                100 * one.begun / longest,
            )
            for one in report.kinds
        ],
    )


def _funnel(report: Report) -> Table:
    return Table(
        "funnel",
        gettext("From challenge to outcome"),
        gettext("Step"),
        [
            gettext("Challenges"),
            gettext("Of the step before"),
            gettext("Of all"),
            gettext("Days waited, median"),
            gettext("Days waited, nine of ten at most"),
        ],
        [
            Row(
                word(one.step),
                [
                    _count(one.reached),
                    _share(one.of_previous),
                    _share(one.of_all),
                    _time(one.median_days),
                    _time(one.p90_days),
                ],
                100 * (one.of_all or 0.0),
            )
            for one in report.funnel
        ],
    )


def _areas(key: str, heading: str, subject: str, figures: Sequence[AreaFigure]) -> Table:
    longest = max((one.firms for one in figures), default=0) or 1
    return Table(
        key,
        heading,
        subject,
        [gettext("Firms"), gettext("Collaborations"), gettext("Confirmed lines")],
        [
            Row(
                area_name(one.code),
                [_count(n) for n in (one.firms, one.collaborations, one.lines)],
                100 * one.firms / longest,
            )
            for one in figures
        ],
    )


def _regions(report: Report) -> Table:
    heading, subject = gettext("By region"), gettext("Region")
    return _areas("regions", heading, subject, report.regions)


def municipalities(report: Report) -> Table:
    """Return the municipalities that have something, those with most firms first."""
    there = [one for one in report.municipalities if one.collaborations or one.lines]
    heading, subject = gettext("By municipality"), gettext("Municipality")
    ordered = sorted(there, key=lambda one: (-one.firms, area_name(one.code)))
    return _areas("municipalities", heading, subject, ordered)


def _demand(report: Report) -> Table:
    longest = max((one.challenges for one in report.demand), default=0)
    return Table(
        "demand",
        gettext("What firms ask for"),
        gettext("Industry"),
        [
            gettext("Challenges"),
            gettext("With a list"),
            gettext("Nobody fits"),
            gettext("Accepted by both"),
        ],
        [
            Row(
                industry_name(one.industry),
                [_count(n) for n in (one.challenges, one.matched, one.nobody, one.accepted)],
                100 * one.challenges / longest,
            )
            for one in report.demand
        ],
    )


def _supply(report: Report) -> Table:
    longest = max((one.profiles for one in report.supply), default=0)
    return Table(
        "supply",
        gettext("Who is there to help"),
        gettext("Kind of partner"),
        [
            gettext("Profiles"),
            gettext("In a list"),
            gettext("Introduced"),
            gettext("In no list"),
        ],
        [
            Row(
                word(one.partner_kind),
                [_count(n) for n in (one.profiles, one.shown, one.introduced, one.unneeded)],
                100 * one.profiles / longest,
            )
            for one in report.supply
        ],
    )


def _exposure(report: Report) -> Table:
    rows = report.exposure.families[:_MOST_FAMILIES]
    return Table(
        "exposure",
        gettext("How often organisations were shown"),
        gettext("Organisation"),
        [gettext("In a list"), gettext("Places"), gettext("Shown"), gettext("Due")],
        [_exposed(one) for one in rows],
    )


#: Organisations in the table; the page about exposure has all of them.
_MOST_FAMILIES = 20


def _exposed(one: Exposure) -> Row:
    return Row(
        one.name or "",
        [
            _count(one.shown),
            _count(one.places),
            _share(one.exposure_share),
            _share(one.merit_share),
        ],
    )
