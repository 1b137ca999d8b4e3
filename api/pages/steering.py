"""Steering a list on its page: the form of the conditions, what is said about one partner.

Everything works as a plain form. Terms stand in one field with commas between them; a
dismissal travels as one value, "ID REASON NOTE".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from api.pages.display import language_name
from api.pages.labels import label
from api.parsing import identity, read_form
from api.problems import FieldError
from api.schemas.conditions import ConditionsSchema
from matchmaker.models import Conditions, Dismissal, DismissalReason, Profile, distance_km
from matchmaker.models.place import Place

#: How many times as much as usual the place counts, as the page offers it; any number between is
#: possible elsewhere.
PLACE_WEIGHTS: Mapping[float, Any] = {
    0.0: _("not at all"),
    0.5: _("half as much as usual"),
    2.0: _("twice as much as usual"),
    3.0: _("three times as much as usual"),
}
_BETWEEN_TERMS = re.compile(r"[,;\n]")
#: Nobody is offered a smaller circle than this, in kilometres.
_SMALLEST_CIRCLE = 10


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Conditions that would help with more of the same, in words."""

    words: str
    conditions: Conditions


def read_conditions(
    form: MultiDict[str, str],
) -> tuple[Conditions | None, tuple[FieldError, ...]]:
    """Return the conditions that a form asks for, or what has to change in it."""
    values = MultiDict(form)
    for name in ("required_terms", "excluded_terms"):
        values.setlist(
            name, [term for text in form.getlist(name) for term in _BETWEEN_TERMS.split(text)]
        )
    dismissed = [_dismissal(text) for text in values.poplist("dismissed")]
    conditions, errors = read_form(ConditionsSchema(), values)
    if None in dismissed:
        errors = (*errors, _wrong("dismissed"))
    if errors:
        return None, errors
    return replace(conditions, dismissed=tuple(one for one in dismissed if one)), ()


def said(
    now: Conditions, form: MultiDict[str, str]
) -> tuple[Conditions | None, tuple[FieldError, ...]]:
    """Return the conditions after something was said about one partner in the list.

    What is said last counts: an example that is dismissed is an example no more.
    """
    example, dismissed = form.get("more_like"), form.get("dismissed")
    if example is not None:
        profile_id = identity(example)
        if profile_id is None:
            return None, (_wrong("more_like"),)
        return replace(now, more_like=tuple(dict.fromkeys((*now.more_like, profile_id)))), ()
    one = _dismissal(f"{dismissed} {form.get('reason', '')} {form.get('note', '').strip()}")
    if one is None:
        return None, (_wrong("dismissed"),)
    return (
        replace(
            now,
            more_like=tuple(other for other in now.more_like if other != one.profile_id),
            dismissed=(*(old for old in now.dismissed if old.profile_id != one.profile_id), one),
        ),
        (),
    )


def as_field(dismissal: Dismissal) -> str:
    """Return a dismissal as one value of a form."""
    return f"{dismissal.profile_id} {dismissal.reason} {dismissal.note}".rstrip()


def named(conditions: Conditions) -> set[UUID]:
    """Return the profiles that the conditions name."""
    return {*conditions.more_like, *(one.profile_id for one in conditions.dismissed)}


def only_known(conditions: Conditions, known: Mapping[UUID, Profile]) -> Conditions:
    """Return the conditions without profiles that are gone since."""
    return replace(
        conditions,
        more_like=tuple(one for one in conditions.more_like if one in known),
        dismissed=tuple(one for one in conditions.dismissed if one.profile_id in known),
    )


def chips(now: Conditions, known: Mapping[UUID, Profile]) -> list[tuple[str, Conditions]]:
    """Return each steering condition in words, with the conditions that are left without it."""
    found: list[tuple[str, Conditions]] = []
    if now.place_weight is not None:
        words = gettext("Nearness counts: %(much)s", much=place_weight_words(now.place_weight))
        found.append((words, replace(now, place_weight=None)))
    for term in now.required_terms:
        rest = tuple(one for one in now.required_terms if one != term)
        words = gettext("Must mention “%(term)s”", term=term)
        found.append((words, replace(now, required_terms=rest)))
    for term in now.excluded_terms:
        rest = tuple(one for one in now.excluded_terms if one != term)
        words = gettext("Must not mention “%(term)s”", term=term)
        found.append((words, replace(now, excluded_terms=rest)))
    for profile_id in now.more_like:
        others = tuple(one for one in now.more_like if one != profile_id)
        words = gettext("More like %(name)s", name=known[profile_id].name)
        found.append((words, replace(now, more_like=others)))
    for dismissal in now.dismissed:
        kept = tuple(one for one in now.dismissed if one != dismissal)
        words = gettext(
            "Not %(name)s: %(reason)s",
            name=known[dismissal.profile_id].name,
            reason=dismissal.note or label(dismissal.reason),
        )
        found.append((words, replace(now, dismissed=kept)))
    return found


def place_weight_words(weight: float) -> str:
    """Return how much the place counts, in words; with a number where no word fits."""
    if weight in PLACE_WEIGHTS:
        return str(PLACE_WEIGHTS[weight])
    return str(gettext("%(times)s times as much as usual", times=f"{weight:g}"))


def offers(
    now: Conditions, known: Mapping[UUID, Profile], place: Place, language: str
) -> Sequence[Offer]:
    """Return the condition that the newest dismissal asks for, when there is one.

    Args:
        now: the conditions of the list.
        known: the profiles that they name.
        place: where the firm is.
        language: ISO 639-1 code of the challenge.
    """
    if not now.dismissed:
        return ()
    newest = now.dismissed[-1]
    if newest.reason is DismissalReason.TOO_FAR:
        circle = _circle_without(known[newest.profile_id], place)
        if circle is not None and (now.within_km is None or circle < now.within_km):
            words = gettext("Only partners within %(km)s km", km=circle)
            return (Offer(words=words, conditions=replace(now, within_km=circle)),)
    if newest.reason is DismissalReason.WRONG_LANGUAGE and language not in now.languages:
        words = gettext("Only partners who work in %(language)s", language=language_name(language))
        return (Offer(words=words, conditions=replace(now, languages=(language,))),)
    return ()


def _circle_without(profile: Profile, place: Place) -> int | None:
    """Return kilometres around the firm that leave a profile out; None when it is near."""
    here = (place.latitude, place.longitude)
    if profile.latitude is None or profile.longitude is None or None in here:
        return None
    away = distance_km(profile.latitude, profile.longitude, *(one or 0.0 for one in here))
    circle = max(_SMALLEST_CIRCLE, int(away * 0.9) // 10 * 10)
    return circle if circle < away else None


def _dismissal(text: str) -> Dismissal | None:
    profile_id, reason, note = (*text.split(" ", 2), "", "")[:3]
    known = identity(profile_id)
    if known is None or reason not in set(DismissalReason):
        return None
    return Dismissal(profile_id=known, reason=DismissalReason(reason), note=note)


def _wrong(name: str) -> FieldError:
    return FieldError(location="pointer", place=f"#/{name}", detail="")
