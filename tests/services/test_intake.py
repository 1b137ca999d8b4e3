"""From a draft to a challenge that is closed or expires: what each side does, and what time does."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import (
    Duplicate,
    InvalidInput,
    LinkSpent,
    NotFound,
    StaleRevision,
    TransitionNotAllowed,
)
from matchmaker.models import (
    Account,
    AuditAction,
    AuditEntry,
    BriefQuestion,
    Challenge,
    ChallengeState,
    ClosingReason,
    CompanyNeed,
    Role,
    Side,
)
from matchmaker.models.facts import Viewer
from matchmaker.storage.database import Sessions
from tests.conftest import SteppingClock
from tests.people import last_path, mails, somebody

TEXT = "Vi svejser rammer i aluminium. Der kommer revner i sømmen. Vi har prøvet en anden tråd."


@pytest.fixture
def ida(workshop: Matchmaker) -> Account:
    """Somebody of a firm."""
    return somebody(workshop, Role.FIRM, "ida")


@pytest.fixture
def staff(workshop: Matchmaker) -> Account:
    """Somebody who works here."""
    return somebody(workshop, Role.STAFF, "staff")


def viewer(account: Account) -> Viewer:
    return Viewer(account_id=account.id, role=account.role)


@pytest.fixture
def submitted(workshop: Matchmaker, ida: Account) -> Challenge:
    """A challenge of Ida's that waits for the staff."""
    return workshop.challenges.submit(text=TEXT, title="Revner", by=viewer(ida))


def opened(service: Matchmaker, challenge: Challenge, staff: Account) -> Challenge:
    return service.challenge_desk.open(
        challenge.id, by=staff.id, expected_revision=challenge.revision
    )


def entries(service: Matchmaker) -> list[AuditEntry]:
    with Sessions(service.engine).reading() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


# Drafts.


def test_a_draft_takes_what_is_there_and_becomes_the_challenge_that_is_handed_in(
    workshop: Matchmaker,
) -> None:
    draft = workshop.drafts.save(text="Vi sv", place="92", language="en")
    assert (draft.state, draft.waits_for, draft.language) == (ChallengeState.DRAFT, Side.FIRM, "en")
    again = workshop.drafts.save(
        text=TEXT, place="9220", draft_id=draft.id, expected_revision=draft.revision
    )
    assert (again.id, again.postcode, again.language) == (draft.id, "9220", "da")

    done = workshop.drafts.submit(draft.id, title="Revner")

    assert (done.state, done.waits_for, done.title) == (
        ChallengeState.SUBMITTED,
        Side.STAFF,
        "Revner",
    )
    assert workshop.matchmaking.run(done.id).challenge_id == draft.id
    with pytest.raises(TransitionNotAllowed):
        workshop.drafts.save(text="more", draft_id=draft.id)
    with pytest.raises(TransitionNotAllowed):
        workshop.drafts.submit(draft.id)


def test_a_draft_is_not_matched_and_not_handed_in_before_it_says_something(
    workshop: Matchmaker,
) -> None:
    draft = workshop.drafts.save(text="Vi sv")

    with pytest.raises(TransitionNotAllowed):
        workshop.matchmaking.run(draft.id)
    with pytest.raises(InvalidInput, match="three words"):
        workshop.drafts.submit(draft.id)
    with pytest.raises(InvalidInput):
        workshop.drafts.submit(draft.id, text=TEXT, place="Atlantis")
    assert workshop.challenges.get(draft.id).state is ChallengeState.DRAFT


