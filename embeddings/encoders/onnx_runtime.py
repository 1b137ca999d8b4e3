"""Runs a text model that was written as an ONNX graph, with ``tokenizers`` and ONNX Runtime alone.

Nothing here imports torch: a process that answers queries is ready after about a second.

Measured on two cores, fp32, against torch through sentence-transformers: a query of 37 tokens 10.5
against 19 ms; eight sentences 40 against 62 ms; documents a second: all of 37 tokens 153 against
165, all of 164 tokens 33 against 30, of mixed length 80 against 62.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from embeddings.encoders.tokens import own_tokens, unit_states

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from embeddings.protocols import EncoderSpec, Ids, Progress, TokenStates, Vectors

_Tokens = npt.NDArray[np.int64]

# Cells of the padded grid in one call. Above, its numbers no longer fit the caches; below, too
# little is done per reading of the weights. Documents a second with 300, 600, 1,000, 1,500 and
# 2,500 cells: 54, 58, 57, 53, 48.
_CELLS = 800
# Texts whose tokens are kept in memory at once, and among which equal lengths are sought.
_PORTION = 1024
_SEVERE = 3


class OnnxEncoder:
    """Encodes through a graph as ``bert_graph`` writes it. Safe to use from many threads."""

    def __init__(
        self,
        graph: Path,
        tokenizer: Path,
        spec: EncoderSpec,
        *,
        query_prompt: str = "",
        document_prompt: str = "",
        longest: int = 512,
        threads: int = 0,
    ) -> None:
        """Open the graph, its weights mapped into memory, and the tokenizer.

        Args:
            graph: the ``.onnx`` file.
            tokenizer: the ``tokenizer.json`` file.
            spec: what the vectors are; its dimension must be that of the graph.
            query_prompt: written before every query.
            document_prompt: written before every document.
            longest: tokens of a text that are read, special ones included; the rest is cut off.
            threads: how many threads one call may use; 0 means one per core, best for one caller
                at a time. 1 is slower for one (19 against 10.5 ms), faster for several at once
                (113 against 90 queries a second) and on a machine that is busy with other things.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = _SEVERE
        # Between calls the threads sleep at once and leave the cores to whatever comes next.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self._session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        # Some files ask for padding; the graph takes tokens only.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(longest)
        self._spec = spec
        self._longest = longest
        self._query_prompt = query_prompt
        self._document_prompt = document_prompt
        framed = np.array(self._tokenizer.encode(query_prompt).ids, dtype=np.int64)
        # Every part brings the space before it; one at the end would be a token of its own.
        bare = self._tokenizer.encode(query_prompt.rstrip(), add_special_tokens=False).ids
        # The models of this family put one token before and one after.
        self._frame = framed[:1], np.array(bare, dtype=np.int64), framed[-1:]

    @property
    def spec(self) -> EncoderSpec:
        """What these vectors are."""
        return self._spec

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode texts to search in, shape (len(texts), dimension)."""
        return self._encode(self._document_prompt, texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to search for, shape (len(texts), dimension); a short one takes 10 ms."""
        return self._encode(self._query_prompt, texts, None)

    def encode_query_parts(self, parts: Sequence[str]) -> Vectors:
        """Encode a query and its parts in context, shape (1 + len(parts), dimension), in one pass.

        A query longer than the model reads at once is read in windows of whole parts.
        """
        dimension = self._spec.dimension
        if not parts:
            return np.empty((0, dimension), dtype=np.float32)
        start, prompt, end = self._frame
        room = self._longest - len(start) - len(prompt) - len(end)
        # One by one: as a batch they wake the tokenizer's own threads, which then stand in the way
        # of those that run the graph (3 ms of 33).
        tokens = [
            np.array(
                self._tokenizer.encode(
                    _whole_characters(part).strip(), add_special_tokens=False
                ).ids[:room],
                dtype=np.int64,
            )
            for part in parts
        ]
        sums = np.zeros((1 + len(parts), dimension), dtype=np.float32)
        for window in _windows([len(row) for row in tokens], room):
            ids = np.concatenate([start, prompt, *(tokens[place] for place in window), end])
            hidden = self._run([ids], "hidden")
            sums[0] += hidden.sum(axis=0)
            at = len(start) + len(prompt)
            for place in window:
                # A part without a token, such as an empty one, stands for the whole.
                own = hidden[at : at + len(tokens[place])]
                sums[1 + place] = own.sum(axis=0) if len(own) else hidden.sum(axis=0)
                at += len(own)
        unit: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return unit

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenStates]:
        """Encode each token of each text in its company; both sides are read as queries.

        40 passages of 37 tokens take as long as encoding them as documents.
        """
        prompt = self._query_prompt
        read = [self._tokenizer.encode(_whole_characters(prompt + text)) for text in texts]
        own = [
            own_tokens(text, len(prompt), encoding.offsets, encoding.special_tokens_mask)
            for text, encoding in zip(texts, read, strict=True)
        ]
        ids = [np.array(encoding.ids, dtype=np.int64) for encoding in read]
        told: dict[int, TokenStates] = {}
        for batch in _batches([len(row) for row in ids]):
            rows = self._run([ids[place] for place in batch], "hidden")
            ends = np.cumsum([len(ids[place]) for place in batch])
            for place, states in zip(batch.tolist(), np.split(rows, ends[:-1]), strict=True):
                tokens, spans = own[place]
                told[place] = unit_states(spans, states[tokens])
        return [told[place] for place in range(len(texts))]

    def _encode(self, prompt: str, texts: Sequence[str], progress: Progress | None) -> Vectors:
        vectors = np.empty((len(texts), self._spec.dimension), dtype=np.float32)
        for start in range(0, len(texts), _PORTION):
            portion = texts[start : start + _PORTION]
            tokens = self._tokens(prompt, portion)
            for places in _batches([len(row) for row in tokens]):
                vectors[start + places] = self._run([tokens[place] for place in places])
                if progress is not None:
                    progress(len(places))
        return vectors

    def _tokens(self, prompt: str, texts: Sequence[str]) -> list[_Tokens]:
        prompted = [_whole_characters(prompt + text) for text in texts]
        return [
            np.array(encoding.ids, dtype=np.int64)
            for encoding in self._tokenizer.encode_batch_fast(prompted)
        ]

    def _run(self, tokens: list[_Tokens], output: str = "embedding") -> Vectors:
        """Run several texts; give their rows, or with ``"hidden"`` those of their tokens."""
        lengths = np.array([len(row) for row in tokens])
        starts = np.cumsum(lengths) - lengths
        column = np.arange(lengths.max())
        is_token = column < lengths[:, np.newaxis]
        (vectors,) = self._session.run(
            [output],
            {
                "token_ids": np.concatenate(tokens),
                "positions": np.broadcast_to(column, is_token.shape)[is_token],
                "grid": np.where(is_token, starts[:, np.newaxis] + column, -1),
                "places": np.flatnonzero(is_token),
            },
        )
        rows: Vectors = vectors
        return rows


def _whole_characters(text: str) -> str:
    """Put "?" for half a surrogate pair, which JSON may carry and no tokenizer takes."""
    return text.encode(errors="replace").decode()


def _windows(lengths: list[int], room: int) -> Iterator[list[int]]:
    """Give the places of neighbouring parts that fit into one pass together."""
    window: list[int] = []
    used = 0
    for place, length in enumerate(lengths):
        if window and used + length > room:
            yield window
            window, used = [], 0
        window.append(place)
        used += length
    yield window


def _batches(lengths: list[int]) -> Iterator[Ids]:
    """Give places of texts of nearly the same length, the longest first."""
    order = np.argsort(lengths, kind="stable")[::-1]
    start = 0
    while start < len(order):
        count = max(1, _CELLS // lengths[order[start]])
        yield order[start : start + count]
        start += count
