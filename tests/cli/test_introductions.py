"""``matchmaker introductions tick`` and ``matchmaker export judgements``."""

from __future__ import annotations

from tests.cli.conftest import Shell


def test_a_tick_says_what_was_due(loaded: Shell) -> None:
    for _ in range(2):
        result = loaded("introductions", "tick")
        assert result.exit_code == 0, result.output
        assert "0 reminded, 0 expired, 0 withdrawn" in result.output
        assert "Placements: 0 reminded, 0 lapsed, 0 asked half-way" in result.output


def test_judgements_are_written_into_a_folder(loaded: Shell) -> None:
    folder = loaded.data_dir / "judged"
    result = loaded("export", "judgements", folder, "--texts")

    assert result.exit_code == 0, result.output
    assert "0 judgements of 0 challenges" in result.output
    assert (folder / "qrels.tsv").read_text(encoding="utf-8") == "query\tprofile\tgrade\n"
