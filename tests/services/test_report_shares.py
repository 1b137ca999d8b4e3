"""Links that show a report: made, opened, ended; they show figures and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput, LinkSpent, NotFound
from matchmaker.models import AuditAction, AuditEntry, ReportShare
from matchmaker.services.report_shares import MOST_SHARES
from matchmaker.storage.database import Sessions
from tests.conftest import SteppingClock


@pytest.fixture
def programme(workshop: Matchmaker) -> UUID:
    return workshop.programmes.create(
        by=None, name="Robots", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    ).id


def test_a_link_shows_the_report_until_its_time_is_over(
    workshop: Matchmaker, programme: UUID, clock: SteppingClock
) -> None:
    service = workshop.report_shares
    share, secret = service.create(programme, name="  Region  ", by=None, days=30)
    assert share.name == "Region"
    assert service.all_of(programme)[0].last_used_at is None

    found = service.report(secret)

    assert found.programme.id == programme
    assert (found.unanswered, found.unneeded) == ((), ())
    assert workshop.programmes.report(programme).unneeded, "which the staff are told"
    assert service.report(secret, date(2026, 3, 1)).span.first_day == date(2026, 3, 1)
    (listed,) = service.all_of(programme)
    assert listed.last_used_at is not None
    clock.now += timedelta(seconds=30)
    service.report(secret)
    (again,) = service.all_of(programme)
    assert again.last_used_at == listed.last_used_at, "not written at every look"
    clock.now += timedelta(days=29)
    service.report(secret)
    (later,) = service.all_of(programme)
    assert later.last_used_at is not None
    assert later.last_used_at > listed.last_used_at + timedelta(days=28)
    clock.now += timedelta(days=1)
    with pytest.raises(LinkSpent):
        service.report(secret)


def test_an_ended_link_and_a_guess_open_nothing(workshop: Matchmaker, programme: UUID) -> None:
    service = workshop.report_shares
    share, secret = service.create(programme, name="Region", by=None)
    _, other = service.create(programme, name="Fund", by=None)

    service.end(programme, share.id, by=None)
    service.end(programme, share.id, by=None)

    for wrong in (secret, secret[:-1], "", "anything"):
        with pytest.raises(LinkSpent):
            service.report(wrong)
    assert service.report(other).programme.id == programme
    with Sessions(workshop.engine).reading() as session:
        assert secret not in str([vars(one) for one in session.scalars(select(ReportShare))])
        query = select(AuditEntry.action).where(AuditEntry.subject_id == programme)
        told = list(session.scalars(query.order_by(AuditEntry.id)))
    assert told[1:] == [AuditAction.SHARE, AuditAction.SHARE, AuditAction.END_SHARE]


def test_a_link_belongs_to_one_programme(workshop: Matchmaker, programme: UUID) -> None:
    service = workshop.report_shares
    day = date(2026, 1, 1)
    other = workshop.programmes.create(by=None, name="Other", starts_on=day, ends_on=day).id
    share, _ = service.create(programme, name="Region", by=None)

    assert service.all_of(other) == []
    for act in (
        lambda: service.end(other, share.id, by=None),
        lambda: service.create(share.id, name="A", by=None),
        lambda: service.all_of(share.id),
    ):
        with pytest.raises(NotFound):
            act()


def test_what_cannot_stand_is_refused(workshop: Matchmaker, programme: UUID) -> None:
    service = workshop.report_shares
    for name, days, field in (
        (" ", 90, "name"),
        ("a" * 81, 90, "name"),
        ("A", 0, "days"),
        ("A", 367, "days"),
    ):
        with pytest.raises(InvalidInput) as refused:
            service.create(programme, name=name, by=None, days=days)
        assert refused.value.field == field
    for _ in range(MOST_SHARES):
        share, _ = service.create(programme, name="A", by=None)
    with pytest.raises(InvalidInput):
        service.create(programme, name="A", by=None)
    service.end(programme, share.id, by=None)
    service.create(programme, name="A", by=None)
