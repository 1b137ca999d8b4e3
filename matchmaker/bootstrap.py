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
from matchmaker.errors import IndexNotReady, SettingInvalid
from matchmaker.matching.policy import DEFAULT_POLICY, POLICIES
from matchmaker.services.access import AccessService
from matchmaker.services.accounts import AccountService
from matchmaker.services.assignment import AssignmentService
from matchmaker.services.audit import AuditService
from matchmaker.services.background import BackgroundWorker
from matchmaker.services.belonging import BelongingService
from matchmaker.services.bulk_actions import BulkActionService
from matchmaker.services.bulk_upsert import BulkUpsertService
from matchmaker.services.challenge_replica import ChallengeReplica
from matchmaker.services.challenges import ChallengeService
from matchmaker.services.clock import Clock, utc_now
from matchmaker.services.cohorts import CohortService
from matchmaker.services.curation import CurationService
from matchmaker.services.desk import DeskService
from matchmaker.services.directions import DirectionService
from matchmaker.services.duplicates import DuplicateService
from matchmaker.services.evaluation import EvaluationService
from matchmaker.services.exporting import ExportService
from matchmaker.services.exposure import ExposureService
from matchmaker.services.highlighting import HighlightingService
from matchmaker.services.idempotency import AnswerService
from matchmaker.services.import_jobs import ImportJobs
from matchmaker.services.importing import ImportService
from matchmaker.services.indexing import Indexer
from matchmaker.services.mail_messages import MailRenderer
from matchmaker.services.mail_route import mail_route
from matchmaker.services.mail_sending import MailSender
from matchmaker.services.mailing import MailService
from matchmaker.services.matchmaking import MatchmakingService
from matchmaker.services.own_account import OwnAccountService
from matchmaker.services.owners import OwnerService
from matchmaker.services.passwords import Passwords
from matchmaker.services.placements import PlacementService
from matchmaker.services.previews import PreviewService
from matchmaker.services.profiles import ProfileService
from matchmaker.services.provider_sign_in import ProviderSignInService
from matchmaker.services.recognition import recognise
from matchmaker.services.reminders import ReminderService
from matchmaker.services.replica import IndexReplica
from matchmaker.services.second_factor import SecondFactorService
from matchmaker.services.sign_in import SignInService
from matchmaker.services.student_fit import StudentFit
from matchmaker.services.tokens import TokenService
from matchmaker.services.wishes import WishService
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
    curation: CurationService
    desk: DeskService
    previews: PreviewService
    bulk: BulkActionService
    duplicates: DuplicateService
    owners: OwnerService
    reminders: ReminderService
    indexing: Indexer
    evaluation: EvaluationService
    exposure: ExposureService
    mailing: MailService
    accounts: AccountService
    own_account: OwnAccountService
    sign_in: SignInService
    provider_sign_in: ProviderSignInService
    second_factor: SecondFactorService
    tokens: TokenService
    belonging: BelongingService
    access: AccessService
    audit: AuditService
    imports: ImportService
    import_jobs: ImportJobs
    exports: ExportService
    upserts: BulkUpsertService
    answers: AnswerService
    cohorts: CohortService
    wishes: WishService
    assignment: AssignmentService
    placements: PlacementService
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
        self.import_jobs.worker.close()
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
        SettingInvalid: a setting about mail cannot be used.

    """
    mail_route(settings)
    # The threads of BLAS and those of the encoder wait for work in busy loops, and take the cores
    # from each other: with one for BLAS a run at 10,000 profiles takes 66 ms instead of 100.
    threadpool_limits(1, user_api="blas")
    if encoder is None:
        encoder, voice = make_encoders(settings)
    engine = make_engine(settings.database_url)
    sessions = Sessions(engine)
    passwords = Passwords()
    make_replica = partial(
        IndexReplica, sessions, encoder, index or partial(make_index, settings.index), voice=voice
    )
    indexing = Indexer(sessions, clock, encoder, make_replica, voice)
    matchmaking = MatchmakingService(
        sessions, clock, encoder, make_replica(), POLICIES, DEFAULT_POLICY.name, voice
    )
    directions = DirectionService(matchmaking, ChallengeReplica(sessions, encoder, voice))
    fit = StudentFit(directions)
    importing = ImportService(sessions, clock, settings.data_dir / "imports")
    after_write = indexing.sync if settings.indexing == "inline" else _nothing
    return Matchmaker(
        settings=settings,
        challenges=ChallengeService(sessions, clock, recognise),
        matchmaking=matchmaking,
        directions=directions,
        previews=PreviewService(directions),
        highlighting=HighlightingService(sessions, encoder),
        profiles=ProfileService(sessions, clock, after_write),
        curation=CurationService(sessions, clock, after_write),
        bulk=BulkActionService(sessions, clock, after_write),
        owners=OwnerService(sessions),
        reminders=ReminderService(sessions, clock, settings.stale_after_days),
        duplicates=DuplicateService(
            sessions, clock, matchmaking.replica, DEFAULT_POLICY, after_write
        ),
        desk=DeskService(sessions, clock, matchmaking.replica, settings.stale_after_days),
        indexing=indexing,
        evaluation=EvaluationService(
            sessions, clock, encoder, lambda corrected: make_replica(corrected=corrected), voice
        ),
        exposure=ExposureService(sessions),
        mailing=MailService(sessions, clock),
        accounts=AccountService(sessions, clock, passwords),
        own_account=OwnAccountService(sessions, clock, passwords),
        sign_in=SignInService(sessions, clock, passwords),
        provider_sign_in=ProviderSignInService(sessions, clock),
        second_factor=SecondFactorService(sessions, clock),
        tokens=TokenService(sessions, clock),
        belonging=BelongingService(sessions, clock),
        access=AccessService(sessions),
        audit=AuditService(sessions, clock),
        imports=importing,
        import_jobs=ImportJobs(importing, indexing, BackgroundWorker(), sessions, clock),
        exports=ExportService(sessions, clock),
        upserts=BulkUpsertService(sessions, clock),
        answers=AnswerService(sessions, clock),
        cohorts=CohortService(sessions, clock),
        wishes=WishService(sessions, clock, fit),
        assignment=AssignmentService(sessions, clock, fit),
        placements=PlacementService(sessions, clock),
        engine=engine,
    )


def open_mailing(settings: Settings, *, clock: Clock = utc_now) -> MailService:
    """Return what the operator does with mail; no encoder and no index is opened.

    Raises:
        StorageUnavailable: the database URL cannot be used.

    """
    return MailService(Sessions(make_engine(settings.database_url)), clock)


def make_mail_sender(
    settings: Settings, mailing: MailService, renderer: MailRenderer
) -> MailSender:
    """Return what sends the waiting mails.

    Raises:
        SettingInvalid: no mail server is set, or a setting about mail cannot be used.

    """
    route = mail_route(settings)
    if route.server is None or route.sender is None:
        raise SettingInvalid(
            "MATCHMAKER_SMTP_URL",
            "name the mail server, e.g. smtp+starttls://LOGIN:PASSWORD@HOST:587.",
        )
    return MailSender(mailing.sessions, mailing.clock, route.server, route.sender, renderer)


def build_accounts(
    settings: Settings, *, clock: Clock = utc_now
) -> tuple[AccountService, Callable[[], None]]:
    """Return accounts alone, without encoder and index, and what closes their database.

    The tables are brought to the newest form: the first account comes before all else.

    Raises:
        StorageUnavailable: the database can't be opened or written.
    """
    engine = make_engine(settings.database_url)
    upgrade(engine)
    return AccountService(Sessions(engine), clock, Passwords()), engine.dispose


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
