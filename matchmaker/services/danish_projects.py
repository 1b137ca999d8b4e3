"""Danish projects of 2007 to 2013 and the organisations that took part: leave one out.

The query is the text of a project in which names are blanked; the profile of an organisation is
the texts of its other projects. Neither the project itself nor one that is nearly the same
helps anybody.

Place is the region and no more: the postcode of a project is the address of its lead partner
and would give it away. An organisation is where most of its projects are, counted without those
that are left out; where that is a tie, in the region that comes first in the alphabet.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from matchmaker.errors import InvalidInput
from matchmaker.models import Place
from matchmaker.models.gazetteer import find_place
from matchmaker.models.regions import find_region
from matchmaker.services.judged_set import (
    Baseline,
    JudgedSet,
    Judgements,
    SetPassage,
    SetProfile,
    SetQuery,
    in_memory,
)
from matchmaker.services.set_files import read_text

_PROJECTS, _MASKED, _PROTOCOL = "projects.jsonl", "projects_masked.jsonl", "eval_dev.json"


def read_danish_projects(folder: Path) -> JudgedSet:
    """Return the set with the protocol of its ``eval_dev.json``.

    Raises:
        InvalidInput: a file is missing or not what it should be.

    """
    projects = {one["id"]: one for one in _lines(folder, _PROJECTS)}
    masked = {one["id"]: one["text"] for one in _lines(folder, _MASKED)}
    protocol: dict[str, Any] = json.loads(read_text(folder, _PROTOCOL))
    try:
        return _Projects(projects, masked, protocol).as_set()
    except KeyError as error:
        raise InvalidInput(_PROTOCOL, f"{error} is missing, or in no other file.") from error


class _Projects:
    """The files of the set, put together."""

    def __init__(
        self,
        projects: Mapping[str, Mapping[str, Any]],
        masked: Mapping[str, str],
        protocol: Mapping[str, Any],
    ) -> None:
        self._masked = masked
        self._relevant: Mapping[str, list[str]] = protocol["queries"]
        self._region = {one: _region(projects[one]) for one in projects}
        self._projects_of: dict[str, list[str]] = {one: [] for one in protocol["candidates"]}
        for project in sorted(projects):
            for organisation in projects[project]["orgs"]:
                if organisation in self._projects_of:
                    self._projects_of[organisation].append(project)
        self._alike: dict[str, set[str]] = {one: {one} for one in projects}
        for one, other in protocol["near_duplicates"]:
            self._alike[one].add(other)
            self._alike[other].add(one)

    def as_set(self) -> JudgedSet:
        return in_memory(
            name="danish-projects",
            queries=[
                SetQuery(
                    id=one,
                    text=self._masked[one],
                    language="da",
                    place=_place(self._region[one]),
                )
                for one in sorted(self._relevant)
            ],
            profiles=[
                SetProfile(
                    id=organisation,
                    language="da",
                    place=_place(self._most_common(projects)),
                    passages=tuple(SetPassage(text=self._masked[one]) for one in projects),
                )
                for organisation, projects in self._projects_of.items()
            ],
            judgements=Judgements(
                grades={
                    query: {one: 1.0 for one in relevant if one in self._projects_of}
                    for query, relevant in self._relevant.items()
                }
            ),
            left_out={
                query: frozenset(
                    (organisation, position)
                    for organisation, projects in self._projects_of.items()
                    for position, one in enumerate(projects)
                    if one in self._alike[query]
                )
                for query in self._relevant
            },
            places={query: self._places(query) for query in self._relevant},
            baselines=(
                Baseline(name="most projects first", scores=self._popularity),
                Baseline(name="same region first", scores=self._in_region),
            ),
        )

    def _others(self, query: str) -> dict[str, list[str]]:
        """Return the projects of each organisation that may help with a query."""
        return {
            organisation: [one for one in projects if one not in self._alike[query]]
            for organisation, projects in self._projects_of.items()
        }

    def _places(self, query: str) -> dict[str, Place]:
        """Return where those are of whom something is left out."""
        return {
            organisation: _place(self._most_common(projects))
            for organisation, projects in self._others(query).items()
            if len(projects) < len(self._projects_of[organisation])
        }

    def _most_common(self, projects: Iterable[str]) -> str:
        counted = Counter(self._region[one] for one in projects if self._region[one])
        return min(counted, key=lambda region: (-counted[region], region), default="")

    def _popularity(self, query: str) -> dict[str, float]:
        """Most other projects first."""
        return {one: float(len(projects)) for one, projects in self._others(query).items()}

    def _in_region(self, query: str) -> dict[str, float]:
        """Those of the query's region first, and among them most other projects first."""
        region = self._region[query]
        return {
            one: len(projects) + (1e6 if region and self._most_common(projects) == region else 0)
            for one, projects in self._others(query).items()
        }


def _region(project: Mapping[str, Any]) -> str:
    """Return the region of a project; "" when it has none, such as one won in open competition."""
    region = str(project["region"])
    return region if _place(region) != Place() else ""


def _place(region: str) -> Place:
    found = (find_region(region) or find_place(region)) if region else None
    return found or Place()


def _lines(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in read_text(folder, name).splitlines() if line.strip()]
