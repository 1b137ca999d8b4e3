"""Codes of public lists, looked up locally in Danish and English, by code or by words."""

from __future__ import annotations

import csv
import enum
import gzip
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

MOST_FOUND = 100


class CodeList(enum.StrEnum):
    """The lists; each is a file of this package, see SOURCE.md in it."""

    MUNICIPALITIES = "municipalities"
    POSTCODES = "postcodes"
    #: NACE Rev. 2 with the six-digit Danish DB07 below it.
    INDUSTRIES = "industries"
    #: ESCO.
    OCCUPATIONS = "occupations"
    SKILLS = "skills"
    TRL = "trl"


@dataclass(frozen=True)
class Code:
    """One code with its names; a name is empty in a language that the list is not published in."""

    code: str
    da: str
    en: str

    def name(self, language: str) -> str:
        """Return the name in a language, or in the other one."""
        return (self.da or self.en) if language == "da" else (self.en or self.da)


@dataclass(frozen=True)
class _Entry:
    code: Code
    #: The code, folded and without its signs.
    figures: str
    names: tuple[str, ...]
    #: Words of the names, each behind a blank: looking into one text is quicker than at each word.
    words: str
    #: The same with the words of other names by which it is known.
    all_words: str


def look_up(codes: CodeList, words: str, *, limit: int = 20) -> Sequence[Code]:
    """Return the codes that begin with or are named by these words, the nearest first.

    Every word must begin a word of a name, in either language; "svej" finds "Svejser".
    A code is found by its beginning: "25.6" finds "25.62".

    >>> [one.code for one in look_up(CodeList.MUNICIPALITIES, "aalborg")]
    ['851']
    >>> look_up(CodeList.INDUSTRIES, "25.62")[0].en
    'Machining'
    """
    asked = _words(words)
    if not asked:
        return [entry.code for entry in _entries(codes)[:limit]]
    figures = _figures(words)
    found: list[tuple[int, int, int, Code]] = []
    for place, entry in enumerate(_entries(codes)):
        rank = _rank(entry, asked, " ".join(asked), figures)
        if rank is not None:
            found.append((rank, len(entry.code.da or entry.code.en), place, entry.code))
    return [code for *_, code in sorted(found, key=lambda one: one[:3])[: min(limit, MOST_FOUND)]]


def get(codes: CodeList, code: str) -> Code | None:
    """Return the entry with this code, or None."""
    return next((one.code for one in _entries(codes) if one.code.code == code.strip()), None)


@cache
def classes_of_manufacturing() -> tuple[Code, ...]:
    """Return the classes (four figures) of manufacturing and repair of machines in NACE.

    >>> [one.code for one in classes_of_manufacturing() if one.code.startswith("25.6")]
    ['25.61', '25.62']
    """
    return tuple(
        entry.code
        for entry in _entries(CodeList.INDUSTRIES)
        if re.fullmatch(r"(?:1[0-9]|2[0-9]|3[0-3])\.\d\d", entry.code.code)
    )


def _rank(entry: _Entry, asked: Sequence[str], whole: str, figures: str) -> int | None:
    """Return how near an entry is, 0 the nearest; None when it does not fit."""
    fits = (
        bool(figures) and entry.figures == figures,
        whole in entry.names,
        bool(figures) and _in_range(entry.code.code, figures),
        bool(figures) and entry.figures.startswith(figures),
        entry.names[0].startswith(whole) or entry.names[1].startswith(whole),
        all(f" {one}" in entry.words for one in asked),
        all(f" {one}" in entry.all_words for one in asked),
        # Danish writes compounds as one word: "svejser" stands inside "tigsvejser".
        all(len(one) > 3 and one in entry.words for one in asked),
    )
    return fits.index(True) if any(fits) else None


def _in_range(code: str, figures: str) -> bool:
    first, dash, last = code.partition("-")
    return bool(dash) and len(figures) == len(first) == 4 and first <= figures <= last


@cache
def _entries(codes: CodeList) -> tuple[_Entry, ...]:
    packed = resources.files(__package__).joinpath(f"{codes}.tsv.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    rows = csv.DictReader(lines, dialect=csv.excel_tab)
    return tuple(
        _Entry(
            Code(row["code"], row["da"], row["en"]),
            _figures(row["code"]),
            tuple(" ".join(_words(row[language])) for language in ("da", "en")),
            own := _behind_blanks(f"{row['da']} {row['en']}"),
            own + _behind_blanks(row["words"]),
        )
        for row in rows
    )


def _behind_blanks(text: str) -> str:
    return "".join(f" {word}" for word in dict.fromkeys(_words(text)))


def _figures(text: str) -> str:
    bare = re.sub(r"[\s.]", "", text.casefold())
    return bare if re.fullmatch(r"[a-z]?[0-9-]+|[a-z]|\S+/\S+", bare) else ""


_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded: case, accents and Danish letters make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    bare = "".join(
        one for one in unicodedata.normalize("NFD", folded) if not unicodedata.combining(one)
    )
    return tuple(re.findall(r"\w+", bare))
