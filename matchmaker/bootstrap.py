"""The composition root: ``build(settings)`` is the one place that picks concrete parts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine
from threadpoolctl import threadpool_limits

from embeddings.protocols import Encoder, EncoderSpec, VectorIndex
from embeddings.registry import make_encoder, make_index
from matchmaker.config import Settings
from matchmaker.errors import IndexNotReady
from matchmaker.matching.policy import DEFAULT_POLICY, POLICIES
from matchmaker.services.bulk_upsert import BulkService
from matchmaker.services.challenge_replica import ChallengeReplica
from matchmaker.services.challenges import ChallengeService
from matchmaker.services.clock import Clock, utc_now
from matchmaker.services.directions import DirectionService
from matchmaker.services.evaluation import EvaluationService
from matchmaker.services.exporting import ExportService
from matchmaker.services.exposure import ExposureService
from matchmaker.services.highlighting import HighlightingService
from matchmaker.services.idempotency import AnswerService
from matchmaker.services.importing import ImportService
from matchmaker.services.indexing import Indexer
from matchmaker.services.matchmaking import MatchmakingService
from matchmaker.services.profiles import ProfileService
from matchmaker.services.recognition import recognise
from matchmaker.services.replica import IndexReplica
from matchmaker.storage.database import Sessions, make_engine, upgrade


@dataclass(frozen=True)
class Matchmaker:
    """The whole service in one object; what the web, the command line and the tests talk to."""

    settings: Settings
    challenges: ChallengeService
    matchmaking: MatchmakingService
    directions: DirectionService
    highlighting: HighlightingService
    profiles: ProfileService
    indexing: Indexer
    evaluation: EvaluationService
    exposure: ExposureService
    imports: ImportService
    exports: ExportService
    bulk: BulkService
    answers: AnswerService
    engine: Engine

    def warm_up(self) -> None:
        """Load what the first challenge would otherwise wait for: passages and language models.

        Quiet when nothing is indexed yet; the first run then says so.
        """
        self.challenges.recognise("Vi får revner i svejsningerne.")
        with suppress(IndexNotReady):
            self.matchmaking.replica.catch_up()
        self.directions.challenges.catch_up()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def build(
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    index: Callable[[EncoderSpec], VectorIndex] | None = None,
    clock: Clock = utc_now,
) -> Matchmaker:
    """Put the service together. The database is not touched before it is used.

    Args:
        settings: how this installation runs.
        encoder: used in place of the configured one.
        index: makes the vector index in place of the configured one.
        clock: tells the time.

    Raises:
        EncoderUnavailable: the configured encoder is unknown, not built or not installed.
        StorageUnavailable: the database URL cannot be used.

    """
    # The threads of BLAS and those of the encoder wait for work in busy loops, and take the cores
    # from each other: with one for BLAS a run at 10,000 profiles takes 66 ms instead of 100.
    threadpool_limits(1, user_api="blas")
    encoder = encoder or make_encoder(
        settings.encoder, data_dir=settings.data_dir, threads=settings.encoder_threads
    )
    engine = make_engine(settings.database_url)
    sessions = Sessions(engine)
    make_replica = partial(
        IndexReplica, sessions, encoder, index or partial(make_index, settings.index)
    )
    indexing = Indexer(sessions, clock, encoder, make_replica)
    matchmaking = MatchmakingService(
        sessions, clock, encoder, make_replica(), POLICIES, DEFAULT_POLICY.name
    )
    return Matchmaker(
        settings=settings,
        challenges=ChallengeService(sessions, clock, recognise),
        matchmaking=matchmaking,
        directions=DirectionService(matchmaking, ChallengeReplica(sessions, encoder)),
        highlighting=HighlightingService(sessions, encoder),
        profiles=ProfileService(
            sessions, clock, indexing.sync if settings.indexing == "inline" else _nothing
        ),
        indexing=indexing,
        evaluation=EvaluationService(
            sessions, clock, encoder, lambda corrected: make_replica(corrected=corrected)
        ),
        exposure=ExposureService(sessions),
        imports=ImportService(sessions, clock, settings.data_dir / "imports"),
        exports=ExportService(sessions),
        bulk=BulkService(sessions, clock),
        answers=AnswerService(sessions, clock),
        engine=engine,
    )


def prepare_database(settings: Settings) -> None:
    """Bring the tables to the newest form; makes them when there are none.

    Raises:
        StorageUnavailable: the database can't be opened or written, or is newer than the code.
    """
    engine = make_engine(settings.database_url)
    upgrade(engine)
    engine.dispose()


def _nothing(_progress: object) -> None:
    """Leave indexing to ``matchmaker index sync``."""
