"""Decisions about partners, what differs between two lists, and conflicts on the wire."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, about, choice, one_line
from matchmaker.matching.changes import Movement
from matchmaker.models import (
    DismissalReason,
    EligibilityRule,
    Fit,
    IntroductionState,
    MatchState,
)
from matchmaker.services.conflicts import SeenConflict
from matchmaker.services.shortlist import Changes, Listed
from matchmaker.services.steering import NOTE_LENGTH


def _note(description: str) -> fields.String:
    return fields.String(
        load_default="",
        validate=[validate.Length(max=NOTE_LENGTH), one_line()],
        metadata=about(description, "Knows the steel that they weld."),
    )


class DecisionInputSchema(StrictSchema):
    """What is decided about a partner for a challenge."""

    state = choice(
        MatchState,
        "`shortlisted`, or `dismissed` for good.",
        "shortlisted",
        required=True,
        validate=validate.OneOf([MatchState.SHORTLISTED, MatchState.DISMISSED]),
    )
    reason = choice(DismissalReason, "Why it is dismissed; needed then.", "too-far")
    note = _note("A line of your own; needed for a partner whom no list has.")

    @ma.validates_schema
    def _reason_when_dismissed(self, data: dict[str, Any], **_kwargs: object) -> None:
        if data.get("state") is MatchState.DISMISSED and data.get("reason") is None:
            raise ma.ValidationError(_("Say why, with one of the reasons."), "reason")


class DecisionSchema(OutputSchema):
    """What was decided about a partner, and what has come of it."""

    profile_id = fields.UUID(metadata=about("The partner."))
    name = fields.String(
        metadata=about("Its name; empty when you may not know of it.", "Institut for Materialer")
    )
    state = choice(MatchState, "What was decided.", "shortlisted")
    reason = choice(DismissalReason, "Why it was dismissed.", "too-far", allow_none=True)
    note = fields.String(metadata=about("A line of the decider's own."))
    by_hand = fields.Boolean(metadata=about("People thought of it, no list.", examples=[False]))
    decided_at = fields.AwareDateTime(metadata=about("When."))
    rank = fields.Integer(
        allow_none=True, metadata=about("Its place in the newest list; null without one.", 3)
    )
    introduction_id = fields.UUID(
        allow_none=True, metadata=about("The newest introduction of the two.")
    )
    introduction_state = choice(IntroductionState, "Where that is.", "offered", allow_none=True)
    spared = choice(
        EligibilityRule,
        "The rule of protection by which it cannot be asked now.",
        "capacity",
        allow_none=True,
    )

    @ma.pre_dump
    def flat(self, listed: Listed, **_kwargs: object) -> dict[str, Any]:
        """Put what belongs to one partner side by side."""
        decision, introduction = listed.decision, listed.introduction
        return {
            "profile_id": decision.profile_id,
            "name": decision.profile.name if decision.profile.public else "",
            "state": decision.state,
            "reason": decision.reason,
            "note": decision.note,
            "by_hand": decision.by_hand,
            "decided_at": decision.decided_at,
            "rank": listed.match.rank if listed.match else None,
            "introduction_id": introduction.id if introduction else None,
            "introduction_state": introduction.state if introduction else None,
            "spared": listed.spared,
        }


class ShortlistSchema(OutputSchema):
    """What was decided about partners for a challenge."""

    items = fields.List(
        fields.Nested(DecisionSchema),
        metadata=about("The shortlist in the order of the newest list, then who is dismissed."),
    )
    next = fields.UUID(
        allow_none=True, metadata=about("Whom to introduce next; null when there is nobody.")
    )


class ChangesQuerySchema(StrictSchema):
    """Which earlier list to compare with."""

    since = fields.UUID(
        metadata=about("Id of an earlier run of the same challenge; left out: the one before.")
    )


class ChangeSchema(OutputSchema):
    """One partner in two lists."""

    profile_id = fields.UUID(metadata=about("The partner."))
    name = fields.String(
        allow_none=True, metadata=about("Its name; null when it is no longer shown.")
    )
    movement = choice(Movement, "What happened to its place.", "up")
    rank_before = fields.Integer(allow_none=True, metadata=about("Place before.", 5))
    rank = fields.Integer(allow_none=True, metadata=about("Place now.", 3))
    fit_before = choice(Fit, "Fit word before.", "possible", allow_none=True)
    fit = choice(Fit, "Fit word now.", "good", allow_none=True)


class ChangesSchema(OutputSchema):
    """What differs between two lists of one challenge."""

    before = fields.UUID(
        allow_none=True, metadata=about("The earlier run; null when there is none.")
    )
    after = fields.UUID(metadata=about("The later run."))
    changes = fields.List(
        fields.Nested(ChangeSchema),
        metadata=about("In the order of the later list; those that are gone come last."),
    )

    @ma.pre_dump
    def named(self, told: Changes, **_kwargs: object) -> dict[str, Any]:
        """Put the names beside the places."""
        return {
            "before": told.before.id if told.before else None,
            "after": told.after.id,
            "changes": [
                {
                    "profile_id": one.profile_id,
                    "name": told.profiles[one.profile_id].name
                    if one.profile_id in told.profiles
                    else None,
                    "movement": one.movement,
                    "rank_before": one.rank_before,
                    "rank": one.rank,
                    "fit_before": one.fit_before,
                    "fit": one.fit,
                }
                for one in told.changes
            ],
        }


class ConflictInputSchema(StrictSchema):
    """With whom a profile must not be brought together."""

    other_id = fields.UUID(
        required=True,
        metadata=about("The other profile; an organisation stands for its whole family."),
    )
    note = _note("Why; for staff and the owner.")


class ConflictSchema(OutputSchema):
    """A declared conflict of interest."""

    id = fields.UUID(metadata=about("Id of the conflict."))
    other_id = fields.UUID(metadata=about("The other profile."))
    name = fields.String(
        metadata=about("Its name; empty when you may not know of it.", "Institut for Materialer")
    )
    note = fields.String(metadata=about("Why; empty for the side that did not declare it."))
    removable = fields.Boolean(
        metadata=about("Whether you may take it back: the side that declared it, and staff.")
    )
    declared_at = fields.AwareDateTime(metadata=about("When."))


class ConflictsSchema(OutputSchema):
    """The declared conflicts of a profile, whichever side declared them."""

    items = fields.List(fields.Nested(ConflictSchema), metadata=about("Oldest first."))


def conflict_row(seen: SeenConflict) -> dict[str, Any]:
    """Return what ``ConflictSchema`` dumps."""
    return {
        "id": seen.conflict.id,
        "other_id": seen.other_id,
        "name": seen.other.name if seen.other else "",
        "note": seen.note,
        "removable": seen.may_end,
        "declared_at": seen.conflict.declared_at,
    }
