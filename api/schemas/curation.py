"""Curation on the wire: profiles as those see them who may change them, and their history."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.activity import ActivitySchema
from api.schemas.base import (
    OutputSchema,
    StrictSchema,
    WholeNumber,
    about,
    choice,
    one_line,
)
from api.schemas.expert import ExpertSchema
from api.schemas.organisation import OrganisationSchema
from api.schemas.profile import EvidenceSchema, ProfileSchema
from api.schemas.student import StudentSchema
from matchmaker.models import (
    Fit,
    RevisionCause,
    Role,
    Standing,
    Visibility,
)


class CuratedEvidenceSchema(EvidenceSchema):
    """An item of evidence as its owner sees it."""

    pinned = fields.Boolean(metadata=about("Always shown.", examples=[False]))
    excluded = fields.Boolean(metadata=about("Never matched on.", examples=[False]))
    visibility = choice(Visibility, "Who may see it.", "public")


class CuratedFields(OutputSchema):
    """What those see of a profile who may change it."""

    visibility = choice(Visibility, "Who may see the profile.", "public")
    field_visibility = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata=about("Fields that fewer may see.", {"affiliation": "members"}),
    )
    standing = choice(Standing, "Whether it takes part.", "live")
    confirmed_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When somebody last said that all of it is right.")
    )
    legal_basis = fields.String(
        allow_none=True, metadata=about("Why staff show an imported person.")
    )
    evidence = fields.List(
        fields.Nested(CuratedEvidenceSchema), metadata=about("What shows what they can do.")
    )


class CuratedProfileSchema(CuratedFields, ProfileSchema):
    """A profile of any kind as those see it who may change it."""


class CuratedExpertSchema(CuratedFields, ExpertSchema):
    """An expert as those see it who may change it."""


class CuratedOrganisationSchema(CuratedFields, OrganisationSchema):
    """An organisation as those see it who may change it."""


class CuratedStudentSchema(CuratedFields, StudentSchema):
    """A student as those see it who may change it."""


class CuratedActivitySchema(CuratedFields, ActivitySchema):
    """An activity as those see it who may change it."""


class RevisionSchema(OutputSchema):
    """One revision of a profile."""

    profile_id = fields.UUID(metadata=about("Another one's before a merge."))
    revision = fields.Integer(metadata=about("Number of the revision.", 3))
    at = fields.AwareDateTime(metadata=about("When it came to be."))
    by = fields.UUID(allow_none=True, metadata=about("The account; null is the service itself."))
    by_role = choice(Role, "What they are here for; null when unknown.", "staff", allow_none=True)
    by_name = fields.String(
        allow_none=True, metadata=about("Their name, for staff; null for others.", "Ida Berg")
    )
    cause = choice(RevisionCause, "Why.", "edited")


class HistorySchema(OutputSchema):
    """The revisions of a profile."""

    items = fields.List(fields.Nested(RevisionSchema), metadata=about("Newest first."))


class DifferenceQuerySchema(StrictSchema):
    """Which two revisions to compare."""

    before = fields.Integer(
        required=True,
        validate=validate.Range(min=1, max=10**9),
        metadata=about("The earlier revision.", 1),
    )
    after = fields.Integer(
        validate=validate.Range(min=1, max=10**9),
        metadata=about("The later one; the present state when left out.", 2),
    )


class DifferenceSchema(OutputSchema):
    """One value that is not the same."""

    field = fields.String(metadata=about("Name of the field.", "summary"))
    evidence_id = fields.UUID(
        allow_none=True, metadata=about("The item it belongs to; null is the profile itself.")
    )
    before = fields.Raw(allow_none=True, metadata=about("Then; null is not there."))
    after = fields.Raw(allow_none=True, metadata=about("Now; null is not there."))


class DifferencesSchema(OutputSchema):
    """What differs between two revisions."""

    items = fields.List(fields.Nested(DifferenceSchema), metadata=about("Fields by name first."))


class RestoreSchema(StrictSchema):
    """Which revision to bring back."""

    revision = WholeNumber(
        required=True,
        validate=validate.Range(min=1, max=10**9),
        metadata=about("Number of the revision.", 1),
    )


class ConfirmSchema(StrictSchema):
    """What is said with a confirmation."""

    legal_basis = fields.String(
        allow_none=True,
        validate=[validate.Length(max=500), one_line()],
        metadata=about("Why staff may show an imported person that has not confirmed."),
    )


class MarkSchema(StrictSchema):
    """Whether the mark is set."""

    value = fields.Boolean(
        load_default=True, metadata=about("false takes it back.", examples=[True])
    )


class PreviewedChallengeSchema(OutputSchema):
    """A challenge that a draft would match, or that only the stored profile matches."""

    challenge_id = fields.UUID(
        allow_none=True, metadata=about("Id of the challenge; null when its firm alone has it.")
    )
    title = fields.String(metadata=about("What the firm calls it, or empty."))
    text = fields.String(metadata=about("The challenge in the firm's own words."))
    score = fields.Float(
        allow_none=True, metadata=about("Of the draft; null when it would not match.", 0.71)
    )
    fit = fields.Enum(
        Fit,
        by_value=fields.String,
        allow_none=True,
        metadata=about("How well it would fit.", "good"),
    )
    passage = fields.String(allow_none=True, metadata=about("What would carry it."))
    evidence_id = fields.UUID(
        allow_none=True, metadata=about("The item that the passage is of, if any.")
    )
    before = fields.Float(
        allow_none=True,
        metadata=about("Score of the stored profile; null when it does not match.", 0.64),
    )


class PreviewSchema(OutputSchema):
    """What a draft would match."""

    items = fields.List(
        fields.Nested(PreviewedChallengeSchema),
        metadata=about("Best first; what only the stored profile matches comes last."),
    )
