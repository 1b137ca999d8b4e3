"""DeletionCheck: whether the passages and words that are shown carried the match.

What carried a match must be missed when it is gone. Twice that is tried on real rankings: the
first shown passage is taken from its profile, and each other one in its place, and the profile is
ranked again; the marked words are taken from their passage, and as many others in their place,
and the passage is encoded again.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import Encoder
from matchmaker.matching.function_words import is_function_word
from matchmaker.matching.highlights import Span, word_spans
from matchmaker.matching.languages import LanguageCorrection
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.sentences import split
from matchmaker.models import Conditions, EvidencePassage
from matchmaker.services.asking import Asking
from matchmaker.services.evaluation import JudgedChallenge
from matchmaker.services.question import Question, Stopwatch
from matchmaker.services.reading import read
from matchmaker.services.replica import IndexReplica
from matchmaker.services.search import Ranked, Search
from matchmaker.storage import generations
from matchmaker.storage.database import Sessions

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Share:
    """How often something held."""

    held: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0 when it was never tried."""
        return self.held / self.of if self.of else 0.0


@dataclass(frozen=True, kw_only=True)
class DeletionResult:
    """What was missed when it was gone.

    Attributes:
        passages: matches whose score falls more without the first shown passage than without any
            other; profiles of one passage are left out.
        words: marked words against as many random other words of the passage, draw by draw.
        telling_words: the same against other words that are no function words.
        marked: shown passages with a marked word at all.
        words_a_passage: mean number of marked words where there are any.
    """

    passages: Share
    words: Share
    telling_words: Share
    marked: Share
    words_a_passage: float


def questions_of(judged: Sequence[JudgedChallenge], asking: Asking, today: date) -> list[Question]:
    """Return every wording of the answerable challenges as it is asked."""
    questions = []
    for challenge in judged:
        for language, (title, text) in challenge.wordings.items() if challenge.answerable else ():
            sentences = split(text, title)
            vectors, voiced = asking.encode(sentences, language)
            questions.append(
                Question(
                    sentences=sentences,
                    language=language,
                    vectors=vectors,
                    voiced=voiced,
                    place=challenge.place,
                    conditions=Conditions(),
                    today=today,
                    seed=challenge.id,
                )
            )
    return questions


