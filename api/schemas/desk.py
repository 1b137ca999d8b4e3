"""The desk on the wire: queues, searches, saved filters, bulk actions, pairs."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from api.schemas.base import (
    LARGEST_PAGE,
    OutputSchema,
    StrictSchema,
    WholeNumber,
    about,
    choice,
    language_code,
    one_line,
)
from api.schemas.imports import ImportRunSchema
from api.schemas.profile import ProfileSummarySchema
from matchmaker.models import (
    BulkChange,
    PartnerKind,
    ProfileKind,
    Queue,
    Standing,
    Visibility,
)
from matchmaker.models.profile_search import ProfileSearch, SearchOrder
from matchmaker.services.bulk_actions import MOST


class CursorQuerySchema(StrictSchema):
    """Which part of a long list to answer with."""

    cursor = fields.String(
        validate=validate.Length(max=2_000),
        metadata=about("`next` of the part before; left out for the first part."),
    )
    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=LARGEST_PAGE),
        metadata=about("How many to answer with at most.", 20),
    )


class CursorPageSchema(OutputSchema):
    """A part of a long list."""

    next = fields.String(
        allow_none=True, metadata=about("Cursor of the next part; null when this is the last.")
    )


class SearchFields(StrictSchema):
    """What staff look for across profiles."""

    text = fields.String(
        validate=[validate.Length(max=100), one_line()],
        metadata=about("Part of the name, or words of what the profile says.", "svejs"),
    )
    fields_ = fields.String(
        data_key="fields",
        attribute="fields",
        validate=[validate.Length(max=100), one_line()],
        metadata=about("Words of an industry or field.", "lasersvejsning"),
    )
    kinds = fields.List(choice(ProfileKind, "A kind.", "expert"), metadata=about("Any of these."))
    partner_kinds = fields.List(
        choice(PartnerKind, "A partner kind.", "institute"), metadata=about("Any of these.")
    )
    standings = fields.List(
        choice(Standing, "A standing.", "live"),
        metadata=about("Any of these; left out for all but merged ones."),
    )
    visibilities = fields.List(
        choice(Visibility, "A visibility.", "public"), metadata=about("Any of these.")
    )
    municipality = fields.String(
        validate=validate.Regexp(r"^\d{3}\Z"), metadata=about("Danish municipality code.", "851")
    )
    near = fields.String(
        validate=[validate.Length(max=100), one_line()],
        metadata=about("Danish postcode, town or municipality.", "Herning"),
    )
    within_km = fields.Integer(
        validate=validate.Range(min=0, max=20_000), metadata=about("Farthest from there.", 50)
    )
    language = fields.String(
        validate=language_code(), metadata=about("Of the texts, or to work in.", "da")
    )
    untouched_days = fields.Integer(
        validate=validate.Range(min=1, max=36_500),
        metadata=about("Only those nobody confirmed or changed for so many days.", 365),
    )


class ProfileSearchQuerySchema(SearchFields, CursorQuerySchema):
    """A search across profiles, and which part of what it finds."""

    sort = fields.Enum(
        SearchOrder,
        by_value=fields.String,
        load_default=SearchOrder.NAME,
        metadata=about(
            "By what; touched is when somebody confirmed or changed it. A minus turns it round.",
            "-touched",
        ),
    )

    @ma.post_load
    def search(self, data: dict[str, Any], **_kwargs: object) -> dict[str, Any]:
        """Return the search apart from the part of the list."""
        names: tuple[str, ...] = ("cursor", "limit")
        page = {name: data.pop(name) for name in names if name in data}
        page["order"] = data.pop("sort")
        return {"asked": search_of(data), **page}


class SavedSearchSchema(SearchFields):
    """A search as a saved filter keeps it."""

    @ma.post_load
    def search(self, data: dict[str, Any], **_kwargs: object) -> ProfileSearch:
        """Return the search as the service takes it."""
        return search_of(data)


def search_of(data: dict[str, Any]) -> ProfileSearch:
    """Return a search from loaded values."""
    values: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in data.items()
    }
    return ProfileSearch(**values)


class CuratedSummarySchema(ProfileSummarySchema):
    """A profile in a list of the desk."""

    visibility = choice(Visibility, "Who may see the profile.", "public")
    standing = choice(Standing, "Whether it takes part.", "live")
    confirmed_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When somebody last said that all of it is right.")
    )
    item_count = fields.Integer(metadata=about("Items of evidence that can carry a match.", 3))
    text_length = fields.Integer(metadata=about("Characters of all it says.", 812))


class FoundProfilesSchema(CursorPageSchema):
    """Some profiles by name."""

    items = fields.List(fields.Nested(CuratedSummarySchema), metadata=about("By name."))


class DeskItemSchema(OutputSchema):
    """One profile in a queue, or two that may be one."""

    profile = fields.Nested(CuratedSummarySchema, metadata=about("The profile."))
    other = fields.Nested(
        CuratedSummarySchema, allow_none=True, metadata=about("The other one of a pair.")
    )
    score = fields.Float(allow_none=True, metadata=about("Orders pairs, 0 to 1.", 0.9))
    reasons = fields.List(fields.String(), metadata=about("Why they may be one.", ["name"]))


class QueuePageSchema(CursorPageSchema):
    """A part of a queue."""

    items = fields.List(fields.Nested(DeskItemSchema), metadata=about("The most urgent first."))


class QueuePartSchema(QueuePageSchema):
    """A part of a queue; in that of failed imports stand imports in place of profiles."""

    imports = fields.List(
        fields.Nested(ImportRunSchema), metadata=about("Imports that failed, newest first.")
    )


class QueueCountSchema(OutputSchema):
    """How many wait in a queue."""

    queue = choice(Queue, "Name of the queue.", "stale")
    count = fields.Integer(metadata=about("How many.", 12))


class DeskSchema(OutputSchema):
    """What needs action now."""

    queues = fields.List(fields.Nested(QueueCountSchema), metadata=about("Every queue."))


class PairSchema(StrictSchema):
    """Two profiles."""

    profile_id = fields.UUID(required=True, metadata=about("One of them."))
    other_id = fields.UUID(required=True, metadata=about("The other one."))


class MergeSchema(StrictSchema):
    """Which profile becomes a part of which."""

    kept_id = fields.UUID(required=True, metadata=about("The one that stays."))
    other_id = fields.UUID(required=True, metadata=about("The one that becomes a part of it."))
    other_revision = WholeNumber(
        validate=validate.Range(min=1, max=10**9),
        metadata=about("Refuse when the other one is at another revision than this.", 3),
    )
    take = fields.List(
        fields.String(validate=validate.Length(max=50)),
        load_default=list,
        metadata=about("Fields whose value is taken from the other one.", ["website"]),
    )


class IndexStateSchema(OutputSchema):
    """How far the index is."""

    waiting = fields.Integer(metadata=about("Profiles that changed since they were indexed.", 12))
    oldest_waiting = fields.AwareDateTime(
        allow_none=True, metadata=about("When the first of them changed; null: none waits.")
    )
    at_work = fields.Boolean(
        metadata=about("Whether this process indexes, or is about to.", examples=[False])
    )


class FoundDuplicatesSchema(OutputSchema):
    """What looking for duplicates did."""

    pairs = fields.Integer(metadata=about("Pairs in all, without dismissed ones.", 4))
    new = fields.Integer(metadata=about("New ones.", 1))
    gone = fields.Integer(metadata=about("Those that are none any more.", 0))
    looked_at = fields.Integer(
        metadata=about("Profiles whose words and all but equal names were compared.", 200)
    )
    next = fields.String(
        allow_none=True,
        metadata=about("Send it as `cursor` to look at earlier changes; null at the end."),
    )


class FindQuerySchema(StrictSchema):
    """Where to go on looking for duplicates."""

    cursor = fields.String(
        validate=validate.Length(max=2_000),
        metadata=about("`next` of the time before; left out to begin with the last changes."),
    )


class SavedFilterInputSchema(StrictSchema):
    """A search to keep."""

    name = fields.String(
        required=True,
        validate=[validate.Length(min=1, max=60), one_line()],
        metadata=about("What to call it.", "Stale institutes"),
    )
    search = fields.Nested(SavedSearchSchema, required=True, metadata=about("The search."))


class SavedFilterSchema(OutputSchema):
    """A search that is kept."""

    id = fields.UUID(metadata=about("Id of the filter."))
    name = fields.String(metadata=about("What it is called.", "Stale institutes"))
    search = fields.Dict(metadata=about("As it was sent.", {"kinds": ["expert"]}))
    created_at = fields.AwareDateTime(metadata=about("When it was kept."))


class SavedFiltersSchema(OutputSchema):
    """The searches that one keeps."""

    items = fields.List(fields.Nested(SavedFilterSchema), metadata=about("By name."))


class BulkActionInputSchema(StrictSchema):
    """One change of many profiles."""

    change = choice(BulkChange, "What is done.", "set-visibility", required=True)
    profile_ids = fields.List(
        fields.UUID(),
        required=True,
        validate=validate.Length(min=1, max=MOST),
        metadata=about("With whom."),
    )
    values = fields.Dict(
        keys=fields.String(
            validate=validate.OneOf(["visibility", "legal_basis", "field", "language"])
        ),
        values=fields.String(validate=validate.Length(max=500)),
        load_default=dict,
        metadata=about("What is set.", {"visibility": "members"}),
    )


class BulkActionSchema(OutputSchema):
    """One change of many profiles that was made."""

    id = fields.UUID(metadata=about("Id of the action."))
    change = choice(BulkChange, "What was done.", "set-visibility")
    at = fields.AwareDateTime(metadata=about("When."))
    changed = fields.List(
        fields.List(fields.Raw()), metadata=about("Id, revision before, revision after.")
    )
    refused = fields.List(
        fields.List(fields.String()),
        metadata=about("Id, why not, and the same in a sentence."),
    )
    undone_at = fields.AwareDateTime(allow_none=True, metadata=about("When it was undone."))


class UndoneSchema(OutputSchema):
    """What undoing did."""

    restored = fields.List(fields.UUID(), metadata=about("Those that are as before."))
    left = fields.List(
        fields.List(fields.String()),
        metadata=about("Id of those that stay, why, and that in words."),
    )
