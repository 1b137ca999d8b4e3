"""A brief is made of the firm's own sentences and of nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from matchmaker.matching.brief import (
    OTHER,
    labels_with,
    nearness,
    reference_briefs,
    suggested,
    told,
)
from matchmaker.matching.brief_cues import CUES
from matchmaker.models import BriefQuestion, CompanyNeed
from matchmaker.models.brief import ANSWER_LENGTH

LABELS = list(reference_briefs())


def near(*best: str, to: float = 0.6, n: int | None = None) -> dict[str, np.ndarray]:
    """Return nearness of sentences that are each near to one label; "" is near to none."""
    return {
        label: np.array([to if label == one else 0.1 for one in best], dtype=np.float32)
        for label in LABELS
    }


def test_the_reference_sentences_cover_every_question_need_and_level_in_both_languages() -> None:
    assert {label for label in labels_with("") if label != OTHER} == set(BriefQuestion)
    assert labels_with("need:") == [f"need:{one}" for one in CompanyNeed]
    assert sorted(labels_with("trl:")) == [f"trl:{level}" for level in range(1, 10)]
    for rows in reference_briefs().values():
        assert len(rows["da"]) == len(rows["en"]) >= 1


def test_nearness_is_the_mean_of_the_nearest_three() -> None:
    rows = np.eye(4, dtype=np.float32)
    found = nearness(rows[:1], {"now": rows, "one": rows[:1]})

    assert found["now"].tolist() == pytest.approx([1 / 3])
    assert found["one"].tolist() == [1.0]


def test_each_sentence_stands_under_the_question_that_it_is_nearest_to() -> None:
    sentences = ("Akslerne slår sig.", "Målet nås sjældent.", "Det er alt.")
    brief = suggested(sentences, near("now", "constraints", OTHER))

    assert {question: one.text for question, one in brief.answers.items()} == {
        BriefQuestion.NOW: sentences[0],
        BriefQuestion.CONSTRAINTS: sentences[1],
    }
    assert brief.answers[BriefQuestion.CONSTRAINTS].sentences == (1,)


def test_what_is_near_to_nothing_answers_nothing() -> None:
    assert told(["Hej."], near(OTHER)) == []
    assert suggested([], {}).answers == {}


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Vi har prøvet to slags olie.", BriefQuestion.TRIED),
        ("We have tried two oils.", BriefQuestion.TRIED),
        ("Det skal stå klar inden jul.", BriefQuestion.TIME),
        ("They gave us until 1 June to do it.", BriefQuestion.TIME),
        ("Hvem kan måle det?", BriefQuestion.WANTED),
        ("We would like to see it run.", BriefQuestion.WANTED),
        ("Det må ikke blive dyrere.", BriefQuestion.CONSTRAINTS),
        ("It must not be heavier.", BriefQuestion.CONSTRAINTS),
    ],
)
def test_a_telling_word_decides_between_questions_that_are_about_as_near(
    sentence: str, question: BriefQuestion
) -> None:
    (one,) = told([sentence], near(""))

    assert one.question is question
    assert any(cue.search(sentence) for asked, cue in CUES if asked is question)


def test_an_answer_is_never_longer_than_it_may_be_and_keeps_the_surest_sentences_in_order() -> None:
    sentences = [f"Sætning {number} {'x' * 150}." for number in range(4)]
    close = near("now", "now", "now", "now")
    close["now"] = np.array([0.5, 0.9, 0.4, 0.8], dtype=np.float32)

    answer = suggested(sentences, close).answers[BriefQuestion.NOW]

    assert answer.sentences == (1, 3)
    assert answer.text == f"{sentences[1]} {sentences[3]}"
    endless = suggested([f"Det {'x ' * 400}"], near("now")).answers[BriefQuestion.NOW]
    assert len(endless.text) <= ANSWER_LENGTH
    assert endless.text.endswith("…")


def test_need_and_level_are_suggested_when_they_stand_out_with_the_sentence_that_tells() -> None:
    close = near("", "need:new-materials")
    close["trl:6"] = np.array([0.7, 0.1], dtype=np.float32)

    brief = suggested(["Prototypen kører.", "Vi vil væk fra stål."], close)

    assert (brief.need, brief.need_sentence) == (CompanyNeed.NEW_MATERIALS, 1)
    assert (brief.trl, brief.trl_sentence) == (6, 0)
    flat = suggested(["Hej med jer."], near(""))
    assert (flat.need, flat.trl) == (None, None)
