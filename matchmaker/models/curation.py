"""Curation: what staff keep while they look after profiles."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, text_enum


class Queue(enum.StrEnum):
    """What needs somebody's action, one queue each."""

    #: Not confirmed for a set time.
    STALE = "stale"
    #: Says too little to be found.
    THIN = "thin"
    #: Nobody has confirmed that it is theirs.
    UNCLAIMED = "unclaimed"
    #: A person from a file who has not confirmed.
    IMPORTED = "imported"
    DUPLICATES = "duplicates"
    #: Changed since it was indexed.
    WAITING = "waiting"
    FAILED_IMPORTS = "failed-imports"


class BulkChange(enum.StrEnum):
    """What can be done with many profiles at once."""

    SET_VISIBILITY = "set-visibility"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    ADD_FIELD = "add-field"


class NotChanged(enum.StrEnum):
    """Why a profile stays as it is when many are changed, or when that is undone."""

    #: Nobody has this id, or it was erased.
    GONE = "gone"
    #: It became a part of another one.
    MERGED = "merged"
    #: It is withdrawn; it can be brought back and then changed.
    WITHDRAWN = "withdrawn"
    #: Its standing does not allow this, for another reason.
    STANDING = "standing"
    #: An imported person, and nobody states a legal basis.
    NO_LEGAL_BASIS = "no-legal-basis"
    HAS_FIELD = "has-field"
    #: Somebody changed it after what is to be undone.
    CHANGED_SINCE = "changed-since"
    OTHER = "other"


class SavedFilter(Base, kw_only=True):
    """A search across profiles under a name."""

    __tablename__ = "saved_filters"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    #: The account that keeps it; None as long as nobody signs in.
    account_id: Mapped[UUID | None] = mapped_column(default=None)
    name: Mapped[str]
    #: As ``ProfileSearch.as_json`` writes it.
    search: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("account_id", "name"),)


class BulkAction(Base, kw_only=True):
    """One change of many profiles, with what is needed to undo it."""

    __tablename__ = "bulk_actions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    change: Mapped[BulkChange] = mapped_column(text_enum(BulkChange))
    #: What was set, e.g. ``{"visibility": "staff"}``.
    values: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(default=None)
    #: [[profile id, revision before, revision after], ...]
    changed: Mapped[list[list[Any]]] = mapped_column(JSON, repr=False)
    #: [[profile id, ``NotChanged``, the same as an English sentence], ...]
    refused: Mapped[list[list[Any]]] = mapped_column(JSON, repr=False)
    undone_at: Mapped[datetime | None] = mapped_column(default=None)


class DuplicatePair(Base, kw_only=True):
    """Two profiles that may be one; ``profile_id`` is the lower id of the two."""

    __tablename__ = "duplicate_pairs"

    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    #: 0..1; orders the queue, no probability.
    score: Mapped[float]
    #: Why: "name", "identifier", "words".
    reasons: Mapped[list[str]]
    found_at: Mapped[datetime]
    #: When somebody said that they are two; None as long as nobody has.
    dismissed_at: Mapped[datetime | None] = mapped_column(default=None)
    dismissed_by: Mapped[UUID | None] = mapped_column(default=None)

    __table_args__ = (Index("ix_duplicate_pairs_score", "dismissed_at", "score"),)
