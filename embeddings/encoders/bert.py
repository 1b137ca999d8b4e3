"""The sizes of a BERT model, and where its tensors lie in a safetensors file."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass

_FLOAT = "F32"
_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True)
class Shape:
    """The sizes of the model, in the order in which the bundled file gives them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True)
class Place:
    """Where a tensor lies in the file of weights, in bytes."""

    shape: tuple[int, ...]
    offset: int
    length: int


def shape_of(config: bytes) -> Shape:
    """Read the sizes from the ``config.json`` that transformers writes.

    Raises:
        ValueError: it is no configuration of a BERT model with exact GELU, the only kind that
            ``bert_graph`` writes.
    """
    given = json.loads(config)
    kind = given["model_type"], given["hidden_act"]
    if kind != ("bert", "gelu"):
        raise ValueError(f"a model of the kind {kind} instead of ('bert', 'gelu')")
    return Shape(
        given["hidden_size"],
        given["num_hidden_layers"],
        given["num_attention_heads"],
        given["intermediate_size"],
        given["vocab_size"],
        given["max_position_embeddings"],
        given["type_vocab_size"],
        given["layer_norm_eps"],
    )


def places_of(data: bytes) -> dict[str, Place]:
    """Give the float32 tensors of a safetensors file by name.

    Layout: u64 length of the header, little endian; the header, JSON with the bytes of each tensor
    counted from its end; the tensors.
    """
    (length,) = _LENGTH.unpack_from(data)
    start = _LENGTH.size + length
    header = json.loads(data[_LENGTH.size : start])
    return {
        name: Place(
            tuple(entry["shape"]),
            start + entry["data_offsets"][0],
            entry["data_offsets"][1] - entry["data_offsets"][0],
        )
        for name, entry in header.items()
        if entry.get("dtype") == _FLOAT
    }
