"""Collaborations and the lines of their ledger on the wire."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, WholeNumber, about, choice, one_line
from api.schemas.desk import CursorPageSchema, CursorQuerySchema
from api.schemas.programme import day_field
from matchmaker.models import (
    CollaborationAction,
    CollaborationKind,
    CollaborationState,
    Currency,
    OutcomeKind,
)
from matchmaker.models.outcome import MOST_MINOR
from matchmaker.services.collaborations import TITLE_LENGTH
from matchmaker.services.outcomes import TEXT_LENGTH


def _title_field(**options: Any) -> fields.String:
    return fields.String(
        validate=[
            validate.Length(
                min=1, max=TITLE_LENGTH, error=_("Please write {min} to {max} characters.")
            ),
            one_line(),
        ],
        metadata=about("What they do, in a few words.", "Robotsvejsning af små serier"),
        **options,
    )


def _programme_field() -> fields.UUID:
    return fields.UUID(
        allow_none=True, metadata=about("The programme that counts it; null for none.")
    )


class CollaborationPatchSchema(StrictSchema):
    """Changes to a collaboration."""

    kind = choice(CollaborationKind, "What they do.", "demonstration-project")
    title = _title_field()
    programme_id = _programme_field()
    starts_on = day_field("First day.", "2026-09-01")
    ends_on = day_field("Last day; null when nobody knows.", "2026-12-01", allow_none=True)


class CollaborationInputSchema(CollaborationPatchSchema):
    """What two do together who were introduced."""

    introduction_id = fields.UUID(
        required=True, metadata=about("What it began with; both sides said yes to it.")
    )
    kind = choice(CollaborationKind, "What they do.", "demonstration-project", required=True)
    title = _title_field(required=True)
    starts_on = day_field("First day.", "2026-09-01", required=True)


class CollaborationActionSchema(StrictSchema):
    """What happens to it."""

    action = fields.Enum(
        CollaborationAction,
        by_value=fields.String,
        required=True,
        validate=validate.OneOf(
            [
                CollaborationAction.START,
                CollaborationAction.COMPLETE,
                CollaborationAction.BREAK_OFF,
            ],
            error=_("Use start, complete or break-off."),
        ),
        metadata=about("One of start, complete, break-off.", "start"),
    )


class CollaborationQuerySchema(CursorQuerySchema):
    """Which collaborations."""

    programme_id = fields.UUID(metadata=about("Only of this programme."))
    introduction_id = fields.UUID(metadata=about("Only what this introduction began."))
    state = choice(CollaborationState, "Only in this state.", "running")


class CollaborationSchema(OutputSchema):
    """What a firm and a partner do together."""

    id = fields.UUID(metadata=about("Its id."))
    introduction_id = fields.UUID(
        allow_none=True,
        metadata=about("The introduction that it began with; null for a placement without one."),
    )
    challenge_id = fields.UUID(allow_none=True, metadata=about("The challenge, if any."))
    placement_id = fields.UUID(
        allow_none=True, metadata=about("The placement that its ledger counts, if any.")
    )
    partner_id = fields.UUID(
        allow_none=True, metadata=about("Profile of the partner; null when it is erased.")
    )
    programme_id = fields.UUID(allow_none=True, metadata=about("The programme that counts it."))
    kind = choice(CollaborationKind, "What they do.", "demonstration-project")
    title = fields.String(metadata=about("In a few words.", "Robotsvejsning af små serier"))
    municipality = fields.String(
        allow_none=True, metadata=about("Where it counts (LAU 1); null: unknown.", "851")
    )
    starts_on = fields.Date(metadata=about("First day.", "2026-09-01"))
    ends_on = fields.Date(allow_none=True, metadata=about("Last day, if known.", "2026-12-01"))
    state = choice(CollaborationState, "Where it is on its way.", "running")
    actions = fields.Function(
        lambda one: [action.value for action in one.actions()],
        metadata=about(
            "What its state allows.", ["revise", "complete"], type="array", items={"type": "string"}
        ),
    )
    created_at = fields.AwareDateTime(metadata=about("When it was written down."))
    revision = fields.Integer(metadata=about("Rises with every change; also the ETag.", 1))


class CollaborationPageSchema(CursorPageSchema):
    """Some collaborations."""

    items = fields.List(fields.Nested(CollaborationSchema), metadata=about("The newest first."))


class OutcomeInputSchema(StrictSchema):
    """A line of the ledger."""

    kind = choice(OutcomeKind, "What came of it.", "job", required=True)
    on_day = day_field("When it happened.", "2026-10-01", required=True)
    quantity = WholeNumber(
        required=True,
        validate=validate.Range(min=1, max=MOST_MINOR),
        metadata=about("How many; of money whole øre or euro cents; of satisfaction 1 to 5.", 2),
    )
    currency = choice(Currency, "Of money, and of nothing else.", "EUR", allow_none=True)
    evidence = fields.String(
        validate=validate.Length(max=TEXT_LENGTH, error=_("Please use at most {max} characters.")),
        metadata=about("What shows it.", "Ansættelseskontrakt set den 3. oktober"),
    )
    follows_id = fields.UUID(
        allow_none=True,
        metadata=about("Of a patent that is granted: the line where it is pending."),
    )


class ReversalInputSchema(StrictSchema):
    """Why a line is taken off."""

    reason = fields.String(
        required=True,
        validate=validate.Length(
            min=1, max=TEXT_LENGTH, error=_("Please write {min} to {max} characters.")
        ),
        metadata=about("In one sentence.", "Talt to gange"),
    )


class LedgerLineSchema(OutputSchema):
    """A line of the ledger, as it was written, and what became of it."""

    id = fields.UUID(attribute="outcome.id", metadata=about("Its id."))
    number = fields.Integer(
        attribute="outcome.number", metadata=about("Order in which lines were written.", 17)
    )
    collaboration_id = fields.UUID(
        attribute="outcome.collaboration_id", metadata=about("What it came of.")
    )
    introduction_id = fields.UUID(
        attribute="outcome.introduction_id",
        allow_none=True,
        metadata=about("What it all began with; null for a placement without an introduction."),
    )
    kind = choice(OutcomeKind, "What it is.", "job", attribute="outcome.kind")
    on_day = fields.Date(
        attribute="outcome.on_day", metadata=about("When it happened.", "2026-10-01")
    )
    quantity = fields.Integer(
        attribute="outcome.quantity",
        metadata=about("How many, or hundredths; below zero when it takes a line off.", 2),
    )
    currency = choice(
        Currency, "Of money; null otherwise.", "EUR", attribute="outcome.currency", allow_none=True
    )
    evidence = fields.String(attribute="words.evidence", metadata=about("What shows it."))
    reverses_id = fields.UUID(
        attribute="outcome.reverses_id",
        allow_none=True,
        metadata=about("The line that this one takes off."),
    )
    reason = fields.String(attribute="words.reason", metadata=about("Why it takes it off."))
    words_erased = fields.Boolean(
        attribute="words.erased",
        metadata=about("Whether evidence or reason were erased; the line and its figures stay."),
    )
    follows_id = fields.UUID(
        attribute="outcome.follows_id",
        allow_none=True,
        metadata=about("The earlier line that this one goes on from."),
    )
    recorded_by_id = fields.UUID(
        attribute="outcome.recorded_by_id",
        allow_none=True,
        metadata=about("Account that wrote it; null: the shell."),
    )
    recorded_at = fields.AwareDateTime(
        attribute="outcome.recorded_at", metadata=about("When it was written.")
    )
    confirmed_by_id = fields.UUID(
        attribute="confirmation.confirmed_by_id",
        dump_default=None,
        allow_none=True,
        metadata=about("Account that confirmed it; null when nobody has, or the shell."),
    )
    confirmed_at = fields.AwareDateTime(
        attribute="confirmation.confirmed_at",
        dump_default=None,
        allow_none=True,
        metadata=about("Since when it counts; null while it waits."),
    )
    reversed_by = fields.UUID(
        allow_none=True, metadata=about("The line that takes this one off; null: it stands.")
    )


class LedgerSchema(OutputSchema):
    """All lines of a collaboration."""

    items = fields.List(fields.Nested(LedgerLineSchema), metadata=about("As they were written."))


class WaitingLinesSchema(CursorPageSchema):
    """Lines that nobody has confirmed."""

    items = fields.List(fields.Nested(LedgerLineSchema), metadata=about("The oldest first."))
