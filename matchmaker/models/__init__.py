"""The vocabulary as typed tables, with the behaviour that needs only the entity itself."""

from matchmaker.models.account import Account, Claim, Delegation, Membership, Role
from matchmaker.models.activity import Activity, ActivityType, CompanyNeed
from matchmaker.models.answer import KeptAnswer
from matchmaker.models.audit import AuditAction, AuditEntry
from matchmaker.models.base import Base
from matchmaker.models.challenge import (
    Challenge,
    ChallengeAction,
    ChallengeState,
    ChallengeVector,
)
from matchmaker.models.cohort import Cohort, CohortStudent, Supervisor
from matchmaker.models.credentials import ApiToken, EndedSession, LinkPurpose, MailLink, Scope
from matchmaker.models.curation import BulkAction, BulkChange, DuplicatePair, Queue, SavedFilter
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
    MatchState,
    Reason,
)
from matchmaker.models.organisation import Organisation, OrganisationType
from matchmaker.models.place import Place, distance_km
from matchmaker.models.placement import (
    AssignmentRound,
    ForbiddenPair,
    Party,
    Placement,
    PlacementAction,
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
from matchmaker.models.steering import Dismissal, DismissalReason
from matchmaker.models.student import PlacementType, Student, StudyLevel
from matchmaker.models.visibility import Visibility

__all__ = [
    "HIDEABLE",
    "OWN_TEXTS",
    "Account",
    "Activity",
    "ActivityType",
    "ApiToken",
    "AssignmentRound",
    "AuditAction",
    "AuditEntry",
    "Base",
    "BulkAction",
    "BulkChange",
    "Challenge",
    "ChallengeAction",
    "ChallengeState",
    "ChallengeVector",
    "Claim",
    "Cohort",
    "CohortStudent",
    "CompanyNeed",
    "Conditions",
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
    "KeptAnswer",
    "LanguageMean",
    "LinkPurpose",
    "MailLink",
    "MailState",
    "MailTemplate",
    "Match",
    "MatchRun",
    "MatchState",
    "Membership",
    "Organisation",
    "OrganisationType",
    "OutgoingMail",
    "PartnerKind",
    "Party",
    "Passage",
    "Place",
    "Placement",
    "PlacementAction",
    "PlacementState",
    "PlacementType",
    "Position",
    "PositionAction",
    "PositionApproval",
    "PositionState",
    "Profile",
    "ProfileKind",
    "ProfileRevision",
    "Queue",
    "Reason",
    "RevisionCause",
    "Role",
    "RoundAction",
    "RoundAnswer",
    "RoundInput",
    "RoundLock",
    "RoundState",
    "RowOutcome",
    "SavedFilter",
    "Scope",
    "Standing",
    "Student",
    "StudentPreference",
    "StudyLevel",
    "Supervisor",
    "Visibility",
    "WorkPlace",
    "distance_km",
    "normalised",
]
