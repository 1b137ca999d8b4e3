"""KeepingService: a challenge that was written without an account becomes somebody's.

Until then its address is the key to it. A mailed link shows that the reader of an e-mail address
wants it; opening it (with a button, a GET never acts) makes an account for a firm if there is
none, and from then on the old address opens nothing for anybody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, LinkSpent
from matchmaker.models import Account, AuditAction, Challenge, LinkPurpose, Role
from matchmaker.models.facts import Viewer
from matchmaker.services.accounts import checked_email, checked_language
from matchmaker.services.challenges import checked_organisation
from matchmaker.services.clock import Clock
from matchmaker.services.mail_links import mail_link, make_link, opened, use
from matchmaker.services.recording import Entry, record
from matchmaker.storage import accounts, challenges
from matchmaker.storage.database import Sessions


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A challenge and whose it is now."""

    challenge: Challenge
    account: Account


@dataclass(frozen=True)
class KeepingService:
    """What makes a challenge somebody's."""

    sessions: Sessions
    clock: Clock

    def request(self, challenge_id: UUID, email: str, *, language: str = "da") -> None:
        """Mail a link by which the reader of an address keeps a challenge.

        Raises:
            InvalidInput: it is no e-mail address.
            NotFound: there is no such challenge.
            Duplicate: it is somebody's already.

        """
        address, now = checked_email(email), self.clock()
        with self.sessions.writing() as session:
            challenge = _nobodys(session, challenge_id)
            link, path = make_link(
                session,
                LinkPurpose.KEEP_CHALLENGE,
                address,
                at=now,
                challenge_id=challenge.id,
            )
            mail_link(session, link, path, checked_language(language), at=now)

    def peek(self, secret: str) -> tuple[str, Challenge]:
        """Return the address of a link and the challenge it keeps; nothing is changed by that.

        Raises:
            LinkSpent: it opens nothing, or the challenge is somebody's meanwhile.

        """
        with self.sessions.reading() as session:
            link = opened(session, secret, LinkPurpose.KEEP_CHALLENGE, self.clock())
            return link.email, _of_link(session, link.challenge_id)

    def keep(self, secret: str) -> Kept:
        """Make the challenge the reader's, with an account of a firm if they have none.

        Returns:
            The challenge and the account, to be signed in; with ``has_totp`` the code is still
            asked for.

        Raises:
            LinkSpent: it opens nothing, the challenge is somebody's, or the account is disabled.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            link = use(session, secret, LinkPurpose.KEEP_CHALLENGE, now)
            challenge = _of_link(session, link.challenge_id)
            account = accounts.by_email(session, link.email)
            if account is None:
                account = Account(email=link.email, role=Role.FIRM, created_at=now)
                session.add(account)
                session.flush()
                after = {"email": link.email, "role": account.role.value}
                entry = Entry(
                    by=None, action=AuditAction.CREATE, kind="account", id=account.id, after=after
                )
                record(session, entry, at=now)
            elif not account.enabled:
                raise LinkSpent
            account.email_confirmed_at = account.email_confirmed_at or now
            organisations = accounts.belongings(session, account.id)["organisations"]
            only = next(iter(organisations)) if len(organisations) == 1 else None
            self._give(session, challenge, account.id, only)
        return Kept(challenge=challenge, account=account)

    def take(self, challenge_id: UUID, by: Viewer) -> Challenge:
        """Make a challenge that nobody has somebody's who is signed in and has its address.

        Raises:
            NotFound: there is no such challenge.
            Duplicate: it is somebody's already.

        """
        with self.sessions.writing() as session:
            challenge = _nobodys(session, challenge_id)
            self._give(session, challenge, by.account_id, checked_organisation(by, None))
        return challenge

    def _give(
        self, session: Session, challenge: Challenge, account_id: UUID, organisation: UUID | None
    ) -> None:
        now = self.clock()
        challenge.account_id, challenge.organisation_id = account_id, organisation
        challenge.updated_at = now
        entry = Entry(
            by=account_id,
            action=AuditAction.CLAIM,
            kind="challenge",
            id=challenge.id,
            after={"account_id": str(account_id)},
        )
        record(session, entry, at=now)


def _nobodys(session: Session, challenge_id: UUID) -> Challenge:
    challenge = challenges.get(session, challenge_id)
    if challenge.owned or challenge.sample:
        raise Duplicate("challenge", challenge.id)
    return challenge


def _of_link(session: Session, challenge_id: UUID | None) -> Challenge:
    challenge = session.get(Challenge, challenge_id) if challenge_id else None
    if challenge is None or challenge.owned:
        raise LinkSpent
    return challenge
