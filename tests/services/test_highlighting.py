"""Words are marked when somebody looks, once, and by the encoder that made the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from embeddings.encoders.hashing import HashingEncoder
from embeddings.protocols import TokenStates
from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Conditions, Match, MatchRun
from matchmaker.storage import matches
from matchmaker.storage.database import Sessions
from tests.factories import a_workshop
from tests.pages.conftest import WELDING, lenient
from tests.services.conftest import Start

DIMENSION = 256


class LookingEncoder(HashingEncoder):
    """Remembers whose tokens it was asked for."""

    def __init__(self) -> None:
        super().__init__(DIMENSION)
        self.asked: list[list[str]] = []

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenStates]:
        self.asked.append(list(texts))
        return super().encode_tokens(texts)


@pytest.fixture
def looking() -> LookingEncoder:
    """An encoder that counts how often it is asked for tokens."""
    return LookingEncoder()


@pytest.fixture
def workshop(start: Start, looking: LookingEncoder) -> Matchmaker:
    """The service with eight profiles and an index of this encoder, and floors for it."""
    service = lenient(start(looking))
    service.profiles.register_all(a_workshop())
    service.indexing.rebuild()
    return service


@pytest.fixture
def run(workshop: Matchmaker) -> MatchRun:
    """A list about welding, as it was kept."""
    challenge = workshop.challenges.submit(text=WELDING, language="en", place="Odense")
    made = workshop.matchmaking.run(challenge.id)
    assert made.matches
    return workshop.matchmaking.get_run(made.id)


def marks(run: MatchRun) -> list[list[Any]]:
    return [[one.highlights for one in match.reason.evidence] for match in run.matches]


def words_marked(run: MatchRun) -> list[str]:
    return [
        one.text[start:end]
        for match in run.matches
        for one in match.reason.evidence
        for start, end in one.highlights or ()
    ]


def test_a_run_does_not_wait_for_marks(looking: LookingEncoder, run: MatchRun) -> None:
    assert not looking.asked
    assert all(one is None for match in marks(run) for one in match)


def test_words_that_the_sentence_has_too_are_marked_and_kept(
    workshop: Matchmaker, looking: LookingEncoder, run: MatchRun
) -> None:
    found = workshop.highlighting.mark(run)

    said = {word.strip(".").lower() for sentence in run.sentences for word in sentence.split()}
    words = [word.lower() for span in words_marked(found) for word in span.split()]
    assert set(words) & said
    assert not {"and", "of", "with", "the", "we", "our"} & set(words)
    assert marks(workshop.matchmaking.get_run(run.id)) == marks(found)
    assert len(looking.asked) == 1
    assert len(looking.asked[0]) == len(set(looking.asked[0]))


def test_what_is_kept_is_not_worked_out_again(
    workshop: Matchmaker, looking: LookingEncoder, run: MatchRun
) -> None:
    first = marks(workshop.highlighting.mark(run))
    again = workshop.matchmaking.get_run(run.id)

    assert not workshop.highlighting.can_mark(again)
    assert marks(workshop.highlighting.mark(again)) == first
    assert len(looking.asked) == 1


def test_only_what_is_missing_is_worked_out(
    workshop: Matchmaker, looking: LookingEncoder, run: MatchRun
) -> None:
    kept, *_ = run.matches
    odd = {
        **kept.reason_json,
        "evidence": [{**one, "highlights": [[0, 1]]} for one in kept.reason_json["evidence"]],
    }
    with Sessions(workshop.engine).writing() as session:
        matches.keep_reasons(session, {kept.id: odd})

    found = workshop.highlighting.mark(workshop.matchmaking.get_run(run.id))

    assert marks(found)[0] == [((0, 1),)] * len(kept.reason.evidence)
    assert all(one is not None for match in marks(found) for one in match)
    shown_elsewhere = {one.text for match in run.matches[1:] for one in match.reason.evidence}
    assert {one.text for one in kept.reason.evidence}.isdisjoint(
        set(looking.asked[0]) - shown_elsewhere - set(run.sentences)
    )


def test_marks_change_neither_the_list_nor_its_replay(workshop: Matchmaker, run: MatchRun) -> None:
    before = [(match.profile_id, match.score, match.fit) for match in run.matches]
    workshop.highlighting.mark(run)

    after = workshop.matchmaking.get_run(run.id)

    assert [(match.profile_id, match.score, match.fit) for match in after.matches] == before
    assert [match.reason.uncovered for match in after.matches] == [
        match.reason.uncovered for match in run.matches
    ]
    assert workshop.matchmaking.replay(run.id).same


def test_the_list_of_another_encoder_stays_without_marks(
    workshop: Matchmaker, start: Start, run: MatchRun
) -> None:
    other = start(HashingEncoder(DIMENSION // 2))

    assert not other.highlighting.can_mark(run)
    assert all(one is None for match in marks(other.highlighting.mark(run)) for one in match)


def test_without_an_index_of_this_encoder_the_list_stays_as_it_is(
    workshop: Matchmaker, looking: LookingEncoder, run: MatchRun
) -> None:
    with workshop.engine.begin() as connection:
        connection.execute(text("UPDATE index_generations SET state = 'retired'"))

    assert all(one is None for match in marks(workshop.highlighting.mark(run)) for one in match)
    assert not looking.asked


def test_a_profile_that_was_erased_meanwhile_is_no_trouble(
    workshop: Matchmaker, run: MatchRun
) -> None:
    workshop.profiles.erase(run.matches[0].profile_id)

    workshop.highlighting.mark(run)

    kept = workshop.matchmaking.get_run(run.id)
    assert marks(kept) == marks(run)[1:]


def test_a_profile_that_is_hidden_meanwhile_is_neither_read_nor_emptied(
    workshop: Matchmaker, looking: LookingEncoder, run: MatchRun
) -> None:
    hidden, *_ = run.matches
    said = {one.text for one in hidden.reason.evidence}
    others = {one.text for match in run.matches[1:] for one in match.reason.evidence}
    with workshop.engine.begin() as connection:
        connection.execute(
            text("UPDATE profiles SET visibility = 'staff' WHERE id = :id"),
            {"id": hidden.profile_id.hex},
        )

    workshop.highlighting.mark(workshop.matchmaking.get_run(run.id))

    assert (said - others).isdisjoint(looking.asked[0])
    with Sessions(workshop.engine).reading() as session:
        kept = session.get(Match, hidden.id)
        assert kept is not None
        assert kept.reason_json == hidden.reason_json


def test_keeping_the_reason_of_a_match_that_is_not_there_writes_nothing(
    workshop: Matchmaker, run: MatchRun
) -> None:
    with Sessions(workshop.engine).writing() as session:
        matches.keep_reasons(session, {uuid4(): {}})
        matches.keep_reasons(session, {})

    assert marks(workshop.matchmaking.get_run(run.id)) == marks(run)


def test_an_empty_list_has_nothing_to_mark(workshop: Matchmaker, looking: LookingEncoder) -> None:
    challenge = workshop.challenges.submit(text=WELDING)
    run = workshop.matchmaking.run(challenge.id, conditions=Conditions(languages=("fi",)))
    assert not run.matches

    assert not workshop.highlighting.can_mark(run)
    assert workshop.highlighting.mark(run) is run
    assert not looking.asked
