"""Index generations, stamps and passages: what the indexer writes and replicas read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, Select, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from matchmaker.models import (
    Evidence,
    EvidenceKind,
    GenerationState,
    IndexChange,
    IndexGeneration,
    IndexStamp,
    LanguageMean,
    PartnerKind,
    Passage,
    Profile,
)
from matchmaker.storage.database import MOST_VARIABLES
from matchmaker.storage.dialects import insert_or

#: id, profile, language, terms, vector, partner kind of the profile; kind, year and id of the
#: evidence; vector by the second voice.
PassageRow: TypeAlias = tuple[
    int,
    UUID,
    str,
    str,
    NDArray[np.float32],
    PartnerKind,
    EvidenceKind | None,
    int | None,
    UUID | None,
    NDArray[np.float32] | None,
]
#: id of the live generation, its encoder's fingerprint, its composer's version, the fingerprint of
#: its second voice; last log position.
LivePosition: TypeAlias = Row[int, str, int, str | None, int]

# Statements of every match run are put together once: that takes longer than running them.
_POSITION = select(
    IndexGeneration.id,
    IndexGeneration.fingerprint,
    IndexGeneration.composer_version,
    IndexGeneration.voice_fingerprint,
    func.coalesce(select(func.max(IndexChange.position)).scalar_subquery(), 0),
).where(IndexGeneration.state == GenerationState.LIVE)
_TEXTS = Passage.__table__.c
_PASSAGE_TEXTS = select(_TEXTS.id, _TEXTS.text, _TEXTS.language, _TEXTS.evidence_id).where(
    _TEXTS.id.in_(bindparam("ids", expanding=True))
)


def live(session: Session) -> IndexGeneration | None:
    """Return the generation that answers, if any."""
    return session.scalar(
        select(IndexGeneration).where(IndexGeneration.state == GenerationState.LIVE)
    )


def position(session: Session) -> LivePosition | None:
    """Return which generation answers, and how far the change log is: one quick query."""
    return session.execute(_POSITION).one_or_none()


def building(
    session: Session, fingerprint: str, composer_version: int, voice: str | None = None
) -> IndexGeneration | None:
    """Return an unfinished generation of this encoder, composer and voice, to go on with."""
    return session.scalar(
        select(IndexGeneration).where(
            IndexGeneration.state == GenerationState.BUILDING,
            IndexGeneration.fingerprint == fingerprint,
            IndexGeneration.composer_version == composer_version,
            IndexGeneration.voice_fingerprint == voice,
        )
    )


def exists(session: Session, generation_id: int) -> bool:
    """Return whether the generation is still there."""
    return session.get(IndexGeneration, generation_id) is not None


def make_live(session: Session, generation_id: int, at: datetime) -> None:
    """Let this generation answer in place of the present one, in this transaction."""
    session.execute(
        update(IndexGeneration)
        .where(IndexGeneration.state == GenerationState.LIVE)
        .values(state=GenerationState.RETIRED)
    )
    session.execute(
        update(IndexGeneration)
        .where(IndexGeneration.id == generation_id)
        .values(state=GenerationState.LIVE, live_since=at)
    )


def drop_others(session: Session, kept: int) -> int:
    """Delete every generation but this one, with its passages. Return how many."""
    gone = session.execute(delete(IndexGeneration).where(IndexGeneration.id != kept))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE has one


def language_means(
    session: Session, generation_id: int, side: str
) -> dict[str, NDArray[np.float32]]:
    """Return the mean vectors of one side ("query" or "document") by language."""
    rows = session.scalars(
        select(LanguageMean).where(
            LanguageMean.generation_id == generation_id, LanguageMean.side == side
        )
    )
    return {row.language: row.vector for row in rows}


def keep_language_means(
    session: Session, generation_id: int, side: str, means: Mapping[str, NDArray[np.float32]]
) -> None:
    """Keep the mean vectors of one side."""
    session.add_all(
        LanguageMean(generation_id=generation_id, side=side, language=language, vector=vector)
        for language, vector in means.items()
    )


def waiting(session: Session, generation_id: int, limit: int) -> Sequence[UUID]:
    """Return profiles whose stamp is missing or older than their revision, in id order."""
    return session.scalars(
        _waiting(generation_id, Profile.id).order_by(Profile.id).limit(limit)
    ).all()


def backlog(session: Session, generation_id: int) -> tuple[int, datetime | None]:
    """Return how many profiles wait, and since when the oldest does."""
    query = _waiting(generation_id, func.count(), func.min(Profile.updated_at))
    number, oldest = session.execute(query).one()
    return int(number), oldest


def _waiting(generation_id: int, *columns: Any) -> Select[Any]:
    stamp = and_(IndexStamp.profile_id == Profile.id, IndexStamp.generation_id == generation_id)
    return (
        select(*columns)
        .select_from(Profile.__table__.outerjoin(IndexStamp.__table__, stamp))
        .where(or_(IndexStamp.revision.is_(None), IndexStamp.revision < Profile.revision))
    )


def stamp_forward(session: Session, generation_id: int, profile_id: UUID, revision: int) -> bool:
    """Move the stamp of a profile forward; return whether it moved.

    False means that somebody was faster, and what the caller composed is old.
    """
    statement = insert_or(session, IndexStamp).values(
        generation_id=generation_id, profile_id=profile_id, revision=revision
    )
    moved = session.execute(
        statement.on_conflict_do_update(
            index_elements=["generation_id", "profile_id"],
            set_={"revision": statement.excluded.revision},
            where=IndexStamp.revision < statement.excluded.revision,
        ).returning(IndexStamp.revision)
    )
    return moved.first() is not None


def replace_passages(
    session: Session, generation_id: int, profile_id: UUID, rows: Sequence[Mapping[str, object]]
) -> None:
    """Put these passages in place of the present ones of a profile."""
    session.execute(
        delete(Passage).where(
            Passage.generation_id == generation_id, Passage.profile_id == profile_id
        )
    )
    if rows:
        session.execute(insert(Passage), list(rows))


def known_vectors(
    session: Session, fingerprint: str, hashes: Iterable[str]
) -> dict[str, NDArray[np.float32]]:
    """Return vectors that this encoder made before, by text hash, in any generation."""
    query = (
        select(Passage.text_hash, Passage.vector)
        .join(IndexGeneration, IndexGeneration.id == Passage.generation_id)
        .where(IndexGeneration.fingerprint == fingerprint, Passage.text_hash.in_(list(hashes)))
    )
    return dict(session.execute(query).all())


def passages(
    session: Session, generation_id: int, profile_ids: Iterable[UUID] | None = None
) -> Iterable[PassageRow]:
    """Return the passages, by profile and position."""
    # Of tables, not of entities: of so many rows that saves a sixth of the time.
    passage, profile, evidence = Passage.__table__, Profile.__table__, Evidence.__table__
    query = (
        select(
            passage.c.id,
            passage.c.profile_id,
            passage.c.language,
            passage.c.terms,
            passage.c.vector,
            profile.c.partner_kind,
            evidence.c.kind,
            evidence.c.year,
            passage.c.evidence_id,
            passage.c.voice_vector,
        )
        .select_from(
            passage.join(profile, profile.c.id == passage.c.profile_id).outerjoin(
                evidence, evidence.c.id == passage.c.evidence_id
            )
        )
        .where(passage.c.generation_id == generation_id)
        .order_by(passage.c.profile_id, passage.c.position)
    )
    if profile_ids is not None:
        query = query.where(passage.c.profile_id.in_(list(profile_ids)))
    return session.execute(query).yield_per(5_000)


def passage_texts(session: Session, ids: Iterable[int]) -> dict[int, tuple[str, str, UUID | None]]:
    """Return text, language and evidence of passages by id."""
    rows = session.execute(_PASSAGE_TEXTS, {"ids": list(ids)})
    return {row.id: (row.text, row.language, row.evidence_id) for row in rows}


def vectors(session: Session, ids: Sequence[int]) -> list[tuple[int, str, NDArray[np.float32]]]:
    """Return id, language and vector of these passages, in no order."""
    query = select(Passage.id, Passage.language, Passage.vector).where(Passage.id.in_(ids))
    return [(id_, language, vector) for id_, language, vector in session.execute(query)]


def passage_ids(session: Session, generation_id: int) -> set[int]:
    """Return the ids of all passages of a generation."""
    return set(session.scalars(select(Passage.id).where(Passage.generation_id == generation_id)))


def text_hashes(session: Session, generation_id: int) -> dict[UUID, list[str]]:
    """Return the text hashes of each profile's passages, in order."""
    hashes: dict[UUID, list[str]] = {}
    query = (
        select(Passage.profile_id, Passage.text_hash)
        .where(Passage.generation_id == generation_id)
        .order_by(Passage.profile_id, Passage.position)
    )
    for profile_id, text_hash in session.execute(query):
        hashes.setdefault(profile_id, []).append(text_hash)
    return hashes


def ids_by_text(
    session: Session, generation_id: int, profile_ids: Sequence[UUID]
) -> dict[tuple[UUID, str], int]:
    """Return the id of each passage of these profiles, by profile and text hash."""
    found: dict[tuple[UUID, str], int] = {}
    for start in range(0, len(profile_ids), MOST_VARIABLES):
        query = select(Passage.profile_id, Passage.text_hash, Passage.id).where(
            Passage.generation_id == generation_id,
            Passage.profile_id.in_(profile_ids[start : start + MOST_VARIABLES]),
        )
        found.update(((row[0], row[1]), row[2]) for row in session.execute(query))
    return found


def stamps(session: Session, generation_id: int) -> dict[UUID, int]:
    """Return the revision of each profile that a generation holds."""
    query = select(IndexStamp.profile_id, IndexStamp.revision).where(
        IndexStamp.generation_id == generation_id
    )
    return dict(session.execute(query).all())


def forget_stamps(session: Session, generation_id: int, profile_ids: Sequence[UUID]) -> None:
    """Let these profiles wait for the indexer again."""
    session.execute(
        delete(IndexStamp).where(
            IndexStamp.generation_id == generation_id, IndexStamp.profile_id.in_(profile_ids)
        )
    )
