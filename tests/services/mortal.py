"""A process that is killed at a chosen point of its next transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from matchmaker.storage.database import Sessions

#: More than any transaction has: killed at its end.
AT_THE_END = 1_000


class Killed(BaseException):
    """The process ended. No handler of ours catches it: a dead process handles nothing."""


class MortalSessions(Sessions):
    """Sessions of a process that is killed in the next transaction, once it is armed.

    Before a statement of it, after the last one, or when it is stored and nobody was told.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        #: Statements until it is killed; None: it lives.
        self.left: int | None = None
        self.after_commit = False
        #: Whether what it was killed in is stored.
        self.stored = False
        #: Whether it came to the end of the transaction it was killed in.
        self.lived = False
        #: How many transactions were begun.
        self.transactions = 0
        self._writes = False
        event.listen(engine, "before_cursor_execute", self._count)

    def arm(self, statements: int, *, after_commit: bool = False) -> None:
        """Be killed before this statement of the next transaction, from 1, or at its end."""
        self.left, self.after_commit = statements, after_commit
        self.stored = self.lived = False

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Write, unless it is killed before."""
        self.transactions += 1
        with super().writing() as session:
            self._writes = True
            try:
                yield session
                session.flush()
            finally:
                self._writes = False
            self.lived = True
            if self.left is not None and not self.after_commit:
                self._die()
        if self.left is not None:
            self.stored = True
            self._die()

    def _count(self, *_: Any) -> None:
        if self._writes and self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self._die()

    def _die(self) -> None:
        self.left = None
        raise Killed
