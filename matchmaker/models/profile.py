"""Profile: anything that can be proposed in answer to a challenge."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import INDEXED_JSON, Base, text_enum
from matchmaker.models.evidence import Evidence
from matchmaker.models.identifier import Identifier
from matchmaker.models.names import folded_name
from matchmaker.models.place import Place
from matchmaker.models.visibility import Visibility


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


class Standing(enum.StrEnum):
    """Whether a profile takes part; only a live one is proposed or shown."""

    LIVE = "live"
    #: A person from a file, who has not confirmed yet.
    IMPORTED = "imported"
    #: Taken out by its owner or by staff; can come back.
    WITHDRAWN = "withdrawn"
    #: Became a part of another profile, see ``Profile.merged_into_id``.
    MERGED = "merged"


#: What may be shown to fewer people than the profile itself. The rest either names the profile
#: or is told by every match: place, languages, how far they travel.
HIDEABLE = frozenset(
    {
        "description",
        "website",
        "source",
        "title",
        "affiliation",
        "capacity",
        "on_leave_until",
        "ror",
        "cvr",
        "programme",
        "institution",
        "available_from",
        "available_to",
        "learning_goals",
        "organiser",
        "eligibility",
    }
)

#: Fields whose words become passages without being evidence.
OWN_TEXTS = frozenset({"description", "title", "programme", "learning_goals", "eligibility"})


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
    working_languages: Mapped[list[str]] = mapped_column(INDEXED_JSON, default_factory=list)
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
    #: Name of a field -> who may see it, where that is stricter than ``visibility``.
    field_visibility: Mapped[dict[str, Any]] = mapped_column(
        default_factory=dict, server_default="{}"
    )
    standing: Mapped[Standing] = mapped_column(
        text_enum(Standing), default=Standing.LIVE, server_default=Standing.LIVE.value
    )
    #: The profile that this one became a part of; its address leads there.
    merged_into_id: Mapped[UUID | None] = mapped_column(index=True, default=None)
    #: When its owner or staff last said that all of it is right.
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    #: Why staff may show an imported person who has not confirmed; None without need.
    legal_basis: Mapped[str | None] = mapped_column(default=None)
    #: Cannot be proposed before this day; follows from leave.
    proposable_from: Mapped[date | None] = mapped_column(init=False, default=None)
    #: Cannot be proposed after this day; follows from term or dates.
    proposable_until: Mapped[date | None] = mapped_column(init=False, default=None)
    #: The organisation at the top of the family, so that a slate can limit a whole institute.
    family_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    #: The name as it is compared and put in order.
    folded_name: Mapped[str] = mapped_column(init=False, default="", server_default="-")
    #: Items of evidence that may carry a match, and characters of all that the profile says.
    item_count: Mapped[int] = mapped_column(init=False, default=0, server_default="0")
    text_length: Mapped[int] = mapped_column(init=False, default=0, server_default="0")
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
        compare=False,
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
            "standing",
            "proposable_from",
            "proposable_until",
            "latitude",
            "longitude",
            "can_travel_km",
        ),
        # Public lists: in the order of last change, and counted.
        Index(
            "ix_profiles_latest",
            "standing",
            "updated_at",
            "id",
            "visibility",
            "kind",
            "partner_kind",
        ),
        # In the order of names, with all the letters that are looked for. A text may be longer
        # than PostgreSQL takes into an index; it finds names by ``ix_profiles_search``.
        Index(
            "ix_profiles_listed",
            "standing",
            "folded_name",
            "id",
            "visibility",
            "kind",
            "partner_kind",
            "updated_at",
            "name",
            "summary",
        ).ddl_if(dialect="sqlite"),
        # What the queues of the desk read and count, each in its own order.
        Index("ix_profiles_fresh", "standing", "confirmed_at", "updated_at", "id", "kind"),
        Index("ix_profiles_revision", "id", "revision"),
        Index("ix_profiles_thin", "standing", "item_count", "text_length", "id"),
        # Everything a search across profiles looks at, in the order of its list.
        Index(
            "ix_profiles_search",
            "folded_name",
            "id",
            "standing",
            "visibility",
            "kind",
            "partner_kind",
            "language",
            "working_languages",
            "municipality",
            "latitude",
            "longitude",
            "confirmed_at",
            "updated_at",
        ),
    )
    __mapper_args__ = {
        "polymorphic_on": kind,
        "version_id_col": revision,
    }

    def __post_init__(self) -> None:
        """Fill what follows from the other fields."""
        self.partner_kind = self._partner_kind()
        self.folded_name = folded_name(self.name)
        self._measure()

    def _measure(self) -> None:
        """Count what the profile says; evidence that was not read has not changed."""
        if "evidence" in self.__dict__:
            told = [one for one in self.visible_evidence(self.visibility) if not one.excluded]
            self.item_count = len(told)
            texts = [self.summary, self.description, *(f"{one.title}{one.text}" for one in told)]
            self.text_length = sum(map(len, texts))

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

    @property
    def public(self) -> bool:
        """Whether everybody may know of it."""
        return self.visibility is Visibility.PUBLIC and self.standing is Standing.LIVE

    def shows(self, field: str, viewer: Visibility) -> bool:
        """Return whether somebody who sees as much as ``viewer`` sees this field."""
        own = Visibility(self.field_visibility.get(field, self.visibility))
        return self.visibility.allows(viewer) and own.allows(viewer)

    def hidden_fields(self, viewer: Visibility) -> set[str]:
        """Return the fields of this kind of profile that somebody may not see."""
        return {
            name
            for name in self.field_visibility
            if name in self.__mapper__.columns and not self.shows(name, viewer)
        }

    def visible_evidence(self, viewer: Visibility) -> list[Evidence]:
        """Return the items of evidence that somebody may see, in their order."""
        return [item for item in self.evidence if item.visibility.allows(viewer)]

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
        self._measure()
        self.updated_at = at
