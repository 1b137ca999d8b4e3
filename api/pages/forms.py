"""A form as it stands on a page: what was entered, and what has to change in it.

The rules are those of the schemas and services. What is written here is only how a refusal
reads beside its field, in the language of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import request
from flask_babel import gettext, ngettext

# Lazy: the words are looked up when they are read, in the language of that request.
from flask_babel import lazy_gettext as _

from api.problems import FieldError
from matchmaker.errors import InvalidInput, UnsupportedLanguage
from matchmaker.models import Challenge
from matchmaker.services.challenges import TEXT_LENGTH


@dataclass(frozen=True, kw_only=True)
class Form:
    """Values and errors by field name; templates ask for both by name."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        return self.values.get(name, "")

    def error(self, name: str) -> str | None:
        """Return what has to change in a field, or None."""
        return self.errors.get(name)


def filled_from(challenge: Challenge) -> Form:
    """Return the form that would have made this challenge."""
    place = challenge.postcode or challenge.city or challenge.municipality or ""
    return Form(values={"text": challenge.text, "title": challenge.title, "place": place})


def refused(errors: Iterable[FieldError] | InvalidInput) -> Form:
    """Return the sent form with everything entered kept, and a sentence at each wrong field."""
    values = {name: request.form[name] for name in request.form}
    if isinstance(errors, InvalidInput):
        sentences = {errors.field: _sentence(errors.field, values, errors)}
    else:
        sentences = {error.field: _sentence(error.field, values, error) for error in errors}
    return Form(values=values, errors=sentences)


def _sentence(name: str, values: Mapping[str, str], error: FieldError | InvalidInput) -> str:
    if isinstance(error, UnsupportedLanguage):
        return str(
            gettext(
                "Please write in Danish or English. Norwegian, Swedish and German are read too."
            )
        )
    if name == "text":
        return _about_text(values.get("text", ""))
    if name in _SENTENCES:
        return str(_SENTENCES[name])
    return error.reason if isinstance(error, InvalidInput) else str(error.detail)


#: Field -> what has to change in it, whatever was wrong with it.
_SENTENCES = {
    "title": _("Please shorten the title to 120 characters on one line."),
    "place": _(
        "This is no Danish postcode, town or municipality that we know. "
        "Try the postcode, or leave the field empty."
    ),
    "within_km": _("Please write a whole number of kilometres, at least 1."),
    "required_terms": _(
        "Please write at most 10 words or phrases with commas between them, each of at most 60 "
        "characters and each naming something, such as a material, a process or a norm."
    ),
    "excluded_terms": _(
        "Please write at most 10 words or phrases with commas between them, each of at most 60 "
        "characters and each naming something that you do not require as well."
    ),
    "more_like": _(
        "A list can follow at most 5 examples that are still in it. Take one away first."
    ),
    "dismissed": _(
        "Please choose a reason, and write at most 200 characters about it on one line. A list "
        "leaves out at most 50 partners."
    ),
    "place_weight": _("Please choose how much nearness counts."),
    "password": _(
        "Please use 12 to 256 characters, and neither your e-mail address nor one of the "
        "passwords that everybody tries first."
    ),
    "present": _("This is not your present password."),
    "code": _("This code does not fit, or it was used already."),
    "email": _("Please write one e-mail address, such as ida@example.dk."),
    "organisation_id": _("There is no organisation with this id."),
    "on_day": _(
        "Please give a day that is not before the collaboration began, and not still to come."
    ),
    "quantity": _(
        "Please write how many: a whole number above 0, an amount such as 1.250,00, or 1 to 5 for "
        "satisfaction. A patent can be granted only as often as it is still pending."
    ),
    "currency": _("Please choose a currency for an amount, and none for anything else."),
    "follows_id": _("Please choose a line of this collaboration with a patent that is pending."),
    "evidence": _("Please use at most 1,000 characters."),
    "reason": _("Please say why in at most 1,000 characters."),
    "starts_on": _("Please give the first day."),
    "ends_on": _("Please give a last day that is not before the first one."),
    "first_day": _("Please give a day, such as 2026-11-22."),
    "last_day": _("Please give a last day that is not before the first one."),
    "ore_per_100_euro": _("Please write how many kroner 100 euro are worth, such as 746,00."),
    "area": _("Please choose a municipality or region."),
    "measure": _("Please choose what is counted."),
    "kind": _("Please choose a kind."),
    "scopes": _("Please choose what the token may do."),
    "days": _("Please write a number of days from 1 to 366."),
    "name": _("Please write a name of at most 80 characters on one line."),
}


def _about_text(text: str) -> str:
    _least, most = TEXT_LENGTH
    if not text.strip():
        return str(gettext("Please describe the problem first."))
    if len(text) > most:
        return str(
            ngettext(
                "Please shorten the text by %(num)d character. Keep what happens, what should "
                "happen and what you have tried.",
                "Please shorten the text by %(num)d characters. Keep what happens, what should "
                "happen and what you have tried.",
                len(text) - most,
            )
        )
    return str(gettext("Please write at least three words: what you make and what goes wrong."))
