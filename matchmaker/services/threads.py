"""ThreadService: what firm and staff write to each other about a challenge, with mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import InvalidInput
from matchmaker.matching.sentences import clean
from matchmaker.models import (
    Account,
    AuditAction,
    Challenge,
    ChallengeAction,
    MailTemplate,
    Side,
    ThreadMessage,
)
from matchmaker.models.challenge_view import beginning
from matchmaker.models.thread import MESSAGE_LENGTH
from matchmaker.services.clock import Clock
from matchmaker.services.mailing import NewMail, queue
from matchmaker.services.recording import Entry, record
from matchmaker.storage import challenges, threads
from matchmaker.storage.database import Sessions

#: Characters of a challenge without a title by which a mail names it.
_NAMED_BY = 60


@dataclass(frozen=True)
class ThreadService:
    """The thread of a challenge."""

    sessions: Sessions
    clock: Clock

    def read(self, challenge_id: UUID) -> Sequence[ThreadMessage]:
        """Return the messages of a challenge, oldest first; that they were read is not noted.

        Raises:
            NotFound: there is no such challenge.

        """
        with self.sessions.reading() as session:
            challenges.get(session, challenge_id)
            return threads.of_challenge(session, challenge_id)

    def see(self, challenge_id: UUID, by: Side) -> Sequence[ThreadMessage]:
        """Note that a side has all of it before it now; what it saw earlier stays as noted.

        Raises:
            NotFound: there is no such challenge.

        """
        with self.sessions.writing() as session:
            challenges.get(session, challenge_id)
            threads.mark_seen(session, challenge_id, by, self.clock())
        return self.read(challenge_id)

    def ask(self, challenge_id: UUID, text: str, *, by: UUID) -> ThreadMessage:
        """Write to the firm; the challenge waits for it from now on, and it gets a mail.

        Raises:
            NotFound: there is no such challenge.
            InvalidInput: nothing is said, or too much.
            TransitionNotAllowed: its state does not allow it.

        """
        return self._write(challenge_id, Side.STAFF, text, by)

    def answer(self, challenge_id: UUID, text: str, *, by: UUID | None) -> ThreadMessage:
        """Write to the staff; the challenge waits for them, and who asked last gets a mail.

        Args:
            challenge_id: the challenge.
            text: what the firm says.
            by: who writes; None for a firm without an account.

        Raises:
            NotFound: there is no such challenge.
            InvalidInput: nothing is said, or too much.
            TransitionNotAllowed: its state does not allow it.

        """
        return self._write(challenge_id, Side.FIRM, text, by)

    def _write(self, challenge_id: UUID, side: Side, text: str, by: UUID | None) -> ThreadMessage:
        text, now = checked_message(text), self.clock()
        action = ChallengeAction.ASK if side is Side.STAFF else ChallengeAction.ANSWER
        message = ThreadMessage(
            challenge_id=challenge_id, side=side, account_id=by, text=text, written_at=now
        )
        with self.sessions.writing() as session:
            challenge = challenges.get(session, challenge_id)
            challenge.apply(action, at=now)
            # Who writes back has read what was written.
            threads.mark_seen(session, challenge_id, side, now)
            session.add(message)
            session.flush()
            self._tell(session, challenge, message)
            if side is Side.STAFF:
                entry = Entry(by=by, action=AuditAction.ASK, kind="challenge", id=challenge_id)
                record(session, entry, at=now)
        return message

    def _tell(self, session: Session, challenge: Challenge, message: ThreadMessage) -> None:
        if message.side is Side.STAFF:
            reader = session.get(Account, challenge.account_id) if challenge.account_id else None
            template, path = MailTemplate.ASKED_BACK, f"/challenges/{challenge.id}/thread"
        else:
            reader = threads.last_of_staff(session, challenge.id)
            template, path = MailTemplate.ANSWERED_BACK, f"/desk/challenges/{challenge.id}"
        if reader is None or not reader.enabled:
            return
        mail = NewMail(
            to=reader.email,
            language=reader.language,
            template=template.value,
            values={"path": path, "challenge": called(challenge)},
            key=f"{template}:{message.id}",
        )
        queue(session, mail, at=message.written_at)


def called(challenge: Challenge) -> str:
    """Return what a mail calls a challenge: its title, or how it begins."""
    if challenge.title:
        return challenge.title
    start = beginning(challenge.text)
    return start if len(start) <= _NAMED_BY else f"{start[:_NAMED_BY].rstrip()} …"


def checked_message(text: str) -> str:
    """Return the cleaned text of a message.

    Raises:
        InvalidInput: nothing is said, or too much.

    """
    text = clean(text)
    if not text or len(text) > MESSAGE_LENGTH:
        raise InvalidInput("message", f"Write 1 to {MESSAGE_LENGTH} characters.")
    return text
