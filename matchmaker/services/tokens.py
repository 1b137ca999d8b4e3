"""TokenService: secrets that programs sign in with, shown once and kept as hashes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput, NotFound, NotSignedIn
from matchmaker.models import Account, ApiToken, AuditAction, Scope
from matchmaker.models.credentials import fingerprint
from matchmaker.models.facts import Viewer
from matchmaker.services.clock import Clock
from matchmaker.services.recording import Entry, record
from matchmaker.services.sign_in import viewer_of
from matchmaker.storage import accounts
from matchmaker.storage.database import Sessions

#: So that a secret is recognised where it should not be: in a file, in a log.
PREFIX = "mm_"
NAME_LENGTH = 80
#: Days that a token works, as asked for.
DAYS = (1, 366)
#: More than anybody needs; a program that makes tokens in a loop stops here.
MOST_TOKENS = 50
#: "Last used" is written at most so often.
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class TokenService:
    """API tokens of one account, and what they open."""

    sessions: Sessions
    clock: Clock

    def create(
        self, account_id: UUID, *, name: str, scopes: Collection[Scope], days: int = 90
    ) -> tuple[ApiToken, str]:
        """Make a token; return it with its secret, which is shown this once.

        Args:
            account_id: in whose place it signs in.
            name: what it is for.
            scopes: what it may be used for.
            days: how long it works.

        Raises:
            InvalidInput: no name, no scope, too long, or too many tokens.

        """
        name = " ".join(name.split())
        if not name or len(name) > NAME_LENGTH:
            raise InvalidInput("name", f"Give it a name of at most {NAME_LENGTH} characters.")
        if not scopes:
            raise InvalidInput("scopes", "Choose what it may do: read, write or both.")
        least, most = DAYS
        if not least <= days <= most:
            raise InvalidInput("days", f"Use {least} to {most} days.")
        secret, now = PREFIX + token_urlsafe(32), self.clock()
        token = ApiToken(
            account_id=account_id,
            name=name,
            fingerprint=fingerprint(secret),
            scopes=sorted(scopes),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        with self.sessions.writing() as session:
            present = accounts.tokens_of(session, account_id)
            if sum(one.works(now) for one in present) >= MOST_TOKENS:
                raise InvalidInput("name", "There are too many tokens; revoke one first.")
            session.add(token)
            session.flush()
            after = {
                "name": name,
                "scopes": token.scopes,
                "expires_at": token.expires_at.isoformat(),
            }
            self._write_down(session, token, AuditAction.CREATE_TOKEN, after)
        return token, secret

    def all_of(self, account_id: UUID) -> Sequence[ApiToken]:
        """Return the tokens of an account, newest first; the revoked ones too."""
        with self.sessions.reading() as session:
            return accounts.tokens_of(session, account_id)

    def revoke(self, account_id: UUID, token_id: UUID) -> ApiToken:
        """Let a token open nothing any more; twice is as good as once.

        Raises:
            NotFound: this account has no such token.

        """
        with self.sessions.writing() as session:
            token = session.get(ApiToken, token_id)
            if token is None or token.account_id != account_id:
                raise NotFound("token", token_id)
            if token.revoked_at is None:
                token.revoked_at = self.clock()
                self._write_down(session, token, AuditAction.REVOKE_TOKEN, {"name": token.name})
        return token

    def viewer(self, secret: str) -> tuple[Account, Viewer]:
        """Return whose place a token stands in.

        Raises:
            NotSignedIn: it is none, expired or revoked, or its account is disabled.

        """
        now = self.clock()
        with self.sessions.reading() as session:
            token = accounts.token_by_fingerprint(session, fingerprint(secret))
            if token is None or not token.works(now):
                raise NotSignedIn("This token is unknown, expired or revoked.")
            account = accounts.get(session, token.account_id)
            if not account.enabled:
                raise NotSignedIn("This token is unknown, expired or revoked.")
            viewer = viewer_of(session, account)
        if token.last_used_at is None or now - token.last_used_at >= _USED_EVERY:
            with self.sessions.writing() as session:
                accounts.used(session, token.id, now)
        scopes = frozenset(map(Scope, token.scopes))
        return account, replace(viewer, scopes=scopes)

    def _write_down(
        self, session: Session, token: ApiToken, action: AuditAction, after: Mapping[str, object]
    ) -> None:
        entry = Entry(by=token.account_id, action=action, kind="token", id=token.id, after=after)
        record(session, entry, at=self.clock())
