"""Which language a text is written in, by lingua (offline n-gram models)."""

from __future__ import annotations

from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from matchmaker.errors import UnsupportedLanguage
from matchmaker.matching.languages import SUPPORTED

# Those we read, and those most likely to be pasted by mistake; a text in any other language
# is told apart from ours by falling to one of the latter.
_LANGUAGES = {
    Language.DANISH: "da",
    Language.ENGLISH: "en",
    Language.BOKMAL: "nb",
    Language.SWEDISH: "sv",
    Language.GERMAN: "de",
    Language.FRENCH: "fr",
    Language.SPANISH: "es",
    Language.ITALIAN: "it",
    Language.PORTUGUESE: "pt",
    Language.DUTCH: "nl",
    Language.POLISH: "pl",
    Language.FINNISH: "fi",
    Language.RUSSIAN: "ru",
    Language.ARABIC: "ar",
    Language.CHINESE: "zh",
    Language.TURKISH: "tr",
}
#: A text in a language we do not read is refused only when the recogniser is this sure.
_SURE = 0.8
#: Norwegian wins over Danish only by a clear lead: the two are alike, and firms are Danish.
_CLEAR_LEAD = 0.25
#: Characters to look at: in most texts the first are enough, and more than the second do not
#: make the answer surer.
_FIRST, _MOST = 300, 600

#: Characters that ``nearest`` looks at, and words that no other language has many of.
_BEGINNING = 120
_ENGLISH = frozenset({"the", "of", "and", "to", "with", "that", "this", "which", "are", "by"})


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_LANGUAGES).build()


def recognise(text: str) -> str:
    """Return the ISO 639-1 code of the language, one of ``SUPPORTED``.

    Raises:
        UnsupportedLanguage: it is, beyond doubt, another one.

    """
    shares = _shares(text[:_FIRST])
    if len(text) > _FIRST and max(shares.values()) < _SURE:
        shares = _shares(text[:_MOST])
    best = max(shares, key=lambda language: (shares[language], language))
    if shares[best] == 0:
        return SUPPORTED[0]  # figures and signs only
    if best not in SUPPORTED:
        if shares[best] >= _SURE:
            raise UnsupportedLanguage(best, SUPPORTED)
        best = max(SUPPORTED, key=lambda language: shares[language])
    if best == "nb" and shares["nb"] - shares["da"] < _CLEAR_LEAD:
        return "da"
    return best


def nearest(text: str) -> str:
    """Return the one of ``SUPPORTED`` that a text is likeliest in: for measuring, refuses nothing.

    Looks at the beginning only, and at an English one not for long: it must be quick enough for
    a hundred thousand texts.
    """
    words = text[:_FIRST].lower().split()
    if sum(word in _ENGLISH for word in words) > max(3, len(words) / 6):
        return "en"
    shares = _shares(text[:_BEGINNING])
    best = max(SUPPORTED, key=lambda language: shares[language])
    if best == "nb" and shares["nb"] - shares["da"] < _CLEAR_LEAD:
        return "da"
    return best


def _shares(text: str) -> dict[str, float]:
    """Return how likely each language is; all 0 when nothing in the text tells."""
    return {
        _LANGUAGES[found.language]: found.value
        for found in _detector().compute_language_confidence_values(text)
    }
