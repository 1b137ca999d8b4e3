"""Words that hold a sentence together and say nothing about its subject, in every language."""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache

from matchmaker.matching.languages import SUPPORTED, reference_documents, reference_queries
from matchmaker.matching.terms import passage_terms, words

#: A word that stands in one of twenty sentences on all kinds of subjects is about none of them.
_COMMON_FROM = 0.05


@lru_cache(maxsize=1 << 14)
def is_function_word(word: str, language: str) -> bool:
    """Return whether a word says nothing about the subject of its text.

    True for those that are never searched for, for those that are everywhere in the reference
    sentences of the language, and for single letters.

    >>> [word for word in ("die", "Naht", "mit", "Gas") if is_function_word(word, "de")]
    ['die', 'mit']
    """
    if len(word) == 1 and word.isalpha():
        return True
    return not passage_terms(word, language) or word.lower() in _common(language)


@cache
def _common(language: str) -> frozenset[str]:
    if language not in SUPPORTED:
        return frozenset()
    asked = [sentence for texts in reference_queries()[language] for sentence in texts]
    sentences = [*asked, *reference_documents()[language]]
    counts = Counter(word for sentence in sentences for word in set(words(sentence)))
    return frozenset(
        word for word, count in counts.items() if count >= _COMMON_FROM * len(sentences)
    )
