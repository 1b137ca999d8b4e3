"""Judged sets that others made, read from a folder the user gives; nothing of them is kept here.

Each reader keeps to the protocol under which the set's published figures were measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path
from types import MappingProxyType

from matchmaker.errors import InvalidInput
from matchmaker.services.danish_projects import read_danish_projects
from matchmaker.services.judged_set import (
    JudgedSet,
    Judgements,
    SetPassage,
    SetProfile,
    SetQuery,
    in_memory,
)
from matchmaker.services.set_files import read_text, rows

_DOCUMENT = re.compile(r"<doc>\s*<docno>\s*(\w+)\s*</docno>(.*?)</doc>", re.DOTALL)
_TEXT = re.compile(r"<text>(.*?)</text>", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_MELO_NAME = re.compile(r"_q_(?P<query>[a-z]{2})_c_(?P<corpus>[a-z]{2})$")


def read_cranfield(folder: Path) -> list[JudgedSet]:
    """Return 1,400 abstracts on aeronautics with 225 questions, called by their position.

    Two abstracts are empty; every grade above 0 counts alike.
    """
    documents = _DOCUMENT.findall(read_text(folder, "cran.all.1400.xml"))
    questions = _TITLE.findall(read_text(folder, "cran.qry.xml"))
    grades: dict[str, dict[str, float]] = {}
    for query, _, document, grade in rows(folder, "cranqrel.trec.txt", 4):
        grades.setdefault(query, {})[document] = float(int(grade) > 0)
    profiles = []
    for number, rest in documents:
        found = _TEXT.search(rest)
        text = unescape(found[1]).strip() if found else ""
        passages = (SetPassage(text=text, language="en"),) if text else ()
        profiles.append(SetProfile(id=number, language="en", passages=passages))
    queries = [
        SetQuery(id=str(number), text=unescape(text).strip(), language="en")
        for number, text in enumerate(questions, start=1)
    ]
    if not queries or not profiles:
        raise InvalidInput("cran.qry.xml", "it or cran.all.1400.xml holds nothing.")
    known = {one.id for one in profiles}
    return [
        in_memory(
            name="cranfield",
            queries=queries,
            profiles=profiles,
            judgements=Judgements(
                grades={
                    query: {one: grade for one, grade in of_query.items() if one in known}
                    for query, of_query in grades.items()
                }
            ),
        )
    ]


def read_melo(folder: Path) -> list[JudgedSet]:
    """Return job titles to be found in ESCO (MELO, Retyk et al. 2024), one set per folder.

    The folder is one set or holds several. Equal scores, to five decimals, stand by falling id.
    """
    folders = [folder, *sorted(one for one in folder.iterdir() if one.is_dir())]
    sets = [_melo(one) for one in folders if any(one.glob("annotations.tsv*"))]
    if not sets:
        raise InvalidInput("annotations.tsv", f"there is no such file in {folder.name}.")
    return sets


def _melo(folder: Path) -> JudgedSet:
    name = _MELO_NAME.search(folder.name)
    codes = name.groupdict() if name else {}
    languages = {side: "nb" if code == "no" else code for side, code in codes.items()}
    grades: dict[str, dict[str, float]] = {}
    for query, _, label, grade in rows(folder, "annotations.tsv", 4):
        grades.setdefault(query, {})[label] = float(grade)
    corpus = languages.get("corpus")
    return in_memory(
        name=folder.name,
        queries=[
            SetQuery(id=one, text=text, language=languages.get("query"))
            for one, text in rows(folder, "queries.tsv", 2)
        ],
        profiles=[
            SetProfile(id=one, language=corpus, passages=(SetPassage(text=text),))
            for one, text in rows(folder, "corpus_elements.tsv", 2)
        ],
        judgements=Judgements(grades=grades),
        ties_by_id=True,
    )


def read_parallel(folder: Path) -> list[JudgedSet]:
    """Return sentences whose translation is to be found, once in each direction.

    The pool holds the sentences of both languages; a sentence doesn't find itself. What counts
    is success@1.
    """
    pairs = sorted(folder.glob("*.da.txt*"))
    sets = []
    for path in pairs:
        stem = path.name.split(".da.txt")[0]
        lines = {
            language: read_text(folder, f"{stem}.{language}.txt").splitlines()
            for language in ("da", "en")
        }
        if len(lines["da"]) != len(lines["en"]):
            raise InvalidInput(path.name, "it has another number of lines than its translation.")
        profiles = [
            SetProfile(
                id=f"{language}-{number}", language=language, passages=(SetPassage(text=one),)
            )
            for language, texts in lines.items()
            for number, one in enumerate(texts)
        ]
        for asked, found in (("da", "en"), ("en", "da")):
            ids = [f"{asked}-{number}" for number in range(len(lines[asked]))]
            sets.append(
                in_memory(
                    name=f"{stem} {asked}→{found}",
                    queries=[
                        SetQuery(id=one, text=text, language=asked)
                        for one, text in zip(ids, lines[asked], strict=True)
                    ],
                    profiles=profiles,
                    judgements=Judgements(
                        grades={one: {f"{found}{one.removeprefix(asked)}": 1.0} for one in ids}
                    ),
                    left_out={one: frozenset({(one, 0)}) for one in ids},
                )
            )
    if not sets:
        raise InvalidInput("NAME.da.txt", f"there is no such file in {folder.name}.")
    return sets


#: How each set is read from a folder.
READERS: Mapping[str, Callable[[Path], list[JudgedSet]]] = MappingProxyType(
    {
        "danish-projects": lambda folder: [read_danish_projects(folder)],
        "melo-scandinavian": read_melo,
        "cranfield": read_cranfield,
        "parallel-da-en": read_parallel,
    }
)
