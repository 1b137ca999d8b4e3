"""Introductions on the wire."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, WholeNumber, about, choice, one_line
from api.schemas.desk import CursorPageSchema, CursorQuerySchema
from matchmaker.matching.drafts import LANGUAGES
from matchmaker.models import (
    Answer,
    Conclusion,
    DeclineReason,
    IntroductionAction,
    IntroductionState,
    Party,
)
from matchmaker.models.challenge_view import ChallengeView
from matchmaker.services.introduction_checks import (
    MEETING_MINUTES,
    NOTE_LENGTH,
    PLACE_LENGTH,
    TEXT_LENGTH,
)
from matchmaker.services.introduction_views import IntroductionView


def _email(whose: str) -> fields.Email:
    return fields.Email(
        allow_none=True,
        validate=validate.Length(max=254),
        metadata=about(f"Where {whose} is reached, when nobody signs in for them."),
    )


class IntroductionInputSchema(StrictSchema):
    """Whom to bring together."""

    challenge_id = fields.UUID(required=True, metadata=about("Id of the challenge."))
    profile_id = fields.UUID(required=True, metadata=about("Id of the partner's profile."))
    language = fields.String(
        validate=validate.OneOf(LANGUAGES),
        metadata=about("Of the draft; left out: Danish when both read it, else English.", "da"),
    )
    firm_email = _email("the firm")
    partner_email = _email("the partner")


class IntroductionPatchSchema(StrictSchema):
    """Changes of a draft."""

    firm_text = fields.String(
        validate=validate.Length(max=TEXT_LENGTH), metadata=about("What the firm is told.")
    )
    partner_text = fields.String(
        validate=validate.Length(max=TEXT_LENGTH), metadata=about("What the partner is told.")
    )
    firm_email = _email("the firm")
    partner_email = _email("the partner")


class LinkAnswerSchema(StrictSchema):
    """A yes or a no of whom a link was mailed to."""

    answer = choice(Answer, "Yes or no.", "accepted", required=True)
    reason = choice(DeclineReason, "Why not; needed for a no.", "no-time")
    note = fields.String(
        load_default="",
        validate=[validate.Length(max=NOTE_LENGTH), one_line()],
        metadata=about("A line of your own, for staff."),
    )

    @ma.validates_schema
    def _reason_for_a_no(self, data: dict[str, Any], **_kwargs: object) -> None:
        if data.get("answer") is Answer.DECLINED and data.get("reason") is None:
            raise ma.ValidationError(_("Say why, with one of the reasons."), "reason")


class AnswerInputSchema(LinkAnswerSchema):
    """A yes or a no."""

    party = choice(Party, "For whom; needed by who speaks for both.", "partner")


class MeetingInputSchema(StrictSchema):
    """A proposed meeting."""

    starts_at = fields.AwareDateTime(
        required=True, metadata=about("When it begins, with offset.", "2026-12-09T13:00:00+01:00")
    )
    minutes = WholeNumber(
        load_default=60,
        validate=validate.Range(*MEETING_MINUTES),
        metadata=about("How long it takes.", 60),
    )
    place = fields.String(
        load_default="",
        validate=[validate.Length(max=PLACE_LENGTH), one_line()],
        metadata=about("Address, or link to a video meeting."),
    )


class MeetingFormSchema(StrictSchema):
    """A proposed meeting as a form sends it: a time without offset, and texts."""

    starts_at = fields.NaiveDateTime(required=True, format="%Y-%m-%dT%H:%M")
    minutes = fields.Integer(load_default=60, validate=validate.Range(*MEETING_MINUTES))
    place = fields.String(load_default="", validate=[validate.Length(max=PLACE_LENGTH), one_line()])


class ConclusionInputSchema(StrictSchema):
    """What came of an introduction."""

    conclusion = choice(Conclusion, "In one word.", "collaboration", required=True)


class IntroductionQuerySchema(CursorQuerySchema):
    """Which introductions to list."""

    state = fields.List(
        fields.Enum(IntroductionState, by_value=fields.String),
        metadata=about("Only those in these states; may be given more than once."),
    )


class ContactSchema(OutputSchema):
    """How a party is reached."""

    party = choice(Party, "Which of the two.", "firm")
    name = fields.String(metadata=about("Who it is.", "Ida Berg"))
    email = fields.String(metadata=about("Address.", "ida@example.dk"))


class IntroducedChallengeSchema(OutputSchema):
    """The challenge as the one who asks may see it."""

    id = fields.UUID(allow_none=True, metadata=about("Its id, for the firm and staff."))
    title = fields.String(metadata=about("Title.", "Revner i svejste rammer"))
    excerpt = fields.String(metadata=about("How it begins; empty of a confidential one."))
    language = fields.String(metadata=about("ISO 639-1.", "da"))
    region = fields.String(allow_none=True, metadata=about("ISO 3166-2 code.", "DK-81"))
    industry_code = fields.String(allow_none=True, metadata=about("NACE / DB07.", "25.62"))

    @ma.pre_dump
    def known(self, view: ChallengeView, **_kwargs: object) -> dict[str, Any]:
        """Leave the id out for the partner, who cannot read the challenge by it."""
        shown = {name: getattr(view, name) for name in self.fields}
        return shown if view.requester and view.place else {**shown, "id": None}


class IntroductionSchema(OutputSchema):
    """An introduction as the one who asks may see it."""

    id = fields.UUID(metadata=about("Id."))
    revision = fields.Integer(metadata=about("Also the ETag.", 1))
    state = choice(IntroductionState, "Where it is.", "offered")
    parties = fields.List(
        fields.Enum(Party, by_value=fields.String),
        metadata=about("The parties that you speak for.", ["partner"]),
    )
    actions = fields.List(
        fields.Enum(IntroductionAction, by_value=fields.String),
        metadata=about("What you may do now.", ["accept", "decline"]),
    )
    challenge = fields.Nested(IntroducedChallengeSchema, metadata=about("What it is about."))
    profile_id = fields.UUID(metadata=about("The partner's profile."))
    partner = fields.String(metadata=about("Its name.", "Ida Berg"))
    match_id = fields.UUID(allow_none=True, metadata=about("The match it was written from."))
    language = fields.String(metadata=about("Of the words.", "da"))
    firm_text = fields.String(
        allow_none=True, metadata=about("What the firm is told; null for the partner.")
    )
    partner_text = fields.String(
        allow_none=True, metadata=about("What the partner is told; null for the firm.")
    )
    waits_for = fields.List(
        fields.Enum(Party, by_value=fields.String),
        metadata=about("Whose answer is awaited.", ["firm"]),
    )
    offered_at = fields.AwareDateTime(allow_none=True, metadata=about("When both were asked."))
    answer_by = fields.AwareDateTime(allow_none=True, metadata=about("Until when."))
    firm_answer = choice(Answer, "What the firm said.", "accepted", allow_none=True)
    partner_answer = choice(Answer, "What the partner said.", "accepted", allow_none=True)
    declined_by = choice(Party, "Who said no; for staff.", "partner", allow_none=True)
    decline_reason = choice(DeclineReason, "Why; for staff.", "no-time", allow_none=True)
    decline_note = fields.String(allow_none=True, metadata=about("Their line; for staff."))
    contacts = fields.List(
        fields.Nested(ContactSchema),
        metadata=about("The other party, once both have said yes; for staff both."),
    )
    meeting_starts_at = fields.AwareDateTime(allow_none=True, metadata=about("Proposed."))
    meeting_minutes = fields.Integer(allow_none=True, metadata=about("How long.", 60))
    meeting_place = fields.String(metadata=about("Where."))
    met_at = fields.AwareDateTime(allow_none=True, metadata=about("When it was noted."))
    conclusion = choice(Conclusion, "What came of it.", "collaboration", allow_none=True)
    concluded_at = fields.AwareDateTime(allow_none=True, metadata=about("When."))
    created_at = fields.AwareDateTime(metadata=about("When it was drafted."))
    updated_at = fields.AwareDateTime(metadata=about("When it changed last."))

    @ma.pre_dump
    def as_seen(self, seen: IntroductionView, **_kwargs: object) -> dict[str, Any]:
        """Put side by side what the one who asks may know."""
        one, staff = seen.introduction, seen.is_staff
        own = {name: getattr(one, name, None) for name in self.fields}
        firm = staff or Party.FIRM in seen.parties
        partner = staff or Party.PARTNER in seen.parties
        return {
            **own,
            "partner": one.profile.name,
            "parties": seen.parties,
            "actions": seen.actions,
            "challenge": seen.challenge,
            "waits_for": one.waits_for,
            "firm_text": one.firm_text if firm else None,
            "partner_text": one.partner_text if partner else None,
            "match_id": one.match_id if firm else None,
            "declined_by": one.declined_by if staff else None,
            "decline_reason": one.decline_reason if staff else None,
            "decline_note": one.decline_note if staff else None,
            "contacts": [
                {"party": party, "name": who.name, "email": who.email}
                for party, who in seen.contacts.items()
            ],
        }


class IntroductionPageSchema(CursorPageSchema):
    """Some introductions."""

    items = fields.List(
        fields.Nested(IntroductionSchema), metadata=about("Those changed last first.")
    )
