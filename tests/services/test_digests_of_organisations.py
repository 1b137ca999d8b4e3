"""The weekly mail about challenges that no account owns: of an organisation, or of nobody."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Account, ChallengeAction, Role
from matchmaker.storage import challenges
from matchmaker.storage.database import Sessions
from tests.conftest import SteppingClock
from tests.factories import NOW, an_expert, an_organisation
from tests.pages.conftest import WELDING, lenient
from tests.people import mails, somebody


@pytest.fixture
def service(workshop: Matchmaker) -> Matchmaker:
    """The service in which shared letters alone reach the floor."""
    return lenient(workshop)


def of_nobodys_account(service: Matchmaker) -> tuple[UUID, list[Account]]:
    """An open challenge of an organisation that no account owns, and its two members."""
    house = an_organisation("Nordstål A/S")
    service.profiles.register_all([house])
    members = [somebody(service, Role.FIRM, name) for name in ("eva", "per")]
    for one in members:
        service.belonging.join(one.id, house.id, by=None)
    challenge_id = service.challenges.submit(text=WELDING, title="Cracks").id
    with Sessions(service.engine).writing() as session:
        for one in members:
            session.get_one(Account, one.id).email_confirmed_at = NOW
        challenge = challenges.get(session, challenge_id)
        challenge.organisation_id = house.id
        challenge.apply(ChallengeAction.OPEN, at=NOW)
    return challenge_id, members


@pytest.mark.parametrize("seen", [True, False])
def test_each_member_is_told_of_a_challenge_that_only_the_organisation_owns(
    service: Matchmaker, clock: SteppingClock, seen: bool
) -> None:
    challenge_id, members = of_nobodys_account(service)
    if seen:
        service.matchmaking.run(challenge_id)
        welder = an_expert("Ane Holm", evidence=("Welded frames and ultrasound of joints.",))
        service.profiles.register_all([welder])
    stranger = somebody(service, Role.FIRM, "bo")
    with Sessions(service.engine).writing() as session:
        session.get_one(Account, stranger.id).email_confirmed_at = NOW
    runs = len(service.matchmaking.runs_of(challenge_id))

    assert service.digests.write() == 2
    told = mails(service)
    assert {one.to for one in told} == {one.email for one in members}
    counts = {one.values["matches"][0]["count"] for one in told}
    assert counts == {1} if seen else min(counts) > 1, (
        "the first mail takes nothing from the second"
    )
    assert len(service.matchmaking.runs_of(challenge_id)) == runs + 1, "one list for all"

    clock.now += timedelta(days=7)
    assert service.digests.write() == 0, "nothing is new"


def test_of_a_challenge_that_is_nobodys_nobody_is_told_until_it_is_kept(
    service: Matchmaker,
) -> None:
    challenge_id = service.challenges.submit(text=WELDING, title="Cracks").id
    with Sessions(service.engine).writing() as session:
        challenges.get(session, challenge_id).apply(ChallengeAction.OPEN, at=NOW)
    assert service.digests.write() == 0

    service.keeping.request(challenge_id, "new@example.dk")
    secret = str(mails(service)[-1].values["path"]).rpartition("/")[2]
    service.keeping.keep(secret)

    assert service.digests.write() == 1
    assert (mails(service)[-1].to, mails(service)[-1].template) == ("new@example.dk", "digest")
