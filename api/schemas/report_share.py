"""Links to the report of a programme on the wire."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, WholeNumber, about
from api.schemas.programme import name_field
from matchmaker.services.report_shares import DAYS


class ShareInputSchema(StrictSchema):
    """A new link to a report."""

    name = name_field("Whom it is for.", "Region Midtjylland", required=True)
    days = WholeNumber(
        load_default=90,
        validate=validate.Range(min=DAYS[0], max=DAYS[1], error=_("Use {min} to {max} days.")),
        metadata=about("How long it works.", 90),
    )


class ShareSchema(OutputSchema):
    """A link to the report of a programme, without its secret."""

    id = fields.UUID(metadata=about("Its id."))
    name = fields.String(metadata=about("Whom it is for.", "Region Midtjylland"))
    created_at = fields.AwareDateTime(metadata=about("When it was made."))
    expires_at = fields.AwareDateTime(metadata=about("Until when it works."))
    revoked_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When it was ended; null: it was not.")
    )
    last_used_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When it was last opened; null: never.")
    )


class NewShareSchema(ShareSchema):
    """A link with its secret, which is shown this once."""

    path = fields.String(
        metadata=about(
            "Path of the page that shows the report; below it are `/report.csv` and `/report.pdf`.",
            "/shared-report/Zx81…",
        )
    )


class SharesSchema(OutputSchema):
    """The links of a programme."""

    items = fields.List(fields.Nested(ShareSchema), metadata=about("The newest first."))
