"""Sentences of introductions and shortlists: what has to change in a form, and who is spared."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request
from flask_babel import lazy_gettext as _

from api.pages.forms import Form
from api.problems import FieldError
from matchmaker.errors import InvalidInput

#: Field -> what has to change in it, whatever was wrong with it.
_SENTENCES = {
    "firm_text": _("Please write what the firm is told, in at most 5,000 characters."),
    "partner_text": _("Please write what the partner is told, in at most 5,000 characters."),
    "firm_email": _("Nobody signs in for the firm: please write where it is reached."),
    "partner_email": _("Nobody signs in for the partner: please write where they are reached."),
    "reason": _("Please choose a reason."),
    "note": _("Please write a reason on one line, at most 200 characters."),
    "starts_at": _("Please choose a time that is still to come."),
    "minutes": _("A meeting takes 10 to 480 minutes."),
    "place": _("Please write one line of at most 200 characters."),
    "conclusion": _("Please choose what came of it."),
    "answer": _("Please say yes or no."),
    "party": _("Please choose the party that you speak for."),
    "other_id": _(
        "Please search for another profile that has no declared conflict, and choose it."
    ),
    "profile": _("Please write the whole name of one profile, or paste the address of its page."),
}
_SPARED = {
    "visible": _("The profile is not shown to everybody."),
    "available": _("They are away in this period."),
    "capacity": _("They have as many introductions as they can take."),
    "cool-down": _("They said no not long ago, or to this very challenge."),
    "conflict": _("There is a conflict of interest with the firm."),
}


def sentences(errors: Iterable[FieldError] | InvalidInput) -> Form:
    """Return the sent form with everything entered kept, and a sentence at each wrong field."""
    if isinstance(errors, InvalidInput):
        wrong = {errors.field: errors.reason}
    else:
        wrong = {error.field: str(error.detail) for error in errors}
    told = {name: str(_SENTENCES.get(name, words)) for name, words in wrong.items()}
    return Form(values=dict(request.form.items()), errors=told)


def spared_words(rule: str) -> str:
    """Return why somebody cannot be asked now."""
    return str(_SPARED.get(rule, rule))
