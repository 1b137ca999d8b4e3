"""After any history each replica holds what the database holds, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from embeddings.encoders.hashing import HashingEncoder
from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.faiss import FaissIndex
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Profile
from matchmaker.storage import change_log, profiles
from matchmaker.storage.database import Sessions
from tests.databases import SQLITE, Place
from tests.drill import repeats
from tests.factories import NOW, an_evidence
from tests.services.conftest import PREPARED, open_on
from tests.services.replicas import MAKERS, TEXTS, WORDS, a_replica, assert_true


class Histories(RuleBasedStateMachine):
    """Writes, erasures, indexing, restarts, trims, new generations and backups in any order."""

    new_place: Callable[[], Place]

    known = Bundle("known")

    def __init__(self) -> None:
        super().__init__()
        self.place = type(self).new_place()
        self.place.hold(PREPARED)
        self.service = open_on(self.place.folder, voice=HashingEncoder(48))
        self.service.indexing.sync()  # a generation that the voice has read
        self.sessions = Sessions(self.service.engine)
        self.replicas = [a_replica(self.service), a_replica(self.service, FaissIndex)]
        self.stored: set[UUID] = set()
        self.backup: tuple[str, set[UUID]] | None = None

    @initialize()
    def look(self) -> None:
        for one in self.replicas:
            one.catch_up()

    @rule(
        target=known,
        maker=st.sampled_from(MAKERS),
        summary=TEXTS | st.just(""),
        evidence=st.lists(TEXTS, max_size=3),
        language=st.sampled_from(["da", "en"]),
    )
    def register(self, maker: Any, summary: str, evidence: list[str], language: str) -> UUID:
        profile = maker(summary=summary, evidence=tuple(evidence), language=language)
        self.service.profiles.register_all([profile])
        self.stored.add(profile.id)
        return profile.id

    @rule(one=known, summary=TEXTS, country=st.sampled_from(["DK", "SE"]))
    def revise(self, one: UUID, summary: str, country: str) -> None:
        if one in self.stored:
            with self.sessions.writing() as session:
                profile = profiles.find(session, one)
                assert profile is not None
                profile.revise(at=NOW, summary=summary, country=country)

    @rule(one=known, evidence=st.lists(TEXTS, max_size=3))
    def replace_evidence(self, one: UUID, evidence: list[str]) -> None:
        if one in self.stored:
            with self.sessions.writing() as session:
                profile = profiles.find(session, one)
                assert profile is not None
                profile.replace_evidence(
                    [an_evidence(text, title="") for text in evidence],
                    at=self.service.indexing.clock(),
                )

    @rule(one=consumes(known))
    def erase(self, one: UUID) -> None:
        if one in self.stored:
            self.service.profiles.erase(one)
            self.stored.remove(one)

    @rule()
    def sync(self) -> None:
        self.service.indexing.sync()

    @rule()
    def rebuild(self) -> None:
        self.service.indexing.rebuild()

    @rule(keep=st.integers(1, 4))
    def trim(self, keep: int) -> None:
        with self.sessions.writing() as session:
            change_log.trim(session, keep=keep)

    @rule(number=st.integers(0, 1))
    def catch_up(self, number: int) -> None:
        self.replicas[number].catch_up()

    @rule(number=st.integers(0, 1))
    def restart(self, number: int) -> None:
        self.replicas[number] = a_replica(self.service, [ExactIndex, FaissIndex][number])

    @rule()
    def make_backup(self) -> None:
        self.service.engine.dispose()
        self.backup = (self.place.backup(), set(self.stored))

    @rule()
    def restore_backup(self) -> None:
        if self.backup is None:
            return
        self.service.engine.dispose()
        self.place.restore(self.backup[0])
        self.stored = set(self.backup[1])
        # They look before anything is written: a log that has caught up again hides the change.
        for one in self.replicas:
            one.catch_up()

    @invariant()
    def positions_never_pass_the_log(self) -> None:
        with self.sessions.reading() as session:
            last = change_log.last_position(session)
        assert all(one.position <= last for one in self.replicas)

    def teardown(self) -> None:
        try:
            self.service.indexing.sync()
            for one in self.replicas:
                assert_true(one, self.service)
            held = set(self.replicas[0].number_of) & {
                profile_id
                for profile_id, number in self.replicas[0].number_of.items()
                if len(self.replicas[0].passages_of[number])
            }
            assert held <= self.stored
            assert self.service.indexing.check()
        finally:
            self.service.close()
            self.place.close()


@pytest.mark.drill
def test_after_any_history_every_replica_equals_the_database(
    new_place: Callable[[], Place], dialect: str
) -> None:
    Histories.new_place = staticmethod(new_place)  # type: ignore[assignment]
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=repeats(8 if dialect == SQLITE else 4, drilled=50),
            stateful_step_count=20,
            deadline=None,
            # Twenty steps can be read as they are; making them fewer would take minutes.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


@pytest.mark.parametrize("index", [ExactIndex, FaissIndex])
def test_a_long_history_of_many_profiles_ends_true(service: Matchmaker, index: Any) -> None:
    dice = random.Random(11)

    def text() -> str:
        return " ".join(dice.choices(WORDS, k=4))

    replica = a_replica(service, index)
    stored: list[Profile] = []
    for step in range(40):
        new = [
            dice.choice(MAKERS)(
                summary=text(), evidence=tuple(text() for _ in range(dice.randint(0, 4)))
            )
            for _ in range(dice.randint(0, 5))
        ]
        service.profiles.register_all(new)
        stored += new
        for profile in dice.sample(stored, min(len(stored), 2)):
            service.profiles.erase(profile.id)
            stored.remove(profile)
        service.indexing.sync()
        if step % 3 == 0:
            replica.catch_up()
    assert_true(replica, service)
