"""A firm and a partner who may be introduced: accounts, a challenge, a claimed profile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, Claim, Introduction, OutgoingMail, Profile, Role
from matchmaker.models.facts import Viewer
from matchmaker.storage.database import Sessions
from tests.factories import NOW
from tests.people import somebody

WELDING = (
    "Our welded aluminium frames have cracks. We need testing of welded joints with ultrasound "
    "and radiography. Robot welding of small series is planned."
)


@dataclass(frozen=True)
class Parties:
    """Who may be brought together, and who brings them."""

    service: Matchmaker
    staff: Account
    firm: Account
    partner: Account
    challenge_id: UUID
    profile_id: UUID

    def viewer(self, account: Account) -> Viewer:
        """Return somebody as they are when they are signed in."""
        found = self.service.belonging.of(account.id)
        return Viewer(
            account_id=account.id,
            role=account.role,
            organisations=frozenset(found.organisations),
            claimed=frozenset(found.claimed),
            delegated=frozenset(found.delegated),
        )

    def drafted(self, profile_id: UUID | None = None, **more: str) -> Introduction:
        """Return the draft of an introduction."""
        return self.service.introductions.draft(
            self.challenge_id, profile_id or self.profile_id, by=self.staff.id, **more
        )

    def offered(self, profile_id: UUID | None = None, **more: str) -> Introduction:
        """Return an introduction that both were asked about."""
        draft = self.drafted(profile_id, **more)
        return self.service.introductions.offer(draft.id, by=self.staff.id)

    def mails(self, start: str = "introduction:") -> list[OutgoingMail]:
        """Return the mails of introductions, oldest first."""
        with Sessions(self.service.engine).reading() as session:
            query = select(OutgoingMail).where(OutgoingMail.idempotency_key.startswith(start))
            return list(session.scalars(query.order_by(OutgoingMail.created_at)))

    def secret(self, account: Account) -> str:
        """Return the secret of the newest link that somebody was mailed."""
        (*_, newest) = [
            one for one in self.mails() if one.to == account.email and "lines" in one.values
        ]
        return str(newest.values["path"]).rpartition("/")[2]

    def profile(self, name: str) -> UUID:
        """Return the id of a profile by its name."""
        with Sessions(self.service.engine).reading() as session:
            return session.scalars(select(Profile.id).where(Profile.name == name)).one()


def claim(service: Matchmaker, account: Account, profile_id: UUID, at: datetime = NOW) -> None:
    """Make an account the owner of a profile."""
    with Sessions(service.engine).writing() as session:
        session.add(Claim(profile_id=profile_id, account_id=account.id, claimed_at=at))


def some_parties(service: Matchmaker, prefix: str = "", password: str | None = None) -> Parties:
    """Return a firm with a challenge, the owner of Ida Berg's profile, and a member of staff."""
    staff = somebody(service, Role.STAFF, f"{prefix}staff", password)
    firm = somebody(service, Role.FIRM, f"{prefix}firm", password)
    partner = somebody(service, Role.PARTNER, f"{prefix}partner", password)
    with Sessions(service.engine).reading() as session:
        profile_id = session.scalars(select(Profile.id).where(Profile.name == "Ida Berg")).one()
    claim(service, partner, profile_id)
    challenge = service.challenges.submit(
        text=WELDING,
        title="Cracks",
        place="9000",
        by=Viewer(account_id=firm.id, role=Role.FIRM),
    )
    return Parties(service, staff, firm, partner, challenge.id, profile_id)
