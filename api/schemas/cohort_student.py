"""The students of a cohort on the wire."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, about, choice
from api.schemas.desk import CursorPageSchema
from matchmaker.models import StudyLevel
from matchmaker.services.cohort_reading import CohortMember, StudentFile

#: Most students who are taken in at once.
MOST_AT_ONCE = 5_000


class MemberSchema(OutputSchema):
    """A student in a cohort."""

    student_id = fields.UUID(metadata=about("Their profile."))
    name = fields.String(metadata=about("Their name."))
    joined_at = fields.AwareDateTime(metadata=about("When they came in."))
    consented_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When they agreed to be placed; null: they have not.")
    )
    left_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When they left; null: they are in it.")
    )
    takes_part = fields.Boolean(metadata=about("Whether rounds may place them.", examples=[True]))
    wishes = fields.Integer(metadata=about("How many positions they ranked.", 5))

    @ma.pre_dump
    def as_sent(self, member: CohortMember, **_kwargs: object) -> dict[str, Any]:
        """Put the name beside what the cohort says of a student."""
        one = member.student
        return {
            "student_id": one.student_id,
            "name": member.name,
            "joined_at": one.joined_at,
            "consented_at": one.consented_at,
            "left_at": one.left_at,
            "takes_part": one.takes_part,
            "wishes": member.wishes,
        }


class MemberPageSchema(CursorPageSchema):
    """Some students of a cohort."""

    items = fields.List(fields.Nested(MemberSchema), metadata=about("By name."))


class EnrolInputSchema(StrictSchema):
    """Who comes into a cohort: named, or brought by an import."""

    student_ids = fields.List(
        fields.UUID(),
        validate=validate.Length(min=1, max=MOST_AT_ONCE),
        metadata=about("Profiles of students."),
    )
    import_id = fields.UUID(metadata=about("An import that is done: all students it brought."))

    @ma.validates_schema
    def one_of_both(self, values: dict[str, Any], **_kwargs: object) -> None:
        """Refuse both at once, and neither."""
        if len(values) != 1:
            raise ma.ValidationError(str(_("Name students or an import.")), "student_ids")


class EnrolledSchema(OutputSchema):
    """What taking students in did."""

    enrolled = fields.Integer(metadata=about("How many are new in it or came back.", 25))


class OwnPlaceInputSchema(StrictSchema):
    """Which position a student found themselves."""

    position_id = fields.UUID(
        required=True, metadata=about("A position of the period that nobody else wishes for.")
    )


class StudentFileSchema(OutputSchema):
    """A student of a cohort with their profile, as their university sees it."""

    student_id = fields.UUID(metadata=about("Their profile."))
    name = fields.String(metadata=about("Their name."))
    claimed = fields.Boolean(
        metadata=about("Whether they claimed the profile, and so can consent.", examples=[True])
    )
    consented_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When they agreed to be placed; null: they have not.")
    )
    programme = fields.String(metadata=about("What they study.", "Maskinteknik"))
    level = choice(StudyLevel, "At which level.", "master")
    institution = fields.String(metadata=about("Where they study.", "Nordvest Universitet"))
    working_languages = fields.List(
        fields.String(), metadata=about("Languages they work in.", ["da", "en"])
    )
    can_travel_km = fields.Integer(
        allow_none=True, metadata=about("How far they can reach; null: not said.", 40)
    )
    municipality = fields.String(
        allow_none=True, metadata=about("Danish municipality code; null: not said.", "851")
    )
    available_from = fields.Date(allow_none=True, metadata=about("First day.", "2027-02-01"))
    available_to = fields.Date(allow_none=True, metadata=about("Last day.", "2027-06-30"))
    learning_goals = fields.String(metadata=about("What they want to learn; may be empty."))
    evidence = fields.List(
        fields.String(), metadata=about("What they can do, item by item as they wrote it.")
    )
    own_place_id = fields.UUID(
        allow_none=True, metadata=about("A position that they found themselves; null: none.")
    )

    @ma.pre_dump
    def as_sent(self, file: StudentFile, **_kwargs: object) -> dict[str, Any]:
        """Put profile and cohort into one."""
        told = {
            name: getattr(file.student, name)
            for name in self.fields
            if hasattr(file.student, name) and name != "evidence"
        }
        return {
            **told,
            "student_id": file.student.id,
            "claimed": file.claimed,
            "consented_at": file.member.consented_at,
            "evidence": [one.text for one in file.student.evidence],
            "own_place_id": None if file.own_place is None else file.own_place.id,
        }
