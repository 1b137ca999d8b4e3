"""A challenge as it is asked, and how long answering it takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter
from typing import TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matchmaker.models import Conditions, Place
from matchmaker.models.protection import NO_PROTECTION, Protection

Floats: TypeAlias = NDArray[np.float32]
Ids: TypeAlias = NDArray[np.int64]
NO_IDS: Ids = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A challenge as it is asked."""

    sentences: Sequence[str]
    #: ISO 639-1.
    language: str
    #: What ``Encoder.encode_query_parts`` gave for the sentences, (1 + sentences, dimension).
    vectors: Floats
    #: What the second voice gave for them, where the challenge is in its language.
    voiced: Floats | None = None
    place: Place
    conditions: Conditions
    today: date
    #: Breaks ties: the id of the challenge.
    seed: UUID
    #: Whom the rules of protection leave out, and who has much on the table.
    protection: Protection = NO_PROTECTION


@dataclass
class Stopwatch:
    """Milliseconds per stage."""

    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        start = perf_counter()
        yield
        self.stages[name] = self.stages.get(name, 0) + (perf_counter() - start) * 1000

    def rounded(self) -> dict[str, float]:
        """Return the stages and their sum, to a hundredth."""
        stages = {name: round(took, 2) for name, took in self.stages.items()}
        return {**stages, "total": round(sum(self.stages.values()), 2)}
