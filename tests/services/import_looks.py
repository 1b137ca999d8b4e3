"""What tests of imports look at."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import ImportRun, Profile, RowOutcome
from matchmaker.storage import profiles
from matchmaker.storage.database import Sessions


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.new, run.changed, run.unchanged, run.refused


def stored(sessions: Sessions, name: str) -> Any:
    with sessions.reading() as session:
        found = session.scalars(select(Profile.id).where(Profile.name == name)).one()
        return profiles.find(session, found)


def how_many(sessions: Sessions, table: type[Any] = Profile) -> int:
    with sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def problems(service: Matchmaker, run: ImportRun) -> list[tuple[int, str, str]]:
    return [
        (row.number, problem["column"], problem["reason"])
        for row in service.imports.rows(run.id, outcome=RowOutcome.REFUSED, limit=100).items
        for problem in row.problems
    ]
