"""Introductions: from a match to two yeses, and every way in which it does not come to that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import (
    Duplicate,
    InvalidInput,
    LinkSpent,
    NotFound,
    Protected,
    StaleRevision,
    TransitionNotAllowed,
)
from matchmaker.models import (
    Answer,
    AuditEntry,
    Conclusion,
    DeclineReason,
    IntroductionAction,
    IntroductionState,
    Party,
)
from matchmaker.models.introduction import ANSWER_WITHIN, REMIND_BEFORE
from matchmaker.services.introduction_ticks import Ticked
from matchmaker.storage.database import Sessions
from tests.conftest import SteppingClock
from tests.factories import NOW
from tests.parties import Parties, some_parties


@pytest.fixture
def parties(workshop: Matchmaker) -> Parties:
    """A firm and a partner, and a run in which the partner is a match."""
    parties = some_parties(workshop)
    workshop.matchmaking.run(parties.challenge_id)
    return parties


def test_a_draft_quotes_the_match_and_the_partner_s_text_does_not_name_the_firm(
    parties: Parties,
) -> None:
    draft = parties.drafted()

    assert (draft.state, draft.language) == (IntroductionState.DRAFTED, "en")
    assert "Found the cause of cracks in welded aluminium frames." in draft.firm_text
    assert "answers your sentence: “Our welded aluminium frames have cracks.”" in draft.firm_text
    assert "Found the cause of cracks in welded aluminium frames." in draft.partner_text
    assert "firm@example.dk" not in draft.partner_text
    assert parties.mails() == []
    with pytest.raises(Duplicate) as refused:
        parties.drafted()
    assert refused.value.existing_id == draft.id


def test_contact_details_pass_with_the_second_yes_and_are_mailed_to_both(
    parties: Parties,
) -> None:
    service = parties.service
    one = parties.offered()
    firm, partner = parties.viewer(parties.firm), parties.viewer(parties.partner)
    assert sorted(mail.to for mail in parties.mails()) == ["firm@example.dk", "partner@example.dk"]

    seen = service.introductions.view(one.id, partner)
    assert (seen.parties, dict(seen.contacts)) == ((Party.PARTNER,), {})
    assert seen.challenge.requester is None
    assert seen.actions == (IntroductionAction.ACCEPT, IntroductionAction.DECLINE)

    service.introductions.answer(one.id, Party.PARTNER, Answer.ACCEPTED, by=parties.partner.id)
    seen = service.introductions.view(one.id, partner)
    assert (seen.introduction.waits_for, dict(seen.contacts)) == ((Party.FIRM,), {})
    assert seen.introduction.answer_by == one.answer_by
    assert len(parties.mails()) == 2

    service.introductions.answer(one.id, Party.FIRM, Answer.ACCEPTED, by=parties.firm.id)
    told = {mail.to: mail.values for mail in parties.mails() if "email" in mail.values}
    assert told["firm@example.dk"]["email"] == "partner@example.dk"
    assert told["firm@example.dk"]["name"] == "Ida Berg"
    assert told["partner@example.dk"]["email"] == "firm@example.dk"
    seen = service.introductions.view(one.id, firm)
    assert [who.email for who in seen.contacts.values()] == ["partner@example.dk"]
    seen = service.introductions.view(one.id, partner)
    assert seen.challenge.requester is not None
    assert seen.challenge.requester.email == "firm@example.dk"


def test_a_link_answers_once_and_then_shows_what_is_waited_for(parties: Parties) -> None:
    links = parties.service.introduction_links
    one = parties.offered()
    secret = parties.secret(parties.partner)
    for _ in range(3):
        assert links.peek(secret).actions == (
            IntroductionAction.ACCEPT,
            IntroductionAction.DECLINE,
        )
    assert parties.service.introductions.get(one.id).revision == one.revision

    links.answer(secret, Answer.ACCEPTED)

    seen = links.peek(secret)
    assert (seen.introduction.waits_for, seen.actions) == ((Party.FIRM,), ())
    with pytest.raises(LinkSpent):
        links.answer(secret, Answer.DECLINED, reason=DeclineReason.OTHER)
    links.answer(parties.secret(parties.firm), Answer.ACCEPTED)
    assert links.peek(secret).contacts == {}
    assert links.peek(secret).challenge.requester is None


def test_links_open_nothing_when_made_up_late_or_after_the_end(
    parties: Parties, clock: SteppingClock
) -> None:
    links, service = parties.service.introduction_links, parties.service.introductions
    one = parties.offered()
    secret = parties.secret(parties.firm)
    with pytest.raises(LinkSpent):
        links.peek(secret[:-1] + ("A" if secret[-1] != "A" else "B"))

    clock.now += ANSWER_WITHIN
    with pytest.raises(LinkSpent):
        links.answer(secret, Answer.ACCEPTED)
    clock.now -= ANSWER_WITHIN
    service.withdraw(one.id, by=parties.staff.id)
    for deed in (links.peek, lambda it: links.answer(it, Answer.ACCEPTED)):
        with pytest.raises(LinkSpent):
            deed(secret)


def test_a_no_has_a_reason_ends_the_matter_and_tells_the_other_side_without_it(
    parties: Parties,
) -> None:
    service = parties.service.introductions
    one = parties.offered()
    with pytest.raises(InvalidInput):
        service.answer(one.id, Party.PARTNER, Answer.DECLINED, by=None)

    service.answer(
        one.id,
        Party.PARTNER,
        Answer.DECLINED,
        by=None,
        reason=DeclineReason.NO_TIME,
        note="Not before  spring.",
    )

    assert service.get(one.id).decline_note == "Not before spring."
    (end,) = [mail for mail in parties.mails() if "why" in mail.values]
    assert (end.to, end.values["why"]) == ("firm@example.dk", "declined")
    assert "spring" not in str(end.values)
    with pytest.raises(LinkSpent):
        parties.service.introduction_links.peek(parties.secret(parties.firm))
    with pytest.raises(TransitionNotAllowed) as refused:
        service.answer(one.id, Party.FIRM, Answer.ACCEPTED, by=None)
    assert refused.value.allowed == ()


def test_time_reminds_once_those_who_are_awaited_then_ends_it(
    parties: Parties, clock: SteppingClock
) -> None:
    service = parties.service
    one = parties.offered()
    service.introductions.answer(one.id, Party.FIRM, Answer.ACCEPTED, by=None)
    assert service.introduction_ticks.tick() == Ticked(reminded=0, expired=0, withdrawn=0)

    clock.now = NOW + ANSWER_WITHIN - REMIND_BEFORE + timedelta(hours=2)
    assert service.introduction_ticks.tick().reminded == 1
    assert service.introduction_ticks.tick().reminded == 0
    reminders = [mail.to for mail in parties.mails() if mail.values.get("reminder")]
    assert reminders == ["partner@example.dk"]

    clock.now += REMIND_BEFORE
    assert service.introduction_ticks.tick() == Ticked(reminded=0, expired=1, withdrawn=0)
    assert service.introduction_ticks.tick().expired == 0
    assert service.introductions.get(one.id).state is IntroductionState.EXPIRED
    ended = sorted(mail.to for mail in parties.mails() if "why" in mail.values)
    assert ended == ["firm@example.dk", "partner@example.dk"]


def test_what_nobody_waits_for_any_more_is_withdrawn(parties: Parties) -> None:
    service = parties.service
    one = parties.offered()
    challenge = service.challenges.get(parties.challenge_id)
    service.challenges.withdraw(challenge.id, expected_revision=challenge.revision)
    with pytest.raises(LinkSpent):
        service.introduction_links.peek(parties.secret(parties.firm))

    assert service.introduction_ticks.tick().withdrawn == 1
    assert service.introductions.get(one.id).state is IntroductionState.WITHDRAWN


def test_a_meeting_is_mailed_as_a_calendar_file_and_moved_under_the_same_name(
    parties: Parties, clock: SteppingClock
) -> None:
    service = parties.service.introductions
    one = parties.offered()
    starts = clock.now + timedelta(days=3)
    with pytest.raises(TransitionNotAllowed):
        service.propose_meeting(one.id, by=None, starts_at=starts)
    for party in Party:
        service.answer(one.id, party, Answer.ACCEPTED, by=None)
    for wrong in ({"starts_at": NOW}, {"minutes": 5}, {"place": "x" * 300}):
        with pytest.raises(InvalidInput):
            service.propose_meeting(one.id, by=None, **{"starts_at": starts, **wrong})  # type: ignore[arg-type]

    service.propose_meeting(one.id, by=None, starts_at=starts, place="Aalborg; hal 3, port B")
    service.propose_meeting(one.id, by=None, starts_at=starts + timedelta(days=1))

    files = [mail.values["calendar"] for mail in parties.mails() if "calendar" in mail.values]
    events = [Calendar.from_ical(file).walk("VEVENT")[0] for file in files]
    assert len(events) == 4
    assert {str(event["UID"]) for event in events} == {f"{one.id}@introductions.matchmaker"}
    assert [int(event["SEQUENCE"]) for event in events] == [0, 0, 1, 1]
    assert events[0].start == starts
    assert events[0]["LOCATION"] == "Aalborg; hal 3, port B"
    assert {str(event["SUMMARY"]) for event in events} == {"Ida Berg", "Firm"}
    own = service.calendar(one.id, parties.viewer(parties.firm))
    assert own is not None
    assert "SUMMARY:Ida Berg" in own


def test_it_is_met_and_concluded_and_every_deed_is_in_the_audit_log(parties: Parties) -> None:
    service = parties.service.introductions
    one = parties.offered()
    for party in Party:
        service.answer(one.id, party, Answer.ACCEPTED, by=None)
    with pytest.raises(TransitionNotAllowed):
        service.withdraw(one.id, by=None)
    service.meet(one.id, by=parties.firm.id)
    done = service.conclude(one.id, Conclusion.COLLABORATION, by=parties.staff.id)

    assert (done.state, done.conclusion) == (IntroductionState.CONCLUDED, Conclusion.COLLABORATION)
    with Sessions(parties.service.engine).reading() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.subject_id == one.id).order_by(AuditEntry.id)
        ).all()
    assert [entry.action.value for entry in entries] == [
        "create", "offer", "accept", "accept", "meet", "conclude",
    ]  # fmt: skip
    assert "@" not in str([entry.after for entry in entries])


def test_words_are_changed_before_they_are_offered_and_not_after(parties: Parties) -> None:
    service = parties.service.introductions
    draft = parties.drafted()
    for wrong in ({"firm_text": "  "}, {"partner_text": "x" * 6_000}, {"firm_email": "nobody"}):
        with pytest.raises(InvalidInput):
            service.revise(draft.id, by=None, **wrong)  # type: ignore[arg-type]
    with pytest.raises(StaleRevision):
        service.revise(draft.id, by=None, expected_revision=draft.revision + 1, firm_text="x")

    service.revise(draft.id, by=None, firm_text="Talk to Ida.\n\nShe knows welds.  ")

    offered = service.offer(draft.id, by=None)
    assert offered.firm_text == "Talk to Ida.\n\nShe knows welds."
    with pytest.raises(TransitionNotAllowed):
        service.revise(draft.id, by=None, firm_text="Changed.")
    (mail,) = [one for one in parties.mails() if one.to == "firm@example.dk"]
    assert mail.values["lines"] == ["Talk to Ida.", "", "She knows welds."]


def test_who_has_no_account_is_reached_at_the_address_that_staff_gives(parties: Parties) -> None:
    service = parties.service.introductions
    draft = parties.drafted(parties.profile("Institut for Sømme"))
    with pytest.raises(InvalidInput) as refused:
        service.offer(draft.id, by=None)
    assert refused.value.field == "partner_email"
    assert service.get(draft.id).state is IntroductionState.DRAFTED

    service.revise(draft.id, by=None, partner_email=" Lab@Institut.dk ")
    service.offer(draft.id, by=None)
    assert "lab@institut.dk" in {mail.to for mail in parties.mails()}


def test_nobody_is_introduced_to_themselves(parties: Parties) -> None:
    draft = parties.drafted(parties.profile("Jens Falk"), partner_email="firm@example.dk")

    with pytest.raises(Protected) as refused:
        parties.service.introductions.offer(draft.id, by=None)
    assert refused.value.rule == "conflict"


def test_what_is_not_there_is_not_found(parties: Parties) -> None:
    with pytest.raises(NotFound):
        parties.service.introductions.get(parties.challenge_id)
