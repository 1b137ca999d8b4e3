"""A no and a silence in Chromium, in Danish: by keyboard, with mails through a real server.

Time is moved for the command that looks after introductions, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Claim, Introduction, IntroductionState
from matchmaker.services.introduction_ticks import IntroductionTicks
from matchmaker.services.introductions import IntroductionService
from matchmaker.storage.database import Sessions
from tests.browser.conftest import Browser
from tests.browser.test_account_keys import choose, fill, push
from tests.browser.test_ledger import sign_in_as
from tests.mail.post import Post, words_of
from tests.mail.postbox import Postbox
from tests.parties import Parties, some_parties


@pytest.fixture
def parties(service: Matchmaker) -> Iterator[Parties]:
    """A firm with a list, the owner of the best of it, and staff; nothing is left open."""
    made = some_parties(service, f"quiet-{uuid4().hex[:6]}-")
    service.matchmaking.run(made.challenge_id)
    yield made
    with Sessions(service.engine).writing() as session:
        # Whoever said no is spared for weeks, and other tests ask the same partner.
        of_ours = Introduction.challenge_id == made.challenge_id
        session.execute(delete(Introduction).where(of_ours))
        session.delete(session.get_one(Claim, made.profile_id))


class Ahead:
    """The clock of the commands, some days ahead of the one of the pages."""

    days = 0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)


@pytest.fixture
def ahead() -> Ahead:
    return Ahead()


@pytest.fixture
def post(service: Matchmaker, ahead: Ahead) -> Iterator[Post]:
    """The post, which goes on in the weeks to come."""
    with Postbox() as postbox:
        yield Post(replace(service, mailing=replace(service.mailing, clock=ahead)), postbox)


def tick(service: Matchmaker, ahead: Ahead, days: int) -> None:
    """Do what ``matchmaker introductions tick`` does so many days from now."""
    ahead.days = days
    IntroductionTicks(IntroductionService(Sessions(service.engine), ahead)).tick()


def proposed_next(browser: Browser, parties: Parties, state: str) -> None:
    """Staff find the ended one at the desk, with whom to ask next, and draft that."""
    sign_in_as(browser, parties.staff, "da")
    browser.visit(f"/desk/introductions?state={state}")
    (row, *_) = (
        number
        for number, words in enumerate(browser.all(".queue-row"), start=1)
        if "Ida Berg" in words
    )
    push(browser, f".queue-row:nth-child({row}) form[action$='/introductions'] button")
    browser.wait(lambda: browser.path.startswith("/introductions/"))
    drafted = parties.service.introductions.get(UUID(browser.path.rpartition("/")[2]))
    assert drafted.state is IntroductionState.DRAFTED
    assert drafted.challenge_id == parties.challenge_id
    assert drafted.profile_id != parties.profile_id


def test_a_partner_says_no_from_the_mail_and_the_next_is_proposed(
    browser: Browser, parties: Parties, post: Post
) -> None:
    one = parties.offered()
    partner, firm = parties.partner.email, parties.firm.email
    browser.driver.delete_all_cookies()
    browser.visit(f"{post.link(partner)}?lang=da")
    choose(browser, "#reason", "no-time")
    fill(browser, "#note", "Vi bygger om til marts.")
    push(browser, "main .panel:last-child button[type=submit]")
    browser.wait(lambda: browser.all("h1") == ["Tak for svaret"])
    assert browser.all("main form") == []

    told = [words_of(post.newest(firm), kind) for kind in ("plain", "html")]
    assert all("bygger om" not in words and partner not in words for words in told)
    assert len(post.all_to(partner)) == 1, "who said no gets no mail about it"
    sign_in_as(browser, parties.staff, "da")
    browser.visit(f"/introductions/{one.id}")
    assert "Vi bygger om til marts." in browser.driver.page_source
    proposed_next(browser, parties, "declined")


def test_silence_is_reminded_once_and_ends_and_the_next_is_proposed(
    browser: Browser, parties: Parties, post: Post, ahead: Ahead
) -> None:
    one = parties.offered()
    partner, firm = parties.partner.email, parties.firm.email
    browser.driver.delete_all_cookies()
    browser.visit(f"{post.link(firm)}?lang=da")
    push(browser, "main form .button-main")
    browser.wait(lambda: browser.all("main [role=status]"))
    first = post.link(partner)

    tick(parties.service, ahead, 8)
    tick(parties.service, ahead, 9)
    assert len(post.all_to(partner)) == 2, "asked, and reminded once"
    assert len(post.all_to(firm)) == 1, "who has answered is not reminded"
    reminder = post.link(partner)
    browser.visit(f"{reminder}?lang=da")
    assert browser.all("h1") == ["Må vi sætte jer i forbindelse?"], "opening it answers nothing"

    tick(parties.service, ahead, 15)
    assert parties.service.introductions.get(one.id).state is IntroductionState.EXPIRED
    browser.expected.add(410)
    for link in (first, reminder):
        browser.visit(link)
        assert not browser.all("main form")
    for who, other in ((firm, partner), (partner, firm)):
        assert all(other not in words_of(post.newest(who), kind) for kind in ("plain", "html"))
    proposed_next(browser, parties, "expired")
