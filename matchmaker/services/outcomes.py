"""OutcomeService: the ledger of what came of a collaboration; it is only added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, InvalidInput, TransitionNotAllowed
from matchmaker.models import (
    AuditAction,
    Collaboration,
    CollaborationAction,
    Currency,
    Outcome,
    OutcomeConfirmation,
    OutcomeKind,
)
from matchmaker.models.facts import Viewer
from matchmaker.models.outcome import FOLLOWS, MONEY, MOST_MINOR, MOST_THINGS, SCORES
from matchmaker.services.clock import Clock
from matchmaker.services.cursors import CursorPage, page_of, read_cursor
from matchmaker.services.recording import Entry, record
from matchmaker.storage import outcomes, sealing
from matchmaker.storage.database import Sessions
from matchmaker.storage.outcomes import Words

#: Longest evidence and longest reason.
TEXT_LENGTH = 1_000


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """What a line says."""

    kind: OutcomeKind
    on_day: date
    quantity: int = 1
    currency: Currency | None = None
    evidence: str = ""
    follows_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class LedgerLine:
    """A line with what became of it."""

    outcome: Outcome
    confirmation: OutcomeConfirmation | None
    words: Words
    #: The line that takes it off, if any.
    reversed_by: UUID | None

    @property
    def stands(self) -> bool:
        """Whether it counts, once it is confirmed: neither taken off nor what takes one off."""
        return self.reversed_by is None and self.outcome.reverses_id is None


@dataclass(frozen=True, kw_only=True)
class WaitingLine:
    """A line that nobody has confirmed, with its collaboration."""

    outcome: Outcome
    words: Words
    collaboration: Collaboration


@dataclass(frozen=True)
class OutcomeService:
    """Writes lines, confirms them, and takes them off by counter lines."""

    sessions: Sessions
    clock: Clock

    def record(
        self,
        collaboration_id: UUID,
        *,
        by: Viewer | None,
        kind: OutcomeKind,
        on_day: date,
        quantity: int,
        currency: Currency | None = None,
        evidence: str = "",
        follows_id: UUID | None = None,
    ) -> LedgerLine:
        """Write a line. What staff write counts at once; what others report, when it is confirmed.

        Args:
            collaboration_id: what it came of.
            by: who says so; None for the shell.
            kind: what it is.
            on_day: when it happened.
            quantity: how many; of money hundredths of the currency; of satisfaction 1 to 5.
            currency: of money, and of nothing else.
            evidence: what shows it.
            follows_id: the patent that was pending, of one that is granted.

        Raises:
            NotFound: there is no such collaboration.
            TransitionNotAllowed: it has not started.
            InvalidInput: a value that can't stand.

        """
        with self.sessions.writing() as session:
            collaboration = outcomes.get(session, collaboration_id)
            line = write_line(
                session,
                collaboration,
                NewLine(
                    kind=kind,
                    on_day=on_day,
                    quantity=quantity,
                    currency=currency,
                    evidence=evidence,
                    follows_id=follows_id,
                ),
                by=by.account_id if by else None,
                counts=by is None or by.is_staff,
                at=self.clock(),
            )
            return _with_standing(session, line)

    def confirm(self, outcome_id: UUID, *, by: UUID | None) -> LedgerLine:
        """Say that what shows a line was seen; twice is as good as once.

        Raises:
            NotFound: there is no such line.
            TransitionNotAllowed: it was taken off, or takes one off.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            line = outcomes.line(session, outcome_id)
            _check_stands(session, line, "confirm")
            if outcomes.confirm(session, line.id, by, now):
                _record(session, line, AuditAction.CONFIRM, by, now)
            return _with_standing(session, line)

    def reverse(self, outcome_id: UUID, *, by: UUID | None, reason: str) -> LedgerLine:
        """Take a line off by another one, which stays beside it with the reason.

        The counter line counts as the line does: confirmed when that is, waiting when that waits.

        Returns:
            The counter line.

        Raises:
            NotFound: there is no such line.
            Duplicate: it was taken off before.
            TransitionNotAllowed: it takes one off itself, or another line goes on from it.
            InvalidInput: no reason.

        """
        now = self.clock()
        reason = _checked_text("reason", reason)
        if not reason:
            raise InvalidInput("reason", "Say why the line is taken off.")
        with self.sessions.writing() as session:
            number = outcomes.next_number(session)
            line = outcomes.line(session, outcome_id)
            earlier = outcomes.reversal_of(session, line.id)
            if earlier is not None:
                raise Duplicate("reversal", earlier.id)
            _check_stands(session, line, "reverse")
            if outcomes.following(session, line.id):
                raise TransitionNotAllowed("outcome", "followed", "reverse", ["confirm"])
            counter = line.counter_line(number=number, by=by, at=now)
            outcomes.seal_words(session, counter, Words(reason=reason))
            session.add(counter)
            session.flush()
            _record(session, counter, AuditAction.REVERSE, by, now)
            if session.get(OutcomeConfirmation, line.id) is not None:
                outcomes.confirm(session, counter.id, by, now)
            return _with_standing(session, counter)

    def erase_words(self, outcome_id: UUID, *, by: UUID | None) -> LedgerLine:
        """Make the words of a line unreadable for good; the line and its figures stay.

        Twice is as good as once.

        Raises:
            NotFound: there is no such line.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            line = outcomes.line(session, outcome_id)
            words = outcomes.words_of(session, [line])[line.id]
            if words.evidence or words.reason:
                sealing.destroy_keys(session, [line.id])
                _record(session, line, AuditAction.ERASE, by, now)
            return _with_standing(session, line)

    def ledger(self, collaboration_id: UUID) -> Sequence[LedgerLine]:
        """Return every line of a collaboration as they were written, those taken off too.

        Raises:
            NotFound: there is no such collaboration.

        """
        with self.sessions.reading() as session:
            outcomes.get(session, collaboration_id)
            found = outcomes.lines(session, collaboration_id)
            words = outcomes.words_of(session, [one for one, _ in found])
        taken_off = {one.reverses_id: one.id for one, _ in found if one.reverses_id}
        return [
            LedgerLine(
                outcome=one,
                confirmation=confirmation,
                words=words[one.id],
                reversed_by=taken_off.get(one.id),
            )
            for one, confirmation in found
        ]

    def get(self, outcome_id: UUID) -> LedgerLine:
        """Return one line.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return _with_standing(session, outcomes.line(session, outcome_id))

    def waiting(self, *, cursor: str | None = None, limit: int = 20) -> CursorPage[WaitingLine]:
        """Return lines that wait to be confirmed, the oldest first.

        Raises:
            InvalidInput: the cursor is of another list.

        """
        after = read_cursor(cursor, (int,))[0] if cursor else None
        with self.sessions.reading() as session:
            rows = outcomes.waiting(session, after=after, limit=limit)
            words = outcomes.words_of(session, [line for line, _ in rows])
        found = [
            WaitingLine(outcome=line, words=words[line.id], collaboration=one) for line, one in rows
        ]
        return page_of(found, limit, lambda one: (one.outcome.number,))


