"""Students on the wire."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import OutputSchema, SparsePageSchema, about, only_fields
from api.schemas.profile import ProfileSchema, ProfileSummarySchema, TextQuerySchema
from matchmaker.models import PlacementType, StudyLevel


class StudentFields(OutputSchema):
    """What only a student has."""

    programme = fields.String(metadata=about("Study programme.", "Produktionsteknik"))
    level = fields.Enum(
        StudyLevel, by_value=fields.String, metadata=about("Level of the programme.", "master")
    )
    institution = fields.String(metadata=about("Where they study, in words."))
    placement_types = fields.List(
        fields.String(),
        metadata=about(
            f"What they can come for: {', '.join(PlacementType)}.", ["internship", "thesis"]
        ),
    )
    available_from = fields.Date(allow_none=True, metadata=about("First day."))
    available_to = fields.Date(allow_none=True, metadata=about("Last day."))
    learning_goals = fields.String(metadata=about("What they want to learn."))


class StudentSummarySchema(StudentFields, ProfileSummarySchema):
    """A student in a list."""

    sparse = True


class StudentSchema(StudentFields, ProfileSchema):
    """A person who seeks an internship, a thesis or a project course."""


class StudentListQuerySchema(TextQuerySchema):
    """Part of the list of students."""

    some_fields = only_fields(StudentSummarySchema)


class StudentPageSchema(SparsePageSchema):
    """Some students."""

    items = fields.List(fields.Nested(StudentSummarySchema), metadata=about("As asked."))
