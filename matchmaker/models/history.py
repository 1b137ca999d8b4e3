"""History: what a profile said at each of its revisions."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, text_enum


class RevisionCause(enum.StrEnum):
    """Why a profile came to a revision."""

    EDITED = "edited"
    #: As it came: from a file, or before anybody changed it here.
    IMPORTED = "imported"
    MERGED = "merged"
    RESTORED = "restored"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    BULK = "bulk"


class ProfileRevision(Base, kw_only=True):
    """One revision of a profile; erased with the profile."""

    __tablename__ = "profile_revisions"

    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    #: The account that did it; None for the service itself. No foreign key: an account that is
    #: deleted leaves what it did.
    by: Mapped[UUID | None] = mapped_column(default=None)
    cause: Mapped[RevisionCause] = mapped_column(text_enum(RevisionCause))
    #: As ``matchmaker.models.snapshot`` writes it.
    snapshot: Mapped[dict[str, Any]] = mapped_column(repr=False)
