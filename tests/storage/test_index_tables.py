"""Generations, stamps, passages and the change log."""

from __future__ import annotations

from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.models import (
    Evidence,
    Expert,
    GenerationState,
    IndexGeneration,
    Passage,
    Profile,
    Visibility,
)
from matchmaker.storage import change_log, generations, profiles
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_evidence, an_expert


def a_generation(fingerprint: str = "f", **values: object) -> IndexGeneration:
    return IndexGeneration(
        encoder_name="hashing:",
        fingerprint=fingerprint,
        dimension=2,
        composer_version=1,
        created_at=NOW,
        **values,  # type: ignore[arg-type]
    )


def a_row(
    generation: int, profile: UUID, text: str = "welds", position: int = 0
) -> dict[str, object]:
    return {
        "generation_id": generation,
        "profile_id": profile,
        "position": position,
        "text": text,
        "text_hash": f"hash of {text}",
        "terms": text,
        "language": "en",
        "visibility": Visibility.PUBLIC,
        "vector": np.array([1, 0], dtype=np.float32),
    }


@pytest.fixture
def expert(sessions: Sessions) -> Expert:
    """An expert who is stored."""
    expert = an_expert()
    with sessions.writing() as session:
        session.add(expert)
    return expert


@pytest.fixture
def generation(sessions: Sessions) -> int:
    """The id of a generation that is being built."""
    with sessions.writing() as session:
        session.add(generation := a_generation())
    return generation.id


def test_a_stamp_moves_forward_only(sessions: Sessions, expert: Expert, generation: int) -> None:
    moves = [(2, True), (2, False), (1, False), (5, True), (4, False)]
    for revision, moved in moves:
        with sessions.writing() as session:
            assert generations.stamp_forward(session, generation, expert.id, revision) is moved
    with sessions.reading() as session:
        assert generations.stamps(session, generation) == {expert.id: 5}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_in_any_order_the_stamp_ends_at_the_newest_revision(
    shared: Sessions, revisions: list[int]
) -> None:
    with shared.writing() as session:
        session.add_all([generation := a_generation(), profile := an_expert()])
        session.flush()
        newest = 0
        for revision in revisions:
            moved = generations.stamp_forward(session, generation.id, profile.id, revision)
            assert moved is (revision > newest)
            newest = max(newest, revision)
            assert generations.stamps(session, generation.id) == {profile.id: newest}
        session.rollback()


def test_a_profile_waits_until_its_stamp_is_its_revision(
    sessions: Sessions, expert: Expert, generation: int
) -> None:
    def waiting() -> list[UUID]:
        with sessions.reading() as session:
            ids = list(generations.waiting(session, generation, 10))
            number, oldest = generations.backlog(session, generation)
        assert number == len(ids)
        assert oldest == (NOW if ids else None)
        return ids

    assert waiting() == [expert.id]
    with sessions.writing() as session:
        generations.stamp_forward(session, generation, expert.id, expert.revision)
    assert waiting() == []
    with sessions.writing() as session:
        session.get_one(Expert, expert.id).revise(at=NOW, capacity=9)
    assert waiting() == [expert.id]
    with sessions.writing() as session:
        generations.stamp_forward(session, generation, expert.id, 2)
        generations.forget_stamps(session, generation, [expert.id])
    assert waiting() == [expert.id]


def test_those_who_wait_come_in_the_order_of_their_ids(sessions: Sessions, generation: int) -> None:
    experts = [an_expert() for _ in range(9)]
    with sessions.writing() as session:
        session.add_all(experts)
    with sessions.reading() as session:
        first = generations.waiting(session, generation, 4)
    assert list(first) == sorted(one.id for one in experts)[:4]


def test_a_change_of_a_subclass_column_alone_raises_the_revision(
    sessions: Sessions, expert: Expert
) -> None:
    with sessions.writing() as session:
        session.get_one(Expert, expert.id).capacity = 7
    with sessions.reading() as session:
        assert session.get_one(Profile, expert.id).revision == 2


def test_evidence_raises_the_revision_through_its_profile_only(
    sessions: Sessions, expert: Expert
) -> None:
    with sessions.writing() as session:
        item = an_evidence("Added behind the profile's back.")
        item.profile_id = expert.id
        session.add(item)
    with sessions.reading() as session:
        assert session.get_one(Expert, expert.id).revision == 1
    with sessions.writing() as session:
        stored = profiles.find(session, expert.id)
        assert stored is not None
        stored.replace_evidence([an_evidence("Through the front door.")], at=NOW.replace(hour=10))
    with sessions.reading() as session:
        assert session.get_one(Expert, expert.id).revision == 2


def test_at_most_one_generation_is_live(sessions: Sessions) -> None:
    with sessions.writing() as session:
        assert generations.live(session) is None
        session.add_all([old := a_generation(), new := a_generation()])
        session.flush()
        for one in (old, new):
            generations.make_live(session, one.id, NOW)
    with sessions.reading() as session:
        live = generations.live(session)
        assert live is not None
        assert (live.id, live.live_since) == (new.id, NOW)
        assert session.get_one(IndexGeneration, old.id).state is GenerationState.RETIRED


def test_an_unfinished_generation_is_found_by_encoder_composer_and_voice(
    sessions: Sessions,
) -> None:
    with sessions.writing() as session:
        session.add_all(
            [
                begun := a_generation("mine"),
                a_generation("mine", state=GenerationState.RETIRED),
                a_generation("other"),
                heard := a_generation("mine", voice_fingerprint="voice"),
            ]
        )
    with sessions.reading() as session:
        found = generations.building(session, "mine", 1)
        assert found is not None
        assert found.id == begun.id
        assert generations.building(session, "mine", 2) is None
        with_voice = generations.building(session, "mine", 1, "voice")
        assert with_voice is not None
        assert with_voice.id == heard.id
        assert generations.building(session, "mine", 1, "another") is None


