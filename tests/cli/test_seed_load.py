"""Loading seed files: all or nothing, twice as well as once, mistakes named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Shell, one_line
from tests.cli.seed_folder import FILES, SeedFolder

LOADED = FILES[:-1]  # translations are read by the evaluation only


def test_loading_stores_and_indexes_every_profile_and_challenge(
    empty: Shell, seeds: SeedFolder
) -> None:
    result = empty("seed", "load", "--folder", seeds.path)

    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == ("Profiles: 5 new, 0 changed, 0 unchanged. Challenges: 1 new.\n")
    assert len(empty.rows("profiles")) == 5
    assert empty("index", "check").exit_code == 0


def test_loading_twice_changes_nothing(loaded: Shell, seeds: SeedFolder) -> None:
    tables = loaded.rows("(SELECT name FROM sqlite_master WHERE type = 'table')")
    before = {name: loaded.rows(name) for (name,) in tables}
    assert {"profiles", "passages", "challenges"} <= before.keys()

    result = loaded("seed", "load", "--folder", seeds.path)

    assert result.stderr == "Profiles: 0 new, 0 changed, 5 unchanged. Challenges: 0 new.\n"
    assert {name: loaded.rows(name) for name in before} == before


def test_a_changed_record_is_brought_to_its_new_state(loaded: Shell, seeds: SeedFolder) -> None:
    seeds.change("experts.json", summary="Knows everything about enamel and glass on steel.")

    result = loaded("seed", "load", "--folder", seeds.path)

    assert "0 new, 1 changed, 4 unchanged" in result.stderr
    assert loaded("index", "check").exit_code == 0


@pytest.mark.parametrize("file", LOADED)
def test_one_bad_record_is_named_and_nothing_is_loaded(
    empty: Shell, seeds: SeedFolder, file: str
) -> None:
    key = seeds.records[file][0]["key"]
    seeds.change(file, language="Danish")

    line = one_line(empty("seed", "load", "--folder", seeds.path))

    assert line.startswith(f"InvalidInput: {file}: record 1 ({key}): language: ")
    assert empty.rows("profiles") == empty.rows("challenges") == []


Spoil = Callable[[SeedFolder], object]
SPOILT: dict[str, tuple[Spoil, str]] = {
    "a missing file": (
        lambda seeds: seeds.file("students.json").unlink(),
        "students.json: can't be read (No such file or directory).",
    ),
    "broken JSON": (
        lambda seeds: seeds.file("experts.json").write_text('[\n  {"key": "ida",\n}]'),
        "experts.json: line 3: not JSON (",
    ),
    "broken UTF-8": (
        lambda seeds: seeds.file("activities.json").write_bytes(b'[{"key": "\xff"}]'),
        "activities.json: byte 10: not UTF-8.",
    ),
    "no list": (
        lambda seeds: seeds.file("experts.json").write_text('{"key": "ida"}'),
        "experts.json: write a list of records.",
    ),
    "a record that is no object": (
        lambda seeds: seeds.file("experts.json").write_text('["ida"]'),
        "experts.json: record 1 (without key): Send an object with named fields.",
    ),
    "a key used twice in a file": (
        lambda seeds: seeds.change("organisations.json", 1, key="seams", parent=None),
        "organisations.json: record 2 (seams): key: it is used in organisations.json already.",
    ),
    "a key used in two files": (
        lambda seeds: seeds.change("experts.json", key="seams"),
        "experts.json: record 1 (seams): key: it is used in organisations.json already.",
    ),
    "an unknown parent": (
        lambda seeds: seeds.change("organisations.json", 1, parent="nobody"),
        "organisations.json: record 2 (seams-lab): parent: no organisation is called nobody.",
    ),
    "a parent that is no organisation": (
        lambda seeds: seeds.change("organisations.json", 1, parent="ida"),
        "organisations.json: record 2 (seams-lab): parent: no organisation is called ida.",
    ),
    "an ancestor of itself": (
        lambda seeds: seeds.change("organisations.json", parent="seams-lab"),
        "is its own ancestor.",
    ),
    "an unknown field": (
        lambda seeds: seeds.change("students.json", shoe_size=43),
        "students.json: record 1 (bo): shoe_size: There is no field with this name.",
    ),
    "a field of evidence": (
        lambda seeds: seeds.change("experts.json", evidence=[{"kind": "case"}]),
        "experts.json: record 1 (ida): evidence.0.",
    ),
    "half a character": (
        lambda seeds: seeds.change("experts.json", name="Ida \ud800"),
        "experts.json: record 1 (ida): name: Take out the control characters.",
    ),
    "a NUL": (
        lambda seeds: seeds.change("challenges.json", text="A text with\0 a NUL in it."),
        "challenges.json: record 1 (cracked-frames): text: Take out the control characters.",
    ),
    "a latitude that is no number": (
        lambda seeds: (
            seeds.records["experts.json"][0]["place"].update(latitude=float("nan")) or seeds.write()
        ),
        "experts.json: record 1 (ida): place.latitude: ",
    ),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_mistake_is_one_line_and_nothing_is_loaded(
    empty: Shell, seeds: SeedFolder, case: str
) -> None:
    spoil, words = SPOILT[case]
    spoil(seeds)

    line = one_line(empty("seed", "load", "--folder", seeds.path))

    assert words in line
    assert " more." not in line or case == "a field of evidence"
    assert empty.rows("profiles") == empty.rows("challenges") == []


def test_of_several_mistakes_the_first_is_named_and_the_others_counted(
    empty: Shell, seeds: SeedFolder
) -> None:
    seeds.change("organisations.json", language="Danish", working_languages=[])
    seeds.change("challenges.json", clarity="foggy")

    line = one_line(empty("seed", "load", "--folder", seeds.path))

    assert "organisations.json: record 1 (seams): " in line
    assert line.endswith(" And 2 more.\n")


def test_a_missing_folder_is_one_line(empty: Shell, seeds: SeedFolder) -> None:
    line = one_line(empty("seed", "load", "--folder", seeds.path / "elsewhere"))

    assert "organisations.json: can't be read (No such file or directory)." in line


def test_without_tables_it_says_what_to_do(shell: Shell, seeds: SeedFolder) -> None:
    assert "matchmaker db upgrade" in one_line(shell("seed", "load", "--folder", seeds.path))
