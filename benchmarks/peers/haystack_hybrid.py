"""A Haystack hybrid pipeline, put together as its tutorial on hybrid retrieval does.

Documents are split into pieces of 512 words, embedded and written by one pipeline; another one asks
the embedding and the BM25 retriever and joins both lists by reciprocal rank fusion. The tutorial's
last step, a cross-encoder, is left out: it is a second model, and joining is what its guide to
DocumentJoiner does without one. A profile stands where its first piece stands.
"""

from __future__ import annotations

from collections.abc import Sequence

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from benchmarks.peers.corpus import CorpusProfile, CorpusQuery
from benchmarks.peers.protocol import Job


class Ranker:
    """BM25 and vectors, joined by reciprocal rank fusion."""

    def __init__(self, job: Job) -> None:
        store = InMemoryDocumentStore()
        # The guide to these embedders writes the prompts of E5 as prefixes.
        self._indexing = Pipeline()
        self._indexing.add_component(
            "splitter", DocumentSplitter(split_by="word", split_length=512, split_overlap=32)
        )
        self._indexing.add_component(
            "embedder",
            SentenceTransformersDocumentEmbedder(
                model=str(job.model), prefix="passage: ", progress_bar=False
            ),
        )
        self._indexing.add_component("writer", DocumentWriter(store))
        self._indexing.connect("splitter", "embedder")
        self._indexing.connect("embedder", "writer")

        self._asking = Pipeline()
        self._asking.add_component(
            "embedder",
            SentenceTransformersTextEmbedder(
                model=str(job.model), prefix="query: ", progress_bar=False
            ),
        )
        self._asking.add_component("dense", InMemoryEmbeddingRetriever(store))
        self._asking.add_component("bm25", InMemoryBM25Retriever(store))
        self._asking.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        self._asking.connect("embedder", "dense")
        self._asking.connect("dense", "joiner")
        self._asking.connect("bm25", "joiner")
        # Else the first run of each would read the model.
        self._indexing.warm_up()
        self._asking.warm_up()

    def index(self, profiles: Sequence[CorpusProfile]) -> None:
        documents = [Document(content=one.whole, meta={"profile": one.id}) for one in profiles]
        self._indexing.run({"splitter": {"documents": documents}})

    def rank(self, query: CorpusQuery, depth: int) -> list[str]:
        answer = self._asking.run(
            {
                "embedder": {"text": query.whole},
                "dense": {"top_k": depth},
                "bm25": {"query": query.whole, "top_k": depth},
            }
        )
        found = (one.meta["profile"] for one in answer["joiner"]["documents"])
        return list(dict.fromkeys(found))[:depth]
