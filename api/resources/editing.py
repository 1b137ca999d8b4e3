"""Writing profiles: create, change, confirm, withdraw, erase; their history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for
from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import current_viewer, matchmaker
from api.etags import etag_of, stated_revision
from api.idempotency import PARAMETER, once
from api.openapi import IF_MATCH_PARAMETER, PREFIX, Blueprint
from api.schemas.curation import (
    ConfirmSchema,
    CuratedActivitySchema,
    CuratedExpertSchema,
    CuratedOrganisationSchema,
    CuratedProfileSchema,
    CuratedStudentSchema,
    DifferenceQuerySchema,
    DifferencesSchema,
    HistorySchema,
    MarkSchema,
    PreviewSchema,
    RestoreSchema,
)
from api.schemas.profile_input import (
    ActivityInputSchema,
    ActivityPatchSchema,
    DraftSchema,
    ExpertInputSchema,
    ExpertPatchSchema,
    OrganisationInputSchema,
    OrganisationPatchSchema,
    StudentInputSchema,
    StudentPatchSchema,
)
from matchmaker.errors import NotFound
from matchmaker.models import Profile, ProfileKind, ProfileRevision
from matchmaker.models.actions import Action, check
from matchmaker.services.access import Author
from matchmaker.services.previews import PreviewedChallenge

blueprint = Blueprint(
    "editing",
    __name__,
    url_prefix=PREFIX,
    description="Writing profiles, with a history of every revision. Needs a token.",
)
_NEW = (400, 401, 403, 409, 413, 415, 429)
_CHANGE = (400, 401, 403, 404, 409, 413, 415, 429)
_DEED = (400, 401, 403, 404, 409, 412, 428, 429)
_EXPERT = {
    "name": "Ida Berg",
    "language": "da",
    "summary": "Finder årsagen til revner i svejsninger.",
    "place": "9220",
    "evidence": [{"kind": "case", "text": "Fandt årsagen til revner i en aluminiumsramme."}],
}
_ORGANISATION = {**_EXPERT, "name": "Svejseinstituttet", "organisation_type": "gts-institute"}
_STUDENT = {
    **_EXPERT,
    "name": "Bo Lund",
    "programme": "Produktionsteknik",
    "level": "master",
    "institution": "et teknisk universitet",
}
_ACTIVITY = {
    **_EXPERT,
    "name": "Åbent laboratorium",
    "activity_type": "open-lab",
    "need": "knowledge-and-testing",
}
Made = tuple[Profile, dict[str, str]]


@blueprint.at("/experts")
class NewExpert(MethodView):
    """A new expert."""

    @needs(Action.CURATE)
    @once("createExpert")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(ExpertInputSchema, example=_EXPERT)
    @blueprint.answers(201, CuratedExpertSchema, description="The expert as stored.")
    @blueprint.named("createExpert", *_NEW)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> Made:
        """Create an expert."""
        return _created(ProfileKind.EXPERT, values)


@blueprint.at("/experts/<uuid:profile_id>")
class ChangedExpert(MethodView):
    """Changes of an expert."""

    @needs(Action.REVISE_PROFILE)
    @blueprint.takes(ExpertPatchSchema, example={"summary": _EXPERT["summary"]})
    @blueprint.answers(200, CuratedExpertSchema, description="The expert after the change.")
    @blueprint.named("reviseExpert", *_CHANGE)
    @blueprint.revisioned
    def patch(self, changes: dict[str, Any], profile_id: UUID) -> Profile:
        """Change an expert; only the fields that are sent are changed."""
        return _revised(ProfileKind.EXPERT, profile_id, changes)


@blueprint.at("/organisations")
class NewOrganisation(MethodView):
    """A new organisation."""

    @needs(Action.CURATE)
    @once("createOrganisation")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(OrganisationInputSchema, example=_ORGANISATION)
    @blueprint.answers(201, CuratedOrganisationSchema, description="The organisation as stored.")
    @blueprint.named("createOrganisation", *_NEW)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> Made:
        """Create an organisation."""
        return _created(ProfileKind.ORGANISATION, values)


@blueprint.at("/organisations/<uuid:profile_id>")
class ChangedOrganisation(MethodView):
    """Changes of an organisation."""

    @needs(Action.REVISE_PROFILE)
    @blueprint.takes(OrganisationPatchSchema, example={"summary": _EXPERT["summary"]})
    @blueprint.answers(200, CuratedOrganisationSchema, description="The organisation, changed.")
    @blueprint.named("reviseOrganisation", *_CHANGE)
    @blueprint.revisioned
    def patch(self, changes: dict[str, Any], profile_id: UUID) -> Profile:
        """Change an organisation; only the fields that are sent are changed."""
        return _revised(ProfileKind.ORGANISATION, profile_id, changes)


@blueprint.at("/students")
class NewStudent(MethodView):
    """A new student."""

    @needs(Action.CURATE)
    @once("createStudent")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(StudentInputSchema, example=_STUDENT)
    @blueprint.answers(201, CuratedStudentSchema, description="The student as stored.")
    @blueprint.named("createStudent", *_NEW)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> Made:
        """Create a student."""
        return _created(ProfileKind.STUDENT, values)


@blueprint.at("/students/<uuid:profile_id>")
class ChangedStudent(MethodView):
    """Changes of a student."""

    @needs(Action.REVISE_PROFILE)
    @blueprint.takes(StudentPatchSchema, example={"summary": _EXPERT["summary"]})
    @blueprint.answers(200, CuratedStudentSchema, description="The student after the change.")
    @blueprint.named("reviseStudent", *_CHANGE)
    @blueprint.revisioned
    def patch(self, changes: dict[str, Any], profile_id: UUID) -> Profile:
        """Change a student; only the fields that are sent are changed."""
        return _revised(ProfileKind.STUDENT, profile_id, changes)


@blueprint.at("/activities")
class NewActivity(MethodView):
    """A new activity."""

    @needs(Action.CURATE)
    @once("createActivity")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(ActivityInputSchema, example=_ACTIVITY)
    @blueprint.answers(201, CuratedActivitySchema, description="The activity as stored.")
    @blueprint.named("createActivity", *_NEW)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> Made:
        """Create an activity."""
        return _created(ProfileKind.ACTIVITY, values)


@blueprint.at("/activities/<uuid:profile_id>")
class ChangedActivity(MethodView):
    """Changes of an activity."""

    @needs(Action.REVISE_PROFILE)
    @blueprint.takes(ActivityPatchSchema, example={"summary": _EXPERT["summary"]})
    @blueprint.answers(200, CuratedActivitySchema, description="The activity after the change.")
    @blueprint.named("reviseActivity", *_CHANGE)
    @blueprint.revisioned
    def patch(self, changes: dict[str, Any], profile_id: UUID) -> Profile:
        """Change an activity; only the fields that are sent are changed."""
        return _revised(ProfileKind.ACTIVITY, profile_id, changes)


@blueprint.at("/profiles/<uuid:profile_id>")
class ErasedProfile(MethodView):
    """A profile that is erased."""

    @needs(Action.WITHDRAW_PROFILE)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.leaves("It is gone.")
    @blueprint.named("eraseProfile", 400, 401, 403, 404, 412, 428, 429)
    def delete(self, profile_id: UUID) -> None:
        """Erase a profile with its evidence, matches and history; nothing brings it back."""
        matchmaker().profiles.erase(profile_id, by=_me(), expected_revision=_stated(profile_id))


@blueprint.at("/profiles/<uuid:profile_id>/withdraw")
class Withdrawal(MethodView):
    """Withdrawing a profile."""

    @needs(Action.WITHDRAW_PROFILE)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.answers(200, CuratedProfileSchema, description="The profile, withdrawn.")
    @blueprint.named("withdrawProfile", *_DEED)
    @blueprint.revisioned
    def post(self, profile_id: UUID) -> Profile:
        """Take a profile out of matching and lists; it can come back."""
        stated = _stated(profile_id)
        return matchmaker().curation.withdraw(profile_id, by=_me(), expected_revision=stated)


@blueprint.at("/profiles/<uuid:profile_id>/reinstate")
class Reinstatement(MethodView):
    """Bringing a profile back."""

    @needs(Action.WITHDRAW_PROFILE)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.answers(200, CuratedProfileSchema, description="The profile, live again.")
    @blueprint.named("reinstateProfile", *_DEED)
    @blueprint.revisioned
    def post(self, profile_id: UUID) -> Profile:
        """Bring a withdrawn profile back."""
        owner = profile_id in required_viewer().claimed
        return matchmaker().curation.reinstate(
            profile_id, by=_me(), owner=owner, expected_revision=_stated(profile_id)
        )


@blueprint.at("/profiles/<uuid:profile_id>/confirm")
class Confirmation(MethodView):
    """Confirming a profile."""

    @needs(Action.CONFIRM_PROFILE)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(ConfirmSchema, required=False)
    @blueprint.answers(200, CuratedProfileSchema, description="The profile, confirmed.")
    @blueprint.named("confirmProfile", *_DEED, 413, 415)
    @blueprint.revisioned
    def post(self, values: dict[str, Any], profile_id: UUID) -> Profile:
        """Say that all of a profile is right; an imported one goes live.

        An imported person goes live by their own word, or by that of staff on a `legal_basis`
        that only staff may state.
        """
        if values.get("legal_basis") is not None:
            check(current_viewer(), Action.CURATE)
        owner = profile_id in required_viewer().claimed
        return matchmaker().curation.confirm(
            profile_id, by=_me(), owner=owner, expected_revision=_stated(profile_id), **values
        )


@blueprint.at("/profiles/<uuid:profile_id>/history")
class History(MethodView):
    """The revisions of a profile."""

    @needs(Action.READ_HISTORY)
    @blueprint.answers(200, HistorySchema, description="The revisions.")
    @blueprint.named("listRevisions", 401, 403, 404)
    def get(self, profile_id: UUID) -> dict[str, Any]:
        """List the revisions of a profile."""
        revisions = matchmaker().curation.history(profile_id)
        ids = {one.by for one in revisions if one.by is not None}
        authors = matchmaker().access.authors(required_viewer(), ids)
        return {"items": [_signed(one, authors) for one in revisions]}


def _signed(one: ProfileRevision, authors: Mapping[UUID, Author]) -> dict[str, Any]:
    """Return a revision with who made it, as far as the one who asks may know."""
    author = None if one.by is None else authors.get(one.by)
    return {
        "profile_id": one.profile_id,
        "revision": one.revision,
        "at": one.at,
        "by": one.by,
        "cause": one.cause,
        "by_role": author and author.role,
        "by_name": author and author.name,
    }


@blueprint.at("/profiles/<uuid:profile_id>/differences")
class Differences(MethodView):
    """What differs between two revisions of a profile."""

    @needs(Action.READ_HISTORY)
    @blueprint.takes(DifferenceQuerySchema, location="query")
    @blueprint.answers(200, DifferencesSchema, description="What differs.")
    @blueprint.named("compareRevisions", 401, 403, 404)
    def get(self, query: dict[str, Any], profile_id: UUID) -> dict[str, Any]:
        """Compare two revisions of a profile."""
        return {"items": matchmaker().curation.compare(profile_id, **query)}


@blueprint.at("/profiles/<uuid:profile_id>/preview")
class Preview(MethodView):
    """What a profile would match."""

    @needs(Action.REVISE_PROFILE)
    @blueprint.takes(DraftSchema, example={"summary": _EXPERT["summary"]})
    @blueprint.answers(200, PreviewSchema, description="What the draft would match.")
    @blueprint.named("previewProfile", 400, 401, 403, 404, 413, 415, 429, 503)
    def post(self, changes: dict[str, Any], profile_id: UUID) -> dict[str, Any]:
        """Tell which open challenges the profile would match with these changes; store nothing."""
        staff = required_viewer().is_staff
        found = matchmaker().previews.preview(profile_id, **changes, public=not staff)
        return {"items": [_previewed(one, staff=staff) for one in found]}


@blueprint.at("/profiles/<uuid:profile_id>/restore")
class Restoration(MethodView):
    """Bringing a revision back."""

    @needs(Action.REVISE_PROFILE)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(RestoreSchema, example={"revision": 1})
    @blueprint.answers(200, CuratedProfileSchema, description="The profile as it was then.")
    @blueprint.named("restoreProfile", *_DEED, 413, 415)
    @blueprint.revisioned
    def post(self, values: dict[str, Any], profile_id: UUID) -> Profile:
        """Bring back what a profile said at a revision.

        What has a deed of its own is not brought back: whether it takes part, and why.
        """
        return matchmaker().curation.restore(
            profile_id, values["revision"], expected_revision=_stated(profile_id), by=_me()
        )


@blueprint.at("/profiles/<uuid:profile_id>/evidence/<uuid:evidence_id>/pin")
class Pin(MethodView):
    """Pinning an item of evidence."""

    @needs(Action.REVISE_PROFILE)
    @blueprint.takes(MarkSchema, required=False, example={"value": True})
    @blueprint.answers(200, CuratedProfileSchema, description="The profile after the change.")
    @blueprint.named("pinEvidence", *_CHANGE)
    def put(self, values: dict[str, Any], profile_id: UUID, evidence_id: UUID) -> Made:
        """Show an item always, once and for good, or take that back.

        It needs no If-Match: it sets one mark, whatever else has changed.
        """
        return _marked(profile_id, evidence_id, pinned=values["value"])


@blueprint.at("/profiles/<uuid:profile_id>/evidence/<uuid:evidence_id>/exclude")
class Exclusion(MethodView):
    """Excluding an item of evidence."""

    @needs(Action.REVISE_PROFILE)
    @blueprint.takes(MarkSchema, required=False, example={"value": True})
    @blueprint.answers(200, CuratedProfileSchema, description="The profile after the change.")
    @blueprint.named("excludeEvidence", *_CHANGE)
    def put(self, values: dict[str, Any], profile_id: UUID, evidence_id: UUID) -> Made:
        """Never match on an item, once and for good, or take that back.

        It needs no If-Match: it sets one mark, whatever else has changed.
        """
        return _marked(profile_id, evidence_id, excluded=values["value"])


def _previewed(one: PreviewedChallenge, *, staff: bool) -> dict[str, Any]:
    # The id of a challenge without an account is the key to it.
    shown = staff or one.challenge.sample
    return {
        "challenge_id": one.challenge.id if shown else None,
        "title": one.challenge.title,
        "text": one.challenge.text,
        "score": one.score,
        "fit": one.fit,
        "passage": one.passage,
        "evidence_id": one.evidence_id,
        "before": one.before,
    }


def _created(kind: ProfileKind, values: dict[str, Any]) -> Made:
    profile = matchmaker().curation.create(
        kind, values["fields"], values["evidence"] or (), by=_me()
    )
    return profile, {"Location": url_for("profiles.OneProfile", profile_id=profile.id)}


def _revised(kind: ProfileKind, profile_id: UUID, changes: dict[str, Any]) -> Profile:
    if matchmaker().curation.read(profile_id).kind is not kind:
        raise NotFound(kind, profile_id)
    return matchmaker().curation.revise(
        profile_id, expected_revision=_stated(profile_id), by=_me(), **changes
    )


def _marked(profile_id: UUID, evidence_id: UUID, **marks: bool) -> Made:
    profile = matchmaker().curation.mark_evidence(profile_id, evidence_id, by=_me(), **marks)
    return profile, {"ETag": etag_of(profile.revision)}


def _stated(profile_id: UUID) -> int:
    return stated_revision(lambda: matchmaker().curation.read(profile_id).revision)


def _me() -> UUID:
    return required_viewer().account_id