def write_line(
    session: Session,
    collaboration: Collaboration,
    new: NewLine,
    *,
    by: UUID | None,
    counts: bool,
    at: datetime,
) -> Outcome:
    """Write a line within the running transaction.

    Args:
        session: of the transaction.
        collaboration: what it came of.
        new: what it says.
        by: the account; None for the shell.
        counts: whether it is confirmed with that, as what staff write is.
        at: now.

    Raises:
        TransitionNotAllowed: the collaboration has not started.
        InvalidInput: a value that can't stand.

    """
    _check_quantity(new.kind, new.quantity, new.currency)
    evidence = _checked_text("evidence", new.evidence)
    _check_state(collaboration)
    _check_day(new.on_day, collaboration, at)
    if new.follows_id is not None:
        _check_followed(session, collaboration, new.kind, new.quantity, new.follows_id)
    line = Outcome(
        number=outcomes.next_number(session),
        collaboration_id=collaboration.id,
        introduction_id=collaboration.introduction_id,
        kind=new.kind,
        on_day=new.on_day,
        quantity=new.quantity,
        currency=new.currency,
        follows_id=new.follows_id,
        recorded_by_id=by,
        recorded_at=at,
    )
    outcomes.seal_words(session, line, Words(evidence=evidence))
    session.add(line)
    session.flush()
    _record(session, line, AuditAction.CREATE, by, at)
    if counts:
        outcomes.confirm(session, line.id, by, at)
        _record(session, line, AuditAction.CONFIRM, by, at)
    return line


