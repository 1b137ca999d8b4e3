"""Writes the bundled model as an ordinary sentence-transformers folder.

Whoever wants to fine-tune, convert or compare the model opens it with
``SentenceTransformer(folder)``. Matchmaker itself runs the ONNX graph that ``bert_graph`` puts
beside it, which reads the same file of weights.
"""

from __future__ import annotations

import json
import os
import struct
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import NFKC, Nmt, Replace
from tokenizers.normalizers import Sequence as Normalizers
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing

from embeddings.encoders.bert import Place

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.encoders.bert import Shape
    from embeddings.encoders.bundled_weights import Pieces, Weights

WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
QUERY_PROMPT = "query: "
DOCUMENT_PROMPT = "passage: "

_FLOAT_BYTES = 4
_PAGE = 4096
# What the carrier calls the parts of a layer, and what transformers' BertModel calls them.
_DENSE = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def write_folder(folder: Path, weights: Weights) -> dict[str, Place]:
    """Write everything into an empty folder, 480 MB, and say where each tensor went.

    Raises:
        OSError: the disk is full, or may not be written to.
    """
    places = _write_weights(folder / WEIGHTS, weights)
    _tokenizer(weights.pieces).save(str(folder / TOKENIZER), pretty=False)
    for name, content in _descriptions(weights.shape, weights.pieces).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    return places


def _tensors(shape: Shape) -> dict[str, tuple[str | None, tuple[int, ...]]]:
    """Give each tensor under its name in transformers: its name in the carrier, and its shape."""
    hidden, wide = shape.hidden, shape.feed_forward
    sizes = {"fi": (wide, hidden), "fo": (hidden, wide)}
    tensors: dict[str, tuple[str | None, tuple[int, ...]]] = {
        "embeddings.word_embeddings.weight": ("emb.word", (shape.vocabulary, hidden)),
        "embeddings.position_embeddings.weight": ("emb.pos", (shape.positions, hidden)),
        "embeddings.token_type_embeddings.weight": ("emb.type", (shape.token_types, hidden)),
        "embeddings.LayerNorm.weight": ("emb.ln.w", (hidden,)),
        "embeddings.LayerNorm.bias": ("emb.ln.b", (hidden,)),
    }
    for layer in range(shape.layers):
        for short, long in _DENSE.items():
            size = sizes.get(short, (hidden, hidden))
            prefix = f"encoder.layer.{layer}.{long}"
            tensors[f"{prefix}.weight"] = (f"l{layer}.{short}.w", size)
            tensors[f"{prefix}.bias"] = (f"l{layer}.{short}.b", size[:1])
        for short, long in _NORMS.items():
            prefix = f"encoder.layer.{layer}.{long}"
            tensors[f"{prefix}.weight"] = (f"l{layer}.{short}.w", (hidden,))
            tensors[f"{prefix}.bias"] = (f"l{layer}.{short}.b", (hidden,))
    # Mean pooling never looks at BERT's own pooler and the carrier leaves it out; without it,
    # transformers makes one up at random and warns of it at every start.
    tensors["pooler.dense.weight"] = (None, (hidden, hidden))
    tensors["pooler.dense.bias"] = (None, (hidden,))
    return tensors


def _write_weights(path: Path, weights: Weights) -> dict[str, Place]:
    """Write the safetensors file tensor by tensor: at most one of them is in memory."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    places = {}
    tensors = _tensors(weights.shape)
    offset = 0
    for name, (_, shape) in tensors.items():
        length = prod(shape) * _FLOAT_BYTES
        header[name] = {
            "dtype": "F32",
            "shape": shape,
            "data_offsets": [offset, offset + length],
        }
        places[name] = Place(shape, offset, length)
        offset += length
    text = json.dumps(header, separators=(",", ":")).encode()
    # Tensors begin on a page of memory, so that they can be used where the file is mapped.
    text += b" " * (-(len(text) + 8) % _PAGE)
    start = 8 + len(text)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for source, shape in tensors.values():
            values = weights.tensor(source) if source else np.zeros(prod(shape), dtype=np.float32)
            file.write(values.data)
        file.flush()
        # The folder is renamed into place next, and a name must never outlive a power cut
        # without its contents.
        os.fsync(file.fileno())
    return {
        name: Place(place.shape, start + place.offset, place.length)
        for name, place in places.items()
    }


def _tokenizer(pieces: Pieces) -> Tokenizer:
    """Build the XLM-R tokenizer; compared with the published one on 12,009 texts, always equal."""
    special = {number: pieces.scored[number][0] for number in (pieces.start, pieces.end)}
    tokenizer = Tokenizer(Unigram(pieces.scored, unk_id=pieces.unknown, byte_fallback=False))
    tokenizer.normalizer = Normalizers([Nmt(), NFKC(), Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = TemplateProcessing(
        single=f"{special[pieces.start]} $A {special[pieces.end]}",
        special_tokens=[(text, number) for number, text in special.items()],
    )
    tokenizer.add_special_tokens(
        [
            pieces.scored[number][0]
            for number in sorted((pieces.start, pieces.padding, pieces.end, pieces.unknown))
        ]
    )
    return tokenizer


def _descriptions(shape: Shape, pieces: Pieces) -> dict[str, object]:
    """Give the small files that tell sentence-transformers and transformers what is here."""
    start, end, padding, unknown = (
        pieces.scored[number][0]
        for number in (pieces.start, pieces.end, pieces.padding, pieces.unknown)
    )
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "intermediate_size": shape.feed_forward,
            "layer_norm_eps": shape.epsilon,
            "max_position_embeddings": shape.positions,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": pieces.padding,
            "torch_dtype": "float32",
            "type_vocab_size": shape.token_types,
            "vocab_size": shape.vocabulary,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "bos_token": start,
            "cls_token": start,
            "eos_token": end,
            "sep_token": end,
            "pad_token": padding,
            "unk_token": unknown,
        },
        "modules.json": [
            {
                "idx": number,
                "name": str(number),
                "path": path,
                "type": f"sentence_transformers.models.{kind}",
            }
            for number, (path, kind) in enumerate(
                [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
            )
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "prompts": {"query": QUERY_PROMPT, "document": DOCUMENT_PROMPT},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
