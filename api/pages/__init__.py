"""HTML pages: one module per subject, the same services and schemas as the JSON resources.

A page function calls a service and renders a template that extends ``layout.html``; a form is
answered with 303, so that everything works without script. Words for members of the vocabulary
are in ``labels``, words for values in ``display``, sentences beside form fields in ``forms``.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from api.context import current_account
from api.pages import (
    about,
    account,
    admin,
    briefs,
    challenge_desk,
    challenges,
    claim,
    codes,
    collaborations,
    conflicts_of_interest,
    contests,
    desk,
    digests,
    drafts,
    duplicates,
    editing,
    exports,
    exposure,
    finding,
    home,
    hosting,
    import_runs,
    imported_people,
    imports,
    introduction_links,
    introductions,
    keeping,
    own_profiles,
    placement_links,
    placements,
    placing,
    placing_work,
    profile_people,
    profiles,
    programmes,
    provider,
    reminders,
    report_shares,
    reset,
    rounds,
    shortlist,
    sign_in,
    standing,
    student_files,
    student_wishes,
    threads,
)
from api.pages.display import FILTERS, same_page
from api.pages.labels import labelled, plural
from api.pages.marks import pieces
from api.pages.navigation import may_revise, own_pages
from api.pages.profile_words import field_name, form_field_name, in_words

#: Every page blueprint, in the order in which the app registers them.
BLUEPRINTS: list[Blueprint] = [
    home.blueprint,
    challenges.blueprint,
    shortlist.blueprint,
    introductions.blueprint,
    introductions.desk,
    introduction_links.blueprint,
    profiles.blueprint,
    about.blueprint,
    exposure.blueprint,
    sign_in.blueprint,
    provider.blueprint,
    reset.blueprint,
    claim.blueprint,
    account.blueprint,
    admin.blueprint,
    codes.blueprint,
    imported_people.blueprint,
    imports.blueprint,
    import_runs.blueprint,
    exports.blueprint,
    desk.blueprint,
    finding.blueprint,
    duplicates.blueprint,
    editing.blueprint,
    standing.blueprint,
    conflicts_of_interest.blueprint,
    profile_people.blueprint,
    own_profiles.blueprint,
    reminders.blueprint,
    reminders.unsubscribing,
    drafts.blueprint,
    keeping.blueprint,
    keeping.links,
    keeping.renewals,
    briefs.blueprint,
    threads.blueprint,
    challenge_desk.blueprint,
    digests.unsubscribing,
    collaborations.blueprint,
    programmes.blueprint,
    report_shares.blueprint,
    report_shares.shared,
    placing.blueprint,
    student_files.blueprint,
    rounds.blueprint,
    student_wishes.blueprint,
    hosting.blueprint,
    placements.blueprint,
    placement_links.blueprint,
    placing_work.blueprint,
    contests.blueprint,
]
#: Their forms carry no token: the secret in their address is one, and programs send them.
WITHOUT_FORM_TOKEN = (reminders.unsubscribing, digests.unsubscribing)

# Error pages need them too, so they belong to the app and come with the first blueprint.
for _name, _filter in FILTERS.items():
    home.blueprint.add_app_template_filter(_filter, _name)
home.blueprint.add_app_template_filter(plural, "plural")
home.blueprint.add_app_template_filter(labelled, "labelled")
home.blueprint.add_app_template_filter(pieces, "pieces")
home.blueprint.add_app_template_filter(field_name, "field_name")
home.blueprint.add_app_template_filter(form_field_name, "form_field_name")
home.blueprint.add_app_template_filter(in_words, "in_words")
home.blueprint.add_app_template_filter(contests.method_word, "method_word")


@home.blueprint.app_context_processor
def _words() -> dict[str, Any]:
    """Give every template the address of the same page in another language."""
    return {
        "same_page": same_page,
        "current_account": current_account,
        "own_pages": own_pages,
        "may_revise": may_revise,
    }