def _with_standing(session: Session, line: Outcome) -> LedgerLine:
    counter = outcomes.reversal_of(session, line.id)
    return LedgerLine(
        outcome=line,
        confirmation=session.get(OutcomeConfirmation, line.id),
        words=outcomes.words_of(session, [line])[line.id],
        reversed_by=counter.id if counter else None,
    )


def _check_quantity(kind: OutcomeKind, quantity: int, currency: Currency | None) -> None:
    if kind in MONEY:
        if currency is None:
            raise InvalidInput("currency", "Say whether the amount is in DKK or EUR.")
        least, most = 1, MOST_MINOR
    else:
        if currency is not None:
            raise InvalidInput("currency", "Only amounts of money have a currency.")
        least, most = SCORES if kind is OutcomeKind.SATISFACTION else (1, MOST_THINGS)
    if not least <= quantity <= most:
        raise InvalidInput("quantity", f"Use a whole number from {least} to {most}.")


def _check_state(collaboration: Collaboration) -> None:
    if CollaborationAction.RECORD not in collaboration.actions():
        raise TransitionNotAllowed(
            "collaboration",
            collaboration.state,
            CollaborationAction.RECORD,
            collaboration.actions(),
        )


def _check_day(on_day: date, collaboration: Collaboration, now: datetime) -> None:
    if on_day < collaboration.starts_on:
        raise InvalidInput("on_day", f"The collaboration began on {collaboration.starts_on}.")
    if on_day > now.date():
        raise InvalidInput("on_day", "This day is still to come.")


def _check_followed(
    session: Session,
    collaboration: Collaboration,
    kind: OutcomeKind,
    quantity: int,
    follows_id: UUID,
) -> None:
    earlier = session.get(Outcome, follows_id)
    wanted = FOLLOWS.get(kind)
    if (
        earlier is None
        or wanted is None
        or earlier.collaboration_id != collaboration.id
        or earlier.kind is not wanted
        or earlier.reverses_id is not None
        or outcomes.reversal_of(session, earlier.id) is not None
    ):
        raise InvalidInput(
            "follows_id", "Name a line of this collaboration with a patent that is pending."
        )
    granted = sum(one.quantity for one in outcomes.following(session, earlier.id))
    if granted + quantity > earlier.quantity:
        raise InvalidInput(
            "quantity", f"Of this line {earlier.quantity - granted} are still pending."
        )


def _check_stands(session: Session, line: Outcome, action: str) -> None:
    if line.reverses_id is not None:
        raise TransitionNotAllowed("outcome", "counter-line", action, [])
    if outcomes.reversal_of(session, line.id) is not None:
        raise TransitionNotAllowed("outcome", "reversed", action, [])


def _checked_text(field: str, text: str) -> str:
    text = text.strip()
    if len(text) > TEXT_LENGTH:
        raise InvalidInput(field, f"Use at most {TEXT_LENGTH} characters.")
    return text


def _record(
    session: Session, line: Outcome, action: AuditAction, by: UUID | None, now: datetime
) -> None:
    after = {
        "collaboration": str(line.collaboration_id),
        "kind": line.kind.value,
        "on_day": line.on_day.isoformat(),
        "quantity": line.quantity,
        "currency": line.currency.value if line.currency else None,
        "reverses": str(line.reverses_id) if line.reverses_id else None,
    }
    entry = Entry(by=by, action=action, kind="outcome", id=line.id, after=after)
    record(session, entry, at=now)
