"""Health on the wire."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import OutputSchema, about


class AliveSchema(OutputSchema):
    """The process answers."""

    status = fields.String(metadata=about("Always 'alive'.", "alive"))


class ReadinessSchema(OutputSchema):
    """The service can match, and how far its index is."""

    ready = fields.Boolean(metadata=about("Always true in this answer.", examples=[True]))
    encoder = fields.String(metadata=about("The configured encoder.", "bundled:"))
    generation = fields.Integer(metadata=about("Live generation of the index.", 1))
    position = fields.Integer(metadata=about("Last position of the change log.", 431))
    waiting = fields.Integer(metadata=about("Profiles changed since they were indexed.", 0))
    oldest_waiting = fields.AwareDateTime(
        allow_none=True, metadata=about("Since when the longest one waits.")
    )
