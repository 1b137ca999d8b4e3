"""The other direction: challenges for a profile, and challenges that are like one."""

from __future__ import annotations

from uuid import UUID

from flask.views import MethodView

from api.context import current_viewer, matchmaker
from api.openapi import PREFIX, Blueprint
from api.schemas.base import PageQuerySchema
from api.schemas.direction import AnsweredChallengePageSchema, SimilarPageSchema
from matchmaker.services.directions import AnsweredChallenge, SimilarPage
from matchmaker.services.profiles import Page

blueprint = Blueprint(
    "directions",
    __name__,
    url_prefix=PREFIX,
    description="From a profile, or from a challenge, to challenges.",
)


@blueprint.at("/profiles/<uuid:profile_id>/challenges")
class ChallengesOfProfile(MethodView):
    """The challenges that one profile could help with."""

    @blueprint.takes(PageQuerySchema, location="query")
    @blueprint.answers(200, AnsweredChallengePageSchema, description="Some challenges, best first.")
    @blueprint.named("listChallengesForProfile", 404, 503)
    def get(self, query: dict[str, int], profile_id: UUID) -> Page[AnsweredChallenge]:
        """List the challenges that a profile could help with.

        The score is the one that the profile has in a match run of the challenge. Only shipped
        samples and challenges that were opened are shown.
        """
        return matchmaker().directions.challenges_for(
            profile_id, offset=query["offset"], limit=query["limit"]
        )


@blueprint.at("/challenges/<uuid:challenge_id>/similar")
class SimilarChallenges(MethodView):
    """The challenges that are like one."""

    @blueprint.takes(PageQuerySchema, location="query")
    @blueprint.answers(200, SimilarPageSchema, description="Some challenges, most alike first.")
    @blueprint.named("listSimilarChallenges", 404, 503)
    def get(self, query: dict[str, int], challenge_id: UUID) -> SimilarPage:
        """List challenges that are like this one, in any language.

        Only shipped samples and challenges that were opened are shown; to staff also those of
        firms, open or closed. A withdrawn challenge is
        compared with nothing.
        """
        viewer = current_viewer()
        return matchmaker().directions.similar(
            challenge_id,
            offset=query["offset"],
            limit=query["limit"],
            public=viewer is None or not viewer.is_staff,
        )
