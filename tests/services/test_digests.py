"""The weekly mail: what is new for somebody, once, and nothing when nothing is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import LinkSpent
from matchmaker.models import (
    Account,
    ChallengeAction,
    Claim,
    Fit,
    OutgoingMail,
    Role,
)
from matchmaker.models.facts import Viewer
from matchmaker.storage import challenges
from matchmaker.storage.database import Sessions
from tests.conftest import SteppingClock
from tests.factories import NOW, an_expert
from tests.pages.conftest import WELDING, lenient
from tests.people import mails, somebody
from tests.together import introduced

WEEK = timedelta(days=7)


@pytest.fixture
def service(workshop: Matchmaker) -> Matchmaker:
    """The service in which shared letters alone reach the floor."""
    made = lenient(workshop)
    return replace(made, digests=replace(made.digests, directions=made.directions))


@pytest.fixture
def ida(service: Matchmaker) -> Account:
    """The owner of the profile of Ida Berg, who reads English."""
    account = somebody(service, Role.PARTNER, "ida")
    profile_id = service.profiles.page(text="Ida Berg").items[0].id
    with Sessions(service.engine).writing() as session:
        session.add(Claim(account_id=account.id, profile_id=profile_id, claimed_at=NOW))
        found = session.get(Account, account.id)
        assert found is not None
        found.email_confirmed_at, found.language = NOW, "en"
    return account


def an_open_challenge(service: Matchmaker, text: str = WELDING) -> UUID:
    challenge_id = service.challenges.submit(text=text, title="Cracks in frames").id
    with Sessions(service.engine).writing() as session:
        challenges.get(session, challenge_id).apply(ChallengeAction.OPEN, at=NOW)
    return challenge_id


def test_a_challenge_that_fits_is_told_once(
    service: Matchmaker, ida: Account, clock: SteppingClock
) -> None:
    an_open_challenge(service)

    assert service.digests.write() == 1
    assert service.digests.write() == 0, "the same week"
    (mail,) = mails(service)
    assert (mail.to, mail.language, mail.template) == (ida.email, "en", "digest")
    (told,) = mail.values["challenges"]
    assert told["words"] == "Cracks in frames"
    assert told["profile"] == "Ida Berg"
    assert mail.values["introductions"] == []

    clock.now += WEEK
    assert service.digests.write() == 0, "nothing is new"
    an_open_challenge(service, WELDING + " It is about trailers.")
    assert service.digests.write() == 1


def test_only_what_reaches_the_floor_is_told(service: Matchmaker, ida: Account) -> None:
    an_open_challenge(service)
    matchmaking = service.directions.matchmaking
    strict = replace(matchmaking.policy, fit_from=dict.fromkeys(Fit, 1.0))
    matchmaking = replace(matchmaking, policies={matchmaking.policy_name: strict})
    directions = replace(service.directions, matchmaking=matchmaking)

    assert replace(service.digests, directions=directions).write() == 0
    assert mails(service) == []
    assert service.digests.write() == 1


def test_what_is_not_open_or_ones_own_is_not_told(service: Matchmaker, ida: Account) -> None:
    service.challenges.submit(text=WELDING)
    by = Viewer(account_id=ida.id, role=Role.PARTNER)
    own = service.challenges.submit(text=WELDING, by=by).id
    with Sessions(service.engine).writing() as session:
        challenges.get(session, own).apply(ChallengeAction.OPEN, at=NOW)

    assert service.digests.write() == 1, "partners for the own one"
    assert mails(service)[-1].values["challenges"] == []


def test_an_introduction_that_waits_is_told_until_it_is_answered(
    service: Matchmaker, ida: Account, clock: SteppingClock
) -> None:
    profile_id = service.profiles.page(text="Ida Berg").items[0].id
    firm = somebody(service, Role.FIRM, "bo")
    with Sessions(service.engine).writing() as session:
        found = session.get(Account, firm.id)
        assert found is not None
        found.email_confirmed_at = NOW
    by = Viewer(account_id=firm.id, role=Role.FIRM)
    introduced(service, by, profile_id=profile_id, accepted=False)

    assert service.digests.write() == 2, "firm and partner"
    assert {one.to for one in mails(service)} == {ida.email, firm.email}
    assert all(len(one.values["introductions"]) == 1 for one in mails(service))
    clock.now += WEEK
    assert service.digests.write() == 2
    clock.now += WEEK
    assert service.digests.write() == 0, "the time to answer is over"


def test_who_does_not_want_it_gets_none(
    service: Matchmaker, ida: Account, clock: SteppingClock
) -> None:
    an_open_challenge(service)
    service.digests.write()
    secret = str(mails(service)[-1].values["unsubscribe_path"]).rpartition("/")[2]

    assert service.digests.peek(secret).id == ida.id
    assert service.accounts.get(ida.id).digest, "looking changes nothing"
    service.digests.unsubscribe(secret)
    service.digests.unsubscribe(secret)

    assert not service.accounts.get(ida.id).digest
    clock.now += WEEK
    an_open_challenge(service, WELDING + " It is about trailers.")
    assert service.digests.write() == 0
    service.accounts.revise(ida.id, by=ida.id, digest=True)
    assert service.digests.write() == 1
    with pytest.raises(LinkSpent):
        service.digests.unsubscribe("anything")


def test_nobody_is_written_to_whose_address_is_not_known_to_be_theirs(
    service: Matchmaker, ida: Account
) -> None:
    an_open_challenge(service)
    with Sessions(service.engine).writing() as session:
        found = session.get(Account, ida.id)
        assert found is not None
        found.email_confirmed_at = None

    assert service.digests.write() == 0


@pytest.fixture
def firm(service: Matchmaker) -> Account:
    """A firm whose address is known to be its own."""
    account = somebody(service, Role.FIRM, "bo")
    with Sessions(service.engine).writing() as session:
        session.get_one(Account, account.id).email_confirmed_at = NOW
    return account


def of_firm(service: Matchmaker, firm: Account) -> UUID:
    by = Viewer(account_id=firm.id, role=Role.FIRM)
    challenge_id = service.challenges.submit(text=WELDING, title="Cracks", by=by).id
    with Sessions(service.engine).writing() as session:
        challenges.get(session, challenge_id).apply(ChallengeAction.OPEN, at=NOW)
    return challenge_id


def a_welder(service: Matchmaker, name: str) -> UUID:
    profile = an_expert(name, evidence=("Welded aluminium frames and ultrasound of joints.",))
    service.profiles.register_all([profile])
    return profile.id


def test_a_firm_is_told_of_new_partners_for_its_own_open_challenge(
    service: Matchmaker, firm: Account, clock: SteppingClock
) -> None:
    challenge_id = of_firm(service, firm)
    service.matchmaking.run(challenge_id)
    assert service.digests.write() == 0, "the firm has seen this list"

    a_welder(service, "Ane Holm")
    assert service.digests.write() == 1
    (mail,) = mails(service)
    (told,) = mail.values["matches"]
    assert (mail.to, told["words"], told["count"]) == (firm.email, "Cracks", 1)
    assert told["path"] == f"/challenges/{challenge_id}"
    assert "Ane" not in str(mail.values)
    newest = service.matchmaking.get_run(service.matchmaking.runs_of(challenge_id)[0].id)
    assert "Ane Holm" in {one.profile.name for one in newest.matches}

    clock.now += WEEK
    assert service.digests.write() == 0, "nothing is new"
    a_welder(service, "Bent Lund")
    a_welder(service, "Eva Skov")
    assert service.digests.write() == 1
    assert mails(service)[-1].values["matches"][0]["count"] == 2


def test_of_a_challenge_that_was_never_matched_all_are_new(
    service: Matchmaker, firm: Account
) -> None:
    of_firm(service, firm)

    assert service.digests.write() == 1
    assert mails(service)[-1].values["matches"][0]["count"] > 1


def test_who_is_decided_about_below_the_floor_or_of_no_open_challenge_is_not_new(
    service: Matchmaker, firm: Account
) -> None:
    challenge_id = of_firm(service, firm)
    service.matchmaking.run(challenge_id)
    kept = a_welder(service, "Ane Holm")
    service.shortlist.keep(challenge_id, kept, by=None, note="Known to us.")
    assert service.digests.write() == 0

    a_welder(service, "Bent Lund")
    matchmaking = service.directions.matchmaking
    strict = replace(matchmaking.policy, fit_from=dict.fromkeys(Fit, 1.0))
    matchmaking = replace(matchmaking, policies={matchmaking.policy_name: strict})
    directions = replace(service.directions, matchmaking=matchmaking)
    assert replace(service.digests, directions=directions).write() == 0
    with Sessions(service.engine).writing() as session:
        challenges.get(session, challenge_id).apply(ChallengeAction.CLOSE, at=NOW)
    assert service.digests.write() == 0


@pytest.mark.parametrize("listed_before", [True, False])
def test_killed_before_the_mail_it_tells_the_next_time(
    service: Matchmaker, firm: Account, clock: SteppingClock, *, listed_before: bool
) -> None:
    class Killed(Exception):
        """The process ended."""

    challenge_id = of_firm(service, firm)
    if listed_before:
        service.matchmaking.run(challenge_id)
    a_welder(service, "Ane Holm")

    class Mortal(Sessions):
        """Is killed in the transaction that writes the mail."""

        @contextmanager
        def writing(self) -> Iterator[Session]:
            with super().writing() as session:
                yield session
                session.flush()
                if session.scalar(select(func.count(OutgoingMail.id))):
                    raise Killed

    with pytest.raises(Killed):
        replace(service.digests, sessions=Mortal(service.engine)).write()
    assert mails(service) == []

    # The list that was asked for this mail has been shown to nobody.
    clock.now += timedelta(minutes=5)
    assert service.digests.write() == 1
    told = mails(service)[-1].values["matches"][0]["count"]
    assert told == 1 if listed_before else told > 1
