"""Positions, what hosts and students rank, and what a student sees, on the wire."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import (
    OutputSchema,
    StrictSchema,
    WholeNumber,
    about,
    choice,
    one_line,
)
from api.schemas.desk import CursorPageSchema
from api.schemas.programme import day_field
from matchmaker.models import Fit, PositionAction, PositionState, WorkPlace
from matchmaker.services.cohorts import MOST_NAME
from matchmaker.services.student_fit import Explained
from matchmaker.services.wishes import LAST_RANK, MOST_TEXT, Applicant

#: Most students or positions that one ranks at once.
MOST_RANKS = 5_000


def _text_field(description: str, example: str, least: int = 0, **options: Any) -> fields.String:
    return fields.String(
        validate=[
            validate.Length(
                min=least, max=MOST_TEXT, error=_("Please write {min} to {max} characters.")
            ),
            _without_nothing,
        ],
        metadata=about(description, example),
        **options,
    )


def _without_nothing(text: str) -> None:
    """Refuse the one character that no database keeps in a text."""
    if "\0" in text:
        raise ma.ValidationError(str(_("Take out the control characters.")))


def _places_field(least: int) -> WholeNumber:
    return WholeNumber(
        required=True,
        validate=validate.Range(min=least, max=LAST_RANK),
        metadata=about("How many students at most.", 2),
    )


class PositionInputSchema(StrictSchema):
    """A position at a host."""

    host_id = fields.UUID(
        required=True, metadata=about("The organisation: one's own; for staff any.")
    )
    title = fields.String(
        required=True,
        validate=[
            validate.Length(
                min=1, max=MOST_NAME, error=_("Please write {min} to {max} characters.")
            ),
            one_line(),
        ],
        metadata=about("What it is called.", "Robotsvejsning af små serier"),
    )
    tasks = _text_field(
        "What the student would do.", "Opbyg og afprøv en svejsecelle.", 1, required=True
    )
    learning = _text_field("What they would learn.", "Programmering af robotter", load_default="")
    requirements = _text_field("What they have to bring.", "Svejsekursus", load_default="")
    starts_on = day_field("First day.", "2027-02-01", required=True)
    ends_on = day_field("Last day.", "2027-06-30", required=True)
    places = _places_field(1)
    team_minimum = WholeNumber(
        load_default=0,
        validate=validate.Range(min=0, max=LAST_RANK),
        metadata=about("So many begin together or none; 0 for no team.", 0),
    )
    work_place = choice(
        WorkPlace, "Where the work is done.", "on-site", load_default=WorkPlace.ON_SITE
    )
    challenge_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata=about("The challenge that it comes of; by it students are ordered by fit."),
    )


class PlacesInputSchema(StrictSchema):
    """How many students a position takes."""

    places = _places_field(0)


class PositionActionSchema(StrictSchema):
    """What happens to a position."""

    action = choice(PositionAction, "Close it, or offer it again.", "close", required=True)


class PositionSchema(OutputSchema):
    """Places for students at one host."""

    id = fields.UUID(metadata=about("Its id."))
    host_id = fields.UUID(metadata=about("The organisation that takes the students."))
    challenge_id = fields.UUID(
        allow_none=True, metadata=about("The challenge that it came of, if any.")
    )
    title = fields.String(metadata=about("What it is called.", "Robotsvejsning af små serier"))
    tasks = fields.String(metadata=about("What the student would do."))
    learning = fields.String(metadata=about("What they would learn; may be empty."))
    requirements = fields.String(metadata=about("What they have to bring; may be empty."))
    starts_on = fields.Date(metadata=about("First day.", "2027-02-01"))
    ends_on = fields.Date(metadata=about("Last day.", "2027-06-30"))
    places = fields.Integer(metadata=about("How many students at most.", 2))
    team_minimum = fields.Integer(metadata=about("So many begin together; 0: no team.", 0))
    work_place = choice(WorkPlace, "Where the work is done.", "on-site")
    state = choice(PositionState, "Where it is on its way.", "offered")
    created_at = fields.AwareDateTime(metadata=about("When it was offered."))
    updated_at = fields.AwareDateTime(metadata=about("When it was last changed."))
    revision = fields.Integer(metadata=about("Rises with every change; also the ETag.", 1))


class PositionPageSchema(CursorPageSchema):
    """Some positions."""

    items = fields.List(fields.Nested(PositionSchema), metadata=about("By title."))


def rank_field() -> WholeNumber:
    """Return the field for a rank."""
    return WholeNumber(
        required=True,
        validate=validate.Range(min=1, max=LAST_RANK),
        metadata=about("1 for the best; equal ranks are a tie, gaps mean nothing.", 1),
    )


class RankedSchema(StrictSchema):
    """A list of ranks, read as id -> rank."""

    #: Name of the field with the id.
    key = ""

    @ma.validates_schema
    def each_once(self, values: dict[str, Any], **_kwargs: object) -> None:
        """Refuse what is ranked twice."""
        named = [one[self.key] for one in values.get("ranks", ())]
        if len(named) != len(set(named)):
            raise ma.ValidationError(str(_("Rank each one only once.")), "ranks")

    @ma.post_load
    def by_id(self, values: dict[str, Any], **_kwargs: object) -> dict[str, Any]:
        """Return what the services take."""
        return {"ranks": {one[self.key]: one["rank"] for one in values["ranks"]}}


class RankedStudentSchema(StrictSchema):
    """How a host ranks a student."""

    student_id = fields.UUID(required=True, metadata=about("A student who was proposed."))
    rank = rank_field()


class HostRanksInputSchema(RankedSchema):
    """Whom a host would rather have; whom it does not name comes after all others."""

    key = "student_id"
    ranks = fields.List(
        fields.Nested(RankedStudentSchema),
        required=True,
        validate=validate.Length(max=MOST_RANKS),
        metadata=about("All ranks of the position; they replace the present ones."),
    )


class RankedPositionSchema(StrictSchema):
    """A wish of a student."""

    position_id = fields.UUID(required=True, metadata=about("A position that one is shown."))
    rank = rank_field()


class WishesInputSchema(RankedSchema):
    """What a student wants."""

    key = "position_id"
    ranks = fields.List(
        fields.Nested(RankedPositionSchema),
        required=True,
        validate=validate.Length(max=MOST_RANKS),
        metadata=about("All wishes; they replace the present ones."),
    )


class FitPassageSchema(OutputSchema):
    """A passage of a profile that speaks for a position."""

    passage = fields.String(metadata=about("Words of the profile."))
    answers = fields.String(metadata=about("The sentence of the challenge that it answers."))


def reason_of(explained: Explained | None) -> dict[str, Any]:
    """Return how well a student fits, what speaks for it and what is open; nothing for None."""
    if explained is None:
        return {"fit": None, "score": None, "evidence": [], "uncovered": []}
    sentences = explained.sentences
    return {
        "fit": explained.fit,
        "score": explained.score,
        "evidence": [
            {"passage": one.text, "answers": sentences[one.answers]}
            for one in explained.reason.evidence
        ],
        "uncovered": [sentences[at] for at in explained.reason.uncovered],
    }


class ApplicantSchema(OutputSchema):
    """A student whom the host may see, and why they fit."""

    student_id = fields.UUID(metadata=about("Their profile."))
    cohort_id = fields.UUID(metadata=about("The cohort that they are in."))
    name = fields.String(metadata=about("Their name."))
    programme = fields.String(
        allow_none=True, metadata=about("What they study; null: kept from firms.", "Maskinteknik")
    )
    institution = fields.String(
        allow_none=True, metadata=about("Where; null: kept from firms.", "Nordvest Universitet")
    )
    learning_goals = fields.String(
        allow_none=True,
        metadata=about("What they want to learn; may be empty; null: kept from firms."),
    )
    working_languages = fields.List(
        fields.String(),
        metadata=about("Languages they work in; empty when kept from firms.", ["da"]),
    )
    fit = choice(
        Fit, "How well, in words; null when it came of no challenge.", "good", allow_none=True
    )
    score = fields.Float(
        allow_none=True,
        metadata=about("Fit to the challenge behind the position, 0 to 1; null without.", 0.47),
    )
    evidence = fields.List(
        fields.Nested(FitPassageSchema), metadata=about("What in their profile speaks for them.")
    )
    uncovered = fields.List(
        fields.String(), metadata=about("Sentences that their profile says nothing about.")
    )
    rank = fields.Integer(allow_none=True, metadata=about("What the host gave; null: none.", 1))

    @ma.pre_dump
    def as_sent(self, applicant: Applicant, **_kwargs: object) -> dict[str, Any]:
        """Put what the student tells beside the reason."""
        told = ("name", "programme", "institution", "learning_goals")
        return {
            "student_id": applicant.student.id,
            "cohort_id": applicant.cohort_id,
            **{name: applicant.tells(name) for name in told},
            "working_languages": applicant.tells("working_languages") or [],
            **reason_of(applicant.explained),
            "rank": applicant.rank,
        }


class ApplicantListSchema(OutputSchema):
    """All students whom the host may see."""

    items = fields.List(fields.Nested(ApplicantSchema), metadata=about("The best fit first."))


class WhySchema(OutputSchema):
    """Why a position stands where it does for a student."""

    position_id = fields.UUID(metadata=about("The position."))
    title = fields.String(metadata=about("What it is called."))
    host = fields.String(metadata=about("Name of the organisation that offers it."))
    fit = choice(
        Fit, "How well, in words; null when it came of no challenge.", "good", allow_none=True
    )
    score = fields.Float(
        allow_none=True, metadata=about("What orders the positions, 0 to 1; null without.", 0.47)
    )
    evidence = fields.List(
        fields.Nested(FitPassageSchema), metadata=about("What in the profile speaks for it.")
    )
    uncovered = fields.List(
        fields.String(), metadata=about("Sentences that the profile says nothing about.")
    )
    basis = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(allow_none=True),
        metadata=about(
            "Method and inputs: policy, language model, state of the index, place in the list.",
            {"method": "fit", "policy": "default", "rank": 2, "of": 14},
        ),
    )
