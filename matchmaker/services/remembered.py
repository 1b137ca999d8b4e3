"""What a challenge asks of the index, remembered while the index stands still."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from matchmaker.matching.languages import Vectors
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.services.replica import IndexReplica
from matchmaker.services.search import Question

#: Most numbers in memory: 64 MiB of float32.
MOST_NUMBERS = 1 << 24
#: Corrected vectors of the question, and its shared words by slot of the lexical order.
Asked = tuple[Vectors, Vectors]


@dataclass(frozen=True)
class _Entry:
    sentences: Sequence[str]
    language: str
    policy: MatchingPolicy
    generation: int
    position: int
    asked: Asked


class Remembered:
    """The last challenges that were asked, each as far as the index has not moved since.

    The shared words of a challenge are counted over all passages. They are the same for every
    profile, so a second profile is answered in a tenth of the time of the first.
    """

    def __init__(self, most_numbers: int = MOST_NUMBERS) -> None:
        self._most_numbers = most_numbers
        self._entries: OrderedDict[UUID, _Entry] = OrderedDict()
        self._numbers = 0
        self._lock = Lock()

    def asked(
        self,
        replica: IndexReplica,
        question: Question,
        policy: MatchingPolicy,
        ask: Callable[[], Asked],
    ) -> Asked:
        """Return what was remembered when it still holds, otherwise what ``ask`` gives.

        The caller holds ``replica.lock``.
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
        new = _Entry(
            question.sentences,
            question.language,
            policy,
            replica.generation,
            replica.position,
            ask(),
        )
        with self._lock:
            self._forget(question.seed)
            self._entries[question.seed] = new
            self._numbers += _size(new)
            while self._numbers > self._most_numbers:
                self._forget(next(iter(self._entries)))
        return new.asked

    def _forget(self, challenge_id: UUID) -> None:
        old = self._entries.pop(challenge_id, None)
        if old is not None:
            self._numbers -= _size(old)


def _size(entry: _Entry) -> int:
    return sum(part.size for part in entry.asked)
