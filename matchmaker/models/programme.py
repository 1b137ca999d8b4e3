"""Programme: the frame that pays for activities and counts what comes of them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, text_enum
from matchmaker.models.money import Currency
from matchmaker.models.outcome import Measure


class Programme(Base, kw_only=True):
    """A grant, a fund's programme, a strategy: whoever pays wants to hear what came of it."""

    __tablename__ = "programmes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    name: Mapped[str] = mapped_column(unique=True)
    funder: Mapped[str] = mapped_column(default="")
    #: First and last day, both with it.
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    #: In which its sums are reported.
    currency: Mapped[Currency] = mapped_column(text_enum(Currency), default=Currency.EUR)
    #: Øre that 100 euro are worth in this programme; None keeps the two currencies apart.
    ore_per_100_euro: Mapped[int | None] = mapped_column(default=None)
    #: Made up to show how a report looks.
    fictional: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(init=False)
    targets: Mapped[list[ProgrammeTarget]] = relationship(
        default_factory=list,
        repr=False,
        lazy="raise_on_sql",
        cascade="all, delete-orphan",
        order_by="ProgrammeTarget.position",
    )

    __mapper_args__ = {"version_id_col": revision}


class ProgrammeTarget(Base, kw_only=True):
    """What a programme wants to reach of one measure, in a period and an area."""

    __tablename__ = "programme_targets"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    programme_id: Mapped[UUID] = mapped_column(
        ForeignKey("programmes.id", ondelete="CASCADE"), init=False, index=True
    )
    position: Mapped[int]
    measure: Mapped[Measure] = mapped_column(text_enum(Measure))
    first_day: Mapped[date]
    last_day: Mapped[date]
    #: Municipality (LAU 1) or region (ISO 3166-2); None is everywhere.
    area: Mapped[str | None] = mapped_column(default=None)
    #: How many, or how much in hundredths of ``currency``.
    quantity: Mapped[int] = mapped_column(BigInteger)
    #: Of a measure that is money; None of one that is counted.
    currency: Mapped[Currency | None] = mapped_column(text_enum(Currency), default=None)


class ReportShare(Base, kw_only=True):
    """A link that shows the report of one programme to whoever has it, and nothing else."""

    __tablename__ = "report_shares"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    programme_id: Mapped[UUID] = mapped_column(
        ForeignKey("programmes.id", ondelete="CASCADE"), index=True
    )
    #: Whom it is for.
    name: Mapped[str]
    #: Of the secret in its address, which is kept nowhere.
    fingerprint: Mapped[str] = mapped_column(unique=True, repr=False)
    #: The account that made it; None when it is gone.
    created_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), default=None, index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)

    def works(self, at: datetime) -> bool:
        """Return whether it still opens anything."""
        return self.revoked_at is None and at < self.expires_at
