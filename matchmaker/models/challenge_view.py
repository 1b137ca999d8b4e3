"""What of a challenge is shown to whom: the one function for pages, API and mails.

Pure. The side that may be introduced to the firm learns what the problem is, never whose it is,
until both have accepted; of a confidential challenge it learns the title, the field, the region and
the answers that the firm shares. What the firm wrote is looked through for its own name and for
what reaches it (``contact_marks``), so that nobody is named by their own words.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import shorten
from uuid import UUID

from matchmaker.models.activity import CompanyNeed
from matchmaker.models.brief import BriefQuestion
from matchmaker.models.challenge import Challenge, ChallengeState
from matchmaker.models.contact_marks import without_contacts
from matchmaker.models.facts import Viewer
from matchmaker.models.place import Place
from matchmaker.models.regions import region_of

#: Characters of a text that are shown to those who may not read all of it.
EXCERPT = 200


class Audience(enum.StrEnum):
    """Who looks at a challenge."""

    #: The firm: its account, the members of its organisation, or who has the address of one
    #: without an account.
    OWNER = "owner"
    STAFF = "staff"
    #: The other side of an introduction, before both have accepted it.
    PARTNER = "partner"
    #: The same after both have.
    INTRODUCED = "introduced"
    PUBLIC = "public"


@dataclass(frozen=True, kw_only=True)
class Requester:
    """Whose challenge it is, in what reaches them."""

    #: Name of the organisation; empty when the account belongs to none.
    firm: str = ""
    person: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class ChallengeView:
    """A challenge as one audience sees it. What they may not know is None or empty."""

    audience: Audience
    #: None for the public, but of a sample: the id of a challenge without an account is its key.
    id: UUID | None
    title: str
    #: All of the text; None for those who may not read all of it.
    text: str | None
    #: How the text begins; empty where not even that may be read.
    excerpt: str
    #: ISO 639-1.
    language: str
    state: ChallengeState
    sample: bool
    confidential: bool
    #: Code of the Danish region (ISO 3166-2); None when the place is not known.
    region: str | None
    #: ISO 3166-1 alpha-2.
    country: str
    #: Where the firm is; None for those who learn the region only.
    place: Place | None
    #: NACE / DB07: the whole code, or of a confidential challenge its first two figures.
    industry_code: str | None
    answers: Mapping[BriefQuestion, str] = field(default_factory=dict)
    trl: int | None = None
    need: CompanyNeed | None = None
    languages: tuple[str, ...] = ()
    students: bool | None = None
    expires_at: datetime | None = None
    #: Whose it is; None for everybody who may not know.
    requester: Requester | None = None


def audience_of(
    challenge: Challenge, viewer: Viewer | None, *, accepted: bool | None = None
) -> Audience:
    """Return as whom somebody looks at a challenge.

    Args:
        challenge: what they look at.
        viewer: who is signed in, if anybody.
        accepted: None for somebody whom nobody has offered an introduction to; otherwise
            whether both sides have accepted it.

    """
    if viewer is not None:
        if viewer.is_staff:
            return Audience.STAFF
        theirs = challenge.organisation_id in viewer.organisations
        if theirs or challenge.account_id == viewer.account_id:
            return Audience.OWNER
    if accepted is None:
        return Audience.PUBLIC
    return Audience.INTRODUCED if accepted else Audience.PARTNER


def view_of(
    challenge: Challenge,
    viewer: Viewer | None,
    *,
    accepted: bool | None = None,
    requester: Requester | None = None,
) -> ChallengeView:
    """Return what of a challenge somebody may see.

    Args:
        challenge: what they look at.
        viewer: who is signed in; None for who came by a mailed link, too.
        accepted: None for somebody whom nobody has offered an introduction to; otherwise
            whether both sides have accepted it.
        requester: whose it is. Handed over always: it is shown to those who may know, and kept
            out of the words for all others.

    """
    return view_for(challenge, audience_of(challenge, viewer, accepted=accepted), requester)


def view_for(
    challenge: Challenge, audience: Audience, requester: Requester | None = None
) -> ChallengeView:
    """Return a challenge as an audience sees it; ``view_of`` says who is which."""
    whole = audience in {Audience.OWNER, Audience.STAFF, Audience.INTRODUCED}
    if whole:
        return _whole(challenge, audience, requester)
    names = (requester.firm, requester.person, requester.email) if requester else ()

    def masked(text: str) -> str:
        return without_contacts(text, names)

    brief = challenge.brief
    public = audience is Audience.PUBLIC
    readable = not challenge.confidential
    open_answers = brief.answers if readable else brief.shared & brief.answers.keys()
    code = challenge.industry_code
    return ChallengeView(
        audience=audience,
        id=challenge.id if challenge.sample or not public else None,
        title=masked(challenge.title),
        text=masked(challenge.text) if readable and not public else None,
        excerpt=beginning(masked(challenge.text)) if readable else "",
        language=challenge.language,
        state=challenge.state,
        sample=challenge.sample,
        confidential=challenge.confidential,
        region=None if public else region_of(challenge.municipality),
        country=challenge.country,
        place=None,
        industry_code=None if public else (code if readable else code and code[:2]),
        answers={}
        if public
        else {one: masked(brief.answers[one]) for one in BriefQuestion if one in open_answers},
        trl=None if public else brief.trl,
        need=None if public else brief.need,
        languages=() if public else brief.languages,
        students=None if public else brief.students,
    )


def _whole(challenge: Challenge, audience: Audience, requester: Requester | None) -> ChallengeView:
    brief = challenge.brief
    return ChallengeView(
        audience=audience,
        id=challenge.id,
        title=challenge.title,
        text=challenge.text,
        excerpt=beginning(challenge.text),
        language=challenge.language,
        state=challenge.state,
        sample=challenge.sample,
        confidential=challenge.confidential,
        region=region_of(challenge.municipality),
        country=challenge.country,
        place=challenge.place,
        industry_code=challenge.industry_code,
        answers=brief.answers,
        trl=brief.trl,
        need=brief.need,
        languages=brief.languages,
        students=brief.students,
        expires_at=challenge.expires_at,
        requester=requester,
    )


def beginning(text: str) -> str:
    """Return how a text begins, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else shorten(line, EXCERPT, placeholder=" …")
