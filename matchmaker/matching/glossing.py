"""Glossing: a Danish text as a reader of English can take it in, word by word.

A reader of English alone gets most of a Danish text from its nouns and verbs in English, in the
order in which they stand, with no grammar between them. The glossary gives these, with a list
of everyday words; function words fall away, and what neither knows stays as it is written:
product names, norms, loan words. No translation anybody should read, and none is shown: only the
second voice reads it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from matchmaker.matching.terms import parts, stem, stops, written
from matchmaker.matching.trade_terms import FILES, lines

#: The language that can be glossed, ISO 639-1.
GLOSSED = "da"
#: Raise it when a text would be glossed otherwise by the same glossary.
VERSION = 1
#: Between the trade words and the official labels, whose "byg" is barley and nobody's "bygge":
#: everyday words, our own. Everything shares them, so the lexical order does without. A word
#: without a meaning falls away.
_FILES = (FILES[0], "everyday_terms.tsv", *FILES[1:])


def glossed(text: str) -> str:
    """Return a Danish text word by word in English; as it is when nothing in it says anything.

    >>> glossed("Vi får revner i svejsningerne på KRC4")
    'crack welding krc4'
    >>> glossed("Det er det")
    'Det er det'
    """
    english = _english()
    found: list[str] = []
    for word in written(text):
        if word in stops(GLOSSED):
            continue
        stemmed = stem(GLOSSED, word)
        if stemmed in english:
            found.extend(filter(None, [english[stemmed]]))
            continue
        of_compound = parts(word)
        # Half a compound would say another thing than the whole.
        known = of_compound and all(one in english for one in of_compound)
        found.extend([english[one] for one in of_compound] if known else [word])
    return " ".join(found) or text


def known_share(terms: Sequence[str]) -> float:
    """Return the share of a Danish text's terms that the glossary has a word for; 0 of none.

    >>> known_share(["svejs", "robot", "krc4", "kavanaugh"])
    0.5
    """
    return sum(term in _english() for term in terms) / max(len(terms), 1)


@cache
def _english() -> Mapping[str, str]:
    """Return the first meaning of each Danish stem, as it is written."""
    found: dict[str, str] = {}
    for name in _FILES:
        for word, meanings in lines(name):
            found.setdefault(stem(GLOSSED, word), meanings[0])
    return found


@cache
def digest() -> str:
    """Return what changes whenever a text would be glossed otherwise."""
    made = hashlib.blake2b(str(VERSION).encode(), digest_size=4)
    for name in _FILES:
        made.update(resources.files(__package__).joinpath(name).read_bytes())
    return made.hexdigest()
