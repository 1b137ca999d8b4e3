"""What a person reads for each word of the vocabulary: the one place for enum labels.

``label(member)`` answers for every enum below; a test asks it for each member, so a new one
cannot reach a page as ``university-group``.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from matchmaker.matching.assignment.changes import Turn
from matchmaker.matching.assignment.outcome import Method, Why
from matchmaker.matching.assignment.outcome import Reason as UnplacedReason
from matchmaker.matching.assignment.round import Flaw
from matchmaker.models import (
    ActivityType,
    AuditAction,
    BulkChange,
    ChallengeAction,
    ChallengeState,
    CompanyNeed,
    DismissalReason,
    EligibilityRule,
    EvidenceKind,
    Fit,
    ImportFormat,
    ImportState,
    MatchState,
    OrganisationType,
    PartnerKind,
    Party,
    PlacementAction,
    PlacementState,
    PlacementType,
    PositionAction,
    PositionState,
    ProfileKind,
    Queue,
    RevisionCause,
    Role,
    RoundAction,
    RoundState,
    RowOutcome,
    Scope,
    Standing,
    StudyLevel,
    Visibility,
    WorkPlace,
)
from matchmaker.services.codes import CodeList
from matchmaker.services.exporting import ExportFormat
from matchmaker.services.gathering import NoticeKind

#: Class, then member: members of two classes may have the same value, and then they are equal.
LABELS: Mapping[type[enum.StrEnum], Mapping[Any, Any]] = {
    Method: {
        Method.STABLE: _("Stable, best for students"),
        Method.MOST_PLACED: _("Most placed"),
        Method.BEST_FIT: _("Best fit"),
    },
    UnplacedReason: {
        UnplacedReason.NOTHING_WANTED: _("wished for nothing that takes part"),
        UnplacedReason.NOT_ELIGIBLE: _("may have nothing that they wished for"),
        UnplacedReason.OUTCOMPETED: _("others have the places they wished for"),
        UnplacedReason.NO_CAPACITY: _("there was no room where they wished to go"),
    },
    Why: {
        Why.PREFERRED: _("the host ranked those who have it higher"),
        Why.LOT: _("the host saw them alike, and the lot decided"),
        Why.GIVEN: _("the method gave it to others, for the good of all"),
        Why.NO_SEATS: _("it had no place left to give"),
        Why.NO_TEAM: _("too few for a team wanted it"),
        Why.NO_SUPERVISOR: _("nobody was left who could supervise"),
        Why.LEFT: _("it stayed free: the method found too little fit"),
    },
    Turn: {
        Turn.BETTER: _("better for the student"),
        Turn.WORSE: _("worse for the student"),
        Turn.OTHER: _("as good, or not comparable"),
    },
    Flaw: {
        Flaw.TWICE: _("named twice"),
        Flaw.UNKNOWN_POSITION: _("a position that is not there"),
        Flaw.UNKNOWN_STUDENT: _("a student who is not there"),
        Flaw.UNKNOWN_HOST: _("a host that is not there"),
        Flaw.UNKNOWN_SUPERVISOR: _("a supervisor who is not there"),
        Flaw.NEGATIVE_CAPACITY: _("fewer than no places"),
        Flaw.MINIMUM_ABOVE_CAPACITY: _("a team greater than the places there are"),
        Flaw.TWO_LOCKS: _("locked to two places"),
        Flaw.LOCK_FORBIDDEN: _("locked to a place they must not have"),
        Flaw.LOCKS_ABOVE_POSITION: _("more students locked than places"),
        Flaw.LOCKS_ABOVE_HOST: _("more students locked than the host takes"),
        Flaw.LOCKS_ABOVE_SUPERVISORS: _("locked, but nobody can supervise them"),
    },
    NoticeKind: {
        NoticeKind.NOT_CONSENTED: _("has not consented yet"),
        NoticeKind.LEFT: _("has left the cohort"),
        NoticeKind.WITHDRAWN: _("the profile was withdrawn"),
        NoticeKind.NOTHING_WANTED: _("has no wish that counts"),
        NoticeKind.WISH_CLOSED: _("wished for a position that is closed"),
        NoticeKind.WISH_NOT_SHOWN: _("wished for a position that is not shown any more"),
        NoticeKind.LOCK_WITHOUT_STUDENT: _("is locked, but takes no part"),
        NoticeKind.LOCK_WITHOUT_POSITION: _("is locked to a position that takes no part"),
    },
    Party: {
        Party.STUDENT: _("Student"),
        Party.HOST: _("Host"),
        Party.SUPERVISOR: _("Supervisor"),
        Party.UNIVERSITY: _("University"),
    },
    PlacementState: {
        PlacementState.OFFERED: _("Offered"),
        PlacementState.AGREED: _("Agreed"),
        PlacementState.RUNNING: _("Running"),
        PlacementState.COMPLETED: _("Completed"),
        PlacementState.BROKEN_OFF: _("Broken off"),
    },
    PlacementAction: {
        PlacementAction.AGREE: _("Agree"),
        PlacementAction.START: _("It has begun"),
        PlacementAction.COMPLETE: _("It is completed"),
        PlacementAction.BREAK_OFF: _("Break it off"),
    },
    PositionState: {
        PositionState.OFFERED: _("Offered"),
        PositionState.CLOSED: _("Closed"),
    },
    PositionAction: {
        PositionAction.CLOSE: _("Close the position"),
        PositionAction.REOPEN: _("Offer it again"),
    },
    RoundState: {
        RoundState.OPEN: _("Open"),
        RoundState.PUBLISHED: _("Published"),
        RoundState.CANCELLED: _("Cancelled"),
    },
    RoundAction: {
        RoundAction.ADJUST: _("Adjust"),
        RoundAction.PUBLISH: _("Publish"),
        RoundAction.CANCEL: _("Cancel the round"),
    },
    WorkPlace: {
        WorkPlace.ON_SITE: _("On site"),
        WorkPlace.REMOTE: _("Remote"),
        WorkPlace.BOTH: _("On site and remote"),
    },
    CodeList: {
        CodeList.MUNICIPALITIES: _("Municipalities"),
        CodeList.POSTCODES: _("Postcodes"),
        CodeList.INDUSTRIES: _("Industries (NACE, DB07)"),
        CodeList.OCCUPATIONS: _("Occupations (ESCO)"),
        CodeList.SKILLS: _("Skills (ESCO)"),
        CodeList.TRL: _("Technology readiness levels"),
    },
    PartnerKind: {
        PartnerKind.EXPERT: _("Expert"),
        PartnerKind.UNIVERSITY_GROUP: _("University group"),
        PartnerKind.INSTITUTE: _("Technology institute"),
        PartnerKind.INTERNATIONAL_PARTNER: _("International partner"),
        PartnerKind.HUB: _("Hub or cluster"),
        PartnerKind.STUDENT: _("Student"),
        PartnerKind.ACTIVITY: _("Activity"),
    },
    ProfileKind: {
        ProfileKind.EXPERT: _("Expert"),
        ProfileKind.ORGANISATION: _("Organisation"),
        ProfileKind.STUDENT: _("Student"),
        ProfileKind.ACTIVITY: _("Activity"),
    },
    EvidenceKind: {
        EvidenceKind.PUBLICATION: _("Publications"),
        EvidenceKind.CASE: _("Tasks solved"),
        EvidenceKind.EQUIPMENT: _("Equipment and laboratories"),
        EvidenceKind.SERVICE: _("What they do for others"),
        EvidenceKind.COURSE: _("Courses and teaching"),
        EvidenceKind.STANDARD: _("Standards they work to"),
        EvidenceKind.FIELD: _("Fields of knowledge"),
    },
    OrganisationType: {
        OrganisationType.UNIVERSITY: _("University"),
        OrganisationType.DEPARTMENT: _("Department"),
        OrganisationType.SECTION: _("Section"),
        OrganisationType.LABORATORY: _("Laboratory"),
        OrganisationType.GTS_INSTITUTE: _("GTS institute"),
        OrganisationType.RESEARCH_INSTITUTE: _("Research institute"),
        OrganisationType.BUSINESS_ACADEMY: _("Business academy"),
        OrganisationType.UNIVERSITY_COLLEGE: _("University college"),
        OrganisationType.CLUSTER: _("Cluster organisation"),
        OrganisationType.INNOVATION_HUB: _("Innovation hub"),
        OrganisationType.TEST_CENTRE: _("Test centre"),
        OrganisationType.FIRM: _("Firm"),
    },
    ActivityType: {
        ActivityType.OPEN_LAB: _("Open lab"),
        ActivityType.CONFERENCE: _("Conference"),
        ActivityType.DEMONSTRATION_PROJECT: _("Demonstration project"),
        ActivityType.SPARRING_WEEK: _("Sparring week"),
        ActivityType.TECHNOLOGY_SCREENING: _("Technology screening"),
        ActivityType.TRAINING: _("Training"),
        ActivityType.RESEARCH_PROJECT: _("Research project"),
        ActivityType.MATERIALS_PROJECT: _("Materials project"),
        ActivityType.EU_PARTNER_SEARCH: _("European partner search"),
        ActivityType.NETWORKING_EVENT: _("Networking event"),
    },
    CompanyNeed: {
        CompanyNeed.KNOWLEDGE_AND_TESTING: _("Knowledge and testing"),
        CompanyNeed.TAKING_PART_IN_RESEARCH: _("Taking part in research"),
        CompanyNeed.NEW_MATERIALS: _("New materials"),
        CompanyNeed.INTERNATIONAL_PARTNERS: _("International partners"),
    },
    StudyLevel: {
        StudyLevel.BACHELOR: _("Bachelor"),
        StudyLevel.MASTER: _("Master"),
        StudyLevel.PROFESSIONAL_BACHELOR: _("Professional bachelor"),
        StudyLevel.ACADEMY_PROFESSION: _("Academy profession"),
        StudyLevel.ENGINEER_TRAINEE: _("Engineer trainee"),
    },
    PlacementType: {
        PlacementType.INTERNSHIP: _("Internship"),
        PlacementType.THESIS: _("Thesis"),
        PlacementType.PROJECT_COURSE: _("Project course"),
    },
    Fit: {
        Fit.STRONG: _("Strong fit"),
        Fit.GOOD: _("Good fit"),
        Fit.POSSIBLE: _("Possible fit"),
    },
    MatchState: {
        MatchState.PROPOSED: _("Proposed"),
        MatchState.SHORTLISTED: _("Shortlisted"),
        MatchState.DISMISSED: _("Dismissed"),
    },
    ChallengeState: {
        ChallengeState.DRAFT: _("Draft"),
        ChallengeState.SUBMITTED: _("Submitted"),
        ChallengeState.OPEN: _("Open"),
        ChallengeState.CLOSED: _("Closed"),
        ChallengeState.WITHDRAWN: _("Withdrawn"),
    },
    ChallengeAction: {
        ChallengeAction.SUBMIT: _("Submit"),
        ChallengeAction.OPEN: _("Open for matching"),
        ChallengeAction.CLOSE: _("Close"),
        ChallengeAction.WITHDRAW: _("Withdraw"),
        ChallengeAction.REVISE: _("Revise"),
        ChallengeAction.MATCH: _("Find partners"),
    },
    EligibilityRule: {
        EligibilityRule.VISIBLE: _("not shown to everybody"),
        EligibilityRule.AVAILABLE: _("not available in this period"),
        EligibilityRule.PARTNER_KIND: _("another kind of partner than you asked for"),
        EligibilityRule.LANGUAGE: _("work in other languages than you asked for"),
        EligibilityRule.DISTANCE: _("too far away, for you or for them"),
        EligibilityRule.REQUIRED_TERMS: _("do not mention what you require"),
        EligibilityRule.EXCLUDED_TERMS: _("mention what you excluded"),
        EligibilityRule.DISMISSED: _("taken out by you"),
    },
    Role: {
        Role.FIRM: _("Firm"),
        Role.PARTNER: _("Expert or institute"),
        Role.UNIVERSITY: _("University"),
        Role.STAFF: _("Staff"),
        Role.ADMINISTRATOR: _("Administrator"),
    },
    Scope: {
        Scope.READ: _("Read"),
        Scope.WRITE: _("Change"),
    },
    AuditAction: {
        AuditAction.CREATE: _("Made"),
        AuditAction.REVISE: _("Changed"),
        AuditAction.CONFIRM: _("Confirmed"),
        AuditAction.WITHDRAW: _("Withdrew"),
        AuditAction.REINSTATE: _("Brought back"),
        AuditAction.ERASE: _("Erased"),
        AuditAction.CLAIM: _("Took over as owner"),
        AuditAction.MERGE: _("Merged"),
        AuditAction.IMPORT: _("Imported"),
        AuditAction.EXPORT: _("Exported"),
        AuditAction.RESTORE: _("Restored"),
        AuditAction.SIGN_IN: _("Signed in"),
        AuditAction.SIGN_OUT_EVERYWHERE: _("Signed out everywhere"),
        AuditAction.LOCK: _("Locked after wrong attempts"),
        AuditAction.CHANGE_PASSWORD: _("Changed the password"),
        AuditAction.CHANGE_ROLE: _("Changed the role"),
        AuditAction.DISABLE: _("Shut"),
        AuditAction.ENABLE: _("Opened again"),
        AuditAction.ENABLE_TOTP: _("Turned the second factor on"),
        AuditAction.DISABLE_TOTP: _("Turned the second factor off"),
        AuditAction.CREATE_TOKEN: _("Made a token"),
        AuditAction.REVOKE_TOKEN: _("Revoked a token"),
        AuditAction.JOIN: _("Added a member"),
        AuditAction.LEAVE: _("Ended a membership"),
        AuditAction.DELEGATE: _("Let somebody edit"),
        AuditAction.END_DELEGATION: _("Ended the right to edit"),
    },
    ImportFormat: {
        ImportFormat.CSV: _("Table as text (CSV)"),
        ImportFormat.XLSX: _("Workbook (Excel, .xlsx)"),
        ImportFormat.JSONL: _("JSON Lines, as this service exports them"),
        ImportFormat.ROR: _("ROR data"),
        ImportFormat.ORCID: _("ORCID records (JSON)"),
        ImportFormat.OPENALEX_AUTHORS: _("OpenAlex authors"),
        ImportFormat.OPENALEX_INSTITUTIONS: _("OpenAlex institutions"),
        ImportFormat.CORDIS_ORGANISATIONS: _("CORDIS organisations"),
        ImportFormat.CORDIS_PROJECTS: _("CORDIS projects"),
    },
    ImportState: {
        ImportState.RECEIVED: _("Waits for its columns"),
        ImportState.READING: _("Being looked at"),
        ImportState.PLANNED: _("Looked at, nothing written"),
        ImportState.RUNNING: _("Being written"),
        ImportState.DONE: _("Written"),
        ImportState.FAILED: _("Failed"),
        ImportState.CANCELLED: _("Cancelled"),
    },
    RowOutcome: {
        RowOutcome.NEW: _("New"),
        RowOutcome.CHANGED: _("Changed"),
        RowOutcome.UNCHANGED: _("Unchanged"),
        RowOutcome.REFUSED: _("Refused"),
    },
    ExportFormat: {
        ExportFormat.CSV: _("Table (CSV)"),
        ExportFormat.JSONL: _("JSON Lines"),
        ExportFormat.JSON_LD: _("Linked data (JSON-LD)"),
    },
    Visibility: {
        Visibility.PUBLIC: _("Everybody"),
        Visibility.MEMBERS: _("Everybody who is signed in"),
        Visibility.STAFF: _("Staff and the owner"),
    },
    Standing: {
        Standing.LIVE: _("Live"),
        Standing.IMPORTED: _("Imported, not confirmed"),
        Standing.WITHDRAWN: _("Withdrawn"),
        Standing.MERGED: _("Part of another profile"),
    },
    Queue: {
        Queue.STALE: _("Not confirmed for long"),
        Queue.THIN: _("Too thin to be found"),
        Queue.UNCLAIMED: _("Without an owner"),
        Queue.IMPORTED: _("Imported, to be confirmed"),
        Queue.DUPLICATES: _("Probable duplicates"),
        Queue.WAITING: _("Waiting for the index"),
        Queue.FAILED_IMPORTS: _("Failed imports"),
    },
    BulkChange: {
        BulkChange.SET_VISIBILITY: _("Set who may see them"),
        BulkChange.CONFIRM: _("Confirm that all is right"),
        BulkChange.WITHDRAW: _("Take out of matching"),
        BulkChange.ADD_FIELD: _("Add a field of knowledge"),
    },
    RevisionCause: {
        RevisionCause.EDITED: _("Edited"),
        RevisionCause.IMPORTED: _("As it came"),
        RevisionCause.MERGED: _("Merged with another profile"),
        RevisionCause.RESTORED: _("Brought back to an earlier revision"),
        RevisionCause.CONFIRMED: _("Confirmed"),
        RevisionCause.WITHDRAWN: _("Taken out of matching"),
        RevisionCause.BULK: _("Changed with others at once"),
    },
    DismissalReason: {
        DismissalReason.WRONG_FIELD: _("Wrong field"),
        DismissalReason.TOO_FAR: _("Too far away"),
        DismissalReason.TOO_BIG: _("Too big for us"),
        DismissalReason.ALREADY_KNOWN: _("We know them already"),
        DismissalReason.COMPETITOR: _("A competitor"),
        DismissalReason.NO_CAPACITY: _("They have no time"),
        DismissalReason.WRONG_LANGUAGE: _("Wrong language for us"),
        DismissalReason.OTHER: _("Another reason"),
    },
}

#: Several of them, as on a tab.
PLURALS: Mapping[PartnerKind, Any] = {
    PartnerKind.EXPERT: _("Experts"),
    PartnerKind.UNIVERSITY_GROUP: _("University groups"),
    PartnerKind.INSTITUTE: _("Technology institutes"),
    PartnerKind.INTERNATIONAL_PARTNER: _("International partners"),
    PartnerKind.HUB: _("Hubs and clusters"),
    PartnerKind.STUDENT: _("Students"),
    PartnerKind.ACTIVITY: _("Activities"),
}


def label(member: enum.StrEnum) -> str:
    """Return the word for one member, in the language of the request.

    Raises:
        KeyError: a member without a label; add it to ``LABELS``.
    """
    return str(LABELS[type(member)][member])


def plural(kind: PartnerKind) -> str:
    """Return the word for several partners of a kind."""
    return str(PLURALS[kind])
