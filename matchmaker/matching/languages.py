"""Languages are equal: where a language lies in the encoder's space is taken out.

A multilingual encoder puts texts of one language near each other whatever they say, so a
Danish challenge would push English profiles down. Subtracting the mean vector of each
language and normalising again removes it. The means are fitted on sentences that say the same
in every language, shipped beside this module: one set in the voice of firms, one in the voice
of profiles, because the voice of a text moves its vector too.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

#: ISO 639-1 codes of the languages a challenge may be written in, best served first.
SUPPORTED = ("da", "en", "nb", "sv", "de")


#: Sentences of a made-up challenge, as many as a real one usually has: the mean of queries is
#: taken over texts of this length, because it moves with the length of a text.
CHALLENGE_LENGTH = 8


@cache
def _reference() -> tuple[Mapping[str, str], ...]:
    source = resources.files(__package__).joinpath("reference_sentences.tsv")
    lines = source.read_text(encoding="utf-8").splitlines()
    return tuple(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def reference_documents() -> Mapping[str, tuple[str, ...]]:
    """Return sentences in the voice of a profile, by language; same position, same content."""
    rows = [row for row in _reference() if row["side"] == "document"]
    return {language: tuple(row[language] for row in rows) for language in SUPPORTED}


def reference_queries() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Return made-up challenges of several sentences, by language; same position, same content."""
    rows = [row for row in _reference() if row["side"] == "query"]
    return {
        language: tuple(
            tuple(row[language] for row in rows[start : start + CHALLENGE_LENGTH])
            for start in range(0, len(rows), CHALLENGE_LENGTH)
        )
        for language in SUPPORTED
    }


@cache
def reference_challenges() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return whole challenges (title, text) as firms write them, by language; not of every one.

    Where queries lie depends on how they are written as much as on the language: with these
    beside the made-up ones above, dense search gains a tenth in nDCG@10.
    """
    source = resources.files(__package__).joinpath("reference_challenges.tsv")
    lines = source.read_text(encoding="utf-8").splitlines()
    found: dict[str, list[tuple[str, str]]] = {}
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        text = row["text"].replace("\\n", "\n")
        found.setdefault(row["language"], []).append((row["title"], text))
    return {language: tuple(texts) for language, texts in found.items()}


#: Texts that a mean of references weighs, beside texts that were really asked.
PRIOR = 16


def drawn_to(reference: Mapping[str, Vectors], asked: Mapping[str, Vectors]) -> dict[str, Vectors]:
    """Return the means of queries, drawn from the references to what is really asked.

    The more has been asked in a language, the more that counts. A language in which nothing was
    asked moves as the others do on average: it is written by the same people.

    Args:
        reference: mean vector by language.
        asked: vectors of what was asked by language, each of shape (n, dimension).

    >>> drawn_to({"da": np.zeros(1)}, {"da": np.ones((16, 1))})
    {'da': array([0.5])}

    """
    found = dict(reference)
    moves = []
    for language in sorted(reference.keys() & asked.keys()):
        vectors = asked[language]
        if len(vectors):
            share = len(vectors) / (len(vectors) + PRIOR)
            moves.append(share * (vectors.mean(axis=0) - reference[language]))
            found[language] = reference[language] + moves[-1]
    if moves:
        for language in reference.keys() - {one for one in asked if len(asked[one])}:
            found[language] = reference[language] + np.mean(moves, axis=0)
    return found


@dataclass(frozen=True, eq=False)
class LanguageCorrection:
    """Mean vectors of one side (queries or documents), by language.

    Attributes:
        means: ISO 639-1 code to a float32 vector of the encoder's dimension. An empty mapping
            corrects nothing.

    """

    means: Mapping[str, Vectors]

    def mean(self, language: str) -> Vectors:
        """Return where a language lies; one without a mean lies at the mean of the means.

        Raises:
            ValueError: there are no means at all.

        """
        if not self.means:
            raise ValueError("no language has a mean")
        own = self.means.get(language)
        return np.mean(list(self.means.values()), axis=0) if own is None else own

    def apply(self, vectors: Vectors, languages: Sequence[str]) -> Vectors:
        """Return corrected unit vectors.

        Args:
            vectors: float32, shape (n, dimension), unit rows.
            languages: the language of each row; one without a mean gets the mean of the means.

        """
        if not self.means or not len(vectors):
            return vectors
        of = {language: self.mean(language) for language in set(languages)}
        shift = np.stack([of[language] for language in languages])
        return unit(vectors - shift)


def unit(vectors: Vectors) -> Vectors:
    """Return the rows at length one; a row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
