"""SQL decides who may be proposed, and counts whom each rule removed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from matchmaker.models import (
    Conditions,
    Dismissal,
    DismissalReason,
    EligibilityRule,
    PartnerKind,
    Place,
    Profile,
    Standing,
    Visibility,
    distance_km,
)
from matchmaker.storage import eligibility
from matchmaker.storage.database import Sessions
from matchmaker.storage.eligibility import TermHolders
from tests.factories import a_student, an_activity, an_expert, an_organisation

TODAY = date(2026, 11, 22)
ODENSE = Place(latitude=55.40, longitude=10.39)
Store = Callable[..., list[str]]


@pytest.fixture
def eligible(sessions: Sessions) -> Store:
    """Store profiles; return the names of those that may be proposed, found in three ways."""

    def ask(
        *profiles: Profile, conditions: Conditions | None = None, place: Place | None = None
    ) -> list[str]:
        asked = (conditions or Conditions(), place or Place(), TODAY)
        with sessions.writing() as session:
            session.add_all(profiles)
        with sessions.reading() as session:
            found = {UUID(row[0]) for row in eligibility.everybody(session, *asked)}
            ids = [profile.id for profile in profiles]
            assert {
                UUID(row[0]) for row in eligibility.among(session, [one.hex for one in ids], *asked)
            } == found
            assert eligibility.funnel(session, *asked)["eligible"] == len(found)
        return sorted(profile.name for profile in profiles if profile.id in found)

    return ask


@pytest.mark.parametrize("visibility", [Visibility.MEMBERS, Visibility.STAFF])
def test_only_what_is_public_is_proposed(eligible: Store, visibility: Visibility) -> None:
    assert eligible(an_expert("seen"), an_expert("hidden", visibility=visibility)) == ["seen"]


def test_leave_ends_with_its_last_day(eligible: Store) -> None:
    days = {"back": TODAY - timedelta(days=1), "last day": TODAY, "away": date(2027, 3, 1)}
    experts = [an_expert(name, on_leave_until=day) for name, day in days.items()]
    assert eligible(*experts, an_expert("here")) == ["back", "here"]


def test_a_term_and_an_activity_count_on_their_last_day(eligible: Store) -> None:
    yesterday = TODAY - timedelta(days=1)
    assert eligible(
        a_student("ends today", available_to=TODAY),
        a_student("ended", available_to=yesterday),
        a_student("open", available_to=None),
        an_activity("closes today", ends_on=TODAY),
        an_activity("over", ends_on=yesterday),
    ) == ["closes today", "ends today", "open"]


def test_no_partner_kind_asked_for_is_every_kind(eligible: Store) -> None:
    world = [an_expert("expert"), a_student("student"), an_organisation("foreign", country="NO")]
    assert eligible(*world) == ["expert", "foreign", "student"]


def test_only_the_partner_kinds_asked_for(eligible: Store) -> None:
    kinds = (PartnerKind.STUDENT, PartnerKind.INTERNATIONAL_PARTNER)
    world = [an_expert("expert"), a_student("student"), an_organisation("foreign", country="NO")]
    assert eligible(*world, conditions=Conditions(partner_kinds=kinds)) == ["foreign", "student"]


def test_one_of_the_languages_asked_for_must_be_a_working_language(eligible: Store) -> None:
    spoken: dict[str, list[str]] = {
        "danish": ["da"],
        "both": ["en", "da"],
        "english": ["en"],
        "nothing said": [],
        "near": ["da-x", "d", '"da"'],
    }
    world = [an_expert(name, working_languages=said) for name, said in spoken.items()]
    assert eligible(*world, conditions=Conditions(languages=("da", "sv"))) == ["both", "danish"]


@pytest.mark.parametrize("asked", ["%", "_a", "da' OR '1'='1", '["da"]'])
def test_a_language_is_a_value_and_no_pattern(eligible: Store, asked: str) -> None:
    assert eligible(an_expert(), conditions=Conditions(languages=(asked,))) == []


def test_within_a_distance_only_those_whose_place_is_known_and_near(eligible: Store) -> None:
    world = [
        an_expert("here", latitude=55.40, longitude=10.39),
        an_expert("across the bridge", latitude=55.68, longitude=12.57),
        an_expert("nowhere", latitude=None, longitude=None),
        an_expert("half a place", latitude=55.4, longitude=None),
    ]
    assert eligible(*world, conditions=Conditions(within_km=100), place=ODENSE) == ["here"]


def test_without_the_place_of_the_firm_distance_removes_nobody(eligible: Store) -> None:
    world = [
        an_expert("far", latitude=0.0, longitude=0.0, can_travel_km=1),
        an_expert("unknown", latitude=None),
    ]
    conditions = Conditions(within_km=1)
    assert eligible(*world, conditions=conditions, place=Place()) == ["far", "unknown"]


def test_nobody_is_asked_to_travel_farther_than_they_go(eligible: Store) -> None:
    copenhagen = {"latitude": 55.68, "longitude": 12.57}
    assert eligible(
        an_expert("stays near", **copenhagen, can_travel_km=100),
        an_expert("goes far", **copenhagen, can_travel_km=200),
        an_expert("goes anywhere", **copenhagen),
        an_expert("never moves", latitude=55.40, longitude=10.39, can_travel_km=0),
        an_expert("lives nowhere", latitude=None, longitude=None, can_travel_km=10),
        place=ODENSE,
    ) == ["goes anywhere", "goes far", "lives nowhere", "never moves"]


def test_only_those_who_hold_what_is_required_and_nothing_that_is_excluded(
    sessions: Sessions,
) -> None:
    world = {name: an_expert(name) for name in ("has it", "has both", "has neither")}
    conditions = Conditions(required_terms=("laser",), excluded_terms=("aluminium",))
    holders = TermHolders(
        required={world["has it"].id.hex, world["has both"].id.hex},
        excluded={world["has both"].id.hex},
    )
    with sessions.writing() as session:
        session.add_all(world.values())
    with sessions.reading() as session:
        asked = (conditions, Place(), TODAY, holders)
        ids = [profile.id.hex for profile in world.values()]
        everybody = eligibility.everybody(session, *asked)
        assert everybody == eligibility.among(session, ids, *asked)
        counted = eligibility.funnel(session, *asked)
    assert [row[0] for row in everybody] == [world["has it"].id.hex]
    assert (counted["required-terms"], counted["excluded-terms"], counted["eligible"]) == (1, 1, 1)


def test_terms_are_not_judged_without_saying_who_holds_them(sessions: Sessions) -> None:
    with sessions.reading() as session, pytest.raises(ValueError, match="who holds"):
        eligibility.funnel(session, Conditions(required_terms=("laser",)), Place(), TODAY)


def test_who_was_dismissed_is_left_out(eligible: Store) -> None:
    known, other = an_expert("known"), an_expert("other")
    dismissal = Dismissal(profile_id=known.id, reason=DismissalReason.ALREADY_KNOWN)
    assert eligible(known, other, conditions=Conditions(dismissed=(dismissal,))) == ["other"]


def test_each_profile_is_counted_at_the_first_rule_it_breaks(sessions: Sessions) -> None:
    far = {"latitude": 57.0, "longitude": 9.9}
    near = {"latitude": 55.4, "longitude": 10.4}
    world = [
        an_expert(**near),
        an_expert(visibility=Visibility.STAFF, on_leave_until=date(2027, 1, 1), **far),
        *(an_expert(on_leave_until=date(2027, 1, 1), **far) for _ in range(2)),
        *(a_student(working_languages=["en"], **far) for _ in range(3)),
        *(an_expert(working_languages=["en"], **far) for _ in range(4)),
        *(an_expert(**far) for _ in range(4)),
        an_expert(latitude=None, longitude=None),
    ]
    conditions = Conditions(partner_kinds=(PartnerKind.EXPERT,), languages=("da",), within_km=50)
    with sessions.writing() as session:
        session.add_all(world)
    with sessions.reading() as session:
        counted = eligibility.funnel(session, conditions, ODENSE, TODAY)
    assert list(counted.items()) == [
        ("all", 16),
        ("visible", 1),
        ("available", 2),
        ("partner-kind", 3),
        ("language", 4),
        ("distance", 5),
        ("capacity", 0),
        ("cool-down", 0),
        ("conflict", 0),
        ("required-terms", 0),
        ("excluded-terms", 0),
        ("dismissed", 0),
        ("eligible", 1),
    ]


def test_an_empty_database_has_an_empty_funnel(sessions: Sessions) -> None:
    with sessions.reading() as session:
        counted = eligibility.funnel(session, Conditions(), Place(), TODAY)
    assert list(counted) == ["all", *(rule.value for rule in EligibilityRule), "eligible"]
    assert not any(counted.values())


def test_asking_about_nobody_and_about_very_many_is_possible(sessions: Sessions) -> None:
    with sessions.writing() as session:
        session.add(expert := an_expert(family_id=an_expert().id))
    unknown = [an_expert().id.hex for _ in range(200)] * 200
    with sessions.reading() as session:
        assert eligibility.among(session, [], Conditions(), Place(), TODAY) == []
        (row,) = eligibility.among(session, [*unknown, expert.id.hex], Conditions(), Place(), TODAY)
    assert tuple(row[:3]) == (expert.id.hex, "expert", expert.family_id.hex)


def test_distances_within_denmark_are_right_to_one_percent(sessions: Sessions) -> None:
    dice = random.Random(6)

    def anywhere() -> dict[str, float]:
        return {"latitude": dice.uniform(54.55, 57.76), "longitude": dice.uniform(8.07, 15.2)}

    experts = [an_expert(**anywhere()) for _ in range(300)]
    with sessions.writing() as session:
        session.add_all(experts)
    for _ in range(60):
        place, within_km = anywhere(), dice.randint(5, 480)
        asked = (Conditions(within_km=within_km), Place(**place), TODAY)
        with sessions.reading() as session:
            found = {UUID(row[0]) for row in eligibility.everybody(session, *asked)}
        for expert in experts:
            away = distance_km(*place.values(), *(expert.latitude, expert.longitude))
            assert expert.id in found or away > within_km * 0.99
            assert expert.id not in found or away < within_km * 1.01


PROFILES = st.lists(
    st.builds(
        an_expert,
        visibility=st.sampled_from(Visibility),
        on_leave_until=st.sampled_from([None, TODAY, date(2026, 1, 1)]),
        working_languages=st.lists(st.sampled_from(["da", "en", "de"]), unique=True),
        latitude=st.sampled_from([None, 55.4, 57.0]),
        longitude=st.sampled_from([None, 10.4]),
        can_travel_km=st.sampled_from([None, 10, 500]),
    ),
    max_size=12,
)
CONDITIONS = st.builds(
    Conditions,
    partner_kinds=st.sampled_from([(), (PartnerKind.EXPERT,), (PartnerKind.HUB,)]),
    languages=st.sampled_from([(), ("da",), ("de", "en")]),
    within_km=st.sampled_from([None, 20, 1000]),
)


@settings(max_examples=60, deadline=None)
@given(PROFILES, CONDITIONS, st.sampled_from([Place(), ODENSE]))
def test_the_funnel_always_adds_up_to_who_is_eligible(
    shared: Sessions, world: list[Profile], conditions: Conditions, place: Place
) -> None:
    with shared.writing() as session:
        session.add_all(world)
        session.flush()
        counted = eligibility.funnel(session, conditions, place, TODAY)
        rows = eligibility.everybody(session, conditions, place, TODAY)
        session.rollback()
    assert counted["all"] == len(world) == sum(counted.values()) - counted["all"]
    assert counted["eligible"] == len(rows)


def test_stricter_conditions_never_let_more_through(eligible: Store, sessions: Sessions) -> None:
    eligible(*(an_expert(latitude=55.0 + step / 10, longitude=10.4) for step in range(20)))
    with sessions.reading() as session:
        found = [
            {
                UUID(row[0])
                for row in eligibility.everybody(session, Conditions(within_km=km), ODENSE, TODAY)
            }
            for km in range(10, 200, 10)
        ]
    assert all(near <= far for near, far in pairwise(found))
    assert len(found[-1]) > len(found[0])


def test_a_candidate_comes_with_its_place_and_languages(sessions: Sessions) -> None:
    expert = an_expert(working_languages=["da", "en"], latitude=55.4, longitude=None)
    with sessions.writing() as session:
        session.add(expert)
    with sessions.reading() as session:
        (row,) = eligibility.everybody(session, Conditions(), Place(), TODAY)
    assert tuple(row[3:]) == (55.4, None, '["da", "en"]')


def test_the_places_that_a_profile_reaches_are_those_it_is_eligible_for(sessions: Sessions) -> None:
    dice = random.Random(7)
    places = [Place()] + [
        Place(latitude=dice.uniform(54.6, 57.7), longitude=dice.uniform(8.1, 12.6))
        for _ in range(40)
    ]
    profiles = [
        an_expert(f"{reach} {where}", can_travel_km=reach, latitude=where, longitude=where and 10.4)
        for reach in (None, 0, 40, 120)
        for where in (None, 55.4, 57.0)
    ]
    with sessions.writing() as session:
        session.add_all(profiles)
    with sessions.reading() as session:
        for profile in profiles:
            expected = {
                place
                for place in places
                if eligibility.among(session, [profile.id.hex], Conditions(), place, TODAY)
            }
            # Asked twice each: what is given is a list, what comes back is a set.
            assert eligibility.reached(session, profile.id, [*places, *places]) == expected


@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.LIVE])
def test_only_a_live_profile_is_proposed(eligible: Store, standing: Standing) -> None:
    assert eligible(an_expert("here"), an_expert("away", standing=standing)) == ["here"]


@pytest.mark.parametrize("asker", [Place(), ODENSE], ids=["nowhere", "Odense"])
def test_those_asked_about_are_looked_up_by_their_ids(sessions: Sessions, asker: Place) -> None:
    if sessions.engine.dialect.name != "sqlite":
        pytest.skip("another database plans with what it knows of its rows")
    asked: list[tuple[str, Any]] = []

    def note(*told: Any) -> None:
        asked.append((told[2], told[3]))

    event.listen(sessions.engine, "before_cursor_execute", note)
    with sessions.reading() as session:
        eligibility.among(session, [UUID(int=1).hex], Conditions(), asker, TODAY)
    event.remove(sessions.engine, "before_cursor_execute", note)
    statement, values = asked[-1]
    with sessions.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    steps = [step.detail for step in plan if "profiles" in step.detail]
    assert len(steps) == 1
    assert "(id=?)" in steps[0]
