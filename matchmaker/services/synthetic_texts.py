"""The grammar of synthetic texts: topics of production and sentences about them.

Topics and objects are in ``synthetic_topics.tsv``, the sentence patterns are here. Together
they make some 3,000 distinct sentences, half Danish and half English, called fragments.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

LANGUAGES = ("da", "en")

_PATTERNS = {
    "da": (
        "Arbejder med {topic} og har vægt på {thing}.",
        "Har prøvet {topic} af på {thing} hos en mindre virksomhed.",
        "Måler og dokumenterer, hvad {topic} betyder for {thing}.",
        "Underviser i {topic} med eksempler som {thing}.",
        "Hjælper med at vælge udstyr til {topic}, også når det gælder {thing}.",
        "Leder efter årsagen, når {topic} driller og det handler om {thing}.",
    ),
    "en": (
        "Works with {topic}, above all where it concerns {thing}.",
        "Has tried out {topic} for {thing} at a small manufacturer.",
        "Measures and documents what {topic} means for {thing}.",
        "Teaches {topic} with examples such as {thing}.",
        "Helps to choose equipment for {topic}, also in the case of {thing}.",
        "Looks for the cause when {topic} goes wrong and it is about {thing}.",
    ),
}
_ENDING = {"da": "Sag {number} fra {town}.", "en": "Case {number} from {town}."}
_SENTENCE = re.compile(r"(?<=\.) ")


@dataclass(frozen=True)
class Topic:
    """One field of production in one language: its name, and the fragments about it."""

    name: str
    fragments: tuple[str, ...]


@cache
def topics() -> Mapping[str, tuple[Topic, ...]]:
    """Return the topics by language; the same position is the same field."""
    source = resources.files(__package__).joinpath("synthetic_topics.tsv")
    rows = list(csv.DictReader(source.read_text(encoding="utf-8").splitlines(), delimiter="\t"))
    return {
        language: tuple(
            Topic(
                row[language],
                tuple(
                    pattern.format(topic=row[language], thing=thing)
                    for thing in row[f"objects_{language}"].split(";")
                    for pattern in _PATTERNS[language]
                ),
            )
            for row in rows
        )
        for language in LANGUAGES
    }


def fragments() -> tuple[str, ...]:
    """Return every distinct sentence of the grammar, some 3,000."""
    return tuple(
        fragment
        for language in LANGUAGES
        for topic in topics()[language]
        for fragment in topic.fragments
    )


def sentences(text: str) -> list[str]:
    """Return the sentences of a synthetic text; those of the grammar are its fragments.

    >>> sentences("Et emne. Arbejder med lean. Sag 7 fra Skive.")
    ['Et emne.', 'Arbejder med lean.', 'Sag 7 fra Skive.']
    """
    return _SENTENCE.split(text)


@cache
def fragments_of(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the fragments of each topic of one language, by the topic's name."""
    return {topic.name: topic.fragments for topic in topics()[language]}


def ending(language: str, number: int, town: str) -> str:
    """Return the sentence that makes a text unique.

    >>> ending("da", 7, "Skive")
    'Sag 7 fra Skive.'
    """
    return _ENDING[language].format(number=number, town=town)
