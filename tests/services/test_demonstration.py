"""The demonstration: a made-up programme whose figures are known to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.cli.demonstration import read
from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import Duplicate
from matchmaker.models import (
    Challenge,
    ChallengeState,
    Currency,
    Measure,
    Organisation,
    Outcome,
    OutgoingMail,
    PartnerKind,
    Programme,
)
from matchmaker.models.report import FunnelStep
from matchmaker.services.demonstration import Demonstration
from matchmaker.services.programmes import Report
from matchmaker.storage.database import Sessions
from tests.conftest import DEMONSTRATION


@pytest.fixture
def shown(demonstrated: tuple[Matchmaker, UUID]) -> tuple[Matchmaker, Programme]:
    service, programme_id = demonstrated
    return service, service.programmes.get(programme_id)


@pytest.fixture
def report(demonstrated: tuple[Matchmaker, UUID]) -> Report:
    service, programme_id = demonstrated
    return service.programmes.report(programme_id)


def test_the_figures_tie_out_exactly(report: Report) -> None:
    found = {one.measure: one for one in report.measures}

    assert {measure: one.confirmed for measure, one in found.items()} == {
        Measure.FIRMS: 45,
        Measure.COLLABORATIONS: 45,
        Measure.IDEA_DEVELOPED: 200,
        Measure.IDEA_TESTED: 112,
        Measure.INTERNSHIP: 50,
        Measure.JOB: 25,
        Measure.PATENT_PENDING: 7,
        Measure.PATENT_GRANTED: 2,
        Measure.INVESTMENT: 343_472_500,
        Measure.TURNOVER: 0,
        Measure.NEW_PRODUCT: 12,
        Measure.CERTIFICATION: 5,
        Measure.SATISFACTION: found[Measure.SATISFACTION].confirmed,
    }
    assert found[Measure.INVESTMENT].currency is Currency.EUR
    # What firms have reported and nobody has confirmed counts apart.
    assert found[Measure.IDEA_DEVELOPED].waiting == 3
    assert found[Measure.JOB].waiting == 0


def test_years_add_up_to_the_whole(shown: tuple[Matchmaker, Programme], report: Report) -> None:
    service, programme = shown
    years = [
        service.programmes.report(programme.id, date(year, 1, 1), date(year, 12, 31))
        for year in (2023, 2024, 2025)
    ]

    for place, whole in enumerate(report.measures):
        if whole.measure in {Measure.SATISFACTION, Measure.FIRMS}:
            continue
        parts = [one.measures[place].confirmed or 0 for one in years]
        assert sum(parts) == whole.confirmed, whole.measure


def test_places_add_up_to_the_whole(report: Report) -> None:
    assert sum(one.firms for one in report.municipalities) == 45
    assert sum(one.firms for one in report.regions) == 45
    assert sum(one.collaborations for one in report.regions) == 45
    assert sum(one.lines for one in report.municipalities) == sum(
        one.lines for one in report.regions
    )
    assert len([one for one in report.municipalities if one.code]) == 98
    assert sum(one.begun for one in report.kinds) == 45


def test_targets_and_their_shares(report: Report) -> None:
    shares = {(one.measure, one.area, one.target): one.share for one in report.targets}

    assert shares[Measure.FIRMS, None, 40] == 45 / 40
    assert shares[Measure.INTERNSHIP, None, 60] == 50 / 60
    assert shares[Measure.JOB, None, 30] == 25 / 30
    assert shares[Measure.INVESTMENT, None, 300_000_000] == 343_472_500 / 300_000_000


def test_the_funnel_narrows_from_step_to_step(report: Report) -> None:
    reached = {one.step: one.reached for one in report.funnel}

    assert reached == {
        FunnelStep.SUBMITTED: 72,
        FunnelStep.OPENED: 67,
        FunnelStep.MATCHED: 67,
        FunnelStep.SHORTLISTED: 59,
        FunnelStep.INTRODUCED: 55,
        FunnelStep.ACCEPTED: 49,
        FunnelStep.MET: 46,
        FunnelStep.COLLABORATION: 45,
        FunnelStep.OUTCOME: 45,
    }
    assert sum(one.challenges for one in report.demand) == 72
    assert all(one.median_days is not None for one in report.funnel[1:])


def test_it_is_marked_shown_to_nobody_and_mails_nobody(
    shown: tuple[Matchmaker, Programme], report: Report
) -> None:
    service, programme = shown

    assert programme.fictional
    with Sessions(service.engine).reading() as session:
        firms = session.scalars(select(Organisation)).all()
        assert len(firms) == 51
        assert all(one.fictional and not one.public for one in firms)
        assert session.scalar(select(func.count()).select_from(OutgoingMail)) == 0
        states = set(session.scalars(select(Challenge.state)))
    assert states == {ChallengeState.CLOSED}
    assert service.profiles.page().items == []
    assert {one.partner_kind for one in report.supply} <= set(PartnerKind)


def test_it_is_loaded_once(shown: tuple[Matchmaker, Programme]) -> None:
    service, programme = shown

    with pytest.raises(Duplicate) as refused:
        service.demonstration().load(read(DEMONSTRATION))

    assert refused.value.existing_id == programme.id


class Killed(Exception):
    """The process ended."""


class Mortal(Sessions):
    """Sessions of a process that is killed at the end of one of its transactions."""

    left = 0

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with super().writing() as session:
            yield session
            self.left -= 1
            if self.left == 0:
                session.flush()
                raise Killed


def test_killed_anywhere_it_goes_on_and_comes_to_the_same(workshop: Matchmaker) -> None:
    def given() -> Demonstration:
        whole = read(DEMONSTRATION)
        return replace(whole, journeys=whole.journeys[:6])

    journeys = given().journeys
    service = workshop.demonstration()
    sessions = Mortal(workshop.engine)
    mortal = replace(
        service,
        sessions=sessions,
        profiles=replace(service.profiles, sessions=sessions),
    )

    def load() -> bool:
        try:
            mortal.load(given())
        except Killed:
            return False
        return True

    for transactions in (1, 2, 3, 4, 4):  # profiles, programme, and within one journey or another
        sessions.left = transactions
        assert not load()
    counted: list[int] = []
    service.load(given(), lambda number, _: counted.append(number))

    assert 1 < counted[0] < counted[-1] == len(journeys), "some were there"
    with Sessions(workshop.engine).reading() as session:
        assert session.scalar(select(func.count(Challenge.id))) == len(journeys)
        lines = sum(
            len(one["outcomes"]) + sum(bool(line["reversed"]) for line in one["outcomes"])
            for one in journeys
            if "collaboration" in one
        )
        assert session.scalar(select(func.count(Outcome.id))) == lines > 0
    with pytest.raises(Duplicate):
        service.load(given())


def test_a_programme_in_earnest_is_not_gone_on_with(workshop: Matchmaker) -> None:
    given = read(DEMONSTRATION)
    day = date(2026, 1, 1)
    workshop.programmes.create(by=None, name=given.programme["name"], starts_on=day, ends_on=day)

    with pytest.raises(Duplicate):
        workshop.demonstration().load(given)
