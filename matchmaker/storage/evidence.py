"""Items of evidence: whose they are, and the fields that they name."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.models import Evidence, EvidenceKind, Visibility
from matchmaker.storage.database import MOST_VARIABLES


def owners(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the profile of each of these items; those that are not stored are left out."""
    found: dict[UUID, UUID] = {}
    rest = iter(ids)
    while part := list(islice(rest, MOST_VARIABLES)):
        query = select(Evidence.id, Evidence.profile_id).where(Evidence.id.in_(part))
        found.update((item, profile) for item, profile in session.execute(query))
    return found


def public_fields(session: Session, profile_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Return the fields of knowledge that each of these profiles shows to everybody, in order."""
    found: dict[UUID, list[str]] = {}
    rest = iter(profile_ids)
    while part := list(islice(rest, MOST_VARIABLES)):
        query = (
            select(Evidence.profile_id, Evidence.title)
            .where(
                Evidence.profile_id.in_(part),
                Evidence.kind == EvidenceKind.FIELD,
                Evidence.visibility == Visibility.PUBLIC,
                Evidence.excluded.is_(False),
            )
            .order_by(Evidence.profile_id, Evidence.position)
        )
        for profile_id, title in session.execute(query):
            found.setdefault(profile_id, []).append(title)
    return found
