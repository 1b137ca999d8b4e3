"""OwnerService: what those see who look after profiles of their own, and of others for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.models import Profile
from matchmaker.models.facts import Viewer
from matchmaker.storage import profiles
from matchmaker.storage.database import Sessions


@dataclass(frozen=True)
class OwnerService:
    """The profiles that an account looks after."""

    sessions: Sessions

    def profiles_of(self, viewer: Viewer) -> Sequence[Profile]:
        """Return what somebody owns or may edit for others, with all evidence, by name."""
        ids = viewer.claimed | viewer.delegated
        with self.sessions.reading() as session:
            found = profiles.with_evidence(session, ids)
        return sorted(found, key=lambda one: (one.folded_name, one.id))
