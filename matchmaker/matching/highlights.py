"""Highlights: the words of a passage that carry its likeness to the sentence it answers.

Two things are asked of a word. Does it mean what some word of the sentence means: the best cosine
of their token states, or a shared stem, part of a compound or entry of the glossary? And does it
pull the whole passage towards the sentence: its cosine with the sentence as a whole, the part it
has in the similarity of two means of token states? Either alone errs: a word may have a twin in
the sentence beside the point, and any word of a passage takes on some of what the others say.

All states are taken relative to where their language lies (see ``languages``), so that a Danish
sentence marks English words, and function words are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.function_words import is_function_word
from matchmaker.matching.languages import unit
from matchmaker.matching.terms import passage_terms, query_terms

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
#: Begin and end in a text, counted in code points.
Span = tuple[int, int]

#: Most words marked in one passage.
MOST_WORDS = 6
#: A word is marked from this contribution on ...
LEAST = 0.32
#: ... or this one where the two texts are in different languages: a translation is never quite as
#: near as the word itself ...
LEAST_ACROSS = 0.24
#: ... and from this share of the largest in its passage.
LEAST_SHARE = 0.7
#: Words with a term in common are at least this alike, whatever the encoder makes of them.
_SHARED_TERM = 0.6
_WORD = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one text with what the encoder made of each.

    Attributes:
        text: as it is shown.
        language: ISO 639-1.
        spans: where each word stands, shape (words, 2); words without a token are left out.
        states: relative to the language and at unit length, shape (words, dimension).
    """

    text: str
    language: str
    spans: Integers
    states: Floats

    @property
    def each(self) -> list[str]:
        """The words themselves."""
        return [self.text[start:end] for start, end in self.spans.tolist()]


def word_spans(text: str) -> list[Span]:
    """Return where the words of a text stand; what hyphens, slashes and points join is one word.

    >>> word_spans("ISO 13849-1!")
    [(0, 3), (4, 11)]
    """
    return [found.span() for found in _WORD.finditer(text)]


def words_of(
    text: str, language: str, token_spans: Integers, token_states: Floats, mean: Floats
) -> Words:
    """Put tokens together to words.

    Args:
        text: what was encoded.
        language: ISO 639-1.
        token_spans: begin and end of each token, shape (tokens, 2), in the order of the text.
        token_states: shape (tokens, dimension).
        mean: where the language lies, shape (dimension,).

    """
    spans: list[Span] = []
    rows: list[Floats] = []
    for start, end in word_spans(text):
        first = int(np.searchsorted(token_spans[:, 1], start, side="right"))
        after = int(np.searchsorted(token_spans[:, 0], end, side="left"))
        if first < after:
            spans.append((start, end))
            rows.append(token_states[first:after].mean(axis=0))
    states = np.stack(rows) - mean if rows else np.empty((0, len(mean)), dtype=np.float32)
    return Words(
        text=text,
        language=language,
        spans=np.array(spans, dtype=np.int64).reshape(-1, 2),
        states=unit(states),
    )


def contributions(passage: Words, sentence: Words) -> Floats:
    """Return how much each word of a passage contributes to its likeness to a sentence.

    The geometric mean of the best cosine with a word of the sentence and of the cosine with the
    sentence as a whole, 0 to 1, shape (words,); 0 when either is negative, and for function words.
    """
    told = [not is_function_word(word, passage.language) for word in passage.each]
    asked = [not is_function_word(word, sentence.language) for word in sentence.each]
    if not any(told) or not any(asked):
        return np.zeros(len(told), dtype=np.float32)
    alike = (passage.states @ sentence.states[asked].T).max(axis=1)
    terms = query_terms(sentence.text, sentence.language)
    shared = [
        any(term in terms for term in passage_terms(word, passage.language))
        for word in passage.each
    ]
    alike = np.where(shared, np.maximum(alike, _SHARED_TERM), alike)
    pull = passage.states @ unit(sentence.states.mean(axis=0, keepdims=True))[0]
    both = np.sqrt(np.maximum(alike, 0) * np.maximum(pull, 0))
    return np.asarray(np.where(told, both, 0), dtype=np.float32)


def marked(passage: Words, sentence: Words) -> tuple[Span, ...]:
    """Return the spans to mark, in the order of the text; words side by side become one span.

    None at all when no word contributes enough: then the passage is near as a whole.
    """
    across = passage.language != sentence.language
    return strongest(passage, contributions(passage, sentence), LEAST_ACROSS if across else LEAST)


def strongest(passage: Words, contributed: Floats, least: float) -> tuple[Span, ...]:
    """Return the spans of the words that contribute enough, but of the strongest few only.

    Args:
        passage: its words.
        contributed: what each contributes, shape (words,).
        least: the smallest contribution that is enough.

    """
    least = max(least, LEAST_SHARE * float(contributed.max(initial=0)))
    best = np.argsort(-contributed, kind="stable")[:MOST_WORDS]
    chosen = sorted(int(word) for word in best if contributed[word] >= least)
    return joined(passage.text, [_span(passage.spans, word) for word in chosen])


def joined(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return spans in order, those with nothing but space between them as one.

    >>> joined("the mobile robots here", [(4, 10), (11, 17)])
    ((4, 17),)
    """
    found: list[Span] = []
    for start, end in spans:
        if found and not text[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)


def _span(spans: Integers, word: int) -> Span:
    return int(spans[word, 0]), int(spans[word, 1])
