"""Profiles that may be one: compare two side by side, merge them, or say that they are two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.desk import at_row
from api.pages.profile_words import field_name, in_words
from matchmaker.errors import InvalidInput, StaleProfile
from matchmaker.models import Profile, Queue, Standing
from matchmaker.models.actions import Action
from matchmaker.models.snapshot import snapshot_of

blueprint = Blueprint("duplicate_pages", __name__, url_prefix="/desk/duplicates")

_Answer = Response | str | tuple[str, int]
#: Follow from deeds or from other fields, or are said by the one that stays.
_NOT_CHOSEN = frozenset(
    {"standing", "merged_into_id", "field_visibility", "fictional", "legal_basis", "confirmed_at"}
)
#: One thing to a person.
_PLACE = ("city", "postcode", "municipality", "country", "latitude", "longitude")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One field of two profiles; the columns that it stands for."""

    name: str
    label: str
    kept: str
    other: str
    differs: bool
    #: Whether the other one's value is proposed: the kept one has none.
    proposed: bool


@blueprint.post("/find")
@needs(Action.CURATE)
def find() -> Response:
    """Look for profiles that may be one, the last changes first; a long look goes on in parts."""
    found = matchmaker().duplicates.find(cursor=request.form.get("further") or None)
    return redirect(_queue(looked_at=found.looked_at, further=found.next), 303)


@blueprint.get("/<uuid:kept_id>/<uuid:other_id>")
@needs(Action.READ_DESK)
def compare(kept_id: UUID, other_id: UUID) -> _Answer:
    """Show two profiles side by side, to choose field by field."""
    return _page(kept_id, other_id)


@blueprint.post("/<uuid:kept_id>/<uuid:other_id>")
@needs(Action.CURATE)
def merge(kept_id: UUID, other_id: UUID) -> _Answer:
    """Make one profile of two."""
    chosen = {
        name.removeprefix("take-")
        for name in request.form
        if name.startswith("take-") and request.form[name] == "other"
    }
    take = [one for name in sorted(chosen) for one in (_PLACE if name == "place" else (name,))]
    text = request.form.get("revision", "")
    try:
        kept = matchmaker().duplicates.merge(
            kept_id,
            other_id,
            take=take,
            by=required_viewer().account_id,
            expected_revision=int(text) if text.isdecimal() and len(text) < 10 else 0,
        )
    except StaleProfile:
        return _page(kept_id, other_id, chosen=chosen, stale=True), 412
    except InvalidInput as error:
        return _page(kept_id, other_id, chosen=chosen, wrong=error.field), 422
    return redirect(url_for("profile_pages.page", profile_id=kept.id), 303)


@blueprint.post("/<uuid:kept_id>/<uuid:other_id>/dismiss")
@needs(Action.CURATE)
def dismiss(kept_id: UUID, other_id: UUID) -> Response:
    """Say that a pair are two."""
    matchmaker().duplicates.dismiss(kept_id, other_id, by=required_viewer().account_id)
    return redirect(_queue(_anchor=f"row-{at_row()}"), 303)


def _page(
    kept_id: UUID,
    other_id: UUID,
    *,
    chosen: set[str] | None = None,
    stale: bool = False,
    wrong: str = "",
) -> str:
    kept, other = (matchmaker().curation.read(one) for one in (kept_id, other_id))
    return render_template(
        "desk/merge.html",
        kept=kept,
        other=other,
        pairs=_pairs(kept, other, chosen),
        possible=type(kept) is type(other)
        and kept.id != other.id
        and Standing.MERGED not in {kept.standing, other.standing},
        stale=stale,
        wrong=field_name(wrong) if wrong else "",
    )


def _pairs(kept: Profile, other: Profile, chosen: set[str] | None) -> list[Pair]:
    if type(kept) is not type(other):
        return []
    mine, theirs = snapshot_of(kept)["fields"], snapshot_of(other)["fields"]
    names = ["place" if name == _PLACE[0] else name for name in mine]
    pairs = []
    for name in names:
        if name in _NOT_CHOSEN or name in _PLACE:
            continue
        columns = _PLACE if name == "place" else (name,)
        here, there = ([one[column] for column in columns] for one in (mine, theirs))
        words = [
            ", ".join(filter(None, map(in_words, columns, values))) for values in (here, there)
        ]
        proposed = not words[0] and bool(words[1]) if chosen is None else name in chosen
        pairs.append(
            Pair(
                name=name,
                label=field_name(name),
                kept=words[0],
                other=words[1],
                differs=here != there,
                proposed=proposed,
            )
        )
    return pairs


def _queue(**values: Any) -> str:
    return url_for("desk_pages.one_queue", queue=Queue.DUPLICATES.value, **values)
