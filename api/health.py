"""Whether the process answers, and whether it can match: for those who keep it running."""

from __future__ import annotations

from flask.views import MethodView

from api.access_log import log_unexpected
from api.context import matchmaker
from api.openapi import Blueprint
from api.problems import NOT_READY, Refused
from api.schemas.health import AliveSchema, ReadinessSchema
from embeddings.errors import EmbeddingError
from matchmaker.errors import MatchmakerError
from matchmaker.services.indexing import Readiness

blueprint = Blueprint("health", __name__, description="For those who keep the service running.")


@blueprint.at("/healthz")
class Alive(MethodView):
    """The process."""

    @blueprint.answers(200, AliveSchema, description="The process answers.")
    @blueprint.named("alive")
    def get(self) -> dict[str, str]:
        """Ask whether the process answers."""
        return {"status": "alive"}


@blueprint.at("/readyz")
class Ready(MethodView):
    """The service with everything it needs."""

    @blueprint.answers(200, ReadinessSchema, description="The service can match.")
    @blueprint.named("ready", 503)
    def get(self) -> Readiness:
        """Ask whether database, encoder and index are ready to match."""
        readiness = _readiness()
        if not readiness.ready:
            raise Refused(
                NOT_READY,
                readiness.reason or str(NOT_READY.meaning),
                members={"waiting": readiness.waiting},
                headers={"Retry-After": "10"},
            )
        return readiness


def _readiness() -> Readiness:
    try:
        return matchmaker().indexing.readiness()
    except (MatchmakerError, EmbeddingError):
        raise  # known: the table of problems has words for it
    except Exception as error:  # noqa: BLE001 - see below
        # Whatever it is, the answer is the same: not ready. The log says what it is.
        log_unexpected(error)
        raise Refused(NOT_READY, "The database does not answer.") from None
