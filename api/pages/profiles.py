"""Profiles: browse them by kind and words, and read one."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request

from api.context import current_viewer, matchmaker
from api.pages.forms import Form
from api.parsing import read_form
from api.schemas.profile import ProfileQuerySchema
from matchmaker.models import Evidence, EvidenceKind, PartnerKind
from matchmaker.services.profiles import Page

blueprint = Blueprint("profile_pages", __name__, url_prefix="/profiles")

#: Challenges on the page of one profile.
MOST_CHALLENGES = 10
#: Order of the evidence on a profile page: first what a firm can use.
EVIDENCE_ORDER = (
    EvidenceKind.SERVICE,
    EvidenceKind.CASE,
    EvidenceKind.EQUIPMENT,
    EvidenceKind.FIELD,
    EvidenceKind.STANDARD,
    EvidenceKind.COURSE,
    EvidenceKind.PUBLICATION,
)


@blueprint.get("")
def browse() -> str | tuple[str, int]:
    """Show profiles by name, narrowed by kind and words."""
    query, errors = read_form(ProfileQuerySchema(), request.args)
    found: Page[Any] = Page([], 0, 0, 20)
    if not errors:
        found = matchmaker().profiles.page(**query, viewer=current_viewer())
    form = Form(
        values={name: request.args[name] for name in request.args},
        errors={error.field: error.detail for error in errors},
    )
    page = render_template(
        "profile/browse.html",
        found=found,
        form=form,
        kind=query.get("partner_kind"),
        partner_kinds=tuple(PartnerKind),
    )
    return (page, 422) if errors else page


@blueprint.get("/<uuid:profile_id>")
def page(profile_id: UUID) -> str:
    """Show one profile with everything that speaks for it."""
    profile = matchmaker().profiles.get(profile_id, current_viewer())
    return render_template(
        "profile/page.html",
        profile=profile,
        family=matchmaker().profiles.family_of(profile, current_viewer()),
        evidence=by_kind(profile.evidence),
    )


@blueprint.get("/<uuid:profile_id>/challenges")
def challenges(profile_id: UUID) -> str:
    """Show what this profile could help with; a section of its page is filled from here."""
    return render_template(
        "profile/challenges.html",
        profile=matchmaker().profiles.get(profile_id, current_viewer()),
        found=matchmaker().directions.challenges_for(profile_id, limit=MOST_CHALLENGES),
    )


def by_kind(evidence: list[Evidence]) -> list[tuple[EvidenceKind, list[Evidence]]]:
    """Return the evidence grouped by kind; within a kind the owner's pinned ones come first."""
    ordered = sorted(
        evidence,
        key=lambda item: (EVIDENCE_ORDER.index(item.kind), not item.pinned, item.position),
    )
    return [(kind, list(items)) for kind, items in groupby(ordered, key=lambda item: item.kind)]
