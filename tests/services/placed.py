"""A published round with one placement, and an account for each party but the supervisor."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import (
    Account,
    MailTemplate,
    OutgoingMail,
    Placement,
    PlacementAction,
    PlacementParty,
    Role,
)
from matchmaker.models.facts import Viewer
from matchmaker.storage.database import Sessions
from tests.parties import claim
from tests.people import somebody
from tests.services.placing import Campus, a_campus

SUPERVISOR = "aase@example.dk"


@dataclass(frozen=True)
class Placed:
    """Who has to do with one placement, and what they were mailed."""

    service: Matchmaker
    campus: Campus
    round_id: UUID
    id: UUID
    student: Account
    host: Account
    coordinator: Account
    staff: Account

    @property
    def placement(self) -> Placement:
        """Return it as it is now."""
        return self.service.placements.view(self.id).placement

    @property
    def addresses(self) -> set[str]:
        """Return where its parties are written to."""
        accounts = (self.student, self.host, self.coordinator)
        return {SUPERVISOR, *(one.email for one in accounts)}

    def mails(self, template: MailTemplate) -> list[OutgoingMail]:
        """Return what waits to be sent of one kind, oldest first."""
        with Sessions(self.service.engine).reading() as session:
            query = select(OutgoingMail).where(OutgoingMail.template == template)
            return list(session.scalars(query.order_by(OutgoingMail.created_at)))

    def secret(self, to: str, template: MailTemplate = MailTemplate.PLACEMENT_OFFER) -> str:
        """Return the secret of the newest link of one kind that somebody was mailed."""
        (*_, newest) = [one for one in self.mails(template) if one.to == to]
        return str(newest.values["path"]).rpartition("/")[2]

    def viewer(self, account: Account) -> Viewer:
        """Return somebody as they are when they are signed in."""
        found = self.service.belonging.of(account.id)
        return Viewer(
            account_id=account.id,
            role=account.role,
            organisations=frozenset(found.organisations),
            claimed=frozenset(found.claimed),
        )

    def agreed(self) -> Placed:
        """Let all parties agree."""
        for party in PlacementParty:
            self.service.placements.agree(self.id, party, by=None)
        return self

    def completed(self, by: UUID | None = None) -> Placed:
        """Let all agree, begin and end."""
        for party in PlacementParty:
            self.service.placements.agree(self.id, party, by=None)
        for action in (PlacementAction.START, PlacementAction.COMPLETE):
            self.service.placements.apply(self.id, action, by=by)
        return self


def a_placement(
    service: Matchmaker,
    *,
    prefix: str = "",
    password: str | None = None,
    challenge_id: UUID | None = None,
) -> Placed:
    """Return one student at one host, offered by a round that was published just now."""
    campus = a_campus(service)
    campus.host("Smedjen")
    campus.position("Welding", "Smedjen", challenge_id=challenge_id)
    service.cohorts.add_supervisor(
        campus.cohort, name="Åse Ørum", email=SUPERVISOR, capacity=9, by=None
    )
    accounts = {
        name: somebody(service, role, f"{prefix}{name}", password)
        for name, role in [
            ("student", Role.PARTNER),
            ("host", Role.FIRM),
            ("coordinator", Role.UNIVERSITY),
            ("staff", Role.STAFF),
        ]
    }
    claim(service, accounts["student"], campus.student("Ane"))
    service.belonging.join(accounts["host"].id, campus.hosts["Smedjen"], by=None)
    service.belonging.join(accounts["coordinator"].id, campus.university, by=None)
    campus.wish("Ane", "Welding")
    (placement,), round_id = published(campus)
    return Placed(service, campus, round_id, placement.id, **accounts)


def published(campus: Campus) -> tuple[list[Placement], UUID]:
    """Open a round, run it, publish the stable answer; return the placements and the round."""
    rounds = campus.service.assignment
    round_id = rounds.open(campus.cohort, seed="spring", by=None).id
    rounds.run(round_id, by=None)
    answer = rounds.view(round_id).answers[Method.STABLE].answer_id
    return list(rounds.publish(round_id, answer, by=None)), round_id
