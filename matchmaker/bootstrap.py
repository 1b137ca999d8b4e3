"""The composition root: ``build(settings)`` is the one place that picks concrete parts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial

from sqlalchemy import Engine
from threadpoolctl import threadpool_limits

from embeddings.protocols import Encoder, EncoderSpec, VectorIndex
from embeddings.registry import is_shared, make_encoder, make_index, prepare_encoder
from matchmaker.config import Settings
from matchmaker.errors import IndexNotReady, SettingInvalid
from matchmaker.matching.policy import DEFAULT_POLICY, POLICIES
from matchmaker.services.access import AccessService
from matchmaker.services.accounts import AccountService
from matchmaker.services.assignment import AssignmentService
from matchmaker.services.audit import AuditService
from matchmaker.services.background import BackgroundWorker
from matchmaker.services.belonging import BelongingService
from matchmaker.services.briefs import BriefService
from matchmaker.services.bulk_actions import BulkActionService
from matchmaker.services.bulk_upsert import BulkUpsertService
from matchmaker.services.challenge_desk import ChallengeDesk
from matchmaker.services.challenge_replica import ChallengeReplica
from matchmaker.services.challenges import ChallengeService
from matchmaker.services.clock import Clock, utc_now
from matchmaker.services.cohorts import CohortService
from matchmaker.services.collaborations import CollaborationService
from matchmaker.services.conflicts import ConflictService
from matchmaker.services.contests import ContestService
from matchmaker.services.curation import CurationService
from matchmaker.services.demonstration import DemonstrationService
from matchmaker.services.desk import DeskService
from matchmaker.services.digests import DigestService
from matchmaker.services.directions import DirectionService
from matchmaker.services.drafts import DraftService
from matchmaker.services.duplicates import DuplicateService
from matchmaker.services.evaluation import EvaluationService
from matchmaker.services.exporting import ExportService
from matchmaker.services.exposure import ExposureService
from matchmaker.services.followups import FollowupService
from matchmaker.services.highlighting import HighlightingService
from matchmaker.services.idempotency import AnswerService
from matchmaker.services.import_jobs import ImportJobs
from matchmaker.services.importing import ImportService
from matchmaker.services.indexing import Indexer
from matchmaker.services.introduction_links import IntroductionLinks
from matchmaker.services.introduction_ticks import IntroductionTicks
from matchmaker.services.introductions import IntroductionService
from matchmaker.services.judgements import JudgementService
from matchmaker.services.keeping import KeepingService
from matchmaker.services.lock_costs import LockCostService
from matchmaker.services.mail_messages import MailRenderer
from matchmaker.services.mail_route import mail_route
from matchmaker.services.mail_sending import MailSender
from matchmaker.services.mailing import MailService
from matchmaker.services.matchmaking import MatchmakingService
from matchmaker.services.nameless import NamelessService
from matchmaker.services.outcomes import OutcomeService
from matchmaker.services.own_account import OwnAccountService
from matchmaker.services.owners import OwnerService
from matchmaker.services.passwords import Passwords
from matchmaker.services.placement_ledger import PlacementLedgerService
from matchmaker.services.placement_links import PlacementLinks
from matchmaker.services.placement_ticks import PlacementTicks
from matchmaker.services.placements import PlacementService
from matchmaker.services.placing_work import PlacingWork
from matchmaker.services.previews import PreviewService
from matchmaker.services.profiles import ProfileService
from matchmaker.services.programmes import ProgrammeService
from matchmaker.services.provider_sign_in import ProviderSignInService
from matchmaker.services.recognition import recognise
from matchmaker.services.reminders import ReminderService
from matchmaker.services.replica import IndexReplica
from matchmaker.services.report_shares import ReportShareService
from matchmaker.services.round_jobs import RoundJobs
from matchmaker.services.second_factor import SecondFactorService
from matchmaker.services.shortlist import ShortlistService
from matchmaker.services.sign_in import SignInService
from matchmaker.services.student_fit import StudentFit
from matchmaker.services.threads import ThreadService
from matchmaker.services.tokens import TokenService
from matchmaker.services.vault import Vault, seal_all
from matchmaker.services.wishes import WishService
from matchmaker.storage.copying import copy_all
from matchmaker.storage.database import Sessions, make_engine, upgrade


@dataclass(frozen=True)
class Matchmaker:
    """The whole service in one object; what the web, the command line and the tests talk to."""

    settings: Settings
    challenges: ChallengeService
    drafts: DraftService
    keeping: KeepingService
    briefs: BriefService
    threads: ThreadService
    challenge_desk: ChallengeDesk
    matchmaking: MatchmakingService
    directions: DirectionService
    highlighting: HighlightingService
    nameless: NamelessService
    shortlist: ShortlistService
    conflicts: ConflictService
    introductions: IntroductionService
    introduction_links: IntroductionLinks
    introduction_ticks: IntroductionTicks
    judgements: JudgementService
    profiles: ProfileService
    curation: CurationService
    desk: DeskService
    previews: PreviewService
    bulk: BulkActionService
    duplicates: DuplicateService
    owners: OwnerService
    reminders: ReminderService
    digests: DigestService
    indexing: Indexer
    evaluation: EvaluationService
    exposure: ExposureService
    collaborations: CollaborationService
    outcomes: OutcomeService
    programmes: ProgrammeService
    report_shares: ReportShareService
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
    lock_costs: LockCostService
    round_jobs: RoundJobs
    placements: PlacementService
    placement_links: PlacementLinks
    placement_ticks: PlacementTicks
    placement_ledger: PlacementLedgerService
    followups: FollowupService
    contests: ContestService
    placing_work: PlacingWork
    engine: Engine

    def warm_up(self) -> None:
        """Load what the first challenge would otherwise wait for: passages and language models.

        Quiet when nothing is indexed yet; the first run then says so.
        """
        self.challenges.recognise("Vi får revner i svejsningerne.")
        with suppress(IndexNotReady):
            self.matchmaking.replica.catch_up()
        self.directions.challenges.catch_up()

    def demonstration(self) -> DemonstrationService:
        """Return what loads a demonstration."""
        return DemonstrationService(
            self.matchmaking.sessions,
            self.profiles,
            self.challenges,
            self.matchmaking,
            self.collaborations,
            self.outcomes,
            self.programmes,
        )

    def close(self) -> None:
        """Let go of the database, and of an index that is shared."""
        self.import_jobs.worker.close()
        self.round_jobs.close()
        self.matchmaking.replica.close()
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
    passwords, vault = Passwords(), Vault.of(settings)
    # One that is shared is opened once; others are of one replica each.
    make = index or partial(make_index, settings.index)
    shared = cache(make) if is_shared(settings.index) and index is None else None
    own = partial(make_index, "exact:")
    make_replica = partial(
        IndexReplica, sessions, encoder, shared or make, voice=voice, make_own=own
    )
    alone = partial(IndexReplica, sessions, encoder, own if shared else make, voice=voice)
    indexing = Indexer(sessions, clock, encoder, make_replica, voice, shared)
    matchmaking = MatchmakingService(
        sessions, clock, encoder, make_replica(), POLICIES, DEFAULT_POLICY.name, voice
    )
    directions = DirectionService(matchmaking, ChallengeReplica(sessions, encoder, voice))
    fit = StudentFit(directions)
    importing = ImportService(sessions, clock, settings.data_dir / "imports")
    after_write = indexing.sync if settings.indexing == "inline" else _nothing
    introductions = IntroductionService(sessions, clock)
    placements, followups = PlacementService(sessions, clock), FollowupService(sessions, clock)
    wishes = WishService(sessions, clock, fit)
    assignment = AssignmentService(sessions, clock, fit)
    lock_costs = LockCostService(sessions, assignment.reader, assignment.seconds)
    contests = ContestService(sessions, clock, wishes, assignment)
    return Matchmaker(
        settings=settings,
        challenges=ChallengeService(sessions, clock, recognise),
        drafts=DraftService(sessions, clock, recognise),
        keeping=KeepingService(sessions, clock),
        briefs=BriefService(sessions, clock, encoder),
        threads=ThreadService(sessions, clock),
        challenge_desk=ChallengeDesk(
            sessions, clock, settings.challenge_open_days, settings.challenge_reminder_days
        ),
        matchmaking=matchmaking,
        directions=directions,
        previews=PreviewService(directions),
        highlighting=HighlightingService(sessions, encoder),
        nameless=NamelessService(sessions),
        shortlist=ShortlistService(sessions, clock),
        conflicts=ConflictService(sessions, clock),
        introductions=introductions,
        introduction_links=IntroductionLinks(introductions),
        introduction_ticks=IntroductionTicks(introductions),
        judgements=JudgementService(sessions),
        profiles=ProfileService(sessions, clock, after_write),
        curation=CurationService(sessions, clock, after_write),
        bulk=BulkActionService(sessions, clock, after_write),
        owners=OwnerService(sessions),
        digests=DigestService(sessions, clock, directions),
        reminders=ReminderService(sessions, clock, settings.stale_after_days),
        duplicates=DuplicateService(
            sessions, clock, matchmaking.replica, DEFAULT_POLICY, after_write
        ),
        desk=DeskService(sessions, clock, matchmaking.replica, settings.stale_after_days),
        indexing=indexing,
        evaluation=EvaluationService(
            sessions, clock, encoder, lambda corrected: alone(corrected=corrected), voice
        ),
        exposure=ExposureService(sessions),
        collaborations=CollaborationService(sessions, clock),
        outcomes=OutcomeService(sessions, clock),
        programmes=(programmes := ProgrammeService(sessions, clock)),
        report_shares=ReportShareService(sessions, clock, programmes),
        mailing=MailService(sessions, clock),
        accounts=AccountService(sessions, clock, passwords),
        own_account=OwnAccountService(sessions, clock, passwords),
        sign_in=SignInService(sessions, clock, passwords, vault),
        provider_sign_in=ProviderSignInService(sessions, clock),
        second_factor=SecondFactorService(sessions, clock, vault),
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
        wishes=wishes,
        assignment=assignment,
        lock_costs=lock_costs,
        round_jobs=RoundJobs(assignment, lock_costs, BackgroundWorker(), sessions, clock),
        placements=placements,
        placement_links=PlacementLinks(placements, followups),
        placement_ticks=PlacementTicks(placements),
        placement_ledger=PlacementLedgerService(sessions, clock, OutcomeService(sessions, clock)),
        followups=followups,
        contests=contests,
        placing_work=PlacingWork(sessions, placements, contests),
        engine=engine,
    )


def open_mailing(settings: Settings, *, clock: Clock = utc_now) -> MailService:
    """Return what the operator does with mail; no encoder and no index is opened.

    Raises:
        StorageUnavailable: the database URL cannot be used.

    """
    return MailService(Sessions(make_engine(settings.database_url)), clock)


def open_introductions(
    settings: Settings, *, clock: Clock = utc_now
) -> tuple[IntroductionTicks, Callable[[], None]]:
    """Return what time does to introductions, and what closes its database; without encoder.

    Raises:
        StorageUnavailable: the database URL cannot be used.

    """
    engine = make_engine(settings.database_url)
    service = IntroductionService(Sessions(engine), clock)
    return IntroductionTicks(service), engine.dispose


def open_placements(
    settings: Settings, *, clock: Clock = utc_now
) -> tuple[PlacementTicks, Callable[[], None]]:
    """Return what time does to placements, and what closes its database; without encoder.

    Raises:
        StorageUnavailable: the database URL cannot be used.

    """
    engine = make_engine(settings.database_url)
    return PlacementTicks(PlacementService(Sessions(engine), clock)), engine.dispose


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

    Second factors that lie open, or under a former secret, are sealed with the present one.

    Raises:
        StorageUnavailable: the database can't be opened or written, or is newer than the code.
    """
    engine = make_engine(settings.database_url)
    upgrade(engine)
    seal_all(Sessions(engine), Vault.of(settings))
    engine.dispose()


def copy_database(
    settings: Settings, url: str, progress: Callable[[int, int], None] | None = None
) -> int:
    """Copy the whole database to another, empty one; return how many rows.

    Args:
        settings: name the database that is copied; it stays as it is.
        url: of the other one, as ``Settings.database``.
        progress: called with how many rows are copied, and how many there are.

    Raises:
        StorageUnavailable: one of the two can't be used, or the other is not empty.
    """
    source, target = make_engine(settings.database_url), make_engine(url)
    try:
        return copy_all(source, target, progress)
    finally:
        source.dispose()
        target.dispose()


def _nothing(_progress: object) -> None:
    """Leave indexing to ``matchmaker index sync``."""
