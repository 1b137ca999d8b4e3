"""What an assignment round of a big programme costs, and whether known optima are reached.

    python benchmarks/assignment.py --gap FOLDER --results benchmarks/results/assignment.json

The round is made up: 2,000 students, 600 positions at 300 hosts, 20 wishes each, some positions
far more wanted than others, a third of the hosts ranking nobody, and 100 supervisors. It is
answered by all three methods, without teams and with 60 positions that need one. ``--gap`` names a
folder with generalised-assignment instances of the OR-Library (gap1.txt ... gap12.txt) and
gap_optima.csv: jobs are students, agents are positions, and everybody must be placed at the best
total fit.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import resource
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from uuid import UUID

import highspy

from matchmaker.matching.assignment.answering import answered
from matchmaker.matching.assignment.board import laid_out
from matchmaker.matching.assignment.optimising import SECONDS, optimised
from matchmaker.matching.assignment.outcome import Method
from matchmaker.matching.assignment.round import Host, Position, Round, Student, Supervisor
from matchmaker.matching.assignment.solver import Progress
from matchmaker.matching.assignment.stable import Stopped

STUDENTS, POSITIONS, HOSTS, SUPERVISORS, WISHES, TEAMS = 2_000, 600, 300, 100, 20, 60


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--gap", type=Path, help="folder of generalised-assignment instances")
    asked.add_argument("--results", type=Path, help="where to write the document")
    given = asked.parse_args()
    document = {
        "machine": {
            "python": platform.python_version(),
            "highs": f"{highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}"
            f".{highspy.HIGHS_VERSION_PATCH}",
            "load_before": round(_load(), 2),
        },
        "round": {
            "students": STUDENTS,
            "positions": POSITIONS,
            "hosts": HOSTS,
            "supervisors": SUPERVISORS,
            "wishes": WISHES,
        },
        "without_teams": _measured(a_round(teams=0)),
        f"with_{TEAMS}_teams": _measured(a_round(teams=TEAMS)),
        "seconds_until_stopped": _stopped(a_round(teams=TEAMS)),
    }
    if given.gap:
        document["known_optima"] = _optima(given.gap)
    # Kilobytes on Linux; of the whole process, libraries included.
    document["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    text = json.dumps(document, indent=2) + "\n"
    if given.results:
        given.results.write_text(text)
    print(text)


def a_round(*, teams: int) -> Round:
    """Make up a round; the same every time."""
    dice = Random(1)
    hosts = [Host(id=UUID(int=10**7 + n), capacity=dice.choice([None, 4, 5])) for n in range(HOSTS)]
    supervisors = [Supervisor(id=UUID(int=2 * 10**7 + n), capacity=20) for n in range(SUPERVISORS)]
    offered = [UUID(int=10**6 + n) for n in range(POSITIONS)]
    wanted = [dice.paretovariate(1.5) for _ in offered]
    students = []
    asking: dict[UUID, list[UUID]] = {one: [] for one in offered}
    for number in range(STUDENTS):
        me = UUID(int=number)
        wishes: dict[UUID, int] = {}
        while len(wishes) < WISHES:
            wishes.setdefault(dice.choices(offered, wanted)[0], len(wishes) + 1)
        for one in wishes:
            asking[one].append(me)
        group = (number % 10) * 10
        students.append(
            Student(
                id=me,
                ranking=wishes,
                supervisors=frozenset(one.id for one in supervisors[group : group + 10]),
            )
        )
    positions = []
    for number, one in enumerate(offered):
        dice.shuffle(asking[one])
        team = number < teams
        positions.append(
            Position(
                id=one,
                host=hosts[number % HOSTS].id,
                capacity=4 if team else dice.randint(1, 4),
                minimum=dice.choice([2, 3]) if team else 0,
                # Two and two alike, twenty at most, and every third host ranks nobody.
                ranking={}
                if number % 3 == 0
                else {who: rank // 2 for rank, who in enumerate(asking[one][:20])},
            )
        )
    return Round(
        students=tuple(students),
        positions=tuple(positions),
        hosts=tuple(hosts),
        supervisors=tuple(supervisors),
        fit={(one.id, at): dice.randint(3_000, 9_999) for one in students for at in one.ranking},
        seed="published",
    )


def _measured(asked: Round) -> dict[str, object]:
    found = {}
    for method in Method:
        before, busy = perf_counter(), process_time()
        result = answered(asked, method)
        seconds, busy = perf_counter() - before, process_time() - busy
        measures = result.measures
        found[method.value] = {
            "seconds": round(seconds, 2),
            # Of this process alone, whatever else the machine has to do.
            "cpu_seconds": round(busy, 2),
            "placed": measures.placed,
            "mean_place": round(measures.mean_place or 0, 3),
            "first_wish": measures.by_place.get(1, 0),
            "worst_place": measures.worst_place,
            "fit": measures.fit,
            "blocking_pairs": measures.blocking,
            "teams_closed": len(result.closed),
            "proven": [
                {"aim": one.aim, "value": one.value, "bound": one.bound, "gap": round(one.gap, 6)}
                for one in result.reached
            ],
        }
    return found


def _stopped(asked: Round) -> float:
    """Return the seconds between a stop and its being heard, while teams are searched."""
    stopped_at: list[float] = []
    told: list[Progress] = []

    def cancelled() -> bool:
        if told and not stopped_at:
            stopped_at.append(perf_counter())
        return bool(told)

    try:
        optimised(
            laid_out(asked), ("placed", "preference"), progress=told.append, cancelled=cancelled
        )
    except Stopped:
        return round(perf_counter() - stopped_at[0], 3)
    raise AssertionError("it was done before it could be stopped")


def _optima(folder: Path) -> dict[str, object]:
    known = {
        (row["file"], int(row["instance"])): int(row["max_profit_optimum"])
        for row in csv.DictReader((folder / "gap_optima.csv").open())
    }
    slowest, missed, seconds = 0.0, [], 0.0
    for name, number, asked in _instances(folder):
        before = perf_counter()
        found = optimised(laid_out(asked), ("placed", "fit"), seconds=SECONDS)
        took = perf_counter() - before
        slowest, seconds = max(slowest, took), seconds + took
        placed, fit = found.reached
        if (placed.value, fit.value) != (
            len(asked.students),
            known[name, number],
        ) or not fit.optimal:
            missed.append([name, number, placed.value, fit.value, fit.bound, known[name, number]])
    return {
        "instances": len(known),
        "reached_and_proven": len(known) - len(missed),
        "missed": missed,
        "seconds": round(seconds, 1),
        "slowest_seconds": round(slowest, 1),
    }


def _instances(folder: Path) -> Iterator[tuple[str, int, Round]]:
    for path in sorted(folder.glob("gap*.txt"), key=lambda one: int(one.stem[3:])):
        numbers = iter(map(int, path.read_text().split()))
        for instance in range(1, next(numbers) + 1):
            agents, jobs = next(numbers), next(numbers)
            profit = [[next(numbers) for _ in range(jobs)] for _ in range(agents)]
            used = [[next(numbers) for _ in range(jobs)] for _ in range(agents)]
            capacities = [next(numbers) for _ in range(agents)]
            students = [UUID(int=n) for n in range(jobs)]
            positions = [UUID(int=10**6 + n) for n in range(agents)]
            pairs = [(a, j) for a in range(agents) for j in range(jobs)]
            yield (
                path.stem,
                instance,
                Round(
                    students=tuple(
                        Student(id=one, ranking=dict.fromkeys(positions, 1)) for one in students
                    ),
                    positions=tuple(
                        Position(id=one, host=one, capacity=capacity)
                        for one, capacity in zip(positions, capacities, strict=True)
                    ),
                    hosts=tuple(Host(id=one) for one in positions),
                    fit={(students[j], positions[a]): profit[a][j] for a, j in pairs},
                    loads={(students[j], positions[a]): used[a][j] for a, j in pairs},
                ),
            )


def _load() -> float:
    return float(Path("/proc/loadavg").read_text().split()[0])


if __name__ == "__main__":
    main()
