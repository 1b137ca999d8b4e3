"""An introduction as somebody sees it: staff all of it, each party its own side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from matchmaker.models import Challenge, Introduction, IntroductionAction, Party
from matchmaker.models.actions import introduction_actions, party_actions
from matchmaker.models.challenge_view import Audience, ChallengeView, Requester, view_for
from matchmaker.models.facts import Viewer, introduction_facts
from matchmaker.services.introduction_mails import addressee
from matchmaker.storage.introductions import Addressee, firm, organisation_names


@dataclass(frozen=True, kw_only=True)
class IntroductionView:
    """An introduction, and what the one who looks at it may know and do."""

    introduction: Introduction
    #: The challenge as they see it.
    challenge: ChallengeView
    #: The parties they speak for; none for staff.
    parties: Sequence[Party]
    actions: Sequence[IntroductionAction]
    #: Whether they see both texts, and what is for staff only.
    is_staff: bool = False
    #: Name and address: of both for staff, of the other party after two yeses.
    contacts: Mapping[Party, Addressee] = field(default_factory=dict)

    @property
    def revision(self) -> int:
        """The revision of the introduction; its ETag."""
        return self.introduction.revision

    @property
    def text(self) -> str:
        """The words for the one who looks, or for both."""
        one = self.introduction
        texts = {Party.FIRM: one.firm_text, Party.PARTNER: one.partner_text}
        shown = self.parties or tuple(Party)
        return "\n\n".join(texts[party] for party in shown)

    @property
    def waits_for_me(self) -> bool:
        """Whether an answer of the one who looks is awaited."""
        return any(party in self.introduction.waits_for for party in self.parties)


def view_by(session: Session, introduction: Introduction, viewer: Viewer) -> IntroductionView:
    """Return an introduction as somebody who is signed in sees it, and may."""
    facts = introduction_facts(introduction, introduction.challenge)
    parties = facts.parties_of(viewer) if facts.offered else ()
    return _view(
        session,
        introduction,
        parties,
        introduction_actions(introduction, facts, viewer),
        is_staff=viewer.is_staff,
    )


def view_by_link(session: Session, introduction: Introduction, party: Party) -> IntroductionView:
    """Return an introduction as the one sees it who came by a mailed link.

    Contact details are mailed to both; a link in a mail that is passed on does not open them.
    """
    seen = _view(session, introduction, (party,), party_actions(introduction, party))
    if not introduction.contacts_passed or party is Party.FIRM:
        return IntroductionView(**{**seen.__dict__, "contacts": {}})
    hidden = view_for(
        introduction.challenge,
        Audience.PARTNER,
        requester_of(session, introduction, introduction.challenge),
    )
    return IntroductionView(**{**seen.__dict__, "contacts": {}, "challenge": hidden})


def requester_of(session: Session, introduction: Introduction, challenge: Challenge) -> Requester:
    """Return whose challenge it is, as far as is known."""
    who = firm(session, introduction)
    names = organisation_names(session, [challenge.organisation_id])
    return Requester(
        firm=next(iter(names.values()), ""),
        person=who.account.name if who and who.account else "",
        email=who.email if who else "",
    )


def _view(
    session: Session,
    introduction: Introduction,
    parties: Sequence[Party],
    actions: Sequence[IntroductionAction],
    *,
    is_staff: bool = False,
) -> IntroductionView:
    known = tuple(Party) if is_staff else ()
    if introduction.contacts_passed:
        known = (*known, *(party.other for party in parties))
    found = {party: addressee(session, introduction, party) for party in known}
    if is_staff:
        audience = Audience.STAFF
    elif Party.FIRM in parties:
        audience = Audience.OWNER
    else:
        audience = Audience.INTRODUCED if introduction.contacts_passed else Audience.PARTNER
    requester = requester_of(session, introduction, introduction.challenge)
    return IntroductionView(
        introduction=introduction,
        challenge=view_for(introduction.challenge, audience, requester),
        parties=parties,
        actions=actions,
        is_staff=is_staff,
        contacts={party: who for party, who in found.items() if who is not None},
    )
