"""A university with a cohort, hosts with positions, and students who want them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from threading import Event
from typing import Any
from uuid import UUID

from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import Claim, OrganisationType, PlacementAction, Profile, Visibility
from matchmaker.services.followups import ask_halfway
from matchmaker.services.round_answers import RoundView
from matchmaker.services.round_jobs import RoundJobs
from matchmaker.storage import assignment
from matchmaker.storage.database import Sessions
from tests.factories import NOW, a_student, an_organisation

PERIOD = {"starts_on": date(2027, 2, 1), "ends_on": date(2027, 6, 30)}


def registered(service: Matchmaker, profile: Profile) -> Profile:
    """Register a profile."""
    service.profiles.register_all([profile])
    return profile


@dataclass
class Campus:
    """Everything that a round needs, by short names."""

    service: Matchmaker
    university: UUID
    cohort: UUID
    hosts: dict[str, UUID] = field(default_factory=dict)
    students: dict[str, UUID] = field(default_factory=dict)
    positions: dict[str, UUID] = field(default_factory=dict)

    def host(self, name: str, capacity: int | None = None) -> UUID:
        profile = registered(
            self.service, an_organisation(name, organisation_type=OrganisationType.FIRM)
        )
        self.hosts[name] = profile.id
        self.service.cohorts.vet(profile.id, capacity=capacity, by=None)
        return profile.id

    def student(self, name: str, *, consents: bool = True) -> UUID:
        profile = registered(
            self.service,
            a_student(
                name,
                visibility=Visibility.STAFF,
                evidence=("Project on robot welding of small series.",),
            ),
        )
        self.students[name] = profile.id
        self.service.cohorts.enrol(self.cohort, [profile.id], by=None)
        if consents:
            self.service.wishes.consent(self.cohort, profile.id, given=True, by=None)
        return profile.id

    def position(self, title: str, host: str, *, approved: bool = True, **values: Any) -> UUID:
        offered = self.service.wishes.offer(
            self.hosts[host],
            **{"title": title, "tasks": "Weld and measure.", **PERIOD, **values},
            by=None,
        )
        self.positions[title] = offered.id
        if approved:
            self.service.cohorts.approve(self.cohort, offered.id, approved=True, by=None)
        return offered.id

    def wish(self, name: str, *titles: str) -> None:
        self.service.wishes.rank(
            self.cohort,
            self.students[name],
            {self.positions[title]: rank for rank, title in enumerate(titles, start=1)},
            by=None,
        )

    def placed(self, view: RoundView, method: Method = Method.STABLE) -> dict[str, str]:
        """Return student -> position of a method, by name."""
        return {
            view.names[one.student]: view.names[one.position]
            for one in view.answers[method].result.placed
        }


def a_campus(service: Matchmaker) -> Campus:
    """Return a university with an empty cohort."""
    university = registered(
        service,
        an_organisation("Nordvest Universitet", organisation_type=OrganisationType.UNIVERSITY),
    )
    cohort = service.cohorts.create(university.id, name="Spring 2027", **PERIOD, by=None)
    return Campus(service=service, university=university.id, cohort=cohort.id)


def a_small_round(service: Matchmaker) -> tuple[Campus, UUID]:
    """Return three students who want two positions, and an open round."""
    campus = a_campus(service)
    campus.host("Smedjen")
    campus.host("Robotværket")
    campus.position("Welding", "Smedjen")
    campus.position("Robots", "Robotværket")
    for name in ("Ane", "Bo", "Carl"):
        campus.student(name)
    campus.wish("Ane", "Welding", "Robots")
    campus.wish("Bo", "Welding")
    campus.wish("Carl", "Welding", "Robots")
    return campus, service.assignment.open(campus.cohort, seed="spring", by=None).id


def claimed(service: Matchmaker, account_id: UUID, profile_id: UUID) -> None:
    """Let an account be a student."""
    with Sessions(service.engine).writing() as session:
        session.add(Claim(account_id=account_id, profile_id=profile_id, claimed_at=NOW))


def everything_placed(service: Matchmaker, me: UUID) -> dict[str, UUID]:
    """Return ids of one of each, by their names in addresses; the account is one of the students.

    One placement came of a first round; a second round was run, with a lock, and can be published.
    """
    campus, first = a_small_round(service)
    supervisor = service.cohorts.add_supervisor(
        campus.cohort, name="Åse Ørum", email="aase@example.dk", capacity=9, by=None
    )
    service.assignment.run(first, by=None)
    answer = service.assignment.view(first).answers[Method.STABLE].answer_id
    placement, *_ = service.assignment.publish(first, answer, by=None)
    spare, free = campus.student("Dorte"), campus.position("Sawing", "Smedjen", places=5)
    mine = campus.student("Eva")
    claimed(service, me, mine)
    service.belonging.join(me, campus.hosts["Smedjen"], by=None)
    service.belonging.join(me, campus.university, by=None)
    for name in ("Dorte", "Eva"):
        campus.wish(name, "Sawing")
    service.cohorts.propose(campus.cohort, by=None)
    second = service.assignment.open(campus.cohort, by=None).id
    lock = service.assignment.lock(second, mine, free, reason="lives next door", by=None)
    service.assignment.run(second, by=None)
    view = service.assignment.view(second)
    contest = service.contests.contest_order(campus.cohort, spare, free, "I saw well.", by=None)
    return {
        "contest_id": contest.id,
        "university_id": campus.university,
        "cohort_id": campus.cohort,
        "seat_id": campus.cohort,
        "student_id": spare,
        "supervisor_id": supervisor.id,
        "host_id": campus.hosts["Smedjen"],
        "position_id": free,
        "offered_id": free,
        "round_id": second,
        "lock_id": lock.id,
        "answer_id": view.answers[Method.STABLE].answer_id,
        "placement_id": placement.id,
    }


@contextmanager
def held_up(jobs: RoundJobs) -> Iterator[None]:
    """Keep the worker busy with something else, and wait for all it has to do afterwards."""
    go = Event()
    jobs.worker.put("gate", lambda: go.wait(20))
    yield
    go.set()
    assert jobs.worker.wait()


def asked_halfway(service: Matchmaker, placement_id: UUID) -> None:
    """Ask the parties of a placement how it goes, whatever day it is."""
    with Sessions(service.engine).writing() as session:
        ask_halfway(
            session, assignment.placement(session, placement_id), at=service.mailing.clock()
        )


def completed(service: Matchmaker, placement_id: UUID) -> None:
    """Let all parties agree, begin and end."""
    for party in service.placements.view(placement_id).placement.parties():
        service.placements.agree(placement_id, party, by=None)
    for action in (PlacementAction.START, PlacementAction.COMPLETE):
        service.placements.apply(placement_id, action, by=None)
