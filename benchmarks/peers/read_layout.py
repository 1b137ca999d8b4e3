"""Any judged set in the general layout: ``queries.jsonl``, ``profiles.jsonl``, ``qrels.tsv``.

Queries have ``id``, ``text`` and perhaps ``language`` and ``place``; profiles have ``id``,
``passages`` (a list of texts) and perhaps ``language`` and ``place``; a line of ``qrels.tsv`` is
query, profile and grade with tabs between, and may be the heading.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from benchmarks.peers.corpus import Corpus, CorpusProfile, CorpusQuery

QUERIES, PROFILES, GRADES = "queries.jsonl", "profiles.jsonl", "qrels.tsv"


def read_layout(folder: Path) -> Corpus:
    """Return the set in a folder, called by the folder's name.

    Raises:
        ClickException: names file, line and field of the first mistake.

    """
    queries = {one.id: one for one in (_query(*given) for given in _lines(folder, QUERIES))}
    profiles = {one.id: one for one in (_profile(*given) for given in _lines(folder, PROFILES))}
    if not queries or not profiles:
        raise click.ClickException(f"{folder}: there are no queries or no profiles.")
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_text(folder, GRADES).splitlines(), 1):
        columns = line.split("\t")
        heading = number == 1 and len(columns) > 1 and not columns[-1].strip().isdecimal()
        if heading or not line.strip():
            continue
        query, profile, grade = _judgement(columns, f"{GRADES}: line {number}")
        if query not in queries:
            raise click.ClickException(f"{GRADES}: line {number}: no query is called {query}.")
        if profile not in profiles:
            raise click.ClickException(f"{GRADES}: line {number}: no profile is called {profile}.")
        grades.setdefault(query, {})[profile] = grade
    name = folder.resolve().name
    return Corpus(
        name=name,
        queries=list(queries.values()),
        profiles=list(profiles.values()),
        grades=grades,
    )


def _query(where: str, given: dict[str, Any]) -> CorpusQuery:
    name = _word(where, given, "id")
    return CorpusQuery(
        id=name,
        text=_word(where, given, "text"),
        language=_optional(where, given, "language"),
        place=_optional(where, given, "place"),
        group=name,
    )


def _profile(where: str, given: dict[str, Any]) -> CorpusProfile:
    passages = given.get("passages")
    if not isinstance(passages, list):
        raise click.ClickException(f"{where}: passages: write a list of texts.")
    given_texts = [one.get("text") if isinstance(one, dict) else one for one in passages]
    texts = [one for one in given_texts if isinstance(one, str)]
    if len(texts) < len(passages):
        raise click.ClickException(f"{where}: passages: write a list of texts.")
    return CorpusProfile(
        id=_word(where, given, "id"),
        passages=[text for text in texts if text.strip()],
        language=_optional(where, given, "language"),
        place=_optional(where, given, "place"),
    )


def _judgement(columns: list[str], where: str) -> tuple[str, str, int]:
    if len(columns) == 4:  # as trec_eval has it, with a column that nobody reads
        del columns[1]
    if len(columns) != 3 or not columns[2].strip().isdecimal():
        raise click.ClickException(
            f"{where}: write query, profile and a whole grade with tabs between."
        )
    query, profile, grade = (one.strip() for one in columns)
    return query, profile, int(grade)


def _word(where: str, given: dict[str, Any], name: str) -> str:
    found = given.get(name)
    if not isinstance(found, str | int) or not str(found).strip():
        raise click.ClickException(f"{where}: {name}: it is missing or empty.")
    return str(found)


def _optional(where: str, given: dict[str, Any], name: str) -> str | None:
    return _word(where, given, name) if given.get(name) else None


def _lines(folder: Path, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(_text(folder, name).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{name}: line {number}"
        try:
            given = json.loads(line)
        except json.JSONDecodeError as error:
            raise click.ClickException(f"{where}: not JSON ({error.msg}).") from error
        if not isinstance(given, dict):
            raise click.ClickException(f"{where}: write an object.")
        yield where, given


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{folder / name}: can't be read ({error}).") from error