@pytest.mark.parametrize(
    "words", [{"text": " "}, {"text": "x" * 10_001}, {"text": "a", "title": "x" * 121}]
)
def test_a_draft_of_nothing_or_too_much_is_refused(
    workshop: Matchmaker, words: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        workshop.drafts.save(**words)


def test_a_draft_that_was_changed_elsewhere_is_not_overwritten(workshop: Matchmaker) -> None:
    draft = workshop.drafts.save(text="Vi sv")
    workshop.drafts.save(text="Vi svejser", draft_id=draft.id)

    with pytest.raises(StaleRevision):
        workshop.drafts.save(text="x", draft_id=draft.id, expected_revision=draft.revision)


def test_a_text_in_a_language_we_do_not_read_is_kept_as_a_draft_and_refused_when_handed_in(
    workshop: Matchmaker,
) -> None:
    french = "Nous cherchons un partenaire pour souder des cadres en aluminium très minces."
    draft = workshop.drafts.save(text=french)

    assert draft.language == "da"
    with pytest.raises(InvalidInput):
        workshop.drafts.submit(draft.id)


# Keeping.


def test_a_mailed_link_makes_a_challenge_somebody_s_once(workshop: Matchmaker) -> None:
    challenge = workshop.challenges.submit(text=TEXT)
    workshop.keeping.request(challenge.id, " Ida@Example.dk ")
    secret = last_path(workshop).rsplit("/", 1)[-1]
    for _ in range(2):  # whoever opens the page changes nothing
        assert workshop.keeping.peek(secret)[0] == "ida@example.dk"

    kept = workshop.keeping.keep(secret)

    assert (kept.account.role, kept.challenge.account_id) == (Role.FIRM, kept.account.id)
    assert kept.account.email_confirmed_at is not None
    deeds = {one.action for one in entries(workshop)}
    assert {AuditAction.CREATE, AuditAction.CLAIM} <= deeds
    with pytest.raises(LinkSpent):
        workshop.keeping.keep(secret)
    with pytest.raises(Duplicate):
        workshop.keeping.request(challenge.id, "other@example.dk")
    with pytest.raises(Duplicate):
        workshop.keeping.take(challenge.id, viewer(kept.account))


def test_who_opens_their_link_second_comes_too_late(workshop: Matchmaker, ida: Account) -> None:
    challenge = workshop.challenges.submit(text=TEXT)
    workshop.keeping.request(challenge.id, "other@example.dk")
    secret = last_path(workshop).rsplit("/", 1)[-1]
    workshop.keeping.take(challenge.id, viewer(ida))

    for late in (workshop.keeping.peek, workshop.keeping.keep):
        with pytest.raises(LinkSpent):
            late(secret)


def test_who_has_an_account_keeps_it_and_its_role(workshop: Matchmaker) -> None:
    partner = somebody(workshop, Role.PARTNER, "anne")
    challenge = workshop.challenges.submit(text=TEXT)
    workshop.keeping.request(challenge.id, partner.email)

    kept = workshop.keeping.keep(last_path(workshop).rsplit("/", 1)[-1])

    assert (kept.account.id, kept.account.role) == (partner.id, Role.PARTNER)


def test_a_disabled_account_keeps_nothing(workshop: Matchmaker, ida: Account) -> None:
    challenge = workshop.challenges.submit(text=TEXT)
    workshop.keeping.request(challenge.id, ida.email)
    workshop.accounts.disable(ida.id, by=None)

    with pytest.raises(LinkSpent):
        workshop.keeping.keep(last_path(workshop).rsplit("/", 1)[-1])
    assert not workshop.challenges.get(challenge.id).owned


# Brief and warnings.


def test_a_suggestion_is_the_firm_s_own_words_and_keeps_nothing(
    workshop: Matchmaker, submitted: Challenge
) -> None:
    found = workshop.briefs.suggest(submitted.id)

    assert found.sentences
    for answer in found.brief.answers.values():
        assert answer.text == " ".join(found.sentences[at] for at in answer.sentences)
    assert BriefQuestion.TRIED in found.brief.answers
    assert len(found.industries) == 3
    assert workshop.challenges.get(submitted.id).brief.empty
    assert workshop.briefs.suggest_for("", "da").sentences == ()


def test_a_brief_is_saved_as_a_whole_by_people_only(
    workshop: Matchmaker, submitted: Challenge
) -> None:
    saved = workshop.briefs.save(
        submitted.id,
        expected_revision=submitted.revision,
        answers={BriefQuestion.NOW: "  Revner. ", BriefQuestion.TIME: " "},
        shared=[BriefQuestion.NOW],
        trl=9,
        need=CompanyNeed.NEW_MATERIALS,
        languages=["da", "da"],
        students=True,
        confidential=True,
        industry_code="25.62",
    )

    brief = workshop.challenges.get(submitted.id).brief
    assert brief.answers == {BriefQuestion.NOW: "Revner."}
    assert (brief.trl, brief.languages, brief.students) == (9, ("da",), True)
    assert (saved.confidential, saved.industry_code) == (True, "25.62")
    with pytest.raises(StaleRevision):
        workshop.briefs.save(submitted.id, expected_revision=submitted.revision, answers={})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"answers": {BriefQuestion.NOW: "x" * 401}}, "now"),
        ({"answers": {}, "trl": 10}, "trl"),
        ({"answers": {}, "languages": ["fr"]}, "languages"),
    ],
)
def test_a_brief_that_says_too_much_is_refused(
    workshop: Matchmaker, submitted: Challenge, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        workshop.briefs.save(submitted.id, expected_revision=submitted.revision, **wrong)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_with_warnings_it_is_opened_when_somebody_says_so_and_new_words_are_looked_at_anew(
    workshop: Matchmaker, ida: Account, staff: Account
) -> None:
    desk = workshop.challenge_desk
    one = workshop.challenges.submit(text=f"{TEXT} Ring 98 12 34 56.", by=viewer(ida))
    with pytest.raises(InvalidInput) as refused:
        opened(workshop, one, staff)
    assert refused.value.field == "despite_warnings"

    one = desk.accept_warnings(one.id, expected_revision=one.revision)
    one = workshop.challenges.revise(
        one.id, expected_revision=one.revision, text=f"{TEXT} Skriv til a@b.dk."
    )
    assert not one.warnings_accepted
    one = desk.accept_warnings(one.id, expected_revision=one.revision)

    assert opened(workshop, one, staff).state is ChallengeState.OPEN
    other = workshop.challenges.submit(text=f"{TEXT} Ring 98 12 34 56.", by=viewer(ida))
    done = desk.open(other.id, by=staff.id, expected_revision=other.revision, despite_warnings=True)
    assert done.waits_for is None


# Queue and thread.


def test_the_queue_has_what_firms_handed_in_longest_waiting_first(
    workshop: Matchmaker, ida: Account, submitted: Challenge, staff: Account
) -> None:
    workshop.challenges.submit(text=TEXT)  # of nobody: its address is a promise
    workshop.drafts.save(text="Vi sv", by=viewer(ida))
    second = workshop.challenges.submit(text=f"{TEXT} Ring 98 12 34 56.", by=viewer(ida))
    asked = workshop.challenges.submit(text=TEXT, by=viewer(ida))
    workshop.threads.ask(asked.id, "Hvilken legering?", by=staff.id)

    first = workshop.challenge_desk.queue(limit=1)
    rest = workshop.challenge_desk.queue(limit=1, cursor=first.next)

    assert [one.challenge.id for one in (*first.items, *rest.items)] == [submitted.id, second.id]
    assert (rest.items[0].warnings, rest.next) == (1, None)
    assert workshop.challenge_desk.counts() == {Side.STAFF: 2, Side.FIRM: 1}
    waiting = workshop.challenge_desk.queue(waits_for=Side.FIRM).items
    assert [one.challenge.id for one in waiting] == [asked.id]
    assert len(workshop.challenge_desk.queue(waits_for=None).items) == 3


def test_each_side_gets_mail_and_its_turn_and_the_other_sees_what_was_seen(
    workshop: Matchmaker, ida: Account, submitted: Challenge, staff: Account
) -> None:
    threads = workshop.threads
    threads.ask(submitted.id, " Hvilken legering? ", by=staff.id)
    assert workshop.challenges.get(submitted.id).waits_for is Side.FIRM
    assert (mails(workshop)[-1].to, mails(workshop)[-1].template) == (ida.email, "asked-back")
    assert [one.unseen for one in workshop.drafts.own(viewer(ida))] == [1]
    assert threads.read(submitted.id)[0].seen_at is None

    (message,) = threads.see(submitted.id, Side.FIRM)
    seen = message.seen_at
    assert seen is not None
    threads.answer(submitted.id, "6082.", by=ida.id)

    assert workshop.challenges.get(submitted.id).waits_for is Side.STAFF
    assert (mails(workshop)[-1].to, mails(workshop)[-1].template) == (staff.email, "answered-back")
    told = threads.read(submitted.id)
    assert [(one.side, one.text) for one in told] == [
        (Side.STAFF, "Hvilken legering?"),
        (Side.FIRM, "6082."),
    ]
    assert told[0].seen_at == seen
    assert workshop.challenge_desk.queue().items[0].unseen == 1
    threads.ask(submitted.id, "Tak.", by=staff.id)  # who writes back has read it
    assert threads.read(submitted.id)[1].seen_at is not None


def test_nothing_is_written_about_a_challenge_that_is_over_or_with_nothing_to_say(
    workshop: Matchmaker, submitted: Challenge, staff: Account
) -> None:
    for text in ("", " \n ", "x" * 2_001):
        with pytest.raises(InvalidInput):
            workshop.threads.ask(submitted.id, text, by=staff.id)
    workshop.challenge_desk.close(
        submitted.id, ClosingReason.DUPLICATE, by=staff.id, expected_revision=submitted.revision
    )
    for write in (workshop.threads.ask, workshop.threads.answer):
        with pytest.raises(TransitionNotAllowed):
            write(submitted.id, "Hallo?", by=staff.id)
    assert workshop.threads.read(submitted.id) == []
    with pytest.raises(NotFound):
        workshop.threads.read(UUID(int=7))


def test_a_firm_without_an_account_is_asked_on_the_page_and_gets_no_mail(
    workshop: Matchmaker, staff: Account
) -> None:
    nobodys = workshop.challenges.submit(text=TEXT)
    workshop.threads.ask(nobodys.id, "Hvem er I?", by=staff.id)
    workshop.threads.answer(nobodys.id, "Det siger vi senere.", by=None)

    assert [one.template.value for one in mails(workshop)] == ["answered-back"]


# The end.


def test_a_closed_challenge_says_why_and_is_matched_no_more(
    workshop: Matchmaker, submitted: Challenge, staff: Account
) -> None:
    one = opened(workshop, submitted, staff)
    closed = workshop.challenge_desk.close(
        one.id, ClosingReason.SOLVED, by=staff.id, expected_revision=one.revision
    )

    assert (closed.closing_reason, closed.waits_for) == (ClosingReason.SOLVED, None)
    assert closed.closed_at is not None
    with pytest.raises(TransitionNotAllowed):
        workshop.matchmaking.run(closed.id)
    deeds = [one.action for one in entries(workshop)[-2:]]
    assert set(deeds) == {AuditAction.OPEN, AuditAction.CLOSE}


def test_a_firm_is_asked_once_before_the_end_and_renews_with_one_press_before_and_after_it(
    workshop: Matchmaker, submitted: Challenge, staff: Account, clock: SteppingClock
) -> None:
    desk = workshop.challenge_desk
    one = opened(workshop, submitted, staff)
    assert one.expires_at is not None
    assert desk.elapse().reminded == 0
    clock.now = one.expires_at - timedelta(days=10)
    assert [desk.elapse().reminded for _ in range(2)] == [1, 0]
    secret = last_path(workshop).rsplit("/", 1)[-1]
    assert mails(workshop)[-1].values["challenge"] == "Revner"
    for _ in range(2):
        assert desk.peek_renewal(secret).id == one.id

    clock.now = one.expires_at
    assert workshop.challenges.get(one.id).state is ChallengeState.OPEN  # nobody has noted it
    with pytest.raises(TransitionNotAllowed) as refused:
        workshop.matchmaking.run(one.id)
    assert refused.value.state == ChallengeState.EXPIRED
    assert [desk.elapse().expired for _ in range(2)] == [1, 0]
    with pytest.raises(TransitionNotAllowed):
        workshop.matchmaking.run(one.id)

    renewed = desk.renew_by_link(secret)

    assert renewed.state is ChallengeState.OPEN
    assert renewed.expires_at is not None
    assert renewed.expires_at - clock.now > timedelta(days=179)
    assert workshop.matchmaking.run(one.id).matches is not None
    with pytest.raises(LinkSpent):
        desk.renew_by_link(secret)
    clock.now = renewed.expires_at - timedelta(days=1)
    assert desk.elapse().reminded == 1  # asked again about the next end


def test_a_renewal_link_is_useless_after_the_challenge_is_closed_or_somebody_else_s(
    workshop: Matchmaker, submitted: Challenge, staff: Account, clock: SteppingClock
) -> None:
    desk = workshop.challenge_desk
    one = opened(workshop, submitted, staff)
    assert one.expires_at is not None
    clock.now = one.expires_at - timedelta(days=1)
    desk.elapse()
    secret = last_path(workshop).rsplit("/", 1)[-1]
    one = workshop.challenges.get(one.id)
    desk.close(one.id, ClosingReason.OTHER, by=staff.id, expected_revision=one.revision)

    for late in (desk.peek_renewal, desk.renew_by_link):
        with pytest.raises(LinkSpent):
            late(secret)


def test_what_is_over_is_shown_to_nobody_as_similar_or_to_answer(
    workshop: Matchmaker, staff: Account, clock: SteppingClock
) -> None:
    nobodys = workshop.challenges.submit(text=TEXT)
    other = workshop.challenges.submit(text=f"{TEXT} Igen.")
    one = opened(workshop, nobodys, staff)
    directions = workshop.directions

    def alike(*, public: bool = True) -> set[UUID]:
        found = directions.similar(other.id, public=public).page.items
        return {each.challenge.id for each in found}

    assert alike() == {nobodys.id}
    assert one.expires_at is not None
    clock.now = one.expires_at
    assert alike() == set()
    assert alike(public=False) == {nobodys.id}
    workshop.challenge_desk.elapse()
    assert alike() == set()


def test_a_confidential_challenge_is_nobody_s_to_see_and_a_public_one_names_nobody(
    workshop: Matchmaker, staff: Account
) -> None:
    nobodys = workshop.challenges.submit(text=f"{TEXT} Skriv til a@b.dk om alt det.")
    other = workshop.challenges.submit(text=f"{TEXT} Igen.")
    one = workshop.challenge_desk.open(
        nobodys.id, by=staff.id, expected_revision=nobodys.revision, despite_warnings=True
    )
    (found,) = workshop.directions.similar(other.id).page.items
    assert "a@b.dk" not in found.challenge.in_short().excerpt
    assert not any("a@b.dk" in each for each in found.challenge.shown_sentences)

    workshop.briefs.save(one.id, expected_revision=one.revision, answers={}, confidential=True)

    assert workshop.directions.similar(other.id).page.items == []


def test_old_drafts_of_nobody_are_forgotten(
    workshop: Matchmaker, ida: Account, clock: SteppingClock
) -> None:
    gone = workshop.drafts.save(text="Vi sv")
    kept = workshop.drafts.save(text="Vi sv", by=viewer(ida))
    clock.now += timedelta(days=91)
    recent = workshop.drafts.save(text="Vi sv")

    assert [workshop.challenge_desk.elapse().forgotten for _ in range(2)] == [1, 0]
    with pytest.raises(NotFound):
        workshop.challenges.get(gone.id)
    assert {workshop.challenges.get(one.id).id for one in (kept, recent)} == {kept.id, recent.id}


def test_own_challenges_are_those_of_the_account_newest_change_first(
    workshop: Matchmaker, ida: Account, submitted: Challenge
) -> None:
    other = somebody(workshop, Role.FIRM, "other")
    workshop.challenges.submit(text=TEXT, by=viewer(other))
    draft = workshop.drafts.save(text="Vi sv", by=viewer(ida))

    own = workshop.drafts.own(viewer(ida))

    assert [one.challenge.id for one in own] == [draft.id, submitted.id]
    assert workshop.challenge_desk.requester(submitted).email == ida.email  # type: ignore[union-attr]
    assert workshop.challenge_desk.requester(workshop.challenges.submit(text=TEXT)) is None
