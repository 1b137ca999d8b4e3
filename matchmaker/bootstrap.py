"""The composition root: ``build(settings)`` is the one place that picks concrete parts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine
from threadpoolctl import threadpool_limits

from embeddings.protocols import Encoder, EncoderSpec, VectorIndex
from embeddings.registry import make_encoder, make_index, prepare_encoder
from matchmaker.config import Settings
from matchmaker.errors import IndexNotReady
from matchmaker.matching.policy import DEFAULT_POLICY, POLICIES
from matchmaker.services.challenge_replica import ChallengeReplica
from matchmaker.services.challenges import ChallengeService
from matchmaker.services.clock import Clock, utc_now
from matchmaker.services.directions import DirectionService
from matchmaker.services.evaluation import EvaluationService
from matchmaker.services.exposure import ExposureService
from matchmaker.services.highlighting import HighlightingService
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
    voice: Encoder | None = None,
    index: Callable[[EncoderSpec], VectorIndex] | None = None,
    clock: Clock = utc_now,
) -> Matchmaker:
    """Put the service together. The database is not touched before it is used.

    Args:
        settings: how this installation runs.
        encoder: used in place of the configured one; the configured voice is not heard then.
        voice: reads English beside a given encoder.
        index: makes the vector index in place of the configured one.
        clock: tells the time.

    Raises:
        EncoderUnavailable: the configured encoder is unknown, not built or not installed.
        StorageUnavailable: the database URL cannot be used.

    """
    # The threads of BLAS and those of the encoder wait for work in busy loops, and take the cores
    # from each other: with one for BLAS a run at 10,000 profiles takes 66 ms instead of 100.
    threadpool_limits(1, user_api="blas")
    if encoder is None:
        encoder, voice = make_encoders(settings)
    engine = make_engine(settings.database_url)
    sessions = Sessions(engine)
    make_replica = partial(
        IndexReplica, sessions, encoder, index or partial(make_index, settings.index), voice=voice
    )
    indexing = Indexer(sessions, clock, encoder, make_replica, voice)
    matchmaking = MatchmakingService(
        sessions, clock, encoder, make_replica(), POLICIES, DEFAULT_POLICY.name, voice
    )
    return Matchmaker(
        settings=settings,
        challenges=ChallengeService(sessions, clock, recognise),
        matchmaking=matchmaking,
        directions=DirectionService(matchmaking, ChallengeReplica(sessions, encoder, voice)),
        highlighting=HighlightingService(sessions, encoder),
        profiles=ProfileService(
            sessions, clock, indexing.sync if settings.indexing == "inline" else _nothing
        ),
        indexing=indexing,
        evaluation=EvaluationService(
            sessions, clock, encoder, lambda corrected: make_replica(corrected=corrected), voice
        ),
        exposure=ExposureService(sessions),
        engine=engine,
    )


def make_encoders(settings: Settings) -> tuple[Encoder, Encoder | None]:
    """Make the configured encoder, and the voice that reads English beside it, if any.

    Raises:
        EncoderUnavailable: one of them is unknown, not built or not installed.

    """
    make = partial(make_encoder, data_dir=settings.data_dir, threads=settings.encoder_threads)
    heard = settings.voice and settings.voice != settings.encoder
    return make(settings.encoder), make(settings.voice) if heard else None


def prepare_encoders(settings: Settings, tell: Callable[[str], None] | None = None) -> None:
    """Build what the configured encoders need before their first use.

    Raises:
        EncoderUnavailable: one of them cannot be built here; the error says why.

    """
    prepare_encoder(settings.encoder, settings.data_dir, tell)
    if settings.voice:
        prepare_encoder(settings.voice, settings.data_dir, tell)


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
