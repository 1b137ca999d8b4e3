"""The console script in process, on a data directory of its own, with the hashing encoder."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.cli.seed_folder import SeedFolder

#: What the installed script does.
COMMAND = (sys.executable, "-c", "from api.cli import main; main()")
_ENCODER = "hashing:"


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """Return the variables of an installation in this folder; none of this machine's own."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("MATCHMAKER_")}
    repository = str(Path(__file__).parents[2])
    own = {
        "MATCHMAKER_DATA_DIR": str(data_dir),
        "MATCHMAKER_ENCODER": _ENCODER,
        "MATCHMAKER_VOICE": "",
    }
    return {**kept, "PYTHONPATH": repository, **own, **more}


class Shell:
    """Runs ``matchmaker`` and looks at what it kept."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    def __call__(self, *arguments: object, given: str | bytes = "", **variables: str) -> Result:
        """Run a command in this process."""
        return CliRunner().invoke(
            main,
            [str(one) for one in arguments],
            input=given,
            env={
                **{name: None for name in os.environ if name.startswith("MATCHMAKER_")},
                "MATCHMAKER_DATA_DIR": str(self.data_dir),
                "MATCHMAKER_ENCODER": _ENCODER,
                "MATCHMAKER_VOICE": "",
                **variables,
            },
        )

    def start(self, *arguments: object, **how: Any) -> subprocess.Popen[str]:
        """Start a command as a process of its own."""
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how}
        variables = how.pop("variables", {})
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            env=environment(self.data_dir, **variables),
            cwd=self.data_dir,
            **how,
        )

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Return what a table of the database holds."""
        database = self.data_dir / "matchmaker.sqlite3"
        with sqlite3.connect(database) as connection:
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
        connection.close()
        return rows


def one_line(result: Result) -> str:
    """Return the one line that a refused command says; nothing else and no traceback."""
    assert result.exit_code == 1, (result.output, result.exception)
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert result.stderr.endswith("\n")
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell on an empty data directory."""
    folder = tmp_path / "data"
    folder.mkdir()
    return Shell(folder)


@pytest.fixture
def seeds(tmp_path: Path) -> SeedFolder:
    """A small folder of seed files."""
    return SeedFolder(tmp_path / "seeds")


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    assert Shell(folder)("db", "upgrade").exit_code == 0
    return folder / "matchmaker.sqlite3"


@pytest.fixture(scope="session")
def _loaded(_migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded")
    shutil.copy(_migrated, folder)
    seeds = SeedFolder(folder / "seeds")
    result = Shell(folder)("seed", "load", "--folder", seeds.path)
    assert result.exit_code == 0, result.output
    return folder / "matchmaker.sqlite3"


@pytest.fixture
def empty(shell: Shell, _migrated: Path) -> Shell:
    """A shell on a database with tables and nothing in them."""
    shutil.copy(_migrated, shell.data_dir)
    return shell


@pytest.fixture
def loaded(shell: Shell, _loaded: Path) -> Shell:
    """A shell on the database of the small seed folder, indexed."""
    shutil.copy(_loaded, shell.data_dir)
    return shell
