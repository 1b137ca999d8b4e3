"""Imports on the wire: runs, their rows, and saved mappings."""

from __future__ import annotations

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, about, one_line
from matchmaker.models import ImportFormat, ImportState, ProfileKind, RowOutcome

LARGEST_PART = 100


class CursorQuerySchema(StrictSchema):
    """Which part of a long list to answer with."""

    cursor = fields.String(
        validate=[validate.Length(min=1, max=400), one_line()],
        metadata=about("The member 'next' of the part before; the beginning without it."),
    )
    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=LARGEST_PART),
        metadata=about("How many to answer with at most.", 20),
    )


class PartSchema(OutputSchema):
    """One part of a long list that is read with a cursor."""

    next = fields.String(
        allow_none=True, metadata=about("Send it as 'cursor' for the next part; null at the end.")
    )


class ColumnsSchema(OutputSchema):
    """What the columns of a table mean."""

    columns = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        dump_default=dict,
        metadata=about("Header to field.", {"Navn": "name", "CVR-nr.": "cvr"}),
    )
    fixed = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        dump_default=dict,
        metadata=about("Field to what every row gets.", {"organisation_type": "firm"}),
    )


class ImportRunSchema(OutputSchema):
    """A file on its way in."""

    id = fields.UUID(metadata=about("Id of the import."))
    file_name = fields.String(metadata=about("Name of the file.", "medlemmer.xlsx"))
    file_sha256 = fields.String(metadata=about("SHA-256 of the file, in hexadecimal."))
    format = fields.Enum(
        ImportFormat, by_value=fields.String, metadata=about("What the file is.", "xlsx")
    )
    kind = fields.Enum(
        ProfileKind,
        by_value=fields.String,
        allow_none=True,
        metadata=about("What a table holds; null when each record says it.", "organisation"),
    )
    cohort_id = fields.UUID(
        allow_none=True,
        metadata=about("Cohort that its students come into; null for a file of the cluster."),
    )
    mapping = fields.Nested(
        ColumnsSchema, metadata=about("What its columns were taken for; empty for no table.")
    )
    state = fields.Enum(
        ImportState, by_value=fields.String, metadata=about("How far it is.", "planned")
    )
    actions = fields.Function(
        lambda run: [one.value for one in run.actions()],
        metadata=about(
            "What can be done now.", ["apply", "cancel"], type="array", items={"type": "string"}
        ),
    )
    new = fields.Integer(metadata=about("Rows that make a profile.", 90))
    changed = fields.Integer(metadata=about("Rows that change one.", 7))
    unchanged = fields.Integer(metadata=about("Rows that say what is stored already.", 2))
    refused = fields.Integer(metadata=about("Rows that can't be taken.", 1))
    planned = fields.Integer(metadata=about("Rows to be written.", 97))
    position = fields.Integer(metadata=about("How many of them are done.", 0))
    reason = fields.String(metadata=about("Why it failed; empty otherwise."))
    created_at = fields.AwareDateTime(metadata=about("When it was previewed."))
    updated_at = fields.AwareDateTime(metadata=about("When it last went on."))


class ImportRunPartSchema(PartSchema):
    """Some imports."""

    items = fields.List(fields.Nested(ImportRunSchema), metadata=about("Newest first."))


class RowProblemSchema(OutputSchema):
    """What has to change in a row."""

    column = fields.String(metadata=about("Column, or empty for the row as a whole.", "CVR-nr."))
    reason = fields.String(metadata=about("One sentence that says what to change."))


class ImportRowSchema(OutputSchema):
    """One row of an import."""

    number = fields.Integer(metadata=about("Row of the table, or number of the record.", 2))
    outcome = fields.Enum(
        RowOutcome, by_value=fields.String, metadata=about("What is done with it.", "new")
    )
    name = fields.String(metadata=about("Name in it."))
    profile_id = fields.UUID(
        allow_none=True, metadata=about("The profile it makes, changes or leaves; null if none.")
    )
    changes = fields.Dict(
        keys=fields.String(),
        metadata=about("Field to its value before and after.", {"city": ["Vejle", "Herning"]}),
    )
    problems = fields.List(
        fields.Nested(RowProblemSchema),
        metadata=about("What has to change in a refused row, or why nothing of it is taken."),
    )


