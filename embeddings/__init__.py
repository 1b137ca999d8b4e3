"""Texts in, nearest ids out: a small library that knows nothing of what the texts are about.

A tour, from the outside in:

* ``embeddings.protocols`` says what an encoder and a vector index are, and what a vector is;
  everything a caller needs to write type hints.
* ``embeddings.registry`` turns one string, shaped like a database URL, into such an object:
  ``make_encoder("bundled:", data_dir)``, ``make_index("faiss:", encoder.spec)``.
* ``embeddings.encoders`` holds one module per way to turn text into vectors, and
  ``embeddings.indexes`` one per way to find the nearest; each is proved by the same contract tests
  (``tests/contracts``), and none is imported before somebody asks for it.
* ``embeddings.errors`` is the one tree of errors; every message says what to change.

    >>> from pathlib import Path
    >>> import numpy as np
    >>> from embeddings.registry import make_encoder, make_index
    >>> encoder = make_encoder("hashing:", data_dir=Path("var"))
    >>> index = make_index("exact:", encoder.spec)
    >>> texts = ["Corrosion of offshore foundations", "Yeast and bread"]
    >>> index.upsert(np.array([7, 9]), encoder.encode_documents(texts))
    >>> index.search(encoder.encode_queries(["offshore corrosion"]), k=1).ids.tolist()
    [[7]]

Importing this package costs NumPy and nothing else. Nothing here reads the environment, prints, or
opens a network connection.
"""

from embeddings.protocols import (
    Encoder,
    EncoderSpec,
    Ids,
    Neighbours,
    Progress,
    VectorIndex,
    Vectors,
)

__all__ = [
    "Encoder",
    "EncoderSpec",
    "Ids",
    "Neighbours",
    "Progress",
    "VectorIndex",
    "Vectors",
]
