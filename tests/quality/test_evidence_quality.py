"""What is shown as the reason is the reason: without it, a match is not what it was."""

from __future__ import annotations

import pytest

from api.cli.evaluate import judged_challenges
from api.cli.seed import read_judged
from api.schemas.seed import id_of
from matchmaker.bootstrap import Matchmaker
from matchmaker.services.deletion import DeletionCheck, DeletionResult, questions_of
from tests.factories import NOW
from tests.quality.conftest import SEED_DATA

pytestmark = [pytest.mark.model, pytest.mark.slow]
#: Every so many challenges are asked, in both languages.
STEP = 4


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
    return check.run(questions_of(judged, evaluation.encoder, NOW.date()), matches=1)


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


def test_a_danish_challenge_marks_the_english_words_that_say_the_same(service: Matchmaker) -> None:
    run = service.matchmaking.run(id_of("svejserevner-s690-konsoller"))
    marked = service.highlighting.mark(service.matchmaking.get_run(run.id))
    assert marked.language == "da"

    words = {
        passage.text[start:end].lower()
        for match in marked.matches
        for passage in match.reason.evidence
        if passage.language == "en"
        for start, end in passage.highlights or ()
    }
    assert any("weld" in word or "crack" in word for word in words)
    assert words.isdisjoint({"the", "and", "of", "with", "in", "for", "a", "to"})
