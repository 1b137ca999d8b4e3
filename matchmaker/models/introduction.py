"""Introduction: a firm and a partner put in contact, once both have said yes."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models.base import Base, text_enum
from matchmaker.models.challenge import Challenge
from matchmaker.models.profile import Profile

#: How long both sides have to answer, and how long before the end they are reminded, once.
ANSWER_WITHIN, REMIND_BEFORE = timedelta(days=14), timedelta(days=7)


class Party(enum.StrEnum):
    """The two that are put in contact."""

    FIRM = "firm"
    PARTNER = "partner"

    @property
    def other(self) -> Party:
        """The one across the table."""
        return Party.PARTNER if self is Party.FIRM else Party.FIRM


class Answer(enum.StrEnum):
    """What a side said to an offer."""

    ACCEPTED = "accepted"
    DECLINED = "declined"


class DeclineReason(enum.StrEnum):
    """Why a side says no."""

    NO_TIME = "no-time"
    #: Not what the partner does, or not what the firm needs.
    WRONG_FIELD = "wrong-field"
    #: Too big or too small a task.
    WRONG_SIZE = "wrong-size"
    TOO_FAR = "too-far"
    CONFLICT_OF_INTEREST = "conflict-of-interest"
    #: The firm has found help, or needs none any more.
    ALREADY_SOLVED = "already-solved"
    #: Too little is told to say yes.
    TOO_LITTLE_KNOWN = "too-little-known"
    OTHER = "other"


class Conclusion(enum.StrEnum):
    """What came of an introduction, in one word; what it led to is told by the ledger."""

    COLLABORATION = "collaboration"
    #: The talk was the help.
    HELPED = "helped"
    #: They met, and it was not the right partner.
    NO_FIT = "no-fit"
    #: For reasons that say nothing about the partner: time, money, other plans.
    NOT_PURSUED = "not-pursued"


class IntroductionState(enum.StrEnum):
    """Where an introduction is on its way."""

    DRAFTED = "drafted"
    #: Both are asked, and not both have said yes.
    OFFERED = "offered"
    #: Both have said yes, and know each other's names.
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    MET = "met"
    CONCLUDED = "concluded"


class IntroductionAction(enum.StrEnum):
    """What can be done with an introduction."""

    REVISE = "revise"
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    REMIND = "remind"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    PROPOSE_MEETING = "propose-meeting"
    MEET = "meet"
    CONCLUDE = "conclude"


#: state -> action -> next state; what is not here is refused.
TRANSITIONS: dict[IntroductionState, dict[IntroductionAction, IntroductionState]] = {
    IntroductionState.DRAFTED: {
        IntroductionAction.REVISE: IntroductionState.DRAFTED,
        IntroductionAction.OFFER: IntroductionState.OFFERED,
        IntroductionAction.WITHDRAW: IntroductionState.WITHDRAWN,
    },
    IntroductionState.OFFERED: {
        # By the second yes; the first leaves it offered, see ``Introduction.accept``.
        IntroductionAction.ACCEPT: IntroductionState.ACCEPTED,
        IntroductionAction.DECLINE: IntroductionState.DECLINED,
        IntroductionAction.REMIND: IntroductionState.OFFERED,
        IntroductionAction.EXPIRE: IntroductionState.EXPIRED,
        IntroductionAction.WITHDRAW: IntroductionState.WITHDRAWN,
    },
    IntroductionState.ACCEPTED: {
        IntroductionAction.PROPOSE_MEETING: IntroductionState.ACCEPTED,
        IntroductionAction.MEET: IntroductionState.MET,
        IntroductionAction.CONCLUDE: IntroductionState.CONCLUDED,
    },
    IntroductionState.MET: {
        IntroductionAction.PROPOSE_MEETING: IntroductionState.MET,
        IntroductionAction.CONCLUDE: IntroductionState.CONCLUDED,
    },
    IntroductionState.DECLINED: {},
    IntroductionState.EXPIRED: {},
    IntroductionState.WITHDRAWN: {},
    IntroductionState.CONCLUDED: {},
}
#: While it is in these, the partner has it on the table: counted against their capacity.
OPEN = frozenset({IntroductionState.OFFERED, IntroductionState.ACCEPTED, IntroductionState.MET})
#: Each side knows the other's name and address.
CONTACTS_PASSED = frozenset(
    {IntroductionState.ACCEPTED, IntroductionState.MET, IntroductionState.CONCLUDED}
)


class Introduction(Base, kw_only=True):
    """One offer to bring a firm and a partner together, from the draft to what came of it."""

    __tablename__ = "introductions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    challenge_id: Mapped[UUID] = mapped_column(
        ForeignKey("challenges.id", ondelete="CASCADE"), index=True
    )
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profiles.id", ondelete="CASCADE"))
    #: The match it was written from, as long as that is kept; None when added by hand.
    match_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("matches.id", ondelete="SET NULL"), default=None, index=True
    )
    run_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("match_runs.id", ondelete="SET NULL"), default=None, index=True
    )
    #: Language of both texts: "da" or "en".
    language: Mapped[str]
    #: What the firm is told of the partner, and the partner of the challenge.
    firm_text: Mapped[str] = mapped_column(repr=False)
    partner_text: Mapped[str] = mapped_column(repr=False)
    #: Addresses that staff gave for a side that nobody signs in for.
    firm_email: Mapped[str | None] = mapped_column(default=None, repr=False)
    partner_email: Mapped[str | None] = mapped_column(default=None, repr=False)
    state: Mapped[IntroductionState] = mapped_column(
        text_enum(IntroductionState), default=IntroductionState.DRAFTED
    )
    #: The account that drafted it; None for the shell, and when that account is gone.
    drafted_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), default=None, index=True
    )
    offered_at: Mapped[datetime | None] = mapped_column(default=None)
    #: From then on nobody can answer any more.
    answer_by: Mapped[datetime | None] = mapped_column(default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    firm_answer: Mapped[Answer | None] = mapped_column(text_enum(Answer), default=None)
    firm_answered_at: Mapped[datetime | None] = mapped_column(default=None)
    partner_answer: Mapped[Answer | None] = mapped_column(text_enum(Answer), default=None)
    partner_answered_at: Mapped[datetime | None] = mapped_column(default=None)
    declined_by: Mapped[Party | None] = mapped_column(text_enum(Party), default=None)
    decline_reason: Mapped[DeclineReason | None] = mapped_column(
        text_enum(DeclineReason), default=None
    )
    #: A line of their own, for staff.
    decline_note: Mapped[str] = mapped_column(default="", repr=False)
    #: When the second yes came.
    accepted_at: Mapped[datetime | None] = mapped_column(default=None)
    meeting_starts_at: Mapped[datetime | None] = mapped_column(default=None)
    meeting_minutes: Mapped[int | None] = mapped_column(default=None)
    #: Address or link; may be empty.
    meeting_place: Mapped[str] = mapped_column(default="", repr=False)
    #: How many meetings were proposed: a calendar tells a moved one from the first by it.
    meeting_proposals: Mapped[int] = mapped_column(default=0)
    met_at: Mapped[datetime | None] = mapped_column(default=None)
    conclusion: Mapped[Conclusion | None] = mapped_column(text_enum(Conclusion), default=None)
    concluded_at: Mapped[datetime | None] = mapped_column(default=None)
    #: When it was declined or withdrawn, or expired.
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(init=False)
    challenge: Mapped[Challenge] = relationship(init=False, repr=False, lazy="raise_on_sql")
    profile: Mapped[Profile] = relationship(init=False, repr=False, lazy="raise_on_sql")

    __table_args__ = (
        Index("ix_introductions_profile_id_state", "profile_id", "state"),
        # What is due to be reminded or to expire, and the queues of the desk.
        Index("ix_introductions_state_answer_by", "state", "answer_by"),
    )
    __mapper_args__ = {"version_id_col": revision}

    def answer_of(self, side: Party) -> Answer | None:
        """Return what a side has said; None as long as it has not."""
        return self.firm_answer if side is Party.FIRM else self.partner_answer

    @property
    def waits_for(self) -> tuple[Party, ...]:
        """The sides whose answer is awaited; empty when none is."""
        if self.state is not IntroductionState.OFFERED:
            return ()
        return tuple(side for side in Party if self.answer_of(side) is None)

    @property
    def contacts_passed(self) -> bool:
        """Whether each side knows the other: only after two yeses."""
        return self.state in CONTACTS_PASSED

    def actions(self) -> tuple[IntroductionAction, ...]:
        """Return what the present state allows."""
        return tuple(
            action
            for action in TRANSITIONS[self.state]
            if action is not IntroductionAction.REMIND or self.reminded_at is None
        )

    def revise(
        self, *, at: datetime, firm_text: str, partner_text: str, language: str | None = None
    ) -> None:
        """Change the words of a draft."""
        self._apply(IntroductionAction.REVISE, at)
        self.firm_text, self.partner_text = firm_text, partner_text
        self.language = language or self.language

    def offer(self, *, at: datetime) -> None:
        """Ask both sides."""
        self._apply(IntroductionAction.OFFER, at)
        self.offered_at, self.answer_by = at, at + ANSWER_WITHIN

    def accept(self, side: Party, *, at: datetime) -> None:
        """Note one side's yes; with the second it is accepted. A side says it once.

        Raises:
            TransitionNotAllowed: it is not offered, the time is over, or the side has answered.

        """
        self._check_answer(IntroductionAction.ACCEPT, side, at)
        self._note(side, Answer.ACCEPTED, at)
        if self.answer_of(side.other) is Answer.ACCEPTED:
            self._apply(IntroductionAction.ACCEPT, at)
            self.accepted_at = at

    def decline(self, side: Party, reason: DeclineReason, note: str = "", *, at: datetime) -> None:
        """Note one side's no, which ends it; also after a yes, as long as the other waits.

        Raises:
            TransitionNotAllowed: it is not offered, or the time is over.

        """
        self._check_answer(IntroductionAction.DECLINE, side, at)
        self._note(side, Answer.DECLINED, at)
        self._apply(IntroductionAction.DECLINE, at)
        self.declined_by, self.decline_reason, self.decline_note = side, reason, note
        self.ended_at = at

    def remind(self, *, at: datetime) -> None:
        """Note that those who have not answered are reminded; once."""
        self._apply(IntroductionAction.REMIND, at)
        self.reminded_at = at

    def expire(self, *, at: datetime) -> None:
        """End it because the time is over.

        Raises:
            TransitionNotAllowed: it is not offered, or there is time left.

        """
        if self.state is IntroductionState.OFFERED and not self.is_over(at):
            self._refuse(IntroductionAction.EXPIRE)
        self._apply(IntroductionAction.EXPIRE, at)
        self.ended_at = at

    def withdraw(self, *, at: datetime) -> None:
        """Take it back before both have said yes."""
        self._apply(IntroductionAction.WITHDRAW, at)
        self.ended_at = at

    def propose_meeting(
        self, *, starts_at: datetime, minutes: int, place: str, at: datetime
    ) -> None:
        """Propose a meeting, or move it."""
        self._apply(IntroductionAction.PROPOSE_MEETING, at)
        self.meeting_starts_at, self.meeting_minutes = starts_at, minutes
        self.meeting_place = place
        self.meeting_proposals += 1

    def meet(self, *, at: datetime) -> None:
        """Note that they have met."""
        self._apply(IntroductionAction.MEET, at)
        self.met_at = at

    def conclude(self, conclusion: Conclusion, *, at: datetime) -> None:
        """Note what came of it."""
        self._apply(IntroductionAction.CONCLUDE, at)
        self.conclusion, self.concluded_at = conclusion, at

    def is_over(self, at: datetime) -> bool:
        """Return whether the time to answer is over, also before anybody has noted it."""
        return self.answer_by is not None and at >= self.answer_by

    def _check_answer(self, action: IntroductionAction, side: Party, at: datetime) -> None:
        said_before = action is IntroductionAction.ACCEPT and self.answer_of(side) is not None
        if action not in self.actions() or self.is_over(at) or said_before:
            self._refuse(action, without=action)

    def _note(self, side: Party, answer: Answer, at: datetime) -> None:
        if side is Party.FIRM:
            self.firm_answer, self.firm_answered_at = answer, at
        else:
            self.partner_answer, self.partner_answered_at = answer, at
        self.updated_at = at

    def _apply(self, action: IntroductionAction, at: datetime) -> None:
        if action not in self.actions():
            self._refuse(action)
        self.state = TRANSITIONS[self.state][action]
        self.updated_at = at

    def _refuse(
        self, action: IntroductionAction, *, without: IntroductionAction | None = None
    ) -> None:
        allowed = [one for one in self.actions() if one is not (without or action)]
        raise TransitionNotAllowed("introduction", self.state, action, allowed)
