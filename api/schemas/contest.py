"""Contests on the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import OutputSchema, PageSchema, StrictSchema, about, choice
from matchmaker.models import ContestAbout, ContestVerdict
from matchmaker.models.contest import CONTEST_LENGTH

_TEXT = [validate.Length(min=1, max=CONTEST_LENGTH)]


class ContestInputSchema(StrictSchema):
    """What is contested of one's own ranking."""

    text = fields.String(
        required=True,
        validate=_TEXT,
        metadata=about("What is wrong, and what should be looked at.", "Jeg har svejset i to år"),
    )


class SeatContestInputSchema(ContestInputSchema):
    """What a student contests."""

    position_id = fields.UUID(
        load_default=None,
        metadata=about("The position whose place or reason is contested; left out: the result."),
    )


class ContestAnswerSchema(StrictSchema):
    """What came of a contest."""

    verdict = choice(ContestVerdict, "What comes of it.", "kept", required=True)
    answer = fields.String(
        required=True,
        validate=_TEXT,
        metadata=about("Why; who contested it reads this.", "Vi har set på det igen"),
    )


class ContestSchema(OutputSchema):
    """A contest, and the answer to it."""

    id = fields.UUID(attribute="contest.id", metadata=about("Its id."))
    about_what = choice(
        ContestAbout, "What is contested.", "result", attribute="contest.about", data_key="about"
    )
    profile_id = fields.UUID(attribute="contest.profile_id", metadata=about("Who was ranked."))
    name = fields.String(metadata=about("Their name."))
    cohort_id = fields.UUID(
        attribute="contest.cohort_id",
        allow_none=True,
        metadata=about("The cohort whose university answers; null: staff do."),
    )
    position_id = fields.UUID(
        attribute="contest.position_id", allow_none=True, metadata=about("The position, if any.")
    )
    text = fields.String(attribute="contest.text", metadata=about("What was asked."))
    basis = fields.Dict(
        attribute="contest.basis",
        keys=fields.String(),
        values=fields.Raw(allow_none=True),
        metadata=about("Inputs and method of the ranking, as they were then.", {"method": "fit"}),
    )
    made_at = fields.AwareDateTime(attribute="contest.made_at", metadata=about("When."))
    answer_by = fields.AwareDateTime(
        attribute="contest.answer_by", metadata=about("When it should be answered.")
    )
    overdue = fields.Boolean(metadata=about("Whether it waits longer than it should."))
    days = fields.Integer(metadata=about("Whole days until it was answered, or until now.", 3))
    verdict = choice(
        ContestVerdict,
        "What came of it; null: nobody has answered.",
        "kept",
        attribute="contest.verdict",
        allow_none=True,
    )
    answer = fields.String(attribute="contest.answer", metadata=about("The answer; else empty."))
    answered_at = fields.AwareDateTime(
        attribute="contest.answered_at",
        allow_none=True,
        metadata=about("When it was answered; null: not yet."),
    )


class ContestPageSchema(PageSchema):
    """Some contests."""

    items = fields.List(fields.Nested(ContestSchema), metadata=about("The latest first."))