def test_dropping_generations_takes_their_rows_along(
    sessions: Sessions, expert: Expert, generation: int
) -> None:
    with sessions.writing() as session:
        session.add(kept := a_generation())
        session.flush()
        for one in (generation, kept.id):
            generations.stamp_forward(session, one, expert.id, 1)
            generations.keep_language_means(session, one, "query", {"da": np.float32([1, 0])})
            generations.replace_passages(session, one, expert.id, [a_row(one, expert.id)])
        assert generations.drop_others(session, kept.id) == 1
    with sessions.reading() as session:
        assert not generations.exists(session, generation)
        assert generations.exists(session, kept.id)
        assert generations.stamps(session, generation) == {}
        assert generations.language_means(session, generation, "query") == {}
        assert generations.passage_ids(session, generation) == set()
        assert len(generations.passage_ids(session, kept.id)) == 1


def test_language_means_are_kept_by_side(sessions: Sessions, generation: int) -> None:
    mean = np.array([0.5, 0.25], dtype=np.float32)
    with sessions.writing() as session:
        generations.keep_language_means(session, generation, "query", {"da": mean})
    with sessions.reading() as session:
        (kept,) = generations.language_means(session, generation, "query").items()
        assert generations.language_means(session, generation, "document") == {}
    assert kept[0] == "da"
    np.testing.assert_array_equal(kept[1], mean)


def test_passages_come_by_profile_and_position_and_old_ones_go(
    sessions: Sessions, generation: int
) -> None:
    experts = sorted((an_expert() for _ in range(2)), key=lambda one: one.id)
    with sessions.writing() as session:
        session.add_all(experts)
        session.flush()
        for expert in reversed(experts):
            rows = [a_row(generation, expert.id, text, at) for at, text in [(1, "b"), (0, "a")]]
            generations.replace_passages(session, generation, expert.id, rows)
    with sessions.reading() as session:
        everything = list(generations.passages(session, generation))
        some = list(generations.passages(session, generation, [experts[1].id]))
        hashes = generations.text_hashes(session, generation)
    assert [(row[1], row[3]) for row in everything] == [
        (expert.id, text) for expert in experts for text in "ab"
    ]
    assert [row[0] for row in some] == [row[0] for row in everything[2:]]
    assert hashes[experts[0].id] == ["hash of a", "hash of b"]
    with sessions.writing() as session:
        generations.replace_passages(session, generation, experts[0].id, [])
    with sessions.reading() as session:
        assert [row[1] for row in generations.passages(session, generation)] == [experts[1].id] * 2


def test_texts_of_passages_are_read_by_id(
    sessions: Sessions, expert: Expert, generation: int
) -> None:
    evidence_id = uuid4()
    with sessions.writing() as session:
        row = {**a_row(generation, expert.id), "evidence_id": evidence_id}
        generations.replace_passages(session, generation, expert.id, [row])
    with sessions.reading() as session:
        (id_,) = generations.passage_ids(session, generation)
        assert generations.passage_texts(session, [id_, 999]) == {id_: ("welds", "en", evidence_id)}


def test_vectors_are_known_again_in_any_generation_of_the_same_encoder(
    sessions: Sessions, expert: Expert
) -> None:
    with sessions.writing() as session:
        session.add_all([mine := a_generation("mine"), other := a_generation("other")])
        session.flush()
        for one, text in ((mine, "welds"), (other, "lasers")):
            generations.replace_passages(
                session, one.id, expert.id, [a_row(one.id, expert.id, text)]
            )
    with sessions.reading() as session:
        wanted = ["hash of welds", "hash of lasers"]
        assert set(generations.known_vectors(session, "mine", wanted)) == {"hash of welds"}
        assert generations.known_vectors(session, "mine", []) == {}


def test_erasing_a_profile_takes_evidence_passages_and_stamps_along_but_not_the_log(
    sessions: Sessions, generation: int
) -> None:
    expert = an_expert(evidence=("One.",))
    with sessions.writing() as session:
        session.add(expert)
        session.flush()
        generations.stamp_forward(session, generation, expert.id, 1)
        generations.replace_passages(session, generation, expert.id, [a_row(generation, expert.id)])
        change_log.append(session, [expert.id])
    with sessions.writing() as session:
        session.delete(session.get_one(Expert, expert.id))
    with sessions.reading() as session:
        assert not session.query(Evidence).count() + session.query(Passage).count()
        assert generations.stamps(session, generation) == {}
        assert change_log.after(session, 0) == [expert.id]


def test_the_log_tells_each_changed_profile_once_after_a_position(sessions: Sessions) -> None:
    one, other = uuid4(), uuid4()
    with sessions.writing() as session:
        assert (change_log.first_position(session), change_log.last_position(session)) == (0, 0)
        change_log.append(session, [one, other, one])
        change_log.append(session, [])
    with sessions.reading() as session:
        assert set(change_log.after(session, 0)) == {one, other}
        assert len(change_log.after(session, 0)) == 2
        assert change_log.after(session, 2) == [one]
        assert change_log.after(session, 3) == []
        assert change_log.last_position(session) == 3


def test_a_trimmed_log_keeps_its_newest_lines_and_their_positions(sessions: Sessions) -> None:
    with sessions.writing() as session:
        change_log.append(session, [uuid4() for _ in range(10)])
        assert change_log.trim(session, keep=4) == 6
        assert change_log.trim(session, keep=4) == 0
    with sessions.reading() as session:
        assert (change_log.first_position(session), change_log.last_position(session)) == (7, 10)
