"""How values are put into words on a page: languages, places, days, and what a profile is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import singledispatch
from typing import Any
from urllib.parse import urlencode, urlsplit

from babel.dates import get_timezone
from babel.lists import format_list
from flask import request
from flask_babel import format_date, format_datetime, get_locale, gettext

from api.pages.labels import label
from matchmaker.models import (
    Activity,
    Expert,
    NotChanged,
    Organisation,
    PlacementType,
    Profile,
    Student,
)
from matchmaker.models.place import Place
from matchmaker.services import codes
from matchmaker.services.codes import CodeList

#: Where the firms are, wherever the server is.
TIME_ZONE = "Europe/Copenhagen"
#: Language -> pattern of Unicode CLDR. English readers here are European: no "November 22".
DAY_PATTERNS = {"da": "d. MMMM y", "en": "d MMMM y"}
MOMENT_PATTERNS = {"da": "d. MMMM y 'kl.' HH.mm", "en": "d MMMM y, HH:mm"}
#: For phrases such as "Danish, English and German": British, without a comma before "and".
LIST_LOCALES = {"da": "da", "en": "en_GB"}


def language_name(code: str) -> str:
    """Return the name of a language (ISO 639-1) in the language of the page."""
    return str(get_locale().languages.get(code, code))


def language_names(codes: Sequence[str]) -> str:
    """Return several languages as one phrase: "Danish, English and German"."""
    return together([language_name(code) for code in codes])


def together(words: Sequence[str]) -> str:
    """Return several words as one phrase."""
    return str(format_list(words, locale=LIST_LOCALES[get_locale().language]))


def country_name(code: str) -> str:
    """Return the name of a country (ISO 3166-1 alpha-2) in the language of the page."""
    return str(get_locale().territories.get(code, code))


def place_name(place: Place) -> str:
    """Return the town, and the country when it is not Denmark; empty when nothing is known."""
    parts = [place.city] if place.city else []
    if place.country != "DK":
        parts.append(country_name(place.country))
    return ", ".join(parts)


def municipality_name(place: Place) -> str:
    """Return the municipality, or the country abroad; empty when nothing is known."""
    if place.country != "DK":
        return country_name(place.country)
    known = codes.get(CodeList.MUNICIPALITIES, place.municipality or "")
    return known.name(get_locale().language) if known else ""


def day(value: date) -> str:
    """Return a day in words, day before month in both languages; of a moment, the Danish day."""
    if isinstance(value, datetime):
        value = value.astimezone(get_timezone(TIME_ZONE)).date()
    return str(format_date(value, DAY_PATTERNS[get_locale().language]))


def moment(value: datetime) -> str:
    """Return a day and time in words, as clocks in Denmark show it."""
    there = value.astimezone(get_timezone(TIME_ZONE))
    return str(format_datetime(there, MOMENT_PATTERNS[get_locale().language], rebase=False))


def period(start: date | None, end: date | None) -> str:
    """Return a period in words; empty when it has no ends."""
    if start and end:
        if start == end:
            return day(start)
        return str(gettext("%(start)s to %(end)s", start=day(start), end=day(end)))
    if start:
        return str(gettext("from %(day)s", day=day(start)))
    return str(gettext("until %(day)s", day=day(end))) if end else ""


def first_capital(text: str) -> str:
    """Return a phrase as it stands at the beginning of a line; the rest keeps its case."""
    return text[:1].upper() + text[1:]


def web_address(text: str | None) -> str | None:
    """Return the address if a browser may follow it: http or https, and nothing else."""
    return text if text and urlsplit(text).scheme in {"http", "https"} else None


def host_name(address: str) -> str:
    """Return what a person calls a website: its host without "www"."""
    return (urlsplit(address).hostname or address).removeprefix("www.")


def same_page(*, lang: str) -> str:
    """Return the address of this page in another language, with everything else in it kept."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{request.path}?{urlencode([*pairs, ('lang', lang)])}"


@singledispatch
def what_it_is(profile: Profile) -> str:
    """Return what a profile is, in a few words, beside its partner kind."""
    return label(profile.kind)


@what_it_is.register
def _expert(profile: Expert) -> str:
    return ", ".join(part for part in (profile.title, profile.affiliation) if part)


@what_it_is.register
def _organisation(profile: Organisation) -> str:
    return label(profile.organisation_type)


@what_it_is.register
def _student(profile: Student) -> str:
    return f"{profile.programme}, {profile.institution}"


@what_it_is.register
def _activity(profile: Activity) -> str:
    return label(profile.activity_type)


@singledispatch
def availability(profile: Profile) -> str:  # noqa: ARG001 - only some kinds have something to say
    """Return when a profile can be worked with; empty when there is nothing to say."""
    return ""


@availability.register
def _expert_availability(profile: Expert) -> str:
    if profile.on_leave_until:
        return str(gettext("on leave until %(day)s", day=day(profile.on_leave_until)))
    return ""


@availability.register
def _student_availability(profile: Student) -> str:
    return period(profile.available_from, profile.available_to)


@availability.register
def _activity_availability(profile: Activity) -> str:
    return period(profile.starts_on, profile.ends_on) or str(gettext("all year"))


def placement_names(student: Student) -> str:
    """Return what a student seeks, as one phrase."""
    names = [label(PlacementType(value)).lower() for value in student.placement_types]
    return first_capital(together(names)) if names else ""


def not_changed(code: str) -> str:
    """Return why a profile stays as it is."""
    return label(NotChanged(code))


#: Name in templates -> function.
FILTERS: dict[str, Callable[..., Any]] = {
    "label": label,
    "language_name": language_name,
    "language_names": language_names,
    "country_name": country_name,
    "place_name": place_name,
    "municipality_name": municipality_name,
    "day": day,
    "moment": moment,
    "first_capital": first_capital,
    "web_address": web_address,
    "host_name": host_name,
    "what_it_is": what_it_is,
    "availability": availability,
    "placement_names": placement_names,
    "not_changed": not_changed,
}
