"""ReminderService: owners are asked by mail whether all of their profile is still right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import LinkSpent
from matchmaker.models import Account, Claim, LinkPurpose, MailLink, MailTemplate, Profile
from matchmaker.services.clock import Clock
from matchmaker.services.mail_links import make_link, opened, use
from matchmaker.services.mailing import NewMail, queue
from matchmaker.storage import reminders
from matchmaker.storage.database import Sessions

#: Most mails that are written at a time.
MOST_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """What a mailed link is about."""

    link: MailLink
    profile: Profile


@dataclass(frozen=True)
class ReminderService:
    """Asks owners of live profiles, and takes their answers without a sign-in."""

    sessions: Sessions
    clock: Clock
    #: Days after which a profile that nobody has confirmed is asked about, and asked again.
    every_days: int

    def ask(self, *, most: int = MOST_AT_ONCE) -> int:
        """Write a mail to each owner whose profile nobody has confirmed for long; return how many.

        An owner who does not answer is asked again after as long; one who unsubscribed never.
        """
        now = self.clock()
        with self.sessions.writing() as session:
            due = reminders.due(session, now - timedelta(days=self.every_days), most)
            for claim, account, profile in due:
                self._ask(session, claim, account, profile, now)
        return len(due)

    def peek(self, secret: str, purpose: LinkPurpose = LinkPurpose.CONFIRM_PROFILE) -> Reminder:
        """Return what a mailed link is about; opening its page changes nothing.

        Raises:
            LinkSpent: it opens nothing, or the profile has another owner meanwhile.

        """
        with self.sessions.reading() as session:
            return self._opened(session, secret, purpose)

    def answer(self, secret: str, confirm: Callable[[UUID, UUID | None], object]) -> Profile:
        """Take the owner's word that all is right, and use the link up.

        Args:
            secret: of the mailed link.
            confirm: says so of a profile, for an account.

        Raises:
            LinkSpent: as for ``peek``.
            TransitionNotAllowed: the profile was withdrawn meanwhile.

        """
        found = self.peek(secret)
        # Whoever presses twice says the same twice; a link is used up when it was heard.
        confirm(found.profile.id, found.link.account_id)
        with self.sessions.writing() as session:
            use(session, secret, LinkPurpose.CONFIRM_PROFILE, self.clock())
        return found.profile

    def unsubscribe(self, secret: str) -> Profile:
        """Ask about this profile no more; twice is as good as once.

        Raises:
            LinkSpent: as for ``peek``.

        """
        with self.sessions.writing() as session:
            found = self._opened(session, secret, LinkPurpose.UNSUBSCRIBE)
            reminders.claim_of(session, found.profile.id).reminded = False
            return found.profile

    def _opened(self, session: Session, secret: str, purpose: LinkPurpose) -> Reminder:
        link = opened(session, secret, purpose, self.clock())
        profile = session.get(Profile, link.profile_id) if link.profile_id else None
        account = session.get(Account, link.account_id) if link.account_id else None
        claim = session.get(Claim, profile.id) if profile else None
        if (
            profile is None
            or account is None
            or not account.enabled
            or claim is None
            or claim.account_id != account.id
        ):
            raise LinkSpent
        return Reminder(link=link, profile=profile)

    def _ask(
        self, session: Session, claim: Claim, account: Account, profile: Profile, now: datetime
    ) -> None:
        claim.asked_at = now
        paths = {}
        for name, purpose in (
            ("path", LinkPurpose.CONFIRM_PROFILE),
            ("unsubscribe_path", LinkPurpose.UNSUBSCRIBE),
        ):
            link, paths[name] = make_link(
                session, purpose, account.email, at=now, account=account, profile_id=profile.id
            )
            if name == "path":
                paths["expires_at"] = link.expires_at.isoformat()
        mail = NewMail(
            to=account.email,
            language=account.language,
            template=MailTemplate.CONFIRM_PROFILE.value,
            values={**paths, "profile": profile.name},
            key=f"{MailTemplate.CONFIRM_PROFILE}:{profile.id}:{now.isoformat()}",
        )
        queue(session, mail, at=now)
