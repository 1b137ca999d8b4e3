"""What all commands share: help, settings, one line for what goes wrong, and the small ones."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import click
import pytest

from api.cli import main
from tests.cli.conftest import Shell, one_line
from tests.cli.seed_folder import WELDING, SeedFolder


def commands(
    group: click.Group = main, *above: str
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)


COMMANDS = dict(commands())


def test_these_are_the_commands() -> None:
    groups = {name for name, command in COMMANDS.items() if isinstance(command, click.Group)}

    assert {" ".join(name) for name in COMMANDS.keys() - groups} == {
        "account create",
        "account list",
        "account disable",
        "account reset",
        "match",
        "replay",
        "db upgrade",
        "db copy",
        "mail digest",
        "seed demonstration",
        "introductions tick",
        "export judgements",
        "seed load",
        "index sync",
        "index rebuild",
        "index check",
        "encoder build",
        "serve",
        "openapi",
        "challenges-for",
        "similar",
        "exposure",
        "evaluate",
        "fit",
        "bench",
        "mail send",
        "mail list",
        "mail retry",
        "mail bounce",
        "mail ask-firms",
        "mail ask-owners",
        "import preview",
        "import apply",
        "import cancel",
        "import list",
        "import rows",
        "import mapping save",
        "import mapping list",
        "import mapping forget",
        "export profiles",
        "codes",
    }


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_and_its_options(name: tuple[str, ...], shell: Shell) -> None:
    result = shell(*name, "--help")

    assert result.exit_code == 0
    assert (COMMANDS[name].help or "").split("\n\n")[0].rstrip().endswith(".")
    options = [one for one in COMMANDS[name].params if isinstance(one, click.Option)]
    assert [option.name for option in options if not (option.help or "").strip()] == []


@pytest.mark.parametrize("argument", ["--help", "-h"])
def test_help_needs_no_valid_settings(argument: str, shell: Shell) -> None:
    assert "Usage: " in shell(argument, MATCHMAKER_PORT="nonsense").stdout


def test_the_version_is_told(shell: Shell) -> None:
    result = shell("--version")

    assert result.exit_code == 0
    assert "version 0." in result.stdout


def test_an_unknown_setting_is_one_line_that_lists_the_known(shell: Shell) -> None:
    line = one_line(shell("db", "upgrade", MATCHMAKER_DATADIR="elsewhere"))

    assert line.startswith("SettingInvalid: Setting MATCHMAKER_DATADIR: unknown; known are ")
    assert "data_dir" in line


@pytest.mark.parametrize(
    ("setting", "text", "words"),
    [
        ("PORT", "eight", "Setting MATCHMAKER_PORT: 'eight' is not a whole number."),
        ("ENCODER", "magic:", "There is no encoder called 'magic:'."),
        ("VOICE", "magic:", "There is no encoder called 'magic:'."),
        ("INDEX", "magic:", "There is no index called 'magic:'."),
        ("DATABASE", "nonsense", "Setting MATCHMAKER_DATABASE is no usable database URL"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line(
    loaded: Shell, setting: str, text: str, words: str
) -> None:
    line = one_line(loaded("match", WELDING, "--language", "en", **{f"MATCHMAKER_{setting}": text}))

    assert words in line


def test_the_database_is_made_and_made_again(shell: Shell) -> None:
    first, second = shell("db", "upgrade"), shell("db", "upgrade")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout == second.stdout == ""
    assert "Database is up to date" in second.stderr
    assert shell.rows("profiles") == []


def test_a_file_that_is_no_database_is_one_line(shell: Shell) -> None:
    (shell.data_dir / "matchmaker.sqlite3").write_text("a shopping list, and not a short one" * 9)

    assert "can't be used" in one_line(shell("db", "upgrade"))


def test_a_data_directory_below_a_file_is_one_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    line = one_line(shell("db", "upgrade", MATCHMAKER_DATA_DIR=str(tmp_path / "file" / "data")))

    assert "MATCHMAKER_DATA_DIR" in line


def test_a_database_that_may_not_be_written_is_one_line(loaded: Shell, seeds: SeedFolder) -> None:
    # Mode bits do not stop the superuser; SQLite's own read-only mode stops everybody.
    database = f"file:{loaded.data_dir / 'matchmaker.sqlite3'}?mode=ro&uri=true"

    seeds.change("experts.json", summary="Something else about planning of orders.")
    line = one_line(
        loaded(
            *("seed", "load", "--folder", seeds.path),
            MATCHMAKER_DATABASE=f"sqlite:///{database}",
        )
    )

    assert line.startswith("StorageUnavailable: The database can't be opened for writing")


def _no_file_larger_than_64_kb() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))


def test_a_disk_without_room_is_one_line_and_nothing_is_loaded(
    empty: Shell, seeds: SeedFolder
) -> None:
    seeds.change("experts.json", evidence=seeds.records["experts.json"][0]["evidence"] * 50)
    process = empty.start(
        *("seed", "load", "--folder", seeds.path), preexec_fn=_no_file_larger_than_64_kb
    )
    stdout, stderr = process.communicate(timeout=60)

    assert (process.returncode, stdout) == (1, "")
    assert stderr.startswith("StorageUnavailable: ")
    assert stderr.count("\n") == 1
    assert empty.rows("profiles") == []


def test_an_index_that_is_true_agrees(loaded: Shell) -> None:
    result = loaded("index", "check")

    assert (result.exit_code, result.stdout) == (0, "Database and index agree.\n")


def test_an_index_that_is_behind_is_reported_repaired_and_true_again(
    loaded: Shell, seeds: SeedFolder
) -> None:
    seeds.change("experts.json", summary="Something else about planning of orders.")
    loaded("seed", "load", "--folder", seeds.path, MATCHMAKER_INDEXING="off")

    found = loaded("index", "check")
    assert (found.exit_code, found.stdout) == (1, "waiting: 1\n")
    repaired = loaded("index", "check", "--repair")
    assert (repaired.exit_code, repaired.stdout) == (0, "waiting: 1\nRepaired.\n")
    assert loaded("index", "check").exit_code == 0


def test_sync_indexes_what_waits_and_nothing_twice(loaded: Shell, seeds: SeedFolder) -> None:
    seeds.change("experts.json", summary="Something else about planning of orders.")
    loaded("seed", "load", "--folder", seeds.path, MATCHMAKER_INDEXING="off")

    assert loaded("index", "sync").stderr == "1 profiles indexed.\n"
    assert loaded("index", "sync").stderr == "0 profiles indexed.\n"


def test_a_new_encoder_answers_after_a_rebuild(loaded: Shell) -> None:
    other = {"MATCHMAKER_ENCODER": "hashing:64"}

    assert loaded("match", WELDING, "--language", "en", **other).exit_code == 1
    rebuilt = loaded("index", "rebuild", **other)
    assert rebuilt.stderr == "5 profiles indexed; the new generation answers.\n"
    assert loaded("match", WELDING, "--language", "en", **other).exit_code == 0


def test_a_check_without_an_index_says_what_to_do(empty: Shell) -> None:
    assert "matchmaker index rebuild" in one_line(empty("index", "check"))


def test_an_encoder_that_needs_no_building_is_ready(shell: Shell) -> None:
    result = shell("encoder", "build")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "hashing: is ready.\n"


def _run_id(shell: Shell) -> UUID:
    assert shell("match", WELDING, "--language", "en").exit_code == 0
    ((run_id, *_),) = shell.rows("match_runs")
    return UUID(str(run_id))


def test_a_run_is_replayed_to_the_same_list(loaded: Shell) -> None:
    result = loaded("replay", _run_id(loaded))

    assert (result.exit_code, result.stdout) == (0, "The same list of 1.\n")


def test_a_replay_says_that_the_index_has_changed(loaded: Shell, seeds: SeedFolder) -> None:
    run_id = _run_id(loaded)
    other = "Dairy cleaning with lye and acid in place."
    item = {"kind": "case", "title": "A case", "text": other, "year": 2024}
    seeds.change("organisations.json", summary=other, evidence=[item])
    loaded("seed", "load", "--folder", seeds.path)

    result = loaded("replay", run_id)

    assert result.exit_code == 1
    assert result.stdout == "The list has changed, since the index did too.\n"


def test_a_run_that_is_not_there_is_one_line(loaded: Shell) -> None:
    run_id = uuid4()

    assert str(run_id) in one_line(loaded("replay", run_id))
    assert loaded("replay", "the-last-one").exit_code == 2


def test_the_printed_contract_is_the_one_in_the_repository(shell: Shell) -> None:
    result = shell("openapi")

    written = Path(__file__).parents[1] / "api" / "openapi.json"
    assert result.stdout == written.read_text(encoding="utf-8")
    assert json.loads(result.stdout)["openapi"] == "3.1.0"
