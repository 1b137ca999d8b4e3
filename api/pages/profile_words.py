"""What a person reads for the fields of a profile: their names, and their values in words."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

from api.pages.display import country_name, day, language_name, language_names
from api.pages.labels import label
from matchmaker.models import (
    ActivityType,
    CompanyNeed,
    EvidenceKind,
    OrganisationType,
    PlacementType,
    Standing,
    StudyLevel,
    Visibility,
)
from matchmaker.services.codes import CodeList, get

#: Field of a profile, as a snapshot holds it -> its name.
FIELDS: Mapping[str, Any] = {
    "name": _("Name"),
    "language": _("Language of the texts"),
    "summary": _("Summary"),
    "description": _("In more detail"),
    "working_languages": _("Works in"),
    "place": _("Postcode, town or municipality"),
    "city": _("Town"),
    "postcode": _("Postcode"),
    "municipality": _("Municipality"),
    "country": _("Country"),
    "latitude": _("Latitude"),
    "longitude": _("Longitude"),
    "can_travel_km": _("Travels to firms within"),
    "website": _("Website"),
    "source": _("Source"),
    "fictional": _("Invented for demonstration"),
    "visibility": _("Who may see the profile"),
    "field_visibility": _("Fields that fewer may see"),
    "standing": _("Standing"),
    "merged_into_id": _("Part of"),
    "confirmed_at": _("Last confirmed"),
    "legal_basis": _("Legal basis"),
    "title": _("Title"),
    "affiliation": _("Where they work"),
    "capacity": _("Introductions at once"),
    "on_leave_until": _("On leave until"),
    "organisation_type": _("Sort of organisation"),
    "parent_id": _("Part of the organisation"),
    "ror": _("ROR address"),
    "cvr": _("CVR number"),
    "programme": _("Study programme"),
    "level": _("Level"),
    "institution": _("Where they study"),
    "placement_types": _("Seeks"),
    "available_from": _("Available from"),
    "available_to": _("Available until"),
    "learning_goals": _("Wants to learn"),
    "activity_type": _("Sort of activity"),
    "organiser": _("Organiser"),
    "starts_on": _("First day"),
    "ends_on": _("Last day"),
    "eligibility": _("Who can take part"),
    "need": _("Serves the need for"),
    "evidence": _("Evidence"),
    # Of an item of evidence.
    "kind": _("Kind"),
    "text": _("Text"),
    "year": _("Year"),
    "pinned": _("Always shown first"),
    "excluded": _("Never matched on"),
    "position": _("Place in the list"),
}
#: Field -> enumeration of its values; a snapshot holds them as text.
_ENUMS: Mapping[str, type[enum.StrEnum]] = {
    "visibility": Visibility,
    "standing": Standing,
    "organisation_type": OrganisationType,
    "level": StudyLevel,
    "activity_type": ActivityType,
    "need": CompanyNeed,
    "kind": EvidenceKind,
}
_DAYS = {"on_leave_until", "available_from", "available_to", "starts_on", "ends_on"}


def field_name(name: str) -> str:
    """Return what a field is called; one that is no more keeps its own name."""
    return str(FIELDS.get(name, name))


def in_words(name: str, value: Any) -> str:
    """Return the value of a field as a person reads it; empty when there is none.

    Args:
        name: the field.
        value: as an entity or a snapshot holds it.

    """
    if value is None or value in ("", [], {}):
        return ""
    if name in _ENUMS:
        return label(_ENUMS[name](value))
    if name in _DAYS or name == "confirmed_at":
        return day(_moment(value, name))
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    return str(_OTHERS.get(name, str)(value))


def _places(value: list[str]) -> str:
    return ", ".join(label(PlacementType(one)) for one in value)


def _hidden(value: Mapping[str, str]) -> str:
    pairs = sorted(value.items())
    return "; ".join(f"{field_name(one)}: {label(Visibility(who))}" for one, who in pairs)


def _municipality(code: str) -> str:
    found = get(CodeList.MUNICIPALITIES, code)
    return found.name(get_locale().language) if found else code


#: Field -> words of its value, where it is neither one of several nor a day.
_OTHERS: Mapping[str, Callable[[Any], str]] = {
    "language": language_name,
    "working_languages": language_names,
    "country": country_name,
    "placement_types": _places,
    "field_visibility": _hidden,
    "municipality": _municipality,
    "position": lambda value: str(value + 1),
    "can_travel_km": lambda value: f"{value} km",
}


def _moment(value: Any, name: str) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value) if name in _DAYS else datetime.fromisoformat(value)
    moment: date = value
    return moment


def form_field_name(name: str) -> str:
    """Return what a field of the editor is called; of an item its number too.

    Args:
        name: as in the form: ``summary``, ``item-2-text``, ``sees-website``.

    """
    what, _dash, rest = name.partition("-")
    if what == "item":
        number, _dash, own = rest.partition("-")
        return str(
            gettext("Item %(number)s: %(field)s", number=int(number) + 1, field=field_name(own))
        )
    if what == "sees":
        return str(gettext("Who may see: %(field)s", field=field_name(rest)))
    return field_name(name)
