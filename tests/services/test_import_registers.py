"""Files of public registers: recognised, read offline, joined by their identifiers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Identifier, IdentifierScheme, ImportFormat
from matchmaker.storage.database import Sessions
from tests.services import import_files as files
from tests.services.import_files import write, write_json, write_lines
from tests.services.import_looks import counts, how_many, problems, stored

REGISTERS = [
    (ImportFormat.ROR, lambda folder: write_json(folder, "ror.json", [files.ROR])),
    (ImportFormat.ORCID, lambda folder: write_json(folder, "orcid.json", files.ORCID)),
    (
        ImportFormat.OPENALEX_AUTHORS,
        lambda folder: write_lines(folder, "authors.jsonl", [files.AUTHOR]),
    ),
    (
        ImportFormat.OPENALEX_INSTITUTIONS,
        lambda folder: write_lines(folder, "institutions.jsonl", [files.INSTITUTION]),
    ),
    (
        ImportFormat.CORDIS_ORGANISATIONS,
        lambda folder: write(folder, "organization.csv", files.CORDIS_ORGANISATIONS),
    ),
    (
        ImportFormat.CORDIS_PROJECTS,
        lambda folder: write(folder, "project.csv", files.CORDIS_PROJECTS),
    ),
]


@pytest.mark.parametrize(("format", "make"), REGISTERS, ids=[str(one) for one, _ in REGISTERS])
def test_a_register_is_recognised_read_and_the_same_the_second_time(
    service: Matchmaker, sessions: Sessions, tmp_path: Path, format: ImportFormat, make: Any
) -> None:
    path = make(tmp_path)

    run = service.imports.preview(path)
    service.imports.apply(run.id)
    again = service.imports.preview(path)

    assert run.format is format
    assert (run.new, run.refused) == (1, 0), problems(service, run)
    assert (again.new, again.changed, again.refused) == (0, 0, 0)
    assert how_many(sessions) == 1
    assert how_many(sessions, Identifier) >= 1


def test_registers_that_speak_of_one_organisation_make_one_profile(
    service: Matchmaker, sessions: Sessions, tmp_path: Path
) -> None:
    for path in (
        write_json(tmp_path, "ror.json", [files.ROR]),
        write_lines(tmp_path, "institutions.jsonl", [files.INSTITUTION]),
    ):
        service.imports.apply(service.imports.preview(path).id)

    dtu = stored(sessions, "Technical University of Denmark")
    assert dtu.ror == "https://ror.org/04qtj9h94"
    assert {one.scheme for one in dtu.identifiers} == {
        IdentifierScheme.ROR,
        IdentifierScheme.GRID,
        IdentifierScheme.ISNI,
        IdentifierScheme.OPENALEX,
        IdentifierScheme.WIKIDATA,
    }


def test_an_orcid_record_becomes_an_expert_with_evidence(
    service: Matchmaker, sessions: Sessions, tmp_path: Path
) -> None:
    run = service.imports.preview(write_json(tmp_path, "orcid.json", files.ORCID))
    service.imports.apply(run.id)

    expert = stored(sessions, "Josiah Carberry")
    assert (expert.title, expert.affiliation, expert.city) == (
        "Professor", "Brown University", "Providence",
    )  # fmt: skip
    assert [(one.kind, one.text, one.year) for one in expert.evidence] == [
        ("field", "psychoceramics", None),
        ("publication", "Toward a Theory of Cracks", 2012),
    ]


def test_an_organisation_that_a_register_has_closed_is_refused(
    service: Matchmaker, tmp_path: Path
) -> None:
    closed = {**files.ROR, "status": "withdrawn"}

    run = service.imports.preview(write_json(tmp_path, "ror.json", [closed, {"id": "x"}]))

    assert counts(run) == (0, 0, 0, 2)
    assert problems(service, run)[0] == (1, "status", "ROR says that it is withdrawn.")
