"""IntroductionLinks: answers by a mailed link, without an account."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.errors import LinkSpent
from matchmaker.models import (
    Answer,
    Challenge,
    ChallengeState,
    DeclineReason,
    Introduction,
    IntroductionState,
    LinkPurpose,
    MailLink,
    Party,
)
from matchmaker.models.credentials import fingerprint
from matchmaker.services.introduction_views import IntroductionView, view_by_link
from matchmaker.services.introductions import IntroductionService
from matchmaker.services.mail_links import use
from matchmaker.storage import accounts, introductions

#: A challenge in these has nothing to answer any more.
_ENDED = frozenset({ChallengeState.CLOSED, ChallengeState.WITHDRAWN})


@dataclass(frozen=True)
class IntroductionLinks:
    """What a mailed link opens: the words of the offer, and one answer."""

    introductions: IntroductionService

    def peek(self, secret: str) -> IntroductionView:
        """Return what a link is about; opening its page changes nothing, however often.

        A link that has answered still shows what is waited for, and until when; it answers
        nothing any more.

        Raises:
            LinkSpent: it opens nothing: too old, or the introduction has ended.

        """
        with self.introductions.sessions.reading() as session:
            link = accounts.link(session, fingerprint(secret))
            one, party = self._opened(session, link)
            seen = view_by_link(session, one, party)
            if link is not None and link.used_at is not None:
                seen = IntroductionView(**{**seen.__dict__, "actions": ()})
            return seen

    def answer(
        self,
        secret: str,
        answer: Answer,
        *,
        reason: DeclineReason | None = None,
        note: str = "",
    ) -> IntroductionView:
        """Take the answer of the party that the link was mailed to, and use the link up.

        Raises:
            LinkSpent: as for ``peek``, or it has answered before.
            TransitionNotAllowed: the party has said yes elsewhere.
            InvalidInput: a no without reason, or a note that is not one short line.

        """
        service = self.introductions
        with service.sessions.writing() as session:
            link = use(session, secret, LinkPurpose.INTRODUCTION, service.clock())
            one, party = self._opened(session, link)
            introductions.get(session, one.id, lock=True)
            service.take_answer(
                session, one, party, answer, by=link.account_id, reason=reason, note=note
            )
            return view_by_link(session, one, party)

    def _opened(self, session: Session, link: MailLink | None) -> tuple[Introduction, Party]:
        at = self.introductions.clock()
        if (
            link is None
            or link.purpose is not LinkPurpose.INTRODUCTION
            or link.introduction_id is None
            or link.party is None
            or link.expires_at <= at
        ):
            raise LinkSpent
        one = introductions.get(session, link.introduction_id)
        shown = one.state is IntroductionState.OFFERED or one.contacts_passed
        if not shown or _has_ended(one.challenge):
            raise LinkSpent
        return one, link.party


def _has_ended(challenge: Challenge) -> bool:
    return challenge.state in _ENDED
