"""Assignment rounds and their answers on the wire."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, about, choice
from api.schemas.cohort import name_field, reason_field
from api.schemas.desk import CursorPageSchema
from matchmaker.matching.assignment.blocking import Gain
from matchmaker.matching.assignment.changes import LockCost, Turn
from matchmaker.matching.assignment.outcome import Method, Reason, Why
from matchmaker.matching.assignment.round import Flaw
from matchmaker.models import RoundState, RunFailure, RunState
from matchmaker.services.gathering import NoticeKind
from matchmaker.services.round_answers import MethodAnswer, RoundView


class RoundInputSchema(StrictSchema):
    """A new round."""

    seed = name_field("Of the lots, shown to everybody; drawn when left out.", "forår-2027", 64)


class LockInputSchema(StrictSchema):
    """A pair that is decided by hand."""

    student_id = fields.UUID(required=True, metadata=about("A student of the round."))
    position_id = fields.UUID(required=True, metadata=about("A position of the round."))
    reason = reason_field("Why; it stays beside the lock.", "Bor ved siden af", required=True)


class PublicationInputSchema(StrictSchema):
    """Which answer is published."""

    answer_id = fields.UUID(required=True, metadata=about("Id of an answer to the latest input."))


class LockCostQuerySchema(StrictSchema):
    """By which method."""

    method = fields.Enum(
        Method,
        by_value=fields.String,
        required=True,
        metadata=about("The method that answers again without each lock.", "stable"),
    )


class LockCostInputSchema(LockCostQuerySchema):
    """The method whose locks to weigh."""


class RoundSummarySchema(OutputSchema):
    """A round of a cohort."""

    id = fields.UUID(metadata=about("Its id."))
    cohort_id = fields.UUID(metadata=about("Whose students it places."))
    number = fields.Integer(metadata=about("Which of the cohort, from 1.", 1))
    seed = fields.String(metadata=about("Seed of the lots.", "0f5d3c9a11e2b4c7"))
    state = choice(RoundState, "Where it is on its way.", "open")
    published_answer_id = fields.UUID(
        allow_none=True, metadata=about("The answer that was published; null: none.")
    )
    published_at = fields.AwareDateTime(allow_none=True, metadata=about("When; null: it was not."))
    created_at = fields.AwareDateTime(metadata=about("When it was opened."))
    updated_at = fields.AwareDateTime(metadata=about("When it was last changed."))
    revision = fields.Integer(metadata=about("Rises with every change; also the ETag.", 1))


class RoundPageSchema(CursorPageSchema):
    """Some rounds of a cohort."""

    items = fields.List(fields.Nested(RoundSummarySchema), metadata=about("The first first."))


class RoundRunSchema(OutputSchema):
    """How far the methods are with a round, or how the latest run ended."""

    state = choice(RunState, "Where it is.", "running")
    failure = choice(
        RunFailure, "Why no answer was kept; null: it did not fail.", "overtaken", allow_none=True
    )
    lost = fields.Boolean(
        metadata=about("Nobody is at work on it any more: run the round again.", examples=[False])
    )
    method = choice(
        Method, "The method at work; null before the first.", "most_placed", allow_none=True
    )
    weighs = choice(
        Method,
        "The method that answers again without each lock; null: all methods are asked.",
        "stable",
        allow_none=True,
    )
    weighed = fields.Integer(
        allow_none=True, metadata=about("Then: how many of the locks are weighed.", 0)
    )
    to_weigh = fields.Integer(allow_none=True, metadata=about("Then: how many locks there are.", 1))
    aim = fields.String(metadata=about("What it works on; empty where it does not say.", "placed"))
    value = fields.Float(allow_none=True, metadata=about("The best so far; null: unknown.", 48.0))
    bound = fields.Float(
        allow_none=True, metadata=about("More than this is proven impossible; null: unknown.", 50.0)
    )
    seconds = fields.Float(metadata=about("How long it took, so far or in all.", 2.5))
    peak_memory_mb = fields.Integer(
        allow_none=True,
        metadata=about("Highest memory of the process in mebibytes; null while it runs.", 412),
    )
    started_at = fields.AwareDateTime(metadata=about("When it was asked for."))
    seen_at = fields.AwareDateTime(metadata=about("When somebody at work last said so."))
    ended_at = fields.AwareDateTime(allow_none=True, metadata=about("When; null: it runs."))


class NoticeSchema(OutputSchema):
    """What does not take part, and why."""

    kind = choice(NoticeKind, "Why.", "not-consented")
    student_id = fields.UUID(metadata=about("The student."))
    position_id = fields.UUID(allow_none=True, metadata=about("The position, where it is one."))


class ContradictionSchema(OutputSchema):
    """Why the round cannot be asked as it is."""

    flaw = choice(Flaw, "What contradicts.", "locks_above_position")
    about_id = fields.UUID(
        attribute="about", metadata=about("The student, position, host or supervisor.")
    )


class LockSchema(OutputSchema):
    """A pair that was decided by hand."""

    id = fields.UUID(metadata=about("Its id."))
    student_id = fields.UUID(metadata=about("The student."))
    position_id = fields.UUID(metadata=about("The position."))
    reason = fields.String(metadata=about("Why.", "Bor ved siden af"))
    at = fields.AwareDateTime(metadata=about("When it was decided."))


class MissedSchema(OutputSchema):
    """A wish that was not met."""

    position_id = fields.UUID(attribute="position", metadata=about("The position."))
    place = fields.Integer(metadata=about("Place of the wish, 1 for the first.", 1))
    why = choice(Why, "Why.", "preferred")


class PlacedSchema(OutputSchema):
    """A student with a place."""

    student_id = fields.UUID(attribute="student", metadata=about("The student."))
    position_id = fields.UUID(attribute="position", metadata=about("The position."))
    supervisor_id = fields.UUID(
        attribute="supervisor", allow_none=True, metadata=about("Who supervises; null: nobody.")
    )
    place = fields.Integer(
        allow_none=True, metadata=about("Place of the wish; null: it was none.", 1)
    )
    host_rank = fields.Integer(
        allow_none=True, metadata=about("What the host gave; null: it named them not.", 1)
    )
    fit = fields.Integer(metadata=about("Fit in ten-thousandths.", 4700))
    locked = fields.Boolean(metadata=about("Decided by hand.", examples=[False]))


class UnplacedSchema(OutputSchema):
    """A student without a place, and why."""

    student_id = fields.UUID(attribute="student", metadata=about("The student."))
    reason = choice(Reason, "Why.", "outcompeted")
    missed = fields.List(fields.Nested(MissedSchema), metadata=about("Wish by wish."))
    next_best = fields.List(
        fields.UUID(), metadata=about("Positions that are still free, the best fit first.")
    )


class BlockingPairSchema(OutputSchema):
    """A student and a position that would both rather have one another."""

    student_id = fields.UUID(attribute="student", metadata=about("The student."))
    position_id = fields.UUID(attribute="position", metadata=about("The position."))
    gain = choice(Gain, "Why the host would agree.", "room")
    instead_of = fields.UUID(
        allow_none=True, metadata=about("Whom the host would let go; null: nobody.")
    )


class MeasuresSchema(OutputSchema):
    """How well an answer serves everybody."""

    placed = fields.Integer(metadata=about("Students with a place.", 48))
    unplaced = fields.Integer(metadata=about("Students without.", 2))
    by_place = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata=about("Place of the wish -> how many have it.", {"1": 30, "2": 12}),
    )
    not_wished = fields.Integer(metadata=about("How many have a place they did not wish.", 0))
    mean_place = fields.Float(
        allow_none=True, metadata=about("Mean place of the wishes that were met.", 1.4)
    )
    worst_place = fields.Integer(
        allow_none=True, metadata=about("The last place that anybody had to take.", 5)
    )
    worst_served = fields.List(fields.UUID(), metadata=about("Who had to take it."))
    fit = fields.Integer(metadata=about("Sum of fit in ten-thousandths.", 210_400))
    blocking = fields.Integer(metadata=about("Pairs that would rather have one another.", 0))


class ReachedSchema(OutputSchema):
    """How much of an aim was reached, and what is proven."""

    aim = fields.String(metadata=about("Name of the aim.", "placed"))
    value = fields.Integer(metadata=about("What was reached.", 48))
    bound = fields.Integer(metadata=about("More than this is proven impossible.", 48))
    optimal = fields.Boolean(metadata=about("No better answer exists.", examples=[True]))
    gap = fields.Float(metadata=about("How far the bound lies above, as its share.", 0.0))


class MoveSchema(OutputSchema):
    """A student whose place is another one."""

    student_id = fields.UUID(attribute="student", metadata=about("The student."))
    before = fields.UUID(allow_none=True, metadata=about("Position before; null: no place."))
    after = fields.UUID(allow_none=True, metadata=about("Position after; null: no place."))
    turn = choice(Turn, "How the student fares by it.", "worse")


class RoundDifferenceSchema(OutputSchema):
    """What a change did to everybody."""

    before = fields.Nested(MeasuresSchema, metadata=about("Before it."))
    after = fields.Nested(MeasuresSchema, metadata=about("After it."))
    moves = fields.List(fields.Nested(MoveSchema), metadata=about("Who moved."))


class AnswerSchema(OutputSchema):
    """What one method answered."""

    id = fields.UUID(metadata=about("Its id; publish it by this."))
    method = choice(Method, "The method.", "stable")
    placed = fields.List(fields.Nested(PlacedSchema), metadata=about("Who has which place."))
    unplaced = fields.List(fields.Nested(UnplacedSchema), metadata=about("Who has none, and why."))
    blocking = fields.List(
        fields.Nested(BlockingPairSchema), metadata=about("Pairs that would rather be together.")
    )
    closed = fields.List(fields.UUID(), metadata=about("Team positions that do not begin."))
    measures = fields.Nested(MeasuresSchema, metadata=about("How well it serves everybody."))
    reached = fields.List(
        fields.Nested(ReachedSchema),
        metadata=about("Aim by aim what is proven; empty for the stable method."),
    )
    since = fields.Nested(
        RoundDifferenceSchema,
        allow_none=True,
        metadata=about("Held against its answer to the input before; null: there was none."),
    )


def _answer(method: Method, given: MethodAnswer) -> dict[str, Any]:
    told = ("placed", "unplaced", "blocking", "closed", "measures", "reached")
    of_result = {name: getattr(given.result, name) for name in told}
    return {"id": given.answer_id, "method": method, **of_result, "since": given.since}


class RoundSchema(RoundSummarySchema):
    """A round with the answers of the three methods side by side."""

    stamp = fields.String(
        allow_none=True,
        metadata=about("SHA-256 of what the methods were asked; null before the first run."),
    )
    current = fields.Boolean(
        metadata=about("Whether that is still what is stored.", examples=[True])
    )
    students = fields.List(fields.UUID(), metadata=about("Who would take part now."))
    positions = fields.List(fields.UUID(), metadata=about("What there would be now."))
    notices = fields.List(fields.Nested(NoticeSchema), metadata=about("What does not take part."))
    contradictions = fields.List(
        fields.Nested(ContradictionSchema), metadata=about("Why it cannot be run as it is.")
    )
    locks = fields.List(fields.Nested(LockSchema), metadata=about("Decided by hand."))
    answers = fields.List(
        fields.Nested(AnswerSchema), metadata=about("One for each method; none before a run.")
    )
    names = fields.Dict(
        keys=fields.UUID(),
        values=fields.String(),
        metadata=about("Names of students, hosts and supervisors, titles of positions, by id."),
    )

    @ma.pre_dump
    def as_sent(self, view: RoundView, **_kwargs: object) -> dict[str, Any]:
        """Put the answers beside the round."""
        summary = {name: getattr(view.round, name) for name in RoundSummarySchema().fields}
        rest = ("stamp", "current", "students", "positions", "notices", "locks", "names")
        return {
            **summary,
            **{name: getattr(view, name) for name in rest},
            "contradictions": view.problems,
            "answers": [_answer(method, given) for method, given in view.answers.items()],
        }


class LockCostSchema(OutputSchema):
    """What one lock costs."""

    student_id = fields.UUID(metadata=about("The locked student."))
    position_id = fields.UUID(metadata=about("The locked position."))
    without = fields.Nested(
        RoundDifferenceSchema, metadata=about("How all would fare if it were lifted.")
    )

    @ma.pre_dump
    def as_sent(self, cost: LockCost, **_kwargs: object) -> dict[str, Any]:
        """Name the pair."""
        return {
            "student_id": cost.lock.student,
            "position_id": cost.lock.position,
            "without": cost.without,
        }


class LockCostListSchema(OutputSchema):
    """What each lock of the latest input costs."""

    weighed = fields.Boolean(
        metadata=about("Whether they are weighed; false: ask for it first.", examples=[True])
    )
    items = fields.List(fields.Nested(LockCostSchema), metadata=about("Lock by lock."))


class ReplayedSchema(OutputSchema):
    """Whether a kept answer comes back."""

    method = choice(Method, "The method.", "stable")
    same = fields.Boolean(metadata=about("Asked again, it answers the same.", examples=[True]))


class ReplaySchema(OutputSchema):
    """The latest input asked again."""

    items = fields.List(
        fields.Nested(ReplayedSchema),
        validate=validate.Length(max=len(Method)),
        metadata=about("Method by method."),
    )
