"""Profiles: one address for what all share, and one for each kind with its own fields."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.context import current_viewer, matchmaker
from api.openapi import PREFIX, Blueprint
from api.schemas.activity import ActivityListQuerySchema, ActivityPageSchema, ActivitySchema
from api.schemas.expert import ExpertListQuerySchema, ExpertPageSchema, ExpertSchema
from api.schemas.organisation import (
    OrganisationListQuerySchema,
    OrganisationPageSchema,
    OrganisationSchema,
)
from api.schemas.profile import (
    ProfileListQuerySchema,
    ProfilePageSchema,
    ProfileSchema,
)
from api.schemas.student import StudentListQuerySchema, StudentPageSchema, StudentSchema
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

    @blueprint.takes(ProfileListQuerySchema, location="query")
    @blueprint.answers(200, ProfilePageSchema, description="Some profiles.")
    @blueprint.named("listProfiles")
    def get(self, query: dict[str, Any]) -> SparsePage:
        """List profiles of every kind, with what they share."""
        return _some(query)


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

    @blueprint.takes(ExpertListQuerySchema, location="query")
    @blueprint.answers(200, ExpertPageSchema, description="Some experts.")
    @blueprint.named("listExperts")
    def get(self, query: dict[str, Any]) -> SparsePage:
        """List experts."""
        return _some(query, ProfileKind.EXPERT)


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

    @blueprint.takes(OrganisationListQuerySchema, location="query")
    @blueprint.answers(200, OrganisationPageSchema, description="Some organisations.")
    @blueprint.named("listOrganisations")
    def get(self, query: dict[str, Any]) -> SparsePage:
        """List organisations."""
        return _some(query, ProfileKind.ORGANISATION)


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

    @blueprint.takes(StudentListQuerySchema, location="query")
    @blueprint.answers(200, StudentPageSchema, description="Some students.")
    @blueprint.named("listStudents")
    def get(self, query: dict[str, Any]) -> SparsePage:
        """List students."""
        return _some(query, ProfileKind.STUDENT)


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

    @blueprint.takes(ActivityListQuerySchema, location="query")
    @blueprint.answers(200, ActivityPageSchema, description="Some activities.")
    @blueprint.named("listActivities")
    def get(self, query: dict[str, Any]) -> SparsePage:
        """List activities."""
        return _some(query, ProfileKind.ACTIVITY)


@blueprint.at("/activities/<uuid:profile_id>")
class OneActivity(MethodView):
    """One activity."""

    @blueprint.answers(200, ActivitySchema, description="The activity.")
    @blueprint.named("readActivity", 404)
    @blueprint.revisioned
    def get(self, profile_id: UUID) -> Profile:
        """Read an activity."""
        return _of_kind(ProfileKind.ACTIVITY, profile_id)


@dataclass(frozen=True)
class SparsePage(Page[Profile]):
    """A page with the fields that were asked for; None is all of them."""

    only: Collection[str] | None = None


def _some(query: dict[str, Any], kind: ProfileKind | None = None) -> SparsePage:
    only = query.pop("some_fields")
    page = matchmaker().profiles.page(kind=kind, **query, viewer=current_viewer())
    return SparsePage(page.items, page.total, page.offset, page.limit, page.next, only)


def _of_kind(kind: ProfileKind, profile_id: UUID) -> Profile:
    profile = matchmaker().profiles.get(profile_id, current_viewer())
    if profile.kind is not kind:
        raise NotFound(kind, profile_id)
    return profile
