"""``matchmaker account``: the first administrator, and help for who is locked out."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from api.cli import main
from tests.people import PASSWORD


def run(folder: Path, *words: str, given: str | None = None) -> Result:
    environment = {"MATCHMAKER_DATA_DIR": str(folder), "MATCHMAKER_ENCODER": "hashing:"}
    return CliRunner().invoke(main, ["account", *words], env=environment, input=given)


def test_the_first_administrator_gets_a_link_on_an_empty_folder(tmp_path: Path) -> None:
    made = run(tmp_path, "create", "--email", "ida@example.dk", "--role", "administrator")
    listed = run(tmp_path, "list", "--json")

    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("/sign-in/link/")
    assert [one["role"] for one in json.loads(listed.stdout)] == ["administrator"]


def test_a_password_is_read_and_never_shown(tmp_path: Path) -> None:
    words = ("create", "--email", "ida@example.dk", "--role", "staff", "--password-from-stdin")

    made = run(tmp_path, *words, given=f"{PASSWORD}\n")

    assert made.exit_code == 0, made.output
    assert made.stdout == ""
    assert PASSWORD not in made.output
    assert "ida@example.dk" in run(tmp_path, "list").stdout


def test_an_account_is_shut_and_reset_by_its_address(tmp_path: Path) -> None:
    run(tmp_path, "create", "--email", "ida@example.dk", "--role", "firm")

    assert run(tmp_path, "reset", "ida@example.dk").stdout.startswith("/reset/")
    assert run(tmp_path, "disable", "IDA@example.dk").exit_code == 0
    (shut,) = json.loads(run(tmp_path, "list", "--json", "--role", "firm").stdout)
    assert shut["disabled_at"]


def test_an_unknown_address_is_one_red_line(tmp_path: Path) -> None:
    unknown = run(tmp_path, "disable", "nobody@example.dk")

    assert unknown.exit_code == 1
    assert "No account has this e-mail address" in unknown.stderr
