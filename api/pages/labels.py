"""What a person reads for each word of the vocabulary: the one place for enum labels.

``label(member)`` answers for every enum below; a test asks it for each member, so a new one
cannot reach a page as ``university-group``.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from api.pages.followup_labels import FOLLOWUP_WORDS
from api.pages.placing_labels import PLACING_WORDS
from api.report.words import WORDS as REPORT_WORDS
from matchmaker.matching.warnings import WarningKind
from matchmaker.models import (
    ActivityType,
    Answer,
    Audience,
    AuditAction,
    BriefQuestion,
    BulkChange,
    ChallengeAction,
    ChallengeState,
    ClosingReason,
    CompanyNeed,
    Conclusion,
    DeclineReason,
    DismissalReason,
    EligibilityRule,
    EvidenceKind,
    Fit,
    ImportFormat,
    ImportState,
    IntroductionAction,
    IntroductionState,
    MatchState,
    NotChanged,
    OrganisationType,
    PartnerKind,
    Party,
    PlacementType,
    ProfileKind,
    Queue,
    RevisionCause,
    Role,
    RowOutcome,
    Scope,
    Side,
    Standing,
    StudyLevel,
    Visibility,
)
from matchmaker.services.codes import CodeList
from matchmaker.services.exporting import ExportFormat

#: Class, then member: members of two classes may have the same value, and then they are equal.
LABELS: Mapping[type[enum.StrEnum], Mapping[Any, Any]] = {
    **REPORT_WORDS,
    **PLACING_WORDS,
    **FOLLOWUP_WORDS,
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
    IntroductionState: {
        IntroductionState.DRAFTED: _("Draft, not offered yet"),
        IntroductionState.OFFERED: _("Offered, answers awaited"),
        IntroductionState.ACCEPTED: _("Accepted by both"),
        IntroductionState.DECLINED: _("Declined"),
        IntroductionState.EXPIRED: _("Ended for lack of an answer"),
        IntroductionState.WITHDRAWN: _("Withdrawn"),
        IntroductionState.MET: _("They have met"),
        IntroductionState.CONCLUDED: _("Concluded"),
    },
    IntroductionAction: {
        IntroductionAction.REVISE: _("Change the words"),
        IntroductionAction.OFFER: _("Offer to both"),
        IntroductionAction.ACCEPT: _("Say yes"),
        IntroductionAction.DECLINE: _("Say no"),
        IntroductionAction.REMIND: _("Remind"),
        IntroductionAction.EXPIRE: _("End for lack of an answer"),
        IntroductionAction.WITHDRAW: _("Withdraw"),
        IntroductionAction.PROPOSE_MEETING: _("Propose a meeting"),
        IntroductionAction.MEET: _("Note that they have met"),
        IntroductionAction.CONCLUDE: _("Conclude"),
    },
    Party: {
        Party.FIRM: _("The firm"),
        Party.PARTNER: _("The partner"),
    },
    Answer: {
        Answer.ACCEPTED: _("Yes"),
        Answer.DECLINED: _("No"),
    },
    DeclineReason: {
        DeclineReason.NO_TIME: _("No time for it now"),
        DeclineReason.WRONG_FIELD: _("Another field than needed"),
        DeclineReason.WRONG_SIZE: _("The task is too big or too small"),
        DeclineReason.TOO_FAR: _("Too far away"),
        DeclineReason.CONFLICT_OF_INTEREST: _("Conflict of interest"),
        DeclineReason.ALREADY_SOLVED: _("Help has been found, or is not needed any more"),
        DeclineReason.TOO_LITTLE_KNOWN: _("Too little is told to say yes"),
        DeclineReason.OTHER: _("Something else"),
    },
    Conclusion: {
        Conclusion.COLLABORATION: _("They work together"),
        Conclusion.HELPED: _("The talk was the help"),
        Conclusion.NO_FIT: _("Not the right partner"),
        Conclusion.NOT_PURSUED: _("Not pursued, for reasons that lie elsewhere"),
    },
    ChallengeState: {
        ChallengeState.DRAFT: _("Draft"),
        ChallengeState.SUBMITTED: _("Submitted"),
        ChallengeState.OPEN: _("Open"),
        ChallengeState.EXPIRED: _("Expired"),
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
        ChallengeAction.BRIEF: _("Save the brief"),
        ChallengeAction.ASK: _("Ask back"),
        ChallengeAction.ANSWER: _("Answer"),
        ChallengeAction.RENEW: _("Renew"),
        ChallengeAction.EXPIRE: _("Let it expire"),
    },
    ClosingReason: {
        ClosingReason.SOLVED: _("It is solved"),
        ClosingReason.NO_LONGER_NEEDED: _("It is needed no longer"),
        ClosingReason.NO_PARTNER: _("No partner was found"),
        ClosingReason.DUPLICATE: _("It is the same as another challenge"),
        ClosingReason.OUT_OF_SCOPE: _("It is nothing for the cluster"),
        ClosingReason.OTHER: _("Another reason"),
    },
    Side: {
        Side.FIRM: _("Waits for the firm"),
        Side.STAFF: _("Waits for the staff"),
    },
    Audience: {
        Audience.OWNER: _("The firm"),
        Audience.STAFF: _("Staff"),
        Audience.PARTNER: _("A partner before both have accepted"),
        Audience.INTRODUCED: _("A partner after both have accepted"),
        Audience.PUBLIC: _("Everybody"),
    },
    BriefQuestion: {
        BriefQuestion.NOW: _("What happens now?"),
        BriefQuestion.WANTED: _("What should happen?"),
        BriefQuestion.TRIED: _("What has been tried?"),
        BriefQuestion.CONSTRAINTS: _("What does it have to keep to?"),
        BriefQuestion.TIME: _("When does it have to be done?"),
    },
    WarningKind: {
        WarningKind.EMAIL: _("An e-mail address. Leave it out: contact goes through the staff."),
        WarningKind.WEBSITE: _("A web address. It tells who you are; leave it out."),
        WarningKind.CVR: _("A CVR number. It names a firm; leave it out."),
        WarningKind.PHONE: _("A telephone number. Leave it out: contact goes through the staff."),
        WarningKind.PERSON: _("A person’s name. Write what they do instead, such as “our welder”."),
        WarningKind.FIRM: _("A firm’s name. Write what it is instead, such as “a supplier”."),
        WarningKind.PRICE: _(
            "A price. It weakens you in a negotiation; leave it out or say roughly."
        ),
        WarningKind.SECRET: _(
            "Something that sounds secret. Leave it out, or make the challenge confidential."
        ),
    },
    EligibilityRule: {
        EligibilityRule.VISIBLE: _("not shown to everybody"),
        EligibilityRule.AVAILABLE: _("not available in this period"),
        EligibilityRule.PARTNER_KIND: _("another kind of partner than you asked for"),
        EligibilityRule.LANGUAGE: _("work in other languages than you asked for"),
        EligibilityRule.DISTANCE: _("too far away, for you or for them"),
        EligibilityRule.CAPACITY: _("have as many introductions as they can take"),
        EligibilityRule.COOL_DOWN: _("said no not long ago"),
        EligibilityRule.CONFLICT: _("have a conflict of interest with you"),
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
        AuditAction.REVERSE: _("Taken off"),
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
        AuditAction.SHARE: _("Made a link to the report"),
        AuditAction.END_SHARE: _("Ended a link to the report"),
        AuditAction.JOIN: _("Added a member"),
        AuditAction.LEAVE: _("Ended a membership"),
        AuditAction.DELEGATE: _("Let somebody edit"),
        AuditAction.END_DELEGATION: _("Ended the right to edit"),
        AuditAction.OPEN: _("Opened"),
        AuditAction.CLOSE: _("Closed"),
        AuditAction.RENEW: _("Renewed"),
        AuditAction.EXPIRE: _("Expired"),
        AuditAction.ASK: _("Asked back"),
        AuditAction.SHORTLIST: _("Kept for a challenge"),
        AuditAction.DISMISS: _("Dismissed for a challenge"),
        AuditAction.DECLARE_CONFLICT: _("Declared a conflict of interest"),
        AuditAction.END_CONFLICT: _("Ended a conflict of interest"),
        AuditAction.OFFER: _("Offered"),
        AuditAction.ACCEPT: _("Said yes"),
        AuditAction.DECLINE: _("Said no"),
        AuditAction.REMIND: _("Reminded"),
        AuditAction.PROPOSE_MEETING: _("Proposed a meeting"),
        AuditAction.MEET: _("Noted that they met"),
        AuditAction.CONCLUDE: _("Concluded"),
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
    NotChanged: {
        NotChanged.GONE: _("it is not there any more"),
        NotChanged.MERGED: _("it became a part of another profile"),
        NotChanged.WITHDRAWN: _("it is taken out; bring it back first"),
        NotChanged.STANDING: _("this cannot be done with it as it stands"),
        NotChanged.NO_LEGAL_BASIS: _("say on what legal basis this person is shown"),
        NotChanged.HAS_FIELD: _("it has this field already"),
        NotChanged.CHANGED_SINCE: _("somebody changed it since"),
        NotChanged.OTHER: _("it cannot be done"),
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


def labelled(members: Iterable[enum.StrEnum]) -> list[tuple[str, str]]:
    """Return value and word of some members, as the options of a field."""
    return [(member.value, label(member)) for member in members]


def plural(kind: PartnerKind) -> str:
    """Return the word for several partners of a kind."""
    return str(PLURALS[kind])
