"""``matchmaker seed demonstration`` and ``matchmaker mail digest``, as a shell sees them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Shell, one_line
from tests.conftest import DEMONSTRATION


def small(folder: Path, **changes: object) -> Path:
    """Write a demonstration with three of the journeys."""
    given = json.loads(DEMONSTRATION.read_text(encoding="utf-8"))
    file = folder / "small.json"
    given["journeys"] = given["journeys"][:3]
    file.write_text(json.dumps({**given, **changes}), encoding="utf-8")
    return file


def test_a_demonstration_is_loaded_once(empty: Shell, tmp_path: Path) -> None:
    file = small(tmp_path)

    loaded = empty("seed", "demonstration", "--file", file)

    assert loaded.exit_code == 0, loaded.output
    assert "Nordvest demonstration is there: /programmes/" in loaded.stderr
    assert len(empty.rows("collaborations")) == 3
    assert "exists already" in one_line(empty("seed", "demonstration", "--file", file))
    assert len(empty.rows("programmes")) == 1


def test_a_file_with_a_mistake_loads_nothing(empty: Shell, tmp_path: Path) -> None:
    for file, words in [
        (tmp_path / "missing.json", "can't be read"),
        (small(tmp_path, firms=[{"key": "a", "name": "A", "place": "Atlantis"}]), "firms"),
    ]:
        assert words in one_line(empty("seed", "demonstration", "--file", file))
    assert empty.rows("programmes") == []


def test_a_week_without_news_writes_no_mail(loaded: Shell) -> None:
    written = loaded("mail", "digest")

    assert written.exit_code == 0, written.output
    assert "0 weekly mails are written" in written.stderr
    assert loaded.rows("outgoing_mails") == []
