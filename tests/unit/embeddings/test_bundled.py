"""Building the bundled encoder, with a model so tiny that every number can be worked out."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from embeddings.encoders.building import check
from embeddings.encoders.bundled import E5_SMALL, Recipe, build, open_bundled
from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import EncoderUnavailable
from tests.unit.embeddings.conftest import DOCUMENTS, QUERIES, TinyModel


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder that is not there yet."""
    return tmp_path / "var" / "data"


def test_the_graph_computes_what_the_paper_says(
    tiny_recipe: Recipe, tiny_model: TinyModel, data_dir: Path
) -> None:
    encoder = open_bundled(data_dir, threads=1, recipe=tiny_recipe)
    assert encoder.spec == tiny_recipe.spec
    for prompt, texts, found in (
        ("passage: ", DOCUMENTS, encoder.encode_documents(DOCUMENTS)),
        ("query: ", QUERIES, encoder.encode_queries(QUERIES)),
    ):
        expected = [tiny_model.encode(prompt, text) for text in texts]
        np.testing.assert_allclose(found, expected, atol=2e-6)


def test_the_result_is_a_folder_that_sentence_transformers_would_know(
    tiny_recipe: Recipe, data_dir: Path
) -> None:
    folder = build(data_dir, recipe=tiny_recipe)
    assert folder == data_dir / "encoders" / f"tiny-{tiny_recipe.spec.fingerprint}"
    assert {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    } == {
        "1_Pooling/config.json",
        "2_Normalize/config.json",
        "built.json",
        "config.json",
        "config_sentence_transformers.json",
        "model.onnx",
        "model.safetensors",
        "modules.json",
        "sentence_bert_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    prompts = json.loads((folder / "config_sentence_transformers.json").read_text())["prompts"]
    assert prompts == {"query": "query: ", "document": "passage: "}
    assert folder.stat().st_mode & 0o777 == 0o755


def test_tensors_lie_on_pages_where_the_header_says(
    tiny_recipe: Recipe, tiny_model: TinyModel, data_dir: Path
) -> None:
    data = (build(data_dir, recipe=tiny_recipe) / "model.safetensors").read_bytes()
    length = int.from_bytes(data[:8], "little")
    assert (8 + length) % 4096 == 0
    header = json.loads(data[8 : 8 + length])
    entry = header["encoder.layer.1.output.dense.weight"]
    begin, end = (8 + length + offset for offset in entry["data_offsets"])
    assert entry["shape"] == [32, 64]
    found = np.frombuffer(data[begin:end], dtype="<f4")
    np.testing.assert_allclose(found, tiny_model.tensors["l1.fo.w"], rtol=1e-6)


def test_each_step_is_told_and_nothing_when_there_is_nothing_to_do(
    tiny_recipe: Recipe, data_dir: Path
) -> None:
    told: list[str] = []
    folder = build(data_dir, told.append, tiny_recipe)
    assert told == [
        "Checking the weights",
        "Unpacking the model",
        "Comparing it with known vectors",
    ]
    before = (folder / "model.onnx").stat().st_mtime_ns
    told.clear()
    assert build(data_dir, told.append, tiny_recipe) == folder
    assert told == []
    assert (folder / "model.onnx").stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", ["cut", "lost", "no manifest", "spoilt manifest", "list"])
def test_a_folder_that_lost_something_is_built_again(
    tiny_recipe: Recipe, data_dir: Path, damage: str
) -> None:
    folder = build(data_dir, recipe=tiny_recipe)
    if damage == "cut":
        os.truncate(folder / "model.safetensors", 5000)
    elif damage == "lost":
        (folder / "tokenizer.json").unlink()
    elif damage == "no manifest":
        (folder / "built.json").unlink()
    else:
        (folder / "built.json").write_text("[]" if damage == "list" else "{")
    assert build(data_dir, recipe=tiny_recipe) == folder
    assert open_bundled(data_dir, recipe=tiny_recipe).encode_queries(QUERIES).shape == (2, 32)
    assert list(folder.parent.iterdir()) == [folder]


def test_what_a_killed_builder_left_behind_is_swept_after_an_hour(
    tiny_recipe: Recipe, data_dir: Path
) -> None:
    name = f"tiny-{tiny_recipe.spec.fingerprint}"
    old, fresh = (data_dir / "encoders" / f"{name}.{suffix}" for suffix in ("old", "fresh"))
    for leftover in (old, fresh):
        leftover.mkdir(parents=True)
        (leftover / "model.safetensors").write_bytes(b"half")
    long_ago = time.time() - 3700
    os.utime(old, (long_ago, long_ago))
    folder = build(data_dir, recipe=tiny_recipe)
    assert set(folder.parent.iterdir()) == {folder, fresh}


def test_many_builders_at_once_leave_one_whole_folder(tiny_recipe: Recipe, data_dir: Path) -> None:
    together = threading.Barrier(6)
    folders: list[Path] = []

    def work() -> None:
        together.wait()
        folders.append(build(data_dir, recipe=tiny_recipe))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folders) == 6
    assert len(set(folders)) == 1
    assert list(folders[0].parent.iterdir()) == [folders[0]]


