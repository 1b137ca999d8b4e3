"""Activity: something a firm can join."""

from __future__ import annotations

import enum
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import text_enum
from matchmaker.models.profile import PartnerKind, Profile, ProfileKind


class ActivityType(enum.StrEnum):
    """The activities a manufacturing cluster offers."""

    OPEN_LAB = "open-lab"
    CONFERENCE = "conference"
    DEMONSTRATION_PROJECT = "demonstration-project"
    SPARRING_WEEK = "sparring-week"
    TECHNOLOGY_SCREENING = "technology-screening"
    TRAINING = "training"
    RESEARCH_PROJECT = "research-project"
    MATERIALS_PROJECT = "materials-project"
    EU_PARTNER_SEARCH = "eu-partner-search"
    NETWORKING_EVENT = "networking-event"


class CompanyNeed(enum.StrEnum):
    """Which of a firm's four needs the cluster serves with it."""

    KNOWLEDGE_AND_TESTING = "knowledge-and-testing"
    TAKING_PART_IN_RESEARCH = "taking-part-in-research"
    NEW_MATERIALS = "new-materials"
    INTERNATIONAL_PARTNERS = "international-partners"


class Activity(Profile, kw_only=True):
    """An activity; without dates it is open all year."""

    __tablename__ = "activities"

    id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, default_factory=uuid4
    )
    activity_type: Mapped[ActivityType] = mapped_column(text_enum(ActivityType))
    organiser: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date | None] = mapped_column(default=None)
    ends_on: Mapped[date | None] = mapped_column(default=None)
    #: Who can take part, in one sentence.
    eligibility: Mapped[str] = mapped_column(default="")
    need: Mapped[CompanyNeed] = mapped_column(text_enum(CompanyNeed))

    __mapper_args__ = {"polymorphic_identity": ProfileKind.ACTIVITY}

    def __post_init__(self) -> None:
        """Close the activity to proposals after it ends."""
        super().__post_init__()
        self.proposable_until = self.ends_on

    def _partner_kind(self) -> PartnerKind:
        return PartnerKind.ACTIVITY
