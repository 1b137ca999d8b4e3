"""Student: a person who seeks an internship, a thesis or a project course."""

from __future__ import annotations

import enum
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import text_enum
from matchmaker.models.profile import PartnerKind, Profile, ProfileKind


class StudyLevel(enum.StrEnum):
    """Level of the study programme."""

    BACHELOR = "bachelor"
    MASTER = "master"
    PROFESSIONAL_BACHELOR = "professional-bachelor"
    ACADEMY_PROFESSION = "academy-profession"
    ENGINEER_TRAINEE = "engineer-trainee"


class PlacementType(enum.StrEnum):
    """What a student can come for."""

    INTERNSHIP = "internship"
    THESIS = "thesis"
    PROJECT_COURSE = "project-course"


class Student(Profile, kw_only=True):
    """A student; ``available_from`` and ``available_to`` bound the placement."""

    __tablename__ = "students"

    id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, default_factory=uuid4
    )
    programme: Mapped[str]
    level: Mapped[StudyLevel] = mapped_column(text_enum(StudyLevel))
    #: Where they study, in words.
    institution: Mapped[str]
    placement_types: Mapped[list[str]] = mapped_column(default_factory=list)
    available_from: Mapped[date | None] = mapped_column(default=None)
    available_to: Mapped[date | None] = mapped_column(default=None)
    learning_goals: Mapped[str] = mapped_column(default="")

    __mapper_args__ = {"polymorphic_identity": ProfileKind.STUDENT}

    def __post_init__(self) -> None:
        """Close the student to proposals when a placement would have to end."""
        super().__post_init__()
        self.proposable_until = self.available_to

    def _partner_kind(self) -> PartnerKind:
        return PartnerKind.STUDENT
