"""The process of one peer: reads commands as lines of JSON, answers each with one line.

Libraries write to standard output as they please, so the answers go to a copy of it and the
rest to standard error, which the runner keeps.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from benchmarks.peers.corpus import Corpus, CorpusQuery
from benchmarks.peers.protocol import Job, Peer, make_peer

#: Threads of numeric libraries in the other processes wait in busy loops for a moment after their
#: work; those that come next start when they sleep.
PAUSE = 0.1
#: Queries at the head of each portion that are asked but not timed: the caches held another
#: peer's data until then.
UNTIMED = 2


def main() -> None:
    """Open a peer and serve the commands of the runner until its end."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    corpus = Corpus.load(Path(given["corpus"]))
    start = perf_counter()
    peer = make_peer(
        given["peer"],
        Job(
            model=Path(given["model"]),
            data_dir=Path(given["data_dir"]),
            folder=Path(given["folder"]),
            seed_folder=Path(corpus.seed_folder) if corpus.seed_folder else None,
        ),
    )
    opened = perf_counter() - start
    commands: Mapping[str, Callable[[dict[str, Any]], Any]] = {
        "open": lambda _: opened,
        "index": lambda _: _index(peer, corpus),
        "rank": lambda said: [peer.rank(one, said["depth"]) for one in corpus.queries],
        "time": lambda said: _time(peer, corpus, said),
        "peak": lambda _: peak_bytes(),
    }
    for line in sys.stdin:
        said = json.loads(line)
        print(json.dumps(commands[said["do"]](said)), file=answers, flush=True)


def _index(peer: Peer, corpus: Corpus) -> float:
    start = perf_counter()
    peer.index(corpus.profiles)
    return perf_counter() - start


def _time(peer: Peer, corpus: Corpus, said: Mapping[str, Any]) -> list[float | None]:
    """Return milliseconds of each query of a portion; None where the peer did not accept it."""
    portion = corpus.queries[said["first"] : said["end"]]
    depth = said["depth"]

    def rank(query: CorpusQuery) -> bool:
        peer.rank(query, depth)
        return True

    ask: Callable[[CorpusQuery], bool] = peer.answer if said["stored"] else rank  # type: ignore[attr-defined]  # asked of a StoringPeer only
    sleep(PAUSE)
    for query in portion[:UNTIMED]:
        ask(query)
    times: list[float | None] = []
    for query in portion:
        start = perf_counter()
        accepted = ask(query)
        took = (perf_counter() - start) * 1000
        times.append(took if accepted else None)
    return times


def peak_bytes() -> int:
    """Return the most memory this process had in use at once, as the system counts it."""
    try:
        # Unlike getrusage, this begins anew with the program: the runner's memory is not in it.
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # no such file system here
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    main()
