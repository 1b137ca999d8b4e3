"""Match runs: ask who can help with a challenge, read the answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask.views import MethodView

from api.context import current_viewer, matchmaker
from api.openapi import PREFIX, Blueprint
from api.resources.paging import page_of
from api.schemas.base import PageQuerySchema
from api.schemas.conditions import ConditionsSchema
from api.schemas.match import (
    MatchPageSchema,
    MatchRunPageSchema,
    MatchRunSchema,
    rows_of,
)
from matchmaker.models import Conditions, MatchRun

blueprint = Blueprint(
    "match-runs",
    __name__,
    url_prefix=PREFIX,
    description="One ranking of one challenge, with the reasons.",
)


@blueprint.at("/challenges/<uuid:challenge_id>/match-runs")
class MatchRunsOfChallenge(MethodView):
    """The runs of one challenge."""

    @blueprint.takes(PageQuerySchema, location="query")
    @blueprint.answers(200, MatchRunPageSchema, description="Runs without their matches.")
    @blueprint.named("listMatchRuns", 404)
    def get(self, query: dict[str, int], challenge_id: UUID) -> dict[str, Any]:
        """List the runs of a challenge, newest first."""
        runs = matchmaker().matchmaking.runs_of(challenge_id)
        return page_of(matchmaker().nameless.shown_runs(runs, current_viewer()), **query)

    @blueprint.takes(ConditionsSchema, required=False, example={"partner_kinds": ["expert"]})
    @blueprint.answers(201, MatchRunSchema, description="The run with its matches.")
    @blueprint.named("startMatchRun", 400, 401, 404, 409, 413, 415, 503)
    def post(self, conditions: Conditions, challenge_id: UUID) -> tuple[MatchRun, dict[str, str]]:
        """Find partners for a challenge.

        The body may be left out: then every kind of partner is asked for, without conditions.
        An empty list of matches is a result and not an error: nobody fits well enough. Without
        a token, people are kind, field and place only, and no condition may name one.
        """
        matchmaker().nameless.check(conditions, current_viewer())
        run = matchmaker().matchmaking.run(challenge_id, conditions=conditions)
        return _shown(run), {"Location": url_for("match-runs.OneMatchRun", run_id=run.id)}


@blueprint.at("/match-runs/<uuid:run_id>")
class OneMatchRun(MethodView):
    """One run; it never changes."""

    @blueprint.answers(200, MatchRunSchema, description="The run with its matches.")
    @blueprint.named("readMatchRun", 404)
    def get(self, run_id: UUID) -> MatchRun:
        """Read a run with all its matches; without a token, people are not named in it."""
        return _shown(matchmaker().matchmaking.get_run(run_id))


@blueprint.at("/match-runs/<uuid:run_id>/matches")
class MatchesOfRun(MethodView):
    """The matches of one run."""

    @blueprint.takes(PageQuerySchema, location="query")
    @blueprint.answers(200, MatchPageSchema, description="Some matches, best first.")
    @blueprint.named("listMatches", 404)
    def get(self, query: dict[str, int], run_id: UUID) -> dict[str, Any]:
        """Read some matches of a run, best first."""
        return page_of(rows_of(_shown(matchmaker().matchmaking.get_run(run_id))), **query)


@blueprint.at("/match-runs/<uuid:run_id>/highlights")
class HighlightsOfRun(MethodView):
    """The matches of one run, with the words marked that carried them."""

    @blueprint.takes(PageQuerySchema, location="query")
    @blueprint.answers(200, MatchPageSchema, description="Some matches, best first.")
    @blueprint.named("listHighlights", 404)
    def get(self, query: dict[str, int], run_id: UUID) -> dict[str, Any]:
        """Read some matches of a run with the words of each passage that contributed most.

        Worked out at the first reading, which takes some tenths of a second, then kept: from
        there on every reading of the run has them. They stay null for a run that was made with
        another encoder than the present one.
        """
        run = matchmaker().matchmaking.get_run(run_id)
        return page_of(rows_of(_shown(matchmaker().highlighting.mark(run))), **query)


def _shown(run: MatchRun) -> MatchRun:
    """Return a run as the one who asks may see it."""
    return matchmaker().nameless.shown(run, current_viewer())
