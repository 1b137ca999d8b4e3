"""The audit log on the wire."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, PageQuerySchema, PageSchema, Pattern, about
from matchmaker.models import AuditAction
from matchmaker.services.audit import AuditFilter


def day_field(description: str) -> fields.Date:
    """Return the field for a day."""
    return fields.Date(
        error_messages={"invalid": _("Write the day as 2026-11-22.")},
        metadata=about(description, "2026-11-22"),
    )


class AuditQuerySchema(PageQuerySchema):
    """Which entries of the audit log."""

    account_id = fields.UUID(metadata=about("Only what this account did."))
    action = fields.Enum(
        AuditAction, by_value=fields.String, metadata=about("Only this deed.", "change-role")
    )
    subject_kind = fields.String(
        validate=[
            validate.Length(max=40, error=_("Please use at most {max} characters.")),
            Pattern("^[a-z-]*$", error=_("Use small letters and hyphens.")),
        ],
        metadata=about("Only what was done to things of this kind.", "account"),
    )
    subject_id = fields.UUID(metadata=about("Only what was done to this thing."))
    first_day = day_field("Only from this day on, in UTC.")
    last_day = day_field("Only until this day, the day with it, in UTC.")


class AuditEntrySchema(OutputSchema):
    """Who changed what, when, from what to what."""

    id = fields.Integer(attribute="entry.id", metadata=about("Rises with time.", 7))
    at = fields.AwareDateTime(attribute="entry.at", metadata=about("When."))
    account_id = fields.UUID(
        attribute="entry.account_id",
        allow_none=True,
        metadata=about("Who; null for the shell and for what nobody signed in did."),
    )
    action = fields.Enum(
        AuditAction,
        by_value=fields.String,
        attribute="entry.action",
        metadata=about("What.", "change-role"),
    )
    subject_kind = fields.String(attribute="entry.subject_kind", metadata=about("To what kind."))
    subject_id = fields.UUID(attribute="entry.subject_id", metadata=about("To what."))
    before = fields.Dict(
        attribute="entry.before", allow_none=True, metadata=about("Changed fields before.")
    )
    after = fields.Dict(
        attribute="entry.after", allow_none=True, metadata=about("Changed fields after.")
    )


class AuditPageSchema(PageSchema):
    """Some entries of the audit log."""

    items = fields.List(
        fields.Nested(AuditEntrySchema), metadata=about("The entries, newest first.")
    )


def filter_of(query: dict[str, Any]) -> AuditFilter:
    """Return the filter that a query asks for."""
    wanted = {
        name: query[name]
        for name in ("account_id", "action", "subject_kind", "subject_id")
        if query.get(name)
    }
    first, last = query.get("first_day"), query.get("last_day")
    return AuditFilter(
        since=_midnight(first) if first else None,
        until=_midnight(last + timedelta(days=1)) if last else None,
        **wanted,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
