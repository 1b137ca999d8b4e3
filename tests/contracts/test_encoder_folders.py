"""Models that come as a folder: from a wheel, of one's own, or from the hub's local store."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from embeddings.encoders import bundled, wheel
from embeddings.errors import EncoderUnavailable
from embeddings.registry import make_encoder
from tests.contracts.test_encoder_contract import DANISH, ENGLISH, ODDITIES, UNRELATED, opened

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.protocols import Encoder


@pytest.fixture(scope="module")
def english(model_dir: Path) -> Encoder:
    """The English encoder that a wheel carries."""
    return opened("wheel:all-minilm-l6-v2", model_dir)


@pytest.mark.model
def test_the_english_graph_agrees_with_sentence_transformers(
    english: Encoder, model_dir: Path
) -> None:
    folder = wheel.build(model_dir, wheel.ALL_MINILM_L6_V2)
    slow = opened(f"sentence-transformers:{folder}", model_dir)
    # The last is longer than the 256 tokens that both read.
    texts = [DANISH, ENGLISH, *UNRELATED, *ODDITIES, f"{DANISH} {ENGLISH} " * 40]
    for fast_rows, slow_rows in (
        (english.encode_documents(texts), slow.encode_documents(texts)),
        (english.encode_queries(texts), slow.encode_queries(texts)),
    ):
        assert np.vecdot(fast_rows, slow_rows).min() > 1 - 1e-4


@pytest.mark.model
def test_the_english_encoder_knows_an_english_sentence_in_other_words(english: Encoder) -> None:
    (query,) = english.encode_queries(["Who knows why steel rusts in the sea?"])
    cosines = english.encode_documents([*UNRELATED, ENGLISH]) @ query
    assert cosines.argmax() == len(UNRELATED)
    assert cosines[-1] > cosines[:-1].max() + 0.2


@pytest.mark.model
def test_a_query_longer_than_the_english_model_reads_keeps_its_last_part(english: Encoder) -> None:
    parts = [*[UNRELATED[1]] * 30, ENGLISH]
    vectors = english.encode_query_parts(parts)
    assert vectors.shape == (1 + len(parts), 384)
    (wanted,) = english.encode_queries([ENGLISH])
    cosines = vectors[1:] @ wanted
    assert cosines.argmax() == len(parts) - 1
    assert cosines[-1] > 0.7


@pytest.mark.model
def test_a_folder_of_ones_own_is_an_encoder_wherever_it_lies(
    model_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = wheel.build(model_dir, wheel.ALL_MINILM_L6_V2)
    specs = []
    for place in ("here", "elsewhere"):
        folder = tmp_path / place / "our-model"
        shutil.copytree(built, folder, copy_function=os.link)
        specs.append(make_encoder(f"sentence-transformers:{folder}", tmp_path).spec)
    monkeypatch.chdir(tmp_path / "here")
    relative = make_encoder("sentence-transformers:our-model", tmp_path)
    assert specs == [relative.spec, relative.spec]
    assert (relative.spec.name, relative.spec.dimension) == ("sentence-transformers:our-model", 384)
    (folder / "README.md").unlink()
    (folder / "README.md").write_text("Trained further.")
    changed = make_encoder(f"sentence-transformers:{folder}", tmp_path).spec
    assert changed.revision != relative.spec.revision


@pytest.fixture
def hub(tmp_path: Path, model_dir: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A local store of the hub with one model in it, as a download would leave it."""
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    commit = "0123456789abcdef0123456789abcdef01234567"
    stored = tmp_path / "models--someone--small"
    (stored / "refs").mkdir(parents=True)
    (stored / "refs" / "main").write_text(commit)
    (stored / "snapshots").mkdir()
    (stored / "snapshots" / commit).symlink_to(bundled.build(model_dir))
    return commit


@pytest.mark.model
def test_a_model_of_the_hub_is_known_by_its_commit(hub: str, tmp_path: Path) -> None:
    latest = make_encoder("sentence-transformers:someone/small", tmp_path)
    assert latest.spec.name == "sentence-transformers:someone/small"
    assert latest.spec.revision == hub
    assert latest.spec.dimension == 384
    assert make_encoder(f"sentence-transformers:someone/small@{hub}", tmp_path).spec == latest.spec


@pytest.mark.model
@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("someone/large@v2", "hf download someone/large --revision v2"),
        ("someone/large", "hf download someone/large"),
        ("", "there is no folder ''"),
        ("no such place", "there is no folder 'no such place'"),
    ],
)
def test_a_model_that_is_not_there_is_named_with_the_way_to_get_it(
    name: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(EncoderUnavailable, match=message):
        make_encoder(f"sentence-transformers:{name}", tmp_path)


@pytest.mark.model
def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "notes.txt").write_text("no model here")
    with pytest.raises(EncoderUnavailable, match="holds no model"):
        make_encoder(f"sentence-transformers:{tmp_path}", tmp_path)
