"""Profile: anything that can be proposed in answer to a challenge."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, text_enum
from matchmaker.models.evidence import Evidence
from matchmaker.models.identifier import Identifier
from matchmaker.models.place import Place


class ProfileKind(enum.StrEnum):
    """Which table the rest of a profile is in."""

    EXPERT = "expert"
    ORGANISATION = "organisation"
    STUDENT = "student"
    ACTIVITY = "activity"


class PartnerKind(enum.StrEnum):
    """What a firm sees: the tabs of a result and the rows of the slate rule."""

    EXPERT = "expert"
    UNIVERSITY_GROUP = "university-group"
    INSTITUTE = "institute"
    INTERNATIONAL_PARTNER = "international-partner"
    HUB = "hub"
    STUDENT = "student"
    ACTIVITY = "activity"


class Visibility(enum.StrEnum):
    """Who may see it."""

    PUBLIC = "public"
    MEMBERS = "members"
    STAFF = "staff"


class Profile(Base, kw_only=True):
    """Root of experts, organisations, students and activities.

    Matches, passages and vectors point here with one foreign key. ``revision`` rises with
    every flush of the profile; it is the ETag, and it tells the indexer that there is work.
    """

    __tablename__ = "profiles"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    kind: Mapped[ProfileKind] = mapped_column(text_enum(ProfileKind), init=False)
    partner_kind: Mapped[PartnerKind] = mapped_column(text_enum(PartnerKind), init=False)
    name: Mapped[str]
    #: ISO 639-1 code of summary and description.
    language: Mapped[str]
    summary: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    #: ISO 639-1 codes of the languages one can work with them in.
    working_languages: Mapped[list[str]] = mapped_column(default_factory=list)
    city: Mapped[str | None] = mapped_column(default=None)
    postcode: Mapped[str | None] = mapped_column(default=None)
    #: Danish municipality code (LAU 1).
    municipality: Mapped[str | None] = mapped_column(default=None)
    #: ISO 3166-1 alpha-2.
    country: Mapped[str] = mapped_column(default="DK")
    #: Degrees, WGS 84.
    latitude: Mapped[float | None] = mapped_column(default=None)
    longitude: Mapped[float | None] = mapped_column(default=None)
    #: Farthest they go to meet a firm, in kilometres; None means any distance.
    can_travel_km: Mapped[int | None] = mapped_column(default=None)
    website: Mapped[str | None] = mapped_column(default=None)
    #: Where the facts come from.
    source: Mapped[str] = mapped_column(default="")
    #: Invented for demonstration, and shown as such.
    fictional: Mapped[bool] = mapped_column(default=False)
    visibility: Mapped[Visibility] = mapped_column(text_enum(Visibility), default=Visibility.PUBLIC)
    #: Cannot be proposed before this day; follows from leave.
    proposable_from: Mapped[date | None] = mapped_column(init=False, default=None)
    #: Cannot be proposed after this day; follows from term or dates.
    proposable_until: Mapped[date | None] = mapped_column(init=False, default=None)
    #: The organisation at the top of the family, so that a slate can limit a whole institute.
    family_id: Mapped[UUID | None] = mapped_column(default=None)
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(init=False)
    evidence: Mapped[list[Evidence]] = relationship(
        default_factory=list,
        repr=False,
        lazy="raise_on_sql",
        order_by=Evidence.position,
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    #: Numbers by which registers know it.
    identifiers: Mapped[list[Identifier]] = relationship(
        default_factory=list,
        repr=False,
        lazy="raise_on_sql",
        order_by=(Identifier.scheme, Identifier.value),
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    __table_args__ = (
        # Everything an eligibility count reads, so that it never touches the table's pages.
        Index(
            "ix_profiles_eligibility",
            "partner_kind",
            "visibility",
            "proposable_from",
            "proposable_until",
            "latitude",
            "longitude",
            "can_travel_km",
        ),
        Index("ix_profiles_kind_name", "kind", "name"),
    )
    __mapper_args__ = {
        "polymorphic_on": kind,
        "version_id_col": revision,
    }

    def __post_init__(self) -> None:
        """Fill what follows from the other fields."""
        self.partner_kind = self._partner_kind()

    def _partner_kind(self) -> PartnerKind:
        raise TypeError  # a bare Profile is never made; each kind says what it is

    @property
    def place(self) -> Place:
        """Where they are."""
        return Place(
            city=self.city,
            postcode=self.postcode,
            municipality=self.municipality,
            country=self.country,
            latitude=self.latitude,
            longitude=self.longitude,
        )

    def revise(self, *, at: datetime, **changes: object) -> None:
        """Change fields of the profile and record when.

        Raises:
            AttributeError: a field that this kind of profile does not have.

        """
        for name, value in changes.items():
            if name not in self.__mapper__.columns:
                message = f"a {self.kind} has no field {name}"
                raise AttributeError(message)
            setattr(self, name, value)
        self.__post_init__()
        self.updated_at = at

    def replace_evidence(self, evidence: Sequence[Evidence], *, at: datetime) -> None:
        """Put these items in place of the present ones; the root is touched so that it counts."""
        for position, item in enumerate(evidence):
            item.position = position
        self.evidence = list(evidence)
        self.updated_at = at
