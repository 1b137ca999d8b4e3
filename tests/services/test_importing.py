"""Import: a file is looked at first, then written, and twice is the same as once."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker.bootstrap import Matchmaker
from matchmaker.errors import InvalidInput, NotFound, TransitionNotAllowed
from matchmaker.models import (
    Activity,
    Expert,
    ImportAction,
    ImportRun,
    ImportState,
    Organisation,
    ProfileKind,
    RowOutcome,
    Standing,
    Student,
)
from matchmaker.services.exchange.mapping import Columns
from matchmaker.storage.database import Sessions
from tests.services.import_files import FIRMS, write, write_lines, write_workbook
from tests.services.import_looks import counts, how_many, problems, stored

FIRM = Columns(
    columns={
        "Navn": "name",
        "CVR-nr.": "cvr",
        "Postnr": "postcode",
        "Hjemmeside": "website",
        "Kort beskrivelse": "summary",
        "Sprog": "language",
    },
    fixed={"organisation_type": "firm"},
)


def preview_firms(service: Matchmaker, path: Path, **how: Any) -> ImportRun:
    return service.imports.preview(path, kind=ProfileKind.ORGANISATION, columns=FIRM, **how)


def test_a_preview_writes_no_profile(
    service: Matchmaker, sessions: Sessions, tmp_path: Path
) -> None:
    run = preview_firms(service, write(tmp_path, "firms.csv", FIRMS))

    assert (run.state, counts(run)) == (ImportState.PLANNED, (2, 0, 0, 0))
    assert how_many(sessions) == 0
    rows = service.imports.rows(run.id).items
    assert [(row.number, row.outcome, row.name) for row in rows] == [
        (2, RowOutcome.NEW, "Rørup Smede"),
        (3, RowOutcome.NEW, "Ærø Plast"),
    ]


def test_what_was_planned_is_written(
    service: Matchmaker, sessions: Sessions, tmp_path: Path
) -> None:
    run = preview_firms(service, write(tmp_path, "firms.csv", FIRMS))

    done = service.imports.apply(run.id)

    assert (done.state, done.position) == (ImportState.DONE, 2)
    firm = stored(sessions, "Rørup Smede")
    assert isinstance(firm, Organisation)
    assert (firm.cvr, firm.postcode, firm.summary) == (
        "30060946",
        "9220",
        "Svejser rør i rustfrit stål",
    )
    assert firm.latitude is not None
    assert [(one.scheme, one.value) for one in firm.identifiers] == [("cvr", "30060946")]
    assert firm.revision == 1
    assert firm.family_id == firm.id


@pytest.mark.parametrize(
    ("given", "twin"),
    [
        ({"kind": "expert", "on_leave_until": "2027-01-31"}, Expert),
        ({"kind": "organisation", "organisation_type": "cluster"}, Organisation),
        ({"kind": "organisation", "organisation_type": "firm", "country": "SE"}, Organisation),
        (
            {
                "kind": "student", "programme": "P", "level": "master", "institution": "I",
                "available_to": "2027-06-30",
            },
            Student,
        ),
        (
            {
                "kind": "activity", "activity_type": "open-lab", "ends_on": "2027-06-30",
                "need": "new-materials",
            },
            Activity,
        ),
    ],
)  # fmt: skip
def test_new_rows_are_stored_as_registering_would_store_them(
    service: Matchmaker,
    sessions: Sessions,
    tmp_path: Path,
    given: dict[str, str],
    twin: type[Any],
) -> None:
    lines = [{**given, "name": "Ida", "language": "en"}]
    run = service.imports.preview(write_lines(tmp_path, "one.jsonl", lines))
    service.imports.apply(run.id)
    imported = stored(sessions, "Ida")
    named = {name: getattr(imported, name) for name in given if name != "kind"}
    service.profiles.register_all(
        [twin(name="Bo", language="en", summary="", updated_at=imported.updated_at, **named)]
    )
    registered = stored(sessions, "Bo")

    same = {column.name for column in twin.__mapper__.columns}
    same -= {"id", "name", "folded_name", "family_id", "standing"}
    assert {n: getattr(imported, n) for n in same} == {n: getattr(registered, n) for n in same}
    assert imported.family_id == imported.id


@pytest.mark.parametrize(
    ("line", "standing"),
    [
        ({"kind": "expert"}, Standing.IMPORTED),
        (
            {"kind": "student", "programme": "P", "level": "master", "institution": "I"},
            Standing.IMPORTED,
        ),
        ({"kind": "organisation", "organisation_type": "firm"}, Standing.LIVE),
    ],
)
def test_imported_people_are_hidden_until_they_confirm(
    service: Matchmaker,
    sessions: Sessions,
    tmp_path: Path,
    line: dict[str, str],
    standing: Standing,
) -> None:
    path = write_lines(tmp_path, "one.jsonl", [{**line, "name": "Ida Berg", "language": "en"}])
    service.imports.apply(service.imports.preview(path).id)

    assert stored(sessions, "Ida Berg").standing is standing
    shown = [one.name for one in service.profiles.page().items]
    assert shown == (["Ida Berg"] if standing is Standing.LIVE else [])


def test_the_same_file_again_changes_nothing(
    service: Matchmaker, sessions: Sessions, tmp_path: Path
) -> None:
    path = write(tmp_path, "firms.csv", FIRMS)
    service.imports.apply(preview_firms(service, path).id)

    again = preview_firms(service, path)
    service.imports.apply(again.id)

    assert counts(again) == (0, 0, 2, 0)
    assert stored(sessions, "Ærø Plast").revision == 1


def test_rows_without_id_or_identifier_are_known_by_name_and_town(
    service: Matchmaker, sessions: Sessions, tmp_path: Path
) -> None:
    path = write(tmp_path, "experts.csv", "Navn,By\nIda Berg,Aalborg\nIda Berg,Vejle\n")
    service.imports.apply(service.imports.preview(path, kind=ProfileKind.EXPERT).id)
    again = service.imports.preview(path, kind=ProfileKind.EXPERT)

    assert how_many(sessions) == 2
    assert counts(again) == (0, 0, 2, 0)


def test_a_change_is_shown_before_and_after_then_made(
    service: Matchmaker, sessions: Sessions, tmp_path: Path
) -> None:
    path = write(tmp_path, "firms.csv", FIRMS)
    service.imports.apply(preview_firms(service, path).id)
    write(tmp_path, "firms.csv", FIRMS.replace("rustfrit stål", "sort stål"))

    run = preview_firms(service, path)

    (row,) = service.imports.rows(run.id, outcome=RowOutcome.CHANGED).items
    assert row.changes == {"summary": ["Svejser rør i rustfrit stål", "Svejser rør i sort stål"]}
    service.imports.apply(run.id)
    firm = stored(sessions, "Rørup Smede")
    assert (firm.summary, firm.revision) == ("Svejser rør i sort stål", 2)


def test_columns_that_a_file_lacks_leave_what_is_stored(
    service: Matchmaker, sessions: Sessions, tmp_path: Path
) -> None:
    service.imports.apply(preview_firms(service, write(tmp_path, "firms.csv", FIRMS)).id)
    path = write(tmp_path, "short.csv", "Navn,CVR\nRørup Smede A/S,30060946\n")

    service.imports.apply(service.imports.preview(path, kind=ProfileKind.ORGANISATION).id)

    assert stored(sessions, "Rørup Smede A/S").summary == "Svejser rør i rustfrit stål"


def test_every_wrong_cell_is_named_with_row_and_column(service: Matchmaker, tmp_path: Path) -> None:
    text = FIRMS + "Skæv;123;9000;nettet;x;dansk\n;29283958;8000;;y;da\n"

    run = preview_firms(service, write(tmp_path, "firms.csv", text))

    assert counts(run) == (2, 0, 0, 2)
    found = problems(service, run)
    assert {(number, column) for number, column, _ in found} == {
        (4, "CVR-nr."),
        (4, "Hjemmeside"),
        (4, "Sprog"),
        (5, "Navn"),
    }
    assert all(reason.endswith(".") for _, _, reason in found)
    service.imports.apply(run.id)
    assert service.imports.get(run.id).position == 2


def test_two_rows_of_one_identifier_are_not_both_taken(service: Matchmaker, tmp_path: Path) -> None:
    text = FIRMS + "Den samme;DK30060946;9000;;x;da\n"

    run = preview_firms(service, write(tmp_path, "firms.csv", text))

    assert counts(run) == (2, 0, 0, 1)
    assert "earlier row" in problems(service, run)[0][2]


def test_a_new_profile_needs_what_its_kind_needs(service: Matchmaker, tmp_path: Path) -> None:
    run = service.imports.preview(write_lines(tmp_path, "s.jsonl", [{"kind": "student"}]))

    assert {column for _, column, _ in problems(service, run)} == {
        "name", "programme", "level", "institution",
    }  # fmt: skip


def test_a_profile_that_changed_since_the_preview_is_left_alone(
    service: Matchmaker, sessions: Sessions, tmp_path: Path
) -> None:
    path = write(tmp_path, "firms.csv", FIRMS)
    service.imports.apply(preview_firms(service, path).id)
    changed = FIRMS.replace("rustfrit stål", "sort stål").replace("små serier", "store serier")
    run = preview_firms(service, write(tmp_path, "firms.csv", changed))
    with sessions.writing() as session:
        firm = session.scalars(select(Organisation).where(Organisation.cvr == "30060946")).one()
        firm.revise(at=service.imports.clock(), summary="Our own words")

    done = service.imports.apply(run.id)

    assert counts(done) == (0, 1, 0, 1)
    assert stored(sessions, "Rørup Smede").summary == "Our own words"
    assert stored(sessions, "Ærø Plast").summary == "Sprøjtestøber store serier"
    assert "after the preview" in problems(service, done)[0][2]


@pytest.mark.parametrize("what", ["made", "deleted"])
def test_a_profile_that_came_or_went_since_the_preview_is_refused(
    service: Matchmaker, sessions: Sessions, tmp_path: Path, what: str
) -> None:
    path = write(tmp_path, "firms.csv", FIRMS)
    first = preview_firms(service, path)
    if what == "made":
        service.imports.apply(preview_firms(service, path).id)
        done = service.imports.apply(first.id)
        assert how_many(sessions) == 2
    else:
        service.imports.apply(first.id)
        second = write(tmp_path, "firms.csv", FIRMS.replace("stål", "jern"))
        run = preview_firms(service, second)
        service.profiles.erase(stored(sessions, "Rørup Smede").id)
        done = service.imports.apply(run.id)
        assert how_many(sessions) == 1
    assert done.state is ImportState.DONE
    words = "stored this profile after" if what == "made" else "deleted after"
    assert (done.new, done.changed) == (0, 0)
    assert [words in reason for _, _, reason in problems(service, done)] == [True] * done.refused
    assert done.refused == (2 if what == "made" else 1)


def test_a_done_or_cancelled_import_cannot_be_applied_again(
    service: Matchmaker, tmp_path: Path
) -> None:
    path = write(tmp_path, "firms.csv", FIRMS)
    run = preview_firms(service, path)
    service.imports.apply(run.id)
    with pytest.raises(TransitionNotAllowed):
        service.imports.apply(run.id)
    cancelled = service.imports.cancel(preview_firms(service, path).id)
    assert cancelled.actions() == ()
    with pytest.raises(TransitionNotAllowed):
        service.imports.apply(cancelled.id)


def test_plans_are_deleted_when_they_are_written_or_given_up(
    service: Matchmaker, tmp_path: Path
) -> None:
    path = write(tmp_path, "firms.csv", FIRMS)
    service.imports.apply(preview_firms(service, path).id)
    service.imports.cancel(preview_firms(service, path).id)

    assert list(service.imports.folder.iterdir()) == []


def test_a_preview_that_breaks_off_can_not_be_applied(service: Matchmaker, tmp_path: Path) -> None:
    path = write(tmp_path, "firms.csv", FIRMS + '"never closed;1\n')

    with pytest.raises(InvalidInput, match="can't be read"):
        preview_firms(service, path)

    (run,) = service.imports.page().items
    assert run.state is ImportState.FAILED
    assert ImportAction.APPLY in run.actions()
    with pytest.raises(InvalidInput, match="plan is gone"):
        service.imports.apply(run.id)


def test_a_part_and_its_whole_may_come_in_one_file(
    service: Matchmaker, sessions: Sessions, tmp_path: Path
) -> None:
    whole, part = "10000000-0000-4000-8000-000000000001", "10000000-0000-4000-8000-000000000002"
    common = {"kind": "organisation", "language": "en"}
    lines = [
        {**common, "id": whole, "name": "Institute", "organisation_type": "gts-institute"},
        {**common, "id": part, "name": "Lab", "organisation_type": "section", "parent_id": whole},
        {**common, "name": "Lost", "organisation_type": "section", "parent_id": part[:-1] + "9"},
    ]

    run = service.imports.preview(write_lines(tmp_path, "o.jsonl", lines))
    service.imports.apply(run.id)

    assert counts(run) == (2, 0, 0, 1)
    lab = stored(sessions, "Lab")
    assert (str(lab.family_id), lab.family_type) == (whole, "gts-institute")


def test_a_saved_mapping_reads_the_next_file_of_its_sort(
    service: Matchmaker, tmp_path: Path
) -> None:
    service.imports.save_mapping(
        "Members", kind=ProfileKind.ORGANISATION, columns=FIRM.columns, fixed=FIRM.fixed
    )
    path = write(tmp_path, "firms.csv", FIRMS.replace("Navn", "NAVN "))

    run = service.imports.preview(path, mapping="Members")

    assert counts(run) == (2, 0, 0, 0)
    assert [one.name for one in service.imports.mappings()] == ["Members"]
    service.imports.forget_mapping("Members")
    with pytest.raises(NotFound):
        service.imports.preview(path, mapping="Members")


@pytest.mark.parametrize(
    ("columns", "fixed"),
    [
        ({"A": "nmae"}, {}),
        ({"A": "name", "B": "name"}, {}),
        ({"A": "name"}, {"name": "x"}),
        ({}, {"capacity": "3"}),
    ],
)
def test_a_mapping_that_means_nothing_is_not_saved(
    service: Matchmaker, columns: dict[str, str], fixed: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        service.imports.save_mapping(
            "M", kind=ProfileKind.ORGANISATION, columns=columns, fixed=fixed
        )


def test_runs_and_rows_are_paged_by_cursor(service: Matchmaker, tmp_path: Path) -> None:
    path = write(tmp_path, "firms.csv", FIRMS)
    runs = [preview_firms(service, path).id for _ in range(3)]

    first = service.imports.page(limit=2)
    rest = service.imports.page(limit=2, cursor=first.next)

    assert [run.id for run in [*first.items, *rest.items]] == runs[::-1]
    assert rest.next is None
    rows = service.imports.rows(runs[0], limit=1)
    assert [row.number for row in rows.items] == [2]
    assert [r.number for r in service.imports.rows(runs[0], cursor=rows.next).items] == [3]
    with pytest.raises(InvalidInput, match="Take the cursor"):
        service.imports.page(cursor="nonsense")


def test_a_workbook_is_read_like_a_table_of_text(
    service: Matchmaker, sessions: Sessions, tmp_path: Path
) -> None:
    path = write_workbook(
        tmp_path,
        "students.xlsx",
        [
            ["Navn", "Uddannelse", "Niveau", "Uddannelsessted", "Ledig fra", "Postnr"],
            ["Bo Lund", "Produktion", "Master", "AAU", datetime(2027, 2, 1), 9220.0],
            [None] * 6,
            ["Ea Holm", "Produktion", "doktor", "AAU", "1.2.2027", "9220"],
        ],
    )

    run = service.imports.preview(path, kind=ProfileKind.STUDENT)
    service.imports.apply(run.id)

    assert counts(run) == (1, 0, 0, 1)
    assert problems(service, run)[0][:2] == (4, "Niveau")
    student = stored(sessions, "Bo Lund")
    assert (student.available_from, student.postcode) == (date(2027, 2, 1), "9220")
