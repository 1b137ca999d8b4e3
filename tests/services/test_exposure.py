"""Exposure: what was shown, held against what was due, and never about a person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import log2
from typing import Any
from uuid import UUID

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput
from matchmaker.models import (
    Exposure,
    Fit,
    FoldedProfile,
    Match,
    MatchRun,
    OrganisationType,
    PartnerKind,
    Profile,
    Visibility,
)
from matchmaker.storage.database import Sessions
from tests.factories import an_expert, an_organisation

INSTITUTE, GROUP, EXPERT = (
    PartnerKind.INSTITUTE,
    PartnerKind.UNIVERSITY_GROUP,
    PartnerKind.EXPERT,
)
TOP, PART, UNIVERSITY, IDA = (UUID(int=number) for number in (1, 2, 3, 4))
FIRST_DAY = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def houses(service: Matchmaker) -> Matchmaker:
    """An institute with one part, a university, and an expert."""
    service.profiles.register_all(
        [
            an_organisation("Institute", id=TOP),
            an_organisation("Part", id=PART, parent_id=TOP),
            an_organisation(
                "University", id=UNIVERSITY, organisation_type=OrganisationType.UNIVERSITY
            ),
            an_expert("Ida Berg", id=IDA),
        ]
    )
    return service


def keep(
    service: Matchmaker,
    *places: UUID,
    folded: dict[int, UUID] | None = None,
    tally: list[list[Any]] | None = None,
    day: int = 0,
) -> UUID:
    """Keep a run with these profiles in its list, on a day after the first."""
    challenge = service.challenges.submit(text="Welded frames have cracks.", language="en")
    run = MatchRun(
        challenge_id=challenge.id,
        challenge_revision=1,
        sentences=[],
        language="en",
        conditions={},
        place={},
        policy_name="fused",
        policy_version=1,
        weights={},
        encoder_fingerprint="",
        generation_id=1,
        log_position=0,
        funnel=[],
        tally=tally,
        timings_ms={},
        created_at=FIRST_DAY + timedelta(days=day, hours=12),
        matches=[
            Match(
                profile_id=profile_id,
                rank=rank,
                score=0.5,
                fit=Fit.GOOD,
                reason_json={},
                folded=[
                    FoldedProfile(profile_id=other, position=0)
                    for at, other in (folded or {}).items()
                    if at == rank
                ],
            )
            for rank, profile_id in enumerate(places, start=1)
        ],
    )
    with Sessions(service.engine).writing() as session:
        session.add(run)
    return run.id


def families(service: Matchmaker, **days: date) -> dict[str | None, Exposure]:
    return {row.name: row for row in service.exposure.report(**days).families}


def kinds(service: Matchmaker) -> dict[PartnerKind, Exposure]:
    return {row.partner_kind: row for row in service.exposure.report().kinds}


def test_places_of_a_house_and_its_parts_are_added_up(houses: Matchmaker) -> None:
    keep(houses, TOP, UNIVERSITY, PART)
    keep(houses, UNIVERSITY, TOP)
    keep(houses)
    report = houses.exposure.report()
    assert (report.runs, report.lists) == (3, 2)
    row = families(houses)["Institute"]
    assert (row.family_id, row.partner_kind) == (TOP, INSTITUTE)
    assert (row.shown, row.places, row.first, row.first_three) == (2, 3, 1, 3)
    assert row.mean_rank == pytest.approx((1 + 3 + 2) / 3)
    weights = [1 / log2(rank + 1) for rank in range(1, 4)]
    assert row.exposure == pytest.approx(weights[0] + weights[2] + weights[1])
    first_list = (weights[0] + weights[2]) / sum(weights)
    second_list = weights[1] / sum(weights[:2])
    assert row.exposure_share == pytest.approx((first_list + second_list) / 2)


def test_shares_of_all_kinds_add_up_to_the_whole(houses: Matchmaker) -> None:
    tally = [[TOP.hex, "institute", 2, 1, 0.7], [None, "expert", 1, 1, 0.3]]
    keep(houses, TOP, IDA, tally=tally)
    keep(houses, IDA, UNIVERSITY, TOP, tally=[[None, "expert", 1, 1, 1.0]])
    rows = kinds(houses)
    assert list(rows) == [EXPERT, GROUP, INSTITUTE]
    assert sum(row.exposure_share for row in rows.values()) == pytest.approx(1)
    assert rows[EXPERT].merit_share == pytest.approx(1.3 / 2)
    assert rows[INSTITUTE].merit_share == pytest.approx(0.7 / 2)
    assert rows[INSTITUTE].ratio == pytest.approx(rows[INSTITUTE].exposure_share / 0.35)
    assert rows[GROUP].ratio is None


def test_who_was_considered_is_counted_by_runs(houses: Matchmaker) -> None:
    keep(houses, tally=[[TOP.hex, "institute", 5, 0, 0.0]])
    keep(houses, TOP, tally=[[TOP.hex, "institute", 2, 2, 1.0], [None, "expert", 9, 0, 0.0]])
    row = families(houses)["Institute"]
    assert (row.considered, row.fitting, row.shown) == (2, 1, 1)
    expert = kinds(houses)[EXPERT]
    assert (expert.considered, expert.fitting, expert.places, expert.mean_rank) == (1, 0, 0, None)


def test_who_is_only_named_under_a_place_is_counted_apart(houses: Matchmaker) -> None:
    keep(houses, TOP, folded={1: PART})
    row = families(houses)["Institute"]
    assert (row.places, row.folded) == (1, 1)


def test_no_row_of_a_family_is_a_person(houses: Matchmaker) -> None:
    keep(houses, IDA, TOP, tally=[[None, "expert", 1, 1, 1.0]])
    assert set(families(houses)) == {"Institute"}
    assert kinds(houses)[EXPERT].places == 1


def test_a_house_that_is_not_public_or_gone_has_no_row(houses: Matchmaker) -> None:
    keep(houses, TOP, UNIVERSITY, tally=[[TOP.hex, "institute", 1, 1, 1.0]])
    with Sessions(houses.engine).writing() as session:
        session.get_one(Profile, TOP).revise(at=FIRST_DAY, visibility=Visibility.STAFF)
    houses.profiles.erase(UNIVERSITY)
    assert families(houses) == {}
    assert set(kinds(houses)) == {INSTITUTE}


def test_a_period_has_its_first_and_its_last_day_with_it(houses: Matchmaker) -> None:
    for day in range(5):
        keep(houses, TOP, day=day)
    middle = {"first_day": date(2026, 3, 2), "last_day": date(2026, 3, 4)}
    report = houses.exposure.report(**middle)
    assert (report.runs, report.first_day, report.last_day) == (3, *middle.values())
    assert families(houses, **middle)["Institute"].places == 3
    assert houses.exposure.report(first_day=date(2026, 3, 5)).runs == 1
    assert houses.exposure.report(last_day=date(2026, 3, 1)).runs == 1
    assert houses.exposure.report(last_day=date.max).runs == 5
    assert houses.exposure.report(first_day=date.max).families == []


def test_a_period_that_ends_before_it_begins_is_refused(houses: Matchmaker) -> None:
    with pytest.raises(InvalidInput, match="ends before 2026-03-02"):
        houses.exposure.report(date(2026, 3, 2), date(2026, 3, 1))


def test_without_any_run_the_report_is_empty(service: Matchmaker) -> None:
    report = service.exposure.report()
    assert (report.runs, report.lists, report.kinds, report.families) == (0, 0, [], [])


def test_the_most_exposed_stand_first_and_a_place_far_down_still_counts(
    houses: Matchmaker,
) -> None:
    keep(houses, UNIVERSITY, *[IDA] * 148, TOP)
    report = houses.exposure.report()
    assert [row.name for row in report.families] == ["University", "Institute"]
    assert report.families[1].exposure == pytest.approx(1 / log2(101))


def test_a_real_run_keeps_its_tally(service: Matchmaker) -> None:
    words = "Testing of welded joints with ultrasound."
    service.profiles.register_all(
        [
            an_organisation("Institute", id=TOP, summary=words, evidence=(words,)),
            an_expert("Ida Berg", summary=words, evidence=(words,)),
        ]
    )
    service.indexing.sync()
    challenge = service.challenges.submit(text=words, language="en")
    service.matchmaking.run(challenge.id)
    row = families(service)["Institute"]
    assert (row.considered, row.fitting, row.shown) == (1, 1, 1)
    assert row.merit_share == pytest.approx(0.5)
    assert kinds(service)[EXPERT].merit_share == pytest.approx(0.5)
