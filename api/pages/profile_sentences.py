"""What has to change in a field of the editor, in one sentence in the language of the page."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from matchmaker.services.profile_checks import LENGTH, LENGTHS

_SENTENCES = {
    "place": _(
        "This is no Danish postcode, town or municipality that we know. "
        "Try the postcode, or leave the field empty."
    ),
    "country": _("Please use the two letters of the country, such as SE, or DK for Denmark."),
    "latitude": _("Please write degrees north, from -90 to 90."),
    "longitude": _("Please write degrees east, from -180 to 180."),
    "can_travel_km": _("Please write whole kilometres, or nothing for any distance."),
    "capacity": _("Please write a whole number from 0 to 1000."),
    "year": _("Please write a year such as 2024, or nothing."),
    "website": _("Please begin the address with https://."),
    "language": _("Please choose the language of the text."),
    "working_languages": _("Please choose at most 20 languages."),
    "parent_id": _("Please choose another organisation from the list, or leave the field empty."),
    "available_to": _("The last day is before the first, or it is no day."),
    "ends_on": _("The last day is before the first, or it is no day."),
    "evidence": _("Please keep to 500 items; put alike ones together."),
    "excluded": _("An item is shown first or left out, not both."),
    "legal_basis": _("Please say on what legal basis this person is shown."),
}
_DAYS = {"on_leave_until", "available_from", "starts_on"}
_CHOICES = {"kind", "visibility", "organisation_type", "level", "activity_type", "need"}
_NEEDED = {"name", "summary", "programme", "institution", "text"}


def sentence(name: str) -> str:
    """Return what has to change in a field.

    Args:
        name: of the field in the form; of an item of evidence as in ``item-2-text``.

    """
    own = name.rsplit("-", maxsplit=1)[-1] if name.startswith("item-") else name
    most = LENGTHS.get(own, LENGTH)
    if own in _SENTENCES:
        return str(_SENTENCES[own])
    if own in _CHOICES:
        return str(gettext("Please choose one."))
    if own in _DAYS:
        return str(gettext("Please choose a day, or leave the field empty."))
    if own in _NEEDED:
        return str(gettext("Please write something here, at most %(most)d characters.", most=most))
    return str(
        gettext(
            "Please choose or write something that fits, at most %(most)d characters.", most=most
        )
    )
