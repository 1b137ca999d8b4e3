"""A process that writes an import may be killed at any moment; the next one goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from matchmaker.models import Evidence, ImportState, Profile
from matchmaker.services.importing import BATCH
from matchmaker.storage.database import Sessions
from tests.drill import repeats
from tests.services.conftest import Start
from tests.services.import_files import write_lines

ROWS = 6 * BATCH + 7
KILLS = repeats(3, drilled=10)


def apply_and_die(folder: Path, run_id: UUID, seconds: float) -> bool:
    """Apply in a process that is killed soon after its first batch; return whether it was."""
    command = [sys.executable, "-m", "tests.services.importing_process", str(folder), str(run_id)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        _, complaints = process.communicate()
        assert process.returncode in {0, -signal.SIGKILL}, complaints
        return process.returncode == -signal.SIGKILL


@pytest.mark.drill
@pytest.mark.slow
def test_a_killed_import_goes_on_where_it_stopped(start: Start, folder: Path) -> None:
    service = start()
    lines = [
        {
            "kind": "organisation",
            "name": f"Firm {number}",
            "language": "en",
            "organisation_type": "firm",
            "local": f"F{number}",
            "evidence": [{"text": f"Case {number}"}],
        }
        for number in range(ROWS)
    ]
    run = service.imports.preview(write_lines(folder, "firms.jsonl", lines))
    chance = random.Random(4)
    sessions = Sessions(service.engine)
    positions = [0]

    for _ in range(KILLS):
        if not apply_and_die(folder, run.id, chance.random() * 0.05):
            break
        found = service.imports.get(run.id)
        with sessions.reading() as session:
            stored = session.scalar(select(func.count()).select_from(Profile))
        # What is counted is written, and nothing else is: the two are one transaction.
        assert stored == found.position
        assert found.state is ImportState.RUNNING
        positions.append(found.position)
    done = service.imports.apply(run.id)

    assert positions == sorted(set(positions))
    assert len(positions) > 2
    assert (done.state, done.position, done.new, done.refused) == (
        ImportState.DONE, ROWS, ROWS, 0,
    )  # fmt: skip
    with sessions.reading() as session:
        assert session.scalar(select(func.count()).select_from(Profile)) == ROWS
        assert session.scalar(select(func.count()).select_from(Evidence)) == ROWS
        assert session.scalar(select(func.count(func.distinct(Profile.name)))) == ROWS
