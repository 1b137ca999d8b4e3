"""What somebody can do on a page, a program can do too: every form has an address of the API."""

from __future__ import annotations

import json

from flask import Flask

from tests.architecture.repository import ROOT

#: Why no program does it.
BY_PERSONS = "what a stolen token must not change (docs/security.md)"
OF_BROWSERS = "sessions are of browsers; programs have tokens"
BY_READERS = "whoever reads the mail does it, and nobody else can"
#: The deed of a link that was mailed to somebody without an account; whoever has one does it at:
_LINK = "by a mailed link: "
#: Form -> operations of the API that do the same, or why none does.
DEEDS: dict[str, str] = {
    "account_pages.change_password": BY_PERSONS,
    "account_pages.confirm_email": BY_PERSONS,
    "account_pages.confirm_totp": BY_PERSONS,
    "account_pages.create_token": "createToken",
    "account_pages.remove_totp": BY_PERSONS,
    "account_pages.request_email": BY_PERSONS,
    "account_pages.revise": "reviseOwnAccount",
    "account_pages.revoke_token": "revokeToken",
    "account_pages.set_digest": "reviseOwnAccount",
    "account_pages.sign_out_everywhere": "signOutEverywhere",
    "admin.change_role": "reviseAccount",
    "admin.create": "createAccount",
    "admin.disable": "reviseAccount",
    "admin.enable": "reviseAccount",
    "admin.join": "addMembership",
    "admin.leave": "endMembership",
    "admin.sign_out": "signAccountOutEverywhere",
    "brief_pages.accept_warnings": "acceptWarnings",
    "brief_pages.save": "saveBrief",
    "challenge_desk.close": "closeChallenge",
    "challenge_desk.open_": "openChallenge",
    "challenge_pages.match": "startMatchRun",
    "challenge_pages.revise": "reviseChallenge",
    "challenge_pages.steer": "startMatchRun",
    "challenge_pages.withdraw": "withdrawChallenge",
    "claim_pages.claim": BY_READERS,
    "collaboration_pages.begin": "beginCollaboration",
    "collaboration_pages.confirm": "confirmOutcome",
    "collaboration_pages.erase_words": "eraseOutcomeWords",
    "collaboration_pages.move": "moveCollaboration",
    "collaboration_pages.record": "recordOutcome",
    "collaboration_pages.reverse": "reverseOutcome",
    "collaboration_pages.revise": "reviseCollaboration",
    "conflict_pages.declare": "declareConflict",
    "conflict_pages.end": "endConflict",
    "contest_pages.answer": "answerContest",
    "contest_pages.contest_order": "contestPlacing",
    "contest_pages.contest_ranking": "contestRanking",
    "contest_pages.contest_result": "contestPlacing",
    "desk_pages.act": "confirmProfile withdrawProfile dismissDuplicate",
    "desk_pages.undo": "undoBulkAction",
    "digest_pages.unsubscribe": f"{_LINK}reviseOwnAccount",
    "draft_pages.save": "saveDraft",
    "draft_pages.submit": "submitDraft",
    "duplicate_pages.dismiss": "dismissDuplicate",
    "duplicate_pages.find": "findDuplicates",
    "duplicate_pages.merge": "mergeProfiles",
    "editing_pages.create": "createExpert createOrganisation createStudent createActivity",
    "editing_pages.preview": "previewProfile",
    "editing_pages.save": "reviseExpert reviseOrganisation reviseStudent reviseActivity",
    "finding_pages.change_many": "changeMany",
    "finding_pages.drop_filter": "dropFilter",
    "finding_pages.keep_filter": "saveFilter",
    "home.ask": "submitChallenge startMatchRun",
    "hosting_pages.change": "movePosition",
    "hosting_pages.offer": "offerPosition",
    "hosting_pages.places": "setPlaces",
    "hosting_pages.rank": "rankApplicants",
    "import_pages.forget_mapping": "forgetImportMapping",
    "import_pages.name_columns": "saveImportMapping previewImport",
    "import_pages.receive": "previewImport",
    "import_run_pages.apply": "applyImport",
    "import_run_pages.cancel": "cancelImport",
    "import_run_pages.go_on": "applyImport",
    "import_run_pages.index": "updateIndex",
    "imported_people.confirm": "changeMany",
    "imported_people.invite": "inviteOwner",
    "imported_people.undo": "undoBulkAction",
    "introduction_links.answer": f"{_LINK}answerIntroduction",
    "introduction_pages.answer": "answerIntroduction",
    "introduction_pages.conclude": "concludeIntroduction",
    "introduction_pages.draft": "draftIntroduction",
    "introduction_pages.meeting": "proposeMeeting",
    "introduction_pages.met": "noteMeeting",
    "introduction_pages.offer": "offerIntroduction",
    "introduction_pages.revise": "reviseIntroduction",
    "introduction_pages.withdraw": "withdrawIntroduction",
    "keep_link_pages.keep": f"{_LINK}keepChallenge",
    "keeping_pages.renew_own": "renewChallenge",
    "keeping_pages.request_link": "keepChallenge",
    "own_pages.confirm": "confirmProfile",
    "own_pages.mark": "pinEvidence excludeEvidence",
    "own_pages.pause": "reviseExpert",
    "people_pages.delegate": "addDelegate",
    "people_pages.end": "endDelegation",
    "people_pages.invite": "inviteOwner",
    "placement_links.answer": f"{_LINK}agreeToPlacement declinePlacement",
    "placement_links.answer_check": f"{_LINK}answerPlacementCheck",
    "placement_links.evaluate": f"{_LINK}evaluatePlacement",
    "placement_pages.agree": "agreeToPlacement declinePlacement",
    "placement_pages.answer_check": "answerPlacementCheck",
    "placement_pages.change_placement": "movePlacement",
    "placement_pages.evaluate": "evaluatePlacement",
    "placement_pages.give_help": "helpPlacement",
    "placement_pages.moderate": "moderatePlacementEvaluation",
    "placement_pages.record_job": "recordPlacementJob",
    "placing_pages.add_supervisor": "addSupervisor",
    "placing_pages.allow": "allowPair",
    "placing_pages.approve": "approvePosition",
    "placing_pages.bring": "bringPlace bringPlaceNoLonger",
    "placing_pages.create": "createCohort",
    "placing_pages.enrol": "enrolStudents",
    "placing_pages.forbid": "forbidPair",
    "placing_pages.leave": "leaveCohort",
    "placing_pages.open_round": "openRound",
    "placing_pages.propose": "proposeStudents",
    "placing_pages.revise_supervisor": "reviseSupervisor",
    "placing_pages.vet": "vetHost",
    "placing_work_pages.agree_to_all": "agreeToAllPlacements",
    "programme_pages.add_target": "setTargets",
    "programme_pages.create": "createProgramme",
    "programme_pages.remove_target": "setTargets",
    "programme_pages.revise": "reviseProgramme",
    "reminder_pages.confirm": f"{_LINK}confirmProfile",
    "renewal_pages.renew": f"{_LINK}renewChallenge",
    "reset.request_reset": BY_PERSONS,
    "reset.reset": BY_PERSONS,
    "round_pages.cancel": "cancelRound",
    "round_pages.lock": "lockPair",
    "round_pages.publish": "publishRound",
    "round_pages.run": "runRound",
    "round_pages.stop": "stopRun",
    "round_pages.unlock": "liftLock",
    "round_pages.weigh": "weighLocks",
    "share_pages.create": "shareReport",
    "share_pages.end": "endReportShare",
    "shortlist_pages.decide": "decideOnPartner undoDecision",
    "sign_in.by_password": OF_BROWSERS,
    "sign_in.request_link": OF_BROWSERS,
    "sign_in.sign_out": OF_BROWSERS,
    "sign_in.use_link": OF_BROWSERS,
    "sign_in.with_code": OF_BROWSERS,
    "standing_pages.confirm": "confirmProfile",
    "standing_pages.erase": "eraseProfile",
    "standing_pages.reinstate": "reinstateProfile",
    "standing_pages.restore": "restoreProfile",
    "standing_pages.withdraw": "withdrawProfile",
    "student_file_pages.invite": "inviteStudent",
    "student_file_pages.receive": "previewImportOfCohort",
    "student_pages.consent": "consentToPlacing",
    "student_pages.mark": "markPosition unmarkPosition",
    "student_pages.rank": "rankPositions",
    "thread_pages.seen": "markThreadSeen",
    "thread_pages.write": "writeInThread",
    "unsubscribe_pages.unsubscribe": BY_READERS,
}
_REASONS = {BY_PERSONS, BY_READERS, OF_BROWSERS}


def test_every_form_is_in_the_table_and_no_other(web: Flask) -> None:
    forms = {
        rule.endpoint
        for rule in web.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    }

    assert forms == DEEDS.keys(), "say in DEEDS by which operation a program does it"


def test_what_the_table_names_is_there() -> None:
    document = json.loads((ROOT / "tests/api/openapi.json").read_text(encoding="utf-8"))
    operations = {
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in {"post", "put", "patch", "delete"}
    }

    named = [
        one
        for deed in DEEDS.values()
        if deed not in _REASONS
        for one in deed.removeprefix(_LINK).split()
    ]
    assert [one for one in named if one not in operations] == []
