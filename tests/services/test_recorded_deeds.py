"""Every deed with a profile is in the audit log, and none is a way around another."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import StaleProfile, StaleRevision
from matchmaker.models import (
    AuditAction,
    AuditEntry,
    BulkChange,
    ImportRow,
    Profile,
    ProfileKind,
    Queue,
    RevisionCause,
    RowOutcome,
    Standing,
    Visibility,
)
from matchmaker.services.audit import AuditFilter
from matchmaker.storage.database import Sessions
from tests.factories import an_evidence, an_expert
from tests.services.import_files import write_lines

WHO = UUID(int=7)
NEW = {"name": "Eva Holm", "language": "en", "summary": "Robots."}


def entries(service: Matchmaker, subject: UUID) -> list[AuditEntry]:
    """Return what is written of a thing, oldest first."""
    rows = service.audit.page(AuditFilter(subject_id=subject)).items
    return [row.entry for row in reversed(rows)]


def stored(service: Matchmaker, *given: Profile) -> list[UUID]:
    service.profiles.register_all(list(given))
    return [one.id for one in given]


def test_each_deed_writes_who_did_what_from_what_to_what(matchmaker: Matchmaker) -> None:
    eva = matchmaker.curation.create(ProfileKind.EXPERT, NEW, [{"text": "A cell."}], by=WHO)
    matchmaker.curation.revise(eva.id, expected_revision=1, by=WHO, fields={"summary": "Newer."})
    item = eva.evidence[0].id
    matchmaker.curation.mark_evidence(eva.id, item, by=WHO, excluded=True)
    matchmaker.curation.restore(eva.id, 1, expected_revision=3, by=WHO)
    matchmaker.curation.withdraw(eva.id, by=WHO)
    matchmaker.curation.reinstate(eva.id, by=WHO)
    matchmaker.curation.confirm(eva.id, by=WHO)
    found = entries(matchmaker, eva.id)

    assert [one.action for one in found] == [
        AuditAction.CREATE,
        AuditAction.REVISE,
        AuditAction.REVISE,
        AuditAction.RESTORE,
        AuditAction.WITHDRAW,
        AuditAction.REINSTATE,
        AuditAction.CONFIRM,
    ]
    assert {one.account_id for one in found} == {WHO}
    created, revised, marked, restored, withdrawn, *_rest = found
    assert created.before is None
    assert (created.after or {})["name"] == "Eva Holm"
    assert (revised.before, revised.after) == ({"summary": "Robots."}, {"summary": "Newer."})
    excluded = f"evidence/{item}/excluded"
    assert (marked.before, marked.after) == ({excluded: False}, {excluded: True})
    assert restored.after == {"summary": "Robots.", excluded: False}
    assert (withdrawn.before, withdrawn.after) == ({"standing": "live"}, {"standing": "withdrawn"})


def test_a_long_text_is_told_by_its_length(matchmaker: Matchmaker) -> None:
    eva = matchmaker.curation.create(ProfileKind.EXPERT, {**NEW, "description": "a " * 200}, by=WHO)

    assert (entries(matchmaker, eva.id)[0].after or {})["description"] == {"characters": 399}


def test_what_is_refused_leaves_no_line(matchmaker: Matchmaker) -> None:
    eva = matchmaker.curation.create(ProfileKind.EXPERT, NEW, by=WHO)
    for deed in (matchmaker.curation.withdraw, matchmaker.curation.confirm):
        with pytest.raises(StaleProfile):
            deed(eva.id, by=WHO, expected_revision=9)

    assert len(entries(matchmaker, eva.id)) == 1


def test_an_erasure_leaves_that_it_was_done_and_nothing_that_was_said(
    matchmaker: Matchmaker, tmp_path: Path
) -> None:
    row = {"kind": "expert", "id": str(uuid4()), **NEW}
    run = matchmaker.imports.preview(write_lines(tmp_path, "one.jsonl", [row]))
    matchmaker.imports.apply(run.id, by=WHO)
    eva = matchmaker.curation.read(UUID(row["id"]))
    with pytest.raises(StaleRevision):
        matchmaker.profiles.erase(eva.id, by=WHO, expected_revision=9)
    matchmaker.profiles.erase(eva.id, by=WHO, expected_revision=1)

    assert entries(matchmaker, eva.id)[-1].action is AuditAction.ERASE
    assert entries(matchmaker, eva.id)[-1].before == {"kind": "expert", "standing": "imported"}
    with Sessions(matchmaker.engine).reading() as session:
        (left,) = session.scalars(select(ImportRow))
    assert (left.name, left.changes) == ("", {})


def test_an_erasure_makes_the_log_unreadable_and_changes_no_line_of_it(
    matchmaker: Matchmaker,
) -> None:
    eva = matchmaker.curation.create(ProfileKind.EXPERT, NEW, by=WHO)
    matchmaker.curation.revise(eva.id, expected_revision=1, by=WHO, fields={"title": "Welder"})

    def lines() -> list[tuple[object, ...]]:
        with matchmaker.engine.connect() as connection:
            query = text("SELECT id, action, before, after FROM audit_entries ORDER BY id")
            return [tuple(row) for row in connection.execute(query)]

    before = lines()
    assert not any(word in str(before) for word in ("Welder", "Eva Holm", "Robots"))
    assert entries(matchmaker, eva.id)[1].after == {"title": "Welder"}
    matchmaker.profiles.erase(eva.id, by=WHO)

    assert lines()[: len(before)] == before
    revised = entries(matchmaker, eva.id)[1]
    assert (revised.account_id, revised.after) == (WHO, {"title": {"erased": True}})
    exported = matchmaker.audit.every(AuditFilter(subject_id=eva.id), by=WHO)
    assert {"title": {"erased": True}} in [one.after for one in exported]


def test_restoring_brings_back_words_and_not_whether_somebody_takes_part(
    matchmaker: Matchmaker,
) -> None:
    (ann,) = stored(matchmaker, an_expert("Ann", standing=Standing.IMPORTED))
    matchmaker.curation.revise(ann, expected_revision=1, by=WHO, fields={"summary": "Newer."})
    matchmaker.curation.confirm(ann, by=WHO, legal_basis="Asked by telephone.")
    matchmaker.curation.restore(ann, 1, expected_revision=3, by=WHO)
    found = matchmaker.curation.read(ann)

    assert found.summary == "Works with small manufacturers."
    assert (found.standing, found.legal_basis) == (Standing.LIVE, "Asked by telephone.")
    matchmaker.curation.withdraw(ann, by=WHO)
    matchmaker.curation.restore(ann, 3, expected_revision=5, by=WHO)
    assert matchmaker.curation.read(ann).standing is Standing.WITHDRAWN


@pytest.mark.parametrize(("owner", "standing"), [(False, Standing.IMPORTED), (True, Standing.LIVE)])
def test_withdrawing_is_no_way_around_a_legal_basis(
    matchmaker: Matchmaker, owner: bool, standing: Standing
) -> None:
    (ann,) = stored(matchmaker, an_expert("Ann", standing=Standing.IMPORTED))
    matchmaker.curation.withdraw(ann, by=WHO)
    matchmaker.curation.revise(ann, expected_revision=2, by=WHO, fields={"summary": "Newer."})

    assert matchmaker.curation.reinstate(ann, by=WHO, owner=owner).standing is standing


def test_a_merge_shows_nothing_to_more_people_than_before(matchmaker: Matchmaker) -> None:
    hidden = an_expert(
        "Ida B.", visibility=Visibility.STAFF, affiliation="Hidden", evidence=("Of the hidden.",)
    )
    hidden.evidence.append(an_evidence("For members.", visibility=Visibility.MEMBERS, position=1))
    kept, other = stored(matchmaker, an_expert("Ida Berg"), hidden)
    merged = matchmaker.duplicates.merge(kept, other, take=["affiliation"], by=WHO)

    assert merged.affiliation == "Hidden"
    assert not merged.shows("affiliation", Visibility.MEMBERS)
    assert merged.visible_evidence(Visibility.MEMBERS) == []
    assert entries(matchmaker, kept)[-1].action is AuditAction.MERGE
    assert (entries(matchmaker, other)[-1].after or {})["merged_into_id"] == str(kept)


def test_many_deeds_at_once_are_as_many_lines(matchmaker: Matchmaker) -> None:
    ids = stored(matchmaker, an_expert("A"), an_expert("B"))
    action = matchmaker.bulk.apply(BulkChange.WITHDRAW, ids, {}, by=WHO)
    matchmaker.bulk.undo(action.id, by=WHO)

    for one in ids:
        withdrawn, undone = entries(matchmaker, one)
        assert withdrawn.after == {"standing": "withdrawn", "bulk_action": str(action.id)}
        assert (undone.action, undone.before) == (AuditAction.RESTORE, {"standing": "withdrawn"})


def test_an_import_is_in_the_log_and_what_it_changed_can_be_brought_back(
    matchmaker: Matchmaker, tmp_path: Path
) -> None:
    (ann,) = stored(matchmaker, an_expert("Ann"))
    rows = [
        {"kind": "expert", "id": str(ann), "summary": "From a file."},
        {"kind": "expert", "id": str(uuid4()), **NEW},
    ]
    run = matchmaker.imports.preview(write_lines(tmp_path, "two.jsonl", rows))
    matchmaker.imports.apply(run.id, by=WHO)
    (line,) = entries(matchmaker, ann)
    (made,) = entries(matchmaker, UUID(rows[1]["id"]))

    assert line.before == {"summary": "Works with small manufacturers."}
    assert line.after == {"summary": "From a file.", "import": str(run.id)}
    assert (made.account_id, made.after) == (WHO, {"import": str(run.id)})
    assert entries(matchmaker, run.id)[0].action is AuditAction.IMPORT
    assert matchmaker.curation.history(ann)[0].cause is RevisionCause.IMPORTED
    back = matchmaker.curation.restore(ann, 1, expected_revision=2, by=WHO)
    assert back.summary == "Works with small manufacturers."


def test_a_file_says_nothing_of_who_became_a_part_of_another(
    matchmaker: Matchmaker, tmp_path: Path
) -> None:
    kept, other = stored(matchmaker, an_expert("Ida Berg"), an_expert("Ida B."))
    row = {"kind": "expert", "id": str(other), "summary": "From a file."}
    before = matchmaker.imports.preview(write_lines(tmp_path, "one.jsonl", [row]))
    matchmaker.duplicates.merge(kept, other, by=WHO)
    after = matchmaker.imports.preview(write_lines(tmp_path, "one.jsonl", [row]))

    assert matchmaker.imports.apply(before.id).refused == 1
    (refused,) = matchmaker.imports.rows(after.id).items
    assert refused.outcome is RowOutcome.REFUSED
    assert str(kept) in refused.problems[0]["reason"]


def test_an_item_of_another_profile_is_refused_and_stays_where_it_is(
    matchmaker: Matchmaker,
) -> None:
    (ann,) = stored(matchmaker, an_expert("Ann", evidence=("One.",)))
    item = matchmaker.curation.read(ann).evidence[0].id
    own = uuid4()
    rows = [
        {
            "kind": "expert",
            "id": str(uuid4()),
            **NEW,
            "evidence": [{"id": str(one), "text": "Two."}],
        }
        for one in (item, own, own)
    ]
    found = matchmaker.upserts.upsert(rows)

    assert [one.outcome for one in found] == [
        RowOutcome.REFUSED,
        RowOutcome.NEW,
        RowOutcome.REFUSED,
    ]
    assert found[0].problems[0].column == "evidence"
    assert matchmaker.curation.read(ann).evidence[0].text == "One."


def test_imported_rows_are_counted_and_named_as_registered_ones(
    matchmaker: Matchmaker, tmp_path: Path
) -> None:
    items = [{"text": "Robot cells."}, {"text": "Left out.", "excluded": True}]
    row = {"kind": "expert", "id": str(uuid4()), **NEW, "name": "Nørgård A/S", "evidence": items}
    matchmaker.imports.apply(
        matchmaker.imports.preview(write_lines(tmp_path, "one.jsonl", [row])).id
    )
    found = matchmaker.curation.read(UUID(row["id"]))
    told = (found.folded_name, found.item_count, found.text_length)
    found.__post_init__()

    assert told == (found.folded_name, found.item_count, found.text_length)
    assert told == ("nörgård", 1, len("Robots.") + len("Robot cells."))


def test_a_failed_import_waits_on_the_desk(matchmaker: Matchmaker, tmp_path: Path) -> None:
    run = matchmaker.imports.preview(
        write_lines(tmp_path, "one.jsonl", [{"kind": "expert", "id": str(uuid4()), **NEW}])
    )
    assert matchmaker.desk.counts()[Queue.FAILED_IMPORTS] == 0
    (matchmaker.imports.folder / f"{run.id}.jsonl").write_text("no plan\n")
    with pytest.raises(ValueError, match="Expecting value"):
        matchmaker.imports.apply(run.id)

    assert matchmaker.desk.counts()[Queue.FAILED_IMPORTS] == 1