class ImportRowPartSchema(PartSchema):
    """Some rows of an import."""

    items = fields.List(fields.Nested(ImportRowSchema), metadata=about("In the order of the file."))


class ImportRunQuerySchema(CursorQuerySchema):
    """Which imports to answer with."""

    state = fields.Enum(
        ImportState, by_value=fields.String, metadata=about("Only these.", "failed")
    )


class ImportRowQuerySchema(CursorQuerySchema):
    """Which rows of an import to answer with."""

    outcome = fields.Enum(
        RowOutcome, by_value=fields.String, metadata=about("Only these.", "refused")
    )


class StudentFileQuerySchema(StrictSchema):
    """How to read the file in the body."""

    format = fields.Enum(
        ImportFormat,
        by_value=fields.String,
        required=True,
        metadata=about("What the file is.", "csv"),
    )
    file_name = fields.String(
        load_default="upload",
        validate=[validate.Length(min=1, max=200), one_line()],
        metadata=about("What people call the file.", "medlemmer.csv"),
    )


class ImportQuerySchema(StudentFileQuerySchema):
    """How to read the file in the body."""

    kind = fields.Enum(
        ProfileKind, by_value=fields.String, metadata=about("What a table holds.", "organisation")
    )
    mapping = fields.String(
        validate=validate.Length(min=1, max=100),
        metadata=about("Name of a saved mapping; columns are recognised without one."),
    )


class UploadFormSchema(StrictSchema):
    """What comes with a file that is sent on a page; the file itself stands beside it."""

    id = fields.UUID()
    format = fields.Enum(ImportFormat, by_value=fields.String)
    kind = fields.Enum(ProfileKind, by_value=fields.String)
    mapping = fields.String(validate=validate.Length(min=1, max=100))


class ImportMappingSchema(ColumnsSchema):
    """What columns mean, saved under a name."""

    name = fields.String(metadata=about("Name of the mapping.", "Medlemsliste"))
    kind = fields.Enum(
        ProfileKind, by_value=fields.String, metadata=about("What the tables hold.", "organisation")
    )
    created_at = fields.AwareDateTime(metadata=about("When it was first saved."))
    updated_at = fields.AwareDateTime(metadata=about("When it was last saved."))


class ImportMappingListSchema(OutputSchema):
    """All saved mappings."""

    items = fields.List(fields.Nested(ImportMappingSchema), metadata=about("By name."))


class ImportMappingInputSchema(StrictSchema):
    """What columns mean."""

    kind = fields.Enum(
        ProfileKind,
        by_value=fields.String,
        required=True,
        metadata=about("What the tables hold.", "organisation"),
    )
    columns = fields.Dict(
        keys=fields.String(validate=validate.Length(min=1, max=200)),
        values=fields.String(validate=validate.Length(min=1, max=60)),
        load_default=dict,
        validate=validate.Length(max=200),
        metadata=about("Header to field.", {"Navn": "name"}),
    )
    fixed = fields.Dict(
        keys=fields.String(validate=validate.Length(min=1, max=60)),
        values=fields.String(validate=validate.Length(max=2000)),
        load_default=dict,
        validate=validate.Length(max=60),
        metadata=about("Field to what every row gets.", {"organisation_type": "firm"}),
    )

    @ma.validates_schema
    def something_is_said(self, data: dict[str, object], **_kwargs: object) -> None:
        """Refuse a mapping of nothing."""
        if not data.get("columns") and not data.get("fixed"):
            raise ma.ValidationError(str(_("Say what at least one column means.")), "columns")
