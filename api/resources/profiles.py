"""Profiles: one address for what all share, and one for each kind with its own fields."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.context import current_viewer, matchmaker
from api.openapi import PREFIX, Blueprint
from api.schemas.activity import ActivityPageSchema, ActivitySchema
from api.schemas.expert import ExpertPageSchema, ExpertSchema
from api.schemas.organisation import OrganisationPageSchema, OrganisationSchema
from api.schemas.profile import (
    ProfilePageSchema,
    ProfileQuerySchema,
    ProfileSchema,
    TextQuerySchema,
)
from api.schemas.student import StudentPageSchema, StudentSchema
from matchmaker.errors import NotFound
from matchmaker.models import Profile, ProfileKind
from matchmaker.services.profiles import Page

blueprint = Blueprint(
    "profiles",
    __name__,
    url_prefix=PREFIX,
    description="Those who can be proposed: experts, organisations, students, activities.",
)


@blueprint.at("/profiles")
class Profiles(MethodView):
    """Profiles of every kind."""

    @blueprint.takes(ProfileQuerySchema, location="query")
    @blueprint.answers(200, ProfilePageSchema, description="Some profiles, by name.")
    @blueprint.named("listProfiles")
    def get(self, query: dict[str, Any]) -> Page[Profile]:
        """List profiles of every kind, with what they share."""
        return matchmaker().profiles.page(**query, viewer=current_viewer())


@blueprint.at("/profiles/<uuid:profile_id>")
class OneProfile(MethodView):
    """One profile of any kind."""

    @blueprint.answers(200, ProfileSchema, description="The profile.")
    @blueprint.named("readProfile", 404)
    @blueprint.revisioned
    def get(self, profile_id: UUID) -> Profile:
        """Read a profile of any kind, with what all kinds share."""
        return matchmaker().profiles.get(profile_id, current_viewer())


@blueprint.at("/experts")
class Experts(MethodView):
    """Experts."""

    @blueprint.takes(TextQuerySchema, location="query")
    @blueprint.answers(200, ExpertPageSchema, description="Some experts, by name.")
    @blueprint.named("listExperts")
    def get(self, query: dict[str, Any]) -> Page[Profile]:
        """List experts."""
        return matchmaker().profiles.page(kind=ProfileKind.EXPERT, **query, viewer=current_viewer())


@blueprint.at("/experts/<uuid:profile_id>")
class OneExpert(MethodView):
    """One expert."""

    @blueprint.answers(200, ExpertSchema, description="The expert.")
    @blueprint.named("readExpert", 404)
    @blueprint.revisioned
    def get(self, profile_id: UUID) -> Profile:
        """Read an expert."""
        return _of_kind(ProfileKind.EXPERT, profile_id)


@blueprint.at("/organisations")
class Organisations(MethodView):
    """Organisations."""

    @blueprint.takes(ProfileQuerySchema, location="query")
    @blueprint.answers(200, OrganisationPageSchema, description="Some organisations, by name.")
    @blueprint.named("listOrganisations")
    def get(self, query: dict[str, Any]) -> Page[Profile]:
        """List organisations."""
        return matchmaker().profiles.page(
            kind=ProfileKind.ORGANISATION, **query, viewer=current_viewer()
        )


@blueprint.at("/organisations/<uuid:profile_id>")
class OneOrganisation(MethodView):
    """One organisation."""

    @blueprint.answers(200, OrganisationSchema, description="The organisation.")
    @blueprint.named("readOrganisation", 404)
    @blueprint.revisioned
    def get(self, profile_id: UUID) -> Profile:
        """Read an organisation."""
        return _of_kind(ProfileKind.ORGANISATION, profile_id)


@blueprint.at("/students")
class Students(MethodView):
    """Students."""

    @blueprint.takes(TextQuerySchema, location="query")
    @blueprint.answers(200, StudentPageSchema, description="Some students, by name.")
    @blueprint.named("listStudents")
    def get(self, query: dict[str, Any]) -> Page[Profile]:
        """List students."""
        return matchmaker().profiles.page(
            kind=ProfileKind.STUDENT, **query, viewer=current_viewer()
        )


@blueprint.at("/students/<uuid:profile_id>")
class OneStudent(MethodView):
    """One student."""

    @blueprint.answers(200, StudentSchema, description="The student.")
    @blueprint.named("readStudent", 404)
    @blueprint.revisioned
    def get(self, profile_id: UUID) -> Profile:
        """Read a student."""
        return _of_kind(ProfileKind.STUDENT, profile_id)


@blueprint.at("/activities")
class Activities(MethodView):
    """Activities."""

    @blueprint.takes(TextQuerySchema, location="query")
    @blueprint.answers(200, ActivityPageSchema, description="Some activities, by name.")
    @blueprint.named("listActivities")
    def get(self, query: dict[str, Any]) -> Page[Profile]:
        """List activities."""
        return matchmaker().profiles.page(
            kind=ProfileKind.ACTIVITY, **query, viewer=current_viewer()
        )


@blueprint.at("/activities/<uuid:profile_id>")
class OneActivity(MethodView):
    """One activity."""

    @blueprint.answers(200, ActivitySchema, description="The activity.")
    @blueprint.named("readActivity", 404)
    @blueprint.revisioned
    def get(self, profile_id: UUID) -> Profile:
        """Read an activity."""
        return _of_kind(ProfileKind.ACTIVITY, profile_id)


def _of_kind(kind: ProfileKind, profile_id: UUID) -> Profile:
    profile = matchmaker().profiles.get(profile_id, current_viewer())
    if profile.kind is not kind:
        raise NotFound(kind, profile_id)
    return profile
