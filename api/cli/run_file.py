"""The ranking of every query as TREC writes runs: query, Q0, profile, rank, score, policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray


class Runs:
    """Writes rankings as they come; several policies go into a file each."""

    def __init__(self, files: Mapping[str, TextIO], profiles: Sequence[str]) -> None:
        self._files = files
        self._profiles = np.array(profiles, dtype=object)
        # An id with a space in it can only be told from the next column by a tab.
        self._between = "\t" if any(" " in one for one in profiles) else " "
        self._random = np.random.default_rng(0)

    def __call__(self, policy: str, query: str, scores: NDArray[np.float64]) -> None:
        """Write one ranking; equal scores stand in random order, the same every time."""
        order = np.lexsort((self._random.random(len(scores)), -scores))
        between = self._between
        start = between.join((query, "Q0", ""))
        lines = [
            between.join((start + profile, str(rank), f"{score:.6f}", policy))
            for rank, (profile, score) in enumerate(
                zip(self._profiles[order], scores[order].tolist(), strict=True), start=1
            )
        ]
        self._files[policy].write("\n".join(lines) + "\n")


@contextmanager
def writing_runs(path: Path, policies: Sequence[str], profiles: Sequence[str]) -> Iterator[Runs]:
    """Open the files of some policies; each appears under its name when it is whole.

    One policy has the path itself; of several, each has its name before the ending.
    """
    paths = dict.fromkeys(policies, path)
    if len(policies) > 1:
        paths = {policy: beside(path, policy) for policy in policies}
    halves = {policy: one.with_name(f"{one.name}.half") for policy, one in paths.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with ExitStack() as stack:
            files = {
                policy: stack.enter_context(half.open("w", encoding="utf-8"))
                for policy, half in halves.items()
            }
            yield Runs(files, profiles)
        for policy, half in halves.items():
            half.replace(paths[policy])
    finally:
        for half in halves.values():
            half.unlink(missing_ok=True)


def beside(path: Path, name: str) -> Path:
    """Return the path with a name before its ending: ``a/run.txt``, "dense": a/run.dense.txt."""
    plain = "".join(one if one.isalnum() or one in "-_" else "-" for one in name)
    return path.with_name(f"{path.stem}.{plain}{path.suffix}")
