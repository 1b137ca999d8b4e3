"""``matchmaker exposure``: a table, JSON, CSV, and periods that cannot be."""

from __future__ import annotations

import csv
import json

from tests.cli.conftest import Shell, one_line
from tests.cli.seed_folder import WELDING


def test_the_report_comes_as_table_json_and_csv(loaded: Shell) -> None:
    assert loaded("match", WELDING, "--json").exit_code == 0

    table = loaded("exposure")
    document = json.loads(loaded("exposure", "--json").stdout)
    lines = list(csv.DictReader(loaded("exposure", "--csv").stdout.splitlines()))

    assert "1 match runs, 1 with a list." in table.stdout
    assert "Institut for Sømme" in table.stdout
    assert (document["runs"], document["total"]) == (1, len(document["items"]))
    assert document["items"][0]["name"] == "Institut for Sømme"
    assert len(lines) == len(document["kinds"]) + len(document["items"])
    assert lines[-1]["name"] == document["items"][-1]["name"]
    assert {line["name"] for line in lines[: len(document["kinds"])]} == {""}
    for text in (table.stdout, json.dumps(document), str(lines)):
        assert "Ida" not in text


def test_only_the_period_is_counted(loaded: Shell) -> None:
    assert loaded("match", WELDING, "--json").exit_code == 0

    def runs(*options: str) -> int:
        return int(json.loads(loaded("exposure", "--json", *options).stdout)["runs"])

    assert runs("--from", "2020-01-01") == 1
    assert runs("--to", "2020-01-01") == 0
    assert runs("--from", "2020-01-01", "--to", "2020-12-31") == 0


def test_what_cannot_be_asked_is_refused(loaded: Shell) -> None:
    turned = ("--from", "2026-02-02", "--to", "2026-02-01")
    assert "to: The period ends before 2026-02-02" in one_line(loaded("exposure", *turned))
    assert "either --json or --csv" in one_line(loaded("exposure", "--json", "--csv"))
    assert loaded("exposure", "--from", "yesterday").exit_code == 2


def test_without_runs_there_is_little_to_say(empty: Shell) -> None:
    assert empty("exposure").stdout == "0 match runs, 0 with a list.\n"
