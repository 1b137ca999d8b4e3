"""Profiles: read one, page through many."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy.exc import InvalidRequestError

from matchmaker.errors import NotFound
from matchmaker.models import Organisation, PartnerKind, Profile, ProfileKind, Visibility
from matchmaker.storage import listing, profiles
from matchmaker.storage.database import Sessions
from tests.factories import a_student, an_activity, an_expert, an_organisation


def store(sessions: Sessions, *given: Profile) -> None:
    with sessions.writing() as session:
        for profile in given:
            session.add(profile)
            session.flush()


def names(sessions: Sessions, **asked: object) -> tuple[list[str], int]:
    part = {name: asked.pop(name) for name in ("offset", "limit") if name in asked}
    with sessions.reading() as session:
        found = listing.page(session, listing.Wanted(**asked), **part)  # type: ignore[arg-type]
    return [profile.name for profile in found.items], found.total


def test_one_profile_is_read_whole(sessions: Sessions) -> None:
    expert = an_expert(title="Engineer", evidence=("One.", "Two."))
    store(sessions, expert)
    with sessions.reading() as session:
        stored = profiles.get(session, expert.id)
    assert type(stored) is type(expert)
    assert [item.text for item in stored.evidence] == ["One.", "Two."]


def test_what_is_not_public_is_found_by_the_service_only(sessions: Sessions) -> None:
    hidden = an_expert(visibility=Visibility.STAFF)
    store(sessions, hidden)
    with sessions.reading() as session:
        with pytest.raises(NotFound, match=str(hidden.id)):
            profiles.get(session, hidden.id)
        assert profiles.find(session, hidden.id) is not None
        assert profiles.find(session, uuid4()) is None


def test_a_page_is_ordered_by_name_and_knows_the_total(sessions: Sessions) -> None:
    store(sessions, *(an_expert(name) for name in ("Per", "Ida", "Bo", "Eva")))
    assert names(sessions, limit=2) == (["Bo", "Eva"], 4)
    assert names(sessions, offset=3, limit=2) == (["Per"], 4)
    assert names(sessions, offset=9) == ([], 4)


def test_a_page_shows_public_profiles_of_the_kind_asked_for(sessions: Sessions) -> None:
    store(
        sessions,
        an_expert("Ida"),
        an_expert("Hidden", visibility=Visibility.MEMBERS),
        a_student("Bo"),
        an_organisation("Institut"),
        an_organisation("Svets", country="SE"),
    )
    assert names(sessions)[1] == 4
    assert names(sessions, kind=ProfileKind.ORGANISATION) == (["Institut", "Svets"], 2)
    assert names(sessions, partner_kind=PartnerKind.STUDENT) == (["Bo"], 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("værk", ["Ærø Værksted"]),
        ("ÆRØ", ["Ærø Værksted"]),
        ("ærø", ["Ærø Værksted"]),
        ("SMÅ", ["Ida"]),
        ("100%", ["Ida"]),
        ("%", ["Ida"]),
        ("_", []),
        ("", ["Ida", "Ærø Værksted"]),
    ],
)
def test_text_is_looked_for_in_name_and_summary_in_any_case(
    sessions: Sessions, text: str, found: list[str]
) -> None:
    store(
        sessions,
        an_organisation("Ærø Værksted", summary="Ships."),
        an_expert("Ida", summary="Hjælper små firmaer 100% af tiden."),
    )
    assert sorted(names(sessions, text=text)[0]) == found


def test_pages_and_lists_come_without_evidence_and_say_so(sessions: Sessions) -> None:
    expert = an_expert(evidence=("One.",), title="Engineer")
    store(sessions, expert)
    with sessions.reading() as session:
        (listed,) = profiles.complete(session, [expert.id])
        with pytest.raises(InvalidRequestError, match="raise_on_sql"):
            _ = listed.evidence
    assert listed.title == "Engineer"  # type: ignore[attr-defined]


def test_a_family_is_told_from_the_nearest_up(sessions: Sessions) -> None:
    top = an_organisation("University")
    middle = an_organisation("Department", parent_id=top.id)
    section = an_organisation("Section", parent_id=middle.id)
    store(sessions, top, middle, section, expert := an_expert())
    with sessions.reading() as session:
        above = profiles.family(session, section)
        assert [one.name for one in above] == ["Department", "University"]
        assert profiles.family(session, top) == profiles.family(session, expert) == []


def test_a_family_that_bites_its_tail_ends(sessions: Sessions) -> None:
    one, other = an_organisation("One"), an_organisation("Other")
    store(sessions, one, other)
    with sessions.writing() as session:
        session.get_one(Organisation, one.id).parent_id = other.id
        session.get_one(Organisation, other.id).parent_id = one.id
    with sessions.reading() as session:
        above = profiles.family(session, session.get_one(Organisation, one.id))
    assert [profile.name for profile in above] == ["Other", "One"]


def test_a_parent_that_is_gone_ends_the_family(sessions: Sessions) -> None:
    orphan = an_organisation("Orphan", parent_id=uuid4())
    with sessions.reading() as session:
        assert profiles.family(session, orphan) == []


def test_profiles_are_counted_and_known_by_id(sessions: Sessions) -> None:
    expert, activity = an_expert(language="da"), an_activity(language="en")
    store(sessions, expert, activity)
    with sessions.reading() as session:
        assert profiles.count(session) == 2
        assert profiles.existing(session, [expert.id, uuid4()]) == {expert.id}
        assert profiles.languages(session) == {expert.id: "da", activity.id: "en"}


def test_more_profiles_can_be_asked_for_than_a_statement_has_room_for(sessions: Sessions) -> None:
    store(sessions, expert := an_expert(evidence=("One.",)))
    unknown = [uuid4() for _ in range(100)] * 400
    with sessions.reading() as session:
        (found,) = profiles.with_evidence(session, [*unknown, expert.id])
    assert found.evidence[0].text == "One."
