"""Evidence: one thing that shows what a profile can do."""

from __future__ import annotations

import enum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, text_enum
from matchmaker.models.visibility import Visibility


class EvidenceKind(enum.StrEnum):
    """What sort of thing it is; all count, so that nobody needs publications to be found."""

    PUBLICATION = "publication"
    CASE = "case"
    EQUIPMENT = "equipment"
    SERVICE = "service"
    COURSE = "course"
    STANDARD = "standard"
    FIELD = "field"


class Evidence(Base, kw_only=True):
    """One item of evidence. Change it through its profile, so that the revision rises."""

    __tablename__ = "evidence"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), index=True, init=False
    )
    #: Order on the profile page, from 0.
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[EvidenceKind] = mapped_column(text_enum(EvidenceKind))
    title: Mapped[str]
    text: Mapped[str]
    #: ISO 639-1 code of the text.
    language: Mapped[str]
    year: Mapped[int | None] = mapped_column(default=None)
    #: The owner's word, once and for good: always show this one.
    pinned: Mapped[bool] = mapped_column(default=False)
    #: The owner's word, once and for good: never match on this one.
    excluded: Mapped[bool] = mapped_column(default=False)
    #: Who may see it; only what everybody may see carries a match.
    visibility: Mapped[Visibility] = mapped_column(
        text_enum(Visibility),
        default=Visibility.PUBLIC,
        server_default=Visibility.PUBLIC.value,
    )
