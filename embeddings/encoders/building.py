"""Puts a model's folder together once, so that a folder of its name is always whole.

What is built is written into a folder beside its place, tried on texts whose vectors are known,
then renamed. It is therefore whole, whoever was killed on the way; of two who build at once, the
first to finish wins and both use its work.
"""

from __future__ import annotations

import errno
import json
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.errors import EncoderUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.resources.abc import Traversable

    from embeddings.protocols import Encoder

_SMALLEST_COSINE = 1 - 1e-4
_MANIFEST = "built.json"
_READABLE = 0o755
_ABANDONED_AFTER = 3600.0
_FULL = {errno.ENOSPC, errno.EDQUOT}


def whole(folder: Path) -> bool:
    """Tell whether the folder is there with every file in its full length."""
    try:
        sizes = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False


def put_together(target: Path, fill: Callable[[Path], None], *, encoder: str, room: int) -> None:
    """Build a folder and put it in its place.

    Args:
        target: ``DATA_DIR/encoders/NAME``; the folders above are made when missing.
        fill: writes everything into the empty folder it is given, and checks it.
        encoder: whose folder it is, for errors.
        room: free bytes needed on the disk.

    Raises:
        EncoderUnavailable: the disk is full or may not be written to, or ``fill`` raised it.
    """
    data_dir = target.parents[1]
    with _disk_troubles(data_dir, encoder, room):
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        _demand_room(data_dir, room)
        temporary = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
        try:
            # Temporary folders are private; this one is to be read by whoever may read its parent.
            temporary.chmod(_READABLE)
            fill(temporary)
            _write_manifest(temporary)
            _put_in_place(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def check(encoder: Encoder, reference: Traversable) -> None:
    """Encode texts whose vectors are known, and compare.

    Args:
        encoder: what was built.
        reference: JSON with texts under ``documents`` and ``queries``, and their vectors as
            sentence-transformers computed them.

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


def _write_manifest(folder: Path) -> None:
    sizes = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file()
    }
    (folder / _MANIFEST).write_text(json.dumps(sizes, indent=2), encoding="utf-8")


def _put_in_place(temporary: Path, target: Path) -> None:
    """Rename what was built, unless somebody else was faster."""
    if target.exists() and not whole(target):
        # Files were lost or cut off since it was built.
        damaged = Path(f"{temporary}.damaged")
        with suppress(FileNotFoundError):
            target.rename(damaged)
        shutil.rmtree(damaged, ignore_errors=True)
    try:
        temporary.rename(target)
    except OSError:
        if not whole(target):
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
def _disk_troubles(data_dir: Path, encoder: str, room: int) -> Iterator[None]:
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
        raise EncoderUnavailable(encoder, reason, hint) from error
