"""Profiles of every kind: when and as what they can be proposed, and how they change."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from matchmaker.models import OrganisationType, PartnerKind, Place, Profile
from tests.factories import (
    NOW,
    a_student,
    an_activity,
    an_evidence,
    an_expert,
    an_organisation,
)

LATER = NOW + timedelta(days=1)
UNIVERSITY_GROUP, INSTITUTE, HUB = (
    PartnerKind.UNIVERSITY_GROUP,
    PartnerKind.INSTITUTE,
    PartnerKind.HUB,
)


def test_an_expert_on_leave_can_be_proposed_from_the_day_after() -> None:
    assert an_expert(on_leave_until=date(2026, 12, 31)).proposable_from == date(2027, 1, 1)


def test_an_expert_who_is_not_on_leave_can_always_be_proposed() -> None:
    expert = an_expert()
    assert (expert.proposable_from, expert.proposable_until) == (None, None)


def test_a_student_can_be_proposed_until_the_placement_would_end() -> None:
    student = a_student(available_from=date(2027, 2, 1), available_to=date(2027, 6, 30))
    assert (student.proposable_from, student.proposable_until) == (None, date(2027, 6, 30))


def test_an_activity_can_be_joined_until_it_ends_and_without_dates_always() -> None:
    assert an_activity(ends_on=date(2027, 5, 2)).proposable_until == date(2027, 5, 2)
    assert an_activity().proposable_until is None


@pytest.mark.parametrize(
    ("profile", "kind"),
    [
        (an_expert(), PartnerKind.EXPERT),
        (a_student(), PartnerKind.STUDENT),
        (an_activity(), PartnerKind.ACTIVITY),
        (an_organisation(country="SE"), PartnerKind.INTERNATIONAL_PARTNER),
    ],
    ids=["expert", "student", "activity", "foreign organisation"],
)
def test_a_firm_sees_each_kind_as_itself(profile: Profile, kind: PartnerKind) -> None:
    assert profile.partner_kind is kind


@pytest.mark.parametrize(
    ("organisation_type", "kind"),
    {
        OrganisationType.UNIVERSITY: UNIVERSITY_GROUP,
        OrganisationType.DEPARTMENT: UNIVERSITY_GROUP,
        OrganisationType.SECTION: UNIVERSITY_GROUP,
        OrganisationType.LABORATORY: UNIVERSITY_GROUP,
        OrganisationType.BUSINESS_ACADEMY: UNIVERSITY_GROUP,
        OrganisationType.UNIVERSITY_COLLEGE: UNIVERSITY_GROUP,
        OrganisationType.GTS_INSTITUTE: INSTITUTE,
        OrganisationType.RESEARCH_INSTITUTE: INSTITUTE,
        OrganisationType.TEST_CENTRE: INSTITUTE,
        OrganisationType.FIRM: INSTITUTE,
        OrganisationType.CLUSTER: HUB,
        OrganisationType.INNOVATION_HUB: HUB,
    }.items(),
)
def test_a_danish_organisation_is_seen_by_its_type(
    organisation_type: OrganisationType, kind: PartnerKind
) -> None:
    assert an_organisation(organisation_type=organisation_type).partner_kind is kind


def test_a_section_of_an_institute_is_seen_as_an_institute() -> None:
    section = an_organisation(
        organisation_type=OrganisationType.SECTION, family_type=OrganisationType.GTS_INSTITUTE
    )
    assert section.partner_kind is INSTITUTE


def test_revising_changes_fields_and_says_when() -> None:
    expert = an_expert(name="Ida Berg")
    expert.revise(at=LATER, name="Ida Holm", capacity=1)
    assert (expert.name, expert.capacity, expert.updated_at) == ("Ida Holm", 1, LATER)


def test_revising_settles_again_what_follows_from_the_changed_fields() -> None:
    expert, institute = an_expert(on_leave_until=date(2026, 12, 31)), an_organisation()
    expert.revise(at=LATER, on_leave_until=None)
    institute.revise(at=LATER, country="DE")
    assert expert.proposable_from is None
    assert institute.partner_kind is PartnerKind.INTERNATIONAL_PARTNER


def test_a_field_that_this_kind_does_not_have_cannot_be_revised() -> None:
    with pytest.raises(AttributeError, match="a student has no field capacity"):
        a_student().revise(at=LATER, capacity=1)


def test_replacing_evidence_numbers_it_and_touches_the_profile() -> None:
    expert = an_expert(evidence=("One.", "Two."))
    first, second = expert.evidence
    expert.replace_evidence([second, an_evidence("Three."), first], at=LATER)
    assert [item.text for item in expert.evidence] == ["Two.", "Three.", "One."]
    assert [item.position for item in expert.evidence] == [0, 1, 2]
    assert expert.updated_at == LATER


def test_a_profile_of_no_kind_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        Profile(name="Nobody", language="da", summary="Nothing.", updated_at=NOW)


def test_its_place_is_where_it_is() -> None:
    assert an_expert().place == Place(
        city="Aalborg", municipality="851", latitude=57.05, longitude=9.92
    )
