"""Languages are equal: a challenge finds who can help, whichever language they write in."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from embeddings.indexes.exact import ExactIndex
from matchmaker.bootstrap import Matchmaker
from matchmaker.matching.policy import POLICIES
from matchmaker.models import Conditions, Place
from matchmaker.services.question import Question, Stopwatch
from matchmaker.services.replica import IndexReplica
from matchmaker.services.search import Search
from matchmaker.storage.database import Sessions
from tests.factories import an_expert
from tests.services.conftest import Start
from tests.services.encoders import SpeakingEncoder
from tests.services.worlds import TODAY

QUESTIONS = {
    "da": "Vi svejser aluminium, og der er revner i sømmen.",
    "en": "We weld aluminium, and there are cracks in the seam.",
}


@pytest.fixture
def bilingual(start: Start) -> Matchmaker:
    """A welder and a planner in each language, indexed with an encoder that hears languages."""
    service = start(SpeakingEncoder())
    told = {
        ("Welder", "en"): "I find the cause of cracks in the seam of aluminium that we weld.",
        ("Svejser", "da"): "Jeg finder årsagen til revner i sømmen på det aluminium vi svejser.",
        ("Planner", "en"): "I plan the orders and the delivery for a firm that has it.",
        ("Planlægger", "da"): "Jeg planlægger ordrer og levering for en fabrik, der har det.",
    }
    experts = [
        an_expert(name, language=language, summary=text, evidence=(text,))
        for (name, language), text in told.items()
    ]
    service.profiles.register_all(experts)
    service.indexing.sync()
    return service


def ranked(service: Matchmaker, language: str, *, corrected: bool) -> list[str]:
    """Return names best first, by nearness in meaning alone."""
    encoder = service.indexing.encoder
    sessions = Sessions(service.engine)
    replica = IndexReplica(sessions, encoder, ExactIndex, corrected=corrected)
    replica.catch_up()
    question = Question(
        sentences=[QUESTIONS[language]],
        language=language,
        vectors=encoder.encode_query_parts([QUESTIONS[language]]),
        place=Place(),
        conditions=Conditions(),
        today=TODAY,
        seed=uuid4(),
    )
    policy = replace(POLICIES["dense"], language_correction=corrected)
    with sessions.reading() as session:
        found = Search(replica).rank(session, question, policy, Stopwatch())
    names = {one.id: one.name for one in service.profiles.page().items}
    return [names[one.candidate.profile_id] for one in found.ordered]


@pytest.mark.parametrize(
    ("language", "own", "other"), [("da", "Svejser", "Welder"), ("en", "Welder", "Svejser")]
)
def test_with_correction_who_can_help_comes_first_in_either_language(
    bilingual: Matchmaker, language: str, own: str, other: str
) -> None:
    assert set(ranked(bilingual, language, corrected=True)[:2]) == {own, other}


@pytest.mark.parametrize(
    ("language", "wrong", "other"), [("da", "Planlægger", "Welder"), ("en", "Planner", "Svejser")]
)
def test_without_correction_who_cannot_help_but_writes_alike_comes_first(
    bilingual: Matchmaker, language: str, wrong: str, other: str
) -> None:
    order = ranked(bilingual, language, corrected=False)
    assert order.index(wrong) < order.index(other)


def test_the_service_answers_a_danish_challenge_with_an_english_profile(
    bilingual: Matchmaker,
) -> None:
    bilingual.profiles.erase(
        next(one.id for one in bilingual.profiles.page().items if one.name == "Svejser")
    )
    challenge = bilingual.challenges.submit(text=QUESTIONS["da"], language="da")
    run = bilingual.matchmaking.run(challenge.id)
    assert run.matches[0].profile.name == "Welder"
    assert run.matches[0].reason.evidence[0].language == "en"
