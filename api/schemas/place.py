"""Where something is."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import OutputSchema, about


class PlaceSchema(OutputSchema):
    """A town, with coordinates when they are known."""

    city = fields.String(allow_none=True, metadata=about("Town.", "Aalborg Øst"))
    postcode = fields.String(allow_none=True, metadata=about("Danish postcode.", "9220"))
    municipality = fields.String(
        allow_none=True, metadata=about("Danish municipality code.", "851")
    )
    country = fields.String(metadata=about("ISO 3166-1 alpha-2 code.", "DK"))
    latitude = fields.Float(allow_none=True, metadata=about("Degrees north, WGS 84.", 57.03))
    longitude = fields.Float(allow_none=True, metadata=about("Degrees east, WGS 84.", 9.99))
