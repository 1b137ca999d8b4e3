"""The vocabulary as typed tables, with the behaviour that needs only the entity itself."""

from matchmaker.models.account import Account, Claim, Delegation, Membership, Role
from matchmaker.models.activity import Activity, ActivityType, CompanyNeed
from matchmaker.models.answer import KeptAnswer
from matchmaker.models.audit import AuditAction, AuditEntry, AuditKey
from matchmaker.models.base import Base
from matchmaker.models.brief import Brief, BriefQuestion
from matchmaker.models.challenge import (
    Challenge,
    ChallengeAction,
    ChallengeState,
    ChallengeVector,
    ClosingReason,
    Side,
)
from matchmaker.models.challenge_view import Audience, ChallengeView, Requester, view_of
from matchmaker.models.cohort import Cohort, CohortStudent, Supervisor
from matchmaker.models.collaboration import (
    Collaboration,
    CollaborationAction,
    CollaborationKind,
    CollaborationState,
)
from matchmaker.models.credentials import ApiToken, EndedSession, LinkPurpose, MailLink, Scope
from matchmaker.models.curation import (
    BulkAction,
    BulkChange,
    DuplicatePair,
    NotChanged,
    Queue,
    SavedFilter,
)
from matchmaker.models.decision import DeclaredConflict, MatchDecision, MatchState
from matchmaker.models.digest import ToldChallenge, ToldMatch
from matchmaker.models.evidence import Evidence, EvidenceKind
from matchmaker.models.expert import Expert
from matchmaker.models.exposure import Exposure
from matchmaker.models.history import ProfileRevision, RevisionCause
from matchmaker.models.identifier import Identifier, IdentifierScheme, normalised
from matchmaker.models.identity import ExternalIdentity
from matchmaker.models.imports import (
    ImportAction,
    ImportFormat,
    ImportMapping,
    ImportRow,
    ImportRun,
    ImportState,
    RowOutcome,
)
from matchmaker.models.index import (
    GenerationState,
    IndexChange,
    IndexGeneration,
    IndexStamp,
    LanguageMean,
    Passage,
)
from matchmaker.models.introduction import (
    Answer,
    Conclusion,
    DeclineReason,
    Introduction,
    IntroductionAction,
    IntroductionState,
    Party,
)
from matchmaker.models.mail import MailState, MailTemplate, OutgoingMail
from matchmaker.models.match import (
    Conditions,
    EligibilityRule,
    EvidencePassage,
    Facts,
    Fit,
    FoldedProfile,
    Match,
    MatchRun,
    Reason,
)
from matchmaker.models.money import Currency, Money
from matchmaker.models.organisation import Organisation, OrganisationType
from matchmaker.models.outcome import Measure, Outcome, OutcomeConfirmation, OutcomeKind
from matchmaker.models.place import Place, distance_km
from matchmaker.models.placement import (
    AssignmentRound,
    ForbiddenPair,
    Placement,
    PlacementAction,
    PlacementParty,
    PlacementState,
    RoundAction,
    RoundAnswer,
    RoundInput,
    RoundLock,
    RoundState,
)
from matchmaker.models.position import (
    HostPreference,
    HostVetting,
    InterestMark,
    Position,
    PositionAction,
    PositionApproval,
    PositionState,
    StudentPreference,
    WorkPlace,
)
from matchmaker.models.profile import (
    HIDEABLE,
    OWN_TEXTS,
    PartnerKind,
    Profile,
    ProfileKind,
    Standing,
)
from matchmaker.models.programme import Programme, ProgrammeTarget, ReportShare
from matchmaker.models.round_run import RoundRun, RunFailure, RunState
from matchmaker.models.steering import Dismissal, DismissalReason
from matchmaker.models.student import PlacementType, Student, StudyLevel
from matchmaker.models.thread import ThreadMessage
from matchmaker.models.visibility import Visibility

__all__ = [
    "HIDEABLE",
    "OWN_TEXTS",
    "Account",
    "Activity",
    "ActivityType",
    "Answer",
    "ApiToken",
    "AssignmentRound",
    "Audience",
    "AuditAction",
    "AuditEntry",
    "AuditKey",
    "Base",
    "Brief",
    "BriefQuestion",
    "BulkAction",
    "BulkChange",
    "Challenge",
    "ChallengeAction",
    "ChallengeState",
    "ChallengeVector",
    "ChallengeView",
    "Claim",
    "ClosingReason",
    "Cohort",
    "CohortStudent",
    "Collaboration",
    "CollaborationAction",
    "CollaborationKind",
    "CollaborationState",
    "CompanyNeed",
    "Conclusion",
    "Conditions",
    "Currency",
    "DeclaredConflict",
    "DeclineReason",
    "Delegation",
    "Dismissal",
    "DismissalReason",
    "DuplicatePair",
    "EligibilityRule",
    "EndedSession",
    "Evidence",
    "EvidenceKind",
    "EvidencePassage",
    "Expert",
    "Exposure",
    "ExternalIdentity",
    "Facts",
    "Fit",
    "FoldedProfile",
    "ForbiddenPair",
    "GenerationState",
    "HostPreference",
    "HostVetting",
    "Identifier",
    "IdentifierScheme",
    "ImportAction",
    "ImportFormat",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "ImportState",
    "IndexChange",
    "IndexGeneration",
    "IndexStamp",
    "InterestMark",
    "Introduction",
    "IntroductionAction",
    "IntroductionState",
    "KeptAnswer",
    "LanguageMean",
    "LinkPurpose",
    "MailLink",
    "MailState",
    "MailTemplate",
    "Match",
    "MatchDecision",
    "MatchRun",
    "MatchState",
    "Measure",
    "Membership",
    "Money",
    "NotChanged",
    "Organisation",
    "OrganisationType",
    "Outcome",
    "OutcomeConfirmation",
    "OutcomeKind",
    "OutgoingMail",
    "PartnerKind",
    "Party",
    "Passage",
    "Place",
    "Placement",
    "PlacementAction",
    "PlacementParty",
    "PlacementState",
    "PlacementType",
    "Position",
    "PositionAction",
    "PositionApproval",
    "PositionState",
    "Profile",
    "ProfileKind",
    "ProfileRevision",
    "Programme",
    "ProgrammeTarget",
    "Queue",
    "Reason",
    "ReportShare",
    "Requester",
    "RevisionCause",
    "Role",
    "RoundAction",
    "RoundAnswer",
    "RoundInput",
    "RoundLock",
    "RoundRun",
    "RoundState",
    "RowOutcome",
    "RunFailure",
    "RunState",
    "SavedFilter",
    "Scope",
    "Side",
    "Standing",
    "Student",
    "StudentPreference",
    "StudyLevel",
    "Supervisor",
    "ThreadMessage",
    "ToldChallenge",
    "ToldMatch",
    "Visibility",
    "WorkPlace",
    "distance_km",
    "normalised",
    "view_of",
]
