"""Agreements by mailed links: one answer each, and what a link does not do any more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput, LinkSpent, TransitionNotAllowed
from matchmaker.models import (
    AuditAction,
    Going,
    LinkPurpose,
    MailTemplate,
    PlacementAction,
    PlacementEnding,
    PlacementParty,
    PlacementState,
)
from matchmaker.models.followup import CHECK_WITHIN, EVALUATE_WITHIN
from matchmaker.models.followup import REMIND_BEFORE as REMIND_SILENT_BEFORE
from matchmaker.models.placement import AGREE_WITHIN, REMIND_BEFORE
from matchmaker.services.audit import AuditFilter
from matchmaker.services.placement_links import LinkStanding
from matchmaker.services.placement_mails import MOST_SINGLE
from tests.conftest import SteppingClock
from tests.services.placed import SUPERVISOR, Placed, a_placement, published
from tests.services.placing import asked_halfway

OFFER = LinkPurpose.PLACEMENT


@pytest.fixture
def placed(workshop: Matchmaker) -> Placed:
    return a_placement(workshop)


def test_each_party_is_asked_in_its_language_and_agrees_by_its_link_alone(placed: Placed) -> None:
    links = placed.service.placement_links
    offers = placed.mails(MailTemplate.PLACEMENT_OFFER)
    assert {one.to for one in offers} == placed.addresses and len(offers) == 4
    assert {one.language for one in offers} == {"da"}
    for address in sorted(placed.addresses):
        secret = placed.secret(address)
        before = placed.placement.revision
        for _ in range(2):
            assert links.peek(secret, OFFER).standing is LinkStanding.OPEN
        assert placed.placement.revision == before, "opening changes nothing"
        said = links.agree(secret)
        assert said.standing is LinkStanding.ANSWERED
        with pytest.raises(LinkSpent):
            links.agree(secret)
        with pytest.raises(LinkSpent):
            links.decline(secret, "no")
    assert placed.placement.state is PlacementState.AGREED
    agreed = placed.mails(MailTemplate.PLACEMENT_AGREED)
    assert {one.to for one in agreed} == placed.addresses and len(agreed) == 4
    # A supervisor without an account reads the agreement by the link of that mail.
    reading = placed.secret(SUPERVISOR, MailTemplate.PLACEMENT_AGREED)
    assert links.peek(reading, OFFER).standing is LinkStanding.ANSWERED
    with pytest.raises(LinkSpent):
        links.agree(reading)
    rows = placed.service.audit.page(AuditFilter(subject_id=placed.id)).items
    log = [row.entry for row in rows]
    assert [one.action for one in log].count(AuditAction.ACCEPT) == 4
    assert all(one.after and one.after["by_link"] for one in log)


def test_a_no_needs_a_reason_frees_the_place_and_is_told_to_all_others(placed: Placed) -> None:
    links, service = placed.service.placement_links, placed.service
    secret = placed.secret(placed.host.email)
    with pytest.raises(InvalidInput) as refused:
        links.decline(secret, "  ")
    assert refused.value.field == "reason"
    assert links.peek(secret, OFFER).standing is LinkStanding.OPEN, "the link still works"
    said = links.decline(secret, "the machine is sold")
    assert (said.standing, said.ending) == (LinkStanding.ENDED, PlacementEnding.DECLINED)
    one = placed.placement
    assert (one.state, one.declined_by) == (PlacementState.BROKEN_OFF, PlacementParty.HOST)
    assert one.reason == "the machine is sold" and not one.live
    ended = placed.mails(MailTemplate.PLACEMENT_ENDED)
    assert {mail.to for mail in ended} == placed.addresses - {placed.host.email}
    assert all("the machine" not in str(mail.values) for mail in ended)
    for address in placed.addresses:
        assert links.peek(placed.secret(address), OFFER).standing is LinkStanding.ENDED
        with pytest.raises(LinkSpent):
            links.agree(placed.secret(address))
    # Nobody is silently unplaced: the coordinator has it on the list until there is a new place.
    work = service.placing_work.of({placed.campus.university})
    assert [view.student for view in work.lost] == ["Ane"] and not work.offers
    (again,), _ = published(placed.campus)
    assert again.student_id == one.student_id
    assert not service.placing_work.of({placed.campus.university}).lost
    assert links.peek(placed.secret(placed.host.email), OFFER).standing is LinkStanding.OPEN


def test_what_is_said_elsewhere_spends_the_link(placed: Placed) -> None:
    links, placements = placed.service.placement_links, placed.service.placements
    placements.agree(placed.id, PlacementParty.STUDENT, by=placed.student.id)
    secret = placed.secret(placed.student.email)
    assert links.peek(secret, OFFER).standing is LinkStanding.ANSWERED
    with pytest.raises(LinkSpent):
        links.agree(secret)
    placements.apply(placed.id, PlacementAction.BREAK_OFF, reason="left the study", by=None)
    for address in placed.addresses:
        assert links.peek(placed.secret(address), OFFER).standing is LinkStanding.ENDED
    told = {mail.to for mail in placed.mails(MailTemplate.PLACEMENT_ENDED)}
    assert told == placed.addresses - {placed.coordinator.email}


def test_time_reminds_once_and_then_lets_lapse(placed: Placed, clock: SteppingClock) -> None:
    service = placed.service
    service.placement_links.agree(placed.secret(placed.student.email))
    assert service.placement_ticks.tick().reminded == 0
    clock.now += AGREE_WITHIN - REMIND_BEFORE
    assert [service.placement_ticks.tick().reminded for _ in range(2)] == [1, 0]
    offers = placed.mails(MailTemplate.PLACEMENT_OFFER)
    reminded = {one.to for one in offers if one.values["reminder"]}
    assert reminded == placed.addresses - {placed.student.email}
    clock.now += REMIND_BEFORE
    secret = placed.secret(SUPERVISOR)
    assert service.placement_links.peek(secret, OFFER).standing is LinkStanding.EXPIRED
    with pytest.raises(LinkSpent):
        service.placement_links.agree(secret)
    assert [service.placement_ticks.tick().lapsed for _ in range(2)] == [1, 0]
    assert placed.placement.ending is PlacementEnding.LAPSED
    told = {one.to for one in placed.mails(MailTemplate.PLACEMENT_ENDED)}
    assert told == placed.addresses
    assert len(service.placing_work.of(None).lost) == 1


def test_who_is_silent_about_a_placement_is_reminded_once(
    placed: Placed, clock: SteppingClock
) -> None:
    service, ticks = placed.agreed().service, placed.service.placement_ticks
    service.placements.apply(placed.id, PlacementAction.START, by=None)
    asked_halfway(service, placed.id)
    service.followups.answer_check(
        placed.id, PlacementParty.STUDENT, Going.WELL, by=placed.student.id
    )
    clock.now += CHECK_WITHIN - REMIND_SILENT_BEFORE - timedelta(hours=1)
    assert ticks.tick().asked_again == 0
    clock.now += timedelta(hours=1)
    assert [ticks.tick().asked_again for _ in range(2)] == [1, 0]
    again = [one for one in placed.mails(MailTemplate.PLACEMENT_CHECK) if one.values["reminder"]]
    assert {one.to for one in again} == {placed.host.email, SUPERVISOR}
    # The link of the reminder answers, until the time that the first one named.
    secret = placed.secret(SUPERVISOR, MailTemplate.PLACEMENT_CHECK)
    service.placement_links.check(secret, Going.WELL)
    clock.now += REMIND_SILENT_BEFORE
    secret = placed.secret(placed.host.email, MailTemplate.PLACEMENT_CHECK)
    standing = service.placement_links.peek(secret, LinkPurpose.PLACEMENT_CHECK).standing
    assert standing is LinkStanding.EXPIRED

    # Completed, nobody is asked any more how it goes, and the silent how it was.
    service.placements.apply(placed.id, PlacementAction.COMPLETE, by=None)
    clock.now += EVALUATE_WITHIN - REMIND_SILENT_BEFORE
    assert [ticks.tick().asked_again for _ in range(2)] == [1, 0]
    asked = placed.mails(MailTemplate.PLACEMENT_EVALUATION)
    assert {one.to for one in asked if one.values["reminder"]} == {
        placed.student.email,
        placed.host.email,
    }
    clock.now += REMIND_SILENT_BEFORE
    assert ticks.tick().asked_again == 0


def test_nobody_else_agrees_or_declines_for_a_party(placed: Placed) -> None:
    placements = placed.service.placements
    for action in (PlacementAction.AGREE, PlacementAction.DECLINE, PlacementAction.LAPSE):
        with pytest.raises(TransitionNotAllowed):
            placements.apply(placed.id, action, by=None)
    placed.agreed()
    with pytest.raises(TransitionNotAllowed):
        placements.decline(placed.id, PlacementParty.HOST, "late", by=None)
    with pytest.raises(LinkSpent):
        placed.service.placement_links.peek("unknown", OFFER)
    secret = placed.secret(placed.host.email)
    with pytest.raises(LinkSpent):
        placed.service.placement_links.peek(secret, LinkPurpose.PLACEMENT_CHECK)


def test_a_great_round_tells_a_coordinator_once_who_agrees_to_all(workshop: Matchmaker) -> None:
    service = workshop
    placed = a_placement(service)
    campus, number = placed.campus, MOST_SINGLE + 1
    campus.position("Sawing", "Smedjen", places=number)
    service.cohorts.add_supervisor(
        campus.cohort, name="Bo Bæk", email="bo@example.dk", capacity=99, by=None
    )
    for at in range(number):
        campus.student(f"Student {at}")
        campus.wish(f"Student {at}", "Sawing")
    published(campus)
    (told,) = placed.mails(MailTemplate.PLACEMENTS_OFFERED)
    assert told.to == placed.coordinator.email
    assert told.values["placements"] == number
    work = service.placing_work
    assert work.agree_to_all({campus.university}, by=placed.coordinator.id) == number + 1
    assert work.agree_to_all({campus.university}, by=placed.coordinator.id) == 0
    assert not work.of({campus.university}).of_university
    assert len(work.of({campus.university}).offers) == number + 1


def test_an_hour_before_the_end_is_early_enough(placed: Placed, clock: SteppingClock) -> None:
    clock.now += AGREE_WITHIN - timedelta(hours=1)
    for address in sorted(placed.addresses):
        placed.service.placement_links.agree(placed.secret(address))
    clock.now += timedelta(days=9)
    assert placed.service.placement_ticks.tick().lapsed == 0
    assert placed.placement.state is PlacementState.AGREED


def test_all_who_answer_at_once_are_heard_and_told_once(placed: Placed) -> None:
    secrets = [placed.secret(one) for one in sorted(placed.addresses)]
    with ThreadPoolExecutor(len(secrets) * 2) as pool:
        # Each presses the button twice.
        answers = list(pool.map(partial(said_by, placed), secrets * 2))
    assert sorted(answers) == [False] * 4 + [True] * 4
    assert placed.placement.state is PlacementState.AGREED
    assert len(placed.mails(MailTemplate.PLACEMENT_AGREED)) == 4


def said_by(placed: Placed, secret: str) -> bool:
    """Agree by a link; return whether it took the answer."""
    try:
        placed.service.placement_links.agree(secret)
    except LinkSpent:
        return False
    return True


def test_whoever_leaves_the_cohort_frees_the_place_and_all_are_told_why(placed: Placed) -> None:
    secret, campus = placed.secret(SUPERVISOR), placed.campus
    for _ in range(2):
        placed.service.cohorts.leave(campus.cohort, campus.students["Ane"], by=None)
    ended = placed.placement
    assert ended.ending is PlacementEnding.LEFT
    assert not ended.live
    told = placed.mails(MailTemplate.PLACEMENT_ENDED)
    assert {one.to for one in told} == placed.addresses
    assert len(told) == len(placed.addresses)
    assert {one.values["why"] for one in told} == {"left"}
    with pytest.raises(LinkSpent):
        placed.service.placement_links.agree(secret)
    # Nobody has to find them another place.
    assert placed.service.placing_work.of({campus.university}).lost == []


def test_nobody_leaves_with_a_placement_that_all_have_agreed_to(placed: Placed) -> None:
    campus = placed.agreed().campus
    with pytest.raises(InvalidInput, match="break it off first"):
        placed.service.cohorts.leave(campus.cohort, campus.students["Ane"], by=None)
    assert placed.placement.state is PlacementState.AGREED
    (member,) = placed.service.cohorts.view(campus.cohort).members
    assert member.student.left_at is None
    # Nobody chooses by themselves that somebody has left.
    with pytest.raises(TransitionNotAllowed):
        placed.service.placements.apply(placed.id, PlacementAction.LEAVE, by=None)