def test_a_model_that_computes_something_else_is_not_kept(
    tiny_recipe: Recipe, data_dir: Path
) -> None:
    reference = Path(str(tiny_recipe.reference))
    known = json.loads(reference.read_text())
    known["queries"][1]["vector"] = known["queries"][0]["vector"]
    reference.write_text(json.dumps(known))
    with pytest.raises(EncoderUnavailable, match="other vectors for known queries"):
        build(data_dir, recipe=tiny_recipe)
    assert list((data_dir / "encoders").iterdir()) == []


def test_another_encoder_is_not_taken_for_the_bundled_one() -> None:
    with pytest.raises(EncoderUnavailable, match="other vectors for known documents"):
        check(HashingEncoder(E5_SMALL.spec.dimension), E5_SMALL.reference)


def test_a_disk_without_room_is_refused_before_anything_is_written(
    tiny_recipe: Recipe, data_dir: Path
) -> None:
    recipe = replace(tiny_recipe, room=10**18)
    with pytest.raises(EncoderUnavailable, match=r"disk of .* is full\. Free 1000000000000 MB"):
        build(data_dir, recipe=recipe)
    assert list((data_dir / "encoders").iterdir()) == []


def test_a_disk_that_fills_up_on_the_way_is_left_clean(
    tiny_recipe: Recipe, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EncoderUnavailable, match="is full"):
        build(data_dir, recipe=tiny_recipe)
    assert list((data_dir / "encoders").iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_named(tiny_recipe: Recipe, data_dir: Path) -> None:
    data_dir.parent.mkdir()
    data_dir.write_text("a file where a folder should be")
    with pytest.raises(EncoderUnavailable, match=r"cannot be written to .*choose another"):
        build(data_dir, recipe=tiny_recipe)


def test_a_folder_that_cannot_be_renamed_is_not_passed_off_as_built(
    tiny_recipe: Recipe, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Path, _target: Path) -> NoReturn:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(EncoderUnavailable, match="Permission denied"):
        build(data_dir, recipe=tiny_recipe)
    assert list((data_dir / "encoders").iterdir()) == []


def test_a_wheel_that_is_missing_leaves_no_folder(tiny_recipe: Recipe, data_dir: Path) -> None:
    carrier = replace(tiny_recipe.carrier, wheel="no-such-wheel")
    with pytest.raises(EncoderUnavailable, match="pip install no-such-wheel"):
        build(data_dir, recipe=replace(tiny_recipe, carrier=carrier))
    assert not data_dir.exists()


def test_a_built_folder_works_after_it_was_moved(tiny_recipe: Recipe, data_dir: Path) -> None:
    build(data_dir, recipe=tiny_recipe)
    moved = data_dir.rename(data_dir.with_name("elsewhere"))
    assert open_bundled(moved, recipe=tiny_recipe).encode_queries(QUERIES).shape == (2, 32)
