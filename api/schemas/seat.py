"""A cohort as one of its students has it, on the wire."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import OutputSchema, StrictSchema, about, choice
from api.schemas.position import PositionSchema
from api.schemas.round import MissedSchema
from matchmaker.matching.assignment.outcome import Method, Placed, Reason
from matchmaker.models import Cohort, CohortStudent
from matchmaker.services.round_answers import StudentOutcome
from matchmaker.services.wishes import ShownPosition, StudentView


class ConsentInputSchema(StrictSchema):
    """Whether a student wants to be placed with their data."""

    given = fields.Boolean(
        required=True,
        truthy={True},
        falsy={False},
        metadata=about("True to agree, false to agree no longer.", examples=[True]),
    )


class SeatSummarySchema(OutputSchema):
    """A cohort that one is in."""

    id = fields.UUID(metadata=about("Id of the cohort."))
    name = fields.String(metadata=about("What it is called.", "Forår 2027"))
    starts_on = fields.Date(metadata=about("First day of the period.", "2027-02-01"))
    ends_on = fields.Date(metadata=about("Last day of the period.", "2027-06-30"))
    student_id = fields.UUID(metadata=about("One's profile in it."))
    consented_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When one agreed to be placed; null: one has not.")
    )

    @ma.pre_dump
    def as_sent(self, seat: Any, **_kwargs: object) -> dict[str, Any]:
        """Put cohort and student into one."""
        return seat_of(*seat)


def seat_of(cohort: Cohort, student: CohortStudent) -> dict[str, Any]:
    """Return what a student has of a cohort."""
    return {
        "id": cohort.id,
        "name": cohort.name,
        "starts_on": cohort.starts_on,
        "ends_on": cohort.ends_on,
        "student_id": student.student_id,
        "consented_at": student.consented_at,
    }


class SeatListSchema(OutputSchema):
    """The cohorts that one is in."""

    items = fields.List(fields.Nested(SeatSummarySchema), metadata=about("The latest first."))


class ShownPositionSchema(OutputSchema):
    """A position as a student sees it."""

    position = fields.Nested(PositionSchema, metadata=about("The position."))
    host = fields.String(metadata=about("Name of the organisation that offers it."))
    score = fields.Float(
        allow_none=True,
        metadata=about("Fit to the challenge behind it, 0 to 1; null without one.", 0.47),
    )
    rank = fields.Integer(allow_none=True, metadata=about("One's wish; null: none.", 1))
    marked = fields.Boolean(
        metadata=about("Whether one marked it as interesting.", examples=[False])
    )


class StudentOutcomeSchema(OutputSchema):
    """What the last published round says of one student: their place, or why there is none."""

    round_id = fields.UUID(metadata=about("The round."))
    number = fields.Integer(metadata=about("Which of the cohort, from 1.", 1))
    method = choice(Method, "The method whose answer was published.", "stable")
    seed = fields.String(metadata=about("Seed of the lots.", "0f5d3c9a11e2b4c7"))
    position_id = fields.UUID(allow_none=True, metadata=about("The place; null: none."))
    place = fields.Integer(
        allow_none=True, metadata=about("Place of the wish; null: no wish, or no place.", 1)
    )
    reason = choice(Reason, "Why there is no place; null with one.", "outcompeted", allow_none=True)
    missed = fields.List(
        fields.Nested(MissedSchema), metadata=about("Wish by wish, why one does not have it.")
    )
    next_best = fields.List(
        fields.UUID(), metadata=about("Positions that are still free, the best fit first.")
    )
    names = fields.Dict(
        keys=fields.UUID(),
        values=fields.String(),
        metadata=about("Titles of the positions named here, by id."),
    )


def outcome_of(outcome: StudentOutcome) -> dict[str, Any]:
    """Return an outcome as its schema reads it: no more titles than it names."""
    answer = outcome.answer
    told: dict[str, Any] = {
        "round_id": outcome.round.id,
        "number": outcome.round.number,
        "method": outcome.method,
        "seed": outcome.round.seed,
        "position_id": None,
        "place": None,
        "reason": None,
        "missed": (),
        "next_best": (),
    }
    if isinstance(answer, Placed):
        told |= {"position_id": answer.position, "place": answer.place}
        named = {answer.position}
    else:
        told |= {name: getattr(answer, name) for name in ("reason", "missed", "next_best")}
        named = {one.position for one in answer.missed} | set(answer.next_best)
    titles = {one: title for one, title in outcome.names.items() if one in named}
    return {**told, "names": titles}


class SeatSchema(SeatSummarySchema):
    """What a student sees of their cohort."""

    student = fields.String(metadata=about("One's name in it."))
    positions = fields.List(
        fields.Nested(ShownPositionSchema), metadata=about("The best fit first.")
    )
    lapsed = fields.List(
        fields.String(),
        metadata=about("Titles of wishes that count no more: closed, or not shown any more."),
    )
    outcome = fields.Nested(
        StudentOutcomeSchema,
        allow_none=True,
        metadata=about("What the last published round says; null: nothing."),
    )

    @ma.pre_dump
    def as_sent(self, seat: Any, **_kwargs: object) -> dict[str, Any]:
        """Put together what a student sees."""
        view: StudentView = seat["view"]
        outcome: StudentOutcome | None = seat["outcome"]
        shown: list[ShownPosition] = list(view.positions)
        return {
            **seat_of(view.cohort, view.student),
            "student": view.name,
            "positions": shown,
            "lapsed": view.lapsed,
            "outcome": None if outcome is None else outcome_of(outcome),
        }
