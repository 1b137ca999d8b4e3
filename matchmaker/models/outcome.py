"""Outcome: one line in the ledger. Lines are added; none is ever changed or taken away.

A line that was wrong is set right by another one, which takes off what it counted and says why
(``reverses_id``). A patent that was pending and is granted gets a line of its own that points to
the earlier one (``follows_id``). Who confirmed a line is a row beside it.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Connection, ForeignKey, Index, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from matchmaker.models.base import Base, text_enum
from matchmaker.models.money import Currency


class OutcomeKind(enum.StrEnum):
    """What can come of a collaboration."""

    IDEA_DEVELOPED = "idea-developed"
    IDEA_TESTED = "idea-tested"
    INTERNSHIP = "internship"
    JOB = "job"
    #: Filed; it goes on counting as filed when it is granted later.
    PATENT_PENDING = "patent-pending"
    PATENT_GRANTED = "patent-granted"
    INVESTMENT = "investment"
    TURNOVER = "turnover"
    NEW_PRODUCT = "new-product"
    CERTIFICATION = "certification"
    #: How satisfied the firm is, from 1 to 5.
    SATISFACTION = "satisfaction"


class Measure(enum.StrEnum):
    """What a programme is measured by: the kinds of outcome, and who took part."""

    #: Firms with a collaboration that began in the period.
    FIRMS = "firms"
    #: Collaborations that began in the period.
    COLLABORATIONS = "collaborations"
    IDEA_DEVELOPED = "idea-developed"
    IDEA_TESTED = "idea-tested"
    INTERNSHIP = "internship"
    JOB = "job"
    PATENT_PENDING = "patent-pending"
    PATENT_GRANTED = "patent-granted"
    INVESTMENT = "investment"
    TURNOVER = "turnover"
    NEW_PRODUCT = "new-product"
    CERTIFICATION = "certification"
    #: Mean of the scores, in hundredths: 4.25 is 425.
    SATISFACTION = "satisfaction"

    @property
    def is_money(self) -> bool:
        """Whether it is an amount and not a number of things."""
        return self in {Measure.INVESTMENT, Measure.TURNOVER}


#: Kinds whose quantity is money in hundredths; the others count things, or are a score.
MONEY = frozenset({OutcomeKind.INVESTMENT, OutcomeKind.TURNOVER})
#: Least and most that a firm may say of its satisfaction.
SCORES = (1, 5)
#: No line counts more things than this, and none more hundredths of money (ten milliard).
MOST_THINGS, MOST_MINOR = 10_000, 1_000_000_000_000
#: Kind of a line -> kind of the earlier line that it may point to.
FOLLOWS = {OutcomeKind.PATENT_GRANTED: OutcomeKind.PATENT_PENDING}


class Outcome(Base, kw_only=True):
    """One line of the ledger."""

    __tablename__ = "outcomes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    #: Order in which lines were written; several have the same time.
    number: Mapped[int] = mapped_column(unique=True)
    collaboration_id: Mapped[UUID] = mapped_column(ForeignKey("collaborations.id"))
    #: The introduction that it all began with; None when it began with a placement alone. No
    #: foreign key: the line outlives it.
    introduction_id: Mapped[UUID | None] = mapped_column(index=True)
    kind: Mapped[OutcomeKind] = mapped_column(text_enum(OutcomeKind))
    #: When it happened.
    on_day: Mapped[date]
    #: How many, a score, or hundredths of ``currency``; below zero in a line that takes off.
    quantity: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[Currency | None] = mapped_column(text_enum(Currency), default=None)
    #: What shows it: a contract, a register number, who was asked. Sealed, so that the words can be
    #: erased and the line stays; ``storage.outcomes`` opens them.
    sealed_evidence: Mapped[str] = mapped_column("evidence", default="", repr=False)
    #: The line that this one takes off again; each at most once.
    reverses_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("outcomes.id"), unique=True, default=None
    )
    #: Why it takes it off; sealed as well.
    sealed_reason: Mapped[str] = mapped_column("reason", default="", repr=False)
    #: The earlier line that this one goes on from.
    follows_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("outcomes.id"), default=None, index=True
    )
    #: Account; None for the shell. No foreign key: the line outlives it.
    recorded_by_id: Mapped[UUID | None] = mapped_column(default=None)
    recorded_at: Mapped[datetime]

    __table_args__ = (Index("ix_outcomes_collaboration_id_number", "collaboration_id", "number"),)

    @property
    def lines(self) -> int:
        """How many lines it counts as: one, or minus one when it takes one off."""
        return 1 if self.reverses_id is None else -1

    def counter_line(self, *, number: int, by: UUID | None, at: datetime) -> Outcome:
        """Return the line that takes this one off, on the same day: every period is set right."""
        return Outcome(
            number=number,
            collaboration_id=self.collaboration_id,
            introduction_id=self.introduction_id,
            kind=self.kind,
            on_day=self.on_day,
            quantity=-self.quantity,
            currency=self.currency,
            reverses_id=self.id,
            recorded_by_id=by,
            recorded_at=at,
        )


class OutcomeConfirmation(Base, kw_only=True):
    """Staff have seen what shows a line, and it counts from then on."""

    __tablename__ = "outcome_confirmations"

    outcome_id: Mapped[UUID] = mapped_column(ForeignKey("outcomes.id"), primary_key=True)
    #: Account; None for the shell. No foreign key: it outlives the account.
    confirmed_by_id: Mapped[UUID | None] = mapped_column(default=None)
    confirmed_at: Mapped[datetime]


def _refuse(_mapper: Mapper[Base], _connection: Connection, _row: Base) -> None:
    # The tables refuse it too (migration 0012); this says so before a statement is sent.
    message = "the ledger is only added to"
    raise TypeError(message)


for _table in (Outcome, OutcomeConfirmation):
    for _event in ("before_update", "before_delete"):
        event.listen(_table, _event, _refuse)
