"""Any sentence-transformers model, from a folder or from the local store of the Hugging Face hub.

The network is never used: a model is downloaded beforehand, by somebody who means to. Its own
prompts for queries and documents are written before the texts, and what goes beyond its longest
input is cut off.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from embeddings.encoders.tokens import own_tokens, unit_states, words_alone
from embeddings.errors import EncoderUnavailable
from embeddings.protocols import EncoderSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.protocols import Progress, TokenStates, Vectors

SCHEME = "sentence-transformers"

_BATCH = 32
# Texts handed over in one call, which sorts them by length; progress is told after each.
_PORTION = 16 * _BATCH
_PIECE = 1 << 20


class SentenceTransformerEncoder:
    """Encodes through sentence-transformers, one call at a time.

    Importing the library takes five seconds, opening a small model two: see ``onnx_runtime`` for
    the way round.
    """

    def __init__(self, name: str, device: str | None = None) -> None:
        """Open a model.

        Args:
            name: a folder, or ``OWNER/NAME`` in the local store, with ``@REVISION`` if it is not
                the one last downloaded.
            device: as torch spells it; by default the fastest there is.

        Raises:
            EncoderUnavailable: there is no such folder, and no such model in the local store.
        """
        full_name = f"{SCHEME}:{name}"
        folder, label, revision = _locate(name, full_name)
        # A library does not write to its caller's terminal.
        disable_progress_bar()  # type: ignore[no-untyped-call]  # not annotated there
        try:
            self._model = SentenceTransformer(str(folder), device=device, local_files_only=True)
        except (OSError, ValueError) as error:
            reason = f"{folder} holds no model that sentence-transformers can open ({error})"
            hint = "Write a folder made by SentenceTransformer.save()."
            raise EncoderUnavailable(full_name, reason, hint) from error
        # Asked of the model itself: not every architecture knows how long its vectors are.
        dimension = self._model.encode([""], show_progress_bar=False).shape[1]
        self._spec = EncoderSpec(f"{SCHEME}:{label}", revision, dimension)
        # Tokenizers of transformers keep their padding in a field: two threads would mix it up.
        self._turn = threading.Lock()

    @property
    def spec(self) -> EncoderSpec:
        """Name of the model, commit or hash of its files, dimension."""
        return self._spec

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode texts to search in, shape (len(texts), dimension)."""
        return self._encode(self._model.encode_document, texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to search for, shape (len(texts), dimension)."""
        return self._encode(self._model.encode_query, texts, None)

    def encode_query_parts(self, parts: Sequence[str]) -> Vectors:
        """Encode a query and each of its parts by itself, shape (1 + len(parts), dimension).

        Not every architecture tells the states of its tokens, so a part is read without the
        others here.
        """
        if not parts:
            return self.encode_queries([])
        return self.encode_queries([" ".join(parts), *parts])

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenStates]:
        """Encode each token in its company, or each word by itself where the model tells no more.

        Both sides are read as queries. Told are tokens where the tokenizer says which characters
        each stands for, and their states are as long as the vectors of texts.
        """
        prompt = self._model.prompts.get("query") or ""
        whole = [_whole_characters(text) for text in texts]
        tokenizer = self._model.tokenizer
        if not whole or not getattr(tokenizer, "is_fast", False):
            return words_alone(whole, self.encode_queries)
        prompted = [prompt + text for text in whole]
        with self._turn:
            read = self._model.encode_query(
                prompted,
                prompt="",
                output_value=None,
                batch_size=_BATCH,
                show_progress_bar=False,
                convert_to_numpy=False,
            )
            told = tokenizer(
                prompted,
                truncation=True,
                max_length=self._model.max_seq_length,
                return_offsets_mapping=True,
                return_special_tokens_mask=True,
            )
        tokens = []
        for place, (text, one) in enumerate(zip(whole, read, strict=True)):
            states = one["token_embeddings"][one["attention_mask"] > 0].float().cpu().numpy()
            own, spans = own_tokens(
                text, len(prompt), told["offset_mapping"][place], told["special_tokens_mask"][place]
            )
            if states.shape != (len(told["input_ids"][place]), self._spec.dimension):
                return words_alone(whole, self.encode_queries)
            tokens.append(unit_states(spans, states[own]))
        return tokens

    def _encode(self, encode: _Encode, texts: Sequence[str], progress: Progress | None) -> Vectors:
        vectors = np.empty((len(texts), self._spec.dimension), dtype=np.float32)
        for start in range(0, len(texts), _PORTION):
            portion = [_whole_characters(text) for text in texts[start : start + _PORTION]]
            with self._turn:
                vectors[start : start + len(portion)] = encode(
                    portion, batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True
                )
            if progress is not None:
                progress(len(portion))
        return vectors


def _whole_characters(text: str) -> str:
    """Put "?" for half a surrogate pair, which JSON may carry and no tokenizer takes."""
    return text.encode(errors="replace").decode()


class _Encode(Protocol):
    def __call__(
        self,
        texts: list[str],
        /,
        *,
        batch_size: int,
        show_progress_bar: bool,
        normalize_embeddings: bool,
    ) -> Vectors: ...


def _locate(name: str, full_name: str) -> tuple[Path, str, str]:
    """Give the folder of the model, its name without the revision, and its revision."""
    folder = Path(name).expanduser()
    # The empty name would be the current folder.
    if name and folder.is_dir():
        return folder, folder.resolve().name, _hash(folder)
    model, _, revision = name.partition("@")
    try:
        # The last part of this path is the commit, also where the revision is a branch.
        stored = Path(snapshot_download(model, revision=revision or None, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        reason = f"there is no folder {name!r}, and no such model in the local store of the hub"
        download = f"hf download {model}" + (f" --revision {revision}" if revision else "")
        hint = f"Write a folder that exists, or OWNER/NAME after downloading it: {download}"
        raise EncoderUnavailable(full_name, reason, hint) from error
    return stored, model, stored.name


def _hash(folder: Path) -> str:
    """Give a hash of all files of a model: moved, it stays the same; changed, it does not."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(f"{path.relative_to(folder).as_posix()}\n".encode())
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    total.update(piece)
    return total.hexdigest()[:16]
