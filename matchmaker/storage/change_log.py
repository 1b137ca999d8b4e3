"""The ordered change log: append under a lock, read after a position, trim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from matchmaker.models import IndexChange
from matchmaker.storage.dialects import write_alone


def lock(session: Session) -> None:
    """Hold the log until the transaction ends, so that a later position is never seen first."""
    write_alone(session.connection())


def append(session: Session, profile_ids: Iterable[UUID]) -> None:
    """Write that the passages of these profiles changed."""
    rows = [{"profile_id": profile_id} for profile_id in profile_ids]
    if rows:
        lock(session)
        session.execute(insert(IndexChange), rows)


def last_position(session: Session) -> int:
    """Return the newest position, 0 for an empty log."""
    return session.scalar(select(func.max(IndexChange.position))) or 0


def first_position(session: Session) -> int:
    """Return the oldest position that is kept, 0 for an empty log."""
    return session.scalar(select(func.min(IndexChange.position))) or 0


def after(session: Session, position: int) -> Sequence[UUID]:
    """Return the profiles that changed after a position, each once."""
    return session.scalars(
        select(IndexChange.profile_id).where(IndexChange.position > position).distinct()
    ).all()


def trim(session: Session, *, keep: int) -> int:
    """Drop all but the newest lines; a replica that is further behind reloads. Return how many."""
    newest = last_position(session)
    gone = session.execute(delete(IndexChange).where(IndexChange.position <= newest - keep))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE has one
