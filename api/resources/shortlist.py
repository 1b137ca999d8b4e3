"""Decisions about partners, what differs between two lists, declared conflicts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import current_viewer, matchmaker
from api.idempotency import PARAMETER, once
from api.openapi import PREFIX, Blueprint
from api.schemas.shortlist import (
    ChangesQuerySchema,
    ChangesSchema,
    ConflictInputSchema,
    ConflictSchema,
    ConflictsSchema,
    DecisionInputSchema,
    DecisionSchema,
    ShortlistSchema,
    conflict_row,
)
from matchmaker.errors import NotFound
from matchmaker.models import DismissalReason, MatchState
from matchmaker.models.actions import Action
from matchmaker.services.shortlist import Changes, Listed

blueprint = Blueprint(
    "shortlist",
    __name__,
    url_prefix=PREFIX,
    description="Which partners are kept for a challenge, and who must not be brought together.",
)
_OTHER = "8a351f9a-5e7b-4f4c-8d9c-0d5e7b5b0a8f"


@blueprint.at("/challenges/<uuid:challenge_id>/shortlist")
class Shortlist(MethodView):
    """What was decided about partners for a challenge."""

    @needs(Action.SHORTLIST)
    @blueprint.answers(200, ShortlistSchema, description="The decisions.")
    @blueprint.named("readShortlist", 401, 403, 404)
    def get(self, challenge_id: UUID) -> dict[str, Any]:
        """Read the shortlist, who is dismissed, and whom to introduce next."""
        service = matchmaker().shortlist
        return {"items": service.of_challenge(challenge_id), "next": service.next_for(challenge_id)}


@blueprint.at("/challenges/<uuid:challenge_id>/shortlist/<uuid:profile_id>")
class Decision(MethodView):
    """What is decided about one partner for a challenge."""

    @needs(Action.SHORTLIST)
    @blueprint.takes(DecisionInputSchema, example={"state": "shortlisted"})
    @blueprint.answers(200, DecisionSchema, description="The decision.")
    @blueprint.named("decideOnPartner", 400, 401, 403, 404, 413, 415)
    def put(self, values: dict[str, Any], challenge_id: UUID, profile_id: UUID) -> Listed:
        """Keep a partner, or dismiss it for good. No later list overwrites it."""
        service, by = matchmaker().shortlist, _by()
        if values["state"] is MatchState.SHORTLISTED:
            service.keep(challenge_id, profile_id, by=by, note=values["note"])
        else:
            reason: DismissalReason = values["reason"]
            service.dismiss(challenge_id, profile_id, reason, by=by, note=values["note"])
        found = service.of_challenge(challenge_id)
        return next(one for one in found if one.decision.profile_id == profile_id)

    @needs(Action.SHORTLIST)
    @blueprint.answers_nothing(description="Nothing is decided about it any more.")
    @blueprint.named("undoDecision", 401, 403, 404)
    def delete(self, challenge_id: UUID, profile_id: UUID) -> None:
        """Take a decision back; twice is as good as once."""
        matchmaker().shortlist.undo(challenge_id, profile_id, by=_by())


@blueprint.at("/match-runs/<uuid:run_id>/changes")
class ChangesOfRun(MethodView):
    """What differs between two lists of one challenge."""

    @needs(Action.NAME_PEOPLE)
    @blueprint.takes(ChangesQuerySchema, location="query")
    @blueprint.answers(200, ChangesSchema, description="What differs.")
    @blueprint.named("listChanges", 401, 404)
    def get(self, query: dict[str, UUID], run_id: UUID) -> Changes:
        """Read who is new, gone, higher, lower, or called by another fit word."""
        return matchmaker().shortlist.changes(run_id, **query)


@blueprint.at("/profiles/<uuid:profile_id>/conflicts")
class Conflicts(MethodView):
    """With whom a profile must not be brought together."""

    @needs(Action.DECLARE_CONFLICT)
    @blueprint.answers(200, ConflictsSchema, description="The declared conflicts.")
    @blueprint.named("listConflicts", 401, 403, 404)
    def get(self, profile_id: UUID) -> dict[str, Any]:
        """Read the declared conflicts; one's own house needs no declaring."""
        return {"items": _rows(profile_id)}

    @needs(Action.DECLARE_CONFLICT)
    @once("declareConflict")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(ConflictInputSchema, example={"other_id": _OTHER, "note": "Board member."})
    @blueprint.answers(201, ConflictSchema, description="The conflict.")
    @blueprint.named("declareConflict", 400, 401, 403, 404, 409, 413, 415)
    def post(
        self, values: dict[str, Any], profile_id: UUID
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Declare a conflict; it holds whoever signs in for the two."""
        # Whoever declares may know of the other one.
        access = matchmaker().access
        access.check_profile(current_viewer(), Action.READ_PROFILE, values["other_id"])
        declared = matchmaker().conflicts.declare(profile_id, **values, by=_by())
        address = url_for("shortlist.OneConflict", profile_id=profile_id, conflict_id=declared.id)
        (row,) = [one for one in _rows(profile_id) if one["id"] == declared.id]
        return row, {"Location": address}


@blueprint.at("/profiles/<uuid:profile_id>/conflicts/<uuid:conflict_id>")
class OneConflict(MethodView):
    """One declared conflict."""

    @needs(Action.DECLARE_CONFLICT)
    @blueprint.answers(200, ConflictSchema, description="The conflict.")
    @blueprint.named("readConflict", 401, 403, 404)
    def get(self, profile_id: UUID, conflict_id: UUID) -> dict[str, Any]:
        """Read one declared conflict."""
        for row in _rows(profile_id):
            if row["id"] == conflict_id:
                return row
        raise NotFound("conflict", conflict_id)

    @needs(Action.DECLARE_CONFLICT)
    @blueprint.answers_nothing(description="It is taken back.")
    @blueprint.named("endConflict", 401, 403, 404)
    def delete(self, profile_id: UUID, conflict_id: UUID) -> None:
        """Take a declared conflict back."""
        matchmaker().conflicts.end(profile_id, conflict_id, by=required_viewer())


def _rows(profile_id: UUID) -> list[dict[str, Any]]:
    return list(map(conflict_row, matchmaker().conflicts.of(profile_id, required_viewer())))


def _by() -> UUID | None:
    viewer = current_viewer()
    return viewer.account_id if viewer else None
