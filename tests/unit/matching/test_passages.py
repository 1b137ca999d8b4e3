"""A profile in words."""

from __future__ import annotations

import hashlib
from datetime import date
from uuid import UUID

from matchmaker.matching.passages import COMPOSER_VERSION, PassageText, compose, own_words
from matchmaker.models import (
    Evidence,
    EvidenceKind,
    Expert,
    Organisation,
    Profile,
    ProfileKind,
    Student,
)
from tests.factories import a_student, an_activity, an_evidence, an_expert, an_organisation

#: What the passages of ``everybody`` hash to, by version. A change of how text is composed needs
#: a new COMPOSER_VERSION, and with it a new line here.
COMPOSED = {
    1: "78c4a8ac403ec6926efe6a22078ad4c6",
    2: "78c4a8ac403ec6926efe6a22078ad4c6",
}


def having(profile: Profile, *evidence: Evidence) -> Profile:
    """Give these items of evidence to a profile."""
    profile.evidence = list(evidence)
    return profile


def texts(profile: Profile) -> list[str]:
    return [passage.text for passage in compose(profile)]


def everybody() -> list[Profile]:
    """Return one fixed profile of each kind."""
    evidence = [
        an_evidence("Fandt årsagen.", id=UUID(int=1), title="Revner.", language="da"),
        an_evidence("Measured welds.", id=UUID(int=2), title="", kind=EvidenceKind.EQUIPMENT),
    ]
    words = {"summary": "Works with welds.", "description": "Ten years in a workshop."}
    return [
        having(an_expert(title="Welding engineer", **words), *evidence),
        an_organisation(**words),
        a_student(learning_goals="Wants to learn robots.", **words),
        an_activity(eligibility="Open to all.", ends_on=date(2027, 1, 1), **words),
    ]


def test_an_expert_is_title_and_summary_description_and_evidence() -> None:
    profile = an_expert(
        title="Welding engineer",
        summary="Finds causes of cracks.",
        description="Ten years in a workshop.",
        evidence=("Measured welds.",),
    )
    assert texts(profile) == [
        "Welding engineer. Finds causes of cracks.",
        "Ten years in a workshop.",
        "Measured welds.",
    ]


def test_an_expert_without_a_title_begins_with_the_summary() -> None:
    assert texts(an_expert(summary="Finds causes of cracks.")) == ["Finds causes of cracks."]


def test_an_organisation_has_no_words_beyond_its_own() -> None:
    profile = an_organisation(summary="Tests joints.", description="Two laboratories.")
    assert own_words(profile) == []
    assert texts(profile) == ["Tests joints.", "Two laboratories."]


def test_a_student_says_programme_and_learning_goals_first() -> None:
    profile = a_student(programme="Mechatronics", learning_goals="Robots.", summary="Builds.")
    assert texts(profile) == ["Mechatronics. Robots.", "Builds."]


def test_an_activity_says_its_name_and_who_can_take_part() -> None:
    profile = an_activity("Robot day", eligibility="Open to all.", summary="See robots.")
    assert texts(profile) == ["Robot day. Open to all.", "See robots."]


def test_evidence_stands_behind_its_title_and_keeps_language_kind_and_id() -> None:
    item = an_evidence("Fandt årsagen.", title="Revner.", language="da", kind=EvidenceKind.COURSE)
    passage = compose(having(an_expert(summary=""), item))
    assert passage == [
        PassageText(
            text="Revner. Fandt årsagen.",
            language="da",
            evidence_id=item.id,
            evidence_kind=EvidenceKind.COURSE,
        )
    ]


def test_excluded_evidence_is_left_out_and_pinned_evidence_stays() -> None:
    items = [
        an_evidence("Not this one.", excluded=True, title=""),
        an_evidence("But this one.", pinned=True, title=""),
    ]
    assert texts(having(an_expert(summary="Welds."), *items)) == ["Welds.", "But this one."]


def test_no_text_stands_twice_and_evidence_wins_over_a_summary_that_says_the_same() -> None:
    profile = an_expert(
        summary="Finds cracks.", description=" Finds cracks. ", evidence=("Finds cracks.",)
    )
    (passage,) = compose(profile)
    assert passage.evidence_id == profile.evidence[0].id


def test_equal_texts_share_a_hash_whatever_they_were_made_from() -> None:
    one = PassageText(text="Måling", language="da")
    other = PassageText(text="Måling", language="en", evidence_id=UUID(int=1))
    assert (
        one.text_hash
        == other.text_hash
        == hashlib.blake2b("Måling".encode(), digest_size=16).hexdigest()
    )
    assert one.text_hash != PassageText(text="Maling", language="da").text_hash


def test_every_profile_kind_is_put_into_words() -> None:
    """A new kind registers its own words; only an organisation has none to add."""
    kinds = {mapper.class_ for mapper in Profile.__mapper__.self_and_descendants} - {Profile}
    assert {kind.__mapper__.polymorphic_identity for kind in kinds} == set(ProfileKind)
    registered = set(own_words.registry) - {object}
    assert kinds - registered == {Organisation}
    assert {Expert, Student} <= registered


def test_composed_text_changes_only_with_the_composer_version() -> None:
    said = "\n".join(
        f"{passage.text}|{passage.language}|{passage.evidence_id}|{passage.evidence_kind}"
        for profile in everybody()
        for passage in compose(profile)
    )
    found = hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
    assert COMPOSED[COMPOSER_VERSION] == found, "raise COMPOSER_VERSION and add its hash here"
    assert max(COMPOSED) == COMPOSER_VERSION
