"""Profiles that may be one are found, told apart for good, or made one."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, Table, Uuid, select

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput, Merged, NotFound, TransitionNotAllowed
from matchmaker.models import (
    Base,
    Match,
    Organisation,
    OrganisationType,
    Profile,
    Queue,
    RevisionCause,
    Standing,
    Visibility,
)
from matchmaker.models.actions import Action
from matchmaker.storage import merging
from matchmaker.storage.database import Sessions
from tests.factories import a_student, an_expert, an_organisation

WHO = UUID(int=7)
WORDS = ("Laser welding of thin sheet.", "Fatigue of welded joints.")


def store(service: Matchmaker, *given: Profile) -> list[UUID]:
    service.profiles.register_all(list(given))
    return [one.id for one in given]


def pairs(service: Matchmaker) -> dict[frozenset[str], list[str]]:
    service.duplicates.find()
    items = service.desk.queue(Queue.DUPLICATES, limit=100).items
    return {
        frozenset({item.profile.name, item.other.name if item.other else ""}): list(item.reasons)
        for item in items
    }


def test_pairs_are_found_by_name_identifier_and_words(matchmaker: Matchmaker) -> None:
    matchmaker.indexing.rebuild()
    store(
        matchmaker,
        an_organisation(
            "Nørgård Maskinfabrik A/S", cvr="12345678", evidence=("Milling of steel.",)
        ),
        an_organisation("Norgaard Machines", cvr="12345678", evidence=("Turning of brass.",)),
        an_organisation("NØRGAARD maskinfabrik ApS", evidence=("Grinding of tools.",)),
        an_expert("Ida Berg", summary="One.", evidence=WORDS),
        an_expert("Somebody Else", summary="One.", evidence=WORDS),
        a_student("Ida Berg", evidence=WORDS),
    )
    found = pairs(matchmaker)
    assert found == {
        frozenset({"Nørgård Maskinfabrik A/S", "Norgaard Machines"}): ["identifier"],
        frozenset({"Nørgård Maskinfabrik A/S", "NØRGAARD maskinfabrik ApS"}): ["name"],
        frozenset({"Ida Berg", "Somebody Else"}): ["words"],
    }
    assert matchmaker.desk.counts()[Queue.DUPLICATES] == 3


def test_what_was_told_apart_stays_so_and_what_is_gone_goes(matchmaker: Matchmaker) -> None:
    one, other, third = store(matchmaker, *(an_expert("Ida Berg") for _ in range(3)))
    assert len(pairs(matchmaker)) == 1
    assert matchmaker.desk.counts()[Queue.DUPLICATES] == 3
    matchmaker.duplicates.dismiss(other, one, by=WHO)
    matchmaker.curation.withdraw(third, by=WHO)
    report = matchmaker.duplicates.find()
    assert (report.new, report.gone) == (0, 2)
    assert matchmaker.desk.counts()[Queue.DUPLICATES] == 0
    with pytest.raises(NotFound):
        matchmaker.duplicates.dismiss(one, third, by=WHO)


def test_a_merge_keeps_evidence_choices_matches_and_history(workshop: Matchmaker) -> None:
    ida = workshop.profiles.page(text="Ida Berg").items[0]
    challenge = workshop.challenges.submit(text="Cracks in welded aluminium frames after robot.")
    run = workshop.matchmaking.run(challenge.id)
    (copy,) = store(workshop, an_expert("I. Berg", evidence=WORDS, affiliation="Elsewhere"))
    same = workshop.curation.read(ida.id).evidence[0].text
    read = workshop.curation.read(copy)
    changed = workshop.curation.revise(
        copy,
        expected_revision=read.revision,
        by=WHO,
        evidence=[
            {"id": read.evidence[0].id},
            {"id": read.evidence[1].id},
            {"title": "", "text": same, "pinned": True, "visibility": Visibility.MEMBERS},
        ],
    )
    kept = workshop.duplicates.merge(copy, ida.id, take=["name"], by=WHO)
    assert (kept.name, kept.affiliation) == ("Ida Berg", "Elsewhere")
    texts = [item.text for item in kept.evidence]
    assert texts[:3] == [*WORDS, same]
    assert len(texts) == len(set(texts)) == 5
    assert [item.position for item in kept.evidence] == list(range(5))
    assert (kept.evidence[2].pinned, kept.evidence[2].visibility) == (True, Visibility.MEMBERS)
    assert copy in {match.profile_id for match in workshop.matchmaking.get_run(run.id).matches}
    other = workshop.curation.read(ida.id)
    assert (other.standing, other.merged_into_id) == (Standing.MERGED, copy)
    causes = {(one.profile_id, one.cause) for one in workshop.curation.history(copy)}
    assert causes >= {(copy, RevisionCause.MERGED), (ida.id, RevisionCause.IMPORTED)}
    assert kept.revision > changed.revision
    again = workshop.matchmaking.run(challenge.id)
    assert ida.id not in {match.profile_id for match in again.matches}


def test_who_became_a_part_leads_to_the_last_one_and_is_erased_with_it(
    matchmaker: Matchmaker,
) -> None:
    first, second, third = store(matchmaker, *(an_expert(name) for name in ("A", "B", "C")))
    matchmaker.duplicates.merge(second, first, by=WHO)
    matchmaker.duplicates.merge(third, second, by=WHO)
    for one in (first, second):
        with pytest.raises(Merged) as led:
            matchmaker.access.check_profile(None, Action.READ_PROFILE, one)
        assert led.value.into == third
    with pytest.raises(TransitionNotAllowed):
        matchmaker.duplicates.merge(first, third, by=WHO)
    matchmaker.profiles.erase(third)
    for one in (first, second, third):
        with pytest.raises(NotFound):
            matchmaker.curation.read(one)


def test_parts_of_a_merged_organisation_move_along(matchmaker: Matchmaker) -> None:
    hub = an_organisation("Hub", organisation_type=OrganisationType.CLUSTER)
    institute = an_organisation("Institute")
    part = an_organisation(
        "Part", organisation_type=OrganisationType.SECTION, parent_id=institute.id
    )
    own = an_organisation("Own child", parent_id=institute.id)
    store(matchmaker, hub, institute, part, own)
    matchmaker.duplicates.merge(own.id, institute.id, by=WHO)
    moved = matchmaker.curation.read(part.id)
    assert isinstance(moved, Organisation)
    assert (moved.parent_id, moved.family_id) == (own.id, own.id)
    top = matchmaker.curation.read(own.id)
    assert isinstance(top, Organisation)
    assert (top.parent_id, top.family_id) == (None, own.id)


def test_two_kinds_the_same_and_fields_with_a_deed_of_their_own_are_refused(
    matchmaker: Matchmaker,
) -> None:
    one, other, student = store(matchmaker, an_expert("A"), an_expert("B"), a_student("C"))
    for kept, gone, take in ((one, one, []), (one, student, []), (one, other, ["standing"])):
        with pytest.raises(InvalidInput):
            matchmaker.duplicates.merge(kept, gone, take=take, by=WHO)
    assert matchmaker.curation.read(other).standing is Standing.LIVE


def test_every_column_that_points_to_a_profile_is_known_from_the_schema() -> None:
    schema = MetaData()
    for table in Base.metadata.sorted_tables:
        table.to_metadata(schema)
    Table(
        "later",
        schema,
        Column("id", Uuid, primary_key=True),
        Column("profile_id", Uuid, ForeignKey("profiles.id")),
        Column("host_id", Uuid, ForeignKey("organisations.id")),
    )
    found = {f"{one.table.name}.{one.name}" for one in merging.references(schema)}
    assert found >= {
        "matches.profile_id",
        "folded_profiles.profile_id",
        "organisations.parent_id",
        "later.profile_id",
        "later.host_id",
    }
    assert not {one.split(".")[0] for one in found} & set(merging.STAYS)
    assert "experts.id" not in found


def test_of_two_rows_of_one_key_that_of_the_kept_profile_stays(matchmaker: Matchmaker) -> None:
    one, other = store(matchmaker, an_expert("A"), an_expert("B"))
    engine = matchmaker.engine
    schema = MetaData()
    Base.metadata.tables["profiles"].to_metadata(schema)
    later = Table(
        "later",
        schema,
        Column("firm", Uuid, primary_key=True),
        Column("profile_id", Uuid, ForeignKey("profiles.id"), primary_key=True),
    )
    later.create(engine)
    with Sessions(engine).writing() as session:
        firm, lonely = UUID(int=1), UUID(int=2)
        rows = [(firm, one), (firm, other), (lonely, other)]
        session.execute(later.insert(), [{"firm": a, "profile_id": b} for a, b in rows])
        merging.move_references(session, one, other, schema)
    with Sessions(engine).reading() as session:
        assert set(session.execute(select(later)).all()) == {(firm, one), (lonely, one)}
        assert session.scalars(select(Match.profile_id)).all() == []
