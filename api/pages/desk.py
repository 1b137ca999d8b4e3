"""The curation desk: what needs action now, and each queue as a page to be worked through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer, safe_next
from api.context import matchmaker
from api.pages.display import day, moment
from api.parsing import read_form
from api.schemas.desk import CursorQuerySchema
from matchmaker.errors import NotFound
from matchmaker.models import (
    BulkAction,
    BulkChange,
    ImportRun,
    ImportState,
    Profile,
    ProfileKind,
    Queue,
    Side,
)
from matchmaker.models.actions import Action
from matchmaker.services.cursors import CursorPage
from matchmaker.services.desk import DeskItem

blueprint = Blueprint("desk_pages", __name__, url_prefix="/desk")

#: Why each queue matters, in one line.
WHY: Mapping[Queue, Any] = {
    Queue.STALE: _(
        "Nobody has said for long that all of it is right. Firms rely on what they read."
    ),
    Queue.THIN: _("They say too little to be found: one more case or piece of equipment helps."),
    Queue.UNCLAIMED: _("Nobody looks after them. An owner keeps a profile true."),
    Queue.IMPORTED: _("People from a file. They are not matched until they or you confirm them."),
    Queue.DUPLICATES: _(
        "Two profiles that may be one. Merged, they are found once, with everything."
    ),
    Queue.WAITING: _("Changed since they were indexed; matching still reads the words before."),
    Queue.FAILED_IMPORTS: _("Files that were not read to their end."),
}
#: Reason of a pair -> words.
REASONS: Mapping[str, Any] = {
    "identifier": _("the same number in a register"),
    "name": _("the same name"),
    "name-alike": _("names that are all but equal"),
    "words": _("much the same words"),
}
#: What can be done in a queue with one key, and undone; merged and imported ones have pages.
_QUICK = {BulkChange.CONFIRM.value, BulkChange.WITHDRAW.value}


@blueprint.get("")
@needs(Action.READ_DESK)
def page() -> str:
    """Show what needs action now."""
    return render_template(
        "desk/page.html",
        counts=matchmaker().desk.counts(),
        challenges=matchmaker().challenge_desk.counts()[Side.STAFF],
        contests=matchmaker().contests.counted(),
        why=WHY,
        kinds=tuple(ProfileKind),
        filters=matchmaker().desk.saved_filters(required_viewer().account_id),
    )


@blueprint.get("/queues/<queue>")
@needs(Action.READ_DESK)
def one_queue(queue: str) -> str | tuple[str, int]:
    """Show a part of a queue, the most urgent first."""
    wanted = _queue(queue)
    query, errors = read_form(CursorQuerySchema(), request.args)
    found: CursorPage[DeskItem] = CursorPage([], None)
    runs: CursorPage[ImportRun] = CursorPage([], None)
    if not errors and wanted is Queue.FAILED_IMPORTS:
        runs = matchmaker().imports.page(state=ImportState.FAILED, **query)
        found = CursorPage([], runs.next)
    elif not errors:
        found = matchmaker().desk.queue(wanted, **query)
    shown = render_template(
        "desk/queue.html",
        queue=wanted,
        count=matchmaker().desk.count(wanted),
        why=WHY[wanted],
        found=found,
        runs=runs.items,
        reason=lambda item: reason(wanted, item),
        done=done(),
        looked_at=request.args.get("looked_at", ""),
        further=request.args.get("further", ""),
        place={name: request.args[name] for name in ("cursor", "limit") if name in request.args},
    )
    return (shown, 422) if errors else shown


@blueprint.post("/queues/<queue>/<uuid:profile_id>/<deed>")
@needs(Action.CURATE)
def act(queue: str, profile_id: UUID, deed: str) -> Response:
    """Confirm or withdraw one profile of a queue; the next one stands in its place."""
    wanted = _queue(queue)
    if deed not in _QUICK:
        raise NotFound("action", deed)
    action = matchmaker().bulk.apply(
        BulkChange(deed), [profile_id], {}, by=required_viewer().account_id
    )
    place: dict[str, Any] = {
        name: request.form[name] for name in ("cursor", "limit") if request.form.get(name)
    }
    return redirect(
        url_for(
            "desk_pages.one_queue",
            queue=wanted.value,
            done=action.id,
            **place,
            _anchor=f"row-{at_row()}",
        ),
        303,
    )


@blueprint.post("/bulk/<uuid:action_id>/undo")
@needs(Action.CURATE)
def undo(action_id: UUID) -> str:
    """Bring those back that nobody has changed since, and tell which."""
    undone = matchmaker().bulk.undo(action_id, by=required_viewer().account_id)
    return render_template("desk/undone.html", undone=undone, back=back("desk_pages.page"))


def reason(queue: Queue, item: DeskItem) -> str:
    """Return what put a profile into a queue, in words."""
    profile = item.profile
    if queue is Queue.DUPLICATES:
        return ", ".join(str(REASONS.get(one, one)) for one in item.reasons)
    if queue is Queue.THIN:
        return str(
            gettext(
                "%(items)s, %(characters)s",
                items=ngettext("%(num)d item", "%(num)d items", profile.item_count),
                characters=ngettext("%(num)d character", "%(num)d characters", profile.text_length),
            )
        )
    if queue is Queue.WAITING:
        return str(gettext("Changed %(time)s", time=moment(profile.updated_at)))
    if queue is Queue.IMPORTED:
        return str(gettext("Came from %(source)s", source=profile.source or gettext("a file")))
    return freshness(profile)


def freshness(profile: Profile) -> str:
    """Return when somebody last said that all of a profile is right."""
    if profile.confirmed_at is not None:
        return str(gettext("Last confirmed %(day)s", day=day(profile.confirmed_at)))
    return str(gettext("Never confirmed, last changed %(day)s", day=day(profile.updated_at)))


def done() -> BulkAction | None:
    """Return the bulk action that led to this page, so that it can be undone from here."""
    try:
        return matchmaker().bulk.get(UUID(request.args.get("done", "")))
    except (ValueError, NotFound):
        return None


def at_row() -> int:
    """Return the row that the reader was at."""
    text = request.form.get("at", "")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def back(endpoint: str, **values: Any) -> str:
    """Return the page that a form says it came from, or another one of ours."""
    wanted = safe_next(request.values.get("next"))
    return url_for(endpoint, **values) if wanted == "/" else wanted


def _queue(name: str) -> Queue:
    if name not in set(Queue):
        raise NotFound("queue", name)
    return Queue(name)
