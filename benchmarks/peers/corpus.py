"""What every peer gets: queries, profiles as plain passages, and grades.

A corpus crosses from the runner to the peers' processes as one JSON file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class CorpusQuery:
    """One text that is asked."""

    id: str
    text: str
    title: str = ""
    #: ISO 639-1; None when the corpus does not say.
    language: str | None = None
    #: As the corpus writes it: municipality, postcode, town or "latitude,longitude".
    place: str | None = None
    #: Wordings of one challenge share it: they are no independent draws for an interval.
    group: str

    @property
    def whole(self) -> str:
        """Title and text, as a peer without titles is asked."""
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True, kw_only=True)
class CorpusProfile:
    """One profile in words."""

    id: str
    passages: Sequence[str]
    language: str | None = None
    place: str | None = None

    @property
    def whole(self) -> str:
        """All passages, one a line: a profile as whoever knows of no passages would index it."""
        return "\n".join(self.passages)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Judged queries over profiles."""

    name: str
    queries: Sequence[CorpusQuery]
    profiles: Sequence[CorpusProfile]
    #: Query id to profile id to grade; nobody else is relevant.
    grades: Mapping[str, Mapping[str, int]]
    #: The lowest grade that recall and MRR count as relevant.
    relevant_from: int = 1
    #: Seed files with the same profiles in full, for Matchmaker; None where there are none.
    seed_folder: str | None = field(default=None)

    def save(self, path: Path) -> None:
        """Write everything into one file."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Corpus:
        """Read what ``save`` wrote."""
        given = json.loads(path.read_text(encoding="utf-8"))
        given["queries"] = [CorpusQuery(**one) for one in given["queries"]]
        given["profiles"] = [CorpusProfile(**one) for one in given["profiles"]]
        return cls(**given)
