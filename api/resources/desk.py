"""The desk: queues, search across profiles, saved filters, bulk actions, duplicates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.etags import stated_revision
from api.idempotency import PARAMETER, once
from api.openapi import IF_MATCH_PARAMETER, PREFIX, Blueprint
from api.schemas.curation import CuratedProfileSchema
from api.schemas.desk import (
    BulkActionInputSchema,
    BulkActionSchema,
    CursorQuerySchema,
    DeskSchema,
    FindQuerySchema,
    FoundDuplicatesSchema,
    FoundProfilesSchema,
    IndexStateSchema,
    MergeSchema,
    PairSchema,
    ProfileSearchQuerySchema,
    QueuePageSchema,
    QueuePartSchema,
    SavedFilterInputSchema,
    SavedFilterSchema,
    SavedFiltersSchema,
    UndoneSchema,
)
from matchmaker.errors import NotFound
from matchmaker.models import BulkAction, ImportState, Profile, Queue, SavedFilter
from matchmaker.models.actions import Action
from matchmaker.services.bulk_actions import Undone
from matchmaker.services.cursors import CursorPage
from matchmaker.services.desk import DeskItem
from matchmaker.services.duplicate_finding import FoundDuplicates

blueprint = Blueprint(
    "desk",
    __name__,
    url_prefix=PREFIX,
    description="What staff look after: queues, searches, bulk actions, duplicates.",
)
_ONE, _OTHER = "5b0a8f0d-5e7b-4f4c-8d9c-0b1f9a668a35", "8a351f9a-5e7b-4f4c-8d9c-0d5e7b5b0a8f"
_FILTER = {"name": "Experts", "search": {"kinds": ["expert"]}}
_WRITE = (400, 401, 403, 404, 409, 413, 415, 429)


@blueprint.at("/desk")
class Desk(MethodView):
    """What needs action now."""

    @needs(Action.READ_DESK)
    @blueprint.answers(200, DeskSchema, description="Every queue with its count.")
    @blueprint.named("readDesk", 401, 403)
    def get(self) -> dict[str, Any]:
        """Count what waits in each queue."""
        counts = matchmaker().desk.counts()
        return {"queues": [{"queue": queue, "count": count} for queue, count in counts.items()]}


@blueprint.at("/desk/<string:queue>")
class OneQueue(MethodView):
    """One queue."""

    @needs(Action.READ_DESK)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, QueuePartSchema, description="A part of the queue.")
    @blueprint.named("readQueue", 401, 403, 404)
    def get(self, query: dict[str, Any], queue: str) -> dict[str, Any]:
        """Read a part of a queue, the most urgent first."""
        if queue not in set(Queue):
            raise NotFound("queue", queue)
        if queue == Queue.FAILED_IMPORTS:
            runs = matchmaker().imports.page(state=ImportState.FAILED, **query)
            return {"items": [], "imports": runs.items, "next": runs.next}
        part = matchmaker().desk.queue(Queue(queue), **query)
        return {"items": part.items, "imports": [], "next": part.next}


@blueprint.at("/index")
class Index(MethodView):
    """What profiles are found by."""

    @needs(Action.READ_DESK)
    @blueprint.answers(200, IndexStateSchema, description="How far the index is.")
    @blueprint.named("readIndex", 401, 403)
    def get(self) -> dict[str, Any]:
        """Read how many changed profiles wait to be indexed, and whether that is under way."""
        return _indexed()

    @needs(Action.CURATE)
    @blueprint.answers(202, IndexStateSchema, description="The index is being brought up to date.")
    @blueprint.named("updateIndex", 401, 403, 429)
    def post(self) -> dict[str, Any]:
        """Have what was written indexed now, behind this answer; asked twice it is done once."""
        matchmaker().import_jobs.index()
        return _indexed()


@blueprint.at("/profile-search")
class Search(MethodView):
    """The search across all profiles."""

    @needs(Action.READ_DESK)
    @blueprint.takes(ProfileSearchQuerySchema, location="query")
    @blueprint.answers(200, FoundProfilesSchema, description="A part of what was found.")
    @blueprint.named("searchProfiles", 401, 403)
    def get(self, query: dict[str, Any]) -> CursorPage[Profile]:
        """Search profiles of every standing and visibility."""
        return matchmaker().desk.search(**query)


@blueprint.at("/saved-filters")
class SavedFilters(MethodView):
    """The searches that one keeps."""

    @needs(Action.READ_DESK)
    @blueprint.answers(200, SavedFiltersSchema, description="The filters.")
    @blueprint.named("listSavedFilters", 401, 403)
    def get(self) -> dict[str, Any]:
        """List the searches that one keeps."""
        return {"items": matchmaker().desk.saved_filters(_me())}

    @needs(Action.CURATE)
    @once("saveFilter")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(
        SavedFilterInputSchema, example={"name": "Experts", "search": {"kinds": ["expert"]}}
    )
    @blueprint.answers(201, SavedFilterSchema, description="The filter.")
    @blueprint.named("saveFilter", *_WRITE)
    def post(self, values: dict[str, Any]) -> tuple[SavedFilter, dict[str, str]]:
        """Keep a search under a name."""
        kept = matchmaker().desk.save_filter(values["name"], values["search"], by=_me())
        return kept, {"Location": url_for("desk.OneSavedFilter", filter_id=kept.id)}


@blueprint.at("/saved-filters/<uuid:filter_id>")
class OneSavedFilter(MethodView):
    """One search that is kept."""

    @needs(Action.CURATE)
    @blueprint.leaves("It is gone.")
    @blueprint.named("dropFilter", 401, 403, 404, 429)
    def delete(self, filter_id: UUID) -> None:
        """Forget a search."""
        matchmaker().desk.drop_filter(filter_id, by=_me())


@blueprint.at("/bulk-actions")
class BulkActions(MethodView):
    """Changes of many profiles."""

    @needs(Action.CURATE)
    @once("changeMany")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(
        BulkActionInputSchema,
        example={"change": "confirm", "profile_ids": [_ONE], "values": {}},
    )
    @blueprint.answers(201, BulkActionSchema, description="What was done, and what was not.")
    @blueprint.named("changeMany", *_WRITE)
    def post(self, values: dict[str, Any]) -> tuple[BulkAction, dict[str, str]]:
        """Change many profiles at once."""
        action = matchmaker().bulk.apply(**values, by=_me())
        return action, {"Location": url_for("desk.OneBulkAction", action_id=action.id)}


@blueprint.at("/bulk-actions/<uuid:action_id>")
class OneBulkAction(MethodView):
    """One change of many profiles."""

    @needs(Action.READ_DESK)
    @blueprint.answers(200, BulkActionSchema, description="The action.")
    @blueprint.named("readBulkAction", 401, 403, 404)
    def get(self, action_id: UUID) -> BulkAction:
        """Read what a bulk action did."""
        return matchmaker().bulk.get(action_id)


@blueprint.at("/bulk-actions/<uuid:action_id>/undo")
class Undo(MethodView):
    """Undoing a change of many profiles."""

    @needs(Action.CURATE)
    @blueprint.answers(200, UndoneSchema, description="What is as before, and what is not.")
    @blueprint.named("undoBulkAction", 401, 403, 404, 409, 429)
    def post(self, action_id: UUID) -> Undone:
        """Bring those back that nobody has changed since."""
        return matchmaker().bulk.undo(action_id, by=_me())


@blueprint.at("/duplicates")
class Duplicates(MethodView):
    """Profiles that may be one."""

    @needs(Action.READ_DESK)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, QueuePageSchema, description="Some pairs.")
    @blueprint.named("listDuplicates", 401, 403)
    def get(self, query: dict[str, Any]) -> CursorPage[DeskItem]:
        """List pairs of profiles that may be one, the surest first."""
        return matchmaker().desk.queue(Queue.DUPLICATES, **query)

    @needs(Action.CURATE)
    @blueprint.takes(FindQuerySchema, location="query")
    @blueprint.answers(200, FoundDuplicatesSchema, description="What was found.")
    @blueprint.named("findDuplicates", 401, 403, 429)
    def post(self, query: dict[str, Any]) -> FoundDuplicates:
        """Compare profiles anew: all by identifier and equal name, some by words and likeness.

        Words, and names that are all but equal, are compared for 200 profiles at a time, those
        that changed last first; what was found of the others stands while they do not change.
        """
        return matchmaker().duplicates.find(**query)


@blueprint.at("/duplicates/dismiss")
class DismissedPair(MethodView):
    """A pair that are two."""

    @needs(Action.CURATE)
    @blueprint.takes(PairSchema, example={"profile_id": _ONE, "other_id": _OTHER})
    @blueprint.leaves("They are not shown as one again.")
    @blueprint.named("dismissDuplicate", *_WRITE)
    def post(self, values: dict[str, Any]) -> None:
        """Say that a pair of profiles are two."""
        matchmaker().duplicates.dismiss(**values, by=_me())


@blueprint.at("/merges")
class Merges(MethodView):
    """Making one profile of two."""

    @needs(Action.CURATE)
    @once("mergeProfiles")
    @blueprint.documented(parameters=[PARAMETER, IF_MATCH_PARAMETER])
    @blueprint.takes(MergeSchema, example={"kept_id": _ONE, "other_id": _OTHER})
    @blueprint.answers(200, CuratedProfileSchema, description="The profile that stays.")
    @blueprint.named("mergeProfiles", *_WRITE, 412, 428)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> Profile:
        """Make one profile of two; the address of the other one leads to the one that stays.

        If-Match names the revision of the one that stays; `other_revision` that of the other one.
        """
        kept = values["kept_id"]
        stated = stated_revision(lambda: matchmaker().curation.read(kept).revision)
        return matchmaker().duplicates.merge(**values, by=_me(), expected_revision=stated)


def _me() -> UUID:
    return required_viewer().account_id


def _indexed() -> dict[str, Any]:
    service = matchmaker()
    told = vars(service.indexing.readiness())
    return {**told, "at_work": service.import_jobs.is_indexing}
