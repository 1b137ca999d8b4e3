"""How long the desk takes with many profiles: every queue, the counts, and the search.

    python benchmarks/desk.py --profiles 100000 --folder /some/empty/folder

Writes synthetic profiles straight into the tables of a new database and asks each question some
times over, with a cursor from the middle of the list too. Times are those of the storage layer
with the rows it reads, in milliseconds: SQL, SQLAlchemy, objects; no HTTP.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select

from matchmaker.models import (
    DuplicatePair,
    GenerationState,
    IndexGeneration,
    IndexStamp,
    PartnerKind,
    Place,
    Profile,
    ProfileKind,
    Queue,
    Standing,
    Visibility,
)
from matchmaker.models.profile_search import ProfileSearch
from matchmaker.services import synthetic
from matchmaker.storage import bulk, desk, profiles
from matchmaker.storage.database import Sessions, make_engine, upgrade

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HERNING = Place(city="Herning", latitude=56.14, longitude=8.97)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--times", type=int, default=30)
    arguments = parser.parse_args()
    engine = make_engine(f"sqlite:///{arguments.folder / 'desk.sqlite3'}")
    upgrade(engine)
    sessions = Sessions(engine)
    with sessions.reading() as session:
        stored = profiles.count(session)
    if stored < arguments.profiles:
        fill(sessions, arguments.profiles)
    print(f"{'question':<42}{'p50':>8}{'p95':>8}  rows")
    results = {}
    for name, ask in questions(sessions).items():
        rows = ask()
        times = []
        for _ in range(arguments.times):
            start = perf_counter()
            ask()
            times.append((perf_counter() - start) * 1000)
        middle, most = np.percentile(times, [50, 95])
        results[name] = {"p50_ms": round(middle, 1), "p95_ms": round(most, 1), "rows": rows}
        print(f"{name:<42}{middle:>8.1f}{most:>8.1f}  {rows}")
    print(json.dumps({"profiles": arguments.profiles, "results": results}))


def fill(sessions: Sessions, number: int) -> None:
    """Write profiles of every age, standing and extent; a hundredth waits for the index."""
    random = np.random.default_rng(7)
    generation = IndexGeneration(
        encoder_name="none",
        fingerprint="none",
        dimension=1,
        composer_version=1,
        state=GenerationState.LIVE,
        created_at=NOW,
    )
    with sessions.writing() as session:
        session.add(generation)
    made = synthetic.profiles(number, today=NOW.date(), seed=7)
    while batch := list(islice(made, 2_000)):
        for profile in batch:
            age = timedelta(days=float(random.uniform(0, 1_000)))
            profile.updated_at = NOW - age
            if random.random() < 0.5:
                profile.confirmed_at = NOW - age / 2
            if random.random() < 0.05:
                profile.standing = Standing.IMPORTED
            if random.random() < 0.05:
                profile.summary, profile.description = "Short.", ""
                profile.replace_evidence([], at=profile.updated_at)
        with sessions.writing() as session:
            bulk.insert_profiles(session, batch)
            waiting = random.random(len(batch)) < 0.01
            bulk.insert_rows(
                session,
                IndexStamp,
                (
                    {"generation_id": generation.id, "profile_id": one.id, "revision": 1}
                    for one, waits in zip(batch, waiting, strict=True)
                    if not waits
                ),
            )
            pairs = [
                sorted((one.id, other.id))
                for one, other in zip(batch[:100:2], batch[1:100:2], strict=True)
            ]
            bulk.insert_rows(
                session,
                DuplicatePair,
                (
                    {
                        "profile_id": first,
                        "other_id": second,
                        "score": float(random.uniform(0.5, 1)),
                        "reasons": ["name"],
                        "found_at": NOW,
                        "dismissed_at": None,
                        "dismissed_by": None,
                    }
                    for first, second in pairs
                ),
            )


def questions(sessions: Sessions) -> dict[str, Callable[[], int]]:
    """Return what is asked, by name; each returns how many rows it read."""
    before = NOW - timedelta(days=365)
    with sessions.reading() as session:
        ids = [one.hex for one in sorted(profiles.languages(session))]
        part = (session.scalar(select(Profile.folded_name).limit(1)) or "")[:4]

    def complete(found: desk.Keyed, session: Any) -> int:
        wanted = {one for key in found.keys for one in key if isinstance(one, UUID)}
        return len(profiles.complete(session, wanted, viewer=Visibility.STAFF))

    def queue(name: Queue, *, middle: bool) -> Callable[[], int]:
        after = None
        if middle:
            with sessions.reading() as session:
                keys = desk.queue(session, name, before, None, 20_000).keys
            after = keys[len(keys) // 2] if keys else None

        def ask() -> int:
            with sessions.reading() as session:
                return complete(desk.queue(session, name, before, after, 20), session)

        return ask

    def search(
        named: str = "", holding: int = 0, limit: int = 20, **asked: Any
    ) -> Callable[[], int]:
        def ask() -> int:
            with sessions.reading() as session:
                found = desk.search(
                    session,
                    ProfileSearch(**asked),
                    place=HERNING,
                    named=named,
                    holding=[ids[::5][:holding]] if holding else [],
                    untouched_before=before if asked.get("untouched_days") else None,
                    after=None,
                    limit=limit,
                )
                return complete(found, session)

        return ask

    def counts() -> int:
        with sessions.reading() as session:
            return sum(desk.counts(session, before).values())

    asked: dict[str, Callable[[], int]] = {"counts of all queues": counts}
    for name in Queue:
        asked[f"queue {name}, first 20"] = queue(name, middle=False)
        asked[f"queue {name}, from the middle"] = queue(name, middle=True)
    return asked | {
        "search, everything": search(limit=100),
        "search, kind and place": search(kinds=(ProfileKind.EXPERT,), within_km=30, near="x"),
        "search, rare combination": search(
            partner_kinds=(PartnerKind.HUB,), standings=(Standing.WITHDRAWN,)
        ),
        "search, language nobody speaks": search(language="fi", municipality="000"),
        "search, untouched for a year": search(untouched_days=365, language="de"),
        "search, part of a name": search(named=part, text="x"),
        "search, part of nobody's name": search(named="qqq", text="x"),
        "search, a word that 100 hold": search(named="qqq", text="x", holding=100),
        "search, a word that a fifth hold": search(named="qqq", text="x", holding=20_000),
    }


if __name__ == "__main__":
    main()
