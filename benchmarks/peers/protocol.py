"""What a peer is, and where each one is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from benchmarks.peers.corpus import CorpusProfile, CorpusQuery

OURS = "matchmaker"
#: Name to module, in the order of the tables. Each module has a class ``Ranker``.
PEERS: Mapping[str, str] = {
    OURS: "matchmaker_search",
    "sentence-transformers": "sentence_transformers_cosine",
    "bm25s": "bm25s_lexical",
    "haystack": "haystack_hybrid",
    "txtai": "txtai_hybrid",
    "scikit-learn": "sklearn_tfidf",
}


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a peer may need to begin."""

    #: The bundled encoder as a sentence-transformers folder.
    model: Path
    #: Where Matchmaker keeps its built encoder.
    data_dir: Path
    #: For files of this peer alone; empty at first.
    folder: Path
    seed_folder: Path | None


class Peer(Protocol):
    """Something that ranks profiles for a text. Made once, indexes once, is asked often."""

    def index(self, profiles: Sequence[CorpusProfile]) -> None:
        """Take in all profiles."""
        ...

    def rank(self, query: CorpusQuery, depth: int) -> list[str]:
        """Return up to ``depth`` profile ids, best first."""
        ...


class StoringPeer(Peer, Protocol):
    """A peer that can also keep what it answered."""

    def answer(self, query: CorpusQuery) -> bool:
        """Answer and store; False when the query is not one that it accepts."""
        ...


def make_peer(name: str, job: Job) -> Peer:
    """Import a peer's module and open it."""
    module = import_module(f"benchmarks.peers.{PEERS[name]}")
    return cast("Callable[[Job], Peer]", module.Ranker)(job)
