"""The brief, suggested: which sentence of a firm answers which question, and what else it tells.

Extractive: a suggestion is a sentence of the firm's own, word for word, and it comes with its
position. Which question it answers is judged by nearness to reference sentences that we wrote
(``reference_briefs.tsv``) and by a few words that tell it beyond doubt ("vi har prøvet", "before
June"). What is not near enough answers nothing. Pure: whoever asks brings the vectors.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.brief_cues import CUES
from matchmaker.models import BriefQuestion, CompanyNeed
from matchmaker.models.brief import ANSWER_LENGTH

Floats = NDArray[np.float32]
#: Reference sentences whose nearness is averaged: the nearest one alone is chance.
_NEAREST = 3
#: What a telling word adds to the nearness of its question.
_CUE = 0.12
#: Nearness by which the best question has to be ahead of "none of them".
_AHEAD = 0.0
#: Nearness by which a need or level has to be ahead of the mean of all to be suggested.
_STANDS_OUT = 0.02
OTHER = "other"
_NEED, _TRL = "need:", "trl:"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one sentence answers."""

    position: int
    question: BriefQuestion
    #: How far ahead of the next best; orders the sentences of one answer.
    ahead: float


@dataclass(frozen=True, kw_only=True)
class SuggestedAnswer:
    """Sentences of the firm under a question, in its own words."""

    text: str
    #: Their positions among the sentences of the challenge, in order.
    sentences: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SuggestedBrief:
    """What may go into a brief. Nothing of it is saved unless a person says so."""

    answers: Mapping[BriefQuestion, SuggestedAnswer] = field(default_factory=dict)
    need: CompanyNeed | None = None
    #: Position of the sentence that is nearest to the need, and to the level.
    need_sentence: int | None = None
    trl: int | None = None
    trl_sentence: int | None = None


@cache
def reference_briefs() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the reference sentences: label, then language; same place, same content."""
    source = resources.files(__package__).joinpath("reference_briefs.tsv")
    lines = source.read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    labels = dict.fromkeys(row["label"] for row in rows)
    return {
        label: {
            language: tuple(row[language] for row in rows if row["label"] == label)
            for language in ("da", "en")
        }
        for label in labels
    }


def labels_with(prefix: str) -> list[str]:
    """Return the labels of one kind: ``need:``, ``trl:``; an empty prefix the questions."""
    return [
        label
        for label in reference_briefs()
        if (label.startswith(prefix) if prefix else ":" not in label)
    ]


def nearness(sentences: Floats, references: Mapping[str, Floats]) -> Mapping[str, Floats]:
    """Return how near each sentence is to each label: the mean of its nearest three.

    Args:
        sentences: unit rows, (sentences, dimension).
        references: unit rows by label.

    """
    return {
        label: np.sort(sentences @ rows.T, axis=1)[:, -_NEAREST:].mean(axis=1)
        for label, rows in references.items()
    }


def told(sentences: Sequence[str], near: Mapping[str, Floats]) -> list[Told]:
    """Return what each sentence answers; one that answers nothing is left out.

    Args:
        sentences: of the challenge, in order.
        near: as :func:`nearness` gives it.

    """
    found = []
    for position, sentence in enumerate(sentences):
        scores = {question: float(near[question.value][position]) for question in BriefQuestion}
        for question, pattern in CUES:
            if pattern.search(sentence):
                scores[question] += _CUE
        ordered = sorted(BriefQuestion, key=lambda one: -scores[one])
        best, second = scores[ordered[0]], scores[ordered[1]]
        if best >= float(near[OTHER][position]) + _AHEAD:
            found.append(Told(position=position, question=ordered[0], ahead=best - second))
    return found


def suggested(sentences: Sequence[str], near: Mapping[str, Floats]) -> SuggestedBrief:
    """Return a brief in the words of the firm.

    Args:
        sentences: of the challenge, in order.
        near: as :func:`nearness` gives it, for questions, needs and levels.

    """
    if not sentences:
        return SuggestedBrief()
    by_question: dict[BriefQuestion, list[Told]] = {one: [] for one in BriefQuestion}
    for one in told(sentences, near):
        by_question[one.question].append(one)
    need, need_sentence = _standing_out(near, _NEED)
    trl, trl_sentence = _standing_out(near, _TRL)
    return SuggestedBrief(
        answers={
            question: _answer(sentences, lines) for question, lines in by_question.items() if lines
        },
        need=CompanyNeed(need) if need else None,
        need_sentence=need_sentence,
        trl=int(trl) if trl else None,
        trl_sentence=trl_sentence,
    )


def _answer(sentences: Sequence[str], lines: Sequence[Told]) -> SuggestedAnswer:
    """Return the surest sentences that fit into an answer, in the order of the text."""
    chosen: list[int] = []
    for one in sorted(lines, key=lambda line: (-line.ahead, line.position)):
        longer = sum(len(sentences[at]) + 1 for at in [*chosen, one.position])
        if longer <= ANSWER_LENGTH + 1 or not chosen:
            chosen.append(one.position)
    chosen.sort()
    text = " ".join(sentences[at] for at in chosen)
    if len(text) > ANSWER_LENGTH:  # one sentence that is longer than an answer
        text = text[: ANSWER_LENGTH - 1].rsplit(" ", 1)[0] + "…"
    return SuggestedAnswer(text=text, sentences=tuple(chosen))


def _standing_out(near: Mapping[str, Floats], prefix: str) -> tuple[str | None, int | None]:
    """Return the label that some sentence is nearest to, if it is ahead of the usual one."""
    labels = labels_with(prefix)
    best = {label: float(near[label].max()) for label in labels}
    first = max(labels, key=lambda label: best[label])
    if best[first] - float(np.mean(list(best.values()))) < _STANDS_OUT:
        return None, None
    return first.removeprefix(prefix), int(near[first].argmax())
