"""AnswerService: a creating request that comes twice is answered twice and done once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from matchmaker.errors import InvalidInput, KeyReused
from matchmaker.models import KeptAnswer
from matchmaker.services.clock import Clock
from matchmaker.storage.database import Sessions

#: How long an answer is kept.
KEPT_FOR = timedelta(hours=24)
MOST_KEY = 200


@dataclass(frozen=True)
class AnswerService:
    """Keeps answers by the key that the caller gave."""

    sessions: Sessions
    clock: Clock

    def begin(self, operation: str, key: str, request: bytes) -> KeptAnswer | None:
        """Take a key; return the answer that was given to the same request before.

        Args:
            operation: name of what is asked for.
            key: the caller's.
            request: everything that was asked.

        Returns:
            None when the request is new: answer it, then call :meth:`keep`, or :meth:`release`
            when it could not be done.

        Raises:
            InvalidInput: the key has no usable form.
            KeyReused: it was given with another request, or the first is still being answered.

        """
        if not (0 < len(key) <= MOST_KEY and key.isascii() and key.isprintable()):
            raise InvalidInput(
                "Idempotency-Key", f"Use 1 to {MOST_KEY} printable ASCII characters."
            )
        asked = hashlib.sha256(request).hexdigest()
        now = self.clock()
        with self.sessions.writing() as session:
            session.execute(delete(KeptAnswer).where(KeptAnswer.created_at < now - KEPT_FOR))
            kept = session.get(KeptAnswer, (operation, key), with_for_update=True)
            if kept is None:
                session.add(
                    KeptAnswer(operation=operation, key=key, request_sha256=asked, created_at=now)
                )
                return None
        if kept.request_sha256 != asked:
            raise KeyReused(key, "This Idempotency-Key was used for another request.")
        if kept.status == 0:
            raise KeyReused(key, "The first request with this key is still being answered.")
        return kept

    def keep(self, operation: str, key: str, *, status: int, location: str, body: str) -> None:
        """Keep the answer to a request that :meth:`begin` let through."""
        with self.sessions.writing() as session:
            kept = session.get(KeptAnswer, (operation, key))
            if kept is not None:
                kept.status, kept.location, kept.body = status, location, body
                kept.body_sha256 = hashlib.sha256(body.encode()).hexdigest()

    def release(self, operation: str, key: str) -> None:
        """Give a key back: its request was refused, and may be mended and sent again."""
        with self.sessions.writing() as session:
            session.execute(
                delete(KeptAnswer).where(
                    KeptAnswer.operation == operation, KeptAnswer.key == key, KeptAnswer.status == 0
                )
            )
