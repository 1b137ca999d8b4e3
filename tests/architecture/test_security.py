"""What docs/security.md says is proved by a test, is."""

from __future__ import annotations

import ast
import re

from tests.architecture.repository import ROOT, read

_PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_ROW = re.compile(r"^\| (?!Item|---)(.+) \| (.+) \| (.+) \|$", re.MULTILINE)


def test_every_item_names_a_test() -> None:
    rows = _ROW.findall(read("docs/security.md"))

    assert len(rows) > 40
    assert [item for item, _, proof in rows if not _PROOF.fullmatch(proof)] == []


def test_every_named_test_is_there() -> None:
    missing = []
    for path, name in _PROOF.findall(read("docs/security.md")):
        file = ROOT / path
        tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
        if name not in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}:
            missing.append(f"{path}::{name}")

    assert not missing, "docs/security.md names tests that are not there:\n" + "\n".join(missing)
