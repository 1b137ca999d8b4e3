"""Links that depend on who is reading."""

from __future__ import annotations

from flask_babel import gettext

from api.context import current_viewer
from matchmaker.models import Profile, Role
from matchmaker.models.actions import Action, allowed
from matchmaker.models.facts import facts_of


def own_pages() -> list[tuple[str, str]]:
    """Return endpoint and words of the pages in the header that not everybody has."""
    viewer = current_viewer()
    if viewer is None:
        return []
    pages = []
    if viewer.role is Role.FIRM or viewer.organisations:
        pages.append(("draft_pages.own", str(gettext("My challenges"))))
    if viewer.is_staff:
        pages.append(("desk_pages.page", str(gettext("Desk"))))
        pages.append(("import_pages.page", str(gettext("Imports"))))
        pages.append(("programme_pages.page", str(gettext("Programmes"))))
    else:
        pages.append(("introduction_pages.page", str(gettext("Introductions"))))
    if allowed(viewer, Action.LIST_COHORTS):
        pages.append(("placing_pages.page", str(gettext("Placing students"))))
    if viewer.organisations:
        pages.append(("hosting_pages.page", str(gettext("Positions"))))
    if viewer.claimed:
        pages.append(("student_pages.page", str(gettext("My placements"))))
    if viewer.claimed or viewer.delegated:
        pages.append(("own_pages.page", str(gettext("My profiles"))))
    return pages


def may_revise(profile: Profile) -> bool:
    """Return whether the reader may change a profile."""
    return allowed(current_viewer(), Action.REVISE_PROFILE, facts_of(profile))
