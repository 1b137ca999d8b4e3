"""Items of evidence: whose they are."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.models import Evidence
from matchmaker.storage.database import MOST_VARIABLES


def owners(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the profile of each of these items; those that are not stored are left out."""
    found: dict[UUID, UUID] = {}
    rest = iter(ids)
    while part := list(islice(rest, MOST_VARIABLES)):
        query = select(Evidence.id, Evidence.profile_id).where(Evidence.id.in_(part))
        found.update((item, profile) for item, profile in session.execute(query))
    return found
