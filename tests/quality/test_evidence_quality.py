"""What is shown as the reason is the reason: without it, a match is not what it was."""

from __future__ import annotations

import pytest

from api.cli.evaluate import judged_challenges
from api.cli.seed import read_judged
from matchmaker.bootstrap import Matchmaker
from matchmaker.services.deletion import DeletionCheck, DeletionResult, questions_of
from matchmaker.services.reading import read
from tests.factories import NOW
from tests.quality.conftest import SEED_DATA

pytestmark = [pytest.mark.model, pytest.mark.slow]
#: Every so many challenges are asked, in both languages.
STEP = 4
#: Of two words, so many are marked at least; both where nothing stands here. Norwegian and Swedish
#: are read, but the encoder's words of them lie farther from English than Danish ones do.
FEWER = {("sv", "en"): 1, ("nb", "en"): 0}


@pytest.fixture(scope="module")
def deletions(service: Matchmaker) -> DeletionResult:
    """What is missed when it is gone, over a match of every fourth challenge."""
    evaluation, policy = service.evaluation, service.matchmaking.policy
    check = DeletionCheck(
        evaluation.sessions,
        evaluation.encoder,
        evaluation.make_replica(policy.language_correction),
        policy,
    )
    judged = judged_challenges(read_judged(SEED_DATA))[::STEP]
    return check.run(questions_of(judged, evaluation.asking, NOW.date()), matches=1)


def test_no_passage_is_missed_more_than_the_first_that_is_shown(deletions: DeletionResult) -> None:
    assert deletions.passages.of >= 20
    assert deletions.passages.value >= 0.99


def test_marked_words_are_missed_more_than_other_words(deletions: DeletionResult) -> None:
    assert deletions.words.of >= 50
    assert deletions.words.value >= 0.85
    assert deletions.telling_words.value >= 0.85


def test_most_passages_have_a_few_marked_words(deletions: DeletionResult) -> None:
    assert deletions.marked.value >= 0.8
    assert 1 <= deletions.words_a_passage <= 6


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("da", "Der kommer revner i svejsningerne et par dage efter."),
        ("en", "Cracks appear in the welds a couple of days later."),
        ("nb", "Det kommer sprekker i sveisene et par dager etter."),
        ("sv", "Det blir sprickor i svetsarna ett par dagar efteråt."),
        ("de", "Ein paar Tage später entstehen Risse in den Schweißnähten."),
    ],
)
@pytest.mark.parametrize(
    ("own", "passage", "expected"),
    [
        (
            "en",
            "Measured hydrogen in welds and found what the cracks had begun at.",
            "welds cracks",
        ),
        (
            "da",
            "Målte brint i svejsninger og fandt, hvor revnerne var begyndt.",
            "svejsninger revner",
        ),
    ],
)
def test_the_words_that_say_the_same_are_marked_in_either_language(
    service: Matchmaker, language: str, sentence: str, own: str, passage: str, expected: str
) -> None:
    highlighting = service.highlighting
    correction = highlighting._correction()
    assert correction is not None
    reading = read(
        highlighting.encoder,
        correction,
        [sentence],
        language,
        answered=[0],
        passages={passage: own},
    )

    marked = " ".join(passage[start:end] for start, end in reading.marks(passage, 0))

    found = [word in marked for word in expected.split()]
    assert sum(found) >= FEWER.get((language, own), 2)
    words = {word.lower() for word in marked.split()}
    assert words.isdisjoint({"and", "in", "what", "the", "had", "at", "i", "og", "hvor", "var"})
