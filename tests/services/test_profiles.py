"""Register profiles, again and again, and erase them."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.models import (
    Base,
    Evidence,
    EvidenceKind,
    Expert,
    Organisation,
    OrganisationType,
    PartnerKind,
    Passage,
    Profile,
    ProfileKind,
    Visibility,
)
from matchmaker.services.profiles import Registered
from matchmaker.storage import profiles
from matchmaker.storage.database import Sessions
from tests.factories import a_student, a_workshop, an_activity, an_expert, an_organisation
from tests.services.conftest import Start

IDA = UUID(int=1)


def an_ida(*evidence: str, **values: Any) -> Expert:
    """Return Ida Berg as a seed file has her: the same ids every time."""
    values = {"name": "Ida Berg", "id": IDA, **values}
    ida = an_expert(evidence=evidence or ("One.", "Two.", "Three."), **values)
    for number, item in enumerate(ida.evidence):
        item.id = UUID(int=100 + number)
    return ida


def stored(service: Matchmaker, profile_id: UUID) -> Profile:
    with Sessions(service.engine).reading() as session:
        profile = profiles.find(session, profile_id)
    assert profile is not None
    return profile


def count(service: Matchmaker, table: type[Base]) -> int:
    with Sessions(service.engine).reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_profiles_of_every_kind_are_registered_and_read_back_whole(service: Matchmaker) -> None:
    given = [
        an_expert(title="Engineer", affiliation="Nowhere", on_leave_until=date(2026, 1, 2)),
        an_organisation(ror="https://ror.org/1", cvr="12345678"),
        a_student(placement_types=["thesis"], learning_goals="Robots."),
        an_activity(organiser="The cluster", starts_on=date(2027, 1, 1), ends_on=date(2027, 2, 1)),
    ]
    expected = [
        {column.key: getattr(one, column.key) for column in type(one).__mapper__.columns}
        for one in given
    ]
    assert service.profiles.register_all(given) == Registered(new=4)
    for one, values in zip(given, expected, strict=True):
        found = service.profiles.get(one.id)
        assert type(found) is type(one)
        kept = {name: getattr(found, name) for name in values}
        settled = {"revision": 1, "kind": found.kind, "family_id": one.id}
        if isinstance(found, Organisation):
            settled["family_type"] = found.organisation_type
        assert kept == {**values, **settled}


def test_registering_twice_changes_nothing_the_second_time(service: Matchmaker) -> None:
    assert service.profiles.register_all([an_ida()]) == Registered(new=1)
    before = stored(service, IDA)
    assert service.profiles.register_all([an_ida()]) == Registered(unchanged=1)
    after = stored(service, IDA)
    assert (after.revision, after.updated_at) == (1, before.updated_at)


def test_a_whole_workshop_registered_twice_is_unchanged(service: Matchmaker) -> None:
    ids = [uuid4() for _ in a_workshop()]

    def given() -> list[Profile]:
        world = a_workshop()
        for one, id_ in zip(world, ids, strict=True):
            one.id = id_
        return world

    assert service.profiles.register_all(given()) == Registered(new=8)
    assert service.profiles.register_all(list(reversed(given()))) == Registered(unchanged=8)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Ida Holm"},
        {"working_languages": ["da"]},
        {"latitude": None},
        {"capacity": 1},
        {"on_leave_until": date(2027, 1, 1)},
        {"visibility": Visibility.STAFF},
    ],
    ids=lambda change: next(iter(change)),
)
def test_one_changed_field_makes_a_changed_profile(
    service: Matchmaker, change: dict[str, Any]
) -> None:
    service.profiles.register_all([an_ida()])
    assert service.profiles.register_all([an_ida(**change)]) == Registered(changed=1)
    found = stored(service, IDA)
    assert found.revision == 2
    assert {name: getattr(found, name) for name in change} == change
    assert [item.text for item in found.evidence] == ["One.", "Two.", "Three."]
    assert service.profiles.register_all([an_ida(**change)]) == Registered(unchanged=1)


def test_leave_that_is_registered_later_counts(service: Matchmaker) -> None:
    service.profiles.register_all([an_ida()])
    service.profiles.register_all([an_ida(on_leave_until=date(2027, 1, 1))])
    assert stored(service, IDA).proposable_from == date(2027, 1, 2)
    service.profiles.register_all([an_ida()])
    assert stored(service, IDA).proposable_from is None


def test_evidence_that_is_edited_keeps_its_id_and_the_word_of_its_owner(
    service: Matchmaker,
) -> None:
    service.profiles.register_all([an_ida()])
    with Sessions(service.engine).writing() as session:
        session.get_one(Evidence, UUID(int=100)).pinned = True
        session.get_one(Evidence, UUID(int=101)).excluded = True
    edited = an_ida("One, better.", "Two.", "Three.", "Four.")
    assert service.profiles.register_all([edited]) == Registered(changed=1)
    items = stored(service, IDA).evidence
    assert [item.text for item in items] == ["One, better.", "Two.", "Three.", "Four."]
    assert [item.id.int for item in items] == [100, 101, 102, 103]
    assert [item.pinned for item in items] == [True, False, False, False]
    assert [item.excluded for item in items] == [False, True, False, False]
    assert count(service, Evidence) == 4


def test_evidence_can_be_reordered_and_taken_away(service: Matchmaker) -> None:
    service.profiles.register_all([an_ida()])
    turned = an_ida()
    turned.evidence = [turned.evidence[2], turned.evidence[0]]
    assert service.profiles.register_all([turned]) == Registered(changed=1)
    items = stored(service, IDA).evidence
    assert [(item.id.int, item.position) for item in items] == [(102, 0), (100, 1)]
    assert count(service, Evidence) == 2


@pytest.mark.parametrize(
    "change",
    [{"title": "Renamed"}, {"year": 2020}, {"kind": EvidenceKind.COURSE}, {"language": "da"}],
)
def test_any_word_of_evidence_that_changes_raises_the_revision(
    service: Matchmaker, change: dict[str, Any]
) -> None:
    service.profiles.register_all([an_ida()])
    edited = an_ida()
    for name, value in change.items():
        setattr(edited.evidence[1], name, value)
    assert service.profiles.register_all([edited]) == Registered(changed=1)
    assert stored(service, IDA).revision == 2


def test_evidence_stands_in_the_order_given_whatever_its_numbers(service: Matchmaker) -> None:
    ida = an_ida(*(f"Item {number}." for number in range(12)))
    for item in ida.evidence:
        item.position = 0
    service.profiles.register_all([ida])
    assert [item.text for item in stored(service, IDA).evidence] == [
        f"Item {n}." for n in range(12)
    ]


def a_family() -> dict[str, Organisation]:
    """Return a section of a department of an institute, with ids of their own."""
    return {
        "top": an_organisation("Institute", id=UUID(int=10)),
        "middle": an_organisation(
            "Department",
            id=UUID(int=11),
            parent_id=UUID(int=10),
            organisation_type=OrganisationType.DEPARTMENT,
        ),
        "section": an_organisation(
            "Section",
            id=UUID(int=12),
            parent_id=UUID(int=11),
            organisation_type=OrganisationType.SECTION,
        ),
    }


@pytest.mark.parametrize("order", list(permutations(["top", "middle", "section"])), ids="-".join)
def test_parents_may_stand_in_any_order(service: Matchmaker, order: tuple[str, ...]) -> None:
    family = a_family()
    assert service.profiles.register_all([family[name] for name in order]) == Registered(new=3)
    for name in order:
        found = stored(service, family[name].id)
        assert found.family_id == UUID(int=10)
        assert found.partner_kind is PartnerKind.INSTITUTE
    again = a_family()
    assert service.profiles.register_all([again[name] for name in order]) == Registered(unchanged=3)
    above = service.profiles.family_of(stored(service, UUID(int=12)))
    assert [one.name for one in above] == ["Department", "Institute"]


def test_a_hidden_organisation_is_not_named_above_its_parts(service: Matchmaker) -> None:
    family = a_family()
    family["middle"].visibility = Visibility.STAFF
    service.profiles.register_all(list(family.values()))
    above = service.profiles.family_of(stored(service, UUID(int=12)))
    assert [one.name for one in above] == ["Institute"]


def test_a_parent_may_be_stored_already(service: Matchmaker) -> None:
    family = a_family()
    service.profiles.register_all([family["top"], family["middle"]])
    service.profiles.register_all([family["section"]])
    found = stored(service, UUID(int=12))
    assert found.family_id == UUID(int=10)
    assert found.partner_kind is PartnerKind.INSTITUTE


def test_a_department_of_a_university_is_a_university_group(service: Matchmaker) -> None:
    family = a_family()
    family["top"].organisation_type = OrganisationType.UNIVERSITY
    service.profiles.register_all(list(family.values()))
    assert stored(service, UUID(int=12)).partner_kind is PartnerKind.UNIVERSITY_GROUP


def test_moving_to_another_parent_moves_the_family(service: Matchmaker) -> None:
    service.profiles.register_all(list(a_family().values()))
    other = an_organisation("University", organisation_type=OrganisationType.UNIVERSITY)
    moved = a_family()
    moved["middle"].parent_id = other.id
    done = service.profiles.register_all([other, moved["section"], moved["middle"]])
    assert done == Registered(new=1, changed=2)
    for number in (11, 12):
        found = stored(service, UUID(int=number))
        assert found.family_id == other.id
        assert found.partner_kind is PartnerKind.UNIVERSITY_GROUP


def test_parts_that_are_not_given_again_move_with_what_is_above_them(service: Matchmaker) -> None:
    service.profiles.register_all(list(a_family().values()))
    service.indexing.sync()
    other = an_organisation("University", organisation_type=OrganisationType.UNIVERSITY)
    moved = a_family()["middle"]
    moved.parent_id = other.id
    assert service.profiles.register_all([other, moved]) == Registered(new=1, changed=2)
    section = stored(service, UUID(int=12))
    assert isinstance(section, Organisation)
    assert (section.family_id, section.family_type) == (other.id, OrganisationType.UNIVERSITY)
    assert section.partner_kind is PartnerKind.UNIVERSITY_GROUP
    assert (section.parent_id, section.revision) == (UUID(int=11), 2)
    assert stored(service, UUID(int=10)).revision == 1
    assert service.indexing.readiness().waiting == 3
    again = a_family()["middle"]
    again.parent_id = other.id
    assert service.profiles.register_all([again]) == Registered(unchanged=1)


def test_parts_follow_when_the_top_becomes_another_type(service: Matchmaker) -> None:
    service.profiles.register_all(list(a_family().values()))
    top = a_family()["top"]
    top.organisation_type = OrganisationType.UNIVERSITY
    assert service.profiles.register_all([top]) == Registered(changed=3)
    for number in (11, 12):
        assert stored(service, UUID(int=number)).partner_kind is PartnerKind.UNIVERSITY_GROUP


def test_what_is_above_cannot_be_moved_below_a_stored_part(service: Matchmaker) -> None:
    service.profiles.register_all(list(a_family().values()))
    top = a_family()["top"]
    top.parent_id = UUID(int=12)
    with pytest.raises(InvalidInput, match="its own ancestor"):
        service.profiles.register_all([top])
    assert stored(service, UUID(int=12)).family_id == UUID(int=10)


def test_an_unknown_parent_is_refused_and_nothing_is_stored(service: Matchmaker) -> None:
    orphan = an_organisation("Orphan", parent_id=uuid4())
    with pytest.raises(InvalidInput, match="Orphan: its parent is not known") as refused:
        service.profiles.register_all([an_ida(), orphan])
    assert refused.value.field == "parent"
    assert count(service, Profile) == 0


@pytest.mark.parametrize("length", [1, 2, 3])
def test_nobody_is_their_own_ancestor(service: Matchmaker, length: int) -> None:
    ids = [uuid4() for _ in range(length)]
    ring = [
        an_organisation(f"Ring {number}", id=id_, parent_id=ids[(number + 1) % length])
        for number, id_ in enumerate(ids)
    ]
    with pytest.raises(InvalidInput, match="its own ancestor"):
        service.profiles.register_all([an_ida(), *ring])
    assert count(service, Profile) == 0


def test_a_profile_does_not_change_its_kind(service: Matchmaker) -> None:
    service.profiles.register_all([an_ida()])
    with pytest.raises(InvalidInput, match="is registered as expert already"):
        service.profiles.register_all([a_student(id=IDA)])
    assert type(stored(service, IDA)) is Expert


def test_the_same_id_twice_in_one_go_is_refused(service: Matchmaker) -> None:
    with pytest.raises(InvalidInput, match="same id"):
        service.profiles.register_all([an_ida(), an_ida(name="Ida Holm")])
    assert count(service, Profile) == 0


def test_what_comes_after_a_write_comes_only_when_something_was_written(start: Start) -> None:
    calls: list[int] = []
    service = start(indexing="inline")

    def report(done: int, _: int) -> None:
        calls.append(done)

    service.profiles.register_all([an_ida()], report)
    assert calls
    assert service.indexing.readiness().waiting == 0
    calls.clear()
    service.profiles.register_all([an_ida()], report)
    assert calls == []


def test_with_indexing_off_a_write_waits_for_the_indexer(service: Matchmaker) -> None:
    service.profiles.register_all([an_ida()])
    readiness = service.indexing.readiness()
    assert readiness.waiting == 1
    assert readiness.oldest_waiting == stored(service, IDA).updated_at


def test_pages_are_cut_and_counted(service: Matchmaker) -> None:
    service.profiles.register_all(a_workshop())
    page = service.profiles.page(limit=3, offset=3)
    assert [one.name for one in page.items] == ["Institut for Sømme", "Jens Falk", "Klyngen"]
    assert (page.total, page.offset, page.limit) == (8, 3, 3)
    experts = service.profiles.page(kind=ProfileKind.EXPERT, text="ida")
    assert [one.name for one in experts.items] == ["Ida Berg"]
    assert service.profiles.page(partner_kind=PartnerKind.HUB).total == 1


def test_a_profile_that_is_not_public_cannot_be_read(service: Matchmaker) -> None:
    service.profiles.register_all([an_ida(visibility=Visibility.MEMBERS)])
    with pytest.raises(NotFound):
        service.profiles.get(IDA)


def test_erasing_takes_evidence_and_passages_along(service: Matchmaker) -> None:
    other = an_expert("Per", evidence=("Other.",))
    service.profiles.register_all([an_ida(), other])
    service.indexing.sync()
    service.profiles.erase(IDA)
    with pytest.raises(NotFound):
        service.profiles.get(IDA)
    with Sessions(service.engine).reading() as session:
        assert set(session.scalars(select(Evidence.profile_id))) == {other.id}
        assert set(session.scalars(select(Passage.profile_id))) == {other.id}
    assert service.indexing.readiness().waiting == 0
    assert service.indexing.check()


def test_erasing_the_top_of_a_family_leaves_its_parts(service: Matchmaker) -> None:
    service.profiles.register_all(list(a_family().values()))
    service.profiles.erase(UUID(int=10))
    middle = service.profiles.get(UUID(int=11))
    assert isinstance(middle, Organisation)
    assert middle.parent_id is None


def test_who_is_not_there_cannot_be_erased(service: Matchmaker) -> None:
    with pytest.raises(NotFound):
        service.profiles.erase(IDA)


def test_one_who_was_erased_can_be_registered_again(service: Matchmaker) -> None:
    service.profiles.register_all([an_ida()])
    service.indexing.sync()
    service.profiles.erase(IDA)
    assert service.profiles.register_all([an_ida()]) == Registered(new=1)
    assert service.indexing.sync() == 1
    assert service.indexing.check()
