"""Challenges: submit, read, revise, withdraw.

There is no list: a challenge belongs to the firm that wrote it. Without an account its id is the
key to it; with one, only the account, its organisation and staff know of it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask.views import MethodView

from api.context import current_viewer, matchmaker
from api.etags import required_revision
from api.openapi import PREFIX, Blueprint
from api.schemas.challenge import (
    EXAMPLE,
    ChallengeInputSchema,
    ChallengePatchSchema,
    ChallengeSchema,
)
from matchmaker.models import Challenge

blueprint = Blueprint(
    "challenges",
    __name__,
    url_prefix=f"{PREFIX}/challenges",
    description="A firm's problem in its own words.",
)


@blueprint.at("")
class Challenges(MethodView):
    """All challenges; there is no list of them."""

    @blueprint.takes(ChallengeInputSchema, example=EXAMPLE)
    @blueprint.answers(201, ChallengeSchema, description="The challenge as it was stored.")
    @blueprint.named("submitChallenge", 400, 413, 415)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> tuple[Challenge, dict[str, str]]:
        """Submit a challenge.

        The language is recognised when it is not given. The answer says in `actions` what can
        be done next, and in `Location` where the challenge is from now on.
        """
        challenge = matchmaker().challenges.submit(**values, by=current_viewer())
        address = url_for("challenges.OneChallenge", challenge_id=challenge.id)
        return challenge, {"Location": address}


@blueprint.at("/<uuid:challenge_id>")
class OneChallenge(MethodView):
    """One challenge."""

    @blueprint.answers(200, ChallengeSchema, description="The challenge.")
    @blueprint.named("readChallenge", 404)
    @blueprint.revisioned
    def get(self, challenge_id: UUID) -> Challenge:
        """Read a challenge."""
        return matchmaker().challenges.get(challenge_id)

    @blueprint.takes(ChallengePatchSchema, example={"title": EXAMPLE["title"]})
    @blueprint.answers(200, ChallengeSchema, description="The challenge after the change.")
    @blueprint.named("reviseChallenge", 400, 404, 409, 413, 415)
    @blueprint.revisioned
    def patch(self, changes: dict[str, Any], challenge_id: UUID) -> Challenge:
        """Change a challenge.

        Only the fields that are sent are changed; null empties a field. Possible as long as
        `actions` holds `revise`.
        """
        revision = _required_revision(challenge_id)
        return matchmaker().challenges.revise(challenge_id, expected_revision=revision, **changes)

    @blueprint.answers(200, ChallengeSchema, description="The challenge, withdrawn.")
    @blueprint.named("withdrawChallenge", 400, 404, 409)
    @blueprint.revisioned
    def delete(self, challenge_id: UUID) -> Challenge:
        """Withdraw a challenge.

        It is not matched any more. It can still be read, with the runs that were made.
        """
        revision = _required_revision(challenge_id)
        return matchmaker().challenges.withdraw(challenge_id, expected_revision=revision)


def _required_revision(challenge_id: UUID) -> int:
    return required_revision(lambda: matchmaker().challenges.get(challenge_id).revision)
