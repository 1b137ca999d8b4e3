"""Import beside raw inserts of the same rows: ``python -m benchmarks.imports [ROWS]``.

Makes a table of invented experts, previews and applies it in a process of its own, and reads that
process's peak memory. After each batch of the import the very same rows (same tables and columns,
one transaction too) are inserted into a second database, with nothing to read, check or count: a
machine that is busy for a while is busy for both. Prints one JSON document. The limit: import
(``apply``) at no less than 0.6 of the speed of the raw inserts.
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, insert, literal_column, select

from api.cli.service import many_objects
from matchmaker.config import Settings
from matchmaker.models import Base, ImportFormat, Profile, ProfileKind
from matchmaker.services.clock import utc_now
from matchmaker.services.importing import ImportService
from matchmaker.storage.database import Sessions, make_engine, upgrade

ROWS = 100_000
LEAST_SHARE = 0.6
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
    raw = measured.pop("raw")
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
    with many_objects():  # as the commands do
        return _timed(engine, service, folder, before)


def _timed(engine: Engine, service: ImportService, folder: Path, before: float) -> dict[str, Any]:
    raw = Raw(engine, folder)
    begin = time.perf_counter()
    working = time.process_time()
    run = service.preview(folder / "experts.csv", format=ImportFormat.CSV, kind=ProfileKind.EXPERT)
    previewed = time.perf_counter()
    preview_cpu, working = time.process_time() - working, time.process_time()
    run = service.apply(run.id, lambda _done, _of: raw.follow())
    applied, apply_cpu = time.perf_counter(), time.process_time() - working
    raw.check(rows=run.new)
    if run.refused:
        raise SystemExit(f"{run.refused} rows were refused")
    return {
        "preview_seconds": round(previewed - begin, 2),
        "apply_seconds": round(applied - previewed - raw.whole_seconds, 2),
        "preview_cpu_seconds": round(preview_cpu, 2),
        "apply_cpu_seconds": round(apply_cpu - raw.whole_cpu, 2),
        "raw": {"seconds": raw.seconds, "cpu": raw.cpu, "rows": raw.rows},
        "peak_mib": round(peak_mib()),
        "peak_before_mib": round(before),
    }


def peak_mib() -> float:
    """Return the most memory this process had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)


class Raw:
    """Inserts what an import has just stored into a second database; only the inserts count."""

    def __init__(self, source: Engine, folder: Path) -> None:
        self.source = source
        self.target = make_engine(Settings(data_dir=folder / "raw").database_url)
        upgrade(self.target)
        self.rows, self.reached = 0, 0
        self.seconds = self.cpu = 0.0
        #: With reading the rows, which is no part of either.
        self.whole_seconds = self.whole_cpu = 0.0

    def follow(self) -> None:
        """Insert the rows that came since."""
        begin, working = time.perf_counter(), time.process_time()
        batch = self._batch()
        self.rows += len(batch["profiles"])
        start, at_work = time.perf_counter(), time.process_time()
        with self.target.execution_options(writes=True).begin() as connection:
            for name in TABLES:
                if batch[name]:
                    connection.execute(insert(Base.metadata.tables[name]), batch[name])
        self.seconds += time.perf_counter() - start
        self.cpu += time.process_time() - at_work
        self.whole_seconds += time.perf_counter() - begin
        self.whole_cpu += time.process_time() - working

    def check(self, *, rows: int) -> None:
        """Stop when not all rows arrived."""
        with self.target.connect() as connection:
            stored = connection.scalar(select(func.count()).select_from(Profile))
        if not stored == self.rows == rows:
            raise SystemExit(f"{stored} rows of {rows} arrived")

    def _batch(self) -> dict[str, list[dict[str, Any]]]:
        tables = Base.metadata.tables
        # SQLite's own row number is the order in which they came.
        number = literal_column("profiles.rowid")
        with self.source.connect() as connection:
            came = connection.execute(
                select(number, tables["profiles"].c.id).where(number > self.reached)
            ).all()
            ids = [id_ for _, id_ in came]
            self.reached = max((at for at, _ in came), default=self.reached)
            found = {}
            for name, whose in TABLES.items():
                query = select(tables[name]).where(tables[name].c[whose].in_(ids))
                found[name] = [dict(row) for row in connection.execute(query).mappings()]
        return found


if __name__ == "__main__":
    if "--in" in sys.argv:
        print(json.dumps(import_in(Path(sys.argv[-1]))))
    else:
        main()
