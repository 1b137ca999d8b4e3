"""What a round of a big programme costs as people meet it: run, read, published with its mails.

    python -m benchmarks.placing --results benchmarks/results/placing.json

Fills a new database in a temporary folder: students with texts of the synthetic profiles, hosts
with positions that come of challenges, 20 wishes each, some positions far more wanted than others,
hosts that rank nobody, supervisors. Then the round is run, its page
is opened through the whole application, a lock is weighed, and the stable answer is published:
every placement with its mails, one link of its own in each. Seconds of the clock and of the
processor (what other processes of the machine take is not in the second).
"""

from __future__ import annotations

import argparse
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import func, select

from api.app import create_app
from benchmarks.pages import sign_in
from embeddings.encoders.hashing import HashingEncoder
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import (
    Claim,
    CohortStudent,
    Evidence,
    EvidenceKind,
    Organisation,
    OrganisationType,
    OutgoingMail,
    Placement,
    Role,
    Scope,
    Student,
    StudentPreference,
    StudyLevel,
    Visibility,
)
from matchmaker.services.benchmarking import fresh_texts
from matchmaker.services.synthetic import profiles
from matchmaker.storage.database import Sessions, upgrade

WISHES, SUPERVISORS, AT_ONCE = 20, 100, 500
PERIOD = {"starts_on": date(2027, 2, 1), "ends_on": date(2027, 6, 30)}
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def main() -> None:
    """Fill, run, look, weigh, publish, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--students", type=int, default=2_000)
    parser.add_argument("--positions", type=int, default=600)
    parser.add_argument("--results", type=Path, help="where to write the document")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder), encoder="hashing:", secret="benchmark", rate_limits="off"
        )
        service = build(settings, encoder=HashingEncoder(256))
        upgrade(service.engine)
        document = measured(service, arguments.students, arguments.positions)
        service.close()
    text = json.dumps(document, indent=2) + "\n"
    if arguments.results:
        arguments.results.write_text(text, encoding="utf-8")
    print(text)


def measured(service: Matchmaker, students: int, positions: int) -> dict[str, object]:
    """Return what each step took."""
    took: dict[str, dict[str, float]] = {}
    with timed(took, "filling"):
        cohort = a_cohort(service, students, positions)
    round_id = service.assignment.open(cohort, seed="published", by=None).id
    with timed(took, "run"):
        service.assignment.run(round_id, by=None)
    answer = service.assignment.view(round_id).answers[Method.STABLE]
    client, token = a_coordinator(service)
    with timed(took, "page"):
        assert client.get(f"/placing/rounds/{round_id}").status_code == 200
    with timed(took, "read_by_api"):
        assert client.get(f"/api/v1/rounds/{round_id}", headers=token).status_code == 200
    left = answer.result.unplaced[0].student
    wanted = answer.result.placed[0].position
    lock = service.assignment.lock(round_id, left, wanted, reason="by hand", by=None)
    service.assignment.run(round_id, by=None)
    with timed(took, "one_lock_weighed"):
        service.round_jobs.weigh(round_id, Method.STABLE, by=None)
        assert service.round_jobs.worker.wait(600)
    service.assignment.unlock(round_id, lock.id, by=None)
    service.assignment.run(round_id, by=None)
    answer = service.assignment.view(round_id).answers[Method.STABLE]
    with timed(took, "publishing"):
        service.assignment.publish(round_id, answer.answer_id, by=None)
    with timed(took, "page_published"):
        assert client.get(f"/placing/rounds/{round_id}").status_code == 200
    with Sessions(service.engine).reading() as session:
        placed = session.scalar(select(func.count()).select_from(Placement))
        mailed = session.scalar(select(func.count()).select_from(OutgoingMail))
    return {
        "students": students,
        "positions": positions,
        "wishes": WISHES,
        "placements": placed,
        "mails": mailed,
        "seconds": took,
        # Kilobytes on Linux; of the whole process, libraries included.
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


@contextmanager
def timed(took: dict[str, dict[str, float]], name: str) -> Iterator[None]:
    """Write down what a step takes."""
    before, busy = perf_counter(), process_time()
    yield
    took[name] = {
        "clock": round(perf_counter() - before, 2),
        "processor": round(process_time() - busy, 2),
    }


def a_coordinator(service: Matchmaker) -> tuple[FlaskClient, dict[str, str]]:
    """Return the browser of somebody who sees every cohort, and what a program of theirs sends."""
    account = service.accounts.create(email="staff@example.dk", role=Role.ADMINISTRATOR).account
    _, secret = service.tokens.create(account.id, name="benchmark", scopes=tuple(Scope))
    client = create_app(service.settings, service).test_client()
    sign_in(client, service, account.id)
    return client, {"Authorization": f"Bearer {secret}"}


def a_cohort(service: Matchmaker, students: int, positions: int) -> UUID:
    """Make up a university, its cohort, and what students and hosts want; the same every time."""
    dice = Random(1)
    university = organisation("Nordvest Universitet", OrganisationType.UNIVERSITY)
    firms = [organisation(f"Firma {n}", OrganisationType.FIRM) for n in range(positions // 2)]
    service.profiles.register_all([university, *firms])
    cohort = service.cohorts.create(university.id, name="Spring 2027", **PERIOD, by=None).id
    for firm in firms:
        service.cohorts.vet(firm.id, capacity=dice.choice([None, 4, 5]), by=None)
    for number in range(SUPERVISORS):
        service.cohorts.add_supervisor(
            cohort, name=f"Guide {number}", email=f"guide-{number}@example.dk", capacity=20, by=None
        )
    offered = []
    for number, text in enumerate(islice(fresh_texts(), positions)):
        challenge = service.challenges.submit(text=text)
        position = service.wishes.offer(
            firms[number % len(firms)].id,
            title=f"Position {number}",
            tasks=text[:200],
            places=dice.randint(1, 4),
            challenge_id=challenge.id,
            **PERIOD,
            by=None,
        )
        service.cohorts.approve(cohort, position.id, approved=True, by=None)
        offered.append(position.id)
    own_words = (one for one in profiles(4 * students, today=NOW.date()) if one.evidence)
    people = [
        student(number, [item.text for item in one.evidence[:2]], one.language)
        for number, one in enumerate(islice(own_words, students))
    ]
    for start in range(0, students, AT_ONCE):
        service.profiles.register_all(people[start : start + AT_ONCE])
    service.cohorts.enrol(cohort, [one.id for one in people], by=None)
    wanted = [dice.paretovariate(1.5) for _ in offered]
    with Sessions(service.engine).writing() as session:
        for one in session.scalars(select(CohortStudent).where(CohortStudent.cohort_id == cohort)):
            one.consented_at = NOW
        for one in people:
            wishes: dict[UUID, int] = {}
            while len(wishes) < min(WISHES, positions):
                wishes.setdefault(dice.choices(offered, wanted)[0], len(wishes) + 1)
            session.add_all(
                StudentPreference(
                    cohort_id=cohort, student_id=one.id, position_id=position, rank=rank, at=NOW
                )
                for position, rank in wishes.items()
            )
    for one in people:
        account = service.accounts.create(
            email=f"{one.id}@example.dk", role=Role.PARTNER, name=one.name
        ).account
        with Sessions(service.engine).writing() as session:
            session.add(Claim(profile_id=one.id, account_id=account.id, claimed_at=NOW))
    return cohort


def organisation(name: str, kind: OrganisationType) -> Organisation:
    """Return a made-up organisation."""
    return Organisation(
        name=name, language="da", summary="", organisation_type=kind, fictional=True, updated_at=NOW
    )


def student(number: int, texts: list[str], language: str) -> Student:
    """Return a made-up student with the words of a synthetic profile."""
    return Student(
        name=f"Student {number}",
        language=language,
        summary=texts[0],
        programme="Production engineering",
        level=StudyLevel.MASTER,
        institution="Nordvest Universitet",
        fictional=True,
        visibility=Visibility.STAFF,
        updated_at=NOW,
        evidence=[
            Evidence(
                kind=EvidenceKind.CASE, title="", text=one, language=language, position=position
            )
            for position, one in enumerate(texts)
        ],
    )


if __name__ == "__main__":
    main()
