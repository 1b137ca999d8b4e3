"""Index tables: which passages stand for a profile, and how far each index has come.

All of it can be made again from the profiles. The sync model in one paragraph: a profile is
waiting when the stamp of the live generation is missing or older than ``Profile.revision``;
the indexer replaces its passages, moves the stamp forward and appends the profile's id to
the change log in one transaction; replicas read the log and apply the difference.
"""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import Base, VectorBytes, text_enum
from matchmaker.models.evidence import EvidenceKind
from matchmaker.models.visibility import Visibility


class GenerationState(enum.StrEnum):
    """Life of a generation; at most one is live."""

    BUILDING = "building"
    LIVE = "live"
    RETIRED = "retired"


class IndexGeneration(Base, kw_only=True):
    """All passages made by one encoder and one way of composing text."""

    __tablename__ = "index_generations"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    encoder_name: Mapped[str]
    fingerprint: Mapped[str]
    dimension: Mapped[int]
    #: Rises when the way of composing passages changes.
    composer_version: Mapped[int]
    #: Of the second voice that read the passages in its language; None without one.
    voice_fingerprint: Mapped[str | None] = mapped_column(default=None)
    #: What the voice's cosines are multiplied with to spread as the encoder's do.
    voice_scale: Mapped[float | None] = mapped_column(default=None)
    state: Mapped[GenerationState] = mapped_column(
        text_enum(GenerationState), default=GenerationState.BUILDING, index=True
    )
    created_at: Mapped[datetime]
    live_since: Mapped[datetime | None] = mapped_column(default=None)


class LanguageMean(Base, kw_only=True):
    """Where one language lies in the encoder's space, for the self-language correction."""

    __tablename__ = "language_means"

    generation_id: Mapped[int] = mapped_column(
        ForeignKey("index_generations.id", ondelete="CASCADE"), primary_key=True
    )
    #: "query" or "document": encoders may treat the two differently.
    #: "voice-query" and "voice-document" are those of the second voice.
    side: Mapped[str] = mapped_column(primary_key=True)
    #: ISO 639-1 code.
    language: Mapped[str] = mapped_column(primary_key=True)
    vector: Mapped[NDArray[np.float32]] = mapped_column(VectorBytes(), repr=False)


class IndexStamp(Base, kw_only=True):
    """The revision of a profile that a generation holds."""

    __tablename__ = "index_stamps"

    generation_id: Mapped[int] = mapped_column(
        ForeignKey("index_generations.id", ondelete="CASCADE"), primary_key=True
    )
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    revision: Mapped[int]

    __table_args__ = (
        # How many are held is counted from here, without the table.
        Index("ix_index_stamps_revision", "generation_id", "profile_id", "revision"),
    )


class Passage(Base, kw_only=True):
    """A piece of composed text: the unit that is encoded and searched."""

    __tablename__ = "passages"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    generation_id: Mapped[int] = mapped_column(
        ForeignKey("index_generations.id", ondelete="CASCADE")
    )
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), index=True
    )
    #: Order within the profile, from 0.
    position: Mapped[int]
    #: The item of evidence it was made from; None for summary and description.
    evidence_id: Mapped[UUID | None] = mapped_column(default=None)
    evidence_kind: Mapped[EvidenceKind | None] = mapped_column(
        text_enum(EvidenceKind), default=None
    )
    text: Mapped[str] = mapped_column(repr=False)
    text_hash: Mapped[str] = mapped_column(repr=False)
    #: Stemmed words, space separated: what the lexical order reads.
    terms: Mapped[str] = mapped_column(repr=False)
    language: Mapped[str]
    visibility: Mapped[Visibility] = mapped_column(text_enum(Visibility))
    vector: Mapped[NDArray[np.float32]] = mapped_column(VectorBytes(), repr=False)
    #: By the second voice, where it has one and reads this language.
    voice_vector: Mapped[NDArray[np.float32] | None] = mapped_column(
        VectorBytes(), default=None, repr=False
    )

    __table_args__ = (
        Index("ix_passages_generation_id_profile_id", "generation_id", "profile_id"),
        Index("ix_passages_generation_id_text_hash", "generation_id", "text_hash"),
        # AUTOINCREMENT: an id once given to a passage never names another one.
        {"sqlite_autoincrement": True},
    )


class IndexChange(Base, kw_only=True):
    """One line of the ordered change log. No foreign key: it must survive deletion."""

    __tablename__ = "index_changes"
    __table_args__ = ({"sqlite_autoincrement": True},)

    position: Mapped[int] = mapped_column(primary_key=True, init=False)
    profile_id: Mapped[UUID]
