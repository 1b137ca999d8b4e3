"""Reading a list word by word: the sentences that are answered, and the passages that answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from embeddings.protocols import Encoder, TokenStates
from matchmaker.matching.highlights import Span, Words, marked, words_of
from matchmaker.matching.languages import LanguageCorrection


@dataclass(frozen=True)
class Reading:
    """The words of the sentences by position, and of the passages by text."""

    sentences: Mapping[int, Words]
    passages: Mapping[str, Words]

    def marks(self, passage: str, answers: int) -> tuple[Span, ...]:
        """Return the spans of a passage to mark for the sentence it answers."""
        return marked(self.passages[passage], self.sentences[answers])


def read(
    encoder: Encoder,
    correction: LanguageCorrection,
    sentences: Sequence[str],
    language: str,
    *,
    answered: Iterable[int],
    passages: Mapping[str, str],
) -> Reading:
    """Return the words of sentences and passages, all encoded in one call.

    A sentence is read in the company of the others, as for the ranking; one beyond what the
    encoder reads at once is read alone, in a call of its own.

    Args:
        encoder: gives the token states.
        correction: of documents; both sides are read alike.
        sentences: all of the challenge, in order.
        language: of the challenge, ISO 639-1.
        answered: positions of the sentences that are wanted.
        passages: text to language of each passage.

    """
    whole, *told = encoder.encode_tokens([" ".join(sentences), *passages])
    asked = {place: _part(whole, *_place(sentences, place)) for place in sorted(set(answered))}
    alone = [place for place, tokens in asked.items() if not len(tokens.spans)]
    if alone:
        asked |= zip(
            alone, encoder.encode_tokens([sentences[place] for place in alone]), strict=True
        )
    return Reading(
        sentences={
            place: _words(sentences[place], language, tokens, correction)
            for place, tokens in asked.items()
        },
        passages={
            text: _words(text, own, tokens, correction)
            for (text, own), tokens in zip(passages.items(), told, strict=True)
        },
    )


def _place(sentences: Sequence[str], place: int) -> Span:
    """Return where a sentence stands among all, which are joined by spaces."""
    start = sum(len(sentence) + 1 for sentence in sentences[:place])
    return start, start + len(sentences[place])


def _part(whole: TokenStates, start: int, end: int) -> TokenStates:
    inside = (whole.spans[:, 0] >= start) & (whole.spans[:, 1] <= end)
    return TokenStates(whole.spans[inside] - start, whole.states[inside])


def _words(text: str, language: str, tokens: TokenStates, correction: LanguageCorrection) -> Words:
    return words_of(text, language, tokens.spans, tokens.states, correction.mean(language))
