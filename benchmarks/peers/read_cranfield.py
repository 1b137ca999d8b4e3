"""The Cranfield collection: 1,400 abstracts on aeronautics, 225 questions, in English.

It is read from where it lies: ``cran.all.1400.xml`` (or ``.gz``), ``cran.qry.xml`` and
``cranqrel.trec.txt``. A question is called by its position, 1 to 225, as the judgements call it;
any judgement above 0 is relevant.
"""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Iterator
from pathlib import Path

import click

from benchmarks.peers.corpus import Corpus, CorpusProfile, CorpusQuery

_DOCUMENT = re.compile(r"<doc>(.*?)</doc>", re.DOTALL)
_QUESTION = re.compile(r"<top>(.*?)</top>", re.DOTALL)


def read_cranfield(folder: Path) -> Corpus:
    """Return the collection.

    Raises:
        ClickException: a file is missing, or is not what it should be.

    """
    profiles = []
    for record in _records(_text(folder, "cran.all.1400.xml"), _DOCUMENT):
        title, text = _field(record, "title"), _field(record, "text")
        # Most texts begin with their title.
        passages = [text] if text.startswith(title) else [title, text]
        profiles.append(
            CorpusProfile(
                id=_field(record, "docno"),
                passages=[passage for passage in passages if passage],
                language="en",
            )
        )
    queries = [
        CorpusQuery(id=str(number), text=_field(record, "title"), language="en", group=str(number))
        for number, record in enumerate(_records(_text(folder, "cran.qry.xml"), _QUESTION), 1)
    ]
    grades: dict[str, dict[str, int]] = {}
    known = {one.id for one in queries}
    for number, line in enumerate(_text(folder, "cranqrel.trec.txt").splitlines(), 1):
        columns = line.split()
        if len(columns) != 4 or columns[0] not in known:
            raise click.ClickException(
                f"cranqrel.trec.txt: line {number}: write question, 0, document and grade."
            )
        if int(columns[3]) > 0:
            grades.setdefault(columns[0], {})[columns[2]] = 1
    if not profiles or not queries:
        raise click.ClickException(f"{folder}: no documents or no questions in its files.")
    # An abstract without a word can't be found by anybody.
    kept = [one for one in profiles if one.passages]
    return Corpus(name="cranfield", queries=queries, profiles=kept, grades=grades)


def _text(folder: Path, name: str) -> str:
    packed = folder / f"{name}.gz"
    try:
        if packed.exists():
            return gzip.decompress(packed.read_bytes()).decode("utf-8")
        return (folder / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{folder / name}: can't be read ({error}).") from error


def _records(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    return (found.group(1) for found in pattern.finditer(text))


def _field(record: str, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>", record, re.DOTALL)
    return " ".join(html.unescape(found.group(1)).split()) if found else ""
