"""Trade words: what a Danish word is called in English, and what a Danish compound is made of.

The glossary beside this module (our own) lets a Danish challenge meet English profiles in the
lexical order and the reverse: dictionary-based cross-language retrieval, as in Pirkola, "The
effects of query structure and dictionary setups" (1998). Danish writes compounds as one word;
one that is taken apart ("svejserobotten": svejse, robot) meets those who write it otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

#: Longest English phrase in words.
LONGEST_PHRASE = 3
#: A part of a compound has at least this many letters: shorter ones are found everywhere.
_SHORTEST_PART = 3
_LINKS = ("", "s", "e", "r", "er", "-")

Stem = Callable[[str, str], str]
#: The glossary beside this module, and official labels behind it: what is meant in a workshop
#: goes before what a code list means.
FILES = ("trade_terms.tsv", "official_terms.tsv")


@dataclass(frozen=True)
class Glossary:
    """The glossary by stems.

    Attributes:
        english: Danish stem to English phrases, best first.
        danish: English phrase to Danish stems.
        parts: Danish words and stems that compounds are made of, to their stem.
    """

    english: Mapping[str, Sequence[tuple[str, ...]]]
    danish: Mapping[tuple[str, ...], Sequence[str]]
    parts: Mapping[str, str]

    def compound(self, word: str) -> tuple[str, ...]:
        """Return the stems of the parts of a Danish compound; nothing when it is none.

        The split with the longest last part wins: it carries the meaning.
        """
        for start in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            last = self._part(word[start:])
            first = last and self._first(word[:start])
            if first and last:
                return (*first, last)
        return ()

    def _part(self, text: str) -> str | None:
        """Return the stem of a part, also with an ending ("robotten")."""
        for cut in range(min(4, len(text) - _SHORTEST_PART) + 1):
            stem = self.parts.get(text[: len(text) - cut])
            if stem is not None:
                return stem
        return None

    def _first(self, text: str) -> tuple[str, ...]:
        """Return the stems of what comes before the last part, without linking letters."""
        for link in _LINKS:
            if link and not text.endswith(link):
                continue
            bare = text[: len(text) - len(link)]
            if len(bare) >= _SHORTEST_PART and bare in self.parts:
                return (self.parts[bare],)
        return self.compound(text)


@cache
def glossary(stem: Stem) -> Glossary:
    """Return the shipped glossary.

    Args:
        stem: takes a language and a word.
    """
    english: dict[str, list[tuple[str, ...]]] = {}
    danish: dict[tuple[str, ...], list[str]] = {}
    parts: dict[str, str] = {}
    for word, meanings in lines(FILES[0]):
        own = stem("da", word)
        for form in {word, own}:
            if len(form) >= _SHORTEST_PART:
                parts[form] = own
        for meaning in meanings:
            phrase = tuple(stem("en", one) for one in meaning.split())
            if phrase == (own,):
                continue  # the same in both languages: found anyway
            english.setdefault(own, []).append(phrase)
            danish.setdefault(phrase, []).append(own)
    ours = frozenset(english)
    for word, meanings in lines(FILES[1]):
        own = stem("da", word)
        if own in ours:
            continue  # what is meant in a workshop goes before what a code list means
        for meaning in meanings:
            phrase = tuple(stem("en", one) for one in meaning.split())
            if phrase != (own,) and phrase not in english.get(own, ()):
                english.setdefault(own, []).append(phrase)
                danish.setdefault(phrase, []).append(own)
    return Glossary(english, danish, parts)


def lines(name: str) -> Iterator[tuple[str, list[str]]]:
    """Give the words of a file beside this module, each with its meanings."""
    source = resources.files(__package__).joinpath(name)
    for line in source.read_text(encoding="utf-8").splitlines()[1:]:
        word, _, meanings = line.partition("\t")
        yield word, meanings.split("; ")
