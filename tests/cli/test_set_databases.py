"""The kept databases of judged sets are brought up to what the code and the settings ask."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from embeddings.encoders.hashing import HashingEncoder
from embeddings.protocols import Vectors
from matchmaker.storage.database import downgrade, make_engine
from tests.cli.conftest import Shell
from tests.cli.test_evaluate_set import ask, databases
from tests.services.layout_folder import CASTINGS, ORDERS, WELDING, LayoutFolder


@pytest.fixture
def layout(tmp_path: Path) -> LayoutFolder:
    return LayoutFolder(tmp_path / "a-set")


def test_a_kept_database_gets_new_columns_and_a_voice_without_encoding_again(
    shell: Shell, layout: LayoutFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(shell, layout)
    (name,) = databases(shell)
    engine = make_engine(f"sqlite:///{shell.data_dir / 'judged-sets' / name / 'profiles.sqlite3'}")
    downgrade(engine, "0002")
    engine.dispose()
    read: list[tuple[str, str]] = []
    encode = HashingEncoder.encode_documents

    def counted(encoder: HashingEncoder, texts: Sequence[str], *more: Any) -> Vectors:
        read.extend((encoder.spec.name, text) for text in texts)
        return encode(encoder, texts, *more)

    monkeypatch.setattr(HashingEncoder, "encode_documents", counted)
    result = shell("evaluate", "--layout", layout.path, "--json", MATCHMAKER_VOICE="hashing:48")

    assert result.exit_code == 0, (result.output, result.exception)
    assert json.loads(result.stdout)["voice"] == "hashing:48"
    assert databases(shell) == {name}
    by_encoder, by_voice = (
        {text for encoder, text in read if encoder == name} & {WELDING, CASTINGS, ORDERS}
        for name in ("hashing:256", "hashing:48")
    )
    assert (by_encoder, by_voice) == (set(), {WELDING, CASTINGS, ORDERS})
