"""Words and numbers of reports, for pages and files alike."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import format_date, format_decimal, get_locale, gettext
from flask_babel import lazy_gettext as _

from matchmaker.models import (
    CollaborationAction,
    CollaborationKind,
    CollaborationState,
    Currency,
    Measure,
    OutcomeKind,
    PartnerKind,
)
from matchmaker.models.municipalities import municipalities, regions
from matchmaker.models.report import FunnelStep
from matchmaker.services import codes

#: Outcome kinds and the measures of the same name share their words.
_OUTCOMES: Mapping[str, Any] = {
    "idea-developed": _("Ideas developed"),
    "idea-tested": _("Ideas tested"),
    "internship": _("Internships"),
    "job": _("Jobs"),
    "patent-pending": _("Patents pending"),
    "patent-granted": _("Patents granted"),
    "investment": _("Investment"),
    "turnover": _("Turnover"),
    "new-product": _("New products"),
    "certification": _("Certifications"),
    "satisfaction": _("Satisfaction (1 to 5)"),
}
#: Class, then member; ``api.pages.labels`` has them too.
WORDS: Mapping[type[enum.StrEnum], Mapping[Any, Any]] = {
    OutcomeKind: {kind: _OUTCOMES[kind.value] for kind in OutcomeKind},
    Measure: {
        Measure.FIRMS: _("Firms"),
        Measure.COLLABORATIONS: _("Collaborations"),
        **{one: _OUTCOMES[one.value] for one in Measure if one.value in _OUTCOMES},
    },
    CollaborationKind: {
        CollaborationKind.DEMONSTRATION_PROJECT: _("Demonstration project"),
        CollaborationKind.SPARRING_WEEK: _("Sparring week"),
        CollaborationKind.TECHNOLOGY_SCREENING: _("Technology screening"),
        CollaborationKind.RESEARCH_PROJECT: _("Research project"),
        CollaborationKind.MATERIALS_PROJECT: _("Materials project"),
        CollaborationKind.TESTING: _("Testing"),
        CollaborationKind.PLACEMENT: _("Placement"),
        CollaborationKind.EU_APPLICATION: _("EU application"),
        CollaborationKind.TRAINING: _("Training"),
        CollaborationKind.OTHER: _("Other"),
    },
    CollaborationState: {
        CollaborationState.PLANNED: _("Planned"),
        CollaborationState.RUNNING: _("Running"),
        CollaborationState.COMPLETED: _("Completed"),
        CollaborationState.BROKEN_OFF: _("Broken off"),
    },
    CollaborationAction: {
        CollaborationAction.REVISE: _("Change"),
        CollaborationAction.START: _("Start"),
        CollaborationAction.COMPLETE: _("Complete"),
        CollaborationAction.BREAK_OFF: _("Break off"),
        CollaborationAction.RECORD: _("Write a line"),
    },
    FunnelStep: {
        FunnelStep.SUBMITTED: _("Submitted"),
        FunnelStep.OPENED: _("Opened"),
        FunnelStep.MATCHED: _("Matched"),
        FunnelStep.SHORTLISTED: _("On the shortlist"),
        FunnelStep.INTRODUCED: _("Introduced"),
        FunnelStep.ACCEPTED: _("Accepted by both"),
        FunnelStep.MET: _("Met"),
        FunnelStep.COLLABORATION: _("Collaboration"),
        FunnelStep.OUTCOME: _("Outcome"),
    },
    Currency: {Currency.DKK: _("kroner (DKK)"), Currency.EUR: _("euro (EUR)")},
}
_PARTNERS: Mapping[PartnerKind, Any] = {
    PartnerKind.EXPERT: _("Experts"),
    PartnerKind.UNIVERSITY_GROUP: _("University groups"),
    PartnerKind.INSTITUTE: _("Technology institutes"),
    PartnerKind.INTERNATIONAL_PARTNER: _("International partners"),
    PartnerKind.HUB: _("Hubs and clusters"),
    PartnerKind.STUDENT: _("Students"),
    PartnerKind.ACTIVITY: _("Activities"),
}
#: A dash where there is no figure.
NONE = "–"
_DAY = {"da": "d. MMMM y", "en": "d MMMM y"}


def word(member: enum.StrEnum) -> str:
    """Return what a person reads for a member of the vocabulary."""
    if isinstance(member, PartnerKind):
        return str(_PARTNERS[member])
    return str(WORDS[type(member)][member])


def area_name(code: str | None) -> str:
    """Return the name of a municipality or region."""
    found = municipalities().get(code or "") or regions().get(code or "")
    if found is None:
        return str(gettext("Place unknown"))
    return found.name(get_locale().language)


def industry_name(division: str | None) -> str:
    """Return a NACE division in words."""
    if division is None:
        return str(gettext("Industry not said"))
    found = codes.get(codes.CodeList.INDUSTRIES, division)
    return f"{division} {found.name(get_locale().language)}" if found else division


def day(value: date) -> str:
    """Return a day in words."""
    return str(format_date(value, _DAY[get_locale().language]))


def whole(number: int | None) -> str:
    """Return a count."""
    return NONE if number is None else str(format_decimal(number, "#,##0"))


def percent(share: float | None) -> str:
    """Return a share in per cent."""
    return NONE if share is None else f"{format_decimal(100 * share, '#,##0')} %"


def days(number: float | None) -> str:
    """Return a number of days, to a tenth."""
    return NONE if number is None else str(format_decimal(number, "#,##0.0"))


def quantity(measure: Measure, number: int | None, currency: Currency | None) -> str:
    """Return how much there is of a measure: a count, money, or a mean score."""
    if number is None:
        return NONE
    if currency is not None:
        pattern = "#,##0.00" if number % 100 else "#,##0"
        return f"{format_decimal(Decimal(number) / 100, pattern)} {currency}"
    if measure is Measure.SATISFACTION:
        return str(format_decimal(Decimal(number) / 100, "0.00"))
    return whole(number)


def plain(measure: Measure, number: int | None, *, money: bool) -> str:
    """Return the same as a program reads it: a point, no separators, no unit.

    >>> plain(Measure.INVESTMENT, 343472500, money=True), plain(Measure.JOB, 25, money=False)
    ('3434725.00', '25')
    """
    if number is None:
        return ""
    if money or measure is Measure.SATISFACTION:
        sign, number = ("-", -number) if number < 0 else ("", number)
        return f"{sign}{number // 100}.{number % 100:02}"
    return str(number)
