"""OutgoingMail: a mail as a row, written with what it tells of and sent by a command later.

A mail is never sent from within a request: the row is in the same transaction as the deed, so
that neither exists without the other, and the sender may be killed at any moment.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models.base import Base, text_enum

#: How long a mail is its sender's alone: to ask whether the server takes it, then to hand it
#: over. Both are longer than the sender waits for answers, so that nobody takes over too early.
LEASE, HAND_OVER_LEASE = timedelta(minutes=5), timedelta(minutes=25)
#: Wait after the first failure; each further one doubles it, up to the longest.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=12)
#: Attempts before a mail is given up: with these waits a little more than four days.
MOST_ATTEMPTS = 18


class MailTemplate(enum.StrEnum):
    """What a mail is about; each has a text and an HTML form in ``api/templates/mail``."""

    SIGN_IN = "sign-in"
    RESET = "reset"
    CONFIRM_EMAIL = "confirm-email"
    CLAIM = "claim"
    #: Asks the owner of a profile once a year whether all of it is still right.
    CONFIRM_PROFILE = "confirm-profile"
    KEEP_CHALLENGE = "keep-challenge"
    #: Asks the firm whether a challenge is still to be answered.
    RENEW_CHALLENGE = "renew-challenge"
    #: Staff wrote in the thread of a challenge.
    ASKED_BACK = "asked-back"
    #: The firm did.
    ANSWERED_BACK = "answered-back"
    #: What is new for somebody, once a week at most.
    DIGEST = "digest"
    #: Asks a party of an introduction for its answer, or reminds it.
    INTRODUCTION_OFFER = "introduction-offer"
    #: Both have said yes: who the other is.
    INTRODUCTION_ACCEPTED = "introduction-accepted"
    #: Nobody waits any more.
    INTRODUCTION_ENDED = "introduction-ended"
    INTRODUCTION_MEETING = "introduction-meeting"
    #: Asks a party of a placement whether it agrees, or reminds it.
    PLACEMENT_OFFER = "placement-offer"
    #: Tells a coordinator of a great round at once.
    PLACEMENTS_OFFERED = "placements-offered"
    PLACEMENT_AGREED = "placement-agreed"
    #: It comes to nothing, or was broken off.
    PLACEMENT_ENDED = "placement-ended"
    #: Asks half-way how it goes.
    PLACEMENT_CHECK = "placement-check"
    #: Asks afterwards how it was.
    PLACEMENT_EVALUATION = "placement-evaluation"
    #: Somebody contests how they were ranked or placed.
    CONTEST_MADE = "contest-made"
    CONTEST_ANSWERED = "contest-answered"


_OF_PLACEMENT = frozenset({"path", "title", "student", "host", "starts_on", "ends_on"})
#: What a template cannot be written without. Every name that ends in ``path`` is an address
#: below the public URL of the service and begins with a slash.
WANTED_VALUES: dict[MailTemplate, frozenset[str]] = {
    MailTemplate.SIGN_IN: frozenset({"path"}),
    MailTemplate.RESET: frozenset({"path"}),
    MailTemplate.CONFIRM_EMAIL: frozenset({"path"}),
    MailTemplate.CLAIM: frozenset({"path", "profile"}),
    MailTemplate.CONFIRM_PROFILE: frozenset({"path", "profile", "unsubscribe_path"}),
    MailTemplate.KEEP_CHALLENGE: frozenset({"path"}),
    MailTemplate.RENEW_CHALLENGE: frozenset({"path", "challenge"}),
    MailTemplate.ASKED_BACK: frozenset({"path", "challenge"}),
    MailTemplate.ANSWERED_BACK: frozenset({"path", "challenge"}),
    MailTemplate.DIGEST: frozenset({"challenges", "introductions", "path", "unsubscribe_path"}),
    MailTemplate.INTRODUCTION_OFFER: frozenset(
        {"path", "lines", "text_language", "for_firm", "reminder"}
    ),
    MailTemplate.INTRODUCTION_ACCEPTED: frozenset({"path", "title", "name", "email"}),
    MailTemplate.INTRODUCTION_ENDED: frozenset({"path", "why", "for_firm", "about"}),
    MailTemplate.INTRODUCTION_MEETING: frozenset({"path", "starts_at", "minutes", "place", "name"}),
    MailTemplate.PLACEMENT_OFFER: _OF_PLACEMENT | {"party", "reminder"},
    MailTemplate.PLACEMENTS_OFFERED: frozenset({"path", "cohort", "placements"}),
    MailTemplate.PLACEMENT_AGREED: _OF_PLACEMENT,
    MailTemplate.PLACEMENT_ENDED: _OF_PLACEMENT | {"party", "why", "declined_by"},
    MailTemplate.PLACEMENT_CHECK: _OF_PLACEMENT,
    MailTemplate.PLACEMENT_EVALUATION: _OF_PLACEMENT,
    MailTemplate.CONTEST_MADE: frozenset({"path", "about"}),
    MailTemplate.CONTEST_ANSWERED: frozenset({"path", "about", "verdict"}),
}


class MailState(enum.StrEnum):
    """Where a mail is on its way."""

    WAITING = "waiting"
    #: A sender works on it, until ``claimed_until`` at most.
    SENDING = "sending"
    SENT = "sent"
    #: The address does not exist or takes no mail.
    BOUNCED = "bounced"
    #: Given up.
    DEAD = "dead"


class MailAction(enum.StrEnum):
    """What can be done with a mail."""

    CLAIM = "claim"
    DELIVER = "deliver"
    POSTPONE = "postpone"
    GIVE_UP = "give-up"
    BOUNCE = "bounce"
    RETRY = "retry"


#: state -> action -> next state; what is not here is refused.
TRANSITIONS: dict[MailState, dict[MailAction, MailState]] = {
    MailState.WAITING: {
        MailAction.CLAIM: MailState.SENDING,
        # Of an earlier attempt: the server took it although we heard no answer in time.
        MailAction.DELIVER: MailState.SENT,
        MailAction.BOUNCE: MailState.BOUNCED,
        MailAction.RETRY: MailState.WAITING,
    },
    MailState.SENDING: {
        MailAction.CLAIM: MailState.SENDING,
        MailAction.DELIVER: MailState.SENT,
        MailAction.POSTPONE: MailState.WAITING,
        MailAction.GIVE_UP: MailState.DEAD,
        MailAction.BOUNCE: MailState.BOUNCED,
    },
    MailState.SENT: {MailAction.BOUNCE: MailState.BOUNCED},
    MailState.BOUNCED: {
        MailAction.RETRY: MailState.WAITING,
        MailAction.BOUNCE: MailState.BOUNCED,
    },
    MailState.DEAD: {
        MailAction.RETRY: MailState.WAITING,
        MailAction.BOUNCE: MailState.BOUNCED,
    },
}


class OutgoingMail(Base, kw_only=True):
    """One mail to one person."""

    __tablename__ = "outgoing_mails"
    __table_args__ = (Index("ix_outgoing_mails_state_not_before", "state", "not_before"),)

    #: Also the left part of its Message-ID.
    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    #: What makes it this mail and no other; queued twice, it is sent once.
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    to: Mapped[str] = mapped_column(repr=False)
    #: Of the reader: "da" or "en".
    language: Mapped[str]
    template: Mapped[MailTemplate] = mapped_column(text_enum(MailTemplate))
    #: What the template is filled with. Emptied once it is sent: links in it are keys.
    values: Mapped[dict[str, Any]] = mapped_column(repr=False)
    #: Header lines besides those that every mail has.
    headers: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, repr=False)
    state: Mapped[MailState] = mapped_column(text_enum(MailState), default=MailState.WAITING)
    created_at: Mapped[datetime]
    #: Not sent earlier; moved on after a failure.
    not_before: Mapped[datetime]
    #: How often a sender began with it; also tells one claim from the next.
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    #: Class of the last failure and the number the server gave; never its words.
    last_error: Mapped[str | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)

    def actions(self) -> tuple[MailAction, ...]:
        """Return what the present state allows; what was sent is emptied and can't be again."""
        return tuple(
            action
            for action in TRANSITIONS[self.state]
            if self.values or action is not MailAction.RETRY
        )

    def is_claimed(self, attempt: int, *, at: datetime) -> bool:
        """Return whether the claim of this attempt still stands."""
        return (
            self.state is MailState.SENDING
            and self.attempts == attempt
            and self.claimed_until is not None
            and self.claimed_until > at
        )

    def is_over(self, *, at: datetime) -> bool:
        """Return whether what it tells of has expired, as ``expires_at`` among its values says."""
        expires_at = self.values.get("expires_at")
        return expires_at is not None and datetime.fromisoformat(expires_at) <= at

    def claim(self, *, at: datetime) -> None:
        """Take it for one sender, until the lease runs out."""
        self._apply(MailAction.CLAIM)
        self.attempts += 1
        self.claimed_until = at + LEASE

    def hand_over(self, *, at: datetime) -> None:
        """Hold it longer: from now on the server may have it."""
        self.claimed_until = at + HAND_OVER_LEASE

    def deliver(self, *, at: datetime) -> None:
        """Note that the server has it."""
        self._apply(MailAction.DELIVER)
        self.claimed_until, self.last_error, self.sent_at = None, None, at
        self.values = {}

    def fail(self, error: str, *, at: datetime) -> None:
        """Note a failure that may pass: wait twice as long as the last time, or give up."""
        if self.attempts >= MOST_ATTEMPTS:
            self.give_up(error)
            return
        self._apply(MailAction.POSTPONE)
        self.claimed_until, self.last_error = None, error
        self.not_before = at + min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self.attempts - 1))

    def give_up(self, error: str) -> None:
        """Note that trying again would not help."""
        self._apply(MailAction.GIVE_UP)
        self.claimed_until, self.last_error = None, error

    def bounce(self, error: str) -> None:
        """Note that the address takes no mail."""
        self._apply(MailAction.BOUNCE)
        self.claimed_until, self.last_error = None, error

    def retry(self, *, at: datetime) -> None:
        """Begin anew, now."""
        self._apply(MailAction.RETRY)
        self.attempts, self.not_before = 0, at

    def _apply(self, action: MailAction) -> None:
        if action not in self.actions():
            raise TransitionNotAllowed("mail", self.state, action, self.actions())
        self.state = TRANSITIONS[self.state][action]
