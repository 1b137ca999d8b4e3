"""Words as the lexical order counts them: lower case, stemmed in the language of the text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from threading import local

import Stemmer

from matchmaker.matching.trade_terms import LONGEST_PHRASE, glossary

_STEMMERS = {"da": "danish", "en": "english", "nb": "norwegian", "sv": "swedish", "de": "german"}
#: A word, or a product name or norm with inner marks: "g-code", "13849-1", "opc/ua".
_WORD = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_LONGEST = 64  # a longer run without a space is no word in any language we read

# Function words only: a word that could name a thing, a material or a method stays in.
_STOP_WORDS = {
    "da": (
        "af alle alt andre at bare blev blive bliver da de dem den denne der deres det dette dig "
        "din dog du efter eller en end er et for fordi fra få får før gør ham han hans har have "
        "havde hende her hos hun hvad hvis hvor hvordan hvornår i ikke ind jeg jer jo kan kunne "
        "lidt man mange med meget men mere mig min mod må når nej ned noget nogle nok nu og også "
        "om op os over på selv sig sin skal skulle som så sådan til ud under var ved vi vil ville "
        "vor vores være været"
    ),
    "en": (
        "a about after all also am an and any are as at be because been but by can could did do "
        "does each for from get had has have having he her his how i if in into is it its just "
        "like me more most much my no nor not now of on only or other our out over so some such "
        "than that the their them then there these they this those to too up us was we were what "
        "when where which while who will with would you your"
    ),
}
_STOPS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split()) for language, words in _STOP_WORDS.items()
}
_ALL_STOPS = frozenset().union(*_STOPS.values())
_thread = local()


def stem(language: str, word: str) -> str:
    """Return the stem of a word in one of the languages that have a stemmer."""
    # A PyStemmer object is not safe to share between threads.
    stemmers = _thread.__dict__.setdefault("stemmers", {})
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(_STEMMERS[language])
    return str(stemmers[language].stemWord(word))


@cache
def stops(language: str) -> frozenset[str]:
    """Return the function words of a language; those of all for one that is not known."""
    return _STOPS.get(language, _ALL_STOPS)


def written(text: str) -> list[str]:
    """Return the words of a text in order, in lower case; a joined word is one.

    >>> written("ISO 13849-1 på KRC4")
    ['iso', '13849-1', 'på', 'krc4']
    """
    return [word for word in _WORD.findall(text.lower()) if len(word) <= _LONGEST]


def words(text: str) -> list[str]:
    """Return the words of a text in order; a joined word is followed by its parts.

    >>> words("ISO 13849-1 på KRC4")
    ['iso', '13849-1', '13849', '1', 'på', 'krc4']
    """
    found: list[str] = []
    for word in written(text):
        found.append(word)
        joined = _PART.findall(word)
        if len(joined) > 1:
            found.extend(joined)
    return found


def passage_terms(text: str, language: str) -> list[str]:
    """Return the terms under which a passage is found, stemmed in its own language.

    A Danish compound is followed by its parts.

    >>> passage_terms("Vi svejser rustfrie beholdere", "da")
    ['svejs', 'rustfri', 'behold']
    """
    unsaid = stops(language)
    kept = [word for word in words(text) if word not in unsaid]
    if language not in _STEMMERS:
        return kept
    terms: list[str] = []
    for word in kept:
        terms.append(stem(language, word))
        if language == "da":
            terms.extend(parts(word))
    return terms


def query_terms(text: str, language: str) -> dict[str, float]:
    """Return the terms to look for, with the weight of each.

    A word is stemmed as its own language has it and as the other pool language has it, so that
    names and loan words ("laser", "robotter") also meet passages in the other language. The
    parts of a Danish compound are asked for too, and what the glossary calls a word in the
    other language; several meanings share the weight of the word.
    """
    kept = [word for word in words(text) if word not in stops(language)]
    terms: dict[str, float] = {}

    def ask(term: str, weight: float) -> None:
        terms[term] = max(terms.get(term, 0.0), weight)

    for word, count in Counter(kept).items():
        for stemmer in {language, "da", "en"} & _STEMMERS.keys():
            ask(stem(stemmer, word), float(count))
        if language == "da":
            for part in parts(word):
                ask(part, float(count))
    for term, weight in _translated(kept, language).items():
        ask(term, weight)
    return dict(sorted(terms.items()))


def spoken(text: str, language: str) -> dict[str, str]:
    """Return the words of a challenge as they are written, without stop words, each with its term.

    >>> spoken("Robotten KRC4, robotten", "da")
    {'robotten': 'robot', 'krc4': 'krc4'}
    """
    unsaid = stops(language)
    own = language if language in _STEMMERS else "en"
    return {word: stem(own, word) for word in words(text) if word not in unsaid}


@lru_cache(maxsize=1 << 16)
def parts(word: str) -> tuple[str, ...]:
    """Return the stems of the parts of a Danish compound; nothing when it is none."""
    found = glossary(stem)
    if word in found.parts or stem("da", word) in found.parts:
        return ()
    return found.compound(word)


def _translated(kept: Sequence[str], language: str) -> dict[str, float]:
    """Return what the glossary calls these words in the other language of the pool."""
    found = glossary(stem)
    terms: defaultdict[str, float] = defaultdict(float)
    if language == "da":
        for word in kept:
            own = stem("da", word)
            stems = (own,) if own in found.english else parts(word)
            for one in stems:
                phrases = found.english.get(one, ())
                for phrase in phrases:
                    for term in phrase:
                        terms[term] += 1 / len(phrases) / len(phrase)
    elif language == "en":
        stems_ = [stem("en", word) for word in kept]
        for length in range(1, LONGEST_PHRASE + 1):
            for start in range(len(stems_) - length + 1):
                meanings = found.danish.get(tuple(stems_[start : start + length]), ())
                for term in meanings:
                    terms[term] += 1 / len(meanings) ** 0.5
    return dict(terms)


def passage_ways(term: str) -> tuple[tuple[frozenset[str], ...], ...]:
    """Return the ways in which a passage can hold a term that was asked for by name.

    A passage holds the term when, for one of the ways, it has one of the terms of each set.
    Nobody says in which language they wrote it: each word is stemmed as every language that
    passages have, so that each finds its own endings, and what the glossary calls it in the
    other language of the pool is the term as well. A compound counts whole: who asks for robot
    welding is not helped by robots alone. Empty when it holds function words only.

    >>> [[sorted(one) for one in way] for way in passage_ways("the KRC4")]
    [[['krc4']]]
    >>> passage_ways("for the")
    ()
    """
    kept = [word for word in words(term) if word not in _ALL_STOPS]
    if not kept:
        return ()
    found = glossary(stem)
    own = [
        frozenset(stem(language, word) for language in _STEMMERS)
        | _compounds().get(stem("da", word), frozenset())
        for word in kept
    ]
    danish, english = (tuple(stem(language, word) for word in kept) for language in ("da", "en"))
    ways: list[tuple[frozenset[str], ...]] = [
        (frozenset({one}),) for one in found.danish.get(english, ())
    ]
    if len(kept) == 1:
        phrases = found.english.get(danish[0], ())
        ways += [tuple(frozenset({one}) for one in phrase) for phrase in phrases]
        if not phrases and (halves := parts(kept[0])):
            ways.append(tuple(map(_in_english, halves)))
    elif not ways:
        # Word by word only where the whole is no word of the glossary: "machine learning" is
        # not found where somebody learns to run a machine.
        own = [
            stems | _in_english(da) | frozenset(found.danish.get((en,), ()))
            for stems, da, en in zip(own, danish, english, strict=True)
        ]
    return tuple(dict.fromkeys([tuple(own), *(way for way in ways if all(way))]))


@cache
def _compounds() -> Mapping[str, frozenset[str]]:
    """Return the compounds of the glossary by the stems of their parts.

    A passage holds a compound that the glossary knows under its own name only.
    """
    found = glossary(stem)
    compounds: defaultdict[str, set[str]] = defaultdict(set)
    for word, own in found.parts.items():
        for part in found.compound(word):
            compounds[part].add(own)
    return {part: frozenset(stems) for part, stems in compounds.items()}


def _in_english(danish: str) -> frozenset[str]:
    """Return what the glossary calls a Danish stem in English, in one word."""
    phrases = glossary(stem).english.get(danish, ())
    return frozenset(phrase[0] for phrase in phrases if len(phrase) == 1)