@dataclass(frozen=True)
class DeletionCheck:
    """Tries deletions on a replica of its own: it is not fit for searching meanwhile."""

    sessions: Sessions
    encoder: Encoder
    replica: IndexReplica
    policy: MatchingPolicy

    def run(
        self, questions: Sequence[Question], *, matches: int, draws: int = 3, seed: int = 1
    ) -> DeletionResult:
        """Return what holds over some matches of each question.

        Args:
            questions: what is asked.
            matches: how many matches of each question are tried, drawn at random.
            draws: how often random words are taken in place of the marked ones.
            seed: of the draws.

        Raises:
            IndexNotReady: the profiles are not indexed with this encoder.

        """
        self.replica.catch_up()
        dice = random.Random(seed)  # noqa: S311 - a sample, no secret
        passages: list[bool] = []
        tries: list[_Words] = []
        for question in questions:
            shown = self._rank(question)
            for match in dice.sample(shown, min(matches, len(shown))):
                found = self._first_is_missed_most(question, match)
                passages += [] if found is None else [found]
                tries += self._words(question, match)
        return self._result(passages, tries, draws, dice)

    def _rank(self, question: Question) -> list[Ranked]:
        with self.sessions.reading() as session:
            ranking = Search(self.replica).rank(session, question, self.policy, Stopwatch())
        return list(ranking.matches)

    def _first_is_missed_most(self, question: Question, match: Ranked) -> bool | None:
        """Take away one passage of the profile after the other; None when it has only one."""
        replica = self.replica
        number = replica.number_of[match.candidate.profile_id]
        own = replica.passages_of[number]
        if len(own) < 2:
            return None
        with self.sessions.reading() as session:
            texts = generations.passage_texts(session, own.tolist())
        scores: dict[str, float] = {}
        try:
            for passage in own.tolist():
                replica.passages_of[number] = own[own != passage]
                scores[texts[passage][0]] = self._score(question, match)
        finally:
            replica.passages_of[number] = own
        without = scores.pop(match.reason.evidence[0].text)
        return without < min(scores.values())

    def _score(self, question: Question, match: Ranked) -> float:
        with self.sessions.reading() as session:
            ranking = Search(self.replica).rank(session, question, self.policy, Stopwatch())
        return next(
            one.score
            for one in ranking.ordered
            if one.candidate.profile_id == match.candidate.profile_id
        )

    def _words(self, question: Question, match: Ranked) -> list[_Words]:
        languages = [question.language] * len(question.vectors)
        asked = self.replica.query_correction.apply(question.vectors, languages)
        return [
            _Words(question, passage, asked[1 + passage.answers])
            for passage in match.reason.evidence
        ]

    def _result(
        self, passages: list[bool], tries: list[_Words], draws: int, dice: random.Random
    ) -> DeletionResult:
        with self.sessions.reading() as session:
            means = generations.language_means(session, self.replica.generation, "document")
        correction = LanguageCorrection(means)
        chosen = [self._chosen(one, correction) for one in tries]
        counts = [len(words) for words in chosen if words]
        random_words: list[bool] = []
        telling_words: list[bool] = []
        for one, words in zip(tries, chosen, strict=True):
            others = [span for span in word_spans(one.passage.text) if span not in words]
            telling = [span for span in others if not one.is_function_word(span)]
            for pool, held in ((others, random_words), (telling, telling_words)):
                if words and len(pool) >= len(words):
                    drawn = [dice.sample(pool, len(words)) for _ in range(draws)]
                    mine, *theirs = self._similarities(one, [words, *drawn], correction)
                    held += [mine < other for other in theirs]
        return DeletionResult(
            passages=_share(passages),
            words=_share(random_words),
            telling_words=_share(telling_words),
            marked=Share(len(counts), len(chosen)),
            words_a_passage=float(np.mean(counts)) if counts else 0.0,
        )

    def _chosen(self, one: _Words, correction: LanguageCorrection) -> list[Span]:
        """Return the words that would be marked, one span each."""
        passage, answers = one.passage.text, one.passage.answers
        question = one.question
        spans = read(
            self.encoder,
            correction,
            question.sentences,
            question.language,
            answered=[answers],
            passages={passage: one.passage.language},
        ).marks(passage, answers)
        return [
            (start, end)
            for start, end in word_spans(passage)
            if any(first <= start and end <= last for first, last in spans)
        ]

    def _similarities(
        self, one: _Words, taken: Sequence[Sequence[Span]], correction: LanguageCorrection
    ) -> list[float]:
        """Return the similarity of the passage to the sentence without these words, for each."""
        texts = [without(one.passage.text, spans) for spans in taken]
        vectors = correction.apply(
            self.encoder.encode_documents(texts), [one.passage.language] * len(texts)
        )
        return [float(similarity) for similarity in vectors @ one.asked]


@dataclass(frozen=True)
class _Words:
    """A shown passage, the question it was shown for, and the vector of the sentence."""

    question: Question
    passage: EvidencePassage
    asked: Floats

    def is_function_word(self, span: Span) -> bool:
        start, end = span
        return is_function_word(self.passage.text[start:end], self.passage.language)


def without(text: str, spans: Sequence[Span]) -> str:
    """Return a text without these words, with single spaces.

    >>> without("we weld thin tubes", [(3, 7), (13, 18)])
    'we thin'
    """
    kept, reached = [], 0
    for start, end in sorted(spans):
        kept.append(text[reached:start])
        reached = end
    return " ".join("".join([*kept, text[reached:]]).split())


def _share(held: Sequence[bool]) -> Share:
    return Share(sum(held), len(held))
