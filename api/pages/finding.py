"""The search across profiles: filters that can be kept, a table, changes of many at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.desk import done, freshness
from api.pages.display import first_capital, language_name
from api.pages.forms import Form
from api.pages.labels import label
from api.pages.profile_sentences import sentence
from api.parsing import read_form
from api.schemas.desk import ProfileSearchQuerySchema, SavedSearchSchema
from matchmaker.errors import Duplicate, InvalidInput
from matchmaker.matching.languages import SUPPORTED
from matchmaker.models import (
    BulkChange,
    PartnerKind,
    Profile,
    ProfileKind,
    Standing,
    Visibility,
)
from matchmaker.models.actions import Action
from matchmaker.models.profile_search import ProfileSearch, SearchOrder
from matchmaker.services.bulk_actions import MOST
from matchmaker.services.cursors import CursorPage

blueprint = Blueprint("finding_pages", __name__, url_prefix="/desk")

_Answer = Response | str | tuple[str, int]
#: Fields of the form of conditions, beside the words.
_SEVERAL = ("kinds", "partner_kinds", "standings", "visibilities")
_OF_BULK = ("visibility", "legal_basis", "field")
_ORDERS: Mapping[SearchOrder, Any] = {
    SearchOrder.NAME: _("By name"),
    SearchOrder.NAME_BACK: _("By name, backwards"),
    SearchOrder.TOUCHED: _("Longest untouched first"),
    SearchOrder.TOUCHED_LAST: _("Last touched first"),
}
_SENTENCES: Mapping[str, Any] = {
    "text": _("Please use at most 8 words and 100 characters."),
    "fields": _("Please use at most 8 words and 100 characters."),
    "within_km": _("Please write whole kilometres, and near which place."),
    "near": _("Please write a Danish postcode, town or municipality that we know."),
    "untouched_days": _("Please write a whole number of days, at least 1."),
    "municipality": _("Please write the three figures of a municipality."),
    "profile_ids": _("Please tick at least one profile, and at most 1000."),
    "change": _("Please choose what to do with them."),
    "field": _("Please name the field, in at most 200 characters."),
    "name": _("Please write a name of at most 60 characters that no other filter has."),
}


@blueprint.get("/search")
@needs(Action.READ_DESK)
def page() -> _Answer:
    """Show the profiles that meet a search, by name."""
    query, errors = read_form(ProfileSearchQuerySchema(), request.args)
    found = {error.field: _sentence(error.field) for error in errors}
    return _page(query if not errors else {}, found)


@blueprint.post("/bulk")
@needs(Action.CURATE)
def change_many() -> _Answer:
    """Change those that were ticked, or all that meet the search; what was done can be undone."""
    asked = _asked()
    by = required_viewer().account_id
    try:
        if request.form.get("every"):
            ids = matchmaker().desk.matching_ids(asked, MOST)
        else:
            ids = [UUID(one) for one in request.form.getlist("profile_ids")]
        change = _change()
        values = {name: request.form[name] for name in _OF_BULK if request.form.get(name)}
        action = matchmaker().bulk.apply(change, ids, values, by=by)
    except InvalidInput as error:
        return _page({"asked": asked}, {error.field: _sentence(error.field)})
    except ValueError:
        return _page({"asked": asked}, {"profile_ids": _sentence("profile_ids")})
    return redirect(url_for("finding_pages.page", **_as_query(asked), done=action.id), 303)


@blueprint.post("/filters")
@needs(Action.CURATE)
def keep_filter() -> _Answer:
    """Keep a search under a name."""
    asked = _asked()
    try:
        matchmaker().desk.save_filter(
            request.form.get("name", ""), asked, by=required_viewer().account_id
        )
    except (InvalidInput, Duplicate):
        return _page({"asked": asked}, {"name": _sentence("name")})
    return redirect(url_for("finding_pages.page", **_as_query(asked)), 303)


@blueprint.post("/filters/<uuid:filter_id>/drop")
@needs(Action.CURATE)
def drop_filter(filter_id: UUID) -> Response:
    """Forget a search."""
    matchmaker().desk.drop_filter(filter_id, by=required_viewer().account_id)
    return redirect(url_for("finding_pages.page"), 303)


def _page(query: Mapping[str, Any], errors: Mapping[str, str]) -> _Answer:
    asked: ProfileSearch = query.get("asked", ProfileSearch())
    found: CursorPage[Profile] = CursorPage([], None)
    if not errors or request.method == "POST":
        try:
            found = matchmaker().desk.search(**{**query, "asked": asked})
        except InvalidInput as error:
            errors = {**errors, error.field: _sentence(error.field)}
    sent: MultiDict[str, str] = request.args if request.method == "GET" else request.form
    values = {**{name: str(one) for name, one in _as_query(asked).items()}, **sent.to_dict()}
    shown = render_template(
        "desk/search.html",
        found=found,
        form=Form(values=values, errors=errors),
        several={
            name: set(sent.getlist(name)) | {str(one) for one in getattr(asked, name)}
            for name in _SEVERAL
        },
        asked=_as_query(asked),
        order=query.get("order", SearchOrder.NAME).value,
        orders=[(one.value, str(words)) for one, words in _ORDERS.items()],
        asked_json=json.dumps(asked.as_json()),
        more=any(value for name, value in asked.as_json().items() if name != "text"),
        ticked=set(request.form.getlist("profile_ids")),
        freshness=freshness,
        done=done(),
        filters=matchmaker().desk.saved_filters(required_viewer().account_id),
        kinds=tuple(ProfileKind),
        partner_kinds=tuple(PartnerKind),
        standings=tuple(Standing),
        visibilities=tuple(Visibility),
        changes=[(one.value, label(one)) for one in BulkChange],
        visibility_pairs=[(one.value, label(one)) for one in Visibility],
        languages_of_texts=[(one, first_capital(language_name(one))) for one in SUPPORTED],
        most=MOST,
    )
    return (shown, 422) if errors else shown


def _change() -> BulkChange:
    wanted = request.form.get("change", "")
    if wanted not in set(BulkChange):
        raise InvalidInput("change", "Choose one.")
    return BulkChange(wanted)


def _asked() -> ProfileSearch:
    """Return the search that a form was made from; one that cannot be read is everything."""
    try:
        asked: ProfileSearch = SavedSearchSchema().load(json.loads(request.form["asked"]))
    except (KeyError, ValueError, ma.ValidationError):
        return ProfileSearch()
    return asked


def _as_query(asked: ProfileSearch) -> dict[str, Any]:
    return {
        name: [str(one) for one in value] if isinstance(value, list) else value
        for name, value in asked.as_json().items()
    }


def _sentence(name: str) -> str:
    if name == "values":
        name = "change"
    if name in _SENTENCES:
        return str(_SENTENCES[name])
    if name in {"cursor", "limit"}:
        return str(gettext("This part of the list is no more. Please begin anew."))
    return sentence(name)
