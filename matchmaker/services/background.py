"""BackgroundWorker: one thread of the process for what takes longer than an answer may.

It knows nothing of what it does and keeps nothing: how far a deed is stands in the database, and a
deed that was lost with its process is put here again by whoever looks at it.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Hashable

log = logging.getLogger("matchmaker.background")

#: Seconds that closing waits for the deed at work.
PATIENCE = 10.0


class BackgroundWorker:
    """Does one deed after another, each known by a key; a key waits or is at work once at most."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._waiting: deque[tuple[Hashable, Callable[[], object]]] = deque()
        self._keys: set[Hashable] = set()
        self._thread: threading.Thread | None = None
        self._closed = False

    def put(self, key: Hashable, deed: Callable[[], object]) -> bool:
        """Have a deed done; return False when it waits or is at work already."""
        with self._change:
            if key in self._keys or self._closed:
                return False
            self._keys.add(key)
            self._waiting.append((key, deed))
            if self._thread is None:
                # Without it the process could not end: a batch that is not written yet is
                # written by the next process.
                self._thread = threading.Thread(
                    target=self._work, name="matchmaker-background", daemon=True
                )
                self._thread.start()
        return True

    def has(self, key: Hashable) -> bool:
        """Return whether a deed waits or is at work in this process."""
        with self._change:
            return key in self._keys

    def wait(self, seconds: float = PATIENCE) -> bool:
        """Wait until nothing is left to do; return whether that is so."""
        with self._change:
            return self._change.wait_for(lambda: not self._keys, seconds)

    def close(self) -> None:
        """Take no more, forget what waits, and give the deed at work some seconds."""
        with self._change:
            self._closed = True
            self._keys -= {key for key, _ in self._waiting}
            self._waiting.clear()
        self.wait()

    def _work(self) -> None:
        while True:
            with self._change:
                if not self._waiting:
                    self._thread = None
                    return
                key, deed = self._waiting.popleft()
            try:
                deed()
            except Exception as error:  # noqa: BLE001 - the next deed is none the worse for it
                # No words: they may quote what a file holds of people.
                log.error("a deed in the background failed: %s", type(error).__name__)  # noqa: TRY400
            finally:
                with self._change:
                    self._keys.discard(key)
                    self._change.notify_all()
