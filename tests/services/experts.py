"""Experts to index, and how to see what an index holds of them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from matchmaker.models import (
    GenerationState,
    IndexGeneration,
    Passage,
    Profile,
)
from matchmaker.storage import generations, profiles
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_expert


def some_experts(number: int, *, start: int = 0) -> list[Profile]:
    """Return experts with three passages each, all different."""
    return [
        an_expert(
            f"Expert {one}", summary=f"Summary {one}.", evidence=(f"First {one}.", f"Second {one}.")
        )
        for one in range(start, start + number)
    ]


def passages(sessions: Sessions) -> dict[str, list[str]]:
    """Return the texts of the live generation by name of the profile, in order."""
    with sessions.reading() as session:
        live = generations.live(session)
        assert live is not None
        query = (
            select(Profile.name, Passage.text)
            .join(Passage, Passage.profile_id == Profile.id)
            .where(Passage.generation_id == live.id)
            .order_by(Passage.position)
        )
        found: dict[str, list[str]] = {}
        for name, text in session.execute(query):
            found.setdefault(name, []).append(text)
    return found


def generation_states(sessions: Sessions) -> list[GenerationState]:
    with sessions.reading() as session:
        return list(session.scalars(select(IndexGeneration.state).order_by(IndexGeneration.id)))


def revise(sessions: Sessions, profile: Profile, **changes: object) -> None:
    with sessions.writing() as session:
        stored = profiles.find(session, profile.id)
        assert stored is not None
        stored.revise(at=NOW + timedelta(hours=1), **changes)
