"""What a challenge asks of the index, remembered while the index stands still."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar
from uuid import UUID

from matchmaker.matching.policy import MatchingPolicy
from matchmaker.services.question import Question
from matchmaker.services.replica import IndexReplica

#: Most numbers in memory: 64 MiB of float32.
MOST_NUMBERS = 1 << 24
T = TypeVar("T")


@dataclass(frozen=True)
class _Entry(Generic[T]):
    sentences: Sequence[str]
    language: str
    policy: MatchingPolicy
    generation: int
    position: int
    asked: T
    size: int


class Remembered(Generic[T]):
    """The last challenges that were asked, each as far as the index has not moved since.

    The shared words of a challenge are counted over all passages. They are the same for every
    profile, so a second profile is answered in a tenth of the time of the first.
    """

    def __init__(self, most_numbers: int = MOST_NUMBERS) -> None:
        self._most_numbers = most_numbers
        self._entries: OrderedDict[UUID, _Entry[T]] = OrderedDict()
        self._numbers = 0
        self._lock = Lock()

    def asked(
        self,
        replica: IndexReplica,
        question: Question,
        policy: MatchingPolicy,
        ask: Callable[[], tuple[T, int]],
    ) -> T:
        """Return what was remembered when it still holds, otherwise what ``ask`` gives.

        ``ask`` also says how many numbers that is. The caller holds ``replica.lock``.
        """
        with self._lock:
            entry = self._entries.get(question.seed)
            if (
                entry is not None
                and entry.policy is policy
                and (entry.generation, entry.position) == (replica.generation, replica.position)
                and entry.language == question.language
                and entry.sentences == question.sentences
            ):
                self._entries.move_to_end(question.seed)
                return entry.asked
        asked, size = ask()
        new = _Entry(
            question.sentences,
            question.language,
            policy,
            replica.generation,
            replica.position,
            asked,
            size,
        )
        with self._lock:
            self._forget(question.seed)
            self._entries[question.seed] = new
            self._numbers += size
            while self._numbers > self._most_numbers:
                self._forget(next(iter(self._entries)))
        return asked

    def clear(self) -> None:
        """Forget all: passages have moved in memory without a line in the change log."""
        with self._lock:
            self._entries.clear()
            self._numbers = 0

    def _forget(self, challenge_id: UUID) -> None:
        old = self._entries.pop(challenge_id, None)
        if old is not None:
            self._numbers -= old.size
