"""Whom the parties of placements are written to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, select, true
from sqlalchemy.orm import Session

from matchmaker.models import (
    Account,
    Claim,
    Membership,
    Placement,
    PlacementParty,
    Position,
    Role,
    Supervisor,
)
from matchmaker.models.account import normal_email
from matchmaker.models.facts import STAFF
from matchmaker.storage import assignment, cohorts
from matchmaker.storage.introductions import Addressee


class AddressBook:
    """Whom the parties of placements are written to; members are looked up once."""

    def __init__(self, session: Session) -> None:
        """Take the session of the deed that the mails tell of."""
        self._session = session
        self._members: dict[tuple[UUID, bool], list[Addressee]] = {}
        self._parties: dict[UUID, tuple[UUID, UUID, UUID]] = {}
        self._names: dict[UUID, str] = {}
        self._owners: dict[UUID, list[Addressee]] = {}
        self._positions: Sequence[Position] = ()

    def know(self, placements: Sequence[Placement]) -> None:
        """Look up all that is needed for these placements, in a few statements."""
        ids = [one.id for one in placements]
        self._parties |= assignment.all_parties(self._session, ids)
        profiles = {one for parties in self._parties.values() for one in parties}
        self._names |= cohorts.names(self._session, profiles)
        # Held here, so that the session has them at hand.
        self._positions = cohorts.positions(self._session, {one.position_id for one in placements})
        students = {student for student, *_ in self._parties.values()}
        self._owners |= {one: [] for one in students}
        for profile_id, account in self._session.execute(_owning(students)):
            self._owners[profile_id].append(_addressee(account))

    def of(self, placement: Placement, party: PlacementParty) -> Sequence[Addressee]:
        """Return everybody who speaks for a party and has an address; may be nobody."""
        student, host, university = self.parties_of(placement)
        if party is PlacementParty.STUDENT:
            return self.owner(student)
        if party is PlacementParty.SUPERVISOR:
            return self._supervisor(placement.supervisor_id)
        of_university = party is PlacementParty.UNIVERSITY
        return self.members(university if of_university else host, coordinators=of_university)

    def parties_of(self, placement: Placement) -> tuple[UUID, UUID, UUID]:
        """Return student, host and university of a placement."""
        if placement.id not in self._parties:
            self._parties[placement.id] = assignment.parties_of(self._session, placement.id)
        return self._parties[placement.id]

    def name(self, profile_id: UUID) -> str:
        """Return what somebody is called."""
        if profile_id not in self._names:
            self._names |= cohorts.names(self._session, {profile_id})
        return self._names[profile_id]

    def owner(self, profile_id: UUID) -> Sequence[Addressee]:
        """Return who owns a profile."""
        if profile_id not in self._owners:
            rows = self._session.execute(_owning([profile_id]))
            self._owners[profile_id] = [_addressee(account) for _, account in rows]
        return self._owners[profile_id]

    def members(self, organisation_id: UUID, *, coordinators: bool) -> Sequence[Addressee]:
        """Return the members of an organisation who may sign in; coordinators alone, or all."""
        key = (organisation_id, coordinators)
        if key not in self._members:
            query = (
                select(Account)
                .join(Membership, Membership.account_id == Account.id)
                .where(
                    Membership.organisation_id == organisation_id,
                    Account.disabled_at.is_(None),
                    Account.role == Role.UNIVERSITY if coordinators else true(),
                )
                .order_by(Membership.since, Account.id)
            )
            self._members[key] = [_addressee(one) for one in self._session.scalars(query)]
        return self._members[key]

    def staff(self) -> Sequence[Addressee]:
        """Return everybody who works here and may sign in."""
        query = select(Account).where(Account.role.in_(STAFF), Account.disabled_at.is_(None))
        return [_addressee(one) for one in self._session.scalars(query.order_by(Account.id))]

    def _supervisor(self, supervisor_id: UUID | None) -> Sequence[Addressee]:
        if supervisor_id is None:
            return []
        key = (supervisor_id, False)
        if key not in self._members:
            self._members[key] = self._look_up(supervisor_id)
        return self._members[key]

    def _look_up(self, supervisor_id: UUID) -> list[Addressee]:
        found = self._session.get(Supervisor, supervisor_id)
        if found is None:
            return []
        email = normal_email(found.email)
        account = self._session.scalar(select(Account).where(Account.email == email))
        return [
            Addressee(
                email=found.email,
                name=found.name,
                language=account.language if account else None,
                account=None,
            )
        ]


def _owning(profile_ids: Collection[UUID]) -> Select[UUID, Account]:
    return (
        select(Claim.profile_id, Account)
        .join(Account, Account.id == Claim.account_id)
        .where(Claim.profile_id.in_(profile_ids), Account.disabled_at.is_(None))
    )


def _addressee(account: Account) -> Addressee:
    return Addressee(
        email=account.email, name=account.name, language=account.language, account=account
    )
