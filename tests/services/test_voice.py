"""A second voice reads English, and Danish as if it were; it touches no other texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import func, select, update

from embeddings.encoders.hashing import HashingEncoder
from embeddings.protocols import Progress, Vectors
from matchmaker.bootstrap import Matchmaker, build, prepare_encoders
from matchmaker.config import Settings
from matchmaker.errors import IndexNotReady
from matchmaker.matching import ranking
from matchmaker.matching.languages import reference_documents
from matchmaker.matching.policy import DEFAULT_POLICY, MatchingPolicy
from matchmaker.matching.voice import as_read
from matchmaker.models import Challenge, Conditions, IndexGeneration, Passage, Place
from matchmaker.services.deletion import questions_of
from matchmaker.services.evaluation import JudgedChallenge
from matchmaker.services.everybody import Everybody
from matchmaker.services.question import Question, Stopwatch
from matchmaker.services.search import Search
from matchmaker.services.synthetic import profiles as synthetic_profiles
from matchmaker.services.synthetic_index import FragmentVectors, fill
from matchmaker.storage.database import Sessions
from tests.factories import NOW, an_expert
from tests.services.conftest import Start
from tests.services.encoders import CountingEncoder
from tests.services.replicas import assert_true
from tests.services.test_index_check import mended

CHALLENGE = "We get cracks beside the seam when we join thick plates."
DANISH = "Vi får revner ved siden af sømmen, når vi svejser tykke plader."
TOLD = {
    ("Reads fractures", "en"): "I look at fractures next to a weld and tell the reason.",
    ("Plans orders", "en"): "I plan orders and deliveries of a small machine shop.",
    ("Finder revner", "da"): "Jeg finder årsagen til revner ved siden af en svejsning.",
    ("Planlægger", "da"): "Jeg planlægger ordrer og leverancer for et lille værksted.",
}
_SAME = {"fractures": "cracks", "next": "beside", "weld": "seam", "welding": "seam"}
POLICY = replace(DEFAULT_POLICY, near_tie=0.0)


class EnglishEncoder(CountingEncoder):
    """Knows which English words mean the same, and has another dimension than the first."""

    def __init__(self) -> None:
        super().__init__(96)

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        super().encode_documents(texts)
        return HashingEncoder.encode_documents(self, [_plain(one) for one in texts], progress)

    def encode_query_parts(self, parts: Sequence[str]) -> Vectors:
        super().encode_query_parts(parts)
        told = [_plain(one) for one in parts]
        return HashingEncoder.encode_documents(self, [" ".join(told), *told] if told else [])


def _plain(text: str) -> str:
    return " ".join(_SAME.get(word.strip(".,"), word) for word in text.lower().split())


@pytest.fixture
def voice() -> EnglishEncoder:
    return EnglishEncoder()


@pytest.fixture
def heard(start: Start, counting: CountingEncoder, voice: EnglishEncoder) -> Matchmaker:
    """Two who know and two who plan, one of each in each language, read by both encoders."""
    service = start(counting, voice=voice)
    service.profiles.register_all(
        [
            an_expert(name, language=language, summary=text, evidence=(f"{text} {name}.",))
            for (name, language), text in TOLD.items()
        ]
    )
    service.indexing.sync()
    counting.queries.clear()
    voice.queries.clear()  # of the challenges that scale and means are taken from
    return service


def a_question(
    service: Matchmaker, text: str, language: str, conditions: Conditions | None = None
) -> Question:
    vectors, voiced = service.matchmaking.asking.encode((text,), language)
    return Question(
        sentences=(text,),
        language=language,
        vectors=vectors,
        voiced=voiced,
        place=Place(),
        conditions=conditions or Conditions(),
        today=NOW.date(),
        seed=UUID(int=1),
    )


def sums(service: Matchmaker, question: Question, policy: MatchingPolicy) -> dict[str, float]:
    """Return the sum of everybody by name, to the last bit."""
    replica = service.matchmaking.replica
    replica.catch_up()
    names = {one.id: one.name for one in service.profiles.page(limit=100).items}
    with service.matchmaking.sessions.reading() as session:
        pool = Everybody(replica, session, question)
        pool.ask(question)
        candidates, found = Search(replica).sums(pool, policy)
    return {
        names[one.profile_id]: total for one, total in zip(candidates, found.tolist(), strict=True)
    }


def with_share(share: float) -> MatchingPolicy:
    return replace(POLICY, voice_share=share)


@pytest.mark.parametrize(
    ("text", "language", "moved"),
    [
        (CHALLENGE, "en", {"en", "da"}),
        (DANISH, "da", {"en", "da"}),
    ],
)
def test_what_the_voice_reads_moves_and_all_else_stays_to_the_last_bit(
    heard: Matchmaker, text: str, language: str, moved: set[str]
) -> None:
    question = a_question(heard, text, language)
    alone, both = (sums(heard, question, with_share(share)) for share in (0.0, 0.5))
    assert {name for name in alone if alone[name] != both[name]} == {
        name for name, code in TOLD if code in moved
    }


def test_a_norwegian_challenge_is_judged_as_without_a_voice(
    heard: Matchmaker, voice: EnglishEncoder
) -> None:
    question = a_question(heard, DANISH, "nb")
    assert question.voiced is None
    assert voice.queries == []
    alone, both = (sums(heard, question, with_share(share)) for share in (0.0, 0.5))
    assert alone == both


def test_who_says_the_same_in_other_words_gains_on_who_does_not(heard: Matchmaker) -> None:
    question = a_question(heard, CHALLENGE, "en")
    alone, both = (sums(heard, question, with_share(share)) for share in (0.0, 0.5))

    def lead(of: dict[str, float]) -> float:
        return of["Reads fractures"] - of["Plans orders"]

    assert lead(both) > lead(alone) + 0.05


def test_examples_move_the_challenge_and_leave_what_the_voice_adds(heard: Matchmaker) -> None:
    example = next(
        one.id for one in heard.profiles.page(limit=100).items if one.name == "Planlægger"
    )
    plain = a_question(heard, CHALLENGE, "en")
    steered = replace(plain, conditions=Conditions(more_like=(example,)))
    replica = heard.matchmaking.replica
    replica.catch_up()
    found: dict[tuple[bool, float], dict[UUID, float]] = {}
    for question in (plain, steered):
        for share in (0.0, 0.5):
            policy = replace(with_share(share), midpoint=0.0, answer_from=0.0)
            with heard.matchmaking.sessions.reading() as session:
                ordered = Search(replica).rank(session, question, policy, Stopwatch()).ordered
            found[question is steered, share] = {
                one.candidate.profile_id: one.raw
                for one in ordered
                if one.candidate.profile_id != example
            }
    for one in found[False, 0.0]:
        adds, adds_steered = (found[which, 0.5][one] - found[which, 0.0][one] for which in (0, 1))
        assert adds_steered == pytest.approx(adds, abs=1e-5)
    assert found[True, 0.5] != found[False, 0.5]


def test_the_voice_reads_each_text_once_and_danish_ones_in_english_words(
    heard: Matchmaker, voice: EnglishEncoder
) -> None:
    # Where languages lie is asked of the reference texts anew for every generation.
    reference = {as_read(one, "da") for one in reference_documents()["da"]}
    told = [one for one in voice.documents if one not in reference]
    assert any("cause crack" in text for text in told)
    assert not any("Jeg" in text for text in told)
    assert len(told) == len(set(told)) > 0
    heard.indexing.rebuild()
    assert [one for one in voice.documents if one not in reference] == told


def test_a_voice_that_is_turned_on_or_off_leaves_the_encoders_vectors(
    start: Start, counting: CountingEncoder, voice: EnglishEncoder
) -> None:
    silent = start(counting)
    silent.profiles.register_all(
        [an_expert(name, language=code, summary=text) for (name, code), text in TOLD.items()]
    )
    silent.indexing.sync()
    read = list(counting.documents)

    service = start(counting, voice=voice)
    assert not service.indexing.readiness().ready
    with pytest.raises(IndexNotReady):
        service.matchmaking.replica.catch_up()
    assert service.indexing.sync() == len(TOLD)
    assert counting.documents == read
    assert voice.documents
    assert service.indexing.readiness().ready
    assert service.indexing.check()

    with pytest.raises(IndexNotReady):
        silent.matchmaking.replica.catch_up()
    silent.indexing.sync()
    assert counting.documents == read
    with Sessions(silent.engine).reading() as session:
        kept = session.scalar(
            select(func.count()).select_from(Passage).where(Passage.voice_vector.is_not(None))
        )
    assert kept == 0


def test_another_voice_is_another_index(heard: Matchmaker, start: Start) -> None:
    other = start(CountingEncoder(), voice=HashingEncoder(32))
    with pytest.raises(IndexNotReady):
        other.matchmaking.replica.catch_up()
    other.indexing.sync()
    assert_true(other.matchmaking.replica, other)


def test_replicas_follow_what_the_voice_has_read(heard: Matchmaker) -> None:
    replica = heard.matchmaking.replica
    assert_true(replica, heard)
    gone = next(one.id for one in heard.profiles.page(limit=100).items if one.language == "en")
    heard.profiles.erase(gone)
    heard.profiles.register_all([an_expert("New", summary="Reads cracks.")])
    heard.indexing.sync()
    assert_true(replica, heard)


@pytest.mark.parametrize("language", ["en", "da", "de"])
def test_a_vector_of_the_voice_that_is_missing_or_has_no_business_is_found_and_mended(
    heard: Matchmaker, language: str
) -> None:
    if language == "de":
        heard.profiles.register_all(
            [an_expert("Findet Risse", language="de", summary="Ich finde Risse neben der Naht.")]
        )
        heard.indexing.sync()
    with Sessions(heard.engine).writing() as session:
        wrong = session.scalars(select(Passage.id).where(Passage.language == language)).first()
        vector = None if language != "de" else np.eye(96, dtype=np.float32)[0]
        session.execute(update(Passage).where(Passage.id == wrong).values(voice_vector=vector))
    mended(heard, {"bad vectors": 1})


def test_a_challenge_is_read_once_by_each_and_replayed_to_the_same_scores(
    heard: Matchmaker, voice: EnglishEncoder, counting: CountingEncoder
) -> None:
    challenge = heard.challenges.submit(text=CHALLENGE, language="en")
    run = heard.matchmaking.run(challenge.id)
    read = list(voice.queries), list(counting.queries)
    assert voice.queries
    again = heard.matchmaking.run(challenge.id)
    replayed = heard.matchmaking.replay(run.id)
    assert (voice.queries, counting.queries) == read
    assert [one.score for one in again.matches] == [one.score for one in run.matches]
    assert replayed.same
    assert replayed.index_unchanged


def test_what_only_the_voice_has_not_read_is_read_by_it_alone(
    start: Start, counting: CountingEncoder, voice: EnglishEncoder
) -> None:
    silent = start(counting)
    challenge = silent.challenges.submit(text=CHALLENGE, language="en")
    silent.matchmaking.run(challenge.id)
    service = start(counting, voice=voice)
    service.indexing.sync()
    counting.queries.clear()
    voice.queries.clear()
    service.matchmaking.run(challenge.id)
    assert counting.queries == []
    assert voice.queries == [CHALLENGE]


def test_a_profile_has_the_score_of_the_run_in_the_other_direction(heard: Matchmaker) -> None:
    lenient = replace(POLICY, voice_share=0.5, answer_from=0.0, midpoint=-0.5)
    lenient = replace(lenient, fit_from=dict.fromkeys(lenient.fit_from, 0.0))
    matchmaking = replace(heard.matchmaking, policies={"lenient": lenient}, policy_name="lenient")
    directions = replace(heard.directions, matchmaking=matchmaking)
    heard.challenges.register_samples(
        [
            Challenge(
                title="Cracks",
                text=CHALLENGE,
                language="en",
                sample=True,
                created_at=NOW,
                updated_at=NOW,
            )
        ]
    )
    (sample,) = heard.challenges.samples()
    run = matchmaking.run(sample.id)
    assert len(run.matches) > 1
    for match in run.matches:
        (found,) = directions.challenges_for(match.profile_id).items
        assert round(found.score, ranking.DECIMALS) == match.score


def test_evaluation_asks_both(heard: Matchmaker) -> None:
    judged = JudgedChallenge(
        id=UUID(int=2),
        wordings={"en": ("Cracks", CHALLENGE), "da": ("Revner", DANISH)},
        place=Place(),
        grades={},
    )
    questions = questions_of([judged], heard.evaluation.asking, NOW.date())
    assert {one.language: one.voiced is not None for one in questions} == {"en": True, "da": True}
    own = heard.evaluation.question(judged, "en", judged.wordings["en"])
    assert own.voiced is not None
    assert own.voiced.shape == (len(own.sentences) + 1, 96)


def test_synthetic_profiles_have_what_the_voice_would_have_read(heard: Matchmaker) -> None:
    voice = heard.indexing.voice
    assert voice is not None
    vectors, voiced = (FragmentVectors(one) for one in (heard.indexing.encoder, voice))
    given = synthetic_profiles(30, today=NOW.date())
    fill(Sessions(heard.engine), heard.indexing, vectors, given, voiced=voiced)
    assert heard.indexing.check()
    assert_true(heard.matchmaking.replica, heard)


def test_the_scale_of_the_voice_is_kept_with_its_generation(heard: Matchmaker) -> None:
    with Sessions(heard.engine).reading() as session:
        generation = session.scalars(select(IndexGeneration)).one()
    assert generation.voice_scale is not None
    assert 0.1 < generation.voice_scale < 10
    heard.matchmaking.replica.catch_up()
    assert heard.matchmaking.replica.voice is not None
    assert heard.matchmaking.replica.voice.scale == generation.voice_scale


@pytest.mark.parametrize(
    ("voice", "made"), [("hashing:48", "hashing:48"), ("", None), ("hashing:256", None)]
)
def test_the_setting_names_the_voice_and_an_encoder_is_no_voice_of_its_own(
    tmp_path: Path, voice: str, made: str | None
) -> None:
    settings = Settings(data_dir=tmp_path, encoder="hashing:256", voice=voice)
    prepare_encoders(settings)
    service = build(settings)
    found = service.matchmaking.voice
    assert (None if found is None else found.spec.name) == made
    service.close()
