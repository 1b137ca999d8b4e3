"""A process may be killed at any moment: nothing acknowledged is lost, nothing is left half done."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Challenge, Match, MatchRun, Profile
from matchmaker.storage import generations, profiles
from matchmaker.storage.database import Sessions, is_current
from tests.databases import SQLITE
from tests.drill import repeats
from tests.services.conftest import open_on
from tests.services.restless import ITEMS, the_text

KILLS = repeats(5, drilled=30)
#: A process is killed after at most this many lines, and at most so many seconds later: lines
#: make sure of enough work on a slow machine, seconds let it die in the middle of something.
MOST_LINES = 50
LONGEST_WAIT = 0.05


@dataclass
class Acknowledged:
    """What killed processes said they had done."""

    #: Profile id to its number and the newest version that was acknowledged.
    profiles: dict[str, tuple[int, int]] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    #: Being erased when the process died: may be there or not.
    unsure: set[str] = field(default_factory=set)
    challenges: dict[str, str] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)

    def hear(self, done: dict[str, Any]) -> None:
        """Take in one line."""
        self.kinds.add(done["did"])
        if done["did"] == "profile":
            self.profiles[done["id"]] = (done["number"], done["version"])
        elif done["did"] == "erasing":
            self.unsure.add(done["id"])
        elif done["did"] == "erased":
            self.unsure.discard(done["id"])
            self.profiles.pop(done["id"], None)
            self.erased.add(done["id"])
        elif done["did"] == "challenge":
            self.challenges[done["id"]] = done["text"]
        elif done["did"] == "run":
            self.runs[done["id"]] = done["matches"]


def live_and_die(folder: Path, seed: int, lines: int, seconds: float) -> list[dict[str, Any]]:
    """Start a process, kill it after so many lines and seconds; return what it said."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.services.restless", str(folder), str(seed)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = "".join(process.stdout.readline() for _ in range(lines))
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        rest, complaints = process.communicate()
        assert process.returncode == -signal.SIGKILL, complaints
    # A line that was cut off was not said.
    whole = (said + rest).rpartition("\n")[0].splitlines()
    return [json.loads(line) for line in whole]


def check_profiles(service: Matchmaker, known: Acknowledged) -> None:
    with Sessions(service.engine).reading() as session:
        ids = list(session.scalars(select(Profile.id)))
        stored = {str(one.id): one for one in profiles.with_evidence(session, ids)}
    assert set(known.profiles) - known.unsure <= set(stored)
    assert not known.erased & set(stored)
    for id_, profile in stored.items():
        number, version = int(profile.name), int(profile.summary.removeprefix("version "))
        texts = [item.text for item in profile.evidence]
        assert texts == [the_text(number, version, item) for item in range(ITEMS)]
        assert profile.revision == version
        if id_ in known.profiles:
            known_number, known_version = known.profiles[id_]
            # What was written last may not have been said any more.
            assert number == known_number
            assert known_version <= version <= known_version + 1


def check_runs(service: Matchmaker, known: Acknowledged) -> None:
    with Sessions(service.engine).reading() as session:
        texts = {str(one.id): one.text for one in session.scalars(select(Challenge))}
        counted = session.execute(
            select(MatchRun.id, MatchRun.funnel, func.count(Match.id))
            .outerjoin(Match, Match.run_id == MatchRun.id)
            .group_by(MatchRun.id)
        )
        runs = {str(id_): (dict(funnel)["matched"], number) for id_, funnel, number in counted}
    assert known.challenges.items() <= texts.items()
    assert set(known.runs) <= set(runs)
    for id_, matches in known.runs.items():
        matched, kept = runs[id_]
        assert matched == matches
        # Fewer only where somebody was erased since.
        assert kept == matched or (known.erased | known.unsure and kept < matched)


def check_index(service: Matchmaker) -> None:
    before = service.indexing.check().differences
    assert set(before) <= {"waiting"}, before
    service.indexing.sync()
    assert service.indexing.readiness().waiting == 0
    assert service.indexing.check().differences == {}
    with Sessions(service.engine).reading() as session:
        live = generations.live(session)
        assert live is not None
        texts = {
            text
            for text, *_ in generations.passage_texts(
                session, generations.passage_ids(session, live.id)
            ).values()
        }
        said = {
            item.text
            for profile in profiles.with_evidence(
                session, list(session.scalars(select(Profile.id)))
            )
            for item in profile.evidence
        }
    assert said <= texts


@pytest.mark.drill
@pytest.mark.slow
def test_a_process_that_is_killed_at_any_moment_leaves_the_truth_behind(
    folder: Path, dialect: str
) -> None:
    dice = random.Random(20261122)
    known = Acknowledged()
    for seed in range(KILLS):
        lines, seconds = dice.randint(1, MOST_LINES), dice.uniform(0, LONGEST_WAIT)
        for done in live_and_die(folder, seed, lines, seconds):
            known.hear(done)
        if dialect == SQLITE:
            with closing(sqlite3.connect(folder / "matchmaker.sqlite3")) as plain:
                assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
        service = open_on(folder)
        assert is_current(service.engine)
        check_profiles(service, known)
        check_runs(service, known)
        check_index(service)
        with Sessions(service.engine).reading() as session:
            present = {str(id_) for id_ in session.scalars(select(Profile.id))}
        known.profiles = {id_: version for id_, version in known.profiles.items() if id_ in present}
        known.erased |= known.unsure - present
        known.unsure.clear()
        service.close()
    assert {"profile", "erased", "sync", "rebuild", "challenge", "run"} <= known.kinds
    assert len(known.profiles) > 20
    assert len(known.runs) > 5
    assert all(UUID(id_) for id_ in known.runs)
