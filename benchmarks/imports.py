"""Import beside raw inserts of the same rows: ``python -m benchmarks.imports [ROWS]``.

Makes a table of invented experts, previews and applies it in a process of its own, and reads that
process's peak memory. Then inserts the very same rows (same tables and columns, in the same
batches of 500, one transaction each) through the same engine, with nothing to read, check or
count. Prints one JSON document. The limit: import (``apply``) at no less than half the speed of
the raw inserts.
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, literal_column, select

from matchmaker.config import Settings
from matchmaker.models import Base, ImportFormat, Profile, ProfileKind
from matchmaker.services.clock import utc_now
from matchmaker.services.importing import BATCH, ImportService
from matchmaker.storage.database import Sessions, make_engine, upgrade

ROWS = 100_000
LEAST_SHARE = 0.5
#: Table -> what of it says whose the row is.
TABLES = {
    "profiles": "id",
    "experts": "id",
    "evidence": "profile_id",
    "identifiers": "profile_id",
    "audit_entries": "subject_id",
}
_MATERIALS = ("rustfrit stål", "aluminium", "titan", "plast", "træ", "glas", "kobber", "beton")
_PROCESSES = ("svejsning", "fræsning", "støbning", "limning", "skæring", "valsning", "måling")


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        table = place / "experts.csv"
        write_table(table, rows)
        measured = json.loads(
            subprocess.run(
                [sys.executable, "-m", "benchmarks.imports", "--in", folder],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        raw = insert_raw(place)
    share = raw["seconds"] / measured["apply_seconds"]
    both = measured["preview_seconds"] + measured["apply_seconds"]
    both_cpu = measured["preview_cpu_seconds"] + measured["apply_cpu_seconds"]
    print(
        json.dumps(
            {
                "rows": rows,
                **measured,
                "raw_seconds": round(raw["seconds"], 2),
                "raw_cpu_seconds": round(raw["cpu"], 2),
                "raw_rows": raw["rows"],
                "apply_over_raw_speed": round(share, 2),
                "both_over_raw_speed": round(raw["seconds"] / both, 2),
                # What other processes of the machine take is not in these.
                "apply_over_raw_cpu": round(raw["cpu"] / measured["apply_cpu_seconds"], 2),
                "both_over_raw_cpu": round(raw["cpu"] / both_cpu, 2),
                "limit": LEAST_SHARE,
                "met": share >= LEAST_SHARE,
            },
            indent=2,
        )
    )


def write_table(path: Path, rows: int) -> None:
    """Write experts with a text, two items of evidence and a local key each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["Medlemsnummer", "Navn", "Sprog", "Resume", "Stilling", "Postnr", "By", "Evidens"]
        )
        for number in range(rows):
            material = _MATERIALS[number % len(_MATERIALS)]
            process = _PROCESSES[number % len(_PROCESSES)]
            writer.writerow(
                [
                    f"M{number}",
                    f"Ekspert {number}",
                    "da",
                    f"Hjælper små virksomheder med {process} af {material}, sag {number}.",
                    f"Specialist i {process}",
                    "9220",
                    "Aalborg Øst",
                    f"Har løst {process} af {material} for kunde {number}.\nRåder over {process}.",
                ]
            )


def import_in(folder: Path) -> dict[str, Any]:
    """Preview and apply the table of a folder; return seconds and peak memory."""
    engine = make_engine(Settings(data_dir=folder).database_url)
    upgrade(engine)
    before = peak_mib()
    service = ImportService(Sessions(engine), utc_now, folder / "imports")
    begin = time.perf_counter()
    working = time.process_time()
    run = service.preview(folder / "experts.csv", format=ImportFormat.CSV, kind=ProfileKind.EXPERT)
    previewed = time.perf_counter()
    preview_cpu, working = time.process_time() - working, time.process_time()
    run = service.apply(run.id)
    applied = time.perf_counter()
    if run.refused:
        raise SystemExit(f"{run.refused} rows were refused")
    return {
        "preview_seconds": round(previewed - begin, 2),
        "apply_seconds": round(applied - previewed, 2),
        "preview_cpu_seconds": round(preview_cpu, 2),
        "apply_cpu_seconds": round(time.process_time() - working, 2),
        "peak_mib": round(peak_mib()),
        "peak_before_mib": round(before),
    }


def peak_mib() -> float:
    """Return the most memory this process had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)


def insert_raw(folder: Path) -> dict[str, Any]:
    """Insert what the import stored into a second database; only the inserts are timed."""
    source = make_engine(Settings(data_dir=folder).database_url)
    target = make_engine(Settings(data_dir=folder / "raw").database_url)
    upgrade(target)
    seconds, cpu, counted = 0.0, 0.0, 0
    for batch in _batches(source):
        counted += len(batch["profiles"])
        begin, working = time.perf_counter(), time.process_time()
        with target.execution_options(writes=True).begin() as connection:
            for name in TABLES:
                connection.execute(insert(Base.metadata.tables[name]), batch[name])
        seconds += time.perf_counter() - begin
        cpu += time.process_time() - working
    with target.connect() as connection:
        stored = connection.scalar(select(func.count()).select_from(Profile))
    if stored != counted:
        raise SystemExit(f"{stored} rows of {counted} arrived")
    return {"seconds": seconds, "cpu": cpu, "rows": counted}


def _batches(source: Any) -> Iterator[dict[str, list[dict[str, Any]]]]:
    """Give the rows of each table, for so many profiles at a time, in the order of the import."""
    tables = Base.metadata.tables
    with source.connect() as connection:
        # SQLite's own row number is the order in which they came.
        ids = [
            one
            for (one,) in connection.execute(
                select(tables["profiles"].c.id).order_by(literal_column("rowid"))
            ).all()
        ]
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            found = {}
            for name, whose in TABLES.items():
                query = select(tables[name]).where(tables[name].c[whose].in_(part))
                found[name] = [dict(row) for row in connection.execute(query).mappings()]
            yield found


if __name__ == "__main__":
    if "--in" in sys.argv:
        print(json.dumps(import_in(Path(sys.argv[-1]))))
    else:
        main()
