"""Files in and out through the shell."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.cli.conftest import Shell
from tests.services.import_files import FIRMS, write


def test_a_file_is_previewed_applied_and_exported(empty: Shell, tmp_path: Path) -> None:
    path = write(tmp_path, "firms.csv", FIRMS + "Skæv;12;;;;\n")
    arguments = ["--kind", "organisation", "--fixed", "organisation_type=firm"]

    seen = empty("import", "preview", str(path), *arguments)
    assert "2 new, 0 changed, 0 unchanged, 1 refused" in seen.stdout
    assert "CVR-nr.: '12' is no CVR number" in seen.stdout
    run = re.search(r"apply ([0-9a-f-]{36})", seen.stderr)[1]
    assert "2 new" in empty("import", "apply", run).stdout

    assert "done" in empty("import", "list").stdout
    refused = empty("import", "rows", run, "--outcome", "refused", "--json").stdout
    assert json.loads(refused)["name"] == "Skæv"
    out = tmp_path / "out.jsonl"
    empty("export", "profiles", "-o", str(out))
    names = {json.loads(line)["name"] for line in out.read_text(encoding="utf-8").splitlines()}
    assert names == {"Rørup Smede", "Ærø Plast"}
    again = empty("import", "preview", str(out), "--json").stdout
    assert json.loads(again)["unchanged"] == 2


def test_a_mapping_is_saved_used_and_forgotten(empty: Shell, tmp_path: Path) -> None:
    path = write(tmp_path, "firms.csv", FIRMS)
    empty(
        *("import", "mapping", "save", "Members", "--kind", "organisation", "--from", str(path)),
        *("--column", "Hjemmeside=", "--fixed", "organisation_type=firm"),
    )

    assert "Members (organisation)" in empty("import", "mapping", "list").stdout
    seen = empty("import", "preview", str(path), "--mapping", "Members", "--json")
    mapping = json.loads(seen.stdout)["mapping"]
    assert mapping["fixed"] == {"organisation_type": "firm"}
    assert "Hjemmeside" not in mapping["columns"]
    empty("import", "mapping", "forget", "Members")
    assert empty("import", "mapping", "list").stdout == ""


def test_codes_are_looked_up(empty: Shell) -> None:
    assert empty("codes", "industries", "25.62").stdout.startswith("25.62  Maskinforarbejdning")
    assert json.loads(empty("codes", "trl", "--json", "4").stdout)[0]["code"] == "4"
